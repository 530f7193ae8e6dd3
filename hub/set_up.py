"""Set up a class on one Linux machine, or bring it up to date. Run it as root.

    sudo python3 hub/set_up.py --teacher ada --students students.txt --dry-run
    sudo python3 hub/set_up.py --teacher ada --students students.txt

It first says all that it will change, then does it. Run it again when the class's list or the
course changes: what is as it should be stays, and nobody's account, work or marks are removed.
"""

import argparse
import hashlib
import json
import os
import platform
import pwd
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
PROXY = "configurable-http-proxy@4.6.3"  # the newest that runs on Debian 12's Node
UNIT = Path("/etc/systemd/system/initcourse-hub.service")
NEEDED = {"git": "git", "npm": "npm", "bwrap": "bubblewrap", "useradd": "passwd"}

#: What the teacher's server has and a student's does without.
SERVER = ["nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.course_list"]
LAB = [f"@jupyter/nbgrader:{name}" for name in ("formgrader", "course-list", "create-assignment")]
NEWS = "@jupyterlab/apputils-extension:announcements"

#: What stays behind when `assignments/` becomes the teacher's course.
MADE = ("secret.txt", "students.txt", "gradebook.db*", "submitted", "autograded", "feedback")
MADE += ("summary", "grades.csv", "downloaded", "tests", "__pycache__", ".ipynb_checkpoints")


ONLY = "a part: the programs; what an image holds beside them; the teacher's home, as teacher"


class SetUpError(Exception):
    """What must be mended before anything is changed, in a sentence."""


def parse(arguments=None):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teacher", help="the teacher's account")
    parser.add_argument("--students", type=Path, help="the class's list, an account in a line")
    parser.add_argument("--course", default="initcourse", help="nbgrader's name of the course")
    parser.add_argument("--prefix", type=Path, default=Path("/srv/initcourse"), help="programs")
    parser.add_argument("--state", type=Path, default=Path("/var/lib/initcourse"), help="root's")
    parser.add_argument("--exchange", type=Path, default=Path("/srv/initcourse/exchange"))
    parser.add_argument("--no-service", action="store_true", help="make no systemd unit")
    parser.add_argument("--only", choices=("programs", "image", "home"), help=ONLY)
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    options = parser.parse_args(arguments)
    if options.only not in ("programs", "image") and not (options.teacher and options.students):
        parser.error("--teacher and --students are needed")
    return options


