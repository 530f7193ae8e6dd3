"""A class on JupyterHub: accounts of their own, a hub on loopback, everybody in a browser.

`set_up.py` makes the class as it would on a school's machine, so this needs root and is asked for
with INITCOURSE_HUB=1. Its programs are kept in `/srv/initcourse-test` (or INITCOURSE_HUB_PREFIX);
accounts and folders are removed.
"""

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from browser.lab import FLAGS, find_browser

ROOT = Path(__file__).resolve().parents[2]
PREFIX = Path(os.environ.get("INITCOURSE_HUB_PREFIX", "/srv/initcourse-test"))
TEACHER, KIM, LEE = ACCOUNTS = ("icx-teacher", "icx-kim", "icx-lee")
FILE = "A1/A1_signals.ipynb"
PASSWORD = secrets.token_urlsafe(24)

pytestmark = pytest.mark.skipif(
    os.environ.get("INITCOURSE_HUB") != "1" or not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="makes accounts on this machine: INITCOURSE_HUB=1, as root",
)

LOCAL_CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{}"
c.JupyterHub.hub_port = {}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{}"
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = "{}"
c.JupyterHub.spawner_class = "localprocess"
c.JupyterHub.cleanup_servers = True
"""


def set_up(folder, *more):
    """Run `set_up.py` for the class whose folders are below `folder`; return what it says."""
    command = ["/usr/bin/python3", ROOT / "hub" / "set_up.py", "--prefix", PREFIX, "--no-service"]
    command += ["--teacher", TEACHER, "--students", folder / "students.txt"]
    command += ["--state", folder / "state", "--exchange", folder / "exchange", *more]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def processes_of(name):
    """Return the ids of an account's processes."""
    number, found = pwd.getpwnam(name).pw_uid, []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == number:
                found.append(int(folder.name))
    return found


