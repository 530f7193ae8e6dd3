"""Exercises of lesson 02, the variance of a weighted sum."""

import numpy as np

from answer_checks.check import FunctionExercise

_drawn = np.random.default_rng(7).standard_normal

strength_of_sum = FunctionExercise.table(
    "n, var_w, mean_x, var_x",
    cases=((10, 0.5, 0.0, 1.0), (64, 0.02, 1.5, 2.0), (7, 0.3, -0.4, 0.25)),
)("""
n * var_w * (var_x + mean_x**2)  # n·Var w·E[x²]: the mean of the inputs counts, because random
    # signs do not cancel it.
n * var_w * var_x  # This uses Var x. The weights have random signs, so the mean of x counts too:
    # E[x²].
n * var_w * (var_x + mean_x)  # The mean enters squared: E[x²] = Var x + (E x)².
var_w * (var_x + mean_x**2)  # This is one term; the sum has n of them.
np.sqrt(n * var_w * (var_x + mean_x**2))  # You returned the standard deviation; E[z²] is its
    # square.
n * n * var_w * (var_x + mean_x**2)  # n², not n: the cross terms wᵢwⱼxᵢxⱼ average to 0, so
    # variances add n times only.
n * var_w**2 * (var_x + mean_x**2)  # var_w is a variance already: not squared.
n * var_w * var_x + mean_x**2  # Brackets are missing: n·var_w multiplies mean_x² too.
n * var_w * mean_x**2 + var_x  # Brackets are missing: n·var_w multiplies var_x too.
n * var_w * (var_x**2 + mean_x**2)  # var_x is a variance already: not squared.
n * var_w * (var_x + mean_x) ** 2  # Square the mean only, then add: Var x + (E x)².
n * var_w * (var_x - mean_x**2)  # The sign is wrong: Var x = E[x²] − (E x)², so E[x²] is the sum.
n * var_w * (var_x + mean_x**2) ** 0.5  # E[x²] is taken as it is: no root.
n * np.sqrt(var_w) * (var_x + mean_x**2)  # The weights' variance enters as it is: no root.
n * var_w  # The inputs do not occur: this is the factor on E[x²].
n * (var_w * var_x + mean_x**2)  # Brackets are missing: var_w multiplies mean_x² too.
var_w * var_x  # This is one term, without the mean: n·Var w·E[x²].
n * var_w * mean_x**2  # This keeps the mean of x only; E[x²] has Var x too.
...  # Step 2's line has E[x²] in it. How is E[x²] made of the variance and the mean?
""")

strengths = FunctionExercise.table(
    "hs",
    cases=(
        ([_drawn((6, 4)) + 1, 3 * _drawn((6, 5))],),
        ([np.ones((3, 2)), np.abs(_drawn((3, 7))), _drawn((3, 2))],),
    ),
)("""
[np.mean(h**2) for h in hs]  # The mean of h², not its variance: the next layer multiplies what is
    # there.
[h.var() for h in hs]  # This is np.var, which takes the mean away first. A constant layer of 1s has
    # strength 1, not 0.
[np.std(h) for h in hs]  # This is the standard deviation; asked for: mean h².
[h.var(axis=0).mean() for h in hs]  # This is the variance over inputs, averaged over units. Take no
    # mean away: mean(h²).
[h.var(1).mean() for h in hs]  # This is the variance over units, averaged over inputs. Take no mean
    # away: mean(h²).
sum((h**2).mean() for h in hs)  # This adds the layers up; asked for is one number a layer.
[np.mean(h) ** 2 for h in hs]  # Square first, then average: mean(h²).
[(h * h).sum() for h in hs]  # This is the sum; divide by the number of entries.
[np.sqrt((h**2).mean()) for h in hs]  # This is the root mean square; asked for is its square.
[abs(h).mean() for h in hs]  # This is the mean of |h|, not of h².
[h.mean() for h in hs]  # This is the mean of h; square h first: mean(h²).
[np.linalg.norm(h) for h in hs]  # This is the norm, the root of the sum of h². Asked for is the
    # mean of h².
[np.sum(h**2) / len(h) for h in hs]  # This divides by the number of rows only; a mean over all
    # entries divides by h.size.
[np.sum(h**2) / len(h[0]) for h in hs]  # This divides by the number of columns only; the mean
    # divides by h.size.
np.mean(hs[0] ** 2)  # This is the first layer only: does return stand inside the loop?
[np.mean(hs[0] ** 2)]  # This list ends after the first layer: does return stand inside the loop?
np.mean(hs[-1] ** 2)  # This is the last layer only; collect one number a layer in a list.
np.mean([np.mean(h**2) for h in hs])  # This averages over the layers too; asked for is one number a
    # layer.
...  # One number a layer: the mean of h² over all entries.
""")

weight_std = FunctionExercise.table("n", cases=((4,), (100,), (300,)))("""
1 / np.sqrt(n)  # 1/√n is the standard deviation, and 1/n the variance.
1 / n  # You returned the variance 1/n; the standard deviation is its root.
math.sqrt(n)  # This grows with n. More inputs need smaller weights: 1/√n.
(2 / n) ** 0.5  # √(2/n) is He's, for ReLU. Here nothing is cut away: 1/√n.
np.sqrt(3 / n)  # √(3/n) is the bound of a uniform draw with variance 1/n.
n**-1/2  # In Python n**-1/2 is (1/n)/2. Write n**-0.5, or 1/√n.
2 / n  # This is He's variance 2/n. Here nothing is cut away: 1/√n.
n  # n·std² must be 1, so std falls with n: 1/√n.
(1 / 3 / n) ** 0.5  # 1/√(3n) is the std of U(±1/√n), and would give n·std² = 1/3.
n**-2  # n·std² must be 1: std = 1/√n, not 1/n².
...  # n·Var w = 1 gives the variance 1/n. What is the standard deviation?
""")
