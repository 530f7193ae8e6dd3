"""How Sphinx makes the website. tools/site.py writes the pages that it reads."""

import shutil
from importlib.util import find_spec
from pathlib import Path

project = "initcourse"
html_title = "initcourse"
copyright = "the initcourse authors. Text and figures CC BY 4.0, code BSD 3-Clause"
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_js_files = [("flip_book.js", {"defer": "defer"})]
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
    "loader": {"load": ["core", "input/tex-base", "[tex]/ams", "output/chtml"]},
    "tex": {"packages": ["base", "ams"]},
    "options": {"enableMenu": False},
}
_MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
_PARTS = (
    "startup.js", "core.js", "input/tex-base.js", "input/tex/extensions/ams.js",
    "output/chtml.js", "output/chtml",
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


def setup(app):
    app.connect("autodoc-process-docstring", escape_bars)
    app.connect("build-finished", copy_mathjax)
