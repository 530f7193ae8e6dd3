"""The parts of safe grading by themselves: the pipe, the screening, the refusals, the progress."""

import io
import json
import os
import re
import stat
import struct
import time
from collections import deque
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from checks.A1 import checks
from grading import proxies, sandbox, wire
from grading.limits import Limits
from grading.look import worth_a_look
from grading.marking import asked_for, mark
from grading.near import NearSession
from grading.repair import FOUND, Official, Original
from grading.sandbox import NoSandbox, Stopped
from grading.screen import harmless, read_file, read_notebook, rebuild
from grading.shown import Shown
from grading.summary import Progress, Row
from grading.syscalls import make_filter
from safe_class import ROOT


def there_and_back(value):
    arrays = []
    coded = wire.encode({"v": value}, arrays, proxies.refused)
    message = wire.pack({"value": coded}, arrays)
    text, _ = wire.HEADER.unpack(message[: wire.HEADER.size])
    rest = message[wire.HEADER.size :]
    document, buffers = wire.unpack(rest[:text], rest[text:])
    return wire.decode(document["value"], buffers, proxies.refused)["v"]


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, -3, 2**100, 1e-300, "σ\ud800", ..., 1 + 2j, b"\x00\xff"),
        *([1, [2.5, "a"], (3,)], {"a": (1, 2), 3: None}, deque([1, deque(["a"])])),
        *(np.float32(1.5), np.bool_(True), np.int64(-7), Fraction(-2, 3), Decimal("1.50")),
        *(Decimal("-Infinity"), range(3, -5, -2), range(0), {1, (2, "a")}, frozenset([2.5])),
    ],
)
def test_plain_values_come_through_with_their_type(value):
    back = there_and_back(value)
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3).T,
        np.array(3, dtype=np.float32),
        np.zeros((0, 4)),
        np.array([True, False]),
        np.arange(4, dtype=">i2"),
        np.array([1 + 1j]),
    ],
)
def test_arrays_come_through_with_shape_and_kind(array):
    back = there_and_back(array)
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype.newbyteorder("<") and back.flags.writeable


def test_arrays_of_other_things_come_through():
    items = np.array([Fraction(1, 3), [1, 2], np.zeros(2), "a", None], dtype=object)
    back = there_and_back(items.reshape(5, 1))
    assert back.shape == (5, 1) and back.dtype == object
    assert back[2, 0].tolist() == [0, 0] and back[[0, 1, 3, 4], 0].tolist() == [
        items[i] for i in (0, 1, 3, 4)
    ]
    long = there_and_back(np.array([[0.5, 2.0]], dtype=np.longdouble))
    assert long.dtype == np.float64 and long.tolist() == [[0.5, 2.0]]


@pytest.mark.parametrize("spawned", [0, 3])
def test_a_generator_goes_on_where_it_was(spawned):
    rng = np.random.default_rng(3)
    rng.spawn(spawned)
    rng.integers(9, dtype=np.int32)  # leaves half a word behind
    back = there_and_back(rng)
    assert [back.integers(99, dtype=np.int32) for _ in range(5)] == [
        rng.integers(99, dtype=np.int32) for _ in range(5)
    ]
    assert back.spawn(2)[1].normal() == rng.spawn(2)[1].normal()


def test_functions_modules_and_objects_are_not_sent():
    for value in (len, np, object(), iter([1]), 10**1000, Fraction(10**1000), range(10**6)):
        with pytest.raises(TypeError, match="plain data only"):
            there_and_back(value)


def deep(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "[{}, [-1]]",
        "[{}, [5]]",
        "[[], []]",
        "[{}, {}]",
        "{}",
        "\xff",
        deep(100_000),
        '[{"value": ' + "9" * 5000 + "}, []]",
    ],
)
def test_what_is_no_message_is_unreadable(text):
    with pytest.raises(wire.Unreadable):
        wire.unpack(text.encode("latin-1"), b"")


