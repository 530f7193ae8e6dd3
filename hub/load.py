"""What a class costs this machine: students at their sliders, and all who press Run All at once.

    python hub/load.py --students 1,2,5,10,15,20,30

Each student has a Jupyter server with a kernel, as on a hub, and is a client that speaks over the
websocket as JupyterLab does: it runs lesson 00, then drags the explorer's slider. Like ipywidgets
it has one step under way and one that waits, the latest. Every tenth runs a race meanwhile. What
is printed is a table in Markdown and the rule that follows from it. The clients share the machine
with the servers; their part of the processor is in the table, and in a class it is elsewhere.
"""

import argparse
import asyncio
import contextlib
import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser.lab import Lab  # noqa: E402 - it stands with the other tests in a browser

LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
SLIDER = "weight scale ×"
PROTOCOL = "v1.kernel.websocket.jupyter.org"
#: A drag: so many positions of the mouse, so far apart, and then the student reads.
BURST, APART, READS = 8, 0.125, (2.0, 4.0)
FLUENT = 0.3  # seconds from the mouse to the picture, for 19 of 20 steps
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Stage:
    """What was measured with so many students."""

    students: int
    steps: list  # seconds from the mouse to the picture
    start: float  # seconds until all have run the lesson, pressed at once
    start_cpu: float  # processor seconds of one student in it
    cpu: float  # processor seconds of one student in a second of dragging
    memory: float  # MB of one student, server and kernel, shared pages shared out
    clients: float  # cores that the clients took while dragging
    seconds: float

    def at(self, share):
        """Return the quantile of the steps' times, in seconds."""
        return statistics.quantiles(self.steps, n=100)[round(100 * share) - 1]


