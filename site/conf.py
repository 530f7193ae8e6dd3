"""How Sphinx makes the website. tools/site.py writes the pages that it reads."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes

project = "initcourse"
html_title = "initcourse"
copyright = "the initcourse authors. Text and figures CC BY 4.0, code BSD 3-Clause"
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("flip_book.js", "reader.js")]
html_copy_source = False  # the notebooks' source holds the questions' answers
html_show_sourcelink = False
exclude_patterns = ["_static"]

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
autodoc_member_order = "bysource"
napoleon_use_rtype = False
napoleon_use_ivar = True
suppress_warnings = ["myst.header"]  # lessons go from # to ### in places

# MathJax comes with the site, in the parts that formulas need: half of its bundle's bytes.
mathjax_path = "mathjax/startup.js"
mathjax3_config = {
    "loader": {
        "load": ["core", "input/tex-base", "[tex]/ams", "output/chtml", "a11y/assistive-mml"]
    },
    "tex": {"packages": ["base", "ams"]},
}
_MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
_PARTS = (
    "startup.js", "core.js", "input/tex-base.js", "input/tex/extensions/ams.js",
    "output/chtml.js", "output/chtml", "a11y/assistive-mml.js",
)  # fmt: skip


def copy_mathjax(app, exception):
    """Put MathJax beside the site's other files."""
    for part in _PARTS:
        goal = Path(app.outdir, "_static", "mathjax", part)
        goal.parent.mkdir(parents=True, exist_ok=True)
        if (_MATHJAX / part).is_dir():
            shutil.copytree(_MATHJAX / part, goal, dirs_exist_ok=True)
        else:
            shutil.copyfile(_MATHJAX / part, goal)


def escape_bars(app, what, name, thing, options, lines):
    """Keep |λ| in a docstring from being read as a substitution."""
    lines[:] = [line.replace("|", r"\|") for line in lines]


def head_rows(app, doctree):
    """Make the first column the heads of a table's rows where the row of heads leaves it empty.

    A row of heads that is empty all along, which Markdown demands, is taken out.
    """
    for group in doctree.findall(nodes.tgroup):
        heads = next(iter(group.findall(nodes.thead)), None)
        if heads is not None and not next(iter(heads.findall(nodes.entry))).astext().strip():
            next(iter(group.findall(nodes.colspec)))["stub"] = 1
            if not heads.astext().strip():
                group.remove(heads)


def level_captions(app, page, template, context, doctree):
    """Give the heads of the lists of pages the level that the theme leaves out."""
    for part in {"body", "furo_navigation_tree"} & context.keys():
        level = 'role="heading" aria-level="2"'
        context[part] = context[part].replace('role="heading"', level)


def setup(app):
    app.connect("autodoc-process-docstring", escape_bars)
    app.connect("doctree-read", head_rows)
    app.connect("html-page-context", level_captions, priority=900)  # after the theme's own
    app.connect("build-finished", copy_mathjax)
