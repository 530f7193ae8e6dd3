"""What is stored of long trainings is what the script that says so makes."""

import importlib.util
import json
import re
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from initcourse import RULES


def script(name):
    """Return a script of benchmarks/ as a module."""
    path = Path(__file__).parents[2] / "benchmarks" / f"{name}.py"
    sys.path.insert(0, str(path.parent))  # they import each other
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(path.parent))
    return module


def test_the_stored_networks_of_lesson_12_are_the_script_s():
    maps = script("phase_maps")
    stored = np.loadtxt(maps.PLACE, delimiter=",", skiprows=1)
    places = product(maps.STEPS, maps.WIDTHS, maps.SIGMA_W2, maps.DEPTHS, maps.SEEDS)
    assert stored[:, :5].tolist() == [list(map(float, place)) for place in places]
    # float32 on another processor; half the rate is off by .1
    again = maps.accuracies(maps.SIGMA_W2[:1], 5, 32, 260)[0]
    assert again == pytest.approx(stored[:3, 5], abs=0.03)


def test_fresh_seeds_agree_with_what_the_lessons_claim():
    claims = script("claims")
    counted, numbers = claims.PLACE.read_text("utf-8").split("\n\n## Numbers")
    rows = [line.split(" | ") for line in counted.splitlines()[11:]]
    told = [[f"| {c.lesson}", c.text, str(k), what] for c in claims.CLAIMS
            for k, what in c.claimed.items()]  # fmt: skip
    assert [row[:4] for row in rows[: len(told)]] == told
    returned = [
        [str(k), what] for claimed in claims.RETURNED.values() for k, what in claimed.items()
    ]
    assert [row[2:4] for row in rows[len(told) : -1]] == returned
    for *_, claimed, found in rows:
        count, of = (int(word) for word in found.split()[:3:2])
        least = {"none": 0, "some": 1, "most": of // 2 + 1, "all": of}[claimed]
        assert count >= least and (count == 0 or claimed != "none"), found
    assert claims.turned(7) == pytest.approx([0.25, 0.5], rel=0.01)  # the cheapest, again
    assert claims.stated_numbers.batch_norm_growth(7, 16) == pytest.approx(1.6, abs=0.05)
    assert numbers.count("\n| ") == 25 + 1  # a line a claim, and the table's head


def test_lesson_08_prints_the_words_that_more_rates_and_seeds_give():
    tuned = script("tuned_rates")
    rows = [line.strip("| ").split(" | ") for line in tuned.PLACE.read_text("utf-8").splitlines()]
    stored = {tuple(row[:3]): row for row in rows if len(row) == 9 and row[1].isdigit()}
    labels = {rule: RULES[rule].label for rule in tuned.RULES}
    assert list(stored) == [
        (phi.name, str(depth), label)
        for depth, phi, label in product(tuned.RATES, tuned.PHIS, labels.values())
    ]
    notebook = Path(tuned.PLACE.parents[1], "notebooks", "08_does_it_train.ipynb")
    printed = [
        "".join(output["text"]).splitlines()
        for cell in json.loads(notebook.read_text("utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if re.match(r"\s+depth 3\s+depth 10", "".join(output.get("text", ())))
    ]
    assert len(printed) == 2
    for depths, phis, *lines in printed:
        above = np.repeat(re.findall(r"\d+", depths), len(tuned.PHIS))
        columns = [*zip(phis.split(), map(str, above), strict=True)]
        for line in lines:
            label, *words = re.split(r"\s{2,}", line.strip())
            for column, word in zip(columns, words, strict=True):
                if label in labels.values():
                    assert stored[*column, label][-1] == word, (column, label)
    # the cheapest row, again: float32 on another processor
    found = tuned.tuned(tuned.PHIS[1], 3, ("small_normal",))["small_normal"]
    row = stored["tanh", "3", labels["small_normal"]]
    assert f"{found.rate:g}" == row[4]
    assert np.median(found.accuracy) == pytest.approx(float(row[5]), abs=0.05)
