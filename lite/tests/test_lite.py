"""The browser edition that tools/lite.py has made in build/lite: run, moved, reloaded, offline.

`python tools/lite.py --self-contained` makes it so that it can be tested; without it all is skipped
but the tables. Run all lessons with INITCOURSE_NIGHTLY=1, half an hour of CPU.
"""

import functools
import http.server
import json
import re
import statistics
import sys
import threading
from datetime import date, timedelta
from pathlib import Path

import lessons
import nbformat
import psutil
import pytest
from browser.lab import FLAGS, find_browser

ROOT = Path(__file__).resolve().parents[2]
EDITION = ROOT / "build" / "lite"
sys.path.append(str(ROOT / "tools"))
import lite  # noqa: E402

built = pytest.mark.skipif(
    not (EDITION / "static" / "python").exists(),
    reason="python tools/lite.py --self-contained makes the edition",
)
#: Cells whose text differs there, and why.
DIFFERENT = {}

KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
EXPLORER = ".widget-vbox:has(> .widget-box):has(> img.widget-image)"
RUN_ALL = "() => jupyterapp.commands.execute('notebook:run-all-cells')"
SAVE = "() => jupyterapp.commands.execute('docmanager:save')"
OPEN = "async path => { await jupyterapp.commands.execute('docmanager:open', {path}); }"
CELLS = """() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => ({
    type: cell.type, source: cell.sharedModel.source,
    outputs: cell.type === 'code' ? cell.outputs.toJSON() : []}))"""
ADD_AND_RUN = """async (source) => {
    const panel = jupyterapp.shell.currentWidget;
    panel.model.sharedModel.addCell({cell_type: 'code', source});
    panel.content.activeCellIndex = panel.content.widgets.length - 1;
    await jupyterapp.commands.execute('notebook:run-cell');
    panel.content.widgets.at(-1).node.scrollIntoView();
}"""
EXECUTE = f"""async code => {{
    const future = {KERNEL}.requestExecute({{code}});
    let text = '';
    future.onIOPub = ({{content}}) => {{ text += content.text ?? content.evalue ?? ''; }};
    await future.done;
    return text;
}}"""
DELETED = """async path => {
    const contents = jupyterapp.serviceManager.contents;
    await contents.delete(path);
    return await contents.get(path, {content: true}); }"""
RESTART = f"async () => {{ await {KERNEL}.restart(); }}"
RESTART = f"() => {KERNEL}.restart()"
EDIT = """(source) => {
    jupyterapp.shell.currentWidget.content.model.cells.get(0).sharedModel.setSource(source); }"""

#: Says which products of the edition's own `@` differ from sums taken in NumPy's order.
PRODUCTS = """import fast_matmul, numpy as np
rng, wrong = np.random.default_rng(0), []
layouts = [lambda x: x, np.asfortranarray, lambda x: np.repeat(np.repeat(x, 2, 0), 3, 1)[::2, ::3]]
for dtype in "f4", "f8":
    for m, k, n in (1, 5, 9), (3, 7, 4), (6, 40, 19), (33, 12, 8), (9, 2100, 3), (2, 2100, 13):
        A, B = (rng.standard_normal(shape).astype(dtype) for shape in ((m, k), (k, n)))
        right = np.cumsum(A[:, :, None] * B, axis=1)[:, -1]
        for f in layouts:
            for g in layouts:
                np.matmul(f(A), g(B), out=(out := np.ones((2 * m, 2 * n), dtype))[::2, ::2])
                same = np.array_equal(f(A) @ g(B), right) and np.array_equal(out[::2, ::2], right)
                if not same or (out[1::2] != 1).any() or (out[:, 1::2] != 1).any():
                    wrong.append((dtype, m, k, n))
    A, B = np.ones((2, 3, 4), dtype), np.ones((3, 2, 4, 5), dtype)
    if (A[0, :0] @ B).size or ((A[:, :2] @ B) != 4).any() or (A[..., :0] @ B[0, 0, :0]).any():
        wrong.append(dtype)
print(fast_matmul.INSTALLED, wrong)"""

