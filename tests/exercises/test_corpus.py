"""Right answers are accepted, and wrong ones get the sentence that helps.

The exercises' own code is read, and the other spellings of the corpus. A check that draws, and an
answer that draws, are run with five seeds. All other checks are deterministic: they compare with
fixed cases, or (the clinic) train networks of fixed seeds, and are run once.
test_false_refusals.py calculates how often a check that draws would refuse a right answer.
"""

import itertools
import sys

import numpy as np
import pytest
from corpus import EXERCISES, PARAMETERS, RIGHT, WRONG, Pandas, check, slip

from initcourse.exercises import (
    FunctionExercise,
    InitializerExercise,
    PatientExercise,
    ValueExercise,
)
from initcourse.exercises import check_initializer as initializer

SEEDS = range(1, 101, 20)
WITH_SLIPS = [name for name, exercise in EXERCISES.items() if getattr(exercise, "slips", None)]


def verdicts(name, code, monkeypatch):
    """Yield the verdict for every seed that can change it."""
    module = sys.modules[type(EXERCISES[name]).__module__]
    draws = hasattr(module, "SEED")  # of the check's own draw
    for seed in SEEDS if draws or "SEED" in code else SEEDS[:1]:
        monkeypatch.setattr(module, "SEED", seed, raising=False)
        yield check(name, code, seed)


@pytest.fixture(autouse=True)
def _global_state():
    # some wrong answers draw from NumPy's global generator
    state = np.random.get_state()  # noqa: NPY002
    yield
    np.random.set_state(state)  # noqa: NPY002


def single(value):
    if isinstance(value, list):
        return [single(v) for v in value]
    return np.float32(value) if isinstance(value, (float, np.ndarray)) else value


def whole(value):
    return int(value) if isinstance(value, float) and value == int(value) else value


class Function:
    def __init__(self, function):
        self.function = function

    def __call__(self, *case):
        np.random.seed(0)  # noqa: NPY002 - a result does not depend on it
        return self.function(*case)


def styles(right):
    """Return one right function as learners may hand it over."""
    return {
        "lambda": lambda *case: right(*case),
        "object": Function(right),
        "method": Function(right).__call__,
        "float32": lambda *case: right(*map(single, case)),
        "int": lambda *case: right(*map(whole, case)),
        "0-d": lambda *case: np.array(right(*case)),
        "list": lambda *case: np.asarray(right(*case)).tolist(),
        "pandas": lambda *case: Pandas(right(*case)),
    }


@pytest.mark.parametrize("name", EXERCISES)
def test_right_answers_in_every_style_are_accepted(name, monkeypatch):
    exercise = EXERCISES[name]
    told = [(code, v) for code in RIGHT.get(name, ()) for v in verdicts(name, code, monkeypatch)]
    if isinstance(exercise, FunctionExercise):
        functions = styles(slip(name, exercise.solution))
        told += [(style, exercise.check(function)) for style, function in functions.items()]
    elif not isinstance(exercise, PatientExercise):
        told.append((exercise.solution, exercise.check(slip(name, exercise.solution))))
    praise = getattr(exercise, "praise", None)
    assert not [row for row in told if not row[1].right or praise not in (None, row[1].text)]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_get_the_words_that_help(name, monkeypatch):
    other = [
        (code, words, verdict)
        for code, words in WRONG[name]
        for verdict in verdicts(name, code, monkeypatch)
        # a function that returns nothing is not answered yet
        if words not in verdict.text or verdict.right is True
    ]
    assert not other


@pytest.mark.parametrize("name", WITH_SLIPS)
def test_each_slip_gets_its_own_sentence_in_both_spellings(name):
    exercise = EXERCISES[name]
    own = {code: exercise.check(slip(name, code)).text for code in exercise.slips}
    assert own == exercise.slips
    assert len(set(own.values())) == len(own)
    if name not in WRONG:
        return
    others = {check(name, code).text for code, _ in WRONG[name] if code.strip() not in own}
    assert set(own.values()) <= others
    for _, words in WRONG[name]:
        assert sum(words in sentence for sentence in own.values()) <= 1, words


@pytest.mark.parametrize("name", WITH_SLIPS)
def test_right_answer_and_slips_are_further_apart_than_the_tolerance(name):
    exercise = EXERCISES[name]
    codes, results = [exercise.solution, *exercise.slips], []
    if isinstance(exercise, ValueExercise):
        rtol = 2.5 * exercise.rtol
        results = [[exercise.number_from(code, right=exercise.value)] for code in codes]
    elif isinstance(exercise, FunctionExercise):
        rtol = max(0.01, 3 * exercise.rtol)
        functions = map(exercise.function_from, codes)
        results = [[np.asarray(f(*case), float) for case in exercise.cases] for f in functions]
    elif isinstance(exercise, InitializerExercise):
        rtol = 0.06
        sizes = initializer.N_IN, initializer.N_OUT
        results = [[exercise.variance(*sizes, code=code)] for code in codes]
    else:
        rtol = 0.01
        results = [[exercise.factor(code, case) for case in exercise.cases] for code in codes]
    for one, other in itertools.combinations(results, 2):
        assert any(
            np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=rtol, atol=1e-9)
            for a, b in zip(one, other, strict=True)
        ), (one, other)


def test_every_exercise_with_a_second_spelling_has_enough_answers():
    assert set(RIGHT) == set(WRONG) <= set(EXERCISES) == set(PARAMETERS)
    for name in RIGHT:
        patient = isinstance(EXERCISES[name], PatientExercise)
        assert len(set(RIGHT[name])) == len(RIGHT[name]) >= 2
        assert len(set(WRONG[name])) == len(WRONG[name]) >= (3 if patient else 8)
