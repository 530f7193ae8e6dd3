"""The trusted end of the pipe: requests to the sandbox, with an end to every wait."""

import contextlib
import math
import os
import select
import signal
import threading
import time
from typing import NamedTuple

from safe_grading import proxies, wire
from safe_grading.course import Course
from safe_grading.proxies import kind
from safe_grading.sandbox import Sandbox, Stopped
from safe_grading.shown import Shown

_SLICE = 0.1  # seconds between two looks at memory
_GRACE = 1.5  # seconds after the interrupt before everything is ended
_PATIENCE = 3  # times its processor seconds a cell may take by the clock: others may compute too
_NOTHING = Course()


class Time(NamedTuple):
    """Seconds of the processor, and seconds by the clock on the wall."""

    cpu: float
    wall: float


class Session:
    """One submission's sandbox and what can be asked of it."""

    def __init__(self, limits, course=_NOTHING):
        self.limits = limits
        self.slow = False  # whether something had to be interrupted
        self.over = None  # why there is no sandbox any more
        self.last = time.monotonic() + limits.start_seconds
        self.until = Time(math.inf, math.inf)  # the end of a test cell's time
        self.late = self.asking = False  # whether it has gone by; whether the sandbox is asked
        self.used = None  # of what the sandbox has used too much
        self.shown = Shown(limits.text, limits.pictures)
        self.box = Sandbox(limits, course)
        os.set_blocking(self.box.process.stdin.fileno(), False)
        os.set_blocking(self.box.process.stdout.fileno(), False)
        try:
            document, _ = self._receive(Time(math.inf, self.last))
            if not document.get("ready"):
                raise wire.Unreadable("no greeting")
            self.box.hold_folders()
        except (Stopped, wire.Unreadable):
            self._stop("it did not start")
        threading.Thread(target=self._watch, daemon=True).start()
        self.last = time.monotonic() + limits.total_seconds

    def run(self, source):
        """Run a cell and return its outputs, and words about what went wrong."""
        self.slow = False
        document, _ = self._ask({"do": "run", "source": source}, self._cell())
        if "raised" in document:
            return [], [kind(document["raised"][0])]
        words = []
        if self.slow:
            words.append("ran too long")
        elif document.get("error"):
            words.append(kind(document["error"]))
        if document.get("cut"):
            words.append("printed too much")
        return self.shown.outputs(document.get("outputs")), words

    def get(self, name):
        """Return the value of a name, with functions as proxies.

        Raises
        ------
        NameError
        """
        document, buffers = self._ask({"do": "get", "name": name}, self._left())
        if document.get("missing"):
            raise NameError(f"name '{name}' is not defined")
        return self._value(document, buffers)

    @contextlib.contextmanager
    def clock(self):
        """Limit the time of one test cell: of all its calls, and of what it does with the answers.

        An answer can be such that the test does not come to an end with it. Where what it does can
        be interrupted it is, again and again; `late` says so.
        """
        seconds, self.until = self._cell(), self._after(self._cell())
        self.slow = self.late = False

        def interrupt(*_):
            if not self.asking:  # that ends by itself, and a message must not be cut in two
                self.late = self.slow = True
                raise KeyboardInterrupt("it ran too long")

        alarms = signal.SIGPROF, signal.SIGALRM
        before = [signal.signal(alarm, interrupt) for alarm in alarms]
        signal.setitimer(signal.ITIMER_PROF, seconds.cpu + 2 * _GRACE, 1)
        signal.setitimer(signal.ITIMER_REAL, seconds.wall + 2 * _GRACE, 1)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            for alarm, handler in zip(alarms, before, strict=True):
                signal.signal(alarm, handler)
            self.until = Time(math.inf, math.inf)

    def _cell(self):
        """Return the time of one cell."""
        return Time(self.limits.cell_seconds, _PATIENCE * self.limits.cell_seconds)

    def _spent(self):
        """Return the processor seconds that sandbox and marking have taken."""
        return self.box.cpu + time.process_time()

    def _after(self, left):
        """Return when so much time has gone by."""
        return Time(self._spent() + left.cpu, time.monotonic() + left.wall)

    def _past(self, due, grace=0.0):
        return self._spent() > due.cpu + grace or time.monotonic() > due.wall + grace

    def _left(self):
        """Return the time left for a request; raise a KeyboardInterrupt if there is none."""
        now, most = self._after(Time(0.0, 0.0)), self._cell()
        left = Time(
            min(self.until.cpu - now.cpu, most.cpu), min(self.until.wall - now.wall, most.wall)
        )
        if min(left) <= 0:
            self.slow = True
            raise KeyboardInterrupt("it ran too long")
        return left

    def call(self, number, given):
        """Call a function of the submission; `given` is ((arguments ...), {names: ...})."""
        left, arrays = self._left(), []
        coded = wire.encode(given, arrays, proxies.refused)
        request = {"do": "call", "id": number, "given": coded}
        document, buffers = self._ask(request, left, arrays)
        if "after" in document:
            try:
                proxies.restore(given, wire.decode(document["after"], buffers, self._revive))
            except (wire.Unreadable, MemoryError):
                self._stop("it answered with something that is no answer")
        return self._value(document, buffers)

    def end(self):
        """End the sandbox."""
        if self.over is None:
            self.over = "ended"
            self.box.end()

    def _ask(self, request, left, arrays=()):
        if self.over is not None:
            raise Stopped(self.over)
        wall = max(min(left.wall, self.last - time.monotonic()), 0.001)
        request["seconds"], request["wall"] = max(left.cpu, 0.001), wall
        due = self._after(Time(left.cpu, wall))
        self.asking = True
        try:
            self._send(wire.pack(request, arrays), due)
            document, buffers = self._receive(due)
        except Stopped as reason:
            self._stop(self.used or str(reason))
        except (wire.Unreadable, MemoryError):
            self._stop("it answered with something that is no answer")
        finally:
            self.asking = False
        if time.monotonic() > self.last:
            self._stop(f"it ran for {self.limits.total_seconds:g} s in all")
        # the sandbox counts its processor time in another way; that it says so gains nothing
        self.slow |= document.get("late") is True or self._past(due)
        raised = document.get("raised", ["", ""])
        good = isinstance(raised, list) and [type(part) for part in raised] == [str, str]
        if not good:
            self._stop("it answered with something that is no answer")
        return document, buffers

    def _stop(self, reason):
        self.over = reason
        self.box.end()
        raise Stopped(reason)

    def _watch(self):
        """End the sandbox when it uses too much, also while it is not asked anything."""
        with contextlib.suppress(OSError):  # it is at its end
            while self.over is None and self.used is None:
                time.sleep(_SLICE)
                try:
                    self.box.watch()
                except Stopped as reason:
                    self.used = str(reason)
                    self.box.process.kill()

    def _wait(self, stream, event, due):
        poll = select.poll()
        poll.register(stream, event)
        while not poll.poll(1000 * _SLICE):
            if self._past(due, _GRACE):
                raise Stopped("it ran too long and could not be interrupted")
        if self._past(due, _GRACE):
            raise Stopped("it ran too long and could not be interrupted")

    def _send(self, message, due):
        stream, left = self.box.process.stdin, memoryview(message)
        while left:
            self._wait(stream, select.POLLOUT, due)
            try:
                left = left[os.write(stream.fileno(), left) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise Stopped("its process ended") from None

    def _receive(self, due):
        text, contents = wire.HEADER.unpack(self._read(wire.HEADER.size, due))
        if text > self.limits.reply_json or contents > self.limits.reply_arrays:
            raise Stopped("it answered with too much")
        return wire.unpack(self._read(text, due), self._read(contents, due))

    def _read(self, size, due):
        stream, parts = self.box.process.stdout, []
        while size:
            self._wait(stream, select.POLLIN, due)
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
        except (wire.Unreadable, KeyError, MemoryError):
            self._stop("it answered with something that is no answer")

    def _revive(self, coded, decode):
        if coded["t"] == "function":
            return proxies.function(coded, self.call)
        if coded["t"] == "strange":
            return proxies.stranger(coded, decode)
        raise wire.Unreadable(coded["t"])