#: `window.rested` resolves when a picture has a new sentence: its box is at rest, and says so.
WATCH = """picture => { window.rested = new Promise(done =>
    new MutationObserver(() => setTimeout(done, 200)).observe(picture, {attributeFilter: ['alt']})
); }"""
#: What a step is measured by: computing of about its size, without a page.
YARDSTICK = """import numpy as np
_h, _W = np.ones((64, 256), np.float32), np.ones((256, 256), np.float32) / 256
for _ in range(60): _h = np.tanh(_h @ _W)"""
#: Explorers (the lesson's own, if none is said), the slider, and what a step of it may take.
LABORATORY = "ic.explorers.LaboratoryExplorer('sigmoid', rule_B='xavier', scale_B=4.0)"
STEPS = [
    pytest.param("", "weight scale", "key", 3.2, id="weight scale by key"),
    pytest.param("", "weight scale", "drag", 3.2, id="weight scale by drag"),
    pytest.param("ic.explorers.FansExplorer()", "gain", "key", 2.4, id="gain by key"),
    pytest.param(LABORATORY, "A: scale", "key", 3.2, id="A: scale by key"),
]
#: Press a button of a box; return the milliseconds until the box holds these words.
PRESS = """async (box, [name, words]) => {
    const button = [...box.querySelectorAll('button')].find(b => b.innerText.trim() === name);
    const began = performance.now();
    button.click();
    while (!box.innerText.includes(words)) await new Promise(done => setTimeout(done, 5));
    return performance.now() - began; }"""
#: The milliseconds from one picture of a box to the next, four times.
PICTURES = """async box => {
    const picture = box.querySelector('img'), seen = [];
    while (seen.length < 5) {
        await new Promise(done => picture.addEventListener('load', done, {once: true}));
        seen.push(performance.now());
    }
    return seen.slice(1).map((at, k) => at - seen[k]); }"""
#: The clock of the browser's Python goes a day behind.
YESTERDAY = """import pyodide.code
pyodide.code.run_js("const now = Date.now; Date.now = () => now() - 864e5")"""
CHECK = "import initcourse as ic; ic.exercises.share_left.check({})"
PROGRESS = "import initcourse as ic; print(ic.exercises.progress('00'))"

