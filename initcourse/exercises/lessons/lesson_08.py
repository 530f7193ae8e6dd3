"""Exercises of lesson 08, does it train?"""

import numpy as np

from answer_checks.check import FunctionExercise

_RNG = np.random.default_rng(8)
_FALLING = 2.3 * np.exp(-np.arange(60) / 20) + 0.01 * _RNG.random(60)
_NEVER = np.full(40, 2.3)
_SPIKY = _FALLING.copy()
_SPIKY[[5, 40]] = 0.1, 2.0
_RATES = np.array([0.01, 0.1, 0.3, 1.0, 3.0])


best_rate = FunctionExercise(
    parameters="rates, accuracy",
    solution="rates[np.argmax(np.median(accuracy, axis=1))]",
    cases=tuple((_RATES, _RNG.random((5, 3))) for _ in range(6)),
    hint_text="A row of accuracy is a rate, a column a seed. Which row has the highest median?",
    praise="And the median forgives one seed that fell apart, or one that was lucky.",
    slips={
        "np.argmax(np.median(accuracy, axis=1))": "This is the number of the row. Which rate "
        "stands there?",
        "max(np.median(accuracy, axis=1))": "This is the best median; asked for is the rate that "
        "has it.",
        "rates[np.argmax(np.mean(accuracy, axis=1))]": "This goes by the mean, which one seed that "
        "fell apart pulls down. Take the median.",
        "rates[np.argmax(np.max(accuracy, axis=1))]": "This goes by each rate's luckiest seed.",
        "rates[np.argmax(np.min(accuracy, axis=1))]": "This goes by each rate's worst seed.",
        "rates[np.argmax(accuracy[:, 0])]": "This looks at the first seed only: one draw.",
        "rates[np.argmin(np.median(accuracy, axis=1))]": "This is the worst rate: argmin of an "
        "accuracy.",
        "rates[np.argmax(np.median(accuracy, axis=0))]": "axis=0 takes the median over rates. One "
        "over the seeds of each rate is axis=1.",
        "rates[np.argmax(np.median(accuracy))]": "np.median without an axis makes one number of "
        "the whole table.",
        "max(rates)": "This is the largest rate, whatever the accuracies.",
    },
)

steps_to = FunctionExercise(
    parameters="loss, level",
    solution="below = np.flatnonzero(loss < level)\nreturn below[0] if len(below) else len(loss)",
    cases=((_FALLING, 0.3), (_NEVER, 0.3), (_SPIKY, 0.3), (_FALLING, 1.0), (_FALLING, 3.0)),
    hint_text="np.argmax of a boolean array is its first True. What does it say if there is none?",
    praise="And a run that never gets there counts with its full length, instead of with 0.",
    slips={
        "np.argmax(loss < level)": "A loss that never falls below the level gets 0 steps here: "
        "the best score of all. Return len(loss) then.",
        "np.argmax(loss < level) or len(loss)": "A loss that starts below the level needs 0 "
        "steps, and 0 counts as False in `or`: here it gets len(loss).",
        "np.argmin(loss)": "This is where the loss is lowest.",
        "np.count_nonzero(loss >= level)": "This counts all steps above the level; a spike later "
        "on counts too. Asked for is the first step below.",
        "sum(loss < level)": "This counts the steps below the level.",
        """
for k in range(len(loss)):
    if loss[k] < level:
        return k + 1
return len(loss)
""": "One too many: Python counts from 0, and so do the steps here.",
        "np.argmax(np.append(loss, -np.inf) < level) + 1": "One too many everywhere, also for a "
        "run that never gets there.",
        "for k, v in enumerate(loss):\n    if v < level:\n        return k\nreturn -1": (
            "A run that never gets there gets −1 here; it should count with its full length, "
            "len(loss)."
        ),
        "next((k for k, v in enumerate(loss) if v < level), np.inf)": "A run that never gets "
        "there gets ∞ here; it should count with its full length, len(loss).",
        "below = loss < level\nreturn np.argmax(below) if below.any() else len(loss) - 1": (
            "A run that never gets there gets len(loss) − 1 here; it should count with its full "
            "length, len(loss)."
        ),
    },
)

adam_step = FunctionExercise(
    parameters="g, rate, eps",
    solution="rate * g / (abs(g) + eps)",
    cases=((2.0, 0.001, 1e-8), (-3e-8, 0.01, 1e-8), (3e-10, 0.1, 1e-8), (-2.0, 0.5, 0.5)),
    hint_text="Put t = 1 and zeros for the old m and s: what are m̂ and √ŝ?",
    praise="The rate, with the sign of g, whatever its size: as long as that is well above eps.",
    slips={
        "rate * g": "This is SGD's step.",
        "rate * np.sign(g)": "eps is forgotten. At |g| = eps half of the rate is left.",
        "rate * 0.1 * g / (np.sqrt(0.001) * abs(g) + eps)": "The hats are missing: m is 0.1 g at "
        "t = 1, but m̂ is g, and ŝ is g².",
        "rate * g / (np.sqrt(0.001) * abs(g) + eps)": "ŝ needs its hat too: s/(1 − 0.999) = g².",
        "rate * 0.1 * g / (abs(g) + eps)": "m needs its hat too: m̂ = m/(1 − 0.9) = g.",
        "rate * g / np.sqrt(g**2 + eps)": "eps stands beside the root here, not under it.",
        "rate * abs(g) / (abs(g) + eps)": "The sign is lost: m̂ is g, not |g|.",
        "rate * g / (g**2 + eps)": "Divide by the root of ŝ, not by ŝ.",
        "rate * g / (g + eps)": "√g² is |g|: for a negative g this changes the sign.",
        "g / (abs(g) + eps)": "The rate is missing.",
        "-rate * g / (abs(g) + eps)": "Asked for is what is subtracted: it has the sign of g.",
        "rate / (abs(g) + eps)": "m̂ is missing above the line.",
    },
)
