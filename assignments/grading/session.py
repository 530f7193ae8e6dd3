"""The trusted end of the pipe: requests to the sandbox, with an end to every wait."""

import base64
import builtins
import inspect
import os
import select
import time

from grading import wire
from grading.sandbox import Sandbox, Stopped

_SLICE = 0.1  # seconds between two looks at memory
_GRACE = 1.5  # seconds after the interrupt before everything is ended
_KINDS = [
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
]


class Session:
    """One submission's sandbox and what can be asked of it."""

    def __init__(self, limits, private=()):
        self.limits = limits
        self.slow = False  # whether something had to be interrupted
        self.over = None  # why there is no sandbox any more
        self.last = time.monotonic() + limits.start_seconds
        self.pictures = limits.pictures
        self.box = Sandbox(limits, private)
        os.set_blocking(self.box.process.stdin.fileno(), False)
        os.set_blocking(self.box.process.stdout.fileno(), False)
        try:
            document, _ = self._receive(self.last)
            if not document.get("ready"):
                raise wire.Unreadable("no greeting")
        except (Stopped, wire.Unreadable):
            self._stop("it did not start")
        self.last = time.monotonic() + limits.total_seconds

    def run(self, source):
        """Run a cell and return its outputs, and words about what went wrong."""
        self.slow = False
        document, _ = self._ask({"do": "run", "source": source}, self.limits.cell_seconds)
        if "raised" in document:
            return [], [_word(document["raised"][0])]
        words = []
        if self.slow:
            words.append("ran too long")
        elif document.get("error"):
            words.append(_word(document["error"]))
        if document.get("cut"):
            words.append("printed too much")
        return self._outputs(document.get("outputs")), words

    def get(self, name):
        """Return the value of a name, with functions as proxies.

        Raises
        ------
        NameError
        """
        document, buffers = self._ask({"do": "get", "name": name}, self.limits.cell_seconds)
        if document.get("missing"):
            raise NameError(f"name '{name}' is not defined")
        return self._value(document, buffers)

    def start_clock(self):
        """Begin the time that all calls of one test cell have together."""
        self.until = time.monotonic() + self.limits.cell_seconds
        self.slow = False

    def call(self, number, given):
        """Call a function of the submission; `given` is ((arguments ...), {names: ...})."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise KeyboardInterrupt("it ran too long")
        arrays = []
        coded = wire.encode(given, arrays, _refused)
        request = {"do": "call", "id": number, "given": coded}
        document, buffers = self._ask(request, seconds, arrays)
        if "after" in document:
            try:
                _restore(given, wire.decode(document["after"], buffers, self._revive))
            except wire.Unreadable:
                self._stop("it answered with something that is no answer")
        return self._value(document, buffers)

    def end(self):
        """End the sandbox."""
        if self.over is None:
            self.over = "ended"
            self.box.end()

    def _ask(self, request, seconds, arrays=()):
        if self.over is not None:
            raise Stopped(self.over)
        left = self.last - time.monotonic()
        request["seconds"] = max(min(seconds, left), 0.001)
        due = time.monotonic() + request["seconds"]
        deadline = due + _GRACE
        try:
            self._send(wire.pack(request, arrays), deadline)
            document, buffers = self._receive(deadline)
        except Stopped as reason:
            self._stop(str(reason))
        except wire.Unreadable:
            self._stop("it answered with something that is no answer")
        if time.monotonic() > self.last:
            self._stop(f"it ran for {self.limits.total_seconds:g} s in all")
        self.slow |= time.monotonic() > due
        raised = document.get("raised", ["", ""])
        good = isinstance(raised, list) and [type(part) for part in raised] == [str, str]
        if not good:
            self._stop("it answered with something that is no answer")
        return document, buffers

    def _stop(self, reason):
        self.over = reason
        self.box.end()
        raise Stopped(reason)

    def _wait(self, stream, event, deadline):
        poll = select.poll()
        poll.register(stream, event)
        while not poll.poll(1000 * _SLICE):
            self.box.watch()
            if time.monotonic() > deadline:
                raise Stopped("it ran too long and could not be interrupted")
        if time.monotonic() > deadline:
            raise Stopped("it ran too long and could not be interrupted")

    def _send(self, message, deadline):
        stream, left = self.box.process.stdin, memoryview(message)
        while left:
            self._wait(stream, select.POLLOUT, deadline)
            try:
                left = left[os.write(stream.fileno(), left) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise Stopped("its process ended") from None

    def _receive(self, deadline):
        text, contents = wire.HEADER.unpack(self._read(wire.HEADER.size, deadline))
        if text > self.limits.reply_json or contents > self.limits.reply_arrays:
            raise Stopped("it answered with too much")
        return wire.unpack(self._read(text, deadline), self._read(contents, deadline))

    def _read(self, size, deadline):
        stream, parts = self.box.process.stdout, []
        looked = time.monotonic()
        while size:
            self._wait(stream, select.POLLIN, deadline)
            if time.monotonic() > looked + _SLICE:
                self.box.watch()
                looked = time.monotonic()
            part = os.read(stream.fileno(), min(size, 2**20))
            if not part:
                raise Stopped("its process ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _value(self, document, buffers):
        if "raised" in document:
            raise _exception(*document["raised"])
        try:
            return wire.decode(document["value"], buffers, self._revive)
        except (wire.Unreadable, KeyError):
            self._stop("it answered with something that is no answer")

    def _revive(self, coded):
        """Return a function that asks the sandbox, or an object of which only the type is known."""
        if coded["t"] == "function":
            return _proxy(self, coded)
        if coded["t"] == "strange":
            members = {"__next__": None} if coded["iterator"] is True else {}
            return type(_word(coded["type"]), (), members)()
        raise wire.Unreadable(coded["t"])

    def _outputs(self, given):
        """Return the outputs that may be shown to the teacher: text and pictures, no HTML."""
        kept = []
        for output in given[:200] if isinstance(given, list) else []:
            output = output if isinstance(output, dict) else {}
            kind = output.get("output_type")
            if kind == "stream" and output.get("name") in ("stdout", "stderr"):
                text = _text(output.get("text"))
                kept.append({"output_type": kind, "name": output["name"], "text": text})
            elif kind == "error":
                lines = output.get("traceback")
                lines = [_text(line) for line in lines[:50]] if isinstance(lines, list) else []
                name, words = _word(output.get("ename")), _text(output.get("evalue"))
                kept.append(
                    {"output_type": kind, "ename": name, "evalue": words, "traceback": lines}
                )
            elif kind in ("display_data", "execute_result"):
                data = output.get("data") if isinstance(output.get("data"), dict) else {}
                shown = {"text/plain": _text(data.get("text/plain"))}
                picture = self._picture(data.get("image/png"))
                if picture:
                    shown["image/png"] = picture
                kept.append({"output_type": "display_data", "data": shown, "metadata": {}})
        return kept

    def _picture(self, coded):
        if not isinstance(coded, str) or len(coded) > self.pictures:
            return None
        try:
            content = base64.b64decode(coded.replace("\n", ""), validate=True)
        except ValueError:
            return None
        if not content.startswith(b"\x89PNG\r\n"):
            return None
        self.pictures -= len(coded)
        return base64.b64encode(content).decode()


def _proxy(session, coded):
    number, name = coded["id"], _word(coded["name"])

    def proxy(*args, **kwargs):
        return session.call(number, (args, kwargs))

    proxy.__name__ = proxy.__qualname__ = name
    if isinstance(coded["parameters"], list):
        empty, parameters = inspect.Parameter.empty, []
        for parameter, kind, optional in coded["parameters"][:100]:
            default = None if optional else empty
            parameters.append(inspect.Parameter(parameter, _KINDS[kind], default=default))
        proxy.__signature__ = inspect.Signature(parameters)
    return proxy


def _refused(value):
    raise TypeError(f"a test calls with plain data only, not with {type(value).__name__}")


def _exception(name, words):
    kind = getattr(builtins, name, None)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = RuntimeError
    try:
        return kind(words)
    except TypeError:  # some want more than words
        return RuntimeError(f"{kind.__name__}: {words}")


def _restore(old, new):
    """Make the changes in place that the submission made in its copy of the arguments."""
    import numpy as np

    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if (old.shape, old.dtype) == (new.shape, new.dtype) and old.flags.writeable:
            old[...] = new
    elif isinstance(old, np.random.Generator) and isinstance(new, np.random.Generator):
        if type(old.bit_generator) is type(new.bit_generator):
            old.bit_generator.state = new.bit_generator.state
    elif isinstance(old, tuple) and isinstance(new, tuple):
        for one, other in zip(old, new, strict=False):
            _restore(one, other)
    elif isinstance(old, list) and isinstance(new, list):
        for one, other in zip(old, new, strict=False):
            _restore(one, other)
        plain = (list, tuple, dict, np.ndarray, np.random.Generator)
        both = zip(old, new, strict=False)
        merged = [one if isinstance(one, plain) else other for one, other in both]
        old[:] = merged + new[len(old) :]
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() & new.keys():
            _restore(old[key], new[key])


def _word(text):
    """Return a name that came from the submission, harmless to show."""
    text = text if isinstance(text, str) else ""
    kept = "".join(c for c in text[:40] if c.isascii() and (c.isalnum() or c == "_"))
    return kept or "something"


def _text(text):
    text = text if isinstance(text, str) else ""
    return text[:100_000].encode("utf-8", "replace").decode()
