"""Commit to an answer first: `Prediction`, and concept questions: `Question`."""

import html

import ipywidgets as widgets
import numpy as np

from answer_checks import record
from initcourse.explorers.base import CellWidget, as_html, without_tags
from initcourse.explorers.live_figure import LiveFigure
from initcourse.figures.style import BLUE, ORANGE, logarithmic, text_color

_WIDE = {"width": "100%", "max_width": "840px"}


def _buttons(options):
    # Buttons, not radio buttons: JupyterLab takes the arrow keys that those need.
    return widgets.ToggleButtons(
        options=list(options), value=None, style={"button_width": "auto"}, layout=_WIDE
    )


def _slider(scale, log):
    low, high = np.log10(scale) if log else scale
    middle, kind, digits = (low + high) / 2, widgets.FloatSlider, ".3g"
    if log:
        middle, kind, digits = 10**middle, widgets.FloatLogSlider, ".2g"
    return kind(
        value=middle, min=low, max=high, step=(high - low) / 200,
        description="your guess", readout_format=digits, layout={"width": "460px"},
    )  # fmt: skip


class Prediction(CellWidget):
    """A guess that is made before the experiment runs, then drawn beside its outcome.

    Parameters
    ----------
    question : str
        What is asked.
    outcome : callable
        Runs the experiment when the learner presses Reveal; returns the number, or the
        choice, that comes out.
    scale : (float, float)
        Ends of a slider; for a number. With ``log=True`` they are ends of a log axis.
    choices : sequence of str
        For a choice instead of a number.
    reply : callable
        ``reply(guess, outcome)`` returns the sentence that explains.

    Examples
    --------
    >>> p = Prediction("2 + 2?", lambda: 4.0, scale=(0, 10), reply=lambda g, o: f"It is {o:g}.")
    >>> p.reveal()
    >>> p.text
    'It is 4.'
    """

    purpose = "predict"

    def __init__(self, question, outcome, *, reply, scale=None, log=False, choices=None):
        self.question, self.outcome, self.reply = question, outcome, reply
        self.scale, self.decades, self.text, self.error = scale, log, "", None
        if (scale is None) == (choices is None):
            raise ValueError("give either scale=(low, high) or choices=[...]")
        self.guess = _slider(scale, log) if scale else _buttons(choices)
        self.button = widgets.Button(description="Reveal", button_style="primary")
        self.button.on_click(self._clicked)
        self._start = self.guess.value
        self.image = widgets.Image(format="png", layout=widgets.Layout(display="none"))
        self.line = widgets.HTML(layout=_WIDE)
        ask = widgets.HTML(f"<b>Predict.</b> {question}", layout=_WIDE)
        super().__init__([ask, self.guess, self.button, self.image, self.line])

    def _clicked(self, _button):
        # A slider that was never moved is no guess, and it may stand near the outcome by chance.
        if self.guess.value == self._start and not self.text:
            self.line.value = "Make a guess first: one that is wrong teaches most."
        else:
            self.reveal()

    def reveal(self):
        """Run the experiment, draw guess and outcome, and explain."""
        guess = self.guess.value
        if guess is None:
            self.line.value = "Make a guess first: one that is wrong teaches most."
            return
        try:
            self.line.value = ""  # an interrupt leaves no sentence beside another's picture
            outcome = self.outcome()
            text = self.reply(guess, outcome)
            if self.scale:
                self._draw(guess, float(outcome))
                mark = ""
            else:
                chosen, came = html.escape(str(guess)), html.escape(str(outcome))
                mark = f"You chose “{chosen}”. It came out: <b>{came}</b>. "
            self.text, self.error = text, None
            self.line.value = as_html(mark + text)
            record.keep("prediction", self.question, None, text, guess)
        except Exception as problem:
            # ipywidgets swallows what a callback raises; the learner must see it.
            self.text, self.error = "", repr(problem)
            self.image.layout.display = "none"
            self.line.value = f"<b>This experiment broke:</b> {html.escape(self.error)}"

    def _draw(self, guess, outcome):
        picture = LiveFigure(6.0, 1.2)
        ax = picture.axes([0.08, 0.3, 0.84, 0.22])
        if self.decades:
            logarithmic(ax.xaxis)
        ax.set(xlim=self.scale, ylim=(0, 1))
        ax.set_yticks([])
        shown = float(np.clip(outcome, *self.scale))
        places = ax.transData.transform([(guess, 0), (shown, 0)])[:, 0]
        # labels that would run into each other stand one above the other
        level = 2.1 if abs(places[0] - places[1]) < 110 else 1.1
        labels = (
            (guess, ORANGE, "v", "guess", guess, 1.1),
            (shown, BLUE, "o", "outcome", outcome, level),
        )
        for place, color, marker, name, value, y in labels:
            ax.plot([place], [0.45], marker, color=color, ms=9, clip_on=False)
            look = {"color": text_color(color)}
            ax.text(place, y, f"{name} {value:.3g}", ha="center", fontsize=9.5, **look)
        width, height = picture.size
        self.image.value = picture.png()
        self.image.width, self.image.height = width, height
        self.image.layout.display = None

    def __repr__(self):
        options = getattr(self.guess, "options", None)
        return f"Predict: {without_tags(self.question)}" + (f" {list(options)}" if options else "")


class Question(CellWidget):
    """A concept question: every option has an answer of its own.

    Parameters
    ----------
    question : str
    options : dict
        Option → what to say to whoever chooses it.
    right : str
        The right option.
    """

    purpose = "answer"

    def __init__(self, question, options, right):
        if right not in options:
            raise ValueError(f"right must be one of {list(options)}, got {right!r}")
        self.question, self.options, self.right = question, dict(options), right
        self.choice = _buttons(options)
        self.line = widgets.HTML(layout=_WIDE)
        self.choice.observe(self.answer, names="value")
        ask = widgets.HTML(f"<b>{question}</b>", layout=_WIDE)
        super().__init__([ask, self.choice, self.line])

    def answer(self, change):
        """Say what there is to say to the option chosen."""
        option = change["new"]
        self.line.value = ""
        if option:
            right, said = option == self.right, self.options[option]
            self.line.value = as_html(f"<b>{'Right.' if right else 'Not so.'}</b> {said}")
            record.keep("question", self.question, right, said, option)

    def __repr__(self):
        options = "".join(f"\n  ○ {without_tags(option)}" for option in self.options)
        return without_tags(self.question) + options
