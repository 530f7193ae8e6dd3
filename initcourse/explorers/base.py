"""The one explorer that all others are made from: controls, a live picture, a line of text."""

import base64
import html
import re
import threading
import traceback

import ipywidgets as widgets
import numpy as np
from IPython import get_ipython
from IPython.display import display

from initcourse._validate import one_of, whole
from initcourse.explorers.front_end import FrontEnd
from initcourse.rules import RULES
from initcourse.training.blas import one_blas_thread

# JupyterLab moves widgets in one thread of the kernel while cells run in another.
_ONE_AT_A_TIME = threading.RLock()
# JupyterLab writes an error for a widget whose kernel is gone, and marks that output, alone, with
# the class jupyter-widgets; nbconvert marks one so before it shows the box in it. Where such an
# output has no box, and only there, the stand-in in the next output takes its place.
_OUTPUT = ".jp-OutputArea-child"
_DEAD = f"{_OUTPUT}:has(> .jp-OutputArea-output.jupyter-widgets):not(:has(.widget-vbox))"
_STYLESHEET = f"""<style class="initcourse-stand-in">
{_OUTPUT}:has(.initcourse-stand-in), div:has(> .initcourse-stand-in) {{display: none}}
{_DEAD}:has(+ {_OUTPUT} .initcourse-stand-in) {{display: none}}
{_DEAD} + {_OUTPUT}:has(.initcourse-stand-in) {{display: flex}}
{_DEAD} + {_OUTPUT} div:has(> .initcourse-stand-in) {{display: block}}
{_DEAD} + {_OUTPUT} .initcourse-still {{display: block !important}}
</style>"""
_INTERRUPTED = "<b>Interrupted.</b> Move a control: the picture may not be that of the settings."
#: Layout of what is as wide as a picture, or as the window (less a margin) if that is narrower.
ACROSS = {"width": "840px", "max_width": "calc(100% - 4px)"}
#: Layout of a box whose children go on in the next line where one is full.
WRAPPING = {**ACROSS, "display": "flex", "flex_flow": "row wrap"}
_made = {}  # id of a cell → (which run of it, the widgets that this run has made)


class CellWidget(widgets.VBox):
    """A box that a cell shows.

    Where no kernel has it, as in a notebook opened the next day, a still picture (if its bundle
    has one) and a sentence stand in. When its cell runs again, it is closed and lets go of what
    it holds: otherwise ipywidgets and IPython's `Out` would keep it for as long as the kernel runs.
    """

    #: What running its cell is good for.
    purpose = "use this"
    #: The `LiveFigure` that is drawn in the widget `image`, if there is one.
    picture = None

    def __init__(self, children):
        front_end = FrontEnd()
        front_end.on_msg(self.sharpen)
        super().__init__([*children, front_end])
        cell, run = running_cell()
        if cell is not None:
            earlier, made = _made.get(cell, (run, []))
            if earlier != run:
                for widget in made:
                    widget.close()
                made = []
            _made[cell] = run, [*made, self]

    def _repr_mimebundle_(self, **kwargs):
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def _ipython_display_(self):
        if self.comm is None:  # closed
            print(repr(self))
            return
        bundle = self._repr_mimebundle_()
        display(bundle, raw=True)
        display({"text/html": self._stand_in(bundle.get("image/png"))}, raw=True)

    def _stand_in(self, picture):
        still = ""
        if picture:  # the style within is for pages that leave the stylesheet out
            source = f'src="data:image/png;base64,{picture}" alt="{html.escape(repr(self))}"'
            still = f'<img class="initcourse-still" style="display:none" {source}>'
        sentence = f"To {self.purpose}, run the cells from the top of the notebook to this one."
        return f"<div>{_STYLESHEET}{still}{sentence}</div>"

    def sharpen(self, *_message):
        """Show the picture at twice the density: a fine screen asks when nothing has moved."""
        with _ONE_AT_A_TIME:
            if self.picture is not None:
                self.image.value = self.picture.sharp_png()

    def close(self):
        """Close the box and the widgets in it."""
        if self.comm is None:  # as when it is collected, later
            return
        close_all([*self.children, self.layout])
        super().close()


