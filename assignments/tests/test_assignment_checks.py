"""The checks of the assignments, without nbgrader: variants, slips, and what a mark raises."""

import importlib
import re
from unittest import mock

import checks
import numpy as np
import pytest
from checks import Practice, sealed
from checks.variants import MODEL, numbers_of
from personal import students_checks

from answer_checks.check import FunctionExercise, ValueExercise, Verdict
from answer_checks.run_answer import function_from
from initcourse.exercises.check_initializer import InitializerExercise

MODULES = [importlib.import_module(f"checks.A{i}") for i in (1, 2, 3, 4)]
STUDENTS = [MODEL, *(f"student {i}" for i in range(59))]
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__[-1])


def name_of(module):
    return module.__name__.removeprefix("checks.")


def checks_of(module, student=MODEL):
    return module.checks(numbers_of(module, student, b"the secret of these tests"))


def of_kind(module, student, kind):
    return [e for e in checks_of(module, student).exercises.values() if isinstance(e, kind)]


@each_module
def test_each_slip_of_a_value_gets_its_own_sentence_in_every_variant(module):
    for student in STUDENTS:
        for exercise in of_kind(module, student, ValueExercise):
            assert exercise.check(exercise.value).right is True
            for code, sentence in exercise.slips.items():
                verdict = exercise.check(exercise.number_from(code, right=exercise.value))
                assert (verdict.right, verdict.text) == (False, sentence), (student, exercise.name)


@each_module
def test_each_slip_of_a_function_gets_its_own_sentence(module):
    for student in STUDENTS[:2]:
        for exercise in of_kind(module, student, FunctionExercise):
            for code, sentence in {exercise.solution: exercise.praise, **exercise.slips}.items():
                function = exercise.function_from(code)
                verdict = exercise.check(function() if exercise.cases == ((),) else function)
                assert verdict.right is (code == exercise.solution), exercise.name
                assert verdict.text == sentence, exercise.name


def answer_of(exercise, code):
    """Return a function that gives numbers of the right form, as a solution or a slip has them."""

    def initialized(*given):
        std = np.sqrt(exercise.variance(*given[:-1], code=code))
        uniform = given[-1].uniform(-std * 3**0.5, std * 3**0.5, given[:2])
        return uniform if exercise.uniform else std * given[-1].standard_normal(given[:2])

    def measured(x, widths, std, rng):
        names = "widths, std, strength"
        strengths = function_from(code, exercise.name, names, **exercise.given)
        right = np.asarray(strengths(widths, std, np.mean(x**2)))
        return [np.mean(x**2), *right * (1 + 1e-3 * rng.standard_normal(len(right)))]

    def kept(*given):
        return (
            exercise.factor(code, given[:-1])
            * np.linalg.qr(given[-1].normal(size=given[:1] * 2))[0]
        )

    if isinstance(exercise, FunctionExercise):
        return exercise.function_from(code)
    kinds = {"InitializerExercise": initialized, "KeepingExercise": kept}
    return kinds.get(type(exercise).__name__, measured)


@each_module
def test_nobody_learns_from_the_calls_whether_they_were_right(module):
    """A wrong function is called as often as a right one, so it cannot try another guess next."""
    made = checks_of(module)
    exercises = [
        e for e in [*made.exercises.values(), *made.hidden.values()] if hasattr(e, "cases")
    ]
    for exercise in (e for e in exercises if e.cases != ((),) or hasattr(e, "uniform")):
        counts, rights = [], []
        for code in (exercise.solution, *[*exercise.slips][:2]):
            answer = mock.Mock(side_effect=answer_of(exercise, code))
            rights.append(exercise.check(answer).right)
            counts.append(answer.call_count)
        assert rights == [True, False, False], exercise.name
        assert len(set(counts)) == 1, (exercise.name, counts)


@each_module
def test_each_slip_of_an_initializer_gets_its_own_sentence(module):
    for exercise in of_kind(module, MODEL, InitializerExercise):
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


