"""Exercises of lesson 05, the sigmoid laboratory."""

import numpy as np

from answer_checks.check import FunctionExercise, ValueExercise

_drawn = np.random.default_rng(5).standard_normal

spread_over_inputs = FunctionExercise.table(
    "h",
    cases=((_drawn((6, 4)),), (_drawn((1, 5)) + 1e-3 * _drawn((7, 5)),), (_drawn((5, 1)) * 3,)),
)("""
h.std(axis=0).mean()  # Down each column, input after input, then the mean over the units.
h.std(axis=1).mean()  # This goes along a row: it is the std over units.
h.std()  # This mixes both spreads, and the larger one hides the smaller.
h.std(axis=0)  # This is one number for each unit; asked for is their mean.
h.var(axis=0).mean()  # This is the variance; the std is its root, taken before the mean.
np.sqrt(h.var(axis=0).mean())  # Take the std of each unit first, then the mean of them.
h.mean(axis=0).std()  # This is how much the units' means differ: the offsets. First the std over
    # inputs, then the mean.
h.mean(axis=1).std()  # This averages over units first, so that their differences cancel. First the
    # std over inputs, then the mean.
h.std(axis=0).max()  # This is the unit that differs most; asked for is the mean.
np.median(h.std(axis=0))  # This is the median; asked for is the mean.
h.std(axis=0, ddof=1).mean()  # With ddof=1 the sum is divided by one less; leave it out.
...  # An input is a row of h. Take the std down each column, then the mean over columns.
""")

centring_bias = FunctionExercise.table("W", cases=((_drawn((4, 3)),), (_drawn((2, 6)),)))("""
-0.5 * W.sum(axis=0)  # Each unit gives back what the ½ of the layer below sends it.
0.5 * np.sum(W, axis=0)  # The sign: the bias takes the offset away, so it is −½ΣW.
-sum(W)  # Each unit below sends ½, not 1: a factor ½ is missing.
-W.sum(1) / 2  # This adds up rows. W is used as h @ W, so what unit j receives stands in column j.
-0.5 * np.mean(W, axis=0)  # What comes in is the sum over units below, not the mean.
-np.sum(W) / 2  # Each unit has its own bias: sum over axis 0 only.
-0.5 * np.ones(W.shape[1])  # The ½ comes through the weights: what arrives at unit j is ½·ΣW[i, j].
-W / 2  # Add up over the units below: one bias for each column.
...  # Unit j receives ½·W[i, j] from every unit i below: add up column j.
""")

critical_sigma_w2 = ValueExercise.table()("""
16  # (¼)²·16 = 1: gain 4, as the old rule says, but for the centred sigmoid.
1 / 0.25  # 4 is the gain, which multiplies the std. σ_w² is its square.
0.25**2  # This is φ′(0)²; σ_w² must make up for it.
1  # That is right for tanh, whose slope at 0 is 1. Here it is ¼.
2  # That is ReLU's value. Use the slope at 0, ¼.
1 / 4  # This is the slope φ′(0).
12.8  # 12.8 is Kumar's value for the plain sigmoid, whose mean is ½. Here it is 0.
8**2  # 64 is gain 8. Slope ¼ times which gain is 1?
103  # 103 belongs to the plain sigmoid. Without its mean much less is enough.
...  # A small signal is multiplied by φ′(0)²·σ_w² per layer.
""")
