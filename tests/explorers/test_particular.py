"""What is particular to one explorer; test_contract.py has what all of them keep."""

from dataclasses import replace

import numpy as np
import pytest
from explorer_settings import new, put, redraw_in_full, text_of

from initcourse import explorers, initializers
from initcourse.activations import ACTIVATIONS
from initcourse.explorers.activation import half_width
from initcourse.explorers.base import without_tags
from initcourse.explorers.recurrent import draw
from initcourse.rules import FAN_RULES
from initcourse.theory import mean_field


def test_an_extreme_signal_is_named():
    explorer = explorers.SignalsExplorer(activation="ReLU", depth=60, width=32, scale=2**3.3)
    assert "exploded" in explorer.text
    put(explorer, {"scale": 0.1})
    assert "vanished" in explorer.text or "no signal" in explorer.text
    put(explorer, {"rule": "zeros"})
    assert "no signal" in explorer.text
    put(explorer, {"rule": "unit_normal", "scale": 10.0, "width": 512})
    assert "backward lost" in text_of(explorer)


@pytest.mark.parametrize("side", "AB")
def test_the_laboratory_shows_the_network_of_the_signals_explorer(side):
    """Two ways to the same numbers; the other side shows another network."""
    same = {"depth": 20, "width": 96, "seed": 3, "input": "digits"}
    own = {f"rule_{side}": "he", f"scale_{side}": 1.2, f"activation_{side}": "tanh"}
    other = "B" if side == "A" else "A"
    own |= {f"rule_{other}": "orthogonal", f"activation_{other}": "1.7159 tanh(2z/3)"}
    bench = explorers.LaboratoryExplorer("tanh", **own, **same)
    signals = explorers.SignalsExplorer(activation="tanh", rule="he", scale=1.2, **same)
    for row in ("forward", "backward"):
        live, alone = bench.picture.sides[side][row], getattr(signals.picture, row)
        for one, two in ((live.line, alone.line), (live.dots, alone.dots)):
            assert np.array_equal(np.array(one.get_data()), np.array(two.get_data()))


def test_a_bench_names_what_no_number_can_say():
    explorer = explorers.LaboratoryExplorer("ReLU", rule_A="zeros", rule_B="unit_normal", depth=60)
    put(explorer, {"scale_B": 10.0, "width": 256})
    first, second, _ = text_of(explorer).split(". ")
    assert "forward (first input) 0: no signal, std over units 0, over inputs 0, up" in first
    assert "forward (first input) exploded" in second and "lost: the signal exploded" in second
    explorer = explorers.LaboratoryExplorer("tanh", rule_A="constant", input="Gaussian noise")
    assert "no signal" not in text_of(explorer).split(". ")[0], "equal units carry a signal"


def test_the_band_lies_inside_its_axes_and_layers_are_whole():
    explorer = new("ConvolutionExplorer")
    for settings in ({"kernel": 7}, {"kernel": 7, "channels": 8, "depth": 16}, {"depth": 2}):
        put(explorer, {"rule": "He, 2/(k²c)", "padding": "zero", "channels": 32, **settings})
        for panel in (explorer.picture.forward, explorer.picture.backward):
            ax, band = panel.ax, panel.band
            low, high = ax.get_ylim()
            heights = band.get_xy()[:, 1]
            assert low <= heights.min() and heights.max() <= high, settings
            assert all(tick == round(tick) for tick in ax.get_xticks()), settings


def test_the_fans_explorer_draws_as_its_rules_do(monkeypatch):
    """A rule that draws no normals is not shown as if it did."""
    rule = replace(FAN_RULES["glorot"], draw=initializers.zeros)
    monkeypatch.setitem(FAN_RULES, "glorot", rule)
    explorer = explorers.FansExplorer()
    assert f"{rule.label}: forward ×0 (theory" in text_of(explorer)
    assert text_of(explorer).count("forward ×0 ") == 1