#: What a hostile process could send as a value: by its tag, what else it says.
FORGED_ARRAYS = [  # dtype, shape, place of the bytes
    *(("<f8", [10**9, 0, 10**9], 1), ("<f8", [2**30, 0], 1), ("<f8", [-1], 0), ("<f8", [3], 0)),
    *(("<f8", [1] * 100, 0), ("O", [1], 0), ("V8", [1], 0), ("<f8", [True], 0), ("<f8", [1], 7)),
    *(("<f8", [1], -1), (["<f8"], "1", 0)),
]
FORGED_GENERATORS = [  # name, state, seed
    *(("PCG64", [2**128, 1, 0, 0], None), ("PCG64", [1, 1, 2, 0], None), ("PCG64", [1], None)),
    *(("PCG64", [1.0, 1, 0, 0], None), ("MT19937", [1, 1, 0, 0], None)),
    *(("PCG64", [1, 1, 0, 0], seed) for seed in ([-1, [], 0], [1, [], 2**40], 3)),
]
FORGED = {
    "Fraction": [[1, 0], [1.5, 2], ["1e999999999"]],  # would compute that power
    "Decimal": [  # int() of the first never ends
        *(["1e999999999"], ["1e-2000"], ["0e99999"], ["1" * 2000], ["one"], [[0, [1], 10**9]]),
    ],
    "range": [[10**18], [0, 10**900, 10**3], [0, 9, 0]],  # a loop over the first never ends
    "bytes": [[10**12], ["σ"]],
    "set": [[[1]], [i * (2**61 - 1) for i in range(20_000)]],  # all of one hash
    "dict": [[[i, 0] for i in range(20_000)], [[[1], 2]], 3],
    "complex": [[1, 2, 3]],
    "pickle": ["gASVAAAA"],
}
FORGED_OTHERS = [
    [{"t": "array", "dtype": "<f8", "shape": [1], "at": 0}] * 2,  # 10⁵ copies of one
    {"t": "scalar", "dtype": "<f8", "shape": [0], "at": 1},
    {"t": "objects", "shape": [2], "v": [1]},
    {"t": "objects", "shape": [2**40, 0], "v": []},
    {"t": "strange", "type": "A", "iterator": False, "array": [1]},
    {"t": "strange", "type": "A", "iterator": True, "items": 3},
    {"t": "function", "id": 0, "name": "f", "parameters": [["not a name", 1, False]]},
    {"t": "function", "id": 0, "name": "f", "parameters": [["a", 99, False]]},
    {"t": "function", "id": 0, "name": "f"},
    *({"t": "strange"}, {"t": "tuple"}, {}),
    *({"t": "array", "dtype": d, "shape": s, "at": at} for d, s, at in FORGED_ARRAYS),
    *({"t": "rng", "name": n, "v": v, "seed": seed} for n, v, seed in FORGED_GENERATORS),
]


@pytest.mark.parametrize(
    "coded", [*({"t": t, "v": v} for t, values in FORGED.items() for v in values), *FORGED_OTHERS]
)
def test_a_forged_value_is_unreadable(coded):
    session = NearSession()
    with pytest.raises(wire.Unreadable):
        wire.decode(coded, [bytes(8), b""], session._revive)


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


@pytest.mark.parametrize("answer", KIN)
def test_whatever_the_check_says_of_a_value_it_says_through_the_pipe(answer):
    imports = (
        "import array, itertools\nimport numpy as np\nfrom collections import *\n"
        "from decimal import Decimal\nfrom enum import IntEnum\nfrom fractions import Fraction\n"
        "from functools import partial\nfrom types import SimpleNamespace\n"
    )
    names = {}
    exec(f"{imports}answer = {answer}", names)
    source = "from checks.A1 import checks\n"
    source += "checks(1).mark('strength_z', answer)"
    cells = [cell("student", f"{imports}answer = {answer}", 1), cell("test", source, 2)]
    outputs = mark(cells, NearSession())[0]["c2"]
    right = checks(1).exercises["strength_z"].check(names["answer"]).right is True
    assert [output["output_type"] for output in outputs] == ["stream" if right else "error"]


def test_what_has_no_end_is_not_waited_for():
    cells = [
        cell("student", "import itertools\ndef f():\n    return itertools.count()", 1),
        cell("test", "f()", 2),
    ]
    assert mark(cells, NearSession())[0]["c2"][0]["evalue"] == "this has no end"


def test_generators_that_a_call_spawned_stay_spawned():
    source = "def f(rng):\n    return rng.spawn(1)[0].normal()"
    test = "import numpy as np\nrng, same = (np.random.default_rng(0) for _ in range(2))\n"
    test += "assert [f(rng), f(rng)] == [child.normal() for child in same.spawn(2)]"
    assert mark([cell("student", source, 1), cell("test", test, 2)], NearSession())[0]["c2"] == []


def test_nothing_of_a_forged_value_is_nested_without_end():
    value = inner = []
    for _ in range(200):
        inner.append([])
        inner = inner[0]
    with pytest.raises(wire.Unreadable):
        wire.decode(value, [], None)


