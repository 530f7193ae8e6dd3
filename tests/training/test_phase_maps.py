"""The stored networks of lesson 12 are those of the script that says it made them."""

import importlib.util
from itertools import product
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "phase_maps.py"
_spec = importlib.util.spec_from_file_location("phase_maps", SCRIPT)
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)


def test_the_stored_networks_are_the_script_s():
    stored = np.loadtxt(script.PLACE, delimiter=",", skiprows=1)
    places = product(script.STEPS, script.WIDTHS, script.SIGMA_W2, script.DEPTHS, script.SEEDS)
    assert stored[:, :5].tolist() == [list(map(float, place)) for place in places]
    # float32 on another processor; half the rate is off by .1
    again = script.accuracies(script.SIGMA_W2[:1], 5, 32, 260)[0]
    assert again == pytest.approx(stored[:3, 5], abs=0.03)
