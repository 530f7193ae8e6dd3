"""Write the lessons as Colab opens them: with one cell more at the top, which installs the course.

    python tools/colab.py               into build/colab
    python tools/colab.py --publish     and push them to origin, as the branch `colab`

The website's workflow publishes them, and its links to Colab go there: the notebooks of the
repository itself need no such cell. It installs the commit that the lessons are of, so that a copy
which a learner keeps goes on working.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "colab"
BRANCH = "colab"


def repository():
    """Return the address of the project, which pyproject.toml alone holds."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["urls"]["Repository"]


def colab_address(place):
    """Return where Colab opens a notebook, such as "notebooks/03_xavier.ipynb"."""
    name = repository().removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{name}/blob/{BRANCH}/{place}"


def on_colab(text, commit):
    """Return a lesson's Markdown with links that lead somewhere: Colab knows no files beside."""

    def link(found):
        target, _, anchor = found[1].partition("#")
        if not target or re.match(r"\w+:", target):
            return found[0]
        place = (ROOT / "notebooks" / target).resolve().relative_to(ROOT).as_posix()
        if place.startswith("notebooks/"):
            return f"]({colab_address(place)})"
        return f"]({repository()}/blob/{commit}/{place}{'#' * bool(anchor)}{anchor})"

    return re.sub(r"\]\(([^)\s]+)\)", link, text)


def for_colab(notebook, commit):
    """Put the cell that installs the course at the top of a notebook, and mend its links."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = on_colab(cell.source, commit)
    install = f'%pip install --quiet "initcourse @ {repository()}/archive/{commit}.zip"'
    source = f"# Colab has no course yet: run this cell first.\n{install}"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(source, id="install"))
    return notebook


def git(*arguments, **options):
    """Run git; return what it prints."""
    command = ["git", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options)
    return done.stdout.strip()


def write_all():
    """Write all lessons into `TARGET`."""
    shutil.rmtree(TARGET, ignore_errors=True)
    (TARGET / "notebooks").mkdir(parents=True)
    commit = git("rev-parse", "HEAD", cwd=ROOT)
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        notebook = for_colab(nbformat.read(path, 4), commit)
        nbformat.write(notebook, TARGET / "notebooks" / path.name)


def publish():
    """Push `TARGET` as a branch of one commit, which holds nothing else."""
    index = TARGET.with_name("colab-index")
    index.unlink(missing_ok=True)
    who = {f"GIT_{role}_{what}": "initcourse" for role in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")}  # fmt: skip
    env = {**os.environ, **who, "GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(TARGET)}
    where = {
        "cwd": TARGET,
        "env": {**env, "GIT_DIR": git("rev-parse", "--absolute-git-dir", cwd=ROOT)},
    }
    git("add", "--all", "--force", ".", **where)
    tree = git("write-tree", **where)
    commit = git("commit-tree", tree, "-m", "The lessons, as Colab opens them", **where)
    git("push", "--force", "origin", f"{commit}:refs/heads/{BRANCH}", **where)


if __name__ == "__main__":
    write_all()
    if sys.argv[1:] == ["--publish"]:
        publish()
