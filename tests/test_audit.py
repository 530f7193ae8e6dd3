"""The audit: slips are named, healthy networks are not accused, and the numbers are right.

In the course's environment its own networks are tried; with frameworks (tests/frameworks.txt) also
the models of `audit_models` and the code that lesson 17 shows with stored results.
"""

import contextlib
import importlib.util
import io
import os
import re

import audit_models
import lessons
import numpy as np
import pytest

import initcourse as ic

pytestmark = pytest.mark.frameworks
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
X, Y = ic.unit_noise(40, 64, rng=0), np.arange(40) % 7


def network(draw, phi=ic.relu, widths=(64, 96, 128, 96, 128, 96, 7), **given):
    return ic.MLP.create(widths, draw, phi, rng=3, **given)


def std(formula):
    return lambda shape, *, rng: ic.normal(shape, std=formula(*shape), rng=rng)


def slips(net, y=Y):
    return [finding.slip for finding in ic.audit(net, X, y).findings]


DEEP = (64, *(96, 128) * 12, 7)
COURSE = [
    ("zeros", "zeros", network(ic.zeros)),
    ("constant", "constant", network(ic.constant)),
    ("one constant", "constant", network(lambda shape, *, rng: (
        ic.constant if shape == (128, 96) else ic.he_normal)(shape, rng=rng))),
    ("small", "too small: fixed std", network(ic.normal)),
    ("std is variance", "too small: std and variance", network(std(lambda i, o: 2 / i))),
    ("variance is std", "too large: std and variance", network(std(lambda i, o: (2 / i) ** 0.25))),
    ("1/n", "too small: gain", network(ic.lecun_normal, widths=DEEP)),
    ("no √3", "too small: missing √3", network(
        lambda s, *, rng: ic.uniform(s, bound=(2 / s[0]) ** 0.5, rng=rng), widths=DEEP)),
    ("linear", "too large: gain", network(ic.he_normal, ic.identity, DEEP)),
    ("sigmoid", "sigmoid stack", network(ic.xavier_normal, ic.sigmoid)),
    ("U(0, 1)", "mean", network(lambda shape, *, rng: np.random.default_rng(rng).random(shape))),
    ("one seed", "same draw", network(lambda shape, *, rng: ic.he_normal(shape, rng=1))),
    ("bias", "bias", network(
        ic.he_normal, biases=[np.full(n, -5.0) for n in (96, 128, 96, 128, 96, 7)])),
]  # fmt: skip
HEALTHY = {
    "torch default": network(ic.RULES["torch_default"].draw, widths=(64, 96, 80, 7)),
    "glorot": network(ic.xavier_uniform),
    "he, deep": network(ic.he_normal, widths=DEEP),
    "tanh": network(ic.xavier_normal, ic.tanh),
    "one sigmoid": network(ic.xavier_normal, ic.sigmoid, (64, 96, 7)),
    "orthogonal": network(ic.orthogonal, ic.tanh, DEEP),
    "zero head": network(lambda s, *, rng: (ic.zeros if s[1] == 7 else ic.he_normal)(s, rng=rng)),
}  # fmt: skip


@pytest.mark.parametrize(("slip", "net"), [each[1:] for each in COURSE], ids=[c[0] for c in COURSE])
def test_a_slip_is_named(slip, net):
    assert slips(net)[0] == slip


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_network_is_not_accused(name):
    assert slips(HEALTHY[name]) == []


def test_the_head_is_accused_by_the_first_loss():
    net = network(ic.he_normal, widths=(64, 96, 120, 7))
    net.weights[-1] = 3 * net.weights[-1]
    assert slips(net) == ["head"] and slips(net, y=None) != ["head"]


def test_the_table_holds_what_the_layers_do():
    net = network(ic.he_normal)
    audit = ic.audit(net, X, Y)
    signals = net.forward(X)
    assert [layer.phi for layer in audit.layers] == [ic.relu] * 5 + [ic.identity]
    for l, line in enumerate(repr(audit).splitlines()[1:7], start=1):
        name, mean, low, high = re.match(
            r"layer (\d) .*?(\S+) +\S+ \[(\S+), (\S+)\] +\S+$", line).groups()  # fmt: skip
        np.testing.assert_allclose(float(mean), np.mean(signals.h[l] ** 2), rtol=0.06)
        assert int(name) == l and float(low) < float(mean) < float(high)


def test_another_object_is_refused():
    with pytest.raises(ValueError, match=r"PyTorch module, a Keras model.*got dict"):
        ic.audit({}, X)


# --- with frameworks


def need(function):
    """Skip a model whose framework is not installed; all of its packages are imported by now."""
    name = function if isinstance(function, str) else function.__name__
    packages = {"keras": ("keras", "jax"), "nnx": ("flax",), "linen": ("flax",)}
    for package in packages.get(name.split("_")[0], ("torch",)):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed here (tests/frameworks.txt)")
    if importlib.util.find_spec("torch"):
        import torch

        torch.manual_seed(0)


def test_a_layer_of_a_kind_that_is_not_known_is_left_out():
    need("linen")
    import jax
    from flax import linen

    net = linen.Sequential([
        linen.Einsum((6, 3, 4), "bi,ijk->bjk"), lambda h: h.reshape(len(h), -1), linen.Dense(5),
    ])  # fmt: skip
    x = np.random.default_rng(0).standard_normal((7, 6)).astype(np.float32)
    audit = ic.audit((net, net.init(jax.random.key(0), x)), x)
    assert [layer.fans for layer in audit.layers] == [(12, 5)]


@pytest.mark.parametrize("make", audit_models.HEALTHY, ids=lambda make: make.__name__)
def test_a_healthy_model_is_not_accused(make):
    need(make)
    assert ic.audit(*make()).findings == []


@pytest.mark.parametrize("make", audit_models.SLIPS, ids=lambda make: make.__name__)
def test_a_slip_in_a_model_is_named(make):
    need(make)
    slip, layers = audit_models.SLIPS[make]
    first = ic.audit(*make()).findings[0]
    assert first.slip == slip
    assert layers in (first.layers, len(first.layers))


def stored():
    """Return (code, result) of the lesson's models in frameworks."""
    text = "\n".join(source for _, source, _ in lessons.cells(
        next(path for path in lessons.NOTEBOOKS if path.stem.startswith("17"))))  # fmt: skip
    found = re.findall(
        r"```python\n((?:import|from)[^`]*)```[^`]*`[^`]*`[^`]*```text\n(.*?)\n```", text, re.DOTALL
    )
    assert len(found) == 3
    return found


@pytest.mark.parametrize("place", range(3), ids=["torch", "keras", "nnx"])
def test_the_lessons_models_give_the_stored_results(place):
    need(("torch", "keras", "nnx")[place])
    code, result = stored()[place]
    if "keras" in code:
        __import__("keras").utils.clear_session()  # its layers are numbered from the start
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {"__name__": "lesson"})
    number = r"\d+\.?\d*(?:e[+-]\d+)?"
    ours, theirs = (re.sub(" +", " ", text).strip() for text in (printed.getvalue(), result))
    assert re.sub(number, "#", ours) == re.sub(number, "#", theirs)
    a, b = ([float(n) for n in re.findall(number, text)] for text in (ours, theirs))
    np.testing.assert_allclose(a, b, rtol=0.15)  # a digit, on another processor