class Plan:
    """The changes that a class on this machine still needs, in order.

    Parameters
    ----------
    options : argparse.Namespace
        As `parse` gives them.
    """

    def __init__(self, options):
        self.prefix, self.state, self.exchange = options.prefix, options.state, options.exchange
        self.course, self.teacher = options.course, options.teacher
        self.env = self.prefix / "env"
        self.steps = []  # what is said before it is done, and the call that does it
        self.anew = []  # folders that will be made anew, whatever is in them now
        if options.only == "image":
            self.image()
            return
        if options.only != "home":
            self.programs()
        if options.only == "programs":
            return
        self.students = read_list(options.students, self.teacher)
        if options.only != "home":
            self.accounts()
            self.configuration()
            self.everybodys_settings(self.env / "etc" / "jupyter")
            self.lessons()
            self.exchange_folders()
        self.teachers_course()
        service = not options.only and not options.no_service
        if service and has_systemd():
            self.systemd_unit()

    def image(self):
        """Plan what an image holds besides its packages: settings, and lessons to be pulled."""
        self.everybodys_settings(Path(sys.prefix, "etc", "jupyter"))
        self.lessons()
        self.file(Path("/etc/gitconfig"), git_settings(self.prefix))

    def add(self, text, action, *arguments):
        """Add a change to the plan."""
        self.steps.append((text, lambda: action(*arguments)))

    # Programs: two Python environments and the proxy.

    def programs(self):
        """Plan the servers' Python with the course in it, the hub's own, and its proxy."""
        lists = ("requirements.txt", "assignments/requirements.txt", "hub/image/requirements.txt")
        self.environment(self.env, lists)
        packages = digest(*packages_of(ROOT), ROOT / "safe_grading" / "src")
        if self.steps or stamp(self.env / "packages.stamp") != packages:
            self.add(f"install the course's packages into {self.env}", self.install, packages)
        for path in (Path(os.path.realpath(sys.executable)), self.prefix):
            if shut := shut_to_students(path):
                raise SetUpError(f"Students could not run {path}: {shut} is closed to them.")
        self.environment(self.prefix / "hub", ["hub/requirements.txt"])
        proxy = self.prefix / "proxy"
        if stamp(proxy / "made.stamp") != PROXY:
            self.add(f"install {PROXY} into {proxy}", make_proxy, proxy)

    def environment(self, folder, lists):
        """Plan a Python environment of what stands in lists, but for the course's own packages."""
        lines = [line for path in lists for line in (ROOT / path).read_text().splitlines()]
        wanted = "".join(f"{line}\n" for line in lines if line and line[0] not in "#-")
        made = f"# Python {platform.python_version()}\n{wanted}"
        if stamp(folder / "made.stamp") != made:
            self.add(f"make the Python environment {folder}", make_environment, folder, made)
            self.anew.append(folder)

    def install(self, packages):
        """Install the course and safe_grading: copies, so that students need no clone."""
        with tempfile.TemporaryDirectory() as copy:  # building leaves files beside the sources
            for folder in (*packages_of(ROOT), ROOT / "safe_grading"):
                without = shutil.ignore_patterns("__pycache__", "*.egg-info")
                shutil.copytree(folder, Path(copy, folder.name), ignore=without)
            for name in ("pyproject.toml", "README.md", "LICENSE"):
                shutil.copy(ROOT / name, copy)
            pip(self.env, "--no-deps", "--force-reinstall", copy, f"{copy}/safe_grading")
        compile_all(self.env)
        (self.env / "packages.stamp").write_text(packages)

    # Accounts: those of the list that the machine does not have; homes that only they can read.

    def accounts(self):
        """Plan the accounts with their passwords, and closed homes."""
        self.folder(self.state, 0o700)
        for name in (self.teacher, *self.students):
            home = home_of(name)
            if home is None:
                self.add(f"make the account {name}, home closed to others", self.make_account, name)
            elif home.is_dir() and home.stat().st_mode & 0o077:
                self.add(f"close {home} to others (mode 700)", home.chmod, 0o700)

    def make_account(self, name):
        """Make an account; its password goes into a file that root alone can read."""
        run("useradd", "--create-home", "--user-group", "--shell", "/bin/bash", name)
        home_of(name).chmod(0o700)
        password = secrets.token_urlsafe(9)
        run("chpasswd", text=f"{name}:{password}\n")
        file = self.state / "first_passwords.txt"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as lines:
            lines.write(f"{name} {password}\n")

    # Settings.

    def configuration(self):
        """Plan the hub's settings."""
        known = {"teacher": self.teacher, "students": self.students, "state": str(self.state)}
        self.file(self.prefix / "class.json", json.dumps(known, indent=1) + "\n")
        source = ROOT / "hub" / "jupyterhub_config.py"
        self.file(self.prefix / "jupyterhub_config.py", source.read_text(encoding="utf-8"))
        hidden = "[include]\n\tpath = /etc/gitconfig\n"  # by this file, which stands in its place
        self.file(self.prefix / "gitconfig", hidden + git_settings(self.prefix))

    def everybodys_settings(self, everybody):
        """Plan the settings of each server, in the folder of Jupyter's settings of its Python."""
        server = {
            "jpserver_extensions": dict.fromkeys(SERVER, False),
            "terminado_settings": {"shell_command": ["/bin/bash"]},  # no login: it resets PATH
        }
        self.file(everybody / "jupyter_server_config.json", as_json({"ServerApp": server}))
        page = {"disabledExtensions": dict.fromkeys([*LAB, NEWS], True)}
        page |= {"buildAvailable": False, "buildCheck": False}  # which takes seconds, each time
        self.file(everybody / "labconfig" / "page_config.json", as_json(page))
        self.file(
            everybody / "nbgrader_config.py",
            "c = get_config()\n"
            f"c.CourseDirectory.course_id = {self.course!r}\n"
            f"c.Exchange.root = {str(self.exchange)!r}\n"
            "# so nbgrader does without a root that everybody may write into\n"
            "c.CourseDirectory.groupshared = True\n",
        )

    def lessons(self):
        """Plan a repository of the lessons alone, for nbgitpuller's links."""
        folder = self.prefix / "lessons"
        books = sorted((ROOT / "notebooks").glob("*.ipynb"))
        there = {path.name: path.read_bytes() for path in folder.glob("*.ipynb")}
        if there != {path.name: path.read_bytes() for path in books}:
            self.add(
                f"put {len(books)} lessons into the repository {folder}", commit, books, folder
            )

    # The exchange: root's, so that no student can make the course in it or take its place.

    def exchange_folders(self):
        """Plan the exchange and the course's folders in it, which nbgrader then finds made."""
        course, owner = self.exchange / self.course, self.teacher
        self.folder(self.exchange, 0o755)
        self.folder(course, 0o755, owner)
        self.folder(course / "outbound", 0o755, owner)
        # who hands in sees nothing in it, and can remove nobody else's (the sticky bit)
        self.folder(course / "inbound", 0o1733, owner)
        self.folder(course / "feedback", 0o711, owner)

    # The teacher's course.

    def teachers_course(self):
        """Plan the teacher's `marks`, the settings that find it, and the class's list in it."""
        home = home_of(self.teacher) or Path("/home", self.teacher)
        marks = home / "marks"
        if not marks.exists():
            self.add(f"copy assignments/ to {marks}", copy_course, marks, self.teacher, self.course)
        for folder in (home / ".jupyter", home / ".jupyter" / "labconfig"):
            self.folder(folder, 0o700, self.teacher)
        server = {"jpserver_extensions": dict.fromkeys(SERVER, True)}
        page = {"disabledExtensions": dict.fromkeys(LAB, False)}
        files = {
            "nbgrader_config.py": f"c = get_config()\nc.CourseDirectory.root = {str(marks)!r}\n",
            "jupyter_server_config.json": as_json({"ServerApp": server}),
            "labconfig/page_config.json": as_json(page),
        }
        for name, text in files.items():
            if not (home / ".jupyter" / name).exists():  # later it is the teacher's
                self.file(home / ".jupyter" / name, text, self.teacher)
        listed = marks / "students.txt"
        old = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
        new = [name for name in self.students if name not in old]
        if new:
            text = "".join(f"{name}\n" for name in [*old, *new])
            self.add(f"write {', '.join(new)} into {listed}", write, listed, text, self.teacher)

    def systemd_unit(self):
        """Plan the unit that starts the hub with the machine."""
        unit = (
            "[Unit]\nDescription=JupyterHub of the class\nAfter=network-online.target\n\n"
            "[Service]\n"
            f"ExecStart={hub_command(self.prefix)}\n"
            f"WorkingDirectory={self.state}\n"
            "Restart=on-failure\n"
            "UMask=0022\n\n"
            "[Install]\nWantedBy=multi-user.target\n"
        )
        if stamp(UNIT) != unit:
            self.add(f"write {UNIT}", write, UNIT, unit)
            self.add("load it: systemctl daemon-reload", run, "systemctl", "daemon-reload")
        enabled = ["systemctl", "is-enabled", "--quiet", UNIT.stem]
        if subprocess.run(enabled, capture_output=True).returncode:
            self.add("start the hub, now and with the machine", run, "systemctl", "enable",
                     "--now", UNIT.stem)  # fmt: skip
        elif self.steps:
            self.add("restart the hub; servers go on", run, "systemctl", "restart", UNIT.stem)

    # What most of it consists of.

    def folder(self, path, mode, owner="root"):
        """Plan a folder with its owner and mode, where it is otherwise."""
        if not is_so(path, mode, owner):
            self.add(f"folder {path}: {owner}, mode {mode:o}", make_folder, path, mode, owner)

    def file(self, path, text, owner="root"):
        """Plan a file that everybody may read, or its owner alone, where it is otherwise."""
        if stamp(path) != text or any(path.is_relative_to(folder) for folder in self.anew):
            self.add(f"write {path}", write, path, text, owner)


