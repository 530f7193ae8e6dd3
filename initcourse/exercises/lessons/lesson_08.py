"""Exercise of lesson 08, does it train?"""

import numpy as np

from initcourse.exercises.check import FunctionExercise

_RNG = np.random.default_rng(8)
_FALLING = 2.3 * np.exp(-np.arange(60) / 20) + 0.01 * _RNG.random(60)
_NEVER = np.full(40, 2.3)
_SPIKY = _FALLING.copy()
_SPIKY[[5, 40]] = 0.1, 2.0


steps_to = FunctionExercise(
    name="steps_to",
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
