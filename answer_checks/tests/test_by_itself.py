"""The package without the course: its page is true, and nothing of the course is loaded."""

import doctest
import math
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
EXAMPLE, ASKED = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)


def test_the_readme_s_exercise_answers_as_the_readme_says():
    names = {"math": math}
    exec(EXAMPLE, names)
    test = doctest.DocTestParser().get_doctest(ASKED, names, "README", str(README), 0)
    assert test.examples and doctest.DocTestRunner().run(test).failed == 0


def test_it_loads_nothing_of_the_course():
    code = "import sys, answer_checks; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    loaded = {module.split(".")[0] for module in run.stdout.split()}
    assert "answer_checks" in loaded and not loaded & {"initcourse", "matplotlib", "ipywidgets"}
