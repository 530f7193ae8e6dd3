"""The one explorer that all others are made from: controls, a live picture, a line of text."""

import base64
import html
import re
import threading
import traceback

import ipywidgets as widgets

from initcourse.threads import one_blas_thread

_STYLE = {"description_width": "initial"}
# JupyterLab moves widgets in one thread of the kernel while cells run in another.
_ONE_AT_A_TIME = threading.RLock()


class Explorer(widgets.VBox):
    """Controls above one picture of constant size, and a sentence that says what it shows.

    A subclass gives `controls` (name → widget), builds a `LiveFigure` in `build`, and in
    `show` computes from the settings, updates the artists and returns the sentence.

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

    def __init__(self, *, fixed=(), **settings):
        self.controls = self.make_controls()
        unknown = [name for name in (*settings, *fixed) if name not in self.controls]
        if unknown:
            raise ValueError(f"no control {unknown}; the controls are {list(self.controls)}")
        for name, value in settings.items():
            self.controls[name].value = value
        for control in self.controls.values():
            control.style = _STYLE
            control.layout.width = control.layout.width or "264px"  # three in a row
        self.picture = self.build()
        width, height = self.picture.size
        self.image = widgets.Image(format="png", width=width, height=height)
        # A fixed box: a picture that arrives late leaves no gap, and nothing below it moves.
        self.image.layout = widgets.Layout(width=f"{width}px", height=f"{height}px")
        self.line = widgets.HTML(layout=widgets.Layout(width=f"{width}px", min_height="44px"))
        self.text, self.error = "", None
        self.update()
        for control in self.controls.values():
            control.observe(self.update, names="value")
        shown = [control for name, control in self.controls.items() if name not in fixed]
        if len(shown) == 1:
            shown[0].layout.width = "560px"
        flow = widgets.Layout(display="flex", flex_flow="row wrap", width=f"{width}px")
        super().__init__([widgets.Box(shown, layout=flow), self.image, self.line])

    def make_controls(self):
        """Return the controls, name → widget, in reading order."""
        raise NotImplementedError

    def build(self):
        """Return the `LiveFigure`, with its artists kept as attributes."""
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
                    self.text = self.show(**self.settings)
                png = self.picture.png()
                self.error = None
            except Exception as problem:
                self.broke(problem)
                return
            self.image.value = png
            self.line.value = said(self.text)

    def broke(self, problem):
        """Show an exception: ipywidgets swallows what a callback raises."""
        self.error = "".join(traceback.format_exception(problem))
        self.line.value = f"<b>This explorer broke:</b> {html.escape(repr(problem))}"

    def __repr__(self):
        return f"{type(self).__name__}: {plain(self.text)}"

    def _repr_mimebundle_(self, **kwargs):
        # Where no kernel runs (GitHub, a notebook just opened) the picture stands for the widget.
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = repr(self)
        bundle["image/png"] = base64.b64encode(self.image.value).decode()
        return bundle


def slider(label, value, low, high, step=1):
    """Return a slider for whole numbers, or for floats if any of its numbers is one."""
    whole = all(isinstance(n, int) for n in (value, low, high, step))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    return kind(value=value, min=low, max=high, step=step, description=label)


def log_slider(label, value, low, high, step=0.05):
    """Return a slider over powers of two, from 2^low to 2^high: it stops at ½, 1, √2, 2 and 4."""
    return widgets.FloatLogSlider(
        value=value, base=2, min=low, max=high, step=step, description=label, readout_format=".3g"
    )


def said(text):
    """Return a sentence as HTML in the line height of a lesson's text."""
    return f'<div style="line-height:1.45">{text}</div>'


def choice(label, options, value=None, width=None):
    """Return a drop-down menu; `width`, such as "330px", for options that are long."""
    options = list(options)
    value, layout = value or options[0], widgets.Layout(width=width)
    return widgets.Dropdown(options=options, value=value, description=label, layout=layout)


def plain(text):
    """Return the sentence without its HTML tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))
