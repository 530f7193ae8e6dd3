"""The trusted end of the pipe: requests to the sandbox, with an end to every wait."""

import os
import select
import time

import numpy as np

from safe_grading import proxies, wire
from safe_grading.course import Course
from safe_grading.proxies import word
from safe_grading.sandbox import Sandbox, Stopped
from safe_grading.shown import Shown

_SLICE = 0.1  # seconds between two looks at memory
_GRACE = 1.5  # seconds after the interrupt before everything is ended
_NOTHING = Course()


class Session:
    """One submission's sandbox and what can be asked of it."""

    def __init__(self, limits, course=_NOTHING):
        self.limits = limits
        self.slow = False  # whether something had to be interrupted
        self.over = None  # why there is no sandbox any more
        self.last = time.monotonic() + limits.start_seconds
        self.looked = 0.0  # when memory was looked at
        self.shown = Shown(limits.text, limits.pictures)
        self.box = Sandbox(limits, course)
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
            return [], [word(document["raised"][0])]
        words = []
        if self.slow:
            words.append("ran too long")
        elif document.get("error"):
            words.append(word(document["error"]))
        if document.get("cut"):
            words.append("printed too much")
        return self.shown.outputs(document.get("outputs")), words

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
            self.slow = True
            raise KeyboardInterrupt("it ran too long")
        arrays = []
        coded = wire.encode(given, arrays, proxies.refused)
        request = {"do": "call", "id": number, "given": coded}
        document, buffers = self._ask(request, seconds, arrays)
        if document.get("touched") is True:
            np.random.random()  # noqa: NPY002 - for the check that looks at this generator
        if "after" in document:
            try:
                proxies.restore(given, wire.decode(document["after"], buffers, self._revive))
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
            self._look()  # also where every answer is fast
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

    def _look(self):
        if time.monotonic() > self.looked + _SLICE:
            self.box.watch()
            self.looked = time.monotonic()

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
        while size:
            self._wait(stream, select.POLLIN, deadline)
            self._look()
            part = os.read(stream.fileno(), min(size, 2**20))
            if not part:
                raise Stopped("its process ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _value(self, document, buffers):
        if "raised" in document:
            raise proxies.exception(*document["raised"])
        try:
            return wire.decode(document["value"], buffers, self._revive)
        except (wire.Unreadable, KeyError):
            self._stop("it answered with something that is no answer")

    def _revive(self, coded, decode):
        if coded["t"] == "function":
            return proxies.function(coded, self.call)
        if coded["t"] == "strange":
            return proxies.stranger(coded, decode)
        raise wire.Unreadable(coded["t"])
