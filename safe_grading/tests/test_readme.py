"""README's course of two cells, made and graded by the commands that it prints."""

import csv
import os
import re
import subprocess
import sysconfig
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_commands_of_the_readme(tmp_path, sandboxes):
    course = tmp_path / "course"
    course.mkdir()
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    blocks = re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        done = subprocess.run(
            ["bash", "-euc", block],
            cwd=course,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    with (course / "summary" / "T1.csv").open(encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {who: float(row["points"]) for who, row in rows.items()} == {"kim": 2, "lee": 0}
    assert [rows[who]["what_happened"] for who in ("kim", "lee")] == ["", "look: calls open"]
