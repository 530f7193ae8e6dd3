"""Write torch_training.json: training in PyTorch, number by number, for the tests.

    python -m pip install -r benchmarks/requirements.txt
    python tests/reference/make_torch_training.py

The start is written down too, so that nothing depends on a random generator.
"""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

WIDTHS, EXAMPLES, STEPS = (5, 7, 4, 3), 8, 3
ACTIVATIONS = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "ReLU": torch.relu}
RATES = {"SGD": 0.5, "momentum": 0.2, "Adam": 0.05}


def optimizer(name, parameters):
    """Return PyTorch's optimiser of that name, with the settings of the course."""
    if name == "Adam":
        return torch.optim.Adam(parameters, lr=RATES[name], betas=(0.9, 0.999), eps=1e-8)
    return torch.optim.SGD(parameters, lr=RATES[name], momentum=0.9 * (name == "momentum"))


def start():
    """Return weights, biases, inputs and labels that everything begins with."""
    rng = np.random.default_rng(0)
    pairs = list(pairwise(WIDTHS))
    return {
        "weights": [(rng.standard_normal(pair) / np.sqrt(pair[0])).tolist() for pair in pairs],
        "biases": [(0.1 * rng.standard_normal(n)).tolist() for _, n in pairs],
        "x": rng.standard_normal((EXAMPLES, WIDTHS[0])).tolist(),
        "y": rng.integers(0, WIDTHS[-1], EXAMPLES).tolist(),
    }


def run(begin, phi, name):
    """Train for `STEPS` steps; return the losses and the parameters after each step."""
    weights, biases = (
        [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in begin[kind]]
        for kind in ("weights", "biases")
    )
    x, y = torch.tensor(begin["x"], dtype=torch.float64), torch.tensor(begin["y"])
    step, losses, after = optimizer(name, [*weights, *biases]), [], []
    for _ in range(STEPS):
        h = x
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            h = phi(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ weights[-1] + biases[-1], y)
        step.zero_grad()
        loss.backward()
        step.step()
        losses.append(loss.item())
        after.append([number for p in (*weights, *biases) for number in p.flatten().tolist()])
    return {"rate": RATES[name], "loss": losses, "theta": after}


def make():
    """Return everything that the file holds."""
    begin = start()
    runs = {f"{phi}, {name}": run(begin, ACTIVATIONS[phi], name) for phi in ACTIVATIONS
            for name in RATES}  # fmt: skip
    return {"torch": torch.__version__, "start": begin, "runs": runs}


if __name__ == "__main__":
    path = Path(__file__).with_name("torch_training.json")
    path.write_text(json.dumps(make()).replace('], "', '],\n"') + "\n")
