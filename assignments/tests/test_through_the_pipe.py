"""What the assignments' checks say of a value, they say when it comes out of a sandbox."""

from pathlib import Path

import pytest
import release
from assignment_course import ROOT
from checks.A1 import checks

from safe_grading.marking import mark
from safe_grading.near import NearSession
from safe_grading.sandbox import beside, bindings
from safe_grading.settings import read_settings

MINE = {"n": 300, "var_w": 0.002, "mean_x": 1.5, "var_x": 0.8}
#: Answers to A1's strength_z, 1.83: right ones, wrong ones, and what is no number.
KIN = (
    """
Fraction(183, 100)|[Fraction(183, 100)]|np.array([Fraction(183, 100)])|np.array(Fraction(183, 100))
Fraction(183 * 10**2000, 10**2002)|Decimal("1.83") + Decimal("1e-5000")|Decimal("NaN")
Decimal("sNaN")|[[Decimal("1.83")]]|deque([1.83])|deque([deque([1.83])])|array.array("d", [1.83])
np.longdouble(1.83)|[np.longdouble(1.83)]|np.array([1.83], dtype=np.longdouble)
np.clongdouble(1.83)|np.float16(1.83)
np.full((1, 1), 1.83).view(np.matrix)|np.ma.array([1.83], mask=[True])
np.bool_(True)|{1.83}|frozenset([1.83])
range(1, 2)|range(10**12)|map(float, [1.83])|zip([1.83])|(x for x in [1.83])|iter([1.83])
OrderedDict(a=1.83)|Counter([1])|{1: 1.83}.values()|namedtuple("P", "a")(1.83)
SimpleNamespace(a=1.83)|b"1.83"|bytearray(b"1")|memoryview(np.array([[1.83]]))|IntEnum("E", "A")(1)
type("F", (float,), {})(1.83)|type("S", (str,), {})("1.83")|UserList([1.83])|UserDict(a=1.83)
type("F", (), {"__float__": lambda self: 1.83})()|type("I", (), {"__index__": lambda self: 2})()
type("A", (), {"__array__": lambda self, dtype=None, copy=None: np.array(1.83)})()
np.array([(1.83,)], dtype=[("a", float)])|np.array([(1.83,)], dtype=[("a", float)])[0]
np.array([2], dtype="m8[ns]")|np.timedelta64(2, "ns")|np.array(["1.83"])|np.str_("1.83")
np.poly1d([1.83])|np.sin|float|partial(float, 1.83)|itertools.count()|10**400|[10**400]
""".strip()
    .replace("\n", "|")
    .split("|")
)
IMPORTS = """import array, itertools
import numpy as np
from collections import *
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from functools import partial
from types import SimpleNamespace
"""
TEST = f"""from checks.A1 import checks
checks({MINE}).mark('strength_z', answer)"""


@pytest.mark.parametrize("answer", KIN)
def test_whatever_the_check_says_of_a_value_it_says_through_the_pipe(answer):
    names = {}
    exec(f"{IMPORTS}answer = {answer}", names)
    cells = [
        {"id": "c1", "number": 1, "kind": "student", "source": f"{IMPORTS}answer = {answer}"},
        {"id": "c2", "number": 2, "kind": "test", "source": TEST},
    ]
    outputs = mark(cells, NearSession())[0]["c2"]
    right = checks(MINE).exercises["strength_z"].check(names["answer"]).right is True
    assert [output["output_type"] for output in outputs] == ["stream" if right else "error"]


def test_submissions_do_not_see_the_checks(released):
    settings = read_settings(release.open_course(released).config, "A1")
    arguments = [*bindings(settings), *beside(settings)]
    shown = [Path(arguments[i + 1]) for i, word in enumerate(arguments) if word.endswith("-bind")]
    answers = [ROOT / "assignments" / name for name in ("checks", "source", "tests")]
    teachers = {released / "checks", *answers}
    assert all(secret.is_dir() for secret in teachers)
    assert len(shown) > 5 and not any(
        secret.is_relative_to(path) for secret in teachers for path in shown
    )
    assert arguments[arguments.index("/student/checks.py") - 1].endswith("hidden.py")
