"""Plain data over a pipe: JSON for the structure, raw bytes for arrays, never pickle.

Both sides use this module. What it decodes may have been written by a hostile program, so
`decode` builds nothing but numbers, strings, lists, tuples, dicts, arrays and generators, and
raises `Unreadable` on everything else.
"""

import json
import math
import struct

import numpy as np

HEADER = struct.Struct(">IQ")  # bytes of JSON, bytes of arrays
_DEPTH = 40
_DIGITS = 1000
_GENERATORS = {"PCG64": np.random.PCG64, "PCG64DXSM": np.random.PCG64DXSM}


class Unreadable(Exception):
    """What came over the pipe is not a message."""


def pack(document, arrays):
    """Return a message as bytes."""
    contents = [array.tobytes() for array in arrays]
    text = json.dumps([document, [len(content) for content in contents]]).encode()
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


def encode(value, arrays, strange):
    """Return the value as JSON can hold it; its arrays are appended to `arrays`.

    `strange(value)` does that for a value of any other kind.
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
            return int(value) if value.bit_length() < 3000 else strange(value)
        if isinstance(value, float):
            return float(value)
        if isinstance(value, complex):
            return {"t": "complex", "v": [value.real, value.imag]}
        if value is ...:
            return {"t": "ellipsis"}
        if isinstance(value, list):
            return [inner(item, depth + 1) for item in value]
        if isinstance(value, tuple):
            return {"t": "tuple", "v": [inner(item, depth + 1) for item in value]}
        if isinstance(value, dict):
            pairs = [[inner(k, depth + 1), inner(v, depth + 1)] for k, v in value.items()]
            return {"t": "dict", "v": pairs}
        if isinstance(value, np.random.Generator):
            state = value.bit_generator.state
            if state["bit_generator"] in _GENERATORS:
                numbers = [*state["state"].values(), state["has_uint32"], state["uinteger"]]
                return {"t": "rng", "name": state["bit_generator"], "v": numbers}
        return strange(value)

    def array(value, depth):
        if value.dtype.kind not in "biufc" or value.dtype.char in "gG":
            plain = value.tolist()  # of objects or of text
            return strange(value) if isinstance(plain, type(value)) else inner(plain, depth + 1)
        values = np.asarray(value)
        values = values.astype(values.dtype.newbyteorder("<"))
        arrays.append(values)
        kind = "scalar" if isinstance(value, np.generic) else "array"
        place = len(arrays) - 1
        return {"t": kind, "dtype": values.dtype.str, "shape": list(values.shape), "at": place}

    return inner(value, 0)


def decode(coded, buffers, strange):
    """Return the value that `encode` was given.

    `strange(coded)` does that for a tag that is not known here; it may raise.

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
        if tag == "tuple":
            return tuple(inner(item, depth + 1) for item in coded["v"])
        if tag == "dict":
            return {inner(k, depth + 1): inner(v, depth + 1) for k, v in coded["v"]}
        if tag == "complex":
            return complex(*coded["v"])
        if tag == "ellipsis":
            return ...
        if tag == "rng":
            return _generator(coded["name"], coded["v"])
        return strange(coded)

    try:
        return inner(coded, 0)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
        raise Unreadable("no value") from None


def _array(coded, buffers):
    shape, place = coded["shape"], coded["at"]
    if not all(type(length) is int and 0 <= length < 2**31 for length in [*shape, place]):
        raise ValueError(shape)
    dtype = np.dtype(str(coded["dtype"]))
    if dtype.kind not in "biufc" or dtype.char in "gG":
        raise ValueError(dtype)
    # an axis of length 0 hides how long the others are; a sum over it would make that real
    if math.prod(max(length, 1) for length in shape) * dtype.itemsize > 2**30:
        raise ValueError(shape)
    return np.frombuffer(buffers[place], dtype).reshape(shape).copy()


def _generator(name, numbers):
    most = (2**128, 2**128, 2, 2**32)
    for number, end in zip(numbers, most, strict=True):
        if type(number) is not int or not 0 <= number < end:
            raise ValueError(number)
    bits = _GENERATORS[name](0)
    state, inc, has, spare = numbers
    bits.state = {
        "bit_generator": name,
        "state": {"state": state, "inc": inc},
        "has_uint32": has,
        "uinteger": spare,
    }
    return np.random.Generator(bits)
