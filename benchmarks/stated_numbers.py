"""Measure again what lessons say in numbers, on seeds that no lesson uses.

`python benchmarks/claims.py` writes these rows below its own. What is drawn and not trained is
computed by NumPy here, not by the library: a second way to the lessons' numbers.
"""

from itertools import product

import numpy as np
from phase_maps import DEPTHS, PLACE, STEPS, WIDTHS, accuracies

import initcourse as ic

SEEDS = range(100, 105)
HEAD = """
## Numbers, with fresh seeds

Seeds from 100 up again. What is drawn and not trained is computed by NumPy alone.
Lessons 13, 16 and the ten rates of 09 quote these rows: there the table is the claim's source, not
its test.

| lesson | claim | claimed | fresh seeds |
|---|---|---|---|
"""
DIGITS = ic.load_digits()
IMAGES = DIGITS.x_train.astype(np.float32)


def saturated(seed):
    """Return by what 30 tanh layers of 256 with 3 times Xavier's weights multiply mean δ²."""
    rng, Ws, slopes = np.random.default_rng(seed), [], []
    h = rng.standard_normal((64, 256))
    for _ in range(30):
        Ws.append(3 / 16 * rng.standard_normal((256, 256)))
        h = np.tanh(h @ Ws[-1])
        slopes.append(1 - h**2)
    delta = rng.standard_normal(h.shape) * slopes.pop()
    while slopes:
        delta = delta @ Ws.pop().T * slopes.pop()
    return np.mean(delta**2)  # what entered, above φ′ of layer 30, had strength 1


def one_matrix(seed):
    """Return which shares of 100 linear networks, one matrix used 30 times, end above and below.

    Above and below the band of fresh matrices: 95 of 100 of 2,000 walks of averages of 100 g².
    """
    rng, n, L = np.random.default_rng(seed), 100, 30
    walks = np.log(rng.chisquare(n, (2000, L)) / n).sum(axis=1)
    low, high = np.exp(np.quantile(walks, (0.025, 0.975)))
    ends = []
    for _ in range(100):
        W, h = rng.standard_normal((n, n)) / np.sqrt(n), rng.standard_normal((1, n))
        start = np.mean(h**2)
        for _ in range(L):
            h = h @ W
        ends.append(np.mean(h**2) / start)
    return np.mean(np.array(ends) > high), np.mean(np.array(ends) < low)


def padded(seed, image, layers=16, c=64):
    """Return by what zero padding divides mean h² in linear 3 × 3 convolutions of c channels."""
    rng = np.random.default_rng(seed)
    h = image[:, :, None] * rng.choice([-1.0, 1.0], c)
    start = np.mean(h**2)
    for _ in range(layers):
        K = rng.standard_normal((3, 3, c, c)) / np.sqrt(9 * c)
        around = np.pad(h, ((1, 1), (1, 1), (0, 0)))
        h = sum(around[i : i + 8, j : j + 8] @ K[i, j] for i in range(3) for j in range(3))
    return start / np.mean(h**2)


def kept(seed, layers, fresh=True, n=128):
    """Return the share of a ReLU network's singular values above a tenth of their rms."""
    rng = np.random.default_rng(seed)
    h, J = rng.standard_normal(n), np.eye(n)
    for _ in range(layers):
        W = rng.standard_normal((n, n)) * np.sqrt(2 / n) if fresh else np.eye(n)
        z = h @ W
        h, J = np.maximum(z, 0), J @ (W * (z > 0))
        scale = np.sqrt(np.mean(J**2) * n)
        J = J / scale  # only shares count
    values = np.linalg.svd(J, compute_uv=False)
    return np.mean(values > np.sqrt(np.mean(values**2)) / 10)