def test_steps_of_the_fixed_point_settle_in_every_variant():
    module = MODULES[3]
    for student in STUDENTS:
        own = numbers_of(module, student, b"the secret of these tests")
        exercise, phi = module.checks(own).exercises["fixed_point"], module.activation(**own)
        for case in exercise.cases:
            q = exercise.function_from(exercise.solution)(*case)
            assert q == pytest.approx(module._settled(phi, *case, q=float(q)), rel=1e-9)


@pytest.fixture
def practice(tmp_path):
    """A function that returns a student's copy of an assignment's checks, and the teacher's."""
    (tmp_path / "students.txt").write_text("Kim  Lee\nada\n", encoding="utf-8")

    def made(name, student="kim lee"):
        file = sealed.file_name(name)
        content = students_checks(tmp_path, name)[f"checks/{file}"]
        (tmp_path / file).write_bytes(content)
        own = sealed.numbers_of(tmp_path, name, student)
        module = importlib.import_module(f"checks.{name}")
        return Practice(sealed.read(tmp_path, name, own)), module.checks(own)

    return made


@each_module
def test_practice_says_what_marks_say_to_a_number_near_a_known_one(module, practice):
    """Right answers and slips, within the tolerance, at its edge and beyond."""
    for student in ("kim lee", "ada"):
        own, told_by = practice(name_of(module), student)
        values = [e for e in told_by.exercises.values() if isinstance(e, ValueExercise)]
        for exercise in values:
            if isinstance(exercise, sealed.Prediction):
                continue
            for code in (exercise.solution, *exercise.slips):
                (number,) = exercise.expected(code, None)
                for off in (0, 0.99, -0.99, 1, -1, 3):
                    answer = number * (1 + off * exercise.rtol)
                    told, said = exercise.check(answer), own.exercises[exercise.name].check(answer)
                    assert said.right is not False or not told.right
                    less = abs(off) == 3 and said.text.startswith(f"{answer:.4g} is not it.")
                    # at the very edge a student's copy lets 10⁻⁷ more pass
                    assert said == told or less or abs(off) == 1, (student, told, said)


@each_module
def test_practice_names_every_slip_of_a_function(module, practice):
    own, told_by = practice(name_of(module))
    functions = [e for e in told_by.exercises.values() if isinstance(e, FunctionExercise)]
    for exercise in functions:
        for code, sentence in {exercise.solution: exercise.praise, **exercise.slips}.items():
            function = exercise.function_from(code)
            answer = function() if exercise.cases == ((),) else function
            verdict = own.exercises[exercise.name].check(answer)
            assert verdict == Verdict(code == exercise.solution, sentence), (exercise.name, code)


def test_a_strange_name_or_folder_says_so(tmp_path, practice):
    with pytest.raises(FileNotFoundError, match="Keep notebook and folder together"):
        sealed.read(tmp_path, "A1", {})
    practice("A1")
    with pytest.raises(ValueError, match="Nobody here is called 'bob'"):
        sealed.numbers_of(tmp_path, "A1", "bob")
    with pytest.raises(ValueError, match="nobody's numbers"):
        sealed.read(tmp_path, "A1", {"n": 300})
    # As a word: among 30,000 random characters of Base64 three letters stand in one run of ten,
    # between signs that end a word in one of some thousands.
    assert not re.search(r"\b(kim|Kim|ada)\b", (tmp_path / "A1.jsonl").read_text("utf-8"))
    secret = (tmp_path / "secret.txt").read_text()
    assert not [f for f in students_checks(tmp_path, "A1").values() if secret.encode() in f]


def test_the_name_is_what_was_typed_or_the_hubs(monkeypatch):
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    assert checks._name("kim") == "kim"
    with pytest.raises(ValueError, match="Type your name"):
        checks._name(...)
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    for account, name in (("jovyan", "ada"), ("ada-1", "ada-1")):
        monkeypatch.setattr(checks.getpass, "getuser", lambda account=account: account)
        assert checks._name(...) == name and checks._name("kim") == "kim"


