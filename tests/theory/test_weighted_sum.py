"""The predicted distribution of a weighted sum, against simulation and where it is known."""

from math import erf

import numpy as np
import pytest

from initcourse.explorers import WeightedSumExplorer
from initcourse.explorers.weighted_sum import measure
from initcourse.theory import weighted_sum

SETTINGS = [
    (1, 1.0, 0.0, 0.0),
    (2, 0.5, 1.5, 0.3),
    (5, 0.2, 0.0, 1.0),
    (40, 0.025, 1.0, 0.0),
    (200, 0.01, -2.0, 0.8),
]
#: A normal variable lies beyond ±6 with probability 2e-9.
Z = 6


def simulated(n, var_w, mean, correlation, rng, draws=40_000):
    """The sums, from the definition: weights, and inputs with a common part."""
    common, own = rng.standard_normal((draws, 1)), rng.standard_normal((draws, n))
    x = mean + np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    return ((np.sqrt(var_w) * rng.standard_normal((draws, n))) * x).sum(1), (x**2).sum(1)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_distribution_against_simulation(setting):
    """At 9 places: the share of draws below is binomial, limit 6 of its standard errors.

    Its mean is the prediction if that is right, so a test fails by chance with a probability
    below 9 × 2e-9, all five together below 1e-7. A prediction 0.015 off is found.
    """
    z, _ = simulated(*setting, np.random.default_rng(1))
    places = np.sqrt(weighted_sum.power(*setting[:3])) * np.linspace(-2, 2, 9)
    chance = weighted_sum.distribution(places, *setting)
    share = (z[:, None] <= places).mean(0)
    assert (abs(share - chance) < Z * np.sqrt(chance * (1 - chance) / len(z))).all()


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_power_and_spreads_against_simulation(setting):
    """Means over 40 000 draws, limit 6 of their measured standard errors."""
    n, var_w, mean, correlation = setting
    z, strength = simulated(*setting, np.random.default_rng(2))
    close(z**2, weighted_sum.power(n, var_w, mean))
    total = n * (1 + mean**2)
    close((strength / total - 1) ** 2, weighted_sum.relative_spread(n, mean, correlation))
    w = np.random.default_rng(3).standard_normal((40_000, n))
    own = (1 - correlation) * (w**2).sum(1) + (correlation + mean**2) * w.sum(1) ** 2
    close((own / total - 1) ** 2, weighted_sum.neuron_spread(n, mean, correlation))


def close(sample, expected):
    assert abs(sample.mean() - expected) < Z * sample.std() / np.sqrt(len(sample))


def test_many_inputs_make_a_gaussian():
    # relative spread 2/n of the inputs' strength: the excess kurtosis is 6/n
    z = np.linspace(-4, 4, 17)
    exact = np.array([(1 + erf(place / np.sqrt(2))) / 2 for place in z])
    assert weighted_sum.distribution(z, 500_000, 2e-6) == pytest.approx(exact, abs=1e-5)


def test_a_fixed_strength_makes_a_gaussian():
    # x = µ, far from 0, and nothing else: Σx² is the same for every draw
    z = 1e4 * np.linspace(-3, 3, 13)
    exact = np.array([(1 + erf(place / np.sqrt(2) / 1e4)) / 2 for place in z])
    assert weighted_sum.distribution(z, 1, 1.0, mean=1e4) == pytest.approx(exact, abs=1e-5)


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s[0] > 1], ids=str)
def test_distribution_rises_from_0_to_1_around_one_half(setting):
    sigma = np.sqrt(weighted_sum.power(*setting[:3]))
    chance = weighted_sum.distribution(sigma * np.linspace(-12, 12, 97), *setting)
    assert chance[48] == pytest.approx(0.5, abs=1e-12)
    assert chance + chance[::-1] == pytest.approx(np.ones(97), abs=1e-9)
    assert np.diff(chance).min() > -1e-6
    assert chance[0] == pytest.approx(0, abs=2e-4)


def test_the_explorers_draws_are_what_it_says():
    n, var_w, mean, correlation = 64, 1 / 64, 1.0, 0.5
    z, neurons = measure(n, var_w, mean, correlation, seed=0)
    close(z**2, weighted_sum.power(n, var_w, mean))
    close(neurons, weighted_sum.power(n, var_w, mean))
    assert "mean z²" in WeightedSumExplorer(n=n).text
