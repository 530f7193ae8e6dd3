"""One JupyterLab and one browser for all browser tests."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest

from browser.lab import BROWSERS, FLAGS, Lab, Notebook, find_browser

ROOT = Path(__file__).resolve().parents[2]


def open_browser():
    """Yield Chromium; without one the tests are skipped, but under CI they fail."""
    path = find_browser()
    if path is None:
        reason = f"no browser found: none of {', '.join(BROWSERS)} is on the PATH"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


# of a module where other folders take it: two of them cannot be open in one thread
browser = pytest.fixture(scope="package", name="browser")(open_browser)


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """A copy of the notebooks, so that running them leaves the repository alone."""
    copy = tmp_path_factory.mktemp("notebooks")
    if (ROOT / "notebooks").is_dir():
        shutil.copytree(ROOT / "notebooks", copy, dirs_exist_ok=True)
    return copy


@pytest.fixture(scope="package")
def lab(browser, folder, tmp_path_factory):
    """JupyterLab on the copied notebooks."""
    lab = Lab(folder, tmp_path_factory.mktemp("profile"))
    try:
        lab.wait()
        yield lab
    finally:
        lab.stop()


@pytest.fixture(scope="package")
def open_notebook(lab, browser):
    """A function that opens a notebook of `folder` in a 1280 × 900 window; use it in a `with`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield lambda path: Notebook(lab, context.new_page(), path)
    context.close()


@pytest.fixture(scope="package")
def open_cells(folder, open_notebook):
    """A function that makes a notebook of code cells and opens it; use it in a `with`."""

    def open_them(path, *sources):
        notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, sources)])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, folder / path)
        return open_notebook(path)

    return open_them
