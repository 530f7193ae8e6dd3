"""Marking without a sandbox: tests see proxies, and only what the answers are worth counts."""

import copy

import pytest
from small_course import WRONG, answered, near

from safe_grading.marking import asked_for, mark
from safe_grading.near import NearSession
from safe_grading.repair import FOUND, Official, Original
from safe_grading.sandbox import Stopped
from safe_grading.screen import rebuild

_ALWAYS = "    __eq__ = __ne__ = __lt__ = __gt__ = lambda *a: True\n    __hash__ = None\n"
#: Answers, and the points worked out by hand: 5 for strength, 4 for draw, 1 for guess.
WORTH = {
    "another style": (
        {
            "strength": "class Strength:\n    def __call__(self, x):\n        print(len(x))\n"
            "        return sum(v * v for v in x) / len(x)\n\n\nstrength = Strength()",
            "draw": "draw = lambda n, rng: [factor * rng.normal() for _ in range(n)]",
        },
        10,
    ),
    "other types": (
        {
            "strength": "import array\n"
            "def strength(x):\n    return array.array('d', [np.mean(x**2)])",
            "draw": "from collections import deque\n"
            "def draw(n, rng):\n    return deque(factor * rng.spawn(1)[0].normal(size=n))",
            "guess": "guess = np.longdouble(12)",
        },
        10,
    ),
    "unanswered": ({name: f"{name} = ..." for name in WRONG}, 0),
    "own generator": (
        {"draw": "def draw(n, rng):\n    return 3 * np.random.default_rng(0).normal(size=n)"},
        8,
    ),
    "changes x": ({"strength": "def strength(x):\n    x *= x\n    return x.mean()"}, 7),
    "syntax error": ({"draw": "def draw(n, rng)\n    return 0"}, 6),
    "raises": ({"guess": "guess = 1 / 0"}, 9),
    "right by luck": (WRONG | {"strength": "def strength(x):\n    return 2.5"}, 2),
    "nests": (
        {"strength": "deep = []\ndeep.append(deep)\n\n\ndef strength(x):\n    return deep"},
        5,
    ),
    "equals all": (
        WRONG
        | {
            "guess": f"class Same:\n{_ALWAYS}    __float__ = lambda s: 12.0\n"
            "    __array__ = lambda s, *a, **k: np.array(12.0)\n"
            "    __array_ufunc__ = lambda *a, **k: True\nguess = Same()",
        },
        0,
    ),
    "kinds of its own": (
        WRONG
        | {
            "strength": f"class F(float):\n{_ALWAYS}class S(str):\n{_ALWAYS}"
            "def strength(x):\n    return S('2.5')",
            "guess": "guess = F(11)",
        },
        0,
    ),
    "long int": ({"guess": "guess = 10**100_000"}, 9),
}


@pytest.mark.parametrize("name", WORTH)
def test_answers_get_what_they_are_worth(name, small_course, original):
    answers, worth = WORTH[name]
    assert near(answered(small_course, **answers), original)[0] == worth


def test_what_is_done_to_the_tests_earns_nothing(small_course, original):
    released = answered(small_course, **WRONG)
    tests = [i for i, cell in enumerate(released.cells) if "test" in str(cell.metadata)]
    replaced, repeated, stripped, own = (copy.deepcopy(released) for _ in range(4))
    for i in tests:
        replaced.cells[i].source = "print('All tests passed')"
        repeated.cells.append(copy.deepcopy(repeated.cells[i]))
        repeated.cells[-1].source = "pass"
        own.cells[i].metadata.nbgrader |= {"points": 1000, "locked": False, "solution": True}
    for cell in stripped.cells:
        cell.metadata = {}
    for notebook, says in [
        (replaced, "locked cells edited, restored"),
        (repeated, "copied or split"),
        (stripped, "cells missing, put back"),
        (own, ""),
    ]:
        points, words = near(notebook, original)
        assert points == 0 and says in " ".join(words)


def cell(kind, source, number=1):
    return {"id": f"c{number}", "number": number, "kind": kind, "source": source}


def test_what_has_no_end_is_not_waited_for():
    cells = [
        cell("student", "import itertools\ndef f():\n    return itertools.count()", 1),
        cell("test", "f()", 2),
    ]
    assert mark(cells, NearSession())[0]["c2"][0]["evalue"] == "this has no end"


def test_what_is_too_much_to_go_through_costs_its_own_test_only():
    cells = [
        cell("student", "much = ['x' * 10**6] + ['y'] * 700\ndef f():\n    return much", 1),
        cell("test", "float(much)", 2),
        cell("test", "f()", 3),
        cell("test", "1 / 4", 4),
    ]
    outputs, _ = mark(cells, NearSession())
    assert outputs["c2"][0]["evalue"] == "much cannot be read: ValueError"
    assert outputs["c3"][0]["evalue"] == "too much to go through"
    assert outputs["c4"][0]["data"] == {"text/plain": "0.25"}


def test_a_function_does_not_end_the_loop_of_a_test():
    cells = [
        cell("student", "def f(x):\n    raise StopIteration", 1),
        cell("test", "assert all(map(lambda x: f(x) == x + 1, range(5)))", 2),
        cell("test", "assert not [*map(f, range(5))]", 3),
    ]
    outputs, _ = mark(cells, NearSession())
    assert [outputs[name][0]["ename"] for name in ("c2", "c3")] == ["RuntimeError"] * 2


