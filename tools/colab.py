"""Write the lessons as Colab opens them: with one cell more at the top, which installs the course.

    python tools/colab.py [FOLDER]     into FOLDER (default: build/colab)

The cell installs the commit that the lessons are of, so that a copy which a learner keeps goes on
working. The workflow of the website publishes the folder as the branch `colab`, to which the
website's links to Colab go: no notebook of the repository itself needs such a cell.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
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


def main(arguments):
    """Write all lessons."""
    target = Path(arguments[0]) if arguments else ROOT / "build" / "colab"
    shutil.rmtree(target, ignore_errors=True)
    (target / "notebooks").mkdir(parents=True)
    head = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(head, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        notebook = for_colab(nbformat.read(path, 4), commit.strip())
        nbformat.write(notebook, target / "notebooks" / path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
