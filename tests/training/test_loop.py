"""Training does what the textbook says, for one network and, bit for bit, for many at once."""

import platform
import subprocess
import sys
from copy import deepcopy
from itertools import pairwise, product

import numpy as np
import pytest
from finite_differences import central_difference
from threadpoolctl import threadpool_info, threadpool_limits

from initcourse import MLP, NormalizedMLP, load_digits
from initcourse.activations import relu, sigmoid, tanh
from initcourse.initializers import lecun_normal
from initcourse.training import blas, loop
from initcourse.training.blas import one_blas_thread
from initcourse.training.loop import flatten, softmax_cross_entropy, sweep, train
from initcourse.training.optimizers import OPTIMIZERS

WIDTHS, CLASSES, EXAMPLES = (5, 7, 4, 6, 3), 3, 40  # no two equal: a transpose would not fit
TOLD = ("loss", "accuracy", "gradient_norm", "update_ratio")


def network(phi=tanh, seed=0, dtype=np.float64, kind=MLP, widths=WIDTHS, **options):
    rng = np.random.default_rng(seed)
    weights = [lecun_normal(pair, rng=rng).astype(dtype) for pair in pairwise(widths)]
    biases = [0.1 * rng.standard_normal(n).astype(dtype) for n in widths[1:]]
    return kind(weights, phi, biases=biases, **options)


def problem(dtype=np.float64, n=EXAMPLES):
    rng = np.random.default_rng(1)
    return rng.standard_normal((n, WIDTHS[0])).astype(dtype), rng.integers(0, CLASSES, n)


def parameters(net):
    return [*net.weights, *net.biases]


def same(a, b):
    """Equal bit for bit, NaN included, and of one dtype."""
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)


# --- gradients


@pytest.mark.parametrize(("over", "axis"), [("batch", 0), ("layer", 1)])
def test_normalisation_leaves_mean_0_and_std_1_in_hidden_layers_only(over, axis):
    net = network(kind=NormalizedMLP, over=over)
    signals = net.forward(problem()[0])
    for z_hat in signals.z_hat[1:-1]:
        np.testing.assert_allclose(z_hat.mean(axis=axis), 0, atol=1e-12)
        np.testing.assert_allclose(z_hat.std(axis=axis), 1, atol=0.01)
    np.testing.assert_array_equal(signals.z_hat[-1], signals.h[-2] @ net.weights[-1])


def test_softmax_cross_entropy_is_the_formula_and_its_gradient_the_slope():
    rng = np.random.default_rng(3)
    logits, y = rng.standard_normal((6, 4)), rng.integers(0, 4, 6)
    loss, accuracy, gradient = softmax_cross_entropy(logits, y)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert loss == pytest.approx(-np.log(p[np.arange(6), y]).mean(), rel=1e-13)
    assert accuracy == (p.argmax(axis=1) == y).mean()
    expected = central_difference(lambda: softmax_cross_entropy(logits, y)[0], logits)
    np.testing.assert_allclose(gradient, expected, atol=1e-9)


def test_softmax_cross_entropy_of_huge_logits_is_finite():
    loss, _, gradient = softmax_cross_entropy(np.array([[1e30, -1e30], [0, 1e4]]), np.array([1, 1]))
    assert loss == pytest.approx(-np.log(np.finfo(float).tiny) / 2)
    np.testing.assert_allclose(gradient, [[0.5, -0.5], [0, 0]])


# --- θ


@pytest.mark.parametrize("count", [None, 3])
def test_flatten_keeps_the_numbers_and_makes_them_views_of_theta(count):
    net = network() if count is None else MLP.stack([network(seed=s) for s in range(count)])
    before = [a.copy() for a in parameters(net)]
    theta = flatten(net)
    P = sum(a * b + b for a, b in pairwise(WIDTHS))
    assert theta.shape == ((P,) if count is None else (count, P))
    for a, b in zip(parameters(net), before, strict=True):
        assert same(a, b) and np.shares_memory(a, theta)
    theta[...] = 7
    assert all((a == 7).all() for a in parameters(net))


