"""JupyterHub for a class on one machine; `set_up.py` puts it beside the class's `class.json`.

Each run of `set_up.py` replaces this file. What is yours (an address, a certificate, other limits)
belongs into `local_config.py` beside it, which is read last.
"""

import json
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub provides it

HERE = Path(__file__).resolve().parent
CLASS = json.loads((HERE / "class.json").read_text(encoding="utf-8"))
STATE = Path(CLASS["state"])
TEACHER = CLASS["teacher"]
GIB = 2**30

# The address. A reverse proxy with a certificate stands before it; nobody else may reach it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.hub_ip = "127.0.0.1"

# Who may enter: the accounts of the class, with their passwords of this machine. None of them is
# an administrator of the hub, so nobody can open another's server.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.open_sessions = False
c.Authenticator.allowed_users = {TEACHER, *CLASS["students"]}
c.Authenticator.allow_existing_users = False  # who has left the list, too, is in the hub's memory

# The hub's memory: a folder of root's with mode 700.
c.JupyterHub.db_url = f"sqlite:///{STATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.ConfigurableHTTPProxy.command = [str(HERE / "proxy/node_modules/.bin/configurable-http-proxy")]
c.JupyterHub.cleanup_servers = False  # a restart of the hub stops no student's work

# A student's server: the Python of all, one thread for each matrix product.
ENV = HERE / "env"
c.Spawner.cmd = [str(ENV / "bin/jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "PATH": f"{ENV}/bin:/usr/local/bin:/usr/bin:/bin",
    "SHELL": "/bin/bash",
    "OPENBLAS_NUM_THREADS": "1",
    "GIT_CONFIG_SYSTEM": str(HERE / "gitconfig"),  # so git reads the lessons, which are root's
}
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
c.JupyterHub.concurrent_spawn_limit = 10

# Limits. Only systemd enforces them, by cgroups; safe grading takes 1 GB for each core.
c.Spawner.mem_limit = 1 * GIB
c.Spawner.cpu_limit = 2.0
if Path("/run/systemd/system").is_dir():
    c.JupyterHub.spawner_class = "systemd"
    c.SystemdSpawner.default_shell = "/bin/bash"
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.disable_user_sudo = True
else:
    c.JupyterHub.spawner_class = "localprocess"
    print(
        "No systemd here: LocalProcessSpawner enforces no limits of memory and processor.",
        file=sys.stderr,
    )


def lift_limits(spawner):
    """Give the teacher's server, where a class is graded, the whole machine."""
    if spawner.user.name == TEACHER:
        spawner.mem_limit = spawner.cpu_limit = None


c.Spawner.pre_spawn_hook = lift_limits

# A server that nobody has used for an hour ends; what is in its notebooks is saved.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]

if (HERE / "local_config.py").exists():
    load_subconfig("local_config.py", path=str(HERE))  # noqa: F821 - as get_config
