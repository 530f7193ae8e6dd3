"""Exercise of lesson 08, does it train?"""

import numpy as np

from initcourse.exercises.check import FunctionExercise

_RNG = np.random.default_rng(8)
_FALLING = 2.3 * np.exp(-np.arange(60) / 20) + 0.01 * _RNG.random(60)
_NEVER = np.full(40, 2.3)
_SPIKY = _FALLING.copy()
_SPIKY[[5, 40]] = 0.1, 2.0


def _first_below(loss, level, never):
    return next((k for k, v in enumerate(loss) if v < level), never)


steps_to = FunctionExercise(
    name="steps_to",
    solution=lambda loss, level: _first_below(loss, level, len(loss)),
    cases=((_FALLING, 0.3), (_NEVER, 0.3), (_SPIKY, 0.3), (_FALLING, 1.0), (_FALLING, 3.0)),
    hint_text="np.argmax of a boolean array is its first True. What does it say if there is none?",
    praise="And a run that never gets there counts with its full length, instead of with 0.",
    slips=(
        (
            lambda loss, level: int(np.argmax(loss < level)),
            "A loss that never falls below the level gets 0 steps here: the best score of all. "
            "Return len(loss) then.",
        ),
        (
            lambda loss, level: int(np.argmax(loss < level)) or len(loss),
            "A loss that starts below the level needs 0 steps, and 0 counts as False in `or`: "
            "here it gets len(loss).",
        ),
        (lambda loss, level: int(np.argmin(loss)), "This is where the loss is lowest."),
        (
            lambda loss, level: int((loss >= level).sum()),
            "This counts all steps above the level; a spike later on counts too. Asked for is the "
            "first step below.",
        ),
        (lambda loss, level: int((loss < level).sum()), "This counts the steps below the level."),
        (
            lambda loss, level: next((k + 1 for k, v in enumerate(loss) if v < level), len(loss)),
            "One too many: Python counts from 0, and so do the steps here.",
        ),
        (
            lambda loss, level: 1 + _first_below(loss, level, len(loss)),
            "One too many everywhere, also for a run that never gets there.",
        ),
        *(
            (
                lambda loss, level, never=never: _first_below(
                    loss, level, len(loss) - 1 if never is None else never
                ),
                f"A run that never gets there gets {told} here; it should count with its full "
                "length, len(loss).",
            )
            for never, told in ((-1, "−1"), (np.inf, "∞"), (None, "len(loss) − 1"))
        ),
    ),
)
