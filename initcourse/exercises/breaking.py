"""Exercises of lesson 01, breaking a network on purpose."""

import numpy as np

from initcourse.exercises.engine import FunctionExercise

_RNG = np.random.default_rng(7)


def _drawn(*shape):
    return _RNG.standard_normal(shape)


_TWINS = np.array([[1.0, 2.0, 1.0, 2.0, 5.0], [3.0, 4.0, 3.0, 4.0, 6.0], [0.0, 1.0, 0.0, 1.0, 1.0]])

distinct_units = FunctionExercise(
    name="distinct_units",
    solution=lambda W: len(np.unique(W, axis=1).T),
    cases=((_TWINS,), (np.full((4, 6), 0.25),), (_drawn(3, 5),)),
    hint_text="A unit's incoming weights are a column of W: np.unique(W, axis=1) keeps each once.",
    praise="Equal columns are one unit that is paid for several times.",
    slips=(
        (
            lambda W: len(np.unique(W, axis=0)),
            "This counts rows. W is used as h @ W, so a unit's incoming weights are a column.",
        ),
        (lambda W: np.unique(W).size, "This counts different numbers, not different columns."),
        (lambda W: W.shape[1], "This counts all columns, equal ones too."),
        (
            lambda W: np.unique(W, axis=1).T,
            "These are the different columns themselves; asked for is how many.",
        ),
        (
            lambda W: W.shape[1] - len(np.unique(W, axis=1).T),
            "This counts the columns that are repeats; asked for is how many are different.",
        ),
    ),
)

factor_per_layer = FunctionExercise(
    name="factor_per_layer",
    solution=lambda first, last, steps: (last / first) ** (1 / steps),
    cases=((1.0, 1e-9, 30), (2.0, 50.0, 4), (0.3, 0.1, 7)),
    hint_text="Equal factors multiply: last = first · factor**steps. Solve for the factor.",
    praise="Depth multiplies, so the factor of one layer is a root, not a quotient.",
    slips=(
        (
            lambda first, last, steps: last / first / steps,
            "You divided by the number of steps. Factors multiply, so take the root instead.",
        ),
        (lambda first, last, steps: last / first, "This is the factor over all layers, not one."),
        (
            lambda first, last, steps: (first / last) ** (1 / steps),
            "This is upside down: it is first/last.",
        ),
        (
            lambda first, last, steps: (last / first) ** (1 / (steps - 1)),
            "One step too few: `steps` is already the number of multiplications.",
        ),
        (
            lambda first, last, steps: np.log(last / first) / steps,
            "This is the logarithm of the factor. Take exp of it.",
        ),
        (
            lambda first, last, steps: (last - first) / steps,
            "This is a difference per layer. Layers multiply a signal, they do not add to it.",
        ),
    ),
)
