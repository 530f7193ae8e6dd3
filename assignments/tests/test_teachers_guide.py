"""The teacher's guide on one machine: its commands, as printed, from the release to the table."""

import csv
import os
import re
import shutil
import subprocess
import sysconfig

import pytest
from assignment_course import ROOT

GUIDE = (ROOT / "assignments" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)
MADE = (
    "secret.txt",
    "students.txt",
    "gradebook.db*",
    "submitted",
    "autograded",
    "feedback",
    "summary",
    "grades.csv",
)


@pytest.fixture
def marks(tmp_path, sandboxes):
    """The teacher's copy of the folder, and a function that types a block of the guide there."""
    folder = tmp_path / "marks"
    shutil.copytree(ROOT / "assignments", folder, ignore=shutil.ignore_patterns(*MADE))
    paths = [sysconfig.get_path("scripts"), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(paths), "HOME": str(tmp_path)}

    def type_block(first_words, folder=folder):
        (block,) = [block for block in BLOCKS if block.startswith(first_words)]
        done = subprocess.run(
            ["bash", "-euc", block], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return folder, type_block


def test_the_commands_of_the_guide(marks):
    folder, type_block = marks
    released = folder / "release" / "A1" / "A1_signals.ipynb"
    text = released.read_bytes()
    released.write_text("what another seed left behind")
    (folder / "students.txt").write_text("kim\n")
    type_block("nbgrader generate_assignment")
    assert released.read_bytes() == text

    said = type_block("cp -r . ../trial")
    assert "3 graded" in said and re.search(r"loop: 0/20, .*ran too long", said)
    assert re.findall("look:.*", said) == re.findall("`(look: .*?)`", GUIDE)[:1]
    assert set(re.findall(r"TypeError in cell \d+", GUIDE)) == {*re.findall(r"TypeError.*", said)}
    trial = folder.parent / "trial"
    type_block("nbgrader generate_feedback", trial)
    assert "perfect" in {page.parents[1].name for page in trial.glob("feedback/*/A1/*.html")}
    type_block("nbgrader export", trial)
    with (trial / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {who: float(row["score"]) for who, row in rows.items()} == {
        "perfect": 15,
        "empty": 0,
        "loop": 0,
    }
    assert {float(row["max_score"]) for row in rows.values()} == {20}

    type_block("cd ../marks", trial)
    assert not trial.exists() and not (folder / "submitted").exists()
    assert (folder / "students.txt").read_text() == "kim\n"
    (folder / "downloaded").mkdir()
    shutil.copy(released, folder / "downloaded" / "kim_A1_signals.ipynb")
    type_block("for file in downloaded")
    assert (folder / "submitted" / "kim" / "A1" / "A1_signals.ipynb").read_bytes() == text