def batch_norm_growth(seed, batch, n=128, layers=30):
    """Return the factor on mean δ² per layer, from 25 to 5, of ReLU layers with batch norm."""
    rng = np.random.default_rng(seed)
    h, Ws, stds, normed, on = rng.choice(DIGITS.x_train, batch, replace=False), [], [], [], []
    for _ in range(layers):
        Ws.append(rng.standard_normal((h.shape[1], n)) / np.sqrt(h.shape[1]))
        z = h @ Ws[-1]
        stds.append(z.std(axis=0) + 1e-12)
        normed.append((z - z.mean(axis=0)) / stds[-1])
        on.append(normed[-1] > 0)
        h = normed[-1] * on[-1]
    above, strengths = rng.standard_normal(h.shape), []
    for W, std, u, mask in zip(Ws[::-1], stds[::-1], normed[::-1], on[::-1], strict=True):
        g = above * mask  # by the normalised values; then through mean and std of the batch
        delta = (g - g.mean(axis=0) - u * (g * u).mean(axis=0)) / std
        strengths.append(np.mean(delta**2))
        above = delta @ W.T
    strengths = strengths[::-1]
    return (strengths[4] / strengths[24]) ** (1 / 20)


def in_float32(net):
    """Return the network with weights and biases in float32."""
    net.weights = [W.astype(np.float32) for W in net.weights]
    net.biases = [b.astype(np.float32) for b in net.biases]
    return net


def steps_to_learn(init, depth, rates=(0.003, 0.01, 0.03, 0.1, 0.3)):
    """Return the best rate's median of steps until a tanh network's batch has a loss below 0.3."""
    seeds, limit = range(100, 109), 300
    widths = [64] * depth + [10]
    nets = [in_float32(ic.MLP.create(widths, init, ic.tanh, rng=s)) for _ in rates for s in seeds]
    options = {"learning_rate": np.repeat(rates, len(seeds)), "steps": limit, "batch": 32}
    below = ic.sweep(nets, IMAGES, DIGITS.y_train, **options)[1].loss < 0.3
    steps = np.where(below.any(axis=0), below.argmax(axis=0), limit)
    return np.median(steps.reshape(len(rates), -1), axis=1).min()


def best_powers(scaling, steps, seeds=range(100, 106)):
    """Return log2 of the best rate of lesson 16's networks at widths 64 to 512."""
    rates, found = 2.0 ** np.arange(-10, -3), []
    for n in (64, 128, 256, 512):
        variances, factors = ic.theory.width_scaling(scaling, [64, n, n, 10])
        nets = []
        for seed in seeds:
            rng, shapes = np.random.default_rng(seed), ((64, n), (n, n), (n, 10))
            drawn = [
                np.sqrt(v) * rng.standard_normal(s) for s, v in zip(shapes, variances, strict=True)
            ]
            nets.append(in_float32(ic.MLP(drawn, ic.relu)))
        options = {"steps": steps, "optimizer": "Adam", "batch": 32, "layer_rates": factors}
        options["learning_rate"] = np.repeat(rates, len(seeds))
        loss = ic.sweep(nets * len(rates), IMAGES, DIGITS.y_train, **options)[1].loss[-10:]
        mean = np.log(loss).mean(axis=0).reshape(len(rates), -1).mean(axis=1)
        found.append(int(np.log2(rates[mean.argmin()])))
    return found


def wrong_fan(rates, seeds=range(100, 105)):
    """Return the median accuracy by rate of lesson 09's networks with Var W = 2/c, 150 steps."""

    def init(shape, rng):
        return np.sqrt(2 / shape[-2]) * rng.standard_normal(shape)

    options = {"image": (8, 8), "outputs": 10, "strides": [1, 2] + [1] * 6}
    nets = [
        in_float32(ic.ConvNet.create([1] + [8] * 8, init, ic.relu, rng=s, **options))
        for _ in rates for s in seeds
    ]  # fmt: skip
    images, options = IMAGES.reshape(-1, 8, 8, 1), {"steps": 150, "batch": 32}
    options["learning_rate"] = np.repeat(rates, len(seeds))
    stacks, _ = ic.sweep(nets, images, DIGITS.y_train, **options)
    guesses = np.concatenate([stack.forward(images).output.argmax(axis=-1) for stack in stacks])
    right = (guesses == DIGITS.y_train).mean(axis=-1)
    return np.median(right.reshape(len(rates), -1), axis=1)


