"""What stands outside for the things of the sandbox: functions, exceptions, changed arguments."""

import builtins
import inspect

import numpy as np

_KINDS = [
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
]
_SPAWNED = 10_000  # generators that one call may spawn; to count on means to make them


def function(coded, call):
    """Return a function that does `call(its number, (arguments, named arguments))`.

    It has the name and the parameters of the submission's, so that a check can speak of them.
    """
    number = coded["id"]

    def proxy(*args, **kwargs):
        return call(number, (args, kwargs))

    proxy.__name__ = proxy.__qualname__ = word(coded["name"])
    if isinstance(coded["parameters"], list):
        empty, parameters = inspect.Parameter.empty, []
        for name, kind, optional in coded["parameters"][:100]:
            default = None if optional else empty
            parameters.append(inspect.Parameter(name, _KINDS[kind], default=default))
        proxy.__signature__ = inspect.Signature(parameters)
    return proxy


def stranger(coded, decode):
    """Return an object of that type's name with what a check can do with it.

    NumPy can make its array of it, or it can be gone through, or neither.
    """
    members = {}
    if "array" in coded:
        array = decode(coded["array"])
        if not isinstance(array, np.ndarray):
            raise ValueError("no array")
        members["__array__"] = lambda self, dtype=None, copy=None: np.array(array, dtype)
        if array.ndim:
            members |= {"__len__": lambda self: len(array), "__iter__": lambda self: iter(array)}
        else:
            members["__float__"] = lambda self: float(array)
    elif "items" in coded:
        items = [decode(item) for item in coded["items"]]
        members["__iter__"] = lambda self: iter(items)
    if coded["iterator"] is True:
        left = iter(items) if "items" in coded else iter(())
        members |= {"__iter__": lambda self: self, "__next__": lambda self: next(left)}
    return type(word(coded["type"]), (), members)()


def kind(name):
    """Return the name of a built-in exception; of others no more than that it is one.

    The name of a class can tell what a hidden test has called a function with.
    """
    return name if is_exception(name) else "an exception"


def is_exception(name):
    """Return whether this is the name of one of Python's exceptions."""
    found = getattr(builtins, name, None) if isinstance(name, str) else None
    return isinstance(found, type) and issubclass(found, BaseException)


def exception(name, words):
    """Return the built-in exception of that name; a RuntimeError if there is none.

    One by which an iterator says that it is at its end is none, either: it would end the test's
    own loop, `all(map(f, cases))`, before anything was compared.
    """
    made, words = getattr(builtins, name) if is_exception(name) else RuntimeError, words[:1000]
    if issubclass(made, (StopIteration, StopAsyncIteration, GeneratorExit)):
        return RuntimeError(f"{name}: {words}")
    try:
        return made(words)
    except TypeError:  # some want more than words
        return RuntimeError(f"{name}: {words}")


def refused(value, _):
    """Raise a TypeError: this cannot be sent into the sandbox."""
    raise TypeError(f"a test calls with plain data only, not with {type(value).__name__}")


def restore(old, new):
    """Make the changes in place that the submission made in its copy of the arguments."""
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if (old.shape, old.dtype) == (new.shape, new.dtype) and old.flags.writeable:
            old[...] = new
    elif isinstance(old, np.random.Generator) and isinstance(new, np.random.Generator):
        if type(old.bit_generator) is type(new.bit_generator):
            old.bit_generator.state = new.bit_generator.state
            _spawn_as_often(old.bit_generator.seed_seq, new.bit_generator.seed_seq)
    elif isinstance(old, tuple) and isinstance(new, tuple):
        for one, other in zip(old, new, strict=False):
            restore(one, other)
    elif isinstance(old, list) and isinstance(new, list):
        both = list(zip(old, new, strict=False))
        for one, other in both:
            restore(one, other)
        kept = (list, tuple, dict, np.ndarray, np.random.Generator)
        merged = [one if isinstance(one, kept) else other for one, other in both]
        old[:] = merged + new[len(old) :]
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() & new.keys():
            restore(old[key], new[key])


def _spawn_as_often(old, new):
    spawned = getattr(new, "n_children_spawned", 0) - getattr(old, "n_children_spawned", 0)
    if 0 < spawned <= _SPAWNED:
        old.spawn(spawned)


def word(text):
    """Return a name that came from the submission, harmless to show."""
    text = text if isinstance(text, str) else ""
    kept = "".join(c for c in text[:40] if c.isascii() and (c.isalnum() or c == "_"))
    return kept or "something"
