"""The explorer of any activation: formulas right and wrong, and what it says of the phase."""

import numpy as np
import pytest
from explorer_settings import png_of, put, text_of

from initcourse.activations import MORE_ACTIVATIONS
from initcourse.custom_activation import ActivationProblem, activation_from
from initcourse.explorers import AnyActivationExplorer
from initcourse.explorers import any_activation as module
from initcourse.explorers.any_activation import TYPED
from initcourse.theory import correlation
from initcourse.theory import mean_field as theory


@pytest.fixture(scope="module")
def shown():
    """A function that puts one explorer back to its start but for some settings."""
    explorer = AnyActivationExplorer(depth=3, width=32)
    start = explorer.settings

    def show(**settings):
        typed = {"activation": TYPED} if "formula" in settings else {}
        put(explorer, start | typed | settings)
        return explorer

    return show


def test_typing_a_formula_shows_it():
    explorer = AnyActivationExplorer(depth=4)
    field = explorer.controls["formula"]
    assert explorer.settings["activation"] == "GELU" and field.layout.visibility == "hidden"
    field.value = "x * exp(-x**2 / 2)"
    assert explorer.settings["activation"] == TYPED and field.layout.visibility == "visible"
    assert text_of(explorer).startswith("x * exp(-x**2 / 2): ")
    explorer.controls["activation"].value = "sine"
    assert text_of(explorer).startswith("sine: ") and field.layout.visibility == "hidden"


@pytest.mark.parametrize(
    "wrong", ["sign(x)", "sqrt(x)", "exp(x)", "tahn(x)", "x +", "max(x, 0)", ""]
)
def test_a_wrong_formula_leaves_the_picture_and_gets_the_library_s_sentence(wrong, shown):
    explorer = shown(formula="x * tanh(x)")
    before, text = png_of(explorer), text_of(explorer).split(" To keep q = 1")[0]
    explorer.controls["formula"].value = wrong
    with pytest.raises(ActivationProblem) as refused:
        activation_from(wrong)
    assert text_of(explorer) == f"Not drawn: {refused.value} Still shown: {text}"
    assert explorer.error is None
    assert png_of(explorer) == before
    explorer.controls["sigma_w2"].value = 3.0  # the other controls still move what is shown
    assert png_of(explorer) != before and "Not drawn" in explorer.text
    explorer.controls["formula"].value = "sin(x)"
    assert text_of(explorer).startswith("sin(x): ")


def test_a_wrong_formula_from_the_start():
    explorer = AnyActivationExplorer(formula="sign(x)", depth=3)
    assert explorer.error is None
    assert "φ jumps near x = 0" in text_of(explorer) and "Still shown: GELU" in explorer.text


def test_a_formula_is_shown_as_text_and_not_as_html():
    explorer = AnyActivationExplorer(formula="{}['<i>x</i>'] * x", depth=3)
    assert "KeyError: &#x27;&lt;i&gt;x&lt;/i&gt;&#x27;" in explorer.line.value
    explorer = AnyActivationExplorer(formula="where(x<-1, -1, x)", depth=3)
    assert "x&lt;-1" in explorer.line.value and explorer.error is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"activation": "GELU", "sigma_w2": 1.5}, "every signal dies"),
        ({"activation": "GELU", "sigma_w2": 2.35}, "q* = 1.01 is unstable (slope 1.14)"),
        ({"activation": "softplus", "sigma_w2": 3.0}, "every signal grows"),
        ({"activation": "tanh", "sigma_w2": 4.0, "sigma_b2": 0.05}, "chaotic"),
        ({"activation": "tanh", "sigma_w2": 1.761, "sigma_b2": 0.05}, "the edge of chaos"),
        ({"activation": "sigmoid", "sigma_w2": 1.0}, "ordered"),
        ({"activation": "ReLU", "sigma_w2": 2.0}, "every q is a fixed point"),
        ({"activation": "ReLU", "sigma_w2": 1.0, "sigma_b2": 0.5}, "goes to q* = 1, where χ = 0.5"),
        ({"activation": "ReLU", "sigma_w2": 3.0}, "every signal grows"),
        ({"formula": "x**2", "sigma_w2": 0.5}, "q* = 0.667 is unstable (slope 2)"),
        (
            {"activation": "GELU", "sigma_w2": 2.35, "sigma_b2": 0.01},
            "without end: it starts above q* = 0.934, unstable (slope 1.14). Below that it would "
            "go to 0.026.",
        ),
        (
            {"formula": "10 * tanh(x)**3", "sigma_w2": 0.1},
            "the signal dies: it starts below q* = 0.187, unstable",
        ),
        ({"sigma_w2": 1.98, "sigma_b2": 0.19}, "slowly (slope 0.995); layer 3 is not there yet"),
        ({"formula": "relu(x) - 0.5 * relu(-x)", "sigma_w2": 1.6}, "every q is a fixed point"),
        ({}, "(slope 1.14); with χ = 1: σ_w² = 2.19, σ_b² = 0.067 (slope 1.07)."),
        ({"activation": "ReLU"}, "To keep q = 1: σ_w² = 2 (slope 1); χ is 1 then, too."),
        ({"activation": "softplus"}, "σ_w² = 1.09 (slope 0.492); with χ = 1 as well no bias can"),
        ({"formula": "x * exp(-x**2 / 2)"}, "σ_w² = 5.2 (slope "),
    ],
    ids=str,
)
def test_phase_gain_and_critical_pair_are_named(settings, words, shown):
    assert words in text_of(shown(**settings))


def test_theory_is_that_of_the_library():
    predicted = module.predict(MORE_ACTIVATIONS["tanh"], 3.0, 0.05, 0.5, 12, 64)
    q, c = 3.05, (1.5 + 0.05) / 3.05
    tanh = MORE_ACTIVATIONS["tanh"]
    assert predicted["q"] == pytest.approx(theory.trajectory(tanh, q, 3.0, 12, 0.05))
    assert predicted["c"] == pytest.approx(correlation.correlations(tanh, c, q, 3.0, 12, 0.05))
    # E[h²] of a layer is what the next one's q is made of
    strength = predicted["forward"].theory[1:-1]
    assert 3.0 * strength + 0.05 == pytest.approx(predicted["q"][1:], rel=1e-4)


def test_the_same_seed_keeps_lower_layers_when_one_is_added():
    gelu = MORE_ACTIVATIONS["GELU"]
    one, more = (module.measure(gelu, 2.0, 0.1, 0.3, depth, 48, 7) for depth in (6, 7))
    assert np.array_equal(one["q"], more["q"][:6]) and np.array_equal(one["c"], more["c"][:6])