class Student:
    """One student: a server of its own, a kernel, a websocket."""

    def __init__(self, number, folder, racing):
        self.racing = racing
        self.random = random.Random(number)
        home = folder / f"student{number}"
        (home / "work").mkdir(parents=True)
        self.lab = Lab(home / "work", home / "profile")
        self.session, self.models = uuid.uuid4().hex, {}
        self.waiting, self.pictured, self.error = {}, set(), None

    async def enter(self):
        """Wait for the server, start a kernel and open its websocket."""
        await asyncio.to_thread(self.lab.wait, 300)
        kernel = await asyncio.to_thread(self.lab.ask, "api/kernels", "POST")
        request = HTTPRequest(
            f"ws://127.0.0.1:{self.lab.port}/api/kernels/{kernel['id']}/channels"
            f"?session_id={self.session}",
            headers={"Authorization": f"token {self.lab.token}"},
            connect_timeout=120,
            request_timeout=120,
        )
        self.socket = await websocket_connect(
            request, subprotocols=[PROTOCOL], max_message_size=2**28
        )
        self.listener = asyncio.create_task(self.listen())
        self.kernel = kernel["id"]
        await self.answered()

    async def answered(self):
        """Ask the kernel until it answers: what reaches one that is starting can be lost."""
        for _ in range(60):
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(self.send("kernel_info_request", {}), 2)
        raise TimeoutError("a kernel does not answer")

    async def restart(self):
        """Restart the kernel, as before a lesson that is run again."""
        self.models.clear()
        await asyncio.to_thread(self.lab.ask, f"api/kernels/{self.kernel}/restart", "POST")
        await self.answered()

    async def listen(self):
        """Take in every message: widgets that open, pictures that come, cells that have run."""
        while (message := await self.socket.read_message()) is not None:
            if not isinstance(message, bytes):
                continue
            _, (header, parent, _, content, *_) = deserialize_msg_from_ws_v1(message)
            kind = json.loads(header)["msg_type"]
            cause = json.loads(parent).get("msg_id")
            if kind == "comm_open":
                data = json.loads(content)
                self.models[data["comm_id"]] = data["data"].get("state", {})
            elif kind == "comm_msg" and cause in self.waiting and cause not in self.pictured:
                comm = json.loads(content)["comm_id"]
                if self.models.get(comm, {}).get("_model_name") == "ImageModel":
                    self.pictured.add(cause)
                    self.waiting[cause][0] = time.monotonic()
            elif kind == "error":
                self.error = json.loads(content)["evalue"]
            elif kind == "status" and json.loads(content)["execution_state"] == "idle":
                if cause in self.waiting:
                    self.waiting[cause][1].set()

    async def send(self, kind, content):
        """Send a message and wait until the kernel is done with it.

        Returns when the picture that it caused came, or None.
        """
        ident = uuid.uuid4().hex
        header = {
            "msg_id": ident, "msg_type": kind, "session": self.session, "username": "student",
            "version": "5.3", "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }  # fmt: skip
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.waiting[ident] = [None, asyncio.Event()]
        packed = serialize_msg_to_ws_v1(
            message, "shell", pack=lambda part: json.dumps(part).encode()
        )
        await self.socket.write_message(packed, binary=True)
        try:
            await self.waiting[ident][1].wait()
        finally:
            self.pictured.discard(ident)
            came, _ = self.waiting.pop(ident)
        return came

    async def run(self, code):
        """Run a cell; raise if it fails."""
        quiet = {"silent": False, "store_history": True, "user_expressions": {}}
        await self.send("execute_request", {"code": code, "allow_stdin": False, **quiet})

    async def run_all(self, cells):
        """Run all cells of the lesson; return the seconds that it took."""
        began = time.monotonic()
        for code in cells:
            await self.run(code)
        return time.monotonic() - began

    def find(self, **state):
        """Return the id of the last widget that opened with such a state."""
        found = [i for i, s in self.models.items() if state.items() <= s.items()]
        return found[-1]

    async def drag(self, until):
        """Drag the slider in bursts; return the seconds from each shown step to its picture."""
        slider = self.find(_model_name="FloatLogSliderModel", description=SLIDER)
        took, at = [], self.random.uniform(-1, 1)
        await asyncio.sleep(self.random.uniform(0, READS[1]))
        while time.monotonic() < until:
            began, shown = time.monotonic(), -1
            way = self.random.choice((-1, 1)) * 0.05
            while shown < BURST - 1:
                # the last place of the mouse until now; those before it were never sent
                now = min(int((time.monotonic() - began) / APART), BURST - 1)
                if now <= shown:
                    await asyncio.sleep(max(0.0, began + (shown + 1) * APART - time.monotonic()))
                    continue
                at, shown = max(-2.0, min(2.0, at + way * (now - shown))), now
                update = {"method": "update", "state": {"value": 2**at}, "buffer_paths": []}
                picture = await self.send("comm_msg", {"comm_id": slider, "data": update})
                if picture is not None:
                    took.append(picture - (began + now * APART))
            await asyncio.sleep(self.random.uniform(*READS))
        return took

    async def race(self, until):
        """Start a race again and again; what it costs counts, its pictures do not."""
        click = {"method": "custom", "content": {"event": "click"}}
        start = self.find(_model_name="ButtonModel", description="Start")
        while time.monotonic() < until:
            await self.send("comm_msg", {"comm_id": start, "data": click})
            await asyncio.sleep(max(0.0, min(20.0, until - time.monotonic())))
        return []

    def processes(self):
        """Return the ids of the server and of what it started."""
        ids = [self.lab.process.pid]
        for parent in ids:
            with contextlib.suppress(OSError):
                for thread in Path(f"/proc/{parent}/task").iterdir():
                    ids += map(int, (thread / "children").read_text().split())
        return ids


def cpu_seconds(ids):
    """Return the processor seconds that living processes have taken."""
    total = 0
    for process in ids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory_mb(ids):
    """Return the memory of processes in MB; pages that several share are shared out (PSS)."""
    total = 0
    for process in ids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


async def measure(students, cells, seconds):
    """Let all press Run All at once, then drag; return the Stage."""
    await asyncio.gather(*(student.restart() for student in students))
    ids = [i for student in students for i in student.processes()]
    before = cpu_seconds(ids)
    began = time.monotonic()
    await asyncio.gather(*(student.run_all(cells) for student in students))
    start = time.monotonic() - began
    ids = [i for student in students for i in student.processes()]
    start_cpu = (cpu_seconds(ids) - before) / len(students)
    racers = [student for student in students if student.racing]
    await asyncio.gather(*(s.run("ic.explorers.RaceExplorer()") for s in racers))
    before, own = cpu_seconds(ids), time.process_time()
    began = time.monotonic()
    until = began + seconds
    took = await asyncio.gather(*((s.race if s.racing else s.drag)(until) for s in students))
    lasted = time.monotonic() - began
    return Stage(
        students=len(students),
        steps=sorted(step for steps in took for step in steps),
        start=start,
        start_cpu=start_cpu,
        cpu=(cpu_seconds(ids) - before) / len(students) / lasted,
        memory=memory_mb(ids) / len(students),
        clients=(time.process_time() - own) / lasted,
        seconds=lasted,
    )


def table(stages):
    """Return the stages as a table in Markdown.

    >>> print(table([Stage(2, [0.05] * 100, 3.0, 2.5, 0.1, 300.0, 0.02, 10.0)]).splitlines()[2])
    | 2 | 50 ms | 50 ms | 5.0 | 0.10 | 300 MB | 3 s | 2.5 | 0.02 |
    """
    head = ("students", "median step", "p95", "pictures a second and student", "cores a student")
    head += ("memory a student", "all have run 00 after", "CPU s of it a student", "clients' cores")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for it in stages:
        rate = len(it.steps) / it.students / it.seconds
        cells = (it.students, f"{1000 * it.at(0.5):.0f} ms", f"{1000 * it.at(0.95):.0f} ms")
        cells += (f"{rate:.1f}", f"{it.cpu:.2f}", f"{it.memory:.0f} MB", f"{it.start:.0f} s")
        cells += (f"{it.start_cpu:.1f}", f"{it.clients:.2f}")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def rule(stages, cores):
    """Return what follows for classes of 30, 200 and 2,000, all at their sliders at once.

    >>> few = Stage(10, [0.1] * 100, 9.0, 2.5, 0.1, 300.0, 0.02, 10.0)
    >>> many = Stage(20, [0.5] * 100, 18.0, 2.5, 0.1, 300.0, 0.02, 10.0)
    >>> print(rule([few, many], 2).splitlines()[0])
    Fluent (p95 under 300 ms) up to 10 students on 2 cores: 5 a core. Memory: 300 MB each.
    """
    fluent = [it.students for it in stages if it.at(0.95) < FLUENT]
    if not fluent:
        return "No number of students that was tried has p95 under 300 ms: the machine is too busy."
    most, memory = max(fluent), max(it.memory for it in stages)
    begin = stages[-1].start_cpu
    bound = "" if most < stages[-1].students else " (more were not tried)"
    lines = [
        f"Fluent (p95 under {1000 * FLUENT:.0f} ms) up to {most} students on {cores} cores{bound}: "
        f"{most / cores:g} a core. Memory: {memory:.0f} MB each.",
        "",
        "| class | cores, all at sliders | cores, a third at sliders | memory | Run All on these |",
        "|---|---|---|---|---|",
    ]
    for size in (30, 200, 2000):
        every, third = (math.ceil(n * cores / most) for n in (size, size / 3))
        lines.append(
            f"| {size:,} | {every} | {third} | {math.ceil(1.2 * size * memory / 1024)} GB | "
            f"{size * begin / third:.0f} s |"
        )
    return "\n".join(lines)


async def class_of(counts, seconds, limit, folder):
    """Measure growing numbers of students; yield the stages that end within the limit."""
    notebook = nbformat.read(LESSON, 4)
    cells = [c.source for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    students, began, last = [], time.monotonic(), 0.0
    try:
        for count in counts:
            # the time of a stage grows no faster than its number of students
            likely = last * count / max(1, len(students))
            if time.monotonic() - began + likely > limit:
                print(f"{count} students would take longer than the limit.", file=sys.stderr)
                break
            stage = time.monotonic()
            while len(students) < count:
                few = range(len(students), min(count, len(students) + 4))
                new = [Student(n, folder, racing=n % 10 == 9) for n in few]
                students += new
                await asyncio.gather(*(student.enter() for student in new))
            yield await measure(students, cells, seconds)
            last = time.monotonic() - stage
    finally:
        for student in students:
            student.lab.process.terminate()
        await asyncio.gather(*(asyncio.to_thread(student.lab.stop) for student in students))


async def main(arguments=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", default="1,2,5,10,15,20,30", help="numbers, growing")
    parser.add_argument("--seconds", type=float, default=20, help="of dragging, each number")
    parser.add_argument("--minutes", type=float, default=10, help="at most, in all")
    options = parser.parse_args(arguments)
    counts = [int(number) for number in options.students.split(",")]
    os.environ["INITCOURSE_PROGRESS"] = "off"
    stages = []
    with tempfile.TemporaryDirectory() as folder:
        async for stage in class_of(counts, options.seconds, 60 * options.minutes, Path(folder)):
            stages.append(stage)
            print(table([stage]).splitlines()[-1], file=sys.stderr, flush=True)
    print(f"{table(stages)}\n\n{rule(stages, os.cpu_count())}")


if __name__ == "__main__":
    asyncio.run(main())