def read_list(path, teacher):
    """Return the names of a class's list.

    Raises
    ------
    SetUpError
        If one of them, or the teacher's, cannot be an account or is there twice.
    """
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    names = [line.strip() for line in lines if line.strip()]
    bad = [name for name in [*names, teacher] if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,30}", name)]
    if bad:
        raise SetUpError(
            f"No account can be called {', '.join(map(repr, bad))}: small letters, digits, _ and -."
        )
    if len({*names, teacher}) != len(names) + 1:
        raise SetUpError("A name is in the list twice, or the teacher's is in it.")
    return names


def run(*command, text=None):
    """Run a command; raise with what it said if it fails."""
    done = subprocess.run([str(word) for word in command], input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    if done.returncode:
        raise SetUpError(f"{command[0]} failed:\n{done.stdout[-3000:]}")
    return done.stdout


def pip(folder, *arguments):
    """Install into a Python environment, without compiling."""
    run(folder / "bin/python", "-m", "pip", "install", "--quiet", "--no-compile", *arguments)


def compile_all(folder):
    """Compile what is new: students cannot write there, and would compile at each start."""
    command = [folder / "bin/python", "-m", "compileall", "-qq", "-j0", "-x", "/tests?/"]
    command += [folder / "lib"]
    subprocess.run(command, stdout=subprocess.DEVNULL)  # some packages ship files of old Pythons


def make_environment(folder, made):
    """Make a Python environment anew; the stamp holds what it was made of."""
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "venv", folder)
    wanted = folder / "requirements.txt"
    wanted.write_text(made)
    pip(folder, "-r", wanted)
    compile_all(folder)
    (folder / "made.stamp").write_text(made)


def make_proxy(folder):
    """Install the hub's proxy, a program of Node's."""
    folder.mkdir(parents=True, exist_ok=True)
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, PROXY)
    (folder / "made.stamp").write_text(PROXY)