def test_changes_of_arguments_come_back_and_only_of_the_right_shape():
    old = (np.zeros(3), [1, [2]], {"a": np.zeros(2)}, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    rng.normal()
    proxies.restore(old, (np.ones(3), [5, [6, 7], 8], {"a": np.ones(3), "b": 1}, rng))
    assert old[0].tolist() == [1, 1, 1] and old[1] == [5, [6, 7], 8]
    assert old[2]["a"].tolist() == [0, 0] and set(old[2]) == {"a"}
    assert old[3].normal() == rng.normal()


@pytest.mark.parametrize("name", ["ValueError", "KeyboardInterrupt", "SystemExit", "StopIteration"])
def test_an_exception_is_raised_by_its_built_in_name(name):
    problem = proxies.exception(name, "words")
    assert type(problem).__name__ == name and "words" in str(problem)


@pytest.mark.parametrize("name", ["print", "Nonsense", "__import__", "UnicodeDecodeError", ""])
def test_everything_else_is_a_runtime_error(name):
    assert type(proxies.exception(name, "words")) is RuntimeError


def cell(kind, source, number=1):
    return {"id": f"c{number}", "number": number, "kind": kind, "source": source}


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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a notebook"),
        (b"[]", "not a notebook"),
        (b'{"cells": 3, "nbformat": 4}', "not a notebook"),
        (b'{"worksheets": [], "nbformat": 3}', "not a notebook"),
        (deep(50_000).encode(), "not a notebook"),
        (b"x" * 2000, "too large (0 MB)"),
        (json.dumps({"nbformat": 4, "cells": [{}] * 30}).encode(), "too large (30 cells)"),
    ],
)
def test_a_file_that_is_no_notebook_is_named(tmp_path, content, words):
    path = tmp_path / "task.ipynb"
    path.write_bytes(content)
    size = 10**6 if b"[[[" in content else 1000
    assert read_notebook(path, Limits(notebook=size, cells=20)) == (None, [words])


def test_outputs_do_not_count_for_the_size_of_a_file(tmp_path):
    path = tmp_path / "task.ipynb"
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 6 * 2**20}}
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [picture]}
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell]}))
    assert read_notebook(path, Limits()) == ([("code", "x = 1", None)], [])
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell | {"source": "x" * 6 * 2**20}]}))
    assert read_notebook(path, Limits()) == (None, ["too large (text)"])


def test_nothing_is_read_through_a_linked_folder(tmp_path):
    (tmp_path / "kim" / "A1").mkdir(parents=True)
    (tmp_path / "kim" / "A1" / "submission_secret.txt").write_text("ab" * 32)
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "A1").symlink_to(tmp_path / "kim" / "A1")
    (tmp_path / "mia").symlink_to(tmp_path / "kim")
    assert read_file(tmp_path / "kim" / "A1" / "submission_secret.txt", 100)[1] is None
    for name in ("eve", "mia"):
        path = tmp_path / name / "A1" / "submission_secret.txt"
        assert read_file(path, 100) == (None, "a link or no file")


def test_strange_cells_are_read_as_text(tmp_path):
    path = tmp_path / "task.ipynb"
    strange = [
        3,
        {"cell_type": [], "source": 3, "metadata": []},
        {"cell_type": "code", "source": ["a\n", 3, "\ud800"], "metadata": {"nbgrader": 3}},
    ]
    path.write_text(json.dumps({"nbformat": 4, "cells": strange}))
    assert read_notebook(path, Limits()) == ([("raw", "", None), ("code", "a\n?", None)], [])


def test_html_and_links_become_text_and_mathematics_stays():
    assert harmless("<script>x</script> $a<b$, 1 < 2 <!-- -->") == (
        "< script>x< /script> $a< b$, 1 < 2 < !-- -->"
    )
    links = "[a](javascript:x) ![b](http://x/y.png) [c][d]\n\n[d]: javascript:x\n\n"
    links += "&#36;\\h&#114;ef{javascript:x}{w}&#36; "
    links += "<javascript:x> $\\href{javascript:x}{y}$ $\\csname href\\endcsname{z}{y}$"
    from nbconvert.filters import markdown2html

    before, after = markdown2html(links), markdown2html(harmless(links))
    assert 'href="javascript' in before and "<img" in before and "\\href" in before
    # an address alone is still a link, and no script
    assert re.findall('href="[^"]*', after) == ['href="http://x/y.png']
    assert "<img" not in after and "\\href" not in after
    usual = "E[z²] = n·Var(w), $W_{ij} [1]$ and **so on**: `h @ W`, 2 > 1"
    assert harmless(usual) == usual