def test_circular_padding_under_he_is_level_and_the_wrong_fan_is_k_squared():
    explorer = new("ConvolutionExplorer")
    for rule, factor in (("He, 2/(k²c)", 1), ("2/c, k² forgotten", 25), ("Xavier, 1/(k²c)", 0.5)):
        put(explorer, {"rule": rule, "padding": "circular", "kernel": 5, "depth": 6})
        theory = explorer.picture.forward.line.get_ydata()
        np.testing.assert_allclose(theory[1:] / theory[:-1], factor, rtol=1e-9)


def test_a_linear_orthogonal_network_keeps_every_gradient():
    explorer = new("RecurrentExplorer")
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
# it. 20 draws: the median's standard error in ln is about .12.
@pytest.mark.parametrize("activation", ["identity", "tanh", "ReLU"])
def test_few_steps_of_a_wide_network_follow_the_theory(activation):
    settings = {"matrix": "Gaussian, 1/n", "scale": 1.2, "length": 10, "width": 96, "drive": 0.3}
    explorer = explorers.RecurrentExplorer(activation=activation, **settings)
    _, line, others, dots = explorer.picture.backward
    x, y = others.get_data()
    first = np.append(y[x == 1], dots.get_ydata()[0])
    assert len(first) == 20
    assert abs(np.median(np.log(first / line.get_ydata()[0]))) < 0.5


def test_what_the_lesson_says_is_what_the_explorers_show():
    root = explorers.ResidualExplorer(alpha="1/√L", depth=60, width=256)
    plain_sum = explorers.ResidualExplorer(depth=60, width=256)
    forward = [e.picture.sides[0].dots.get_ydata()[-1] for e in (root, plain_sum)]
    assert 1.5 < forward[0] < 5 and forward[1] > 1e12
    zeros = explorers.ResidualExplorer(init="He 2/n, then zeros")
    assert "×1 per block" in without_tags(zeros.text)
    flat = explorers.SpectrumExplorer(activation="identity", rule="orthogonal", depth=60)
    assert "value 1, median 1, smallest 1" in without_tags(flat.text)
    # ReLU: as many directions are left as the layer with the fewest active units has
    dead = explorers.SpectrumExplorer(activation="ReLU", rule="orthogonal", gain=1.4)
    assert "median lost" in without_tags(dead.text) and "38 of 64 directions are lost" in text_of(
        dead
    )


def test_a_residual_axis_has_three_labels_however_small_the_growth():
    explorer = explorers.ResidualExplorer()
    for settings in (
        {"init": "He 2/n, then zeros"}, {"alpha": "1/√L"}, {"depth": 60}, {"alpha": "1/L"}
    ):  # fmt: skip
        put(explorer, {**explorer.settings, "init": "He 2/n, then 1/n", "alpha": "1", **settings})
        redraw_in_full(explorer.picture)
        for ax in (panel.ax for panel in explorer.picture.sides):
            low, high = ax.get_ylim()
            ticks = [t for t in ax.yaxis.get_major_ticks() if low <= t.get_loc() <= high]
            assert len([t for t in ticks if t.label1.get_text()]) >= 3, settings


def test_the_band_of_sampled_units_holds_95_percent():
    """Activations × 3 settings × 200 samples, φ² and φ′²: 92 to 98 % lie inside, half do not."""
    rng, distances = np.random.default_rng(0), []
    for phi in ACTIVATIONS.values():
        for std, n in ((0.3, 100), (1.0, 500), (4.0, 2000)):
            z = std * rng.standard_normal((200, n))
            for f in (phi, phi.dphi):
                second, fourth = (
                    mean_field.gaussian_mean(lambda z, f=f, p=p: f(z) ** p, std**2) for p in (2, 4)
                )
                if half := half_width(fourth, second, n):  # a straight line's slope has none
                    distances.append(abs((f(z) ** 2).mean(axis=1) - second) / half)
    assert 0.92 <= (np.array(distances) <= 1).mean() <= 0.98
    assert (np.array(distances) <= 0.5).mean() < 0.9
