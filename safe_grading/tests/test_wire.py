"""The pipe: plain values come through as they are, forged ones are no values."""

import contextlib
import os
import threading
import time
from collections import deque
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from safe_grading import proxies, wire
from safe_grading import session as session_module
from safe_grading.limits import Limits
from safe_grading.marking import mark
from safe_grading.near import NearSession
from safe_grading.sandbox import Stopped


def there_and_back(value):
    arrays = []
    coded = wire.encode({"v": value}, arrays, proxies.refused)
    message = wire.pack({"value": coded}, arrays)
    text, _ = wire.HEADER.unpack(message[: wire.HEADER.size])
    rest = message[wire.HEADER.size :]
    document, buffers = wire.unpack(rest[:text], rest[text:])
    return wire.decode(document["value"], buffers, proxies.refused)["v"]


def test_plain_values_come_through_with_their_type():
    for value in [
        *(None, True, -3, 2**100, 1e-300, "σ\ud800", ..., 1 + 2j, b"\x00\xff"),
        *([1, [2.5, "a"], (3,)], {"a": (1, 2), 3: None}, deque([1, deque(["a"])])),
        *(np.float32(1.5), np.bool_(True), np.int64(-7), Fraction(-2, 3), Decimal("1.50")),
        *(Decimal("-Infinity"), range(3, -5, -2), range(0), {1, (2, "a")}, frozenset([2.5])),
    ]:
        back = there_and_back(value)
        assert back == value and type(back) is type(value), value


def test_arrays_come_through_with_shape_and_kind():
    for array in [
        np.arange(6.0).reshape(2, 3).T,
        np.array(3, dtype=np.float32),
        np.zeros((0, 4)),
        np.array([True, False]),
        np.arange(4, dtype=">i2"),
        np.array([1 + 1j]),
    ]:
        back = there_and_back(array)
        np.testing.assert_array_equal(back, array)
        assert back.dtype == array.dtype.newbyteorder("<") and back.flags.writeable


def test_arrays_of_other_things_come_through():
    items = np.array([Fraction(1, 3), [1, 2], np.zeros(2), "a", None], dtype=object)
    back = there_and_back(items.reshape(5, 1))
    assert back.shape == (5, 1) and back.dtype == object and back[2, 0].tolist() == [0, 0]
    assert all(back[i, 0] == items[i] for i in (0, 1, 3, 4))
    long = there_and_back(np.array([[0.5, 2.0]], dtype=np.longdouble))
    assert long.dtype == np.float64 and long.tolist() == [[0.5, 2.0]]


@pytest.mark.parametrize("spawned", [0, 3])
def test_a_generator_goes_on_where_it_was(spawned):
    rng = np.random.default_rng(3)
    rng.spawn(spawned)
    rng.integers(9, dtype=np.int32)  # leaves half a word behind
    back = there_and_back(rng)
    draws = [[r.integers(99, dtype=np.int32) for _ in range(5)] for r in (back, rng)]
    assert draws[0] == draws[1]
    assert back.spawn(2)[1].normal() == rng.spawn(2)[1].normal()


def test_functions_modules_and_objects_are_not_sent():
    for value in (len, np, object(), iter([1]), 10**1000, Fraction(10**1000), range(10**6)):
        with pytest.raises(TypeError, match="plain data only"):
            there_and_back(value)


def test_what_is_no_message_is_unreadable():
    deep = "[" * 100_000 + "]" * 100_000
    long = '[{"value": ' + "9" * 5000 + "}, []]"
    forged = ["", "[1]", "[{}, [-1]]", "[{}, [5]]", "[[], []]", "[{}, {}]", "{}", "\xff"]
    for text in [*forged, deep, long]:
        with pytest.raises(wire.Unreadable):
            wire.unpack(text.encode("latin-1"), b"")


