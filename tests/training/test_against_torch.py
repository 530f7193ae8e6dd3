"""Three steps of training agree with PyTorch to 1e-6, number by number, in float64.

The stored numbers come from `reference/make_torch_training.py`; where PyTorch is installed, it
computes them anew.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from initcourse import ACTIVATIONS, MLP
from initcourse.training.loop import flatten, train
from initcourse.training.optimizers import OPTIMIZERS

REFERENCE = Path(__file__).parents[1] / "reference"
STORED = json.loads((REFERENCE / "torch_training.json").read_text())
RUNS = [f"{phi}, {optimizer}" for phi in ("tanh", "sigmoid", "ReLU") for optimizer in OPTIMIZERS]


def ours(begin, run, rate, steps):
    """Train as the reference did; return the losses and θ after each step."""
    phi, optimizer = run.split(", ")
    net = MLP(
        [np.array(W) for W in begin["weights"]],
        ACTIVATIONS[phi],
        biases=[np.array(b) for b in begin["biases"]],
    )
    x, y = np.array(begin["x"]), np.array(begin["y"])
    losses, thetas = [], []
    for step in train(net, x, y, learning_rate=rate, steps=steps + 1, optimizer=optimizer):
        losses.append(float(step.loss))
        thetas.append(np.concatenate([a.ravel() for a in (*net.weights, *net.biases)]))
    return losses[:-1], thetas[1:]


def assert_agree(reference, run):
    theirs = reference["runs"][run]
    losses, thetas = ours(reference["start"], run, theirs["rate"], len(theirs["loss"]))
    np.testing.assert_allclose(losses, theirs["loss"], rtol=0, atol=1e-6)
    for theta, expected in zip(thetas, theirs["theta"], strict=True):
        np.testing.assert_allclose(theta, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("run", RUNS)
def test_three_steps_are_those_that_pytorch_took(run):
    assert_agree(STORED, run)


def test_the_stored_steps_move_the_weights():
    # a reference that stands still would agree with anything that does
    begin = STORED["start"]
    net = MLP([np.array(W) for W in begin["weights"]], ACTIVATIONS["tanh"])
    assert set(STORED["runs"]) == set(RUNS)
    for run in STORED["runs"].values():
        assert len(run["theta"]) == 3 and len(run["theta"][0]) == flatten(net).size
        assert min(np.abs(np.diff(run["theta"], axis=0)).max(axis=1)) > 1e-3


@pytest.fixture(scope="module")
def fresh():
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed (benchmarks/requirements.txt); stored numbers held")
    spec = importlib.util.spec_from_file_location("made", REFERENCE / "make_torch_training.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script.make()


def test_the_stored_numbers_are_what_the_script_makes(fresh):
    assert fresh["start"] == STORED["start"]
    for run in RUNS:
        for told in ("rate", "loss", "theta"):
            np.testing.assert_allclose(
                fresh["runs"][run][told], STORED["runs"][run][told], rtol=0, atol=1e-12
            )
