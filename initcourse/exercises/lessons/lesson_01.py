"""Exercises of lesson 01, breaking a network on purpose."""

import numpy as np

from answer_checks.check import FunctionExercise

_drawn = np.random.default_rng(7).standard_normal

# The last column is the first one but for its last entry.
_TWINS = np.array(
    [[1, 2, 1, 2, 5, 1], [3, 4, 3, 4, 6, 3], [0, 1, 0, 1, 1, 0], [0, 2, 0, 2, 7, 9.0]]
)
# Columns that differ although their first entries, sums, lengths or directions agree.
_ALIKE = np.array([[1, 2, 2, 1, -1, 1, 1, 2], [2, 1, 1, 2, 2, 4, 5, 2.0]])
_MULTIPLES = np.array([[1.0, 2.0, 3.0, 1.0], [2.0, 4.0, 6.0, 2.0]])

distinct_units = FunctionExercise.table(
    "W",
    cases=((_TWINS,), (np.full((4, 6), 0.25),), (_drawn((3, 5)),), (_ALIKE,), (_MULTIPLES,)),
)("""
len(set(map(tuple, W.T)))  # Equal columns are one unit that is paid for several times.
len({tuple(row) for row in W})  # This counts rows. W is used as h @ W, so a unit's incoming weights
    # are a column.
len(set(W.ravel()))  # This counts different numbers, not different columns.
len(W.T)  # This counts all columns, equal ones too.
np.unique(W, axis=1)  # These are the different columns themselves; asked for is how many.
[list(c) for c in np.unique(W.T, axis=0)]  # These are the different columns themselves, as rows;
    # asked for is how many.
W.shape[0]  # This is the number of rows: W.shape[0], and also len(W).
np.linalg.matrix_rank(W)  # This is the rank, where a column and its double count once. Count
    # unequal columns.
len(set(W[0]))  # This looks at the first row only; two units are equal if their whole columns are.
len(np.unique(W[:, 0]))  # This counts the different numbers in the first column; compare whole
    # columns.
len(set(sum(W)))  # This compares the sums of the columns; different columns can have equal sums.
len(np.unique((W**2).sum(0)))  # This compares the lengths of the columns; different columns can be
    # equally long.
np.unique(W, axis=1).size  # This counts the entries of the different columns: size is rows times
    # columns.
W.shape[1] if np.ptp(W, axis=1).any() else 1  # This asks whether all columns are equal. Some may
    # be, while others differ.
1 + np.any(np.diff(W, axis=1), axis=0).sum()  # This compares neighbours; equal columns may stand
    # apart.
W.shape[1] - len(set(map(tuple, W.T)))  # This counts the columns that are repeats; asked for is how
    # many are different.
...  # A unit's incoming weights are a column of W. np.unique can compare whole columns.
""")

# Units 0 and 1 agree in what comes in and goes out, 2 only in what comes in, 3 only in what goes
# out; in the other cases all agree, none do, or only one side does.
_IN, _OUT = _drawn((5, 4)), _drawn((4, 3))
_SOME_IN, _SOME_OUT = _IN[:, [0, 0, 0, 1]], _OUT[[0, 0, 1, 0]]

lasting_units = FunctionExercise.table(
    "W1, W2",
    cases=(
        (_SOME_IN, _SOME_OUT),
        (_IN, _OUT),
        (_IN[:, [0, 0, 0, 0]], _OUT[[0, 0, 0, 0]]),
        (_IN[:, [0, 0, 0, 0]], _OUT),
        (_IN, _OUT[[0, 0, 0, 0]]),
        (np.zeros((5, 4)), _OUT[[0, 1, 1, 1]]),
        (_IN[:, [0, 1, 0, 1]], _OUT[[0, 1, 2, 1]]),
    ),
)("""
ins, outs = np.unique(W1, axis=1).shape[1], np.unique(W2, axis=0).shape[0]
both = np.unique(np.vstack([W1, W2.T]), axis=1).shape[1]

both  # A unit is what comes in together with what comes down: a column of W1 and a row of W2.
ins  # This looks at what comes in. What comes down, through W2, parts units as well (step 5).
outs  # This looks at what comes down, through W2. Units that differ in W1 are different from the
    # start.
min(ins, outs)  # The smaller of the two counts is too few: one side is enough to part two units.
max(ins, outs)  # The larger of the two counts can be too few: some units differ in W1, others in
    # W2.
ins * outs  # Not every column of W1 meets every row of W2: look at the pair that each unit has.
W1.shape[1]  # This counts all units, equal ones too.
np.unique(np.hstack([W1.T, W2]), axis=1).shape[1]  # Here a unit is a row: compare rows, axis=0.
np.unique(W1, axis=0).shape[0]  # This compares rows of W1. A unit's incoming weights are a column.
np.unique(W2, axis=1).shape[1]  # This compares columns of W2. A unit's outgoing weights are a row.
W1.shape[1] - both  # This counts the repeats; asked for is how many are different.
...  # A unit is a column of W1 with its row of W2. Two units stay equal if both agree.
""")

factor_per_layer = FunctionExercise.table(
    "first, last, steps", cases=((1.0, 1e-9, 30), (2.0, 50.0, 4), (0.3, 0.1, 7))
)("""
ratio = last / first

ratio ** (1 / steps)  # Depth multiplies, so the factor of one layer is a root, not a quotient.
ratio / steps  # This divides by the number of steps. Factors multiply, so take the root: **(1 /
    # steps), in brackets, since Python reads **1/steps as (**1)/steps.
ratio  # This is the factor over all layers, not one.
ratio ** (-1 / steps)  # This is upside down: it is first/last.
ratio ** (1 / (steps - 1))  # One step too few: `steps` is already the number of multiplications.
ratio ** (1 / (steps + 1))  # One step too many: `steps` is already the number of multiplications.
last / first ** (1 / steps)  # The root is taken of `first` alone: put brackets around last / first.
last ** (1 / steps) / first  # The root is taken of `last` alone: put brackets around last / first.
math.sqrt(ratio) ** (1 / steps)  # This is the factor on the std. `first` and `last` are mean
    # squares, and so is theirs.
first * ratio ** (1 / steps)  # This is the strength after one layer; asked for is the factor.
last ** (1 / steps)  # The root is right, but of last / first: the signal does not start at 1.
ratio**steps  # This multiplies `steps` times; asked for is the root, with 1 / steps.
ratio**0.5  # This is the square root, right for 2 steps. Take the root of order `steps`.
math.log10(ratio) / steps  # This is the logarithm to base 10 of the factor. Take 10** of it.
np.log(ratio) / steps  # This is the logarithm of the factor. Take exp of it.
(last - first) / steps  # This is a difference per layer. Layers multiply a signal, they do not add
    # to it.
...  # Equal factors multiply: last = first · factor**steps. Solve for the factor.
""")