def remove_accounts():
    for name in {account.pw_name for account in pwd.getpwall()}.intersection(ACCOUNTS):
        for process in processes_of(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        # a process that was killed is there for a moment yet
        wait_for(lambda name=name: not processes_of(name), 30, f"the end of {name}'s processes")
        subprocess.run(["userdel", "--remove", name], check=True, capture_output=True)


@pytest.fixture(scope="module")
def school():
    """A machine with the class on it: the folder of its state and exchange."""
    remove_accounts()
    folder = Path(tempfile.mkdtemp(prefix="initcourse-hub-", dir="/var/tmp"))
    folder.chmod(0o755)
    (folder / "students.txt").write_text(f"{KIM}\n")
    try:
        said = set_up(folder, "--dry-run")
        assert f"make the account {KIM}" in said and not (folder / "state").exists()
        set_up(folder)
        with (folder / "students.txt").open("a") as file:
            file.write(f"{LEE}\n")
        said = set_up(folder)  # somebody joins: an account, two lists, and nothing else
        changes = re.findall(r"^\d+ of \d+: (.*) \.\.\.$", said, flags=re.MULTILINE)
        assert len(changes) == 3 and changes[0].startswith(f"make the account {LEE}")
        assert "Nothing to change." in set_up(folder)
        yield folder
    finally:
        remove_accounts()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def hub(school):
    """The hub's address; it runs as a machine's own would, but for the password of all."""
    with contextlib.ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(3)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        ports = [probe.getsockname()[1] for probe in sockets]
    (PREFIX / "local_config.py").write_text(LOCAL_CONFIG.format(*ports, PASSWORD))
    (PREFIX / "local_config.py").chmod(0o600)
    command = [PREFIX / "hub/bin/jupyterhub", "-f", PREFIX / "jupyterhub_config.py"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "JUPYTER"))}
    url = f"http://127.0.0.1:{ports[0]}"
    with (school / "state" / "hub.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=school / "state", env=environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_for(lambda: answers(f"{url}/hub/api"), 60, "the hub")
        yield url
    finally:
        process.terminate()
        try:
            process.wait(120)  # it ends servers, proxy and culler, which would outlive it
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        (PREFIX / "local_config.py").unlink()


def answers(url):
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(url, timeout=5).status == 200


def wait_for(done, seconds, what):
    """Wait until `done()` is true; return its value."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := done():
            return value
        time.sleep(0.2)
    raise TimeoutError(f"{what}: not after {seconds} s")


class Person:
    """Somebody in a browser, who has entered the hub."""

    def __init__(self, browser, url, name):
        self.name, self.url, self.home = name, url, Path("/home", name)
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page = self.context.new_page()
        self.terminals = 0
        self.page.goto(f"{url}/hub/login?next=/hub/user-redirect/lab?reset")
        self.page.fill("#username_input", name)
        self.page.fill("#password_input", PASSWORD)
        self.page.click("#login_submit")
        self.page.wait_for_selector(".jp-Launcher", timeout=120_000)

    def menu(self):
        """Open the menu Nbgrader; return its entries."""
        self.page.locator(".lm-MenuBar-itemLabel").get_by_text("Nbgrader", exact=True).click()
        return self.page.locator(".lm-Menu .lm-Menu-itemLabel")

    def assignment_list(self):
        """Open nbgrader's list of assignments."""
        self.menu().get_by_text("Assignment List", exact=True).click()
        self.page.locator("#assignments").wait_for()

    def press(self, words, place, seconds=60):
        """Press an assignment's button in the list; return when it stands in `place` there."""
        self.page.get_by_role("button", name=words, exact=True).click()
        row = self.page.locator(f"#{place}_assignments_list > .list_item", has_text="A1")
        row.first.wait_for(timeout=1000 * seconds)

    def terminal(self, command, seconds=120):
        """Type a command in a terminal of JupyterLab; return what it said and its exit code."""
        if not self.terminals:
            if not self.page.locator(".jp-Launcher").count():
                self.page.goto(f"{self.url}/user/{self.name}/lab?reset")
            self.page.locator(".jp-LauncherCard", has_text="Terminal").click()
            self.page.locator(".jp-Terminal-body .xterm-helper-textarea").wait_for(
                state="attached", timeout=60_000
            )
            # what is typed before the shell's prompt is there would be lost
            wait_for(lambda: self._shells(), 60, "a shell")
            self.page.wait_for_timeout(1000)
        self.terminals += 1
        said, code = (self.home / f".{word}{self.terminals}" for word in ("said", "code"))
        self.page.locator(".jp-Terminal-body").click()
        self.page.keyboard.type(f"( {command} ) >{said} 2>&1; echo $? >{code}\n")
        wait_for(lambda: code.exists() and code.read_text(), seconds, command)
        return said.read_text(), int(code.read_text())

    def _shells(self):
        ids = processes_of(self.name)
        return any(Path(f"/proc/{i}/comm").read_text() == "bash\n" for i in ids)

    def open_notebook(self, path):
        """Open a notebook and wait for its kernel."""
        # the address in place of the files' list, which shows one folder at a time
        self.page.goto(f"{self.url}/user/{self.name}/lab/tree/{path}?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.page.wait_for_selector(".jp-Spinner", state="detached")

    def validate(self):
        """Press Validate; return what the dialog says."""
        self.page.get_by_role("toolbar").get_by_text("Validate", exact=True).click()
        dialog = self.page.locator(".jp-Dialog", has_text="Validation Results")
        dialog.wait_for(timeout=120_000)
        said = dialog.inner_text()
        dialog.get_by_role("button", name="Ok").click()
        return said


@pytest.fixture(scope="module")
def enter(hub):
    """A function that lets somebody enter the hub in a browser of his or her own."""
    path = find_browser()
    assert path, "no browser found"
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        people = {}

        def come_in(name):
            if name not in people:
                people[name] = Person(chromium, hub, name)
            return people[name]

        yield come_in
        chromium.close()


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def answer_all(person, source):
    """Put every right answer into a student's notebook, as if it had been typed."""
    answers = {
        grade_id(cell): cell.source
        for cell in nbformat.read(source / FILE, 4).cells
        if grade_id(cell) not in (None, "student") and cell.metadata.nbgrader.solution
    }
    notebook = nbformat.read(person.home / FILE, 4)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    nbformat.write(notebook, person.home / FILE)


def test_a_class_from_release_to_feedback(school, enter):
    teacher, marks = enter(TEACHER), Path("/home", TEACHER, "marks")
    said, code = teacher.terminal(
        "cd marks && nbgrader generate_assignment A1 && nbgrader release_assignment A1"
    )
    assert code == 0, said

    kim, lee = enter(KIM), enter(LEE)
    for student in (kim, lee):
        student.assignment_list()
        student.press("Fetch", "fetched")
    answer_all(lee, marks / "source")
    kim.open_notebook(FILE)
    answer = kim.page.locator(".jp-CodeCell", has_text="strength_z = (")
    answer.locator(".cm-line", has_text="...  # your answer").click()
    kim.page.keyboard.press("Home")
    kim.page.keyboard.press("Shift+End")
    kim.page.keyboard.type("n * var_w * (var_x + mean_x**2)")
    said = kim.validate()
    assert "The following cell failed:" in said and "strength_z" not in said
    lee.open_notebook(FILE)
    assert "Success! Your notebook passes all the tests." in lee.validate()
    for student in (kim, lee):
        student.assignment_list()
        student.press("Submit", "submitted")

    said, code = teacher.terminal("cd marks && nbgrader collect A1 --update && safe-grade A1")
    assert code == 0 and "2 graded" in said, said
    assert re.search(rf"{LEE}: 15/20", said), said
    points = {KIM: float(re.search(rf"{KIM}: (\S+)/20", said)[1]), LEE: 15}
    assert 0 < points[KIM] < 15
    give_by_hand(teacher, marks)
    said, code = teacher.terminal(
        "cd marks && nbgrader generate_feedback A1 && nbgrader release_feedback A1 "
        "&& nbgrader export"
    )
    assert code == 0, said
    rows = [line.split(",") for line in (marks / "grades.csv").read_text().splitlines()]
    at = {name: rows[0].index(name) for name in ("student_id", "score")}
    scores = {row[at["student_id"]]: float(row[at["score"]]) for row in rows[1:]}
    assert scores == {KIM: points[KIM], LEE: 19}

    for student in (kim, lee):
        student.page.locator("#refresh_assignments_list").click()
        student.press("Fetch Feedback", "submitted")
        student.page.get_by_text("(view feedback)").wait_for()
        (page,) = student.home.glob("A1/feedback/*/A1_signals.html")
        text = page.read_text(encoding="utf-8")
        assert f"(Score: {scores[student.name]:.1f} / 20.0)" in text


def give_by_hand(teacher, marks):
    """Give four points for lee's written answer in Formgrader."""
    page = teacher.context.new_page()
    page.goto(f"{teacher.url}/user/{TEACHER}/formgrader/manage_assignments")
    for link in ("Manual Grading", "A1", "A1_signals"):
        page.get_by_role("link", name=link, exact=True).click()
    page.locator("tr:has(.needs-manual-grade[data-order='1']) a.name-hidden").click()
    # red, when the page has asked for the marks; what is typed before that is lost
    page.locator("input.score.needs_manual_grade#answer-one_draw").wait_for()
    page.locator("input.score#answer-one_draw").fill("4")
    with page.expect_response("**/formgrader/api/grade/*") as saved:
        page.locator("input.score#answer-one_draw").press("Tab")
    assert saved.value.ok
    page.close()


#: What a student tries in a terminal; each must fail. Beside it what exists for it to fail on.
FORBIDDEN = {
    "ls {state}": "{state}/jupyterhub.sqlite",
    "cat {state}/jupyterhub.sqlite": "{state}/jupyterhub.sqlite",
    "cat {state}/cookie_secret": "{state}/cookie_secret",
    "cat {state}/first_passwords.txt": "{state}/first_passwords.txt",
    "ls {marks}": "{marks}",
    "cat {marks}/gradebook.db": "{marks}/gradebook.db",
    "cat {marks}/secret.txt": "{marks}/secret.txt",
    "cat {marks}/source/A1/A1_signals.ipynb": "{marks}/source/A1/A1_signals.ipynb",
    "cat {marks}/submitted/{lee}/A1/A1_signals.ipynb": "{marks}/submitted/{lee}/A1",
    "ls {course}/inbound": "{course}/inbound",
    "rm -r {course}/inbound/{lee}*": "{course}/inbound",
    "mv {handed_in} {course}/inbound/gone": "{handed_in}",
    "ls {course}/feedback": "{course}/feedback",
    "ls /home/{lee}": "/home/{lee}",
    "cat /home/{lee}/A1/A1_signals.ipynb": "/home/{lee}/A1/A1_signals.ipynb",
    "mkdir {exchange}/another": "{exchange}",
    "mv {course} {exchange}/gone": "{course}",
    "touch {course}/outbound/A1/checks/more.py": "{course}/outbound/A1/checks",
    "touch {prefix}/env/more": "{prefix}/env",
    "touch {prefix}/lessons/more": "{prefix}/lessons",
    "cat {prefix}/local_config.py": "{prefix}/local_config.py",
    "cat /proc/{hub}/environ": "/proc/{hub}/environ",
    "cat /proc/{teachers}/environ": "/proc/{teachers}/environ",
    "python -c 'import checks.A1'": None,
}


def hub_process():
    """Return the id of the hub's process."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(PREFIX / "jupyterhub_config.py").encode() in (folder / "cmdline").read_bytes():
                return folder.name


def test_a_student_reads_and_changes_nothing_of_others(school, hub, enter):
    """After the class above: everything that is tried is there."""
    kim, course = enter(KIM), school / "exchange" / "initcourse"
    (handed_in,) = course.glob(f"inbound/{LEE}+A1+*")
    places = {
        "state": school / "state", "exchange": school / "exchange", "course": course,
        "hub": hub_process(),
        "marks": Path("/home", TEACHER, "marks"), "lee": LEE, "handed_in": f"'{handed_in}'",
        "teachers": processes_of(TEACHER)[0], "prefix": PREFIX,
    }  # fmt: skip
    tries = {t.format(**places): there and there.format(**places) for t, there in FORBIDDEN.items()}
    for there in filter(None, tries.values()):
        assert Path(there.strip("'")).exists(), there
    # typed into one file, so that one terminal's command runs them all
    script = kim.home / "tries.sh"
    script.write_text("".join(f"( {it} ) >/dev/null 2>&1 && echo {it!r}\n" for it in tries))
    said, _ = kim.terminal("bash ~/tries.sh; echo all tried; id -un")
    assert said.splitlines() == ["all tried", KIM], said
    # what a student may: hand in, see the release
    said, code = kim.terminal(f"ls {course}/outbound/A1 && which nbgrader python")
    assert code == 0 and f"{PREFIX}/env/bin/python" in said, said


def test_the_teacher_alone_has_formgrader(enter):
    def has(person):
        answer = person.context.request.get(
            f"{person.url}/user/{person.name}/formgrader/manage_assignments"
        )
        return answer.status == 200

    assert [has(enter(name)) for name in ACCOUNTS] == [True, False, False]
    entries = [[*filter(None, enter(n).menu().all_inner_texts())] for n in (TEACHER, KIM)]
    assert "Formgrader" in entries[0] and entries[1] == ["Assignment List"]


def test_a_link_brings_the_lessons(school, enter):
    lee = enter(LEE)
    (link,) = re.findall(r"^The lessons' link: http://ADDRESS(.*)$", set_up(school), re.MULTILINE)
    lee.page.goto(lee.url + link)
    lee.page.wait_for_url(f"**/user/{LEE}/lab/tree/lessons/00_start_here.ipynb*", timeout=120_000)
    # :visible, since the notebook of the assignment may be open behind it
    lee.page.locator(".jp-Notebook .jp-Cell:visible").first.wait_for(timeout=60_000)
    lessons = {path.name for path in (lee.home / "lessons").glob("*.ipynb")}
    assert lessons == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
