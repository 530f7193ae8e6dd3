"""Lesson 09's explorers: any setting draws something true, and the sentence says what."""

import re
import warnings

import numpy as np
import pytest
from test_explorers import assert_sound, every_pair, png_of, put, random_settings, values_of

from initcourse import explorers, initializers
from initcourse.explorers.base import plain
from initcourse.explorers.recurrent import DRAWS, draw
from initcourse.networks.recurrent import spectral_radius
from initcourse.propagation import HUGE, TINY

NAMES = ("ConvolutionExplorer", "RecurrentExplorer")
each = pytest.mark.parametrize("name", NAMES)
NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]\d+)?)"


@pytest.fixture(scope="module")
def made():
    return {name: getattr(explorers, name)() for name in NAMES}


@each
def test_corners_pair_by_pair(name, made):
    explorer = made[name]
    ends = {key: values_of(control)[0] for key, control in explorer.controls.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for settings in every_pair(ends):
            put(explorer, settings)
            assert_sound(explorer, settings)


@each
def test_random_settings_and_blitted_pictures(name, made):
    explorer, rng = made[name], np.random.default_rng(NAMES.index(name))
    size = explorer.picture.size
    assert size[0] <= 840
    for k in range(15):
        settings = random_settings(explorer, rng)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            put(explorer, settings)
        assert_sound(explorer, settings)
        assert explorer.picture.size == size
        if k % 5 == 0:
            explorer.picture.draw()
            blitted = explorer.picture.pixels()
            explorer.picture.redraw_in_full()
            assert np.array_equal(blitted, explorer.picture.pixels()), settings


@each
def test_every_control_changes_the_picture_and_an_exception_is_shown(name, made, monkeypatch):
    explorer = made[name]
    put(explorer, getattr(explorers, name)().settings)
    for key, control in explorer.controls.items():
        before, kept = png_of(explorer), control.value
        control.value = next(v for v in values_of(control)[0] if v != kept)
        assert png_of(explorer) != before, key
        control.value = kept
        assert png_of(explorer) == before, key

    def show(**settings):
        raise RuntimeError("<out of chalk>")

    with monkeypatch.context() as patch:
        patch.setattr(explorer, "show", show)
        explorer.controls["seed"].value = 17
        assert "&lt;out of chalk&gt;" in explorer.line.value and "Traceback" in explorer.error
    explorer.controls["seed"].value = 0
    assert explorer.error is None


def found(pattern, text):
    match = re.search(pattern, text)
    assert match, f"{pattern!r} is not in {text!r}"
    return match.group(1)


def assert_told(words, value):
    if TINY < value < HUGE:
        assert words == f"{value:.2g}"
    else:
        assert words in ("exploded", "vanished", "0: no signal")


def test_the_sentence_of_the_convolution_says_what_the_picture_shows(made):
    explorer, rng = made["ConvolutionExplorer"], np.random.default_rng(5)
    for _ in range(12):
        put(explorer, random_settings(explorer, rng))
        text, depth = plain(explorer.text), explorer.settings["depth"]
        for words, artists, end in (
            (f"Layer {depth}: forward", explorer.picture.forward, -1),
            ("layer 1: backward", explorer.picture.backward, 0),
        ):
            _, line, _, dots = artists
            assert_told(
                found(rf"{words} (exploded|vanished|{NUMBER})", text), dots.get_ydata()[end]
            )
            if f"{words} exploded" not in text and f"{words} vanished" not in text:
                theory = found(rf"{words} \S+ \(theory {NUMBER}", text)
                assert theory == f"{line.get_ydata()[end]:.2g}"
        theory = explorer.picture.forward[1].get_ydata()
        per_layer = (theory[-1] / theory[0]) ** (1 / depth)
        assert found(rf"× {NUMBER} per layer", text) == f"{per_layer:.3g}"
        pixels = np.asarray(explorer.picture.maps[0].get_array())
        corner = pixels[0, 0] / pixels[4, 4]
        assert float(found(rf"has {NUMBER} times", text)) == pytest.approx(corner, rel=0.06)


def test_the_band_lies_inside_its_axes_and_layers_are_whole(made):
    explorer = made["ConvolutionExplorer"]
    for settings in ({"kernel": 7}, {"kernel": 7, "channels": 8, "depth": 16}, {"depth": 2}):
        put(explorer, {"rule": "He, 2/(k²c)", "padding": "zero", "channels": 32, **settings})
        for ax, _, band, _ in (explorer.picture.forward, explorer.picture.backward):
            low, high = ax.get_ylim()
            heights = band.get_paths()[0].vertices[:, 1]
            assert low <= heights.min() and heights.max() <= high, settings
            assert all(tick == round(tick) for tick in ax.get_xticks()), settings


def test_circular_padding_under_he_is_level_and_the_wrong_fan_is_k_squared(made):
    explorer = made["ConvolutionExplorer"]
    for rule, factor in (("He, 2/(k²c)", 1), ("2/c, k² forgotten", 25), ("Xavier, 1/(k²c)", 0.5)):
        put(explorer, {"rule": rule, "padding": "circular", "kernel": 5, "depth": 6})
        theory = explorer.picture.forward[1].get_ydata()
        np.testing.assert_allclose(theory[1:] / theory[:-1], factor, rtol=1e-9)


def test_the_sentence_of_the_recurrence_says_what_the_picture_shows(made):
    explorer, rng = made["RecurrentExplorer"], np.random.default_rng(6)
    for _ in range(12):
        settings = random_settings(explorer, rng)
        put(explorer, settings)
        text, n = plain(explorer.text), settings["width"]
        _, line, _, dots = explorer.picture.backward
        said = found(rf"Gradient at step 1: (exploded|vanished|0: no signal|{NUMBER})", text)
        first = dots.get_ydata()[0]
        if np.isfinite(first):
            assert_told(said, first)
        U = draw(settings["matrix"], settings["length"], n, settings["seed"])[0][0]
        radius = spectral_radius(settings["scale"] * U)
        assert float(found(rf"Spectral radius {NUMBER}", text)) == pytest.approx(radius, rel=0.006)
        no_theory = settings["matrix"] == "identity" and settings["activation"] != "identity"
        assert ("no theory" in text) == no_theory == (len(line.get_ydata()) == 0)
        assert f"{DRAWS} draws" in text and "No band" in text
        if not no_theory:
            assert_told(found(r"very wide network ([^)]+)\)", text), line.get_ydata()[0])


def test_a_linear_orthogonal_network_keeps_every_gradient(made):
    explorer = made["RecurrentExplorer"]
    off = {"matrix": "orthogonal", "activation": "identity", "scale": 1.0, "drive": 0.7}
    put(explorer, {**off, "width": 32, "length": 60})
    dots = explorer.picture.backward[3].get_ydata()
    np.testing.assert_allclose(dots, dots[0], rtol=1e-9)
    values = explorer.picture.values.get_data()
    np.testing.assert_allclose(np.hypot(*values), 1, rtol=1e-9)


def test_the_first_draw_is_that_of_the_seed():
    one, other = (draw("Gaussian, 1/n", 10, 16, seed)[0] for seed in (3, 4))
    assert not np.array_equal(one[0], other[0]) and np.array_equal(one[1:], other[1:])
    first = np.random.default_rng(3).spawn(1)[0]
    np.testing.assert_array_equal(one[0], initializers.lecun_normal((16, 16), rng=first))


# The wide theory is that of fresh matrices; at n = 96 and ten steps the shared matrix is close to
# it. 30 seeds: the median's standard error in ln is about .1.
@pytest.mark.parametrize("activation", ["identity", "tanh", "ReLU"])
def test_few_steps_of_a_wide_network_follow_the_theory(activation, made):
    explorer, logs = made["RecurrentExplorer"], []
    for seed in range(30):
        put(explorer, {"matrix": "Gaussian, 1/n", "scale": 1.2, "activation": activation,
                       "length": 10, "width": 96, "drive": 0.3, "seed": seed})  # fmt: skip
        _, line, _, dots = explorer.picture.backward
        logs.append(np.log(dots.get_ydata()[0] / line.get_ydata()[0]))
    assert abs(np.median(logs)) < 0.5
