"""Case files: each known from its traces alone, cured by its cure and by none of three others.

A patient counts as recovered by the clinic's own measure, and where a file has a goal by that too.
The cures must work on 19 of 20 patients, one draw each, and the wrong ones on none.
"""

import numpy as np
import pytest

import initcourse as ic
from initcourse.clinic import CASE_FILES, Patient, Redraw, ScaleHead
from initcourse.clinic import networks as cases

each_file = pytest.mark.parametrize("name", CASE_FILES)


def counts(day, nightly):
    """Run with seeds from `day`, and at night with those from `nightly`."""
    marked = pytest.param(nightly, marks=pytest.mark.nightly)
    return pytest.mark.parametrize("seeds", [day, marked], ids=["day", "night"])


@counts(range(100, 104), range(100))
@each_file
def test_only_its_own_thread_fits_the_traces(name, seeds):
    for seed in seeds:
        patient = Patient(name, seed)
        against = {other: ic.clinic.contradiction(patient, other) for other in patient.menu}
        assert [other for other, text in against.items() if text is None] == [name], seed
        for text in filter(None, against.values()):
            assert text.endswith(".") and "nan" not in text and "inf" not in text, text


def recovered(name, seeds, prescription):
    """Count the patients that recover, one draw each."""
    patients = [Patient(name, seed) for seed in seeds]
    return sum(p.verify(prescription(p), draws=1).recovered.sum() for p in patients)


@counts(range(100, 101), range(20))
@each_file
def test_the_cure_works_and_three_plausible_treatments_do_not(name, seeds):
    file = CASE_FILES[name]
    assert recovered(name, seeds, file.cure) >= 0.95 * len(seeds)
    assert len(file.wrong) == 3
    tried = [(), *file.wrong] if len(seeds) > 1 else [file.wrong[-1]]
    assert [recovered(name, seeds, lambda p, t=t: t) for t in tried] == [0] * len(tried)


def test_a_grouped_network_is_one_network_for_each_group_and_stays_so():
    rng = np.random.default_rng(0)
    healthy = cases.draw("convolutional", 2, 6, ic.relu, ic.RULES["he"], 0.1, groups=3, rng=rng)
    first, second, _ = healthy.weights
    assert np.mean(second != 0) == pytest.approx(1 / 3)
    # 9 · 2 · 6 = 108 numbers: their variance has a std of 14 %
    assert second[second != 0].var() == pytest.approx(2 / (9 * 2), rel=0.5)
    net, x = cases.network_of(healthy), ic.unit_digits(5).reshape(5, 8, 8, 1)
    signals, options = net.forward(x), {"strides": [2, 1], "padding": "circular"}
    for own in (slice(0, 2), slice(2, 4), slice(4, 6)):
        part = ic.ConvNet([first[..., own], second[:, :, own, own]], ic.relu, **options)
        np.testing.assert_allclose(part.forward(x).output, signals.z[2][..., own], atol=1e-12)
    full = ic.ConvNet(healthy.weights, ic.relu, **options)
    grad = np.ones_like(signals.output)
    for ours, all_of_it, W in zip(
        net.backward(signals, grad).weights,
        full.backward(full.forward(x), grad).weights,
        healthy.weights,
        strict=True,
    ):
        np.testing.assert_array_equal(ours, np.where(W == 0, 0, all_of_it))
    again = Redraw("he")(healthy, rng)
    assert np.array_equal(again.weights[1] != 0, second != 0)


def test_treatments_of_the_head_and_of_first_matrices():
    dead = Patient("LAVT-RIS#25", 0).case(0)
    drawn = Redraw("he", first=True)(dead, np.random.default_rng(0))
    alive = [k for k, W in enumerate(drawn.weights) if W.any()]
    last = len(dead.weights) - 1
    assert alive == [0, *range(1, last, 2), last]
    scaled = ScaleHead(0.5)(dead)
    np.testing.assert_array_equal(scaled.weights[-1], dead.weights[-1] / 2)
    assert scaled.weights[0] is dead.weights[0]


def test_a_healthy_residual_network_is_not_taken_for_one_with_two_zeros():
    patient = Patient("LAVT-RIS#25", 0)
    assert ic.clinic.contradiction(patient, "LAVT-RIS#25") is None
    patient.traces = patient.trace(CASE_FILES["LAVT-RIS#25"].cure(patient))
    assert "Here the first loss is" in ic.clinic.contradiction(patient, "LAVT-RIS#25")