# --- the optimisers: `test_against_torch.py` holds their steps


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_norms_told_are_those_of_the_gradient_and_of_the_step_taken(optimizer):
    net, (x, y) = network(), problem()
    theta = flatten(net)
    after_last = None
    for step in train(net, x, y, learning_rate=0.05, steps=4, optimizer=optimizer):
        theta = np.concatenate([a.ravel() for a in parameters(net)])
        signals = net.forward(x)
        loss, accuracy, grad = softmax_cross_entropy(signals.output, y)
        back = net.backward(signals, grad)
        g = np.concatenate([a.ravel() for a in (*back.weights, *back.biases)])
        assert (step.loss, step.accuracy) == (loss, accuracy)
        assert step.gradient_norm == pytest.approx(np.sqrt(sum(g**2)), rel=1e-12)
        if after_last is not None:
            before, ratio = after_last
            moved = np.sqrt(sum((theta - before) ** 2)) / np.sqrt(sum(before**2))
            assert ratio == pytest.approx(moved, rel=1e-10)
        after_last = theta, step.update_ratio


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_of_the_weights_has_its_rate_and_biases_keep_theirs(optimizer):
    x, y = problem()
    factors, ends = (0.5, 0, 3, 0.25), []
    for layer_rates in (None, factors):
        net = MLP.stack([network(seed=s) for s in range(3)])
        start = [a.copy() for a in parameters(net)]
        rates = np.array([0.01, 0.02, 0.04])
        steps = train(net, x, y, learning_rate=rates, steps=1, optimizer=optimizer,
                      layer_rates=layer_rates)  # fmt: skip
        list(steps)
        ends.append([a - b for a, b in zip(parameters(net), start, strict=True)])
    for plain, scaled, factor in zip(*ends, (*factors, 1, 1, 1, 1), strict=True):
        np.testing.assert_allclose(scaled, factor * plain, rtol=1e-9, atol=1e-15)
    assert all(abs(plain).max() > 0 for plain in ends[0])


@pytest.mark.parametrize("layer_rates", [(1, 1, 1), (1, 1, 1, -0.1), (1, 1, 1, np.nan)], ids=str)
def test_wrong_layer_rates_are_refused(layer_rates):
    x, y = problem()
    with pytest.raises(ValueError, match=r"layer_rates must be"):
        next(train(network(), x, y, learning_rate=0.1, steps=1, layer_rates=layer_rates))


