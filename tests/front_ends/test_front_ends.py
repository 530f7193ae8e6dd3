"""Lesson 00 in the other front ends: Notebook 7, Voila, VS Code's renderer, a page without kernel.

Notebook 7 and Voila come from tests/front_ends.txt; the scripts that VS Code and exported pages
show widgets with come from npm. All is fetched once, into build/.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import nbformat
import pytest
from browser.lab import Lab, Notebook

expect = pytest.importorskip("playwright.sync_api").expect

ROOT = Path(__file__).resolve().parents[2]
FETCHED = ROOT / "build" / "front_ends"
WANTED = ROOT / "tests" / "front_ends.txt"
LESSON = "00_start_here.ipynb"
#: npm's packages, and what is read of each.
SCRIPTS = {
    "@vscode/jupyter-ipywidgets8@1.0.9": "dist/ipywidgets.js",
    "@jupyter-widgets/html-manager@1.0.15": "dist/embed-amd.js",
    "requirejs@2.3.8": "require.js",
}
EMPTY = "<!doctype html><html><body></body></html>"
#: VS Code's manager of widgets in an empty page, with a kernel that JupyterLab's services connect.
#: It shows each widget that the cells show, and keeps what else they show in `window.shown`.
IN_VS_CODE = """async cells => {
    const {activate} = await import('/vscode-renderer.js');
    activate();
    vscIPyWidgets8.load();
    const loader = {
        widgetsRegisteredInRequireJs: new Set(),
        loadWidgetScript: async () => {}, successHandler: () => {}, errorHandler: () => {},
    };
    const kernel = await parent.jupyterapp.serviceManager.kernels.startNew({name: 'python3'});
    const manager = new vscIPyWidgets.WidgetManager(kernel, document.body, loader, () => {});
    requirejs.config({paths: {anywidget: '/anywidget'}});
    window.shown = [];
    for (const code of cells) {
        const future = kernel.requestExecute({code}), found = [];
        future.onIOPub = ({content}) => { found.push(content.data ?? {}); };
        const reply = await future.done;
        if (reply.content.status !== 'ok') throw new Error(reply.content.evalue);
        for (const data of found) {
            const view = data['application/vnd.jupyter.widget-view+json'];
            if (!view) { window.shown.push(data); continue; }
            const node = document.body.appendChild(document.createElement('div'));
            const model = await manager.get_model(view.model_id);
            await manager.display_view({}, await manager.create_view(model), {node});
        }
    }
}"""


def missing(what):
    """Fail under CI; else skip, for want of a program."""
    pytest.fail(what) if os.environ.get("CI") else pytest.skip(what)


@pytest.fixture(scope="module")
def beside():
    """The folder with Notebook 7 and Voila, which are installed beside what is tested."""
    stamp = FETCHED / "wanted.txt"
    if not stamp.exists() or stamp.read_text() != WANTED.read_text():
        shutil.rmtree(FETCHED, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps"]
        subprocess.run([*pip, "--target", FETCHED, "-r", WANTED], check=True, timeout=300)
        stamp.write_text(WANTED.read_text())
    return FETCHED


@pytest.fixture(scope="module")
def script():
    """A function that returns the script of one of the SCRIPTS, by the beginning of its name."""
    place = ROOT / "build" / "scripts"

    def text_of(start):
        [package] = [name for name in SCRIPTS if name.startswith(start)]
        path = place / f"{re.sub(r'[^a-z0-9.]+', '-', package.lower())}.js"
        if not path.exists():
            npm = shutil.which("npm") or missing("needs npm")
            place.mkdir(parents=True, exist_ok=True)
            pack = [npm, "pack", "--silent", "--pack-destination", place, package]
            name = subprocess.run(pack, check=True, capture_output=True, text=True, timeout=300)
            archive = place / name.stdout.split()[-1]
            with tarfile.open(archive) as files:
                path.write_bytes(files.extractfile(f"package/{SCRIPTS[package]}").read())
            archive.unlink()
        return path.read_text(encoding="utf-8")

    return text_of


@pytest.fixture(scope="module")
def server(browser, beside, tmp_path_factory):
    """Notebook 7, with Voila as its extension, on a copy of lesson 00 that also shows a figure."""
    folder = tmp_path_factory.mktemp("notebooks")
    lesson = nbformat.read(ROOT / "notebooks" / LESSON, 4)
    figure = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);"
    lesson.cells.insert(3, nbformat.v4.new_code_cell(figure))
    lesson.cells.insert(4, nbformat.v4.new_markdown_cell("*The figure:* up and down."))
    nbformat.write(lesson, folder / LESSON)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ANSWER_CHECKS_RECORD", raising=False)  # as where somebody learns
        server = Lab(folder, tmp_path_factory.mktemp("profile"), beside)
    server.folder = folder
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def serve(page, address, text, kind="text/javascript"):
    """Answer what a page asks of an address with a text."""
    page.route(address, lambda route: route.fulfill(body=text, content_type=kind))


def anywidget():
    """Return anywidget's script for pages that load by RequireJS."""
    import anywidget

    return (Path(anywidget.__file__).parent / "nbextension" / "index.js").read_text("utf-8")


def sentence_of(box):
    """Return the last line of a box: what it says."""
    return box.locator(":scope > .widget-html").last


