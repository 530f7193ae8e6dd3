"""Activations of later networks, and those that somebody types: their values, and the refusals."""

import math

import numpy as np
import pytest

import initcourse as ic
from initcourse import activations
from initcourse.activations import erf, gelu, selu, silu, sine, softplus
from initcourse.custom_activation import ActivationProblem, activation_from
from initcourse.theory import finite_width
from initcourse.theory import mean_field as theory

Z = np.concatenate([np.linspace(-9, 9, 401), [-39.0, 39.0, 1e-8, -1e-8]])


def soft_sign(x):
    return x / (1 + np.abs(x))


# --- the listed ones


def test_erf_and_gelu_to_full_precision():
    assert np.array_equal(erf(Z), [math.erf(z) for z in Z])
    exact = [z * 0.5 * math.erfc(-z / math.sqrt(2)) for z in Z]
    assert np.allclose(gelu(Z), exact, rtol=1e-14, atol=1e-15)


def test_selu_maps_a_standard_gaussian_to_mean_0_and_variance_1():
    assert abs(theory.mean(selu)) < 1e-13
    assert theory.second_moment(selu) == pytest.approx(1, abs=1e-12)
    tail = math.exp(2) * math.erfc(math.sqrt(2)) / 2  # E[e^2z, z < 0]
    slope = activations._LAMBDA**2 * (0.5 + activations._ALPHA**2 * tail)
    assert theory.chi(selu, 1.0, 1.0) == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize("q", [0.1, 1.0, 3.0])
def test_the_sine_has_closed_forms(q):
    assert theory.second_moment(sine, q) == pytest.approx((1 - math.exp(-2 * q)) / 2, rel=1e-12)
    assert theory.slope_moment(sine, q) == pytest.approx((1 + math.exp(-2 * q)) / 2, rel=1e-12)


@pytest.mark.frameworks
def test_against_torch():
    torch = pytest.importorskip("torch")
    z = torch.linspace(-8, 8, 333, dtype=torch.float64, requires_grad=True)
    pairs = {
        gelu: torch.nn.functional.gelu, silu: torch.nn.functional.silu,
        softplus: torch.nn.functional.softplus, selu: torch.nn.functional.selu,
        activation_from("x * tanh(log1p(exp(x)))"): torch.nn.functional.mish,
    }  # fmt: skip
    for ours, theirs in pairs.items():
        h = theirs(z)
        (slope,) = torch.autograd.grad(h.sum(), z)
        at = z.detach().numpy()
        assert np.allclose(ours(at), h.detach().numpy(), rtol=1e-12, atol=1e-13)
        assert np.allclose(ours.dphi(at), slope.numpy(), atol=1e-8)


# --- what is typed or handed over


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("tanh(x)", np.tanh), ("tanh", np.tanh), ("np.tanh(z)", np.tanh),
        ("lambda t: t * np.exp(-t * t)", lambda x: x * np.exp(-x * x)),
        ("x", lambda x: x), ("x**2", np.square), ("abs(x)", abs), ("max(0, 1) * sin(x)", np.sin),
        ("where(x > 0, x, 0.1 * x)", lambda x: np.where(x > 0, x, 0.1 * x)),
        ("x * sigmoid(1.702 * x)", lambda x: x / (1 + np.exp(-1.702 * x))),
        ("relu(x - 1)", lambda x: np.maximum(x - 1, 0)), ("minimum(x, 6)", lambda x: x.clip(max=6)),
        ("tanh(1000 * x)", lambda x: np.tanh(1000 * x)),
        ("x**3 - x", lambda x: x**3 - x),
        ("abs(x)**1.5", lambda x: abs(x) ** 1.5),
        ("clip(x + 3, 0, 6) * x / 6", lambda x: (x + 3).clip(0, 6) * x / 6),
        ("clip(x, -1, 1)", lambda x: x.clip(-1, 1)),
        (np.arctan, np.arctan), (soft_sign, soft_sign), (lambda x: x.tolist(), lambda x: x),
        (np.vectorize(math.tanh, otypes=[float]), np.tanh), (gelu.phi, gelu.phi),
    ],
)  # fmt: skip
def test_a_right_formula_or_function_is_taken(given, right, recwarn):
    phi = activation_from(given)
    z = Z[:400].reshape(4, 100)
    for dtype in (np.float32, np.float64):
        assert phi(z.astype(dtype)).dtype == phi.dphi(z.astype(dtype)).dtype == dtype
        assert np.allclose(phi(z.astype(dtype)), right(z), rtol=1e-3, atol=1e-4)
    assert np.allclose(phi(z), right(z), rtol=1e-12, atol=1e-15)
    assert not recwarn.list


def test_the_numerical_derivative_is_good_to_eight_digits_and_to_float32():
    for phi in (ic.tanh, gelu, sine, softplus):
        typed = activation_from(phi.phi)
        assert np.allclose(typed.dphi(Z), phi.dphi(Z), atol=1e-8)
        z = np.linspace(-3, 3, 50, dtype=np.float32)
        assert np.allclose(typed.dphi(z), phi.dphi(z), atol=1e-5)


