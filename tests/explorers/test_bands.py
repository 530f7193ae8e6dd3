"""Over seeds the dots lie in the 95 % bands that are drawn in 92 to 98 % of cases, pooled.

tests/theory counts the bands every day; here they are counted in the pictures, every night. Run
with -s for figures.
"""

import numpy as np
import pytest
from explorer_settings import band_at, new

from initcourse.explorers.panels import LayerCurve

CENTRED, LEAKY = "sigmoid − ½", "leaky ReLU 0.1"
SETTINGS = {
    "SignalsExplorer": [
        {}, {"activation": "ReLU", "rule": "he", "depth": 20, "width": 128},
        {"activation": "tanh", "scale": 1.8, "depth": 30, "width": 64, "input": "Gaussian noise"},
    ],
    "LaboratoryExplorer sigmoid": [
        {"activation_A": CENTRED, "activation_B": CENTRED, "scale_A": 4.0,
         "rule_B": "glorot_uniform", "scale_B": 6.0, "depth": 16, "width": 96},
    ],
    "LaboratoryExplorer tanh": [{"rule_B": "orthogonal", "width": 64, "input": "Gaussian noise"}],
    "LaboratoryExplorer ReLU": [
        {"activation_A": LEAKY, "activation_B": LEAKY, "scale_A": 1.4, "depth": 12, "width": 64},
    ],
    "FansExplorer": [
        {"shape": shape, "activation": activation}
        for shape in ("tapering 784-512-256-128-64-10", "bottleneck 256-256-16-256-256")
        for activation in ("identity", "ReLU", "tanh")
    ],
    "WeightedSumExplorer": [{}, {"n": 5, "var_w": 0.2, "mean": 1.0, "correlation": 0.4}],
    "ResidualExplorer": [
        {"width": 64, "depth": 12, **own}
        for own in ({"alpha": "1/√L", "init": "He 2/n twice"},
                    {"alpha": "1/√L", "branch": "φ(hW) (one layer)"})
    ],
    "AnyActivationExplorer": [
        {"activation": "GELU", "sigma_w2": 1.98, "sigma_b2": 0.19, "width": 64, "depth": 16},
        {"activation": "tanh", "sigma_w2": 3.0, "sigma_b2": 0.05, "width": 64, "depth": 20},
        {"formula": "x * tanh(log1p(exp(x)))", "sigma_b2": 0.1, "width": 96, "depth": 16},
    ],
}  # fmt: skip


def curves_of(part):
    """Return what draws a band with dots, anywhere in a picture."""
    if isinstance(part, LayerCurve):
        return [part]
    if isinstance(part, dict | list | tuple):
        parts = part.values() if isinstance(part, dict) else part
        return [curve for inner in parts for curve in curves_of(inner)]
    return []


def in_bands(picture, sums):
    """Return rows of (low, measured, high): of a curve its ends and two layers between."""
    curves = [picture] if sums else curves_of(vars(picture))
    for curve in curves:
        x, y = curve.dots.get_data()
        # a bin with fewer than five draws of 4,000 cannot hit its band with a whole number
        places = np.flatnonzero(y > 5 / 4000) if sums else [0, len(x) // 4, len(x) // 2, -1]
        for k in places:
            low, high = band_at(curve.band, x[k])
            if high > 1.0001 * low:  # where a curve starts it has no spread
                yield low, y[k], high


@pytest.mark.nightly
@pytest.mark.parametrize("name", SETTINGS)
def test_the_band_contains_95_percent(name):
    pooled = []
    for own in SETTINGS[name]:
        explorer = new(name, **own)
        rows = []
        for seed in range(100 if name in ("ResidualExplorer", "AnyActivationExplorer") else 200):
            explorer.show(**{**explorer.settings, "seed": seed})
            rows += in_bands(explorer.picture, sums=name == "WeightedSumExplorer")
        low, measured, high = np.array(rows).T
        inside = (low <= measured) & (measured <= high)
        halved = abs(measured - (low + high) / 2) <= (high - low) / 4
        print(f"\n{name}: {inside.mean():.1%} of {len(rows)}, {halved.mean():.1%} at {own}", end="")
        assert inside.mean() > 0.88, own
        pooled.append((inside.mean(), halved.mean()))
    inside, halved = np.mean(pooled, axis=0)
    assert 0.92 <= inside <= 0.98
    assert halved < 0.9, "the criterion would accept half the band"