#: What a learner writes into a lesson.
MINE = "A note of mine."


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the edition as GitHub Pages would, silently."""

    def guess_type(self, path):
        kinds = {".mjs": "text/javascript", ".wasm": "application/wasm"}
        return kinds.get(Path(path).suffix) or super().guess_type(path)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    """The edition on a free port of this machine."""
    handler = functools.partial(Handler, directory=EDITION)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Tab:
    """One notebook of the edition, in one tab."""

    def __init__(self, context, server, name):
        self.name, self.home = name, f"http://127.0.0.1:{server.server_port}"
        self.open(context)

    def open(self, context):
        self.context, self.page, self.asked = context, context.new_page(), []
        self.page.set_default_timeout(240_000)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"{self.home}/lab/index.html?path=notebooks/{self.name}")
        self.wait()
        return self.page

    def wait(self):
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(KERNEL)

    def run_all(self):
        self.page.evaluate(RUN_ALL)
        return self.page.evaluate(CELLS)

    def reload(self):
        self.page.reload()
        self.wait()


def opened(browser, profile):
    """Return a browser that keeps what it is given in the folder `profile`, when closed as well."""
    return browser.browser_type.launch_persistent_context(
        profile, executable_path=find_browser(), headless=True, args=FLAGS,
        viewport={"width": 1280, "height": 900},
    )  # fmt: skip


@pytest.fixture(scope="module")
def tab(browser, server, tmp_path_factory):
    """Lesson 00, run from top to bottom on a first visit."""
    profile = tmp_path_factory.mktemp("profile")
    tab = Tab(opened(browser, profile), server, "00_start_here.ipynb")
    tab.cells, tab.profile = tab.run_all(), profile
    yield tab
    tab.context.close()


def said(outputs):
    """Return what a cell prints and shows as text, without addresses in memory."""
    printed = {"stdout": "", "stderr": "", "error": "", "shown": ""}
    for output in outputs:
        if output["output_type"] == "stream":
            printed[output["name"]] += "".join(output["text"])
        elif output["output_type"] == "error":
            printed["error"] += output["evalue"]
        else:
            shown = output["data"].get("text/plain", "")
            printed["shown"] += "".join(shown) + "\n" if shown else ""
    return {kind: re.sub(r"0x[0-9a-f]+", "ADDRESS", text) for kind, text in printed.items()}


def prints_what_is_stored(name, cells):
    """Compare the code cells of a run with the notebook in the repository, cell by cell."""
    stored = [c for c in nbformat.read(ROOT / "notebooks" / name, 4).cells if c.cell_type == "code"]
    ran = [cell for cell in cells if cell["type"] == "code"]
    assert [cell["source"] for cell in ran] == [cell.source for cell in stored]
    for cell, there in zip(stored, ran, strict=True):
        if cell.id not in DIFFERENT:
            assert said(there["outputs"]) == said(cell.outputs), cell.id


# ------------------------------------------------------------------------------ without an edition


def test_every_slow_cell_stands_in_its_lesson():
    slow, found = lite.slow_cells(), set()
    for path in lessons.NOTEBOOKS:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        before = len(notebook["cells"])
        here = lite.with_costs(notebook, path.stem, slow)
        assert len(notebook["cells"]) == before + len(here), "a line that stands twice"
        found |= here
    assert found == set(slow)


def test_an_edition_is_another_when_a_lesson_says_something_else():
    def edition(source, outputs):
        return lite.edition_of({"cells": [{"cell_type": "code", "source": source, **outputs}]})

    assert edition(["a = 1\n", "b"], {}) == edition("a = 1\nb", {"outputs": ["picture"]})
    assert edition("a = 1", {}) != edition("a = 2", {})


def test_a_slow_cell_gets_its_cost_above_it_and_others_none():
    code = {"id": "a", "cell_type": "code", "source": ["# a comment\n", "x = train()\n"]}
    notebook = {"cells": [{**code, "source": ["y = 1"]}, code]}
    lite.with_costs(notebook, "03", {("03", "x = train()"): 92.0})
    kinds = [cell["cell_type"] for cell in notebook["cells"]]
    assert kinds == ["code", "markdown", "code"]
    assert "about 1.5 minutes" in notebook["cells"][1]["source"]


# ------------------------------------------------------------------------------ one visit


@built
def test_a_lesson_runs_silently_and_asks_nobody_else(tab):
    prints_what_is_stored("00_start_here.ipynb", tab.cells)
    assert not [url for url in tab.asked if not url.startswith((tab.home, "blob:", "data:"))]


@built
def test_a_slider_obeys_keyboard_and_mouse(tab):
    page = tab.page
    box = page.locator(EXPLORER).first
    slider, line = box.locator(".widget-slider").first, box.locator("> .widget-html").last
    slider.scroll_into_view_if_needed()
    handle = slider.locator("[role=slider]")
    for move in ("key", "drag"):
        before, picture = line.inner_text(), box.locator("img").get_attribute("src")
        if move == "key":
            handle.focus()
            page.keyboard.press("ArrowRight")
        else:
            held = handle.bounding_box()
            x, y = held["x"] + held["width"] / 2, held["y"] + held["height"] / 2
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + 60, y, steps=3)
            page.mouse.up()
        page.wait_for_function(
            "([line, text]) => line.innerText !== text", arg=[line.element_handle(), before]
        )
        assert box.locator("img").get_attribute("src") != picture
        assert "broke" not in line.inner_text()


@built
def test_products_are_the_edition_s_own_and_summed_as_numpy_sums(tab):
    assert tab.page.evaluate(EXECUTE, PRODUCTS) == "True []\n"


@built
def test_a_race_starts_shows_pictures_and_stops(tab):
    page = tab.page
    page.evaluate(ADD_AND_RUN, "ic.explorers.RaceExplorer(seeds=1, steps=2000)")
    box = page.locator(EXPLORER).last
    picture = box.locator("img")
    start, stop = (box.get_by_role("button", name=name) for name in ("Start", "Stop"))
    start.click()
    page.wait_for_function("box => box.innerText.includes('running: loss')",
                           arg=box.element_handle())  # fmt: skip
    first = picture.get_attribute("src")
    page.wait_for_function("([picture, src]) => picture.src !== src",
                           arg=[picture.element_handle(), first])  # fmt: skip
    stop.click()
    page.wait_for_function("box => box.innerText.includes('stopped at step')",
                           arg=box.element_handle())  # fmt: skip
    assert start.is_enabled() and stop.is_disabled()


def cpu_ms():
    """Return the CPU milliseconds that all browsers of this process have taken."""
    programs = psutil.Process().children(recursive=True)
    times = [program.cpu_times() for program in programs if "chrom" in program.name()]
    return 1000 * sum(time.user + time.system for time in times)


@built
@pytest.mark.alone
@pytest.mark.parametrize("code, label, way, most", STEPS)
def test_a_step_takes_little_of_the_processor(tab, code, label, way, most):
    """All that the browser does for a step, till it is at rest, beside computing of one size."""
    page = tab.page
    if code:
        page.evaluate(ADD_AND_RUN, code)
    box = page.locator(EXPLORER).last if code else page.locator(EXPLORER).first
    slider = box.locator(".widget-slider", has_text=label)
    slider.scroll_into_view_if_needed()
    handle = slider.locator("[role=slider]")
    handle.focus()
    page.wait_for_timeout(1000)
    place = handle.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    if way == "drag":
        page.mouse.move(x, y)
        page.mouse.down()
    picture, steps, yards = box.locator("img").element_handle(), [], []
    for k in range(24):
        page.evaluate(WATCH, picture)
        began = cpu_ms()
        back = k // 3 % 2
        if way == "drag":
            x += -8 if back else 8
            page.mouse.move(x, y)
        else:
            page.keyboard.press("ArrowLeft" if back else "ArrowRight")
        page.evaluate("window.rested")
        steps.append(cpu_ms() - began)
        began = cpu_ms()
        page.evaluate(EXECUTE, YARDSTICK)
        yards.append(cpu_ms() - began)
    page.mouse.up()
    step, yard = (statistics.median(times[4:]) for times in (steps, yards))
    print(f"\n{label} by {way}: {step:.0f} ms of CPU a step, {step / yard:.2f} of {yard:.0f} ms")
    assert step < most * yard, (steps, yards)


@built
@pytest.mark.alone
def test_a_race_starts_and_stops_within_half_a_second(tab):
    """The best of up to ten races must: others may take the machine."""
    page, seen = tab.page, []
    page.evaluate(ADD_AND_RUN, "ic.explorers.RaceExplorer(steps=2000)")
    box = page.locator(EXPLORER).last
    while len(seen) < 10 and not (seen and max(map(min, zip(*seen, strict=True))) < 500):
        start = box.evaluate(PRESS, ["Start", "running: loss"])
        pictures = box.evaluate(PICTURES)
        stop = box.evaluate(PRESS, ["Stop", "stopped at step"])
        seen.append((start, statistics.median(pictures), stop))
        box.get_by_role("button", name="Clear").click()
        page.wait_for_timeout(500)
    print(f"\nms to the first curve, from picture to picture, to the stop: {seen}")
    assert max(map(min, zip(*seen, strict=True))) < 500


@built
def test_a_newer_lesson_says_so_and_leaves_a_saved_copy_alone(tab):
    page, note = tab.page, tab.page.get_by_role("status").filter(has_text="newer edition")
    page.evaluate(EDIT, MINE)
    page.evaluate(SAVE)
    tab.reload()
    assert not note.count() and page.evaluate(CELLS)[0]["source"] == MINE
    newer = dict.fromkeys(json.loads((EDITION / "api" / "editions.json").read_text()), "newer")
    page.route("**/api/editions.json", lambda route: route.fulfill(json=newer))
    tab.reload()
    note.wait_for()
    assert "of 00_start_here.ipynb than" in note.inner_text()
    assert page.evaluate(CELLS)[0]["source"] == MINE
    note.get_by_role("button", name="Close this note").click()
    assert not note.count()
    got = page.evaluate(DELETED, "notebooks/00_start_here.ipynb")
    assert got["content"]["cells"][0]["source"] != MINE
    page.unroute("**/api/editions.json")


@built
def test_an_edit_and_progress_survive_restart_and_night_and_all_works_without_a_network(
    tab, browser, server
):
    page, today = tab.page, date.today()
    right = f"1 of 1 exercise right.\nright          share_left ({today - timedelta(1)})\n"
    page.wait_for_function("document.documentElement.dataset.offline === 'ready'")
    page.evaluate(EDIT, MINE)
    page.evaluate(SAVE)
    assert page.evaluate(EXECUTE, f"{YESTERDAY}\n{CHECK.format(1 / 1024)}") == ""
    page.evaluate(RESTART)
    assert page.evaluate(EXECUTE, PROGRESS) == right
    tab.context.close()
    server.shutdown()  # from here on nobody answers
    server.server_close()
    page = tab.open(opened(browser, tab.profile))
    assert page.evaluate(EXECUTE, PROGRESS) == right
    cells = tab.run_all()
    assert cells[0]["source"] == MINE
    shown = [said(cell["outputs"]) for cell in cells if "SignalsExplorer(" in cell["source"]]
    assert shown and "Layer 30: forward" in shown[0]["shown"]
    page.evaluate(EXECUTE, CHECK.format(0.5))
    assert page.evaluate(EXECUTE, PROGRESS).startswith("0 of 1 exercise right.")
    page.evaluate(OPEN, "notebooks/02_variance_of_a_weighted_sum.ipynb")
    page.get_by_role("heading", name="The variance of a weighted sum").first.wait_for()


# ------------------------------------------------------------------------------ all lessons


@built
@pytest.mark.nightly
@pytest.mark.parametrize("path", lessons.NOTEBOOKS[1:], ids=lambda path: path.stem)
def test_every_lesson_prints_there_what_is_stored(browser, path):
    handler = functools.partial(Handler, directory=EDITION)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        tab = Tab(context, server, path.name)
        tab.page.set_default_timeout(1_800_000)
        cells = tab.run_all()
        context.close()
        server.shutdown()
    cells = [cell for cell in cells if not cell["source"].startswith("*In the browser the next")]
    prints_what_is_stored(path.name, cells)
