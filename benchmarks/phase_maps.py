"""Train tanh networks all over the phase diagram, at three widths and two budgets: lesson 12.

    python benchmarks/phase_maps.py

Writes initcourse/data/phase_maps.csv, from which the lesson draws its maps: the training accuracy
of 360 networks, three seeds a place. It takes some minutes; the lesson trains a few of them again.
"""

from itertools import product
from pathlib import Path

import numpy as np

import initcourse as ic

PLACE = Path(__file__).resolve().parents[1] / "initcourse" / "data" / "phase_maps.csv"
SIGMA_W2, SIGMA_B2, DEPTHS = (0.4, 0.75, 1.0, 1.76, 4.0), 0.05, (5, 10, 20, 28)
WIDTHS, STEPS, SEEDS = (32, 64, 128), (260, 1040), range(3)
OPTIONS = {"learning_rate": 0.01, "batch": 32, "optimizer": "momentum"}


def network(sigma_w2, depth, width, seed):
    """Return a tanh network for the digits with n·Var W = σ_w² and Var b = `SIGMA_B2`."""

    def init(shape, rng):  # NumPy's square root makes float64 of it: all was trained in float64
        return np.sqrt(sigma_w2) * ic.lecun_normal(shape, rng=rng, dtype=np.float32)

    rng = np.random.default_rng([seed, depth])
    net = ic.MLP.create([64] + [width] * depth + [10], init, ic.tanh, rng=rng)
    net.biases = [
        np.sqrt(SIGMA_B2) * rng.standard_normal(b.shape, dtype=np.float32) for b in net.biases
    ]
    return net


def accuracies(sigma_w2, depth, width, steps, seeds=SEEDS):
    """Return the training accuracies of networks at one depth, shape (len(sigma_w2), seeds)."""
    digits = ic.load_digits()
    x, y = digits.x_train.astype(np.float32), digits.y_train
    nets = [network(value, depth, width, seed) for value in sigma_w2 for seed in seeds]
    stacks, _ = ic.sweep(nets, x, y, steps=steps, **OPTIONS)
    guesses = np.concatenate([stack.forward(x).output.argmax(axis=-1) for stack in stacks])
    return (guesses == y).mean(axis=-1).reshape(len(sigma_w2), len(seeds))


def main():
    """Train all of them; write a line a network, in the order of the first line's names."""
    lines = ["steps,width,sigma_w2,depth,seed,accuracy"]
    for steps, width in product(STEPS, WIDTHS):
        found = np.stack([accuracies(SIGMA_W2, d, width, steps) for d in DEPTHS], axis=1)
        places = product((steps,), (width,), SIGMA_W2, DEPTHS, SEEDS)
        for place, accuracy in zip(places, found.ravel(), strict=True):
            lines.append(",".join(map(str, place)) + f",{accuracy:.3f}")
        print(steps, width, np.median(found, axis=-1).round(2).tolist(), flush=True)
    PLACE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