def borders(steps, width):
    """Return claim, stored and fresh borders: the deepest that learned, of 5, 10, 20 and 28 layers.

    A depth is learned where the median accuracy is above a half. The fresh seeds are tried at the
    stored border and at the next depth.
    """
    stored = np.loadtxt(PLACE, delimiter=",", skiprows=1)
    claimed, found = [], []
    for value in (0.4, 0.75, 1.0):
        here = stored[(stored[:, :3] == (steps, width, value)).all(axis=1)]
        learned = [d for d in DEPTHS if np.median(here[here[:, 3] == d, 5]) > 0.5]
        tried = DEPTHS[: DEPTHS.index(learned[-1]) + 2][-2:]
        medians = [np.median(accuracies((value,), d, width, steps, SEEDS)) for d in tried]
        claimed.append(str(learned[-1]))
        found.append(", ".join(f"{d}: {m:.2f}" for d, m in zip(tried, medians, strict=True)))
    what = f"tanh, σ_w² = 0.4, 0.75, 1, {width} units, {steps} steps: the deepest that learned"
    return what, ", ".join(claimed), "; ".join(found)


def rows():
    """Yield the table's rows: lesson, claim, what is claimed, what five fresh seeds give."""
    told = "five seeds {:.3g} to {:.3g}".format

    def spread(values):
        return told(min(values), max(values))

    what = "30 tanh layers at scale 3: mean δ² at layer 1 by what entered"
    yield "00", what, "about 10⁷", spread([saturated(s) for s in SEEDS])
    shares = np.array([one_matrix(s) for s in SEEDS])
    what = "100 networks with one matrix 30 times: share {} the band of fresh ones"
    yield "02", what.format("above"), "about four in ten", spread(shares[:, 0])
    yield "02", what.format("below"), "few", spread(shares[:, 1])
    digit = ic.unit_digits(3)[2].reshape(8, 8)
    for name, image, claimed in (("flat", np.ones((8, 8)), 4.7), ("the digit", digit, 3.7)):
        values = [padded(s, image) for s in range(100, 140)]
        mean, error = np.mean(1 / np.array(values)), np.std(1 / np.array(values)) / np.sqrt(40)
        found = f"{1 / mean:.2f}, from {1 / (mean + 2 * error):.2f} to {1 / (mean - 2 * error):.2f}"
        what = f"zero padding, 16 layers, {name}: mean h², averaged over draws, is divided by"
        yield "09", what, f"{claimed}", f"{found} (mean of 40 draws ± 2 errors)"
    for layers, claimed in ((1, "51 % ± 5 %"), (10, "21 % ± 2 %"), (60, "6 % ± 1 %")):
        what = f"{layers} ReLU layers, fresh Gaussian draws: share of directions kept"
        yield "13", what, claimed, spread([kept(s, layers) for s in SEEDS])
    what = "60 ReLU layers, W = I: share of directions kept"
    yield "13", what, "50 % ± 6 %", spread([kept(s, 60, fresh=False) for s in SEEDS])
    for batch, claimed in ((16, "1.59 ± 0.02"), (128, "1.46 ± 0.01")):
        what = f"batch norm, batch of {batch}, ReLU: factor on mean δ² per layer"
        yield "14", what, claimed, spread([batch_norm_growth(s, batch) for s in SEEDS])
    rates = (0.1, 0.03, 0.01, 3e-3, 1e-3, 1e-4, 3e-5, 1e-5, 1e-6, 1e-7)
    found = wrong_fan(rates)
    what = "2/c, 150 steps, ten rates from 0.1 to 10⁻⁷: the best median accuracy"
    yield "09", what, "below 0.6", f"{found.max():.2f}, at {rates[found.argmax()]:g}"
    for init, depth, claimed in (
        (ic.lecun_normal, 30, "about 200"), (ic.orthogonal, 30, "44"), (ic.orthogonal, 10, "19")
    ):  # fmt: skip
        what = f"tanh, {init.__name__}, {depth} layers: steps to a loss of 0.3, nine seeds"
        yield "13", what, claimed, f"{steps_to_learn(init, depth):.0f}"
    for scaling, steps, claimed in (
        ("standard", 40, "from 2⁻⁶ to 2⁻⁹"), ("standard", 160, "from 2⁻⁷ to 2⁻⁹"),
        ("µP", 40, "to 2⁻⁷"), ("µP", 160, "stays"),
    ):  # fmt: skip
        what = f"{scaling}, {steps} steps of Adam, n = 64, 128, 256, 512: log₂ of the best rate"
        powers = ", ".join(map(str, best_powers(scaling, steps)))
        yield "16", what, claimed, powers.replace("-", "−")
    for steps, width in product(STEPS, WIDTHS):
        yield "12", *borders(steps, width)
