"""Run the lessons' claims again, with seeds that no lesson uses.

    python benchmarks/claims.py

Writes benchmarks/CLAIMS.md. It takes ten minutes.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import stated_numbers

import initcourse as ic

PLACE = Path(__file__).with_name("CLAIMS.md")
SEEDS = range(100, 105)
DIGITS = ic.load_digits()
HEAD = """# What the lessons claim, with fresh seeds

Written by `python benchmarks/claims.py`: seeds from 100 up, which no lesson uses, batches of 32
digits, 64 units a layer. A network learns when the mean accuracy of the last hundred batches is
above the number given. It has left guessing when the mean loss of some hundred was below 2.2, and
was back when that of a later hundred was not. Where several rates are tried the best one counts.
Run with OpenBLAS's kernels for AVX-512 (stored) and for AVX2 (`OPENBLAS_CORETYPE=Haswell`): counts
may differ, what is claimed holds with both.

| lesson | claim | steps | claimed | fresh seeds |
|---|---|---|---|---|
"""


class Scaled(ic.MLP):
    """Gradients 10⁶⁰ times larger: Adam's eps is nothing beside them."""

    free = 1.0  # whether biases learn

    def backward(self, signals, grad_output, **options):
        g = super().backward(signals, grad_output, **options)
        g.weights = [1e60 * weights for weights in g.weights]
        g.biases = [1e60 * self.free * biases for biases in g.biases]
        return g


class Held(Scaled):
    """The same with biases held at 0."""

    free = 0.0


def plain(phi, depth, rule="xavier", gain=1.0, kind=ic.MLP, **options):
    """Return a function that draws a network with 64 units a layer from a seed."""

    def init(shape, rng):
        dtype = np.float64 if issubclass(kind, Scaled) else np.float32  # 10⁶⁰ is ∞ in float32
        return gain * ic.RULES[rule].draw(shape, rng=rng, dtype=dtype)

    return lambda seed: kind.create([64] * (depth + 1) + [10], init, phi, rng=seed, **options)


@cache
def trained(draw, rates, seeds, optimizer, steps):
    """Return the history of a network for each rate and seed."""
    networks = [draw(seed) for _ in rates for seed in seeds]
    x = DIGITS.x_train.astype(networks[0].weights[0].dtype)
    options = {"learning_rate": np.repeat(rates, len(seeds)), "steps": steps, "batch": 32}
    return ic.sweep(networks, x, DIGITS.y_train, optimizer=optimizer, **options)[1]


def learns(history, k, level):
    """Return which networks learn, by step k."""
    return history.accuracy[k - 100 : k].mean(axis=0) > level