def test_marks_say_nothing_that_came_from_an_answer_or_a_test():
    """Of a sentence that was made while testing, the kind of exception at most is told."""
    marks = checks_of(MODULES[0])
    strange = type("E64_3_002", (Exception,), {})

    def said(answer, ask=marks.mark_hidden, name="predicted_strengths"):
        with pytest.raises(checks.Feedback) as raised:
            ask(name, answer)
        return str(raised.value)

    def carries(kind):
        def predicted_strengths(widths, var_w, strength_x):
            raise kind(repr(widths))

        return predicted_strengths

    stopped = "Not yet. predicted_strengths stopped with "
    assert said(carries(IndexError)) == stopped + "IndexError."
    assert said(carries(strange)) == stopped + "an exception."
    vague = "Not yet. predicted_strengths is not right. Start with strength_x;"
    assert said(lambda widths, var_w, strength_x: [0.1] * len(widths)).startswith(vague)
    assert said(lambda widths, var_w, strength_x: strange()).startswith(vague)
    assert said("64, 3", marks.mark, "strength_z").startswith("Not yet. strength_z is not right.")
    assert "known" not in said(carries) and said(lambda *_: None).startswith("Not answered yet.")


SIGNS = (-7.5, 0.0, 1e-9, 0.3, 1.0, 123456.0)


@pytest.mark.parametrize("number", SIGNS)
def test_a_seal_opens_to_numbers_near_it_alone(number):
    near = 0.065
    seal = sealed.Seal.of([number], "Well done.", "salt", near, each=False)
    for off in (1, np.exp(0.99 * near), np.exp(-0.99 * near)):
        (opened,), text = seal.open([number * off])
        assert opened == pytest.approx(number, rel=1e-7) and text == "Well done."
    for found in (1.15 * number or 1e-5, -number or -1e-5, np.nan, np.inf, [number] * 2):
        opened, text = seal.open([found])
        assert np.isnan(opened).all() and text is None, found


def test_of_several_numbers_those_that_are_near_open():
    right = [np.array([1.0, -2.0, 0.0]), np.array(5.0)]
    seal = sealed.Seal.of(right, "All.", "salt", 0.065, each=True)
    (first, second), text = seal.open([np.array([1.01, 2.0, 0.0]), np.array(5.0)])
    assert np.isnan(first).tolist() == [False, True, False] and second == pytest.approx(5)
    assert text is None and seal.open(right)[1] == "All."
    together = sealed.Seal.of(right, "All.", "salt", 0.065, each=False)
    assert np.isnan(together.open([np.array([1.01, 2.0, 0.0]), np.array(5.0)])[0][0]).all()


def test_a_mark_prints_or_raises():
    checks = checks_of(MODULES[0])
    with pytest.raises(
        AssertionError, match=r"^Not answered yet\. Replace the \.\.\. in strength_z"
    ):
        checks.mark("strength_z", ...)
    with pytest.raises(AssertionError, match=r"^Not yet\. "):
        checks.mark("strength_z", -1)
    with pytest.raises(ValueError, match=r"name must be one of .*'strength_z'.*, got 'strength'"):
        checks.mark("strength", 1)


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
def test_a_prediction_must_be_a_number(answer, sentence, practice):
    with pytest.raises(AssertionError, match=sentence):
        practice("A1")[0].mark("predicted_factor", answer)


def test_a_prediction_is_not_told_apart_from_a_right_one(capsys, practice):
    own, _ = practice("A1")
    for number in (0.1, 1e9, -3, 0.36):
        own.mark("predicted_factor", number)
    said = capsys.readouterr().out.splitlines()
    assert len(set(said)) == 1 and said[0].startswith("Noted. predicted_factor is a number.")
