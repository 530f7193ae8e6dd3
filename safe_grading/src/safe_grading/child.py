"""What runs inside the sandbox: an IPython shell that is told over a pipe what to do.

The submission shares this process and can change everything in it. Nothing is lost by that:
whatever this process answers is taken for what the submission answers, and is checked outside.
"""

import inspect
import io
import itertools
import os
import signal
import sys

try:
    import wire  # in the sandbox the two files lie alone
except ImportError:
    from safe_grading import wire


class Desk:
    """Runs cells, tells values and calls functions in the namespace of `shell`."""

    def __init__(self, shell):
        self.shell = shell
        self.functions = []

    def answer(self, document, buffers):
        """Return the reply to a request and its arrays."""
        arrays = []
        if document["do"] == "run":
            return self.shell.run(document["source"]), arrays
        if document["do"] == "get":
            names = self.shell.names
            if document["name"] not in names:
                return {"missing": True}, arrays
            return {"value": self._encode(names[document["name"]], arrays)}, arrays
        return self._call(document, buffers, arrays), arrays

    def _call(self, document, buffers, arrays):
        given = wire.decode(document["given"], buffers, None)
        positional, named = given
        try:
            value = self.functions[document["id"]](*positional, **named)
            reply = {"value": self._encode(value, arrays)}
        except BaseException as problem:
            arrays.clear()
            reply = {"raised": [_builtin(problem), _words(problem)]}
        # arrays that it has changed in place and generators that it has drawn from
        after = wire.encode(given, after_arrays := [], self._strange)
        contents = [array.tobytes() for array in after_arrays]
        if after != document["given"] or contents != [bytes(b) for b in buffers]:
            reply["after"] = self._encode(given, arrays)
        return reply

    def _encode(self, value, arrays):
        return wire.encode(value, arrays, self._strange)

    def _strange(self, value, encode):
        """Return what a check can do with a value of any kind: call it, or go through it."""
        if callable(value):
            return self._function(value)
        coded = {"t": "strange", "type": type(value).__name__}
        coded["iterator"] = hasattr(value, "__next__")
        array = _as_array(value)
        if array is not None:
            coded["array"] = encode(array)
        elif hasattr(type(value), "__iter__"):
            items = list(itertools.islice(value, wire.ITEMS + 1))
            if len(items) > wire.ITEMS:
                raise ValueError("this has no end")
            coded["items"] = [encode(item) for item in items]
        return coded

    def _function(self, value):
        self.functions.append(value)
        coded = {"t": "function", "id": len(self.functions) - 1}
        coded["name"] = str(getattr(value, "__name__", ""))
        try:
            parameters = inspect.signature(value).parameters.values()
            coded["parameters"] = [
                [p.name, int(p.kind), p.default is not p.empty] for p in parameters
            ]
        except (ValueError, TypeError):  # built-in functions do not tell
            coded["parameters"] = None
        return coded


def _as_array(value):
    """Return what NumPy makes of a value, where that is something else than the value itself."""
    try:
        array = wire.np.asarray(value)
        alone = array.dtype.kind == "O" and array.ndim == 0
        array = array.astype(float) if alone else array
    except Exception:  # the value refuses, and will to the check
        return None
    return array if array.dtype.kind in "biufcO" else None


def _builtin(problem):
    """Return the name of the nearest built-in class of an exception."""
    return next(kind.__name__ for kind in type(problem).__mro__ if kind.__module__ == "builtins")


def _words(problem):
    try:
        return str(problem)[:1000]
    except Exception:  # its __str__ is the submission's
        return ""


class Sheet:
    """Where one cell prints: it keeps the first `room` characters."""

    def __init__(self, room):
        self.room, self.outputs, self.cut = room, [], False

    def stream(self, name):
        """Return a file for stdout or stderr."""
        return _Stream(self, name)

    def write(self, name, text):
        """Keep text that was printed."""
        kept = text[: self.room]
        self.cut |= len(kept) < len(text)
        self.room -= len(kept)
        if not kept:
            return
        if self.outputs and self.outputs[-1].get("name") == name:
            self.outputs[-1]["text"].append(kept)
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": [kept]})

    def show(self, kind, data):
        """Keep what was displayed: its text and its picture."""
        kept = {mime: data[mime] for mime in ("text/plain", "image/png") if mime in data}
        if isinstance(kept.get("image/png"), bytes):
            import base64

            kept["image/png"] = base64.b64encode(kept["image/png"]).decode()
        if len(kept.get("text/plain", "")) > self.room:
            kept["text/plain"], self.cut = kept["text/plain"][: self.room], True
        if len(self.outputs) < 100:
            self.outputs.append({"output_type": kind, "data": kept})

    def reply(self, error):
        """Return the reply to a cell that was run."""
        for output in self.outputs:
            if isinstance(output.get("text"), list):
                output["text"] = "".join(output["text"])
        return {"outputs": self.outputs, "error": error, "cut": self.cut}


