"""Ticks say whole steps of powers of ten from 1, and text and lines can be seen on white."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.text import Text

from answer_checks.check import COLORS
from initcourse import explorers
from initcourse.exercises.prediction import Prediction
from initcourse.explorers.laboratory import BENCHES
from initcourse.explorers.live_figure import LiveFigure
from initcourse.figures.by_layer import draws
from initcourse.figures.style import (
    READABLE,
    RULE_STYLE,
    DecadeLocator,
    contrast,
    logarithmic,
    new_figure,
    text_color,
)
from initcourse.figures.training import against_steps

#: WCAG 2.2, 1.4.11: the contrast of lines and marks that carry meaning.
VISIBLE = 3.0
NAMES = [name for name in explorers.__all__ if name not in {"Explorer", "LaboratoryExplorer"}]
MADE = {name: (lambda name=name: getattr(explorers, name)()) for name in NAMES}
MADE["ClinicExplorer"] = lambda: explorers.ClinicExplorer(training="not run")
MADE["LaboratoryExplorer"] = lambda: explorers.LaboratoryExplorer(next(iter(BENCHES)))


def faint(color, least):
    return contrast(to_rgba(color)[:3]) < least


def told_apart(line):
    return line.get_marker() not in ("", "None", None) or line.get_linestyle() != "-"


@pytest.mark.parametrize("span", [(1e-49, 2), (1e-32, 1e29), (0.04, 0.65), (3e-10, 1.5), (20, 45)])
@pytest.mark.parametrize("height", [0.9, 3.4])
def test_ticks_of_a_logarithmic_axis(span, height):
    figure, ax = new_figure(6, height)
    logarithmic(ax.yaxis)
    ax.set_ylim(span)
    figure.canvas.draw()
    ticks = np.array([t for t in ax.get_yticks() if span[0] <= t <= span[1]])
    powers = np.log10(ticks)
    assert len(ax.get_yticks(minor=True)) == 0
    labels = [label.get_text() for label in ax.get_yticklabels()]
    if np.log10(span[1] / span[0]) < 2:
        assert labels == [f"{tick:g}" for tick in ax.get_yticks()] and not any(
            "times" in label for label in labels
        )
        return
    step = np.diff(powers)
    assert np.allclose(step, step[0]) and round(step[0]) in (1, 2, 3, 5, 10, 20, 30, 50)
    assert np.allclose(powers / step[0], np.round(powers / step[0]))  # 1 is among them


def test_one_decade_has_plain_numbers():
    assert DecadeLocator().tick_values(0.04, 0.65) == pytest.approx([0.05, 0.1, 0.2, 0.5])


@pytest.mark.parametrize("name", MADE)
def test_text_and_lines_of_an_explorer_can_be_seen(name):
    figure = MADE[name]().picture.figure
    words = [text for text in figure.findobj(Text) if text.get_text().strip()]
    assert len(words) > 5
    assert not [t.get_text() for t in words if faint(t.get_color(), READABLE)]
    for ax in figure.axes:
        # thin lines of single seeds go with their mean's
        known = {line.get_color() for line in ax.lines if told_apart(line)}
        colors = {line.get_color() for line in ax.lines} - known
        assert not [color for color in colors if faint(color, VISIBLE)]


@pytest.mark.parametrize("rule", ["he", "unit_normal"])
def test_the_legend_has_the_marks_that_the_signals_have_now(rule):
    picture = explorers.SignalsExplorer(rule=rule).picture
    handle, _ = picture.keys["measured"]
    assert handle.get_marker() == picture.forward.dots.get_marker()
    theory, band = (picture.keys[label][0] for label in ("theory", "95 % band"))
    assert theory.get_color() == picture.forward.line.get_color()
    assert contrast(band.get_facecolor()[:3]) == contrast(theory.get_color())


def test_the_legend_hides_what_is_not_in_the_picture():
    explorer = explorers.AnyActivationExplorer(activation="tanh", sigma_w2=2.0)
    explorer.controls["sigma_w2"].value = 0.8  # below 1 the fixed point at 0 is the only one
    shown = {label: text.get_visible() for label, (_, text) in explorer.picture.keys.items()}
    assert shown["stable q*"] == bool(len(explorer.picture.stable.get_xdata()))
    assert shown["unstable q*"] == bool(len(explorer.picture.unstable.get_xdata()))
    assert shown["stable q*"] and not shown["unstable q*"]
    clinic = MADE["ClinicExplorer"]()
    for treatment in ("none", "weights × 2"):
        clinic.controls["treatment"].value = treatment
        handle, text = clinic.picture.keys["after the treatment"]
        assert handle.get_visible() == text.get_visible() == (treatment != "none")


def test_the_legend_of_draws_names_what_is_drawn():
    measured, theory = np.full((4, 7), 2.0), np.ones(7)
    band = SimpleNamespace(theory=theory, low=0.5 * theory, high=2 * theory)
    for panels, labels in (
        ({"a": (measured, None)}, ["one draw each"]),
        ({"a": (measured, theory), "b": (measured, None)}, ["one draw each", "infinite width"]),
        ({"He 2/n": (measured, band)}, ["one draw each", "infinite width", "95 % band"]),
    ):
        legend = draws(panels).legends[0]
        assert [text.get_text() for text in legend.get_texts()] == labels


def test_pale_lines_against_steps_have_a_dash():
    steps, values = np.arange(5), np.ones((5, 2))
    figure = against_steps({name: (steps, values) for name in RULE_STYLE}, ylabel="y")
    lines = figure.axes[0].lines
    assert len(lines) == 2 * len(RULE_STYLE)
    assert not [line for line in lines if faint(line.get_color(), VISIBLE) and not told_apart(line)]


def test_rules_verdicts_and_what_is_guessed_can_be_seen(monkeypatch):
    for color, marker, dash in RULE_STYLE.values():
        assert not faint(color, VISIBLE) or (marker and dash != "-")
        assert not faint(text_color(color), READABLE)
    assert not [color for color in COLORS.values() if faint(color, VISIBLE)]
    drawn = []
    monkeypatch.setattr(LiveFigure, "png", lambda picture: drawn.append(picture.figure) or b"")
    Prediction("how much?", lambda: 0.3, scale=(0, 1), reply=str)._draw(0.7, 0.3)
    texts = [text for text in drawn[0].axes[0].texts]
    assert [text.get_text() for text in texts] == ["guess 0.7", "outcome 0.3"]
    assert not [t.get_text() for t in texts if faint(t.get_color(), READABLE)]
