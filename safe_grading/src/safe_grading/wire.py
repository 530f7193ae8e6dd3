"""Plain data over a pipe: JSON for the structure, raw bytes for arrays, never pickle.

Both sides use this module. What it decodes may have been written by a hostile program, so
`decode` builds nothing but numbers, text, the standard library's containers, arrays and
generators, none of them larger than a check can go through, and raises `Unreadable` on
everything else.
"""

import json
import math
import struct
from collections import Counter, deque
from decimal import Decimal
from fractions import Fraction
from operator import index

import numpy as np

HEADER = struct.Struct(">IQ")  # bytes of JSON, bytes of arrays
_DEPTH = 40
_DIGITS = 1000
_BITS = 3000
_KEYS = 10_000  # of a set or dict; and so many things whose building costs much
_SAME = 10  # keys of one hash: with more of them a set or dict is slow
_NUMBERS = 2**23  # in all arrays together
_LETTERS = 2**25  # of an array of texts, where NumPy gives each the room of the longest
_SEEDS = 1000  # numbers in the seed of one generator
ITEMS = 100_000  # of what is gone through and has no array
_COSTLY = {"deque", "function", "rng", "strange"}
_GENERATORS = {"PCG64": np.random.PCG64, "PCG64DXSM": np.random.PCG64DXSM}

#: Name: the type, its parts, and how it is built of them again.
_BUILT = {
    "tuple": (tuple, list, tuple),
    "complex": (complex, lambda z: [z.real, z.imag], lambda parts: complex(*parts)),
    "Fraction": (
        Fraction,
        lambda value: [value.numerator, value.denominator],
        lambda parts: Fraction(*map(index, parts)),  # of text it would compute any power of ten
    ),
    "Decimal": (Decimal, lambda value: [str(value)], lambda parts: Decimal(*parts)),
    "range": (range, lambda r: [r.start, r.stop, r.step], lambda parts: range(*parts)),
    "deque": (deque, list, deque),
    "set": (set, list, lambda parts: set(_few(parts))),
    "frozenset": (frozenset, list, lambda parts: frozenset(_few(parts))),
    "bytes": (
        bytes,
        lambda value: [value.decode("latin-1")],
        lambda parts: parts[0].encode("latin-1"),
    ),
}


class Unreadable(Exception):
    """What came over the pipe is not a message."""


def pack(document, arrays):
    """Return a message as bytes."""
    contents = [array.tobytes() for array in arrays]
    sizes = [len(content) for content in contents]
    text = json.dumps([document, sizes], separators=(",", ":")).encode()
    return b"".join([HEADER.pack(len(text), sum(map(len, contents))), text, *contents])


def unpack(text, contents):
    """Return the document of a message and the bytes of its arrays.

    Raises
    ------
    Unreadable
    """
    try:
        document, sizes = json.loads(text.decode(), parse_int=_integer)
        if not isinstance(document, dict) or not isinstance(sizes, list):
            raise ValueError
        if not all(type(size) is int and size >= 0 for size in sizes):
            raise ValueError
        if sum(sizes) != len(contents):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise Unreadable("no message") from None
    buffers, at = [], 0
    for size in sizes:
        buffers.append(contents[at : at + size])
        at += size
    return document, buffers


def _integer(digits):
    if len(digits) > _DIGITS:
        raise ValueError("a number of too many digits")
    return int(digits)


def _modest(value):
    """Return whether nothing that a check does with the value, int() say, takes long."""
    if isinstance(value, Fraction):
        return max(value.numerator.bit_length(), value.denominator.bit_length()) < _BITS
    if isinstance(value, Decimal):
        size = max(abs(value.adjusted()), len(value.as_tuple().digits))
        return size < _DIGITS or not value.is_finite()
    if isinstance(value, range):
        return not value[ITEMS:]
    return not isinstance(value, (set, frozenset, dict)) or len(value) <= _KEYS


def _few(keys):
    """Return the keys of a set or dict, which a program can choose so that all have one hash."""
    if len(keys) > _KEYS or max(Counter(map(hash, keys)).values(), default=0) > _SAME:
        raise ValueError("too many keys")
    return keys


def _weigh(coded):
    """Raise a ValueError where what is coded would take much more memory or time than its text."""
    items = longest = costly = numbers = 0
    waiting = [coded]
    while waiting:
        part = waiting.pop()
        items += 1
        if isinstance(part, str):
            longest = max(longest, len(part))
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            tag = part.get("t")
            costly += tag in _COSTLY
            if tag == "range":
                items += len(range(*part["v"])[: ITEMS + 1])
            if tag in ("array", "scalar", "objects"):
                numbers += _size(part["shape"])
    if items * longest > _LETTERS or items > _NUMBERS or numbers > _NUMBERS or costly > _KEYS:
        raise ValueError("too much to go through")