class _Stream(io.TextIOBase):
    encoding, errors = "utf-8", "replace"

    def __init__(self, sheet, name):
        self._sheet, self._name = sheet, name

    def write(self, text):
        self._sheet.write(self._name, str(text))
        return len(text)

    def writable(self):
        return True

    def fileno(self):  # it leads nowhere; some only ask
        return {"stdout": 1, "stderr": 2}[self._name]


class IPython:
    """A fresh IPython shell that keeps what a cell prints and displays."""

    def __init__(self, room):
        from IPython.core.displayhook import DisplayHook
        from IPython.core.displaypub import DisplayPublisher
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.utils.text import SList
        from traitlets.config import Config

        owner = self
        self.sheet = self.room = None

        class Hook(DisplayHook):
            def write_output_prompt(self):
                pass

            def write_format_data(self, format_dict, md_dict=None):
                owner.sheet.show("execute_result", format_dict)

            def finish_displayhook(self):
                pass

        class Publisher(DisplayPublisher):
            def publish(self, data, metadata=None, **kwargs):
                owner.sheet.show("display_data", data)

        class Shell(InteractiveShell):
            def enable_gui(self, gui=None):
                pass  # there is no window; figures become pictures

            def system(self, command):
                """Stand for `!command` and %pip: no process can start here."""
                print("Not run while this is graded:", command)
                self.user_ns["_exit_code"] = 0

            def getoutput(self, command, split=True, depth=0):
                """Stand for `name = !command`, which gets nothing."""
                self.system(command)
                return SList() if split else ""

            def ask_exit(self):
                pass  # `exit` in a cell; the others still count

            def _showtraceback(self, etype, evalue, stb):
                lines = [line[:2000] for line in stb[:40]]
                name, words = etype.__name__, _words(evalue)
                owner.sheet.outputs.append(
                    {"output_type": "error", "ename": name, "evalue": words, "traceback": lines}
                )

        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        self.room = room
        self.shell = Shell.instance(
            config=config, displayhook_class=Hook, display_pub_class=Publisher
        )
        for name in "autosave connect_info edit less man more".split():  # of a notebook
            self.shell.register_magic_function(lambda line: None, "line", name)
        self.shell.extension_manager.load_extension("storemagic")
        self.names = self.shell.user_ns

    def run(self, source):
        """Run a cell."""
        self.sheet = Sheet(self.room)
        old = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self.sheet.stream("stdout"), self.sheet.stream("stderr")
        try:
            result = self.shell.run_cell(source, store_history=False)
            problem = result.error_before_exec or result.error_in_exec
        finally:
            sys.stdout, sys.stderr = old
        return self.sheet.reply(problem and type(problem).__name__)


def _read(stream, size):
    content = stream.read(size)
    if len(content) < size:
        os._exit(0)  # the other side is gone
    return content


def _interrupt_after(processor, wall):
    signal.setitimer(signal.ITIMER_PROF, processor)
    signal.setitimer(signal.ITIMER_REAL, wall)


def main(room, processes, address_space, file_size, cpu_seconds):
    """Serve requests from stdin until it closes."""
    import resource  # Windows has none; there only `near` uses this module

    for what, most in [
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_DATA, address_space),  # less is left of who has started this
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CORE, 0),
    ]:
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)

    late = []  # the alarms that came during the request

    def interrupt(number, frame):
        late.append(number)
        raise KeyboardInterrupt("it ran too long")

    signal.signal(signal.SIGPROF, interrupt)
    signal.signal(signal.SIGALRM, interrupt)
    desk = Desk(IPython(room))
    replies.write(wire.pack({"ready": True}, []))
    replies.flush()
    while True:
        text, contents = wire.HEADER.unpack(_read(requests, wire.HEADER.size))
        document, buffers = wire.unpack(_read(requests, text), _read(requests, contents))
        late.clear()
        try:
            _interrupt_after(document["seconds"], document["wall"])
            reply, arrays = desk.answer(document, buffers)
            _interrupt_after(0, 0)
            message = wire.pack(reply | {"late": bool(late)}, arrays)
        except BaseException as problem:
            _interrupt_after(0, 0)
            words = [_builtin(problem), _words(problem)]
            message = wire.pack({"raised": words, "late": bool(late)}, [])
        replies.write(message)
        replies.flush()


if __name__ == "__main__":
    main(*[int(word) for word in sys.argv[1:]])