#: What a hostile process could send as a value: by its tag, what else it says.
FORGED_ARRAYS = [  # dtype, shape, place of the bytes
    *(("<f8", [10**9, 0, 10**9], 1), ("<f8", [2**30, 0], 1), ("<f8", [-1], 0), ("<f8", [3], 0)),
    *(("<f8", [1] * 100, 0), ("O", [1], 0), ("V8", [1], 0), ("<f8", [True], 0), ("<f8", [1], 7)),
    *(("<f8", [1], -1), (["<f8"], "1", 0), ("|b1", [2**24, 0], 1)),
]
FORGED_GENERATORS = [  # name, state, seed
    *(("PCG64", [2**128, 1, 0, 0], None), ("PCG64", [1, 1, 2, 0], None), ("PCG64", [1], None)),
    *(("PCG64", [1.0, 1, 0, 0], None), ("MT19937", [1, 1, 0, 0], None)),
    *(("PCG64", [1, 1, 0, 0], seed) for seed in ([-1, [], 0], [1, [], 2**40], 3)),
    *(("PCG64", [1, 1, 0, 0], seed) for seed in ([[1] * 10**4, [], 0], [1, [1] * 10**4, 0])),
]
FORGED = {
    "Fraction": [[1, 0], [1.5, 2], ["1e999999999"]],  # would compute that power
    "Decimal": [  # int() of the first never ends
        *(["1e999999999"], ["1e-2000"], ["0e99999"], ["1" * 2000], ["one"], [[0, [1], 10**9]]),
    ],
    "range": [[10**18], [0, 10**900, 10**3], [0, 9, 0]],  # a loop over the first never ends
    "bytes": [[10**12], ["σ"]],
    "set": [[[1]], [i * (2**61 - 1) for i in range(20_000)]],  # all of one hash
    "dict": [
        *([[i, 0] for i in range(20_000)], [[[1], 2]], 3),
        [[i * (2**61 - 1), 0] for i in range(20)],
    ],
    "complex": [[1, 2, 3]],
    "deque": [[{"t": "deque", "v": []}] * 10_001],
    "frozenset": [
        [{"t": "complex", "v": [-1000003 * k, k]} for k in range(20)],
        [{"t": "Fraction", "v": [k * (2**61 - 1), 1]} for k in range(20)],
    ],
    "tuple": [[{"t": "range", "v": [10**5]}] * 400],
    "pickle": ["gASVAAAA"],
}
FORGED_OTHERS = [
    [{"t": "array", "dtype": "<f8", "shape": [1], "at": 0}] * 2,  # 10⁵ copies of one
    {"t": "scalar", "dtype": "<f8", "shape": [0], "at": 1},
    ["x" * 10**6] + ["y"] * 700,  # NumPy makes 2.7 GB of it
    {"t": "objects", "shape": [2**24, 0], "v": []},
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


def test_a_shape_of_many_axes_is_not_even_multiplied():
    with pytest.raises(ValueError):
        wire._size([2**30] * 65)


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


def test_an_exception_is_raised_by_its_built_in_name_or_as_a_runtime_error():
    for name in ("ValueError", "KeyboardInterrupt", "SystemExit", "KeyError"):
        problem = proxies.exception(name, "words")
        assert type(problem).__name__ == name and "words" in str(problem)
    ends = ("StopIteration", "StopAsyncIteration", "GeneratorExit")  # of the test's own loop
    for name in ("print", "Nonsense", "__import__", "UnicodeDecodeError", "", *ends):
        assert type(proxies.exception(name, "words")) is RuntimeError


#: What a hostile process writes after its greeting, and why its sandbox is ended.
WRITTEN = [
    (b"", "its process ended"),
    (wire.HEADER.pack(5, 0) + b"[1,2]", "something that is no answer"),
    (wire.HEADER.pack(10, 2**60), "answered with too much"),
    (wire.HEADER.pack(2**31, 0), "answered with too much"),
    (wire.pack({"value": FORGED_OTHERS[3]}, []), "something that is no answer"),
    (wire.pack({"raised": 3}, []), "something that is no answer"),
]


class Box:
    """Stands for a sandbox: a pipe from which everything can be read that was written."""

    def __init__(self, *written):
        ends = [*os.pipe(), *os.pipe()]
        stdin, stdout = os.fdopen(ends[1], "wb"), os.fdopen(ends[2], "rb")
        self.process = SimpleNamespace(stdin=stdin, stdout=stdout)
        self.hold_folders = self.watch = lambda: None  # it uses little
        self.cpu = 0.0
        self.reader, self.writer = os.fdopen(ends[0], "rb"), os.fdopen(ends[3], "wb", 0)
        self.writer.write(wire.pack({"ready": True}, []) + b"".join(written))

    def end(self):
        """Close the pipe."""
        for file in (self.process.stdin, self.process.stdout, self.reader, self.writer):
            file.close()


def session_with(box, monkeypatch, limits=None):
    monkeypatch.setattr(session_module, "Sandbox", lambda limits, course: box)
    return session_module.Session(limits or Limits())


@pytest.mark.parametrize(("written", "says"), WRITTEN)
def test_what_is_no_answer_ends_the_sandbox(written, says, monkeypatch):
    box = Box(written)
    box.writer.close()
    session = session_with(box, monkeypatch)
    for _ in range(2):
        with pytest.raises(Stopped, match=says):
            session.get("answer")


def test_an_answer_that_trickles_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(session_module, "_GRACE", 0.1)
    box = Box(wire.HEADER.pack(10**6, 0))
    session = session_with(box, monkeypatch, Limits(cell_seconds=0.1))

    def trickle():
        with contextlib.suppress(OSError, ValueError):  # until the pipe is closed
            for _ in range(300):
                box.writer.write(b" ")
                time.sleep(0.01)
            box.writer.close()

    thread = threading.Thread(target=trickle)
    thread.start()
    with pytest.raises(Stopped, match="could not be interrupted"):
        session.run("pass")
    thread.join()


@pytest.mark.parametrize(
    ("computes", "by_the_clock", "words"),
    [(0.1, 0.4, []), (0.4, 0.1, ["ran too long"]), (0.0, 0.8, ["ran too long"])],
    ids=["waits for the processor", "computes", "sleeps"],
)
def test_a_cell_has_seconds_of_the_processor(computes, by_the_clock, words, monkeypatch):
    """Of which it gets fewer while others compute; by the clock it has three times as many."""
    box = Box()
    session = session_with(box, monkeypatch, Limits(cell_seconds=0.2))

    def answer():
        time.sleep(by_the_clock)
        box.cpu += computes
        box.writer.write(wire.pack({"outputs": [], "error": None}, []))

    thread = threading.Thread(target=answer)
    thread.start()
    assert session.run("pass") == ([], words)
    thread.join()
    session.end()


def test_a_cell_that_was_interrupted_ran_too_long_by_whatever_clock(monkeypatch):
    """The alarm and /proc count processor time each in its own way."""
    box = Box(wire.pack({"outputs": [], "error": None, "late": True}, []))
    session = session_with(box, monkeypatch)
    assert session.run("pass") == ([], ["ran too long"])
    session.end()


def test_the_time_in_all_is_limited(monkeypatch):
    session = session_with(Box(wire.pack({"missing": True}, [])), monkeypatch)
    session.last = time.monotonic()
    with pytest.raises(Stopped, match="it ran for 180 s in all"):
        session.get("answer")


def test_the_sandbox_is_watched_while_nobody_asks(monkeypatch):
    box = Box()
    session = session_with(box, monkeypatch, Limits(cell_seconds=1))
    box.process.kill = box.writer.close

    def watch():
        raise Stopped("too much memory")

    box.watch = watch
    until = time.monotonic() + 5
    while session.used is None and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(Stopped, match="too much memory"):
        session.get("answer")


def test_a_test_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(session_module, "_GRACE", 0.05)
    session = session_with(Box(), monkeypatch, Limits(cell_seconds=0.1))
    long = "import time\nend = time.monotonic() + 5\n"
    plain = f"{long}while time.monotonic() < end:\n    pass"
    stubborn = f"{long}try:\n    while time.monotonic() < end:\n        pass\n"
    stubborn += "except KeyboardInterrupt:\n    pass"
    tests = [
        {"id": str(i), "number": i, "kind": "test", "source": source}
        for i, source in enumerate([plain, stubborn, "1 / 4"])
    ]
    outputs, words = mark(tests, session)
    session.end()
    assert [outputs[i][0].get("ename") for i in "012"] == ["KeyboardInterrupt"] * 2 + [None]
    assert words == ["ran too long in test cell 0", "ran too long in test cell 1"]