def assert_alive(page, frame):
    """Work through lesson 00's explorer, prediction and question by keyboard."""
    expect(frame.locator(".initcourse-box")).to_have_count(3)
    prediction, explorer, question = frame.locator(".initcourse-box").all()
    picture, handle = explorer.get_by_role("img"), explorer.get_by_role("slider")
    expect(handle).to_have_attribute("aria-valuetext", "1.00")
    expect(handle).to_have_attribute("aria-label", "weight scale ×")
    before, seen = sentence_of(explorer).inner_text(), picture.get_attribute("src")
    assert "Layer 30: forward 0.011" in before
    expect(picture).to_have_attribute("alt", before)
    assert picture.evaluate("picture => picture.clientWidth") == 840
    handle.press("ArrowRight")
    expect(picture).not_to_have_attribute("src", seen)
    expect(sentence_of(explorer)).not_to_have_text(before)
    expect(picture).to_have_attribute("alt", sentence_of(explorer).inner_text())

    prediction.get_by_role("slider", name="your guess").press("ArrowRight")
    prediction.get_by_role("button", name="Reveal").press("Enter")
    expect(sentence_of(prediction)).to_contain_text("Half the weights halve h", timeout=20_000)
    expect(prediction.get_by_role("img")).to_be_visible()

    answer = question.get_by_role("button").nth(1)
    answer.press("Enter")
    expect(sentence_of(question)).to_contain_text("Right.")
    expect(answer).to_have_attribute("aria-pressed", "true")
    assert_nothing_stands_in(frame)


def assert_described(page):
    """A cell's figure is described by the words below it."""
    figure = page.locator(".jp-RenderedImage img")
    expect(figure).to_have_attribute("alt", "The figure: up and down.")


def assert_nothing_stands_in(frame):
    """The sentence for where a widget is dead is out of sight where it lives."""
    standing = frame.get_by_text("run the cells from the top of the notebook")
    assert [one.is_visible() for one in standing.all()] in ([], [False] * 3)


def test_notebook_7(server, page):
    with Notebook(server, page, LESSON, at="notebooks") as notebook:
        notebook.run_all()
        assert notebook.errors() == []
        assert_alive(page, page)
        assert_described(page)
    assert "wide" in (server.folder / "progress.jsonl").read_text("utf-8")


def test_voila(server, page):
    progress = server.folder / "progress.jsonl"
    progress.unlink(missing_ok=True)
    page.goto(f"{server.url}/voila/render/{LESSON}?token={server.token}")
    page.locator(".initcourse-box").nth(2).wait_for(timeout=60_000)
    assert_alive(page, page)
    assert_described(page)
    assert page.get_by_text("import numpy").count() == 0  # no code
    assert page.get_by_text("Ready.").count() == 2  # but the lesson, and what cells print
    assert not progress.exists()  # it would be that of everybody who visits


def test_vs_code_s_renderer(server, page, script):
    serve(page, f"{server.url}/empty.html", EMPTY, "text/html")
    serve(page, f"{server.url}/vscode-renderer.js", script("@vscode"))
    serve(page, f"{server.url}/anywidget.js", anywidget())
    page.goto(f"{server.url}/tree?token={server.token}")
    page.wait_for_function("window.jupyterapp?.serviceManager?.isReady")
    page.evaluate("""async () => {
        const frame = document.createElement('iframe');
        frame.src = '/empty.html';
        frame.style = 'position: fixed; inset: 0; width: 100%; height: 100%; background: white';
        const loaded = new Promise(done => frame.onload = done);
        document.body.append(frame);
        await loaded;
    }""")
    frame = page.frame(url="**/empty.html")
    frame.add_script_tag(content=script("requirejs"))
    cells = nbformat.read(ROOT / "notebooks" / LESSON, 4).cells
    frame.evaluate(IN_VS_CODE, [cell.source for cell in cells if cell.cell_type == "code"])
    assert_alive(page, frame)


def test_a_page_without_a_kernel_shows_what_was_stored(page, script, tmp_path):
    """What nbconvert exports, with the html-manager that nbviewer uses too."""
    export = ["-m", "nbconvert", "--to", "html", "--execute", "--output-dir", tmp_path]
    command = [sys.executable, *export, ROOT / "notebooks" / LESSON]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    page.route("https://**", lambda route: route.abort())
    serve(page, re.compile(r"https://.*/require\.js/.*"), script("requirejs"))
    serve(page, re.compile(r"https://.*/html-manager@.*"), script("@jupyter-widgets"))
    serve(page, re.compile(r"https://.*/anywidget@.*"), anywidget())
    page.goto((tmp_path / LESSON).with_suffix(".html").as_uri())
    expect(page.locator(".initcourse-box")).to_have_count(3)
    explorer = page.locator(".initcourse-box").nth(1)
    sentence = sentence_of(explorer).inner_text()
    assert "Layer 30: forward 0.011" in sentence
    picture = explorer.get_by_role("img")
    expect(picture).to_have_attribute("alt", sentence)
    assert picture.evaluate("picture => [picture.clientWidth, picture.naturalWidth]") == [840, 840]
    expect(explorer.get_by_role("slider", name="weight scale ×")).to_be_visible()
    assert_nothing_stands_in(page)
    page.unroute_all()
    page.route("https://**", lambda route: route.abort())
    page.reload()  # without a network
    still, sentences = page.locator(".initcourse-still"), page.get_by_text("run the cells from")
    assert [still.is_visible(), still.get_attribute("alt")] == [
        True,
        f"SignalsExplorer: {sentence}",
    ]
    assert [one.is_visible() for one in sentences.all()] == [True] * 3
