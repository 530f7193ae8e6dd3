"""The checks of the assignments, without nbgrader: variants, slips, and what a mark raises."""

import importlib

import numpy as np
import pytest

from initcourse.exercises.check import FunctionExercise, ValueExercise
from initcourse.exercises.check_initializer import InitializerExercise
from initcourse.exercises.marks import turn

MODULES = [importlib.import_module(f"initcourse.exercises.assignment_{i}") for i in (1, 2, 3, 4)]
SEEDS = range(60)
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__[-1])


def of_kind(module, seed, kind):
    return [e for e in module.checks(seed).exercises.values() if isinstance(e, kind)]


@each_module
def test_no_slip_is_right_in_any_variant(module):
    """The right number, and each slip's, are further apart than what is accepted."""
    for seed in SEEDS:
        for exercise in of_kind(module, seed, ValueExercise):
            assert np.isfinite(exercise.value)
            assert exercise.check(exercise.value).right is True
            for code, sentence in exercise.slips.items():
                verdict = exercise.check(exercise.number_from(code, right=exercise.value))
                assert verdict.right is False, (seed, exercise.name, sentence)
                assert verdict.text != exercise.hint_text


@each_module
def test_each_slip_of_a_value_gets_its_own_sentence(module):
    """In seed 1, the default; in others two may meet in one number, in one of five at most."""
    said = {}
    for seed in SEEDS:
        for exercise in of_kind(module, seed, ValueExercise):
            for code, sentence in exercise.slips.items():
                number = exercise.number_from(code, right=exercise.value)
                own = exercise.check(number).text == sentence
                said.setdefault((exercise.name, sentence), []).append(own)
    for which, own in said.items():
        assert own[1] and np.mean(own) >= 0.8, which


@each_module
def test_each_slip_of_a_function_gets_its_own_sentence(module):
    for seed in (1, 2):
        for exercise in of_kind(module, seed, FunctionExercise):
            for code, sentence in {exercise.solution: exercise.praise, **exercise.slips}.items():
                function = exercise.function_from(code)
                verdict = exercise.check(function() if exercise.cases == ((),) else function)
                assert verdict.right is (code == exercise.solution), exercise.name
                assert verdict.text == sentence, exercise.name


@each_module
def test_each_slip_of_an_initializer_gets_its_own_sentence(module):
    for exercise in of_kind(module, 1, InitializerExercise):
        (case,) = exercise.cases

        def draws(code, exercise=exercise, case=case):
            def answer(n_in, n_out, *rest):
                std = np.sqrt(exercise.variance(n_in, n_out, *case, code=code))
                if exercise.uniform:
                    return rest[-1].uniform(-std * 3**0.5, std * 3**0.5, (n_in, n_out))
                return std * rest[-1].standard_normal((n_in, n_out))

            return answer

        assert exercise.check(draws(exercise.solution)).right is True
        for code, sentence in exercise.slips.items():
            assert exercise.check(draws(code)).text == sentence


@each_module
def test_neighbouring_seeds_differ_in_every_answer_that_is_a_number(module):
    for seed in SEEDS:
        one, two = (of_kind(module, s, ValueExercise) for s in (seed, seed + 1))
        for first, second in zip(one, two, strict=True):
            assert second.check(first.value).right is False, (seed, first.name)


def test_steps_of_the_fixed_point_settle_in_every_variant():
    module = MODULES[3]
    for seed in SEEDS:
        exercise = module.checks(seed).exercises["fixed_point"]
        for case in exercise.cases:
            q = exercise.function_from(exercise.solution)(*case)
            phi = module.activation(**module.numbers(seed))
            assert q == pytest.approx(module._settled(phi, *case, q=float(q)), rel=1e-9)


def test_a_mark_prints_or_raises():
    checks = MODULES[0].checks(1)
    with pytest.raises(
        AssertionError, match=r"^Not answered yet\. Replace the \.\.\. in strength_z"
    ):
        checks.mark("strength_z", ...)
    with pytest.raises(AssertionError, match=r"^Not yet\. "):
        checks.mark("strength_z", -1)
    with pytest.raises(ValueError, match=r"name must be one of .*'strength_z'.*, got 'strength'"):
        checks.mark("strength", 1)
    with pytest.raises(ValueError, match="seed must be a whole number, got '1'"):
        turn("1", [1, 2])


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "Not answered yet"),
        (..., "Not answered yet"),
        ("0.3", "should be a number"),
        (lambda: 0.3, "Call it first"),
        ([1, 2], "one finite number"),
        (float("nan"), "one finite number"),
        (1j, "should be a number"),
    ],
)
def test_a_prediction_must_be_a_number(answer, sentence):
    with pytest.raises(AssertionError, match=sentence):
        MODULES[0].checks(1).answered("predicted_factor", answer)


def test_a_prediction_is_not_told_apart_from_a_right_one(capsys):
    for number in (0.1, 1e9, -3):
        MODULES[0].checks(1).answered("predicted_factor", number)
    said = capsys.readouterr().out.splitlines()
    assert len(set(said)) == 1 and said[0].startswith("predicted_factor is a number.")
