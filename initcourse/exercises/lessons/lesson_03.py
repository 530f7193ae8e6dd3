"""Exercises of lesson 03, Xavier: forwards and backwards."""

import numpy as np

from answer_checks.check import FunctionExercise
from initcourse.exercises.check_initializer import InitializerExercise

_drawn = np.random.default_rng(7).standard_normal

delta_below = FunctionExercise.table(
    "delta, W, slope",
    cases=(
        (_drawn((5, 3)), _drawn((4, 3)), _drawn((5, 4))),
        (_drawn((1, 6)), _drawn((2, 6)), _drawn((1, 2))),
    ),
)("""
below = delta @ W.T

below * slope  # The gradient climbs down through W transposed, and each unit multiplies by its φ′.
below  # φ′ is missing: multiply by `slope`, elementwise.
below * slope * slope  # φ′ is squared here. It is squared in E[φ′²] only.
below / delta.shape[1] * slope  # Nothing is averaged here: no division.
below * slope / len(delta)  # The batch is not averaged over here.
below * (1 - slope**2)  # `slope` is φ′ already. 1 − h² makes φ′ of tanh from h, which is done here.
below * (slope > 0)  # `slope` is φ′ itself, not only where it is > 0.
below / slope  # φ′ multiplies on the way down; here it divides.
np.sum(below * slope, axis=0)  # This sums over the batch; asked for is δ for each input, (batch,
    # units).
np.mean(below * slope, 0)  # This averages over the batch; asked for is δ for each input, (batch,
    # units).
(W @ delta.T) * slope.T  # This is transposed: (batch, units) goes in, and comes out.
-below * slope  # The sign: δ is the gradient; a step's minus comes later.
below * (1 - np.tanh(slope) ** 2)  # `slope` is φ′(z) already, not z: no tanh here.
below * slope.mean(axis=0)  # Each input has its own φ′: no mean here.
slope.mean() * below  # Each unit has its own φ′: no mean here.
delta @ np.linalg.pinv(W) * slope  # This inverts W. A gradient passes through W transposed: W.T.
below + slope  # φ′ multiplies, it is not added: the chain rule.
...  # δ has one column for each unit above; W.T brings it to the units below.
""")

taper_factor = FunctionExercise.table(
    "widths", cases=(([784, 512, 256, 128, 64, 10],), ([30, 20],), ([5, 50, 500],))
)("""
a, b = np.array([widths[:-1], widths[1:]])

np.prod(2 * a / (a + b))  # On 784-512-256-128-64-10 it is 4.96: Glorot's compromise keeps neither
    # direction.
np.prod(2 * b / (a + b))  # This is the backward factor: it uses n_out·Var W. Forward it is n_in·Var
    # W.
np.prod(2 / (a + b))  # This multiplies the variances. A layer multiplies by n_in times the
    # variance.
np.prod(np.sqrt(2 * a / (a + b)))  # This is the factor on the std; asked for is the strength.
1  # That would be 1/n_in. Under 2/(n_in + n_out) the factor is not 1.
2 * a / (a + b)  # These are the factors of the layers; asked for is their product, one number.
np.prod(a / (a + b))  # The 2 is missing in every layer: n_in·2/(n_in + n_out).
np.prod((a + b) / (2 * a))  # This is upside down: one over the factor.
np.prod((2 * a / (a + b))[:-1])  # The last layer is missing: k widths make k − 1 layers.
np.prod((2 * a / (a + b))[1:])  # The first layer is missing: k widths make k − 1 layers.
(2 * a / (a + b))[0]  # This is the first layer only: does return stand inside the loop?
np.prod(a / b)  # n_in/n_out is not the factor; n_in·Var W is, with Var W = 2/(n_in + n_out).
np.sum(2 * a / (a + b))  # The factors of the layers multiply; here they are added.
np.mean(2 * a / (a + b))  # The factors of the layers multiply; here they are averaged.
np.prod(2 * a / a + b)  # Brackets are missing: n_in + n_out stands below the line as a whole.
2 * widths[0] / (widths[0] + widths[-1])  # This looks at the two ends only; every layer has a
    # factor.
...  # By what does one layer multiply the strength, and what do all layers do together?
""")

xavier_uniform = InitializerExercise.table(name="my_xavier_uniform")("""
b = np.sqrt(6 / (n_in + n_out))  # U(±√(6/(n_in + n_out))): Glorot and Bengio's normalized
    # initialization.
b = np.sqrt(2 / (n_in + n_out))  # The bound equals the std: the factor √3 is missing.
b = np.sqrt(3 / n_in)  # This is variance 1/n_in: LeCun's rule. Glorot's uses both fans.
b = np.sqrt(3 / n_out)  # This is variance 1/n_out, the backward rule alone.
b = np.sqrt(3 / (n_in + n_out))  # The 2 is missing: the variance is 2/(n_in + n_out).
b = 1 / np.sqrt(n_in + n_out)  # The bound is 1/√(n_in + n_out); it should be √6 times that.
b = np.sqrt(6) / (n_in + n_out)  # The root covers the 6 only. It is √(6/(n_in + n_out)).
std = np.sqrt(6 / (n_in + n_out))  # √(6/(n_in + n_out)) is used as the std; it is the bound.
b = 2 / np.sqrt(n_in + n_out)  # The bound is √(4/…): b² = 3·2/(n_in + n_out), so √6.
b = 2 / (n_in + n_out)  # The bound is the variance 2/(n_in + n_out). It is √3 times the root of
    # that.
std = 2 / (n_in + n_out)  # The variance 2/(n_in + n_out) is used as std: take √.
b = 1 / np.sqrt(n_in)  # The bound is 1/√n_in, the heuristic that Glorot and Bengio argue against.
b = np.sqrt(12 / (n_in + n_out))  # 4/(n_in + n_out): one factor 2 too many.
b = 6 / (n_in + n_out)  # The bound is 6/(n_in + n_out): take its root.
b = np.sqrt(6 / n_in)  # This is variance 2/n_in: He's rule, for ReLU.
b = np.sqrt(6 / n_out)  # This is variance 2/n_out; Glorot's uses both fans.
b = np.sqrt(6 / (n_in * n_out))  # The fans are multiplied; Glorot's rule adds them.
b = np.sqrt(6 / (n_in + n_out)) / 2  # Half as wide as it should be: from −b to b the width is 2b.
    # rng.random() − ½ reaches from −½ to ½.
...  # Var U(−b, b) = b²/3, and it must be 2/(n_in + n_out). Solve for b.
""")
