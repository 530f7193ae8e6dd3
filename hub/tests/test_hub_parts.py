"""What needs no hub: class list, configuration, image, values, the measurement's table."""

import doctest
import importlib.util
import json
import os
import re
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from traitlets.config import Config, PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "hub"


def load(path):
    """Import a file of `hub/`, which is no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def set_up():
    return load(HUB / "set_up.py")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kim\nKim Lee\n", "'Kim Lee'"),
        ("kim\n-rf\n", "'-rf'"),
        ("kim\n../lee\n", "'../lee'"),
        ("kim\nlee\nkim\n", "twice"),
        ("kim\nada\n", "teacher"),
    ],
)
def test_a_list_that_cannot_be_accounts_changes_nothing(tmp_path, capsys, set_up, text, words):
    (tmp_path / "students.txt").write_text(text)
    arguments = ["--teacher", "ada", "--students", str(tmp_path / "students.txt")]
    places = [f"--{it}={tmp_path / it}" for it in ("prefix", "state", "exchange")]
    assert set_up.main([*arguments, *places, "--only", "home"]) == 1
    assert words in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["students.txt"]


def test_a_list_may_have_blank_lines_and_a_byte_order_mark(tmp_path, set_up):
    (tmp_path / "students.txt").write_text("\ufeffkim\n\n lee \r\n", encoding="utf-8")
    assert set_up.read_list(tmp_path / "students.txt", "ada") == ["kim", "lee"]


@pytest.mark.parametrize("systemd", [True, False])
def test_who_has_no_systemd_is_told_how_to_start_the_hub(monkeypatch, capsys, set_up, systemd):
    monkeypatch.setattr(set_up, "Plan", lambda options: SimpleNamespace(steps=[]))
    monkeypatch.setattr(set_up, "has_systemd", lambda: systemd)
    monkeypatch.setattr(set_up, "NEEDED", {})
    monkeypatch.setattr(set_up.os, "geteuid", lambda: 0, raising=False)
    assert set_up.main(["--teacher", "ada", "--students", "s.txt", "--prefix", "/p"]) == 0
    command = "/p/hub/bin/jupyterhub -f /p/jupyterhub_config.py"
    assert (command in capsys.readouterr().out) == (not systemd)


def test_a_python_that_students_cannot_run_is_refused(tmp_path, capsys, monkeypatch, set_up):
    (tmp_path / "closed" / "bin").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert set_up.shut_to_students(set_up.Path("/usr/bin/env")) is None
    monkeypatch.setattr(set_up.sys, "executable", str(tmp_path / "closed" / "bin" / "python3"))
    options = ["--only", "programs", "--dry-run", f"--prefix={tmp_path}"]
    assert set_up.main(options) == 1
    assert "is closed to them" in capsys.readouterr().err


def test_the_teachers_course_has_no_marks_of_another(tmp_path, monkeypatch, set_up):
    root = tmp_path / "repository"
    for name in ("source/A1/A1.ipynb", "checks/A1.py", "secret.txt", "gradebook.db", "tests/t.py"):
        path = root / "assignments" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    settings = "nbgrader_config.py"
    shutil.copy(HUB.parent / "assignments" / settings, root / "assignments")
    monkeypatch.setattr(set_up, "ROOT", root)
    monkeypatch.setattr(set_up, "run", lambda *command: None)  # chown
    set_up.copy_course(tmp_path / "marks", "ada", "spring")
    files = {str(p.relative_to(tmp_path / "marks")) for p in (tmp_path / "marks").rglob("*.*")}
    assert files == {"source/A1/A1.ipynb", "checks/A1.py", settings}
    text = (tmp_path / "marks" / settings).read_text(encoding="utf-8")
    # as the exchange and the students' settings have it
    assert re.findall(r"course_id = (.*)", text) == ["'spring'"]
    assert stat.S_IMODE((tmp_path / "marks").stat().st_mode) == 0o700


def configuration(folder, monkeypatch, capsys, systemd, local=""):
    """Return what `jupyterhub_config.py` sets, on a machine with or without systemd."""
    known = {"teacher": "ada", "students": ["kim", "lee"], "state": "/state"}
    (folder / "class.json").write_text(json.dumps(known))
    (folder / "local_config.py").write_text(local)
    (folder / "jupyterhub_config.py").write_bytes((HUB / "jupyterhub_config.py").read_bytes())
    is_dir = type(folder).is_dir
    monkeypatch.setattr(
        type(folder), "is_dir", lambda p: systemd if str(p) == "/run/systemd/system" else is_dir(p)
    )
    config = PyFileConfigLoader("jupyterhub_config.py", path=str(folder)).load_config()
    return config, capsys.readouterr().err


def test_limits_are_systemds_and_their_lack_is_said(tmp_path, monkeypatch, capsys):
    config, said = configuration(tmp_path, monkeypatch, capsys, systemd=True)
    assert config.JupyterHub.spawner_class == "systemd" and said == ""
    assert config.Spawner.mem_limit == 2**30
    config, said = configuration(tmp_path, monkeypatch, capsys, systemd=False)
    assert config.JupyterHub.spawner_class == "localprocess" and "no limits" in said


def test_the_teacher_has_no_limits_and_a_student_has(tmp_path, monkeypatch, capsys):
    config, _ = configuration(tmp_path, monkeypatch, capsys, systemd=True)
    for name, limit in (("ada", None), ("kim", 5)):
        spawner = SimpleNamespace(user=SimpleNamespace(name=name), mem_limit=5, cpu_limit=5)
        config.Spawner.pre_spawn_hook(spawner)
        assert (spawner.mem_limit, spawner.cpu_limit) == (limit, limit)


def test_ones_own_settings_are_read_last(tmp_path, monkeypatch, capsys):
    local = "c = get_config()\nc.Spawner.mem_limit = 7\n"
    config, _ = configuration(tmp_path, monkeypatch, capsys, systemd=True, local=local)
    assert config.Spawner.mem_limit == 7
    assert config.Authenticator.allowed_users == {"ada", "kim", "lee"}
    assert "admin_users" not in config.Authenticator
    assert config.Authenticator.allow_existing_users is False  # whoever the list no longer has


VALUES = yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8"))
#: The settings of the chart's own values.yaml that ours changes; helm refuses unknown ones.
CHARTS = """
hub.config hub.extraConfig singleuser.image.name singleuser.image.tag singleuser.cmd
singleuser.defaultUrl singleuser.startTimeout singleuser.memory.guarantee singleuser.memory.limit
singleuser.cpu.guarantee singleuser.cpu.limit singleuser.storage.capacity
singleuser.storage.homeMountPath singleuser.storage.extraVolumes
singleuser.storage.extraVolumeMounts cull.enabled cull.timeout cull.every proxy.https.enabled
proxy.https.hosts proxy.https.letsencrypt.contactEmail
""".split()


def paths(value, free=("hub.config", "hub.extraConfig"), path=""):
    """Return the settings of values, with dots; below `free` stands what is not the chart's."""
    if not isinstance(value, dict) or path in free:
        return [path]
    return [p for key, v in value.items() for p in paths(v, free, f"{path}.{key}".lstrip("."))]


