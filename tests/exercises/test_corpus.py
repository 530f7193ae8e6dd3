"""Every answer of the corpus: right ones are accepted, wrong ones get the sentence they must get.

A check that draws, and an answer that draws, are run with 50 seeds. All other checks are
deterministic: they compare with fixed cases, or (the clinic) train networks of fixed seeds, and
give the same verdict every time; they are run once. test_false_refusals.py calculates how often a
check that draws would refuse a right answer.
"""

import importlib.util

import numpy as np
import pytest
from corpus import PARAMETERS, RIGHT, WRONG, answer, check

import initcourse as ic
from initcourse.exercises import FunctionExercise
from initcourse.exercises import check_initializer as initializer
from initcourse.exercises.lessons import lesson_09 as recurrences

#: Exercises whose check draws: the seed of its draw is changed.
DRAWN = ("xavier_uniform", "he_normal", "recurrent_matrix")
SEEDS = range(1, 101, 2)
FUNCTIONS = [n for n in RIGHT if isinstance(getattr(ic.exercises, n), FunctionExercise)]


def verdicts(name, code, monkeypatch):
    """Yield the verdict for every seed that can change it."""
    if "scipy" in code and importlib.util.find_spec("scipy") is None:
        pytest.skip("needs scipy, which the course does not")
    for seed in SEEDS if name in DRAWN or "SEED" in code else SEEDS[:1]:
        monkeypatch.setattr(initializer, "SEED", seed)
        monkeypatch.setattr(recurrences, "SEED", seed)
        yield check(name, code, seed)


@pytest.fixture(autouse=True)
def _global_state():
    # some wrong answers draw from NumPy's global generator
    state = np.random.get_state()  # noqa: NPY002
    yield
    np.random.set_state(state)  # noqa: NPY002


def rows(table):
    return [
        pytest.param(name, *row, id=f"{name}-{k}" + "-scipy" * ("scipy" in row[0]))
        for name in table
        for k, row in enumerate(table[name], 1)
    ]


@pytest.mark.parametrize(("name", "code"), rows({n: [(code,) for code in RIGHT[n]] for n in RIGHT}))
def test_right_answer_is_accepted(name, code, monkeypatch):
    for verdict in verdicts(name, code, monkeypatch):
        assert verdict.right is True, verdict
        praise = getattr(getattr(ic.exercises, name), "praise", verdict.text)
        assert verdict.text == praise


@pytest.mark.parametrize(("name", "code", "words"), rows(WRONG))
def test_wrong_answer_gets_the_sentence_that_helps(name, code, words, monkeypatch):
    for verdict in verdicts(name, code, monkeypatch):
        # a function that returns nothing is not answered yet
        assert verdict.right is (None if "nothing so far" in verdict.text else False), verdict
        assert words in verdict.text, verdict


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("style", ["lambda", "object", "method", "float32", "0-d", "list", "int"])
def test_right_answer_in_every_style_of_function(name, style):
    right = answer(name, RIGHT[name][0])

    class Callable:
        def __call__(self, *case):
            return right(*case)

        def method(self, *case):
            return right(*case)

    def single(value):
        if isinstance(value, list):
            return [single(v) for v in value]
        return np.float32(value) if isinstance(value, (float, np.ndarray)) else value

    def whole(value):
        return int(value) if isinstance(value, float) and value == int(value) else value

    answers = {
        "lambda": lambda *case: right(*case),
        "object": Callable(),
        "method": Callable().method,
        "float32": lambda *case: right(*map(single, case)),
        "0-d": lambda *case: np.array(right(*case)),
        "list": lambda *case: np.asarray(right(*case)).tolist(),
        "int": lambda *case: right(*map(whole, case)),
    }
    verdict = getattr(ic.exercises, name).check(answers[style])
    assert verdict.right is True, verdict


def test_the_corpus_has_answers_to_every_exercise_of_every_lesson():
    assert set(RIGHT) == set(WRONG) == set(PARAMETERS)
    assert len(RIGHT) == 33
    assert sum(map(len, RIGHT.values())) >= 200 and sum(map(len, WRONG.values())) >= 450
    for name in RIGHT:
        patient = name.startswith("patient")
        assert len(set(RIGHT[name])) == len(RIGHT[name]) >= (2 if patient else 5)
        assert len(set(WRONG[name])) == len(WRONG[name]) >= (3 if patient else 8)


@pytest.mark.parametrize("name", [n for n in WRONG if hasattr(getattr(ic.exercises, n), "slips")])
def test_every_named_slip_is_in_the_corpus(name):
    sentences = [sentence for _, sentence in getattr(ic.exercises, name).slips]
    assert len(set(sentences)) == len(sentences)
    told = {check(name, code).text for code, _ in WRONG[name] if "scipy" not in code}
    assert set(sentences) <= told
    for _, words in WRONG[name]:
        assert sum(words in sentence for sentence in sentences) <= 1, words
