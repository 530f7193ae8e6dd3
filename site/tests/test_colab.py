"""Lessons as Colab opens them: what stands in them, their branch, and the cell that installs.

Colab itself cannot be had. By night the cell runs in an environment with the versions of Colab's
that matter, and a stand-in for its module that marks widgets as Colab's own does.
"""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import lessons
import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))
import colab  # noqa: E402

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="needs git")
COMMIT = "0123abcd"
VIEW = "application/vnd.jupyter.widget-view+json"
#: What Colab comes with, of what the course needs.
COMES_WITH = "numpy==2.0.2 matplotlib==3.10.0 ipython==7.34.0 ipykernel==6.17.1 ipywidgets==7.7.1"
#: `google.colab.output`, as far as it concerns widgets.
STAND_IN = f"""
_installed_url = None


def enable_custom_widget_manager():
    global _installed_url
    if not _installed_url:
        get_ipython().display_pub.register_hook(_mark)
    _installed_url = "a CDN"


def _mark(message):
    content = message["content"]
    if "{VIEW}" in content.get("data", {{}}):
        content["metadata"]["{VIEW}"] = {{"colab": _installed_url}}
    return message


import sys

from IPython import get_ipython

_widgets = sys.modules[__name__]
"""


@pytest.mark.parametrize("path", lessons.NOTEBOOKS, ids=lambda path: path.stem)
def test_a_copy_has_one_cell_more_and_links_that_lead_somewhere(path):
    lesson = nbformat.read(path, 4)
    copy = colab.for_colab(nbformat.read(path, 4), COMMIT)
    nbformat.validate(copy)
    assert [c.source for c in copy.cells[1:] if c.cell_type == "code"] == [
        c.source for c in lesson.cells if c.cell_type == "code"
    ]
    for cell, own in zip(copy.cells[1:], lesson.cells, strict=True):
        links = re.findall(r"\]\(([^)\s]+)\)", cell.source)
        assert [link for link in links if not link.startswith(("https://", "#"))] == []
        assert len(links) == len(re.findall(r"\]\(([^)\s]+)\)", own.source))
        for place in re.findall(rf"{re.escape(colab.colab_address(''))}([^)]*)", cell.source):
            assert (ROOT / place).exists()


@needs_git
def test_they_are_published_as_a_branch_that_holds_nothing_else(tmp_path):
    def git(*arguments, cwd=tmp_path / "project"):
        return colab.git(*arguments, cwd=cwd)

    for place in ("tools/colab.py", "pyproject.toml", "notebooks/00_start_here.ipynb"):
        (tmp_path / "project" / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / place, tmp_path / "project" / place)
    git("init", "--quiet", "--bare", "origin", cwd=tmp_path)
    git("init", "--quiet")
    git("remote", "add", "origin", str(tmp_path / "origin"))
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=b", "commit", "--quiet", "-m", "all")
    for _ in "ab":  # a second time, over the first
        subprocess.run([sys.executable, "tools/colab.py", "--publish"], cwd=tmp_path / "project",
                       check=True, capture_output=True)  # fmt: skip
    published = git("ls-tree", "-r", "--name-only", colab.BRANCH, cwd=tmp_path / "origin")
    assert published == "notebooks/00_start_here.ipynb"
    text = git("show", f"{colab.BRANCH}:{published}", cwd=tmp_path / "origin")
    assert f"archive/{git('rev-parse', 'HEAD')}.zip" in nbformat.reads(text, 4).cells[0].source
    assert git("status", "--porcelain", "--untracked-files=no") == ""


def test_the_website_s_workflow_publishes_them():
    job = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text("utf-8"))
    assert job["permissions"]["contents"] == "write"
    assert {"run": "python tools/colab.py --publish"} in job["jobs"]["pages"]["steps"]


def test_every_page_of_the_website_links_to_its_copy():
    pages = ROOT / "build" / "site" / "notebooks"
    if not pages.exists():
        pytest.skip("python tools/site.py makes the site")
    for path in lessons.NOTEBOOKS:
        page = (pages / path.name).with_suffix(".html").read_text("utf-8")
        assert f'href="{colab.colab_address(f"notebooks/{path.name}")}"' in page


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def project_on_loopback(tmp_path):
    """An address that answers as the project's does: with an archive of its files."""
    name = colab.repository().removeprefix("https://github.com/")
    files = tmp_path / "files" / f"initcourse-{COMMIT}"
    for package in ("initcourse", "answer_checks", "init_audit"):
        leave = shutil.ignore_patterns("__pycache__", "tests")
        shutil.copytree(ROOT / package, files / package, ignore=leave)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, files)
    shutil.make_archive(tmp_path / "served" / name / "archive" / COMMIT, "zip", files.parent)
    handler = functools.partial(Silent, directory=tmp_path / "served")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.nightly
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="Colab's NumPy has no wheel for it")
def test_a_lesson_runs_to_its_end_where_colab_s_versions_are(
    project_on_loopback, tmp_path, monkeypatch
):
    from nbclient import NotebookClient

    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--no-compile", *COMES_WITH.split()]
    subprocess.run(pip, check=True, timeout=300)
    module = tmp_path / "module" / "google" / "colab"
    module.mkdir(parents=True)
    (module / "output.py").write_text(STAND_IN)
    start = "import google.colab.output; from ipykernel.kernelapp import launch_new_instance as go"
    command = [str(python), "-c", f"{start}; go()", "-f", "{connection_file}"]
    kernel = tmp_path / "data" / "kernels" / "colab" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    env = {"PYTHONPATH": str(tmp_path / "module"), "OPENBLAS_NUM_THREADS": "1"}
    spec = {"argv": command, "display_name": "Colab", "language": "python", "env": env}
    kernel.write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "data"))
    (tmp_path / "content").mkdir()

    lesson = nbformat.read(lessons.NOTEBOOKS[0], 4)
    copy = colab.for_colab(nbformat.read(lessons.NOTEBOOKS[0], 4), COMMIT)
    install = copy.cells[0]
    install.source = install.source.replace("https://github.com", project_on_loopback)
    where = {"metadata": {"path": str(tmp_path / "content")}}
    NotebookClient(copy, kernel_name="colab", timeout=300, resources=where).execute()
    outputs = [output for cell in copy.cells[1:] for output in cell.get("outputs", [])]
    stored = [output for cell in lesson.cells for output in cell.get("outputs", [])]
    assert [*map(text_of, outputs)] == [*map(text_of, stored)]
    views = [output.metadata for output in outputs if VIEW in output.get("data", {})]
    assert [view.get(VIEW) for view in views] == [{"colab": "a CDN"}] * 3
    assert os.listdir(tmp_path / "content") == []


def text_of(output):
    """Return what an output prints or shows as text."""
    return output.get("text") or output.data.get("text/plain", "")