def test_names():
    assert activation_from(" tanh(x) ").name == "tanh(x)"
    assert activation_from(soft_sign).name == "soft_sign"
    assert activation_from(lambda x: x**2).name == "φ"
    assert activation_from("tanh(x)", name="mine").name == "mine"
    assert activation_from(gelu) is gelu


def only_numbers(x):
    return x if x > 0 else 0.1 * x


def changes(x):
    x *= 2
    return x


def fails(x):
    raise RuntimeError("no chalk.\nsecond line")


def two(x, a):
    return a * x


RNG = np.random.default_rng(0)
REFUSED = [
    ("sign(x)", "jumps near x = 0, from -1 to 1"), ("x > 0", "jumps near x = 0"),
    ("floor(x)", "jumps near x = 0"), ("where(x > 0.7, 1.5, x)", "jumps near x = 0.7"),
    ("tan(x)", "jumps near x = "), ("where(x < 2, x, x + 0.01)", "jumps near x = 2"),
    ("x**3 + 0.01 * (x > 1)", "jumps near x = 1"), ("1(x)", "TypeError"), ("(" * 300, "not Python"),
    ("sqrt(abs(x))", "infinitely steep near x = 0"), ("cbrt(x - 1)", "steep near x = 1"),
    ("1 / x", "φ(0) is infinite"), ("log(x)", "is not a number"), ("sqrt(x)", "is not a number"),
    ("x / x", "φ(0) is not a number"), ("exp(x)", "grows too fast"), ("sinh(x)", "grows too fast"),
    ("x**20", "grows too fast"), ("exp(x**2)", "or overflows"),
    ("exp(x**2 / 50)", "grows too fast"),
    ("0 * x + 2", "φ is constant, 2"),
    ("3", "If it is meant to be constant"),
    ("sin(1000 * x)", "too sharply"), ("tanh(1e6 * x)", "too sharply"),
    ("x^2", "a power is written **"), ("tahn(x)", "Did you mean tan or tanh?"),
    ("qqq * x", "The variable is called x"), ("", "Type a formula"), ("   ", "Type a formula"),
    ("y = x", "Type the right-hand side alone"), ("x +", "not Python"), ("x\0", "not Python"),
    ("def f(x): return x", "not Python"), ("math.tanh(x)", "np.exp instead of math.exp"),
    ("max(x, 0)", "np.maximum instead of max"), ("x if x > 0 else 0", "np.where instead of if"),
    ("x / np.sum(x)", "depends on the others"), ("x - x.mean()", "depends on the others"),
    ("np.sort(x)", "depends on the others"), ("x[0]", "is one number"), ("x[:3]", "it has (3,)"),
    ("x * 1j", "complex"), ("'abc'", "must return real numbers"), ("None", "real numbers"),
    ("__import__('os')", "not known here"), ("open('x')", "not known here"),
    ("np.nothing(x)", "AttributeError"), (only_numbers, "np.vectorize(f, otypes=[float])"),
    (math.sin, "takes one number"), (np.vectorize(only_numbers), "otypes=[float]"),
    (changes, "changes the array"), (fails, "stopped with RuntimeError: no chalk."),
    (two, "one argument"), (lambda: 1, "one argument"), (lambda x: None, "real numbers"),
    (lambda x: RNG.standard_normal(x.shape), "must not be random"),
    (lambda x: x.ravel(), "of shape (4, 5) must have the same shape"),
    (lambda x: [1.0, 2.0], "it has (2,)"), (lambda x: [[1], [2, 3]], "real numbers"),
    (7, "of type int"), (None, "of type NoneType"), (np.zeros(3), "of type ndarray"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), REFUSED)
def test_what_cannot_be_treated_gets_a_sentence_that_helps(given, words, recwarn):
    with pytest.raises(ActivationProblem) as refused:
        activation_from(given)
    text = str(refused.value)
    assert words in text
    assert text[-1] in ".?" and "\n" not in text and " at 0x" not in text and len(text) < 420
    assert isinstance(refused.value, ValueError)
    assert not recwarn.list


def test_what_overflows_later_does_so_in_silence(recwarn):
    phi = activation_from("log1p(exp(x))")
    assert np.isinf(phi(np.array([1e4]))).all()
    assert np.isfinite(finite_width.predict_strengths(phi, [40] * 4, [1 / 40] * 3)[0].theory).all()
    assert not recwarn.list


@pytest.mark.parametrize(
    ("formula", "slopes"),
    [
        ("relu(x)", (0.0, 1.0)), ("where(x > 0, x, 0.2 * x)", (0.2, 1.0)), ("abs(x)", (-1.0, 1.0)),
        ("3 * x", (3.0, 3.0)), ("relu(x) + 0.1", None), ("relu(x - 1e-3)", None),
        ("minimum(x, 100)", None), ("softplus(x)", None), ("x * sigmoid(1000 * x)", None),
    ],
)  # fmt: skip
def test_two_straight_lines_are_known_as_such(formula, slopes):
    """Then the theory is exact: without it a ReLU's fixed points would be rounding errors."""
    assert activation_from(formula).slopes == slopes
