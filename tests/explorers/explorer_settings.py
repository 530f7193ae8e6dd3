"""Settings of explorers for tests: extreme values, pairs of them, random ones; what is shown."""

import io
import itertools
import re

import ipywidgets
import numpy as np
from PIL import Image

from initcourse import explorers
from initcourse.explorers.base import without_tags
from initcourse.explorers.laboratory import BENCHES
from initcourse.explorers.race import RuleBoxes

#: Every explorer; the laboratory once for each bench.
NAMES = [name for name in explorers.__all__ if name not in {"Explorer", "LaboratoryExplorer"}]
NAMES += [f"LaboratoryExplorer {bench}" for bench in BENCHES]
FORMULAS = ["relu(x - 1)", "x * exp(-x**2 / 2)", "sign(x)", "tahn(x)", "", "x**2", "cos(x)"]
#: Training has tests of its own: a second each.
FIXED = {"ClinicExplorer": {"training": "not run"}}
NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]\d+)?)"


def new(name, **settings):
    """An explorer by its class and, for the laboratories, its bench."""
    kind, *bench = name.split()
    return getattr(explorers, kind)(*bench, **{**FIXED.get(kind, {}), **settings})


def put(explorer, settings):
    """Set all controls, then update once. The menu of activations last: a formula moves it."""
    for name in sorted(settings, key=lambda name: name == "activation"):
        control = explorer.controls[name]
        control.unobserve(explorer.update, names="value")
        control.value = settings[name]
        control.observe(explorer.update, names="value")
    explorer.update()


def redraw_in_full(picture):
    """Draw everything from nothing, without the cache: what `draw` must equal."""
    for artist in picture.artists:
        artist.set_animated(False)
    picture.canvas.draw()
    for artist in picture.artists:
        artist.set_animated(True)


def values_of(control):
    """Return (the extreme values of a control, a function that draws one of its values)."""
    if isinstance(control, ipywidgets.FloatLogSlider):
        ends = control.min, control.max
        return [control.base**end for end in ends], lambda rng: control.base ** rng.uniform(*ends)
    if isinstance(control, ipywidgets.Text):
        options = FORMULAS
    elif isinstance(control, RuleBoxes):
        options = [("he",), ("zeros", "unit_normal", "he"), tuple(control.boxes)]
    elif hasattr(control, "options"):
        options = list(control._options_values)
    else:
        steps = round((control.max - control.min) / control.step)
        step = lambda rng: control.min + control.step * int(rng.integers(steps + 1))  # noqa: E731
        return [control.min, control.max], step
    return options, lambda rng: options[rng.integers(len(options))]


def extremes(explorer):
    """Return name → extreme values of each control, as far as tests move it."""
    ends = {name: values_of(control)[0] for name, control in explorer.controls.items()}
    fixed = FIXED.get(type(explorer).__name__, {})
    return ends | {name: [value] for name, value in fixed.items()}


def random_settings(explorer, rng):
    drawn = {name: values_of(control)[1](rng) for name, control in explorer.controls.items()}
    return drawn | FIXED.get(type(explorer).__name__, {})


def every_pair(ends):
    """A few rows in which every pair of values of any two controls occurs."""
    rng, missing, rows = np.random.default_rng(0), set(), []
    for (one, firsts), (two, seconds) in itertools.combinations(ends.items(), 2):
        missing |= set(itertools.product([one], firsts, [two], seconds))

    def found_in(row):
        pairs = itertools.combinations(row.items(), 2)
        return {(*first, *second) for first, second in pairs} & missing

    while missing:
        one, first, two, second = min(missing, key=str)
        drawn = [
            {name: values[rng.integers(len(values))] for name, values in ends.items()}
            | {one: first, two: second}
            for _ in range(20)
        ]
        rows.append(max(drawn, key=lambda row: len(found_in(row))))
        missing -= found_in(rows[-1])
    return rows


def png_of(explorer):
    return bytes(explorer.image.value)


def picture_of(explorer):
    return np.asarray(Image.open(io.BytesIO(png_of(explorer))).convert("RGB"))


def text_of(explorer):
    return without_tags(explorer.text)


def numbers(pattern, text):
    """Return the numbers that a pattern's groups find in a text."""
    found = re.search(pattern, without_tags(text))
    assert found, f"{pattern!r} is not in {without_tags(text)!r}"
    return [float(number) for number in found.groups()]


def rounded(value, digits):
    """The value as a sentence writes it."""
    return float(f"{value:.{digits}g}")


def band_at(band, place):
    """Return (low, high) of a band's polygon at one x."""
    corners = band.get_xy()
    heights = corners[corners[:, 0] == place, 1]
    return heights.min(), heights.max()
