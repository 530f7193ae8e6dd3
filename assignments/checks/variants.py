"""Which numbers a student gets: they follow from the course's secret and the student's name."""

import hmac
from itertools import combinations, count

from answer_checks.check import ValueExercise

#: Whose numbers the source's own text has; in a release without students, the only one.
MODEL = "model"


def picker(secret, *words):
    """Return a function (name, options) → one of them, as it follows from a secret and words.

    Examples
    --------
    >>> picker(b"secret", "A1", "kim")("n", range(100, 500))
    110
    """

    def pick(name, options):
        text = "\n".join([*words, name]).encode()
        digest = hmac.digest(secret, text, "sha256")
        return options[int.from_bytes(digest, "big") % len(options)]

    return pick


def numbers_of(module, student, secret=b""):
    """Return a student's numbers of an assignment: the first in which no two slips meet."""
    if student == MODEL:
        secret = b""  # the same in every course
    for attempt in count():
        numbers = module.numbers(picker(secret, module.__name__, student, str(attempt)))
        if tells_apart(module.checks(numbers).exercises.values()):
            return numbers


def tells_apart(exercises):
    """Return whether each right number and each slip's is further from the others than accepted."""
    for exercise in (it for it in exercises if isinstance(it, ValueExercise)):
        found = [numbers[0] for numbers, _ in exercise.candidates(None)]
        if any(
            abs(a - b) < 2.5 * exercise.rtol * max(abs(a), abs(b))
            for a, b in combinations(found, 2)
        ):
            return False
    return True
