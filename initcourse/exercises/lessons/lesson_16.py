"""Exercises of lesson 16, width, depth and the first step."""

import numpy as np

from answer_checks.check import FunctionExercise

_RNG = np.random.default_rng(16)
_CASES = ((_RNG.standard_normal(30), 0.01), (np.maximum(_RNG.standard_normal(90), 0), 0.5))

step_change = FunctionExercise.table("h, eta", cases=_CASES)("""
eta * np.sum(np.abs(h))  # n terms of one sign: they add like n.
eta * np.sqrt(np.sum(h**2))  # That is lesson 02, for terms with independent signs. These all have
    # the sign that lowers the loss.
eta * np.sum(h)  # Where hᵢ is negative the weight moves the other way: the term keeps its sign.
eta * np.mean(np.abs(h))  # This is the mean of the terms. z is their sum.
eta * np.sum(h**2)  # SGD's step is as large as h itself, so its terms are hᵢ². Adam's step is η for
    # every weight.
np.sum(np.abs(h))  # η is missing: it is how far each weight moves.
eta * len(h)  # The weights move by η; each is multiplied by its hᵢ.
eta * np.max(np.abs(h))  # This is the largest term alone.
eta**2 * np.sum(np.abs(h))  # Each term is η·|hᵢ|: η once.
-eta * np.sum(np.abs(h))  # Asked for is how far z moves, a size: no sign.
...  # z changes by Σ hᵢ ΔWᵢⱼ. How large is each term, and can two of them cancel?
""")

mup_rates = FunctionExercise.table("n, base", cases=((256, 64), (1000, 100), (32, 64)))("""
f = base / n

[1, f, f]  # A layer that reads n numbers gets 1/n of the rate; the first one reads pixels.
[f, f, f]  # The first layer reads 64 pixels at every width: its sum does not grow.
[1, f**0.5, f**0.5]  # √n is for terms with independent signs. These agree and add like n.
[1, 1 / f, 1 / f]  # Upside down: the wider the layer, the smaller the rate.
[1, 1 / n, 1 / n]  # At n = base all three must be 1.
[1, f, 1]  # The output layer reads n numbers too.
[1, 1, f]  # The hidden layer in the middle reads n numbers too.
[1, f, f**2]  # 1/n² is the variance of the output's start. Its rate falls like 1/n.
[1, 1, 1]  # That is one rate for all: z₂ and the logits then move by an amount that grows with n.
[1, f]  # Three layers, three factors.
...  # How many terms does a unit of each layer add: does that number grow with n?
""")

output_std = FunctionExercise.table("n, base", cases=((256, 64), (1000, 100), (32, 64)))("""
np.sqrt(base) / n  # Variance base/n²: 1/n at the base width, and falling twice as fast beyond it.
1 / n  # This falls as it should, but at n = base the variance must be 1/base.
1 / np.sqrt(n)  # That is the standard 1/n. The variance has to fall like 1/n².
base / n**2  # This is the variance; asked for is the standard deviation.
base / n  # At n = base this is 1. It should be 1/√base.
np.sqrt(base / n)  # This is the factor on the standard 1/√n. 1/√n itself is missing.
np.sqrt(2 * base) / n  # No ReLU follows the last layer: no factor 2.
np.sqrt(base) / n**2  # This std falls like 1/n². It is the variance that does.
1 / np.sqrt(base)  # This does not fall with n: it is the std at n = base only.
n / np.sqrt(base)  # Upside down: it must fall with n.
...  # The variance is some constant over n². Which constant makes it 1/base at n = base?
""")

depth_power = FunctionExercise.table(
    "a, r", cases=((0.5, 0.5), (1.0, 0.25), (0.3, 0.4), (0.0, 0.0))
)("""
1 - a - r  # L·α·rate: 1/√L leaves ½, and 1/L, or a rate that falls too, leaves 0.
1 - a  # That is for one rate at all depths. A rate L^(−r) makes each change smaller.
0.5 - a - r  # √L is for changes that are independent. These agree, so they add like L.
-a - r  # This is the change of one block. There are L of them.
1 + a + r  # α and the rate fall with L: both take away from the power.
1 - a * r  # Powers of L that are multiplied add their exponents.
1 - 2 * a - r  # A second α would come from SGD's gradient. Adam's step does not hear it.
a + r  # This is how fast one block's change falls. L blocks bring a 1.
1 - a + r  # The rate falls with L: r takes away.
...  # L changes that agree, each multiplied by α, and each weight moved by the rate.
""")