# What a step does to memory: ten signals of 1 MB are made, then all are freed. Page faults of 20.
MEMORY_OF_STEPS = """
import resource, numpy as np
from initcourse.training.loop import keep_freed_memory
{call}
faults = []
for _ in range(22):
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
    signals = [np.ones(2**17) for _ in range(10)]
    del signals
print(faults[-1] - faults[1])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is about glibc's allocator")
def test_a_step_gets_the_memory_that_the_last_one_freed():
    faults = []
    for call in ("keep_freed_memory()", ""):
        code = [sys.executable, "-c", MEMORY_OF_STEPS.format(call=call)]
        faults.append(int(subprocess.run(code, capture_output=True, check=True).stdout))
    # 20 · 10 arrays of 256 pages: asked for anew in each step, or never again
    assert faults[0] < 1000 < 10_000 < faults[1], faults


# --- a stack is the same as one after another


def alone(nets, x, y, rates, **options):
    """Train copies one by one; return them and what was told, shape (steps, networks)."""
    copies, told = [], []
    for net, rate in zip(nets, rates, strict=True):
        copy = deepcopy(net)
        # as in a sweep: matrix products on two BLAS threads differ in the last bits
        with threadpool_limits(limits=1, user_api="blas"):
            told.append(list(train(copy, x, y, learning_rate=rate, **options)))
        copies.append(copy)
    arrays = [np.array([[getattr(s, name) for s in run] for run in told]).T for name in TOLD]
    return copies, dict(zip(TOLD, arrays, strict=True))


@pytest.mark.parametrize(("stack_size", "workers"), [(8, 2), (3, 2), (2, 1), (1, 3)])
def test_a_sweep_is_bit_for_bit_as_one_by_one(stack_size, workers, monkeypatch):
    monkeypatch.setattr(loop, "_MANY_NARROW", (stack_size, workers))
    rates = np.geomspace(0.003, 0.3, 7)
    for optimizer, dtype in product(OPTIMIZERS, (np.float64, np.float32)):
        nets = [network(seed=s, dtype=dtype) for s in range(7)]
        x, y = problem(dtype)
        options = {"steps": 12, "batch": 16, "optimizer": optimizer}
        singles, told = alone(nets, x, y, rates, rng=4, **options)
        stacks, history = sweep(nets, x, y, learning_rate=rates, seed=4, **options)
        sizes = [min(stack_size, 7 - k) for k in range(0, 7, stack_size)]
        assert [len(s.weights[0]) for s in stacks] == sizes
        for name in TOLD:
            assert getattr(history, name).shape == (12, 7)
            assert np.array_equal(getattr(history, name), told[name]), (optimizer, dtype, name)
        for i, single in enumerate(singles):
            stack, k = stacks[i // stack_size], i % stack_size
            for a, b in zip(parameters(stack), parameters(single), strict=True):
                assert same(a[k], b), (optimizer, dtype, i)


@pytest.mark.parametrize("width", [24, 64])  # narrow or not: on one thread or on two
def test_a_sweep_is_the_same_where_no_thread_can_start(width, monkeypatch):
    (x, y), widths = problem(), (WIDTHS[0], width, CLASSES)
    nets = [network(seed=s, widths=widths) for s in range(19)]
    _, threaded = sweep(nets, x, y, learning_rate=0.1, steps=4)
    monkeypatch.setattr(blas, "THREADS", False)
    monkeypatch.setattr(blas, "ThreadPoolExecutor", None)
    _, alone = sweep(nets, x, y, learning_rate=0.1, steps=4)
    for name in TOLD:
        assert same(getattr(threaded, name), getattr(alone, name)), name


def test_a_sweep_leaves_blas_as_it_found_it_whoever_ends_first():
    (x, y), inside = problem(), []

    class Spy(MLP):
        def _forward(self, x):
            if not inside:  # somebody else, who began before the sweep, ends in the middle of it
                inside.append(other.__exit__(None, None, None))
            return super()._forward(x)

    def threads():
        return [lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"]

    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        other = one_blas_thread()
        other.__enter__()
        sweep([network(kind=Spy)], x, y, learning_rate=0.1, steps=2)
        assert inside and threads() == before


@pytest.mark.parametrize(("width", "sizes"), [(47, [16, 1]), (48, [8, 8, 1])])
def test_a_sweep_stacks_more_networks_where_they_are_narrow(width, sizes):
    digits = load_digits()
    x, y = digits.x_train.astype(np.float32), digits.y_train
    nets = [network(seed=s, dtype=np.float32, widths=(64, width, 33, 10)) for s in range(17)]
    stacks, _ = sweep(nets, x, y, learning_rate=0.1, steps=1)
    assert [len(stack.weights[0]) for stack in stacks] == sizes


def test_wide_networks_on_digits_too_are_bit_for_bit_as_one_by_one():
    # large enough for every fast path of the matrix products and of the sums
    digits, widths = load_digits(), (64, 128, 96, 10)
    x, y = digits.x_train.astype(np.float32), digits.y_train
    nets = [network(seed=s, dtype=np.float32, widths=widths) for s in range(4)]
    options = {"steps": 5, "batch": 64, "optimizer": "Adam"}
    singles, told = alone(nets, x, y, [1e-2] * 4, rng=0, **options)
    (stack,), history = sweep(nets, x, y, learning_rate=0.01, **options)
    assert all(np.array_equal(getattr(history, name), told[name]) for name in TOLD)
    for i, single in enumerate(singles):
        assert all(
            same(a[i], b) for a, b in zip(parameters(stack), parameters(single), strict=True)
        )


def test_a_sweep_leaves_its_networks_as_they_are():
    nets, (x, y) = [network(seed=s) for s in range(3)], problem()
    kept = [[a.copy() for a in parameters(net)] for net in nets]
    sweep(nets, x, y, learning_rate=0.5, steps=3)
    for net, before in zip(nets, kept, strict=True):
        assert all(same(a, b) for a, b in zip(parameters(net), before, strict=True))


def test_float32_stays_float32():
    (x, y), net = problem(np.float32), network(dtype=np.float32)
    for optimizer in OPTIMIZERS:
        (step,) = train(net, x, y, learning_rate=0.1, steps=1, optimizer=optimizer)
        assert {a.dtype for a in parameters(net)} == {np.dtype(np.float32)}
        assert {step.loss.dtype, step.gradient_norm.dtype} == {np.dtype(np.float32)}


# --- a generator


def test_the_network_has_the_weights_of_the_step_told_and_leaving_early_keeps_them():
    x, y = problem()
    net, seen = network(), []
    for i, step in enumerate(train(net, x, y, learning_rate=0.2, steps=50)):
        assert softmax_cross_entropy(net.forward(x).output, y)[0] == step.loss
        seen.append([a.copy() for a in parameters(net)])
        if i == 3:
            break
    for weights in seen[:-1]:
        assert not same(weights[0], net.weights[0])
    assert all(same(a, b) for a, b in zip(parameters(net), seen[-1], strict=True))
    # three updates have been made: as many as training to the end makes in 3 steps
    other = network()
    list(train(other, x, y, learning_rate=0.2, steps=3))
    assert all(same(a, b) for a, b in zip(parameters(net), parameters(other), strict=True))


def test_a_step_told_keeps_its_numbers():
    x, y = problem()
    steps = train(network(), x, y, learning_rate=0.2, steps=5)
    first = next(steps)
    kept = [float(getattr(first, name)) for name in TOLD]
    list(steps)
    assert kept == [float(getattr(first, name)) for name in TOLD]


def test_warnings_are_as_usual_in_the_loop_that_watches():
    x, y = problem()
    for _ in train(network(), x, y, learning_rate=0.2, steps=2):
        with pytest.warns(RuntimeWarning, match="divide by zero"):
            np.ones(1) / np.zeros(1)
        with pytest.warns(RuntimeWarning, match="overflow"):
            np.full(1, 1e300) ** 2


def test_batches_are_drawn_from_rng_without_repetition():
    x, y = np.eye(EXAMPLES)[:, : WIDTHS[0]] * 0 + np.arange(EXAMPLES)[:, None], problem()[1]
    seen = []

    class Spy(MLP):
        def forward(self, x):
            seen.append(x[:, 0].astype(int).tolist())
            return super().forward(x)

    list(train(network(kind=Spy), x, y, learning_rate=1e-3, steps=3, batch=15, rng=9))
    rng = np.random.default_rng(9)
    expected = [rng.choice(EXAMPLES, 15, replace=False).tolist() for _ in range(3)]
    assert seen == expected and all(len(set(batch)) == 15 for batch in seen)


# --- divergence


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("phi", [relu, tanh, sigmoid], ids=lambda phi: phi.name)
def test_divergence_ends_in_inf_or_nan_without_a_warning(phi, optimizer, dtype):
    # pytest turns any warning into an error here
    x, y = problem(dtype)
    net = network(phi, dtype=dtype)
    steps = list(train(net, x, y, learning_rate=1e37, steps=30, optimizer=optimizer))
    assert len(steps) == 30
    if phi is relu and dtype == np.float32:
        assert not all(np.isfinite(step.gradient_norm) for step in steps)


def test_a_diverging_network_does_not_disturb_the_others_of_its_stack():
    x, y = problem(np.float32)
    nets = [network(relu, seed=s, dtype=np.float32) for s in range(3)]
    rates = [0.1, 1e37, 0.1]
    (stack,), history = sweep(nets, x, y, learning_rate=rates, steps=20)
    assert not np.isfinite(history.gradient_norm[-1, 1])
    (pair,), calm = sweep([nets[0], nets[2]], x, y, learning_rate=0.1, steps=20)
    for name in TOLD:
        assert same(getattr(history, name)[:, [0, 2]], getattr(calm, name))
    for a, b in zip(parameters(stack), parameters(pair), strict=True):
        assert same(a[[0, 2]], b)


def test_a_network_of_zeros_is_told_without_a_warning():
    x, y = problem()
    net = MLP([np.zeros(pair) for pair in pairwise(WIDTHS)], tanh)
    (step, _) = train(net, x, y, learning_rate=0.1, steps=2)
    assert step.loss == pytest.approx(np.log(CLASSES)) and np.isinf(step.update_ratio)