def low(history, k, level):
    """Return in which hundreds of steps, up to step k, the mean loss of which networks was low."""
    return history.loss[:k].reshape(k // 100, 100, -1).mean(axis=1) < level


def left(history, k, level):
    """Return which networks have left guessing by step k."""
    return low(history, k, level).any(axis=0)


def back(history, k, level):
    """Return which networks have been back at guessing for a hundred steps by step k."""
    hundreds = low(history, k, level)
    return (np.logical_or.accumulate(hundreds) & ~hundreds).any(axis=0)


@dataclass
class Claim:
    """Networks at some rates; `claimed` is steps → "none", "some", "most" or "all" learn."""

    lesson: str
    text: str
    draw: object
    rates: tuple
    claimed: dict
    optimizer: str = "SGD"
    level: float = 0.5
    seeds: range = SEEDS
    which: object = learns

    def counts(self):
        """Return steps → of the fresh seeds how many learn, at the best rate."""
        steps, n = max(self.claimed), len(self.seeds)
        history = trained(self.draw, self.rates, self.seeds, self.optimizer, steps)
        found = {k: self.which(history, k, self.level) for k in self.claimed}
        return {k: int(a.reshape(-1, n).sum(axis=1).max()) for k, a in found.items()}


def turned(seed):
    """Return how far one step turns doubled weights beside the plain ones: by SGD, by Adam."""
    net = ic.NormalizedMLP.create([64] + [128] * 5 + [10], ic.lecun_normal, ic.relu, rng=seed)
    doubled = ic.NormalizedMLP([2 * W for W in net.weights[:-1]] + net.weights[-1:], ic.relu)
    shares = []
    for this in (net, doubled):
        signals = this.forward(DIGITS.x_train[:16])
        gradient = ic.softmax_cross_entropy(signals.output, DIGITS.y_train[:16])[2]
        G = this.backward(signals, gradient).weights[2]
        steps = np.array([G, G / (np.abs(G) + 1e-8)])
        shares.append(np.linalg.norm(steps, axis=(1, 2)) / np.linalg.norm(this.weights[2]))
    return shares[1] / shares[0]


def returned(rule):
    """Return steps → of the fresh seeds how many have an active top layer, of four (lesson 05)."""

    def init(shape, rng):
        return ic.RULES[rule].draw(shape, rng=rng, dtype=np.float32)

    widths, found = [64] + [100] * 4 + [10], {}
    stack = ic.MLP.stack([ic.MLP.create(widths, init, ic.sigmoid, rng=s) for s in SEEDS])
    x = DIGITS.x_train.astype(np.float32)
    options = {"learning_rate": 0.5, "batch": 10, "rng": 0}
    with ic.one_blas_thread():
        for k, _ in enumerate(ic.train(stack, x, DIGITS.y_train, steps=6001, **options)):
            if k in RETURNED[rule]:
                found[k] = int((stack.forward(x[:300]).h[4].mean(axis=(1, 2)) > 0.05).sum())
    return found


#: Rule → steps → how many seeds' top layer is active again.
RETURNED = {
    "torch_default": {2000: "none", 5000: "most", 6000: "all"},
    "glorot_uniform": {2000: "all", 5000: "all"},
}

XAVIER = plain(ic.relu, 30)
CLAIMS = (
    Claim("04", "30 ReLU layers, 1/n, SGD 0.02: have left guessing", XAVIER, (0.02,),
          {600: "none", 2500: "most", 6000: "all"}, level=2.2,
          seeds=range(100, 120), which=left),
    Claim("04", "the same: were back at guessing after that", XAVIER, (0.02,), {6000: "some"},
          level=2.2, seeds=range(100, 120), which=back),
    Claim("04", "30 ReLU layers, He's 2/n, SGD 0.01: above 0.2", plain(ic.relu, 30, "he"), (0.01,),
          {600: "all"}, level=0.2),
    Claim("05", "10 sigmoid layers, 1/n, SGD 0.1, 1, 10: above 0.5", plain(ic.sigmoid, 10),
          (0.1, 1, 10), {600: "none", 2400: "none"}),
    Claim("05", "the same, He's 2/n: above 0.5", plain(ic.sigmoid, 10, "he"),
          (0.1, 1, 10), {600: "none", 2400: "none"}),
    Claim("05", "the same, gain 4, SGD 0.3: above 0.5", plain(ic.sigmoid, 10, gain=4), (0.3,),
          {600: "all"}),
    Claim("05", "the same, gain 8, SGD 0.3: above 0.5", plain(ic.sigmoid, 10, gain=8), (0.3,),
          {600: "all"}),
    Claim("05", "10 centred sigmoid layers, gain 4, SGD 0.3: above 0.5",
          plain(ic.centred_sigmoid, 10, gain=4), (0.3,), {600: "all"}),
    Claim("08", "30 sigmoid layers, N(0, 1), SGD 0.03: above 0.5",
          plain(ic.sigmoid, 30, "unit_normal"), (0.03,), {400: "none", 3000: "all"}),
    *(Claim("06", f"{depth} tanh layers, {label}, SGD 0.03: above 0.6",
            plain(ic.tanh, depth, gain=gain), (0.03,), {300: "all"}, level=0.6)
      for depth in (10, 30)
      for label, gain in (("1/n", 1.0), ("2/n", 2**0.5), ("gain 5/3", 5 / 3))),
    Claim("06", "30 tanh layers, gain 0.7, SGD 0.1, 1: above 0.4", plain(ic.tanh, 30, gain=0.7),
          (0.1, 1.0), {400: "none", 1200: "none", 2000: "none"}, level=0.4),
    Claim("06", "the same, Adam 0.0003: above 0.4", plain(ic.tanh, 30, gain=0.7), (3e-4,),
          {400: "none", 1200: "most", 2000: "most"}, "Adam", 0.4),
    Claim("08", "30 ReLU layers, N(0, 0.01²), Adam 0.0003 without eps: above 0.15",
          plain(ic.relu, 30, "small_normal", kind=Scaled), (3e-4,), {100: "none", 300: "none"},
          "Adam", 0.15),
    Claim("08", "the same, biases held at 0: above 0.15",
          plain(ic.relu, 30, "small_normal", kind=Held), (3e-4,), {300: "all"}, "Adam", 0.15),
    Claim("08", "the same, Adam 0.001 with eps, biases learn: above 0.2",
          plain(ic.relu, 30, "small_normal"), (1e-3,), {400: "none"}, "Adam", 0.2),
    Claim("08", "30 ReLU layers, 1/n, Adam 0.001: above 0.2", plain(ic.relu, 30), (1e-3,),
          {250: "all"}, "Adam", 0.2),
    Claim("08", "30 ReLU layers, 1/n, momentum 0.003, 0.03: above 0.2", plain(ic.relu, 30),
          (0.003, 0.03), {400: "none"}, "momentum", 0.2),
    Claim("08", "30 ReLU layers, 1/n, batch norm, SGD 0.03: above 0.2",
          plain(ic.relu, 30, kind=ic.NormalizedMLP), (0.03,), {200: "all"}, level=0.2),
    Claim("08", "30 ReLU layers, 1/n, layer norm, SGD 0.003: above 0.4",
          plain(ic.relu, 30, kind=ic.NormalizedMLP, over="layer"), (0.003,), {400: "all"},
          level=0.4),
    Claim("08", "30 ReLU layers, 1/n, layer norm, SGD 0.03: above 0.5",
          plain(ic.relu, 30, kind=ic.NormalizedMLP, over="layer"), (0.03,), {400: "none"}),
    Claim("08", "3 sigmoid layers, N(0, 0.01²), SGD 3: above 0.5",
          plain(ic.sigmoid, 3, "small_normal"), (3.0,), {300: "none", 1500: "all"}),
    Claim("08", "3 ReLU layers, N(0, 0.01²), SGD 0.3: above 0.5",
          plain(ic.relu, 3, "small_normal"), (0.3,), {300: "none", 1500: "all"}),
    Claim("14", "20 blocks, He twice, α = 1, SGD 0.02, 3e-6: above 0.5",
          lambda s: ic.ResidualMLP.create([64, 48, 10], ic.he_normal, ic.relu, blocks=20, rng=s),
          (0.02, 3e-6), {120: "none", 600: "some"}),
)  # fmt: skip


def main():
    """Run all claims; write a line for each and each number of steps."""
    lines = []
    for claim in CLAIMS:
        for steps, count in claim.counts().items():
            told = f"{claim.claimed[steps]} | {count} of {len(claim.seeds)} |"
            lines.append(f"| {claim.lesson} | {claim.text} | {steps} | {told}")
            print(lines[-1], flush=True)
    for rule, claimed in RETURNED.items():
        what = f"4 sigmoid layers of 100, {ic.RULES[rule].label}, batches of 10, SGD 0.5: "
        for steps, count in returned(rule).items():
            told = f"{steps} | {claimed[steps]} | {count} of {len(SEEDS)} |"
            lines.append(f"| 05 | {what}mean activity of the top one above 0.05 | {told}")
            print(lines[-1], flush=True)
    agree = sum(np.allclose(turned(seed), (0.25, 0.5), rtol=0.01) for seed in SEEDS)
    what = "W drawn twice as large turns ¼ as far in SGD's first step, ½ in Adam's"
    lines.append(f"| 14 | {what} | 1 | all | {agree} of {len(SEEDS)} |")
    lines.append(stated_numbers.HEAD.rstrip())
    for row in stated_numbers.rows():
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)
    PLACE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