def test_only_text_and_pictures_are_shown():
    png = "iVBORw0KGgpmYWtl"
    given = [
        {"output_type": "display_data", "data": {"text/html": "<b>", "image/png": "<script>"}},
        {"output_type": "display_data", "data": {"text/plain": "t", "image/png": png}},
        {"output_type": "stream", "name": "stdout", "text": "long " * 100},
        {"output_type": "error", "ename": "<b>", "evalue": 3, "traceback": [3, "line"]},
        {"output_type": "update_display_data", "data": {}},
        "nonsense",
    ]
    kept = Shown(text=50, pictures=1000).outputs(given)
    assert [sorted(o.get("data", {})) for o in kept[:2]] == [
        ["text/plain"],
        ["image/png", "text/plain"],
    ]
    assert len(kept) == 4 and len(kept[2]["text"]) == 49 and kept[3]["ename"] == "b"
    assert Shown(1, 1).outputs({"a": 1}) == []


def test_unusual_code_is_told_and_usual_code_is_not():
    usual = (
        "import numpy as np\nfrom matplotlib import pyplot as plt\nfig = plt.figure()\nfig.x = 1"
    )
    assert worth_a_look([usual, "%timeit 1", "def f(:"]) == []
    odd = "import os.path as p, numpy as n\nn.mean = 1\ndel n.a.b\nsetattr(np, 'x', 1)\nopen('f')"
    assert worth_a_look([odd]) == ["look: imports os; calls open; changes n.a.b, n.mean, np"]
    began = time.monotonic()
    assert worth_a_look(["x[" + "1," * 50_000 + "]" + "()" * 80]) == []
    assert time.monotonic() - began < 5  # 80 times as long if every call were written out


def row(name, points=3.0):
    return Row(name, points, 4.0, False, (), 0.1)


def test_progress_is_a_line_for_each_student_where_nobody_watches():
    stream = io.StringIO()
    progress = Progress(2, stream)
    progress.tick(["ann", "bob"])
    progress.finished(row("ann"))
    progress.finished(row("bob", None))
    progress.close()
    assert stream.getvalue().splitlines() == [
        "[1/2] ann: 3/4, nothing unusual",
        "[2/2] bob: not graded, nothing unusual",
    ]


def test_progress_is_a_bar_in_a_terminal():
    stream = io.StringIO()
    stream.isatty = lambda: True
    progress = Progress(2, stream)
    progress.tick(["ann"])
    progress.finished(row("ann"))
    progress.tick(["bob"])
    progress.close()
    first, second = (line for line in stream.getvalue().split("\r") if "█" in line or "░" in line)
    assert "░" * 24 + " 0/2" in first and "ann" in first
    assert "█" * 12 + "░" * 12 + " 1/2" in second and "bob" in second


def test_without_bubblewrap_it_refuses(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandbox, match=r"apt-get install bubblewrap"):
        sandbox.probe(Limits(), [])


def test_without_namespaces_it_refuses_and_says_what_bubblewrap_says(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create namespace' >&2\nexit 1\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(NoSandbox, match=r"cannot make a sandbox: bwrap: No permissions"):
        sandbox.probe(Limits(), [])


def test_what_must_stay_private_is_never_bound():
    folder = sandbox.python_folders()[0]
    with pytest.raises(NoSandbox, match="lies in it"):
        sandbox.bindings([folder / "course"])
    bound = sandbox.bindings([ROOT / "assignments"])
    sources = [bound[i + 1] for i, word in enumerate(bound) if word == "--ro-bind"]
    assert not any(str(ROOT / "assignments" / "source").startswith(f"{s}/") for s in sources)
    assert str(ROOT / "initcourse") in sources and "--bind" not in bound


def test_the_filter_is_written_for_two_machines():
    for machine, number_of_ptrace in (("x86_64", 101), ("aarch64", 117)):
        rules = make_filter(machine)
        lines = list(struct.iter_unpack("=HBBI", rules))
        assert (0x15, 0, 1, number_of_ptrace) in lines
        # every jump lands inside
        jumps = [(i, max(yes, no)) for i, (code, yes, no, _) in enumerate(lines) if code & 7 == 5]
        assert all(i + 1 + farthest < len(lines) for i, farthest in jumps)
    assert make_filter("riscv64") is None