def test_the_values_are_the_charts():
    assert sorted(paths(VALUES)) == sorted(CHARTS)


def pod(name, mounts):
    """Return a spawner as the chart's hub hands it to the hook of the values."""
    config = Config()
    exec(VALUES["hub"]["extraConfig"]["distinct-users"], names := {"c": config})
    spawner = SimpleNamespace(
        user=SimpleNamespace(name=name), uid=1000, gid=None, fs_gid=100, image="image",
        mem_limit="1G", cpu_limit=2, init_containers=[{"name": "block-cloud-metadata"}],
        volume_mounts=mounts,
    )  # fmt: skip
    for _ in range(2):  # a server that is started again
        config.KubeSpawner.pre_spawn_hook(spawner)
    return spawner, names


HOME, EXCHANGE = {"mountPath": "/srv/home"}, {"mountPath": "/srv/exchange"}


@pytest.mark.parametrize("mounts", [[HOME, EXCHANGE], {"0": HOME, "1": EXCHANGE}])
def test_everybody_in_a_cluster_has_a_number_of_their_own(mounts):
    start = load(HUB / "image" / "start.py")
    pods = {name: pod(name, mounts)[0] for name in ("ada", "kim", "lee@school.example")}
    for name, spawner in pods.items():
        assert spawner.uid == spawner.gid == start.user_id(name) and spawner.fs_gid is None
        first, own = spawner.init_containers
        assert first["name"] == "block-cloud-metadata" and own["volumeMounts"] == [HOME, EXCHANGE]
    assert len({spawner.uid for spawner in pods.values()}) == 3
    assert all(100_000 <= start.user_id(str(n)) < 2**31 - 1 for n in range(1000))


def test_the_teachers_pod_makes_the_exchange_as_the_set_up_does(tmp_path, set_up):
    _, names = pod("kim", [HOME, EXCHANGE])
    (ada, _), (kim, _) = (pod(name, [HOME, EXCHANGE]) for name in (names["TEACHER"], "kim"))
    script = ada.init_containers[-1]["command"][-1]
    modes = dict(
        (path, int(mode, 8)) for mode, path in re.findall(r"chmod (\d+) (/srv/exchange\S*)", script)
    )
    plan = object.__new__(set_up.Plan)
    plan.exchange, plan.course, plan.teacher = set_up.Path("/srv/exchange"), "initcourse", "ada"
    planned = {}
    plan.folder = lambda path, mode, owner="root": planned.update({str(path): mode})
    plan.exchange_folders()
    assert modes == planned
    assert "/srv/exchange" not in kim.init_containers[-1]["command"][-1]


def test_a_container_knows_the_names_of_its_numbers(tmp_path):
    start = load(HUB / "image" / "start.py")
    assert start.accounts("kim", tmp_path) == (
        f"kim:x:{os.getuid()}:{os.getgid()}::{tmp_path}:/bin/bash\n"
    )
    (tmp_path / "marks").mkdir()
    (tmp_path / "marks" / "students.txt").write_text("kim\nlee\n")
    own, kim, lee = start.accounts("ada", tmp_path).splitlines()
    assert own.startswith("ada:x:") and kim.startswith(f"kim:x:{start.user_id('kim')}:")
    assert lee.split(":")[2] == str(start.user_id("lee"))


def test_the_image_copies_what_there_is_and_no_answers():
    lines = (HUB / "image" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert copied and all((ROOT / name).exists() for name in copied)
    assert not [name for name in copied if name.startswith("assignments") and ".txt" not in name]
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert packages <= set(copied)


def test_servers_and_hub_have_one_version_of_jupyterhub():
    pins = {
        line
        for name in ("requirements.txt", "image/requirements.txt")
        for line in (HUB / name).read_text().splitlines()
        if line.startswith("jupyterhub==")
    }
    assert len(pins) == 1


@pytest.mark.parametrize("name", ["load.py", "image/start.py"])
def test_examples_in_docstrings(name):
    failed, tried = doctest.testmod(load(HUB / name))
    assert tried and not failed
