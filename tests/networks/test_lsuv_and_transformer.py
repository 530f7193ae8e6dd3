"""LSUV does what its paper says; the transformer block is PyTorch's, its stream the theory's."""

import numpy as np
import pytest

from initcourse import MLP, NormalizedMLP, ResidualMLP, unit_digits
from initcourse.activations import relu, sigmoid, tanh
from initcourse.initializers import he_normal, normal, orthogonal
from initcourse.networks import transformer as tf
from initcourse.theory.transformer import predict_stream, predict_token_cosine
from initcourse.training.layer_scaling import lsuv

X = unit_digits(150)


@pytest.mark.parametrize("init", [orthogonal, he_normal, normal], ids=lambda f: f.__name__)
@pytest.mark.parametrize("phi", [relu, tanh, sigmoid], ids=lambda f: f.name)
def test_every_layer_gets_variance_1_and_one_division_is_enough(phi, init):
    net = MLP.create([64, 40, 30, 20, 10], init, phi, rng=0)
    before = [W.copy() for W in net.weights]
    scaled, found = lsuv(net, X)
    np.testing.assert_allclose([z.var() for z in scaled.forward(X).z[1:]], 1, rtol=1e-9)
    for W, old, std in zip(scaled.weights, before, found, strict=True):
        np.testing.assert_allclose(W, old / std, rtol=1e-12)
    assert all((W == old).all() for W, old in zip(net.weights, before, strict=True))


def test_with_biases_it_takes_a_few_divisions_and_stays_within_the_tolerance():
    rng = np.random.default_rng(0)
    net = MLP.create([64, 30, 20], he_normal, tanh, rng=rng)
    net.biases = [0.5 * rng.standard_normal(b.shape) for b in net.biases]
    scaled, _ = lsuv(net, X)
    np.testing.assert_allclose([z.var() for z in scaled.forward(X).z[1:]], 1, atol=0.01)


def test_it_works_on_every_kind_of_network():
    net = ResidualMLP.create([64, 30, 10], normal, relu, blocks=3, rng=0)
    scaled, _ = lsuv(net, X)
    assert isinstance(scaled, ResidualMLP)
    np.testing.assert_allclose([z.var() for z in scaled.forward(X).z[1:]], 1, rtol=1e-9)
    assert isinstance(lsuv(NormalizedMLP.create([64, 9, 5], normal, relu, rng=0), X)[0], MLP)


@pytest.mark.frameworks
def test_the_block_is_pytorchs():
    torch = pytest.importorskip("torch")
    T, d, heads = 7, 12, 3
    rng = np.random.default_rng(0)
    x = rng.standard_normal((T, d))
    weights = [0.4 * W for W in tf.draw_block(d, std=1.0, end_std=1.0, rng=rng)]
    W_q, W_k, W_v, W_o, W_1, W_2 = weights
    layer = torch.nn.TransformerEncoderLayer(
        d, heads, 4 * d, dropout=0.0, norm_first=True, batch_first=True, dtype=torch.float64,
        activation=lambda z: torch.nn.functional.gelu(z, approximate="tanh"), bias=False,
    ).eval()  # fmt: skip
    with torch.no_grad():  # PyTorch stores the transpose
        layer.self_attn.in_proj_weight.copy_(torch.tensor(np.hstack([W_q, W_k, W_v]).T))
        layer.self_attn.out_proj.weight.copy_(torch.tensor(W_o.T))
        layer.linear1.weight.copy_(torch.tensor(W_1.T))
        layer.linear2.weight.copy_(torch.tensor(W_2.T))
        mask = torch.nn.Transformer.generate_square_subsequent_mask(T, dtype=torch.float64)
        theirs = layer(torch.tensor(x)[None], src_mask=mask, is_causal=True)[0].numpy()
    np.testing.assert_allclose(tf.block(x, weights, heads=heads)[1], theirs, rtol=0, atol=1e-12)


def test_a_token_reads_none_that_come_later():
    rng = np.random.default_rng(1)
    x, weights = rng.standard_normal((6, 8)), rng.standard_normal((4, 8, 8))
    changed = x.copy()
    changed[4:] += 1
    before, after = (tf.attention(a, *weights, heads=2) for a in (x, changed))
    np.testing.assert_array_equal(before[:4], after[:4])
    assert (before[4:] != after[4:]).all()


@pytest.mark.parametrize("scaled", [False, True])
def test_the_stream_is_the_theorys(scaled):
    # Mean of 12 draws; the relative spread of one is about 0.1, so its standard error is .03;
    # uniform attention leaves out another few per cent. Bound: 4 standard errors.
    options = {"width": 96, "tokens": 8, "std": 0.055, "scaled": scaled}
    runs = np.array([tf.stream_moments(8, rng=seed, **options) for seed in range(12)])
    theory = predict_stream(8, **options)
    assert runs.shape[1:] == theory.shape == (17,)
    np.testing.assert_allclose(runs.mean(axis=0), theory, rtol=0.12)


def test_scaled_growth_does_not_depend_on_depth_and_unscaled_growth_is_proportional_to_it():
    grown = {
        (L, scaled): np.ptp(predict_stream(L, std=0.05, scaled=scaled)[[0, -1]])
        for L in (6, 24, 96)
        for scaled in (False, True)
    }
    assert grown[96, False] / grown[24, False] == pytest.approx(4, rel=0.05)
    assert grown[96, True] / grown[24, True] == pytest.approx(1, rel=0.05)


def token_cosines(layers, seed, *, alpha, skip, tokens=16, d=128):
    rng = np.random.default_rng(seed)
    x, found = rng.standard_normal((tokens, d)), []
    for _ in range(layers):
        weights = rng.standard_normal((4, d, d)) / np.sqrt(d)
        read = tf.attention(tf.layer_norm(x), *weights, heads=2, causal=False)
        x = skip * x + alpha * read
        u = x / np.linalg.norm(x, axis=1, keepdims=True)
        found.append((np.sum(u @ u.T) - tokens) / (tokens * (tokens - 1)))
    return found


@pytest.mark.parametrize(
    ("layers", "alpha", "skip"), [(3, 1.0, False), (6, 1.0, True), (12, 12**-0.5, True)]
)
def test_tokens_become_alike_as_the_theory_says(layers, alpha, skip):
    # Of 30 draws 95 % lie inside the band, in each layer; fewer than 21 do once in 10⁶.
    options = {"alpha": alpha, "skip": skip}
    runs = np.array([token_cosines(layers, seed, **options) for seed in range(30)])
    theory = predict_token_cosine(layers, **options)
    inside = (theory.low[1:] < runs) & (runs < theory.high[1:])
    assert (inside.sum(axis=0) >= 21).all()
    # Standard error of a mean: .18 of its draws' spread; finite width shifts it by .03 at most.
    assert (abs(runs.mean(axis=0) - theory.theory[1:]) < runs.std(axis=0) + 0.001).all()
