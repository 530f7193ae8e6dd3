"""What every explorer keeps: any control at any value draws something true and says what."""

import base64
import functools
import re
import struct
import warnings
from zlib import crc32

import ipywidgets
import numpy as np
import pytest
from agreement import AGREE
from explorer_settings import (
    FIXED,
    NAMES,
    every_pair,
    extremes,
    new,
    picture_of,
    png_of,
    put,
    random_settings,
    redraw_in_full,
    text_of,
    values_of,
)

from initcourse.explorers.base import without_tags
from initcourse.explorers.laboratory import BENCHES
from initcourse.explorers.race import RuleBoxes

each = pytest.mark.parametrize("name", NAMES)
#: The laboratory's benches differ in their menus only: one of them is enough.
once = pytest.mark.parametrize("name", NAMES[: 1 - len(BENCHES)])
#: Controls that rightly change nothing: a race's count from the next Start, and weights that start
#: equal do not depend on the seed.
STILL = {
    "RaceExplorer": {"activation", "depth", "width", "optimizer", "learning_rate", "rules",
                     "normalization", "seeds"},
    "SymmetryExplorer": {"seed"},
}  # fmt: skip
#: At step 0 the random weights of the other layer have changed nothing yet.
MOVING = {"SymmetryExplorer": {"step": 50}}
REACHED_BY_KEYBOARD = (
    ipywidgets.Dropdown, ipywidgets.IntSlider, ipywidgets.FloatSlider, ipywidgets.Text,
    ipywidgets.FloatLogSlider, ipywidgets.SelectionSlider, RuleBoxes,
)  # fmt: skip


#: (Axes, property, what `LiveFigure` knows of it) → what it was then.
BACKGROUNDS = {}


@functools.cache
def kept(name):
    explorer = new(name)
    return explorer, explorer.settings


def made(name):
    """An explorer with the settings that it starts with; making one costs ten updates."""
    explorer, settings = kept(name)
    put(explorer, settings)
    return explorer


def assert_sound(explorer, settings):
    """No error, a sentence in finite numbers or in words, a picture of the right size with ink."""
    assert explorer.error is None, f"{settings}\n{explorer.error}"
    text = text_of(explorer)
    assert text and text in without_tags(explorer.line.value), settings
    assert not re.search(r"\b(nan|inf|none)\b", text, re.IGNORECASE), f"{settings}: {text}"
    # at 840 pixels a line holds about 130 letters; a longer text would move what stands below
    assert len(text) < explorer.lines * 130, f"{settings}: {len(text)} letters"
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", *explorer.picture.size)
    assert png_of(explorer).startswith(header) and explorer.picture.size[0] <= 840, settings
    some = explorer.picture.pixels()[::3, ::3, 1]
    assert (some < 200).mean() > 0.01, f"{settings}: blank"


def assert_blitting_equals_a_full_draw(explorer, settings):
    explorer.picture.draw()
    blitted = explorer.picture.pixels()
    assert np.array_equal(blitted[..., :3], picture_of(explorer)), settings
    redraw_in_full(explorer.picture)
    assert np.array_equal(blitted, explorer.picture.pixels()), settings


def assert_the_kept_background_is_known(picture):
    """Nothing of the background changes behind `LiveFigure`, which would show an old one."""
    for ax in picture.figure.axes:
        limits = ax.get_xlim(), ax.get_ylim()
        state = {"limits": limits, "title": ax.get_title("left"), "visible": ax.get_visible()}
        for what, value in state.items():
            look = ax, what, picture._look.get((ax, what))
            assert BACKGROUNDS.setdefault(look, value) == value, f"{what} of “{state['title']}”"


def assert_kept_at(explorer, rows):
    kind = type(explorer).__name__
    assert kind in AGREE, "say in AGREE how this explorer's sentence and picture agree"
    for k, settings in enumerate(rows):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            put(explorer, settings)
        assert_sound(explorer, settings)
        AGREE[kind](explorer)
        assert_the_kept_background_is_known(explorer.picture)
        if k % 4 == 0:
            assert_blitting_equals_a_full_draw(explorer, settings)


@each
def test_extreme_and_random_settings(name):
    explorer, rng = made(name), np.random.default_rng(crc32(name.encode()))
    rows = every_pair({key: [v[0], v[-1]] for key, v in extremes(explorer).items()})
    assert_kept_at(explorer, rows + [random_settings(explorer, rng) for _ in range(2)])


@pytest.mark.nightly
@each
def test_every_pair_of_extreme_values(name):
    explorer, rng = made(name), np.random.default_rng(crc32(name.encode()) + 1)
    rows = every_pair(extremes(explorer))
    assert_kept_at(explorer, rows + [random_settings(explorer, rng) for _ in range(55)])


@once
def test_every_control_moves_the_picture_and_is_reached_by_keyboard(name):
    explorer = made(name)
    put(explorer, MOVING.get(name, {}))
    for key, control in explorer.controls.items():
        assert isinstance(control, REACHED_BY_KEYBOARD), key
        assert control in explorer.children[0].children and not getattr(control, "disabled", False)
        if key in FIXED.get(name, {}) or key in STILL.get(name, ()):
            continue
        before, settings = png_of(explorer), explorer.settings
        control.value = next(v for v in values_of(control)[0][::-1] if v != settings[key])
        assert png_of(explorer) != before, key
        assert_the_kept_background_is_known(explorer.picture)
        put(explorer, settings)
        assert png_of(explorer) == before, key


@once
def test_an_exception_is_shown_and_the_next_good_update_clears_it(name, monkeypatch):
    explorer = made(name)
    moved = [control for control in explorer.controls.values() if hasattr(control, "max")][-1]
    there, elsewhere = moved.value, next(v for v in (moved.min, moved.max) if v != moved.value)

    def show(**settings):
        raise RuntimeError("<out of chalk>")

    before = png_of(explorer)
    with monkeypatch.context() as patch:
        patch.setattr(explorer, "show", show)
        moved.value = elsewhere
        assert "broke" in explorer.line.value
        assert "&lt;out of chalk&gt;" in explorer.line.value
        assert "RuntimeError: <out of chalk>" in explorer.error
        assert "Traceback" in explorer.error
        assert png_of(explorer) == before
    moved.value = there
    assert explorer.error is None and "broke" not in explorer.line.value
    assert text_of(explorer) in without_tags(explorer.line.value)


@once
def test_the_bundle_holds_widget_picture_and_sentence(name):
    explorer = made(name)
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == f"{name.split()[0]}: {text_of(explorer)}"
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    if name != "ClinicExplorer":  # it stores fewer shades: test_clinic_explorer.py
        assert base64.b64decode(bundle["image/png"]) == png_of(explorer)


@once
def test_settings_are_taken_fixed_hides_a_control_and_a_wrong_name_is_refused(name):
    controls = made(name).controls
    last = list(controls)[-1]
    value = values_of(controls[last])[0][-1]
    explorer = new(name, fixed=(last,), **{last: value})
    shown = explorer.children[0].children
    assert explorer.settings[last] == value
    assert explorer.controls[last] not in shown and len(shown) == len(controls) - 1
    listed = re.escape(f"no control ['colour']; the controls are {[*controls]}")
    for wrong in ({"colour": 1}, {"fixed": ("colour",)}):
        with pytest.raises(ValueError, match=listed):
            new(name, **wrong)