def commit(books, folder):
    """Put notebooks into a git repository, in place of those that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    git = ["git", "-C", folder, "-c", "user.name=course", "-c", "user.email=course@localhost"]
    git += ["-c", f"safe.directory={folder}"]
    run(*git, "init", "--quiet", "--initial-branch=main")
    for old in folder.glob("*.ipynb"):
        old.unlink()
    for book in books:
        shutil.copyfile(book, folder / book.name)
    run(*git, "add", "--all")
    run(*git, "commit", "--quiet", "--message=The lessons as they are now")


def copy_course(marks, teacher, course):
    """Make the teacher's course of the repository's `assignments/`, under its name on this hub."""
    shutil.copytree(ROOT / "assignments", marks, ignore=shutil.ignore_patterns(*MADE))
    settings = marks / "nbgrader_config.py"  # read last: what it says of the name counts
    text, name = settings.read_text(encoding="utf-8"), f"c.CourseDirectory.course_id = {course!r}"
    settings.write_text(re.sub(r"c\.CourseDirectory\.course_id = .*", name, text), encoding="utf-8")
    run("chown", "--recursive", f"{teacher}:", marks)
    marks.chmod(0o700)


def make_folder(path, mode, owner):
    """Make a folder, or give one its owner and mode."""
    path.mkdir(parents=True, exist_ok=True)
    user = pwd.getpwnam(owner)
    os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(mode)  # after chown, which takes bits away


def write(path, text, owner="root"):
    """Write a file for its owner alone, or, if that is root, for everybody to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    user = pwd.getpwnam(owner)
    os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(0o644 if owner == "root" else 0o600)


def is_so(path, mode, owner):
    """Return whether a folder is there with its owner and mode."""
    if not path.is_dir() or path.stat().st_mode & 0o7777 != mode:
        return False
    try:
        return path.stat().st_uid == pwd.getpwnam(owner).pw_uid
    except KeyError:
        return False


def home_of(name):
    """Return the home of an account, or None if there is none of that name."""
    try:
        return Path(pwd.getpwnam(name).pw_dir)
    except KeyError:
        return None


def stamp(path):
    """Return what a file holds, or None."""
    return path.read_text(encoding="utf-8") if path.is_file() else None


def shut_to_students(path):
    """Return the first of a path's folders that others may not enter, or None."""
    folders = [folder for folder in reversed(path.parents) if folder.is_dir()]
    return next((folder for folder in folders if not folder.stat().st_mode & 0o001), None)


def packages_of(root):
    """Return the folders of the packages that pyproject.toml installs."""
    return sorted(file.parent for file in root.glob("*/__init__.py"))


def digest(*folders):
    """Return one digest of all Python and data files below folders."""
    total = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            made = "__pycache__" in path.parts or path.match("*.egg-info/*")
            if path.is_file() and not made:
                total.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def git_settings(prefix):
    """Return the settings that let git read the lessons, which are another's."""
    return f"[safe]\n\tdirectory = {prefix}/lessons\n\tdirectory = {prefix}/lessons/.git\n"


def as_json(value):
    """Return JSON as a person edits it."""
    return json.dumps(value, indent=1) + "\n"


def has_systemd():
    """Return whether systemd starts this machine's programs."""
    return Path("/run/systemd/system").is_dir()


def hub_command(prefix):
    """Return the command that starts the hub."""
    return f"{prefix}/hub/bin/jupyterhub -f {prefix}/jupyterhub_config.py"


def lessons_link(prefix, address="http://ADDRESS"):
    """Return the link that brings the lessons into a student's home, or up to date there."""
    repository = quote(f"file://{prefix}/lessons", safe="")
    first = quote("lab/tree/lessons/00_start_here.ipynb", safe="")
    where = f"repo={repository}&branch=main&urlpath={first}"
    return f"{address}/hub/user-redirect/git-pull?{where}"


def main(arguments=None):
    """Command line; returns the exit code."""
    options = parse(arguments)
    os.umask(0o022)  # students read the programs
    try:
        missing = [package for name, package in NEEDED.items() if not shutil.which(name)]
        if missing and options.only in (None, "programs"):
            raise SetUpError(f"First: apt-get install {' '.join(missing)}")
        if os.geteuid() != 0 and not options.dry_run and options.only != "home":
            raise SetUpError("Only root can make accounts and folders of others: sudo.")
        steps = Plan(options).steps
        print("Nothing to change." if not steps else "To be changed:")
        for text, _ in steps:
            print(f"  {text}")
        if options.dry_run:
            return 0
        for number, (text, action) in enumerate(steps, 1):
            print(f"{number} of {len(steps)}: {text} ...", flush=True)
            action()
    except (SetUpError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if not options.only:
        print(f"Passwords of new accounts: {options.state / 'first_passwords.txt'}")
        print(f"The lessons' link: {lessons_link(options.prefix)}")
        if options.no_service or not has_systemd():
            print(f"Start the hub, or start it again: {hub_command(options.prefix)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