def test_generators_that_a_call_spawned_stay_spawned():
    source = "def f(rng):\n    return rng.spawn(1)[0].normal()"
    test = "import numpy as np\nrng, same = (np.random.default_rng(0) for _ in range(2))\n"
    test += "assert [f(rng), f(rng)] == [child.normal() for child in same.spawn(2)]"
    assert mark([cell("student", source, 1), cell("test", test, 2)], NearSession())[0]["c2"] == []


def test_a_test_sees_proxies_in_the_order_of_the_cells():
    cells = [
        cell("given", "import numpy as np\nfactor = 2", 1),
        cell("student", "def f(x):\n    x += 1\n    return factor * x\nnp = None", 2),
        cell("test", "x = np.ones(2)\ny = f(x)\nassert (y == 4).all() and (x == 2).all()", 3),
        cell("student", "f = 'no function'", 4),
        cell("test", "f(x)", 5),
        cell("test", "1 / 4", 6),
        cell("test", "print('seen'); unknown", 7),
    ]
    outputs, words = mark(cells, NearSession())
    assert outputs["c3"] == []
    assert outputs["c5"][0]["traceback"] == ["TypeError: 'str' object is not callable"]
    assert outputs["c6"][0]["data"] == {"text/plain": "0.25"}  # nbgrader's partial credit
    assert [o["output_type"] for o in outputs["c7"]] == ["stream", "error"]
    assert outputs["c7"][1]["ename"] == "NameError"
    assert words == []


def test_a_locked_name_cannot_be_replaced_by_the_submission():
    cells = [
        cell("given", "right = 3", 1),
        cell("student", "right = 4\nanswer = 4", 2),
        cell("test", "assert answer == right", 3),
    ]
    assert mark(cells, NearSession())[0]["c3"][0]["ename"] == "AssertionError"


def test_a_test_moved_above_what_is_given_changes_nothing_for_the_others():
    cells = [
        cell("student", "np = None\nanswer = 1", 1),
        cell("test", "assert np is None and answer == 1", 2),
        cell("given", "import numpy as np", 3),
        cell("student", "np = None\nanswer = 2", 4),
        cell("test", "assert np.random is not None and answer == 2", 5),
    ]
    outputs, _ = mark(cells, NearSession())
    assert outputs["c2"] == outputs["c5"] == []


class EndingSession(NearSession):
    """Its sandbox is at its end as soon as a function is called."""

    def call(self, number, given):
        self.over = "its process ended"
        raise Stopped(self.over)


def test_a_test_that_swallows_exceptions_fails_when_the_sandbox_ends_in_it():
    careless = "try:\n    f()\nexcept Exception:\n    pass"
    cells = [cell("student", "f = len", 1), cell("test", careless, 2), cell("test", "pass", 3)]
    outputs, words = mark(cells, EndingSession())
    assert outputs["c2"][0]["ename"] == outputs["c3"][0]["ename"] == "Stopped"
    assert words == ["stopped by test cell 2: its process ended"]


def test_a_proxy_tells_its_parameters_and_raises_what_the_function_raises():
    source = "def f(a, *, b=1):\n    raise ValueError('so')"
    test = (
        "import inspect\nassert str(inspect.signature(f)) == '(a, *, b=None)', inspect.signature(f)"
    )
    test += "\ntry:\n    f(1)\nexcept ValueError as problem:\n    assert str(problem) == 'so'\n"
    test += "else:\n    assert False"
    outputs, _ = mark([cell("student", source, 1), cell("test", test, 2)], NearSession())
    assert outputs["c2"] == []


def test_names_that_a_cell_asks_for():
    source = "import numpy as np\ny = f(1)\ng = lambda a: a + z\n[i for i in w]\nlen(y)"
    assert asked_for(source) == ["f", "len", "w", "z"]


OFFICIALS = [
    Official("given", "code", True, "import numpy", {"grade": False, "grade_id": "given"}),
    Official("do", "code", False, "...", {"grade": False, "grade_id": "do"}),
    Official(
        "test", "code", True, "assert 1\n# hidden", {"grade": True, "grade_id": "test"}, "assert 1"
    ),
    Official("why", "markdown", False, "YOUR ANSWER", {"grade": True, "grade_id": "why"}),
]
ORIGINAL = Original(OFFICIALS, frozenset({"YOUR ANSWER"}))


def test_locked_cells_are_the_gradebooks_whatever_was_handed_in():
    cells, words = rebuild(
        [
            ("code", "import nothing", "given"),
            ("code", "mine", "do"),
            ("code", "print('passed')", "test"),
            ("markdown", "pass", "test"),
            ("code", "also mine", "unknown"),
        ],
        ORIGINAL,
    )
    assert [(c["kind"], c["source"]) for c in cells] == [
        ("given", "import numpy"),
        ("student", "mine"),
        ("student", "print('passed')"),
        ("test", "assert 1\n# hidden"),
        ("student", "also mine"),
        ("text", f"{FOUND}\n\npass"),
    ]
    assert words == [
        "2 locked cells edited, restored",
        "1 cell missing, put back",
        "1 cell copied or split",
        "written answer found elsewhere, copied into its cell",
    ]


def test_a_cell_as_released_is_not_called_edited():
    handed_in = [(o.cell_type, o.released or o.source, o.name) for o in OFFICIALS]
    cells, words = rebuild(handed_in, ORIGINAL)
    assert words == [] and cells[2]["source"] == "assert 1\n# hidden"


def test_without_metadata_the_tests_run_after_everything():
    cells, words = rebuild([("code", "mine", None)], ORIGINAL)
    assert [c["kind"] for c in cells] == ["given", "student", "test", "text"]
    assert words == ["3 cells missing, put back"]
