"""Lesson 08's table with more rates and more seeds than the notebook has time for.

    python benchmarks/tuned_rates.py

Writes benchmarks/TUNED.md. It takes some minutes.
"""

from pathlib import Path

import numpy as np

import initcourse as ic

PLACE = Path(__file__).with_name("TUNED.md")
PHIS, RULES = (ic.sigmoid, ic.tanh, ic.relu), ("small_normal", "unit_normal", "xavier", "he")
#: depth → rates tried, and steps
RATES = {3: (0.01, 0.1, 0.3, 1.0, 3.0), 10: (0.03, 0.1, 0.3, 1.0), 30: (0.01, 0.03, 0.1)}
STEPS = {3: 300, 10: 300, 30: 400}
#: (activation, depth, rule) → rates of its own
OWN = {
    ("ReLU", 3, "unit_normal"): (0.003, 0.01, 0.1),
    ("ReLU", 10, "unit_normal"): (1e-9, 3e-9, 1e-8, 3e-8, 0.1),
    ("sigmoid", 10, "xavier"): (0.1, 1.0, 10.0),
    ("sigmoid", 10, "he"): (0.1, 1.0, 10.0),
    ("sigmoid", 30, "xavier"): (0.01, 0.1, 1.0, 10.0),
    ("sigmoid", 30, "he"): (0.01, 0.1, 1.0, 10.0),
    ("tanh", 10, "unit_normal"): (0.001, 0.01, 0.03, 0.1, 0.3, 1.0),
    ("tanh", 30, "unit_normal"): (1e-8, 1e-6, 1e-4, 0.01, 0.1),
    ("ReLU", 30, "unit_normal"): (1e-25, 1e-24, 1e-23),
    ("ReLU", 30, "xavier"): (0.01, 0.03, 0.1, 1.0, 100.0, 1e4),
}
HEAD = """# Lesson 08's table, with more rates and seeds

Written by `python benchmarks/tuned_rates.py`: 64 units a layer, batches of 32 digits, SGD, 300
steps (400 at depth 30). At each rate seeds 100 to 107 search, by their median; at the best rate
seeds 108 to 112 are reported: their median, lowest and highest share of the training digits.
No lesson uses these seeds. A rule learns when the median is above one half.

| activation | depth | rule | rates tried | best | median | lowest | highest | learns |
|---|---|---|---|---|---|---|---|---|
"""


def kind(rule, phi, depth):
    """Return how a network is drawn from a seed, and the rates to try."""

    def init(shape, rng):
        return ic.RULES[rule].draw(shape, rng=rng, dtype=np.float32)

    def draw(seed):
        return ic.MLP.create([64] * (depth + 1) + [10], init, phi, rng=seed)

    return draw, OWN.get((phi.name, depth, rule), RATES[depth])


def tuned(phi, depth, rules=RULES):
    """Return rule → what `tune` finds; five fresh seeds each, also of those that do not learn."""
    digits = ic.load_digits()
    return ic.tune(
        {rule: kind(rule, phi, depth) for rule in rules}, digits.x_train.astype(np.float32),
        digits.y_train, search=range(100, 108), report=range(108, 113), worth=0.0,
        steps=STEPS[depth], batch=32,
    )  # fmt: skip


def line(phi, depth, rule, found):
    """Return a row of the table."""
    low, median, high = np.percentile(found.accuracy, (0, 50, 100))
    tried, word = ", ".join(f"{rate:g}" for rate in found.searched), "learns" * bool(median > 0.5)
    return (
        f"| {phi.name} | {depth} | {ic.RULES[rule].label} | {tried} | {found.rate:g} "
        f"| {median:.2f} | {low:.2f} | {high:.2f} | {word or '-'} |"
    )


def main():
    """Tune every rule for every activation and depth; write a row for each."""
    rows = []
    for depth in RATES:
        for phi in PHIS:
            rows += [line(phi, depth, *found) for found in tuned(phi, depth).items()]
            print(*rows[-len(RULES) :], sep="\n", flush=True)
    PLACE.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