def encode(value, arrays, strange):
    """Return the value as JSON can hold it; its arrays are appended to `arrays`.

    `strange(value, inner)` does that for a value of any other kind, and `inner` for its parts.
    """

    def inner(value, depth):
        if depth > _DEPTH:
            raise ValueError("the value is nested too deeply")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (np.ndarray, np.generic)):
            return array(value, depth)
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int(value) if value.bit_length() < _BITS else other(value, depth)
        if isinstance(value, float):
            return float(value)
        if value is ...:
            return {"t": "ellipsis"}
        if isinstance(value, list):
            return [inner(item, depth + 1) for item in value]
        for tag, (kind, parts, _) in _BUILT.items():
            if isinstance(value, kind) and _modest(value):
                return {"t": tag, "v": [inner(part, depth + 1) for part in parts(value)]}
        if isinstance(value, dict) and _modest(value):
            pairs = [[inner(k, depth + 1), inner(v, depth + 1)] for k, v in value.items()]
            return {"t": "dict", "v": pairs}
        if isinstance(value, np.random.Generator):
            state = value.bit_generator.state
            if state["bit_generator"] in _GENERATORS:
                numbers = [*state["state"].values(), state["has_uint32"], state["uinteger"]]
                seed = _seed(value.bit_generator.seed_seq)
                return {"t": "rng", "name": state["bit_generator"], "v": numbers, "seed": seed}
        return other(value, depth)

    def other(value, depth):
        return strange(value, lambda part: inner(part, depth + 1))

    def array(value, depth):
        values = np.asarray(value)
        if values.dtype.char in "gG":  # a check makes them 8 bytes long, too
            with np.errstate(all="ignore"):
                values = values.astype("c16" if values.dtype.char == "G" else "f8")
        if values.dtype.kind in "OSU":
            items = values.reshape(-1).tolist()
            if isinstance(value, np.generic):
                return inner(items[0], depth + 1)
            items = [inner(item, depth + 1) for item in items]
            return {"t": "objects", "shape": list(values.shape), "v": items}
        if values.dtype.kind not in "biufc":
            return other(value, depth)
        values = values.astype(values.dtype.newbyteorder("<"))
        arrays.append(values)
        kind = "scalar" if isinstance(value, np.generic) else "array"
        place = len(arrays) - 1
        return {"t": kind, "dtype": values.dtype.str, "shape": list(values.shape), "at": place}

    coded = inner(value, 0)
    _weigh(coded)
    return coded


def decode(coded, buffers, strange):
    """Return the value that `encode` was given.

    `strange(coded, inner)` does that for a tag that is not known here, and `inner` for its parts;
    it may raise.

    Raises
    ------
    Unreadable
    """

    used = set()  # an array that is named a thousand times would be copied a thousand times

    def inner(coded, depth):
        if depth > 2 * _DEPTH:
            raise Unreadable("nested too deeply")
        if coded is None or isinstance(coded, (bool, int, float, str)):
            return coded
        if isinstance(coded, list):
            return [inner(item, depth + 1) for item in coded]
        tag = coded.get("t")
        if tag in ("array", "scalar"):
            if coded["at"] in used:
                raise Unreadable("an array twice")
            used.add(coded["at"])
            values = _array(coded, buffers)
            return values if tag == "array" else values.reshape(-1)[0]
        if tag == "objects":
            return _objects(coded["shape"], [inner(item, depth + 1) for item in coded["v"]])
        if tag in _BUILT:
            value = _BUILT[tag][2]([inner(part, depth + 1) for part in coded["v"]])
            if not _modest(value):
                raise ValueError("too much to go through")
            return value
        if tag == "dict":
            keys, values = zip(*coded["v"], strict=True) if coded["v"] else ((), ())
            keys = _few([inner(key, depth + 1) for key in keys])
            return dict(zip(keys, [inner(value, depth + 1) for value in values], strict=True))
        if tag == "ellipsis":
            return ...
        if tag == "rng":
            return _generator(coded["name"], coded["v"], coded["seed"])
        return strange(coded, lambda part: inner(part, depth + 1))

    try:
        _weigh(coded)
        return inner(coded, 0)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError):
        raise Unreadable("no value") from None


def _array(coded, buffers):
    shape, place = coded["shape"], coded["at"]
    dtype = np.dtype(str(coded["dtype"]))
    if dtype.kind not in "biufc" or dtype.char in "gG":
        raise ValueError(dtype)
    _size([place])
    return np.frombuffer(buffers[place], dtype).reshape(shape).copy()


def _objects(shape, items):
    _size(shape)
    array = np.empty(len(items), dtype=object)
    for place, item in enumerate(items):  # an assignment at once would look into the items
        array[place] = item
    return array.reshape(shape)


def _size(shape):
    """Return how many numbers an array has, or makes: a sum over an axis of length 0 makes many."""
    if len(shape) > 64 or not all(type(length) is int and 0 <= length < 2**31 for length in shape):
        raise ValueError(shape)
    return math.prod(max(length, 1) for length in shape)


def _seed(sequence):
    """Return what `rng.spawn` goes by: the entropy, the key, and how many were spawned."""
    if not isinstance(sequence, np.random.SeedSequence):
        return None
    entropy = sequence.entropy
    entropy = entropy if isinstance(entropy, int) else [int(number) for number in entropy]
    return [entropy, [int(number) for number in sequence.spawn_key], sequence.n_children_spawned]


def _generator(name, numbers, seed):
    most = (2**128, 2**128, 2, 2**32)
    for number, end in zip(numbers, most, strict=True):
        if type(number) is not int or not 0 <= number < end:
            raise ValueError(number)
    bits = _GENERATORS[name](0)
    if seed is not None:
        entropy, key, spawned = seed
        if len(key) > _SEEDS or (isinstance(entropy, list) and len(entropy) > _SEEDS):
            raise ValueError("a seed of too many numbers")
        sequence = np.random.SeedSequence(entropy, spawn_key=key, n_children_spawned=spawned)
        bits = _GENERATORS[name](sequence)
    state, inc, has, spare = numbers
    bits.state = {
        "bit_generator": name,
        "state": {"state": state, "inc": inc},
        "has_uint32": has,
        "uinteger": spare,
    }
    return np.random.Generator(bits)