class Explorer(CellWidget):
    """Controls above one picture of constant size, and a sentence that says what it shows.

    A subclass returns the controls in `make_controls` and the picture in `make_picture`. Its `show`
    computes from the settings, updates what hangs on `picture` and returns the sentence.

    Parameters
    ----------
    **settings
        Initial value of any control, by name; ``fixed=("width", ...)`` hides controls.

    Attributes
    ----------
    text : str
        The sentence under the picture.
    error : str or None
        What went wrong in the last update; shown in place of the sentence.
    """

    purpose = "move this picture"
    #: Lines that the longest sentence takes: their room is kept, so that nothing below moves.
    lines = 2

    def __init__(self, *, fixed=(), **settings):
        self.controls = self.make_controls()
        unknown = [name for name in (*settings, *fixed) if name not in self.controls]
        if unknown:
            raise ValueError(f"no control {unknown}; the controls are {list(self.controls)}")
        for name, value in settings.items():
            self.controls[name].value = allowed(name, value, self.controls[name])
        self.picture = self.make_picture()
        width, height = self.picture.size
        # Width and height give the browser the ratio: a picture that arrives late leaves no gap.
        box = {**ACROSS, "width": f"{width}px", "height": "auto"}
        self.image = widgets.Image(format="png", width=width, height=height, layout=box)
        self.line = widgets.HTML(layout={**ACROSS, "min_height": f"{4 + 20 * self.lines}px"})
        self._still, self.text, self.error = b"", "", None
        self.update()
        for control in self.controls.values():
            control.observe(self.update, names="value")
        shown = [control for name, control in self.controls.items() if name not in fixed]
        for control in shown:
            fit(control, alone=len(shown) == 1)
        super().__init__([widgets.Box(shown, layout=WRAPPING), self.image, self.line])

    def make_controls(self):
        """Return the controls, name → widget, in reading order."""
        raise NotImplementedError

    def make_picture(self):
        """Return a `LiveFigure`, on which hangs, by name, what `show` moves."""
        raise NotImplementedError

    def show(self, **settings):
        """Compute, update the artists, and return the sentence."""
        raise NotImplementedError

    @property
    def settings(self):
        """The controls' values, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def update(self, _change=None):
        """Bring picture and sentence up to date with the controls."""
        with _ONE_AT_A_TIME:
            try:
                with one_blas_thread():
                    text = self.show(**self.settings)
                self._still = self.picture.png()
                self.image.value, self.text, self.error = self._still, text, None
                self.line.value = as_html(text)
            except Exception as problem:
                self.show_error(problem)
            except BaseException:
                # an interrupt, perhaps between picture and sentence: neither is vouched for
                self.text, self.line.value = _INTERRUPTED, as_html(_INTERRUPTED)
                raise

    def sharpen(self, *_message):
        """Show the picture at twice the density, unless its last update was broken off."""
        with _ONE_AT_A_TIME:
            if self.error is None and self.text != _INTERRUPTED:
                super().sharpen()

    def show_error(self, problem):
        """Show an exception: ipywidgets swallows what a callback raises."""
        self.error = "".join(traceback.format_exception(problem))
        self.line.value = f"<b>This explorer broke:</b> {html.escape(repr(problem))}"

    def close(self):
        """Close the controls too, and let go of the picture, which takes megabytes."""
        if self.comm is None:
            return
        with _ONE_AT_A_TIME:
            close_all(vars(self).get("controls", {}).values())
            super().close()
            vars(self).pop("picture", None)

    def __repr__(self):
        return f"{type(self).__name__}: {without_tags(self.text)}"

    def _repr_mimebundle_(self, **kwargs):
        # Where no kernel runs (GitHub, a notebook just opened) the picture stands for the widget.
        picture = base64.b64encode(self._still).decode()
        return {**super()._repr_mimebundle_(**kwargs), "image/png": picture}


def running_cell():
    """Return (the id of the notebook cell that runs, which run of it this is), or (None, None)."""
    parent = getattr(get_ipython(), "get_parent", dict)()
    cell = parent.get("metadata", {}).get("cellId")
    return (cell, parent["header"]["msg_id"]) if cell else (None, None)


def close_all(group):
    """Close widgets with all that they consist of, and call nobody back any more."""
    for widget in group:
        close_all(getattr(widget, "children", ()))
        parts = (getattr(widget, name, None) for name in ("layout", "style"))
        close_all(part for part in parts if isinstance(part, widgets.Widget))
        widget.unobserve_all()
        widget.close()


def allowed(name, value, control):
    """Return `value` if the control has it; else raise ValueError: a slider would stop short."""
    if hasattr(control, "options"):
        choices = [option[1] if isinstance(option, tuple) else option for option in control.options]
        return one_of(name, value, choices)
    if not hasattr(control, "max"):
        return value
    ends = control.min, control.max
    if isinstance(control, widgets.IntSlider):
        return whole(name, value, least=ends[0], most=ends[1])
    if isinstance(control, widgets.FloatLogSlider):
        ends = tuple(control.base**end for end in ends)
    # rounding may move the end of a logarithmic axis
    low, high = ends[0] - 1e-9 * abs(ends[0]), ends[1] + 1e-9 * abs(ends[1])
    types = int, float, np.integer, np.floating
    if isinstance(value, types) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise ValueError(f"{name} must be a number from {ends[0]:g} to {ends[1]:g}, got {value!r}")


def fit(control, *, alone=False):
    """Set a control's width, unless it has one; a slider gets 150 pixels of track or more.

    Where the window is narrower than that, a slider's track goes below its label.
    """
    layout, width = control.layout, 252
    if control.has_trait("style"):
        control.style.description_width = "initial"
    if control.has_trait("readout"):
        width = 250 + 7 * len(control.description)  # pixels that a letter takes at most
        layout.flex_flow, layout.height = "row wrap", "auto"
    layout.width = "560px" if alone else layout.width or f"{width}px"
    layout.max_width = ACROSS["max_width"]


def slider(label, value, low, high, step=1):
    """Return a slider for whole numbers, or for floats if any of its numbers is one."""
    whole = all(isinstance(n, int) for n in (value, low, high, step))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    return kind(value=value, min=low, max=high, step=step, description=label)


def stops(label, options, value):
    """Return a slider over a few values, or over pairs of (label, value)."""
    return widgets.SelectionSlider(options=options, value=value, description=label)


def log_slider(label, value, low, high, step=0.05):
    """Return a slider over powers of two, from 2^low to 2^high: it stops at ½, 1, √2, 2 and 4."""
    return widgets.FloatLogSlider(
        value=value, base=2, min=low, max=high, step=step, description=label, readout_format=".3g"
    )


def as_html(text):
    """Return a sentence as HTML in the line height of a lesson's text."""
    return f'<div style="line-height:1.45">{text}</div>'


def choice(label, options, value=None, width=None):
    """Return a drop-down menu; `width`, such as "330px", for options that are long."""
    options = list(options)
    value, layout = value or options[0], widgets.Layout(width=width)
    return widgets.Dropdown(options=options, value=value, description=label, layout=layout)


def rule_choice(label, value, keys=tuple(RULES)):
    """Return a drop-down menu of rules: it shows their labels, its value is a key of `RULES`."""
    return choice(label, [(RULES[key].label, key) for key in keys], value)


def without_tags(text):
    """Return the sentence without its HTML tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))
