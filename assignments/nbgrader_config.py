"""The settings of the course for nbgrader; it reads them when started in this folder."""

import os
import sys
import sysconfig
from functools import partial
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import Autograde
from nbgrader.preprocessors import GetGrades

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
# nbgrader starts `alembic` by its bare name; this finds it in an environment not activated, too.
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])

from personal import StudentsChecks, locked_cells  # noqa: E402 - it stands beside this file

from safe_grading.collect import Collect  # noqa: E402
from safe_grading.feedback import Discreet  # noqa: E402
from safe_grading.page import FILTERS  # noqa: E402
from safe_grading.personal import Personal  # noqa: E402
from safe_grading.plain import Reader, Repair  # noqa: E402

c = get_config()  # noqa: F821 - traitlets provides it

c.CourseDirectory.course_id = "initcourse"
c.CourseDirectory.root = str(HERE)
# nbgrader copies what stands beside a source notebook to the students; not these.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "rubric.md"]

# Everybody in students.txt has other numbers; who hands in is graded by his or her own.
c.GenerateAssignment.preprocessors.insert(0, StudentsChecks)
c.SafeGrading.personal = partial(locked_cells, HERE)
c.Autograde.autograde_preprocessors = [Personal, *Autograde.autograde_preprocessors.default()]
# Without it nbgrader keeps a release that is there already, such as the committed one.
c.GenerateAssignment.force = True
c.ExchangeReleaseAssignment.force = True  # nor does it hand out again, for who comes later
# Nor does it write feedback anew, when points have been given by hand since.
c.GenerateFeedback.force = True
# A sentence for each lost point, and nothing of the hidden tests.
c.GenerateFeedback.preprocessors = [GetGrades, Discreet, CSSHTMLHeaderPreprocessor]
# In Formgrader and feedback, words are words: no links, and no ids that take a test's points.
c.HTMLExporter.filters = FILTERS

# What students have put into the exchange is copied through no link, and as theirs alone.
c.ExchangeFactory.collect = Collect

# An answer to be written reads `...` in the release, as in the lessons.
c.ClearSolutions.code_stub = {"python": "...  # your answer"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
c.Execute.timeout = 60
# In the plain way's kernels the checks of this folder stand before a copy that was handed in.
first = f"import sys; sys.path.insert(0, {str(HERE)!r})"
c.Execute.extra_arguments = [f"--IPKernelApp.exec_lines={first}"]

# Cells that were split, copied or moved, and answers beside their place: as in safe grading.
# (Set, not inserted: the command reads these settings twice.)
c.Autograde.sanitize_preprocessors = [Repair, *Autograde.sanitize_preprocessors.default()]
c.Autograde.exporter_class = Reader

# Safe grading shows submissions these packages; in place of the checks they find nothing.
c.SafeGrading.packages = ["initcourse", "answer_checks"]
c.SafeGrading.hidden = ["checks"]
c.SafeGrading.usual_imports = ["threadpoolctl"]
c.SafeGrading.name_variable = "student"
