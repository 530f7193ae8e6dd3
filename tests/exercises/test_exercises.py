"""Every check, whatever it is handed; what it says to right and wrong answers: test_corpus.py."""

import itertools
import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from corpus import PARAMETERS, RIGHT, WRONG, answer, check

import initcourse as ic
from initcourse.exercises import (
    FunctionExercise,
    InitializerExercise,
    PatientExercise,
    Prediction,
    Question,
    ValueExercise,
    Verdict,
)
from initcourse.exercises import check_initializer as initializer
from initcourse.exercises.lessons.lesson_10 import Given
from initcourse.explorers.base import as_html

# the clinic's patients are tested in test_clinic.py
EXERCISES = {n: getattr(ic.exercises, n) for n in RIGHT}
EXERCISES = {n: e for n, e in EXERCISES.items() if not isinstance(e, PatientExercise)}
VALUES = {n: e for n, e in EXERCISES.items() if isinstance(e, ValueExercise)}
FUNCTIONS = {n: e for n, e in EXERCISES.items() if isinstance(e, FunctionExercise)}
INITIALIZERS = {n: e for n, e in EXERCISES.items() if isinstance(e, InitializerExercise)}
CALLED = {n: e for n, e in EXERCISES.items() if n not in VALUES}

each_value = pytest.mark.parametrize("name", VALUES)
each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_initializer = pytest.mark.parametrize("name", INITIALIZERS)
each_called = pytest.mark.parametrize("name", CALLED)
each_exercise = pytest.mark.parametrize("name", EXERCISES)


def assert_kind(verdict):
    """A verdict in a sentence that a learner can read, never a traceback."""
    assert isinstance(verdict, Verdict)
    assert verdict.right in (False, None)
    assert verdict.text == verdict.text.strip() and verdict.text[-1] in ".?)"
    assert len(verdict.text) < 600 and "\n" not in verdict.text
    assert "Traceback" not in verdict.text and " at 0x" not in verdict.text
    assert "<b>" in verdict._repr_html_() and repr(verdict)


# --- what tells a slip from the right answer, and from other slips ----------------------------


def outcomes(exercise):
    """What the right answer and every slip give on all cases."""
    for function in (exercise.solution, *(wrong for wrong, _ in exercise.slips)):
        yield [np.asarray(function(*case), dtype=float) for case in exercise.cases]


@each_function
def test_right_answer_and_slips_of_a_function_differ_clearly_in_some_case(name):
    rtol = max(0.01, 3 * FUNCTIONS[name].rtol)
    for one, other in itertools.combinations(outcomes(FUNCTIONS[name]), 2):
        assert any(
            a.shape != b.shape or not np.allclose(a, b, rtol=rtol, atol=1e-9)
            for a, b in zip(one, other, strict=True)
        )


@each_value
def test_right_value_and_slips_are_further_apart_than_the_tolerance(name):
    values = [VALUES[name].value, *(wrong for wrong, _ in VALUES[name].slips)]
    for a, b in itertools.combinations(values, 2):
        assert abs(a - b) > 2.5 * VALUES[name].rtol * max(abs(a), abs(b))


@each_initializer
def test_variances_of_an_initializer_and_its_slips_are_six_per_cent_apart(name):
    n_in, n_out = initializer.N_IN, initializer.N_OUT
    exercise = INITIALIZERS[name]
    variances = [exercise.variance(n_in, n_out), *(v(n_in, n_out) for v, _ in exercise.slips)]
    for a, b in itertools.combinations(variances, 2):
        assert abs(np.log(a / b)) > 0.06


@each_value
def test_value_rounded_too_far_is_told_so(name):
    verdict = EXERCISES[name].check(EXERCISES[name].value * 1.024)
    assert verdict.right is False
    assert "off by less than 5 %: was something rounded?" in verdict.text


# --- answers that are not answers ------------------------------------------------------------


class Pandas:
    """Like a Series: converts to an array, compares elementwise, refuses to be true or false."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self.values.astype(dtype or self.values.dtype)

    def __eq__(self, other):
        return self.values == other

    def __bool__(self):
        raise ValueError("The truth value of a Pandas is ambiguous.")

    __hash__ = None


class Broken:
    """Raises at whatever is asked of it."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("no array today")

    def __repr__(self):
        raise RuntimeError("no repr today")

    def __eq__(self, other):
        raise RuntimeError("no comparison today")

    __hash__ = None


class Mute(Exception):
    """An exception that cannot even say what it is."""

    def __str__(self):
        raise RuntimeError("no message today")


def endless_list():
    endless = []
    endless.append(endless)
    return endless


#: What a learner might hand over, or return, that is no number and no array of numbers.
STRANGE = {
    "str": "1/3", "digits": "0.5", "bytes": b"0.5", "true": True, "false": np.False_,
    "complex": 1j, "complex array": np.array([1j, 0]), "list of complex": [1 + 0j, 2],
    "dict": {"a": 1}, "set": {1.0}, "list of str": ["1", "2"], "array of str": np.array(["1", "2"]),
    "list with None": [None, 1.0], "array with None": np.array([None, 1.0]), "bools": [True, False],
    "ragged": [[1.0], [1.0, 2.0]], "class": int, "function": len, "lambda": lambda: 1.0,
    "module": math, "date": np.datetime64("2020-01-01"), "range object": iter(range(3)),
    "too big for a float": 10**400, "endless": endless_list(), "object": object(),
    "broken": Broken(), "broken inside": [Broken()], "notimplemented": NotImplemented,
    "structured": np.zeros(2, dtype=[("a", float)]), "slice": slice(1),
    "exception": ValueError("x"),
    "huge": np.broadcast_to(np.float32(1), (10**6, 10**6)), "warning": UserWarning,
}  # fmt: skip

#: These fail before it shows what they are.
_NOT_READ = ("huge", "broken", "broken inside")

#: Numbers, but of no use.
NUMBERS = {
    "nan": np.nan, "inf": np.inf, "minus inf": -np.inf, "empty": [], "empty 2-d": np.empty((0, 3)),
    "cube": np.ones((2, 2, 2)), "nans": np.full((3, 2), np.nan), "large": np.ones(3_000_000),
    "tiny": 5e-324, "largest": 1.7e308, "pandas": Pandas([1.0, 2.0]), "pandas 0-d": Pandas(7.5),
    "masked": np.ma.masked_array([1.0, 2.0], [True, False]), "fraction": Fraction(-7, 3),
    "int": 12345, "objects": np.array([Fraction(1, 3), 2], dtype=object), "range": range(17),
    "uint8": np.uint8(200), "longdouble": np.longdouble(77), "nested": [[[[1.0]]], [[[2.0]]]],
}  # fmt: skip


@each_exercise
@pytest.mark.parametrize("missing", [..., None])
def test_missing_answer(name, missing):
    verdict = EXERCISES[name].check(missing)
    assert verdict.right is None
    assert repr(verdict).startswith(f"Not answered yet. Replace the ... in {EXERCISES[name].name}")


@each_called
@pytest.mark.parametrize("code", ["...", "return", "return ...", "pass\nreturn None"])
def test_function_without_a_result_is_not_answered_yet(name, code):
    verdict = check(name, code if "return" in code else f"{code}\nreturn")
    assert verdict.right is None
    assert "returns nothing so far" in verdict.text


@each_exercise
@pytest.mark.parametrize("kind", [*STRANGE, *NUMBERS])
def test_strange_answer_gets_a_kind_sentence(name, kind):
    verdict = EXERCISES[name].check({**STRANGE, **NUMBERS}[kind])
    assert_kind(verdict)
    assert verdict.right is False


@each_called
@pytest.mark.parametrize("kind", [*STRANGE, *NUMBERS])
def test_strange_result_gets_a_kind_sentence(name, kind):
    value = {**STRANGE, **NUMBERS}[kind]
    verdict = EXERCISES[name].check(lambda *case: value)
    assert_kind(verdict)
    assert verdict.right is False


@each_called
@pytest.mark.parametrize("kind", ["str", "int", "dict", "module", "pandas", "object"])
def test_non_function_is_told_its_type(name, kind):
    value = {**STRANGE, **NUMBERS}[kind]
    text = EXERCISES[name].check(value).text
    assert "should be a function" in text and type(value).__name__ in text


@each_value
@pytest.mark.parametrize("kind", [k for k in STRANGE if k not in _NOT_READ])
def test_non_number_is_told_what_is_asked_for(name, kind):
    assert "should be a number" in EXERCISES[name].check(STRANGE[kind]).text


@each_called
def test_result_that_is_a_generator_is_told_to_wrap_it(name):
    def generator(*case):
        yield 1.0

    assert "Wrap it in list(...)" in EXERCISES[name].check(generator).text


@each_function
def test_pandas_like_result_is_read_as_an_array(name):
    right = answer(name, RIGHT[name][0])
    assert EXERCISES[name].check(lambda *case: Pandas(right(*case))).right is True


# --- functions that misbehave ----------------------------------------------------------------


@each_called
@pytest.mark.parametrize("change", [-1, 1, 5])
def test_wrong_number_of_parameters_is_told(name, change):
    count = PARAMETERS[name].count(",") + 1
    names = [f"p{i}" for i in range(count + change)]
    function = eval(f"lambda {', '.join(names)}: 1.0")
    verdict = EXERCISES[name].check(function)
    assert_kind(verdict)
    assert f"it must take {count} parameter" in verdict.text


@each_called
@pytest.mark.parametrize(
    "problem",
    [
        ValueError("no"), KeyError(3), Exception(), Mute(), AssertionError("a\nb\nc"),
        SystemExit(0), SystemExit("bye"), KeyboardInterrupt(), StopIteration(), MemoryError(),
        NotImplementedError(), UnicodeDecodeError("utf-8", b"", 0, 1, "?"),
        RuntimeError("x" * 9999),
        UserWarning("w"), ZeroDivisionError("division by zero"),
    ],
    ids=lambda problem: type(problem).__name__,
)  # fmt: skip
def test_exception_is_told_and_not_raised(name, problem):
    def function(*case):
        raise problem

    verdict = EXERCISES[name].check(function)
    assert_kind(verdict)
    if isinstance(problem, KeyboardInterrupt):
        assert "was interrupted. Does a loop in it never end?" in verdict.text
    else:
        assert f"stopped with {type(problem).__name__}" in verdict.text


@each_called
def test_endless_recursion_is_told(name):
    def function(*case):
        return function(*case)

    assert "stopped with RecursionError" in EXERCISES[name].check(function).text


@each_called
def test_exception_in_a_later_case_is_told(name):
    right, calls = answer(name, RIGHT[name][0]), []

    def function(*case):
        calls.append(case)
        return right(*case) if len(calls) < 2 else 1 / 0

    assert (
        "stopped with ZeroDivisionError: division by zero" in EXERCISES[name].check(function).text
    )


def add_to_array(W):
    W += 1


def fill_array(W):
    W[:] = 0


def sort_array(W):
    W[::-1].sort(axis=-1)


@pytest.mark.parametrize("change", [add_to_array, fill_array, sort_array])
@pytest.mark.parametrize(
    "name", ["distinct_units", "strengths", "delta_below", "centring_bias", "steps_to"]
)
def test_function_that_changes_its_array_is_told(name, change):
    exercise, right = EXERCISES[name], answer(name, RIGHT[name][0])

    def function(*case):
        result = right(*case)
        change(case[0][0] if isinstance(case[0], list) else case[0])
        return result

    before = repr(exercise.cases)
    verdict = exercise.check(function)
    assert verdict.right is False and "changes what it is given" in verdict.text
    assert repr(exercise.cases) == before
    assert exercise.check(right).right is True


@pytest.mark.parametrize("name", ["strengths", "taper_factor"])
@pytest.mark.parametrize(
    "change",
    [
        list.clear, list.reverse, list.pop, lambda hs: hs.append(hs[0]),
        lambda hs: hs.__setitem__(0, None), lambda hs: hs.__setitem__(-1, "x"),
        lambda hs: hs.__setitem__(0, [1, 2]),
    ],
)  # fmt: skip
def test_function_that_changes_its_list_is_told(name, change):
    exercise, right = EXERCISES[name], answer(name, RIGHT[name][0])

    def function(values):
        result = right(values)
        change(values)
        return result

    before = repr(exercise.cases)
    verdict = exercise.check(function)
    assert verdict.right is False and "changes what it is given" in verdict.text
    assert repr(exercise.cases) == before
    assert exercise.check(right).right is True


@each_called
def test_function_that_prints_and_warns_is_judged_by_its_result(name, capsys, recwarn):
    right = answer(name, RIGHT[name][0])

    def function(*case):
        print("debugging")
        warnings.warn("careless", stacklevel=1)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        np.log(np.zeros(2)) * 0, np.array([1e308]) * 10, np.float64(1) / 0
        return right(*case)

    assert EXERCISES[name].check(function).right is True
    out, err = capsys.readouterr()
    assert set(out.split()) == {"debugging"} and err == ""
    assert len(recwarn) == 0


@each_called
def test_function_that_returns_its_input_or_a_view_of_it(name):
    for function in (lambda *case: case[0], lambda *case: case[-1], lambda *case: case[0:1]):
        verdict = EXERCISES[name].check(function)
        assert_kind(verdict)
        assert verdict.right is False


def test_view_of_the_input_that_is_the_right_answer_is_accepted():
    exercise = FunctionExercise("top", lambda W: W[0], ((np.eye(3),),), "W[0]", "Yes.")
    assert exercise.check(lambda W: W[0]).right is True
    assert exercise.check(lambda W: W[0].copy()).right is True


@each_function
def test_function_that_seeds_the_global_generator_is_judged_by_its_result(name):
    right = answer(name, RIGHT[name][0])

    def function(*case):
        np.random.seed(0)  # noqa: NPY002
        return right(*case)

    assert EXERCISES[name].check(function).right is True


@each_exercise
def test_check_leaves_the_global_states_alone(name):
    exercise = EXERCISES[name]
    np.random.seed(5)  # noqa: NPY002
    errors, filters = np.geterr(), list(warnings.filters)
    for code in (RIGHT[name][0], WRONG[name][0][0], "1.0 * 7"):
        exercise.check(answer(name, code))
    drawn = np.random.random(3)  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    assert (np.random.random(3) == drawn).all()  # noqa: NPY002
    assert np.geterr() == errors and list(warnings.filters) == filters


@each_exercise
def test_check_can_be_repeated(name):
    exercise = EXERCISES[name]
    for code in (RIGHT[name][0], WRONG[name][0][0]):
        given = answer(name, code)
        assert exercise.check(given) == exercise.check(given)


@each_value
def test_check_leaves_an_array_alone(name):
    given = np.array([EXERCISES[name].value])
    given.flags.writeable = False
    assert EXERCISES[name].check(given).right is True


def test_a_path_without_a_return_is_told():
    exercise = FunctionExercise("f", abs, ((1.0,), (-2.0,)), "The size.", "Yes.")
    assert "write its return line" in exercise.check(lambda x: None).text
    verdict = exercise.check(lambda x: x if x > 0 else None)
    assert verdict.right is False
    assert "f(-2.0) returns nothing, though other calls do" in verdict.text


def test_a_function_that_is_given_is_shown_by_its_name_and_takes_numbers():
    given = Given("φ", np.tanh)
    assert repr(given) == "φ" and given(0) == 0 and given([0, 0]).shape == (2,)


# --- initializers ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*INITIALIZERS, "recurrent_matrix"])
def test_the_global_generator_is_watched_and_put_back(name):
    right = answer(name, RIGHT[name][0])

    def seeds(*case):
        np.random.seed(0)  # noqa: NPY002
        return right(*case)

    def breaks(*case):
        np.random.random()  # noqa: NPY002
        raise KeyboardInterrupt

    np.random.seed(0)  # noqa: NPY002
    before = repr(np.random.get_state())  # noqa: NPY002
    for function in (seeds, seeds, breaks, right):
        verdict = EXERCISES[name].check(function)
        assert repr(np.random.get_state()) == before  # noqa: NPY002
        assert ("seed nothing" in verdict.text) == (function is seeds)


@each_initializer
def test_initializer_that_fills_one_buffer_again_and_again(name):
    right, kept = answer(name, RIGHT[name][0]), {}

    def function(n_in, n_out, rng):
        buffer = kept.setdefault((n_in, n_out), np.empty((n_in, n_out)))
        buffer[:] = right(n_in, n_out, rng)
        return buffer

    assert EXERCISES[name].check(function).right is True


# --- verdicts and hints ----------------------------------------------------------------------


def test_verdict_says_how_it_stands():
    assert repr(Verdict(True, "Well.")) == "Right. Well."
    assert repr(Verdict(False, "Ill.")) == "Not yet. Ill."
    assert repr(Verdict(None, "Open.")) == "Not answered yet. Open."


def test_verdict_escapes_what_it_quotes():
    marked = Verdict(False, "<script>alert('&')</script>")._repr_html_()
    assert "<script>" not in marked
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;" in marked
    for right, color in ((True, "#009E73"), (False, "#D55E00"), (None, "#666666")):
        assert color in Verdict(right, "x")._repr_html_()


def test_what_a_learners_exception_says_is_escaped():
    def weight_std(n):
        raise ValueError("<img src=x onerror=alert(1)>")

    marked = EXERCISES["weight_std"].check(weight_std)._repr_html_()
    assert "<img" not in marked and "&lt;img" in marked


@each_exercise
def test_hint_is_a_hint_and_no_judgement(name):
    hint = EXERCISES[name].hint()
    assert hint.right is None
    assert repr(hint) == f"Hint: {EXERCISES[name].hint_text}"
    assert "<b>Hint:</b>" in hint._repr_html_()


@each_exercise
def test_sentences_are_sentences(name):
    exercise = EXERCISES[name]
    slips = getattr(exercise, "slips", ())
    for sentence in (exercise.praise, exercise.hint_text, *(s for _, s in slips)):
        assert sentence[-1] in ".?" and "  " not in sentence and len(sentence) < 200


# --- predictions and questions ---------------------------------------------------------------


def is_picture(data):
    return data[:8] == b"\x89PNG\r\n\x1a\n"


def predict(outcome, **kwargs):
    kwargs = kwargs or {"scale": (0, 10)}
    told = {"reply": lambda guess, outcome: f"guess {guess}, outcome {outcome}"}
    return Prediction("What is <i>x</i>?", outcome, **told, **kwargs)


@pytest.mark.parametrize("scale", [(0, 1), (-5, 5), (1e-3, 2e-3), (0, 10_000)])
def test_prediction_over_all_values_of_its_slider(scale):
    prediction = predict(lambda: sum(scale) / 3, scale=scale)
    for value in np.linspace(*scale, 9):
        prediction.guess.value = value
        prediction.reveal()
        assert prediction.error is None
        assert is_picture(prediction.image.value)
        assert prediction.text == f"guess {prediction.guess.value}, outcome {sum(scale) / 3}"
        assert prediction.line.value == as_html(prediction.text)


@pytest.mark.parametrize("scale", [(1e-24, 1), (1, 1000), (1e-60, 1), (1e-4, 1e4)])
def test_prediction_on_a_log_scale(scale):
    prediction = predict(lambda: 3.0, scale=scale, log=True)
    assert prediction.guess.value == pytest.approx(np.sqrt(scale[0] * scale[1]))
    for exponent in np.linspace(*np.log10(scale), 7):
        prediction.guess.value = 10**exponent
        prediction.reveal()
        assert prediction.error is None
        assert is_picture(prediction.image.value)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "outcome",
    [-1e300, -1, 0, 1e-300, 1, 10, 11, 1e300, np.inf, -np.inf, np.float32(2), Fraction(5)],
)
def test_outcome_anywhere_is_drawn_at_the_nearest_place(outcome, log, recwarn):
    prediction = predict(lambda: outcome, scale=(1, 10), log=log)
    prediction.reveal()
    assert prediction.error is None
    assert is_picture(prediction.image.value)
    assert prediction.image.layout.display is None
    assert int(prediction.image.width) > 400 and int(prediction.image.height) > 80
    assert len(recwarn) == 0


@pytest.mark.parametrize("log", [False, True])
def test_outcome_that_is_nan_is_told(log, recwarn, caplog):
    prediction = predict(lambda: np.nan, scale=(1, 10), log=log)
    prediction.reveal()
    assert "nan" in prediction.line.value
    assert len(recwarn) == 0 and not caplog.records


def test_outcome_that_raises_is_told_and_can_be_tried_again():
    fate = [ZeroDivisionError("<b>1/0</b>"), None]

    def outcome():
        problem = fate.pop(0)
        if problem:
            raise problem
        return 4.0

    prediction = predict(outcome)
    prediction.guess.value = 6.0
    prediction.button.click()
    assert "This experiment broke" in prediction.line.value
    assert "&lt;b&gt;1/0" in prediction.line.value and "ZeroDivisionError" in prediction.error
    prediction.button.click()
    assert prediction.error is None and prediction.line.value == as_html("guess 6.0, outcome 4.0")


def test_a_slider_that_was_never_moved_is_no_guess():
    prediction = predict(lambda: 4.0)
    prediction.button.click()
    assert prediction.line.value.startswith("Make a guess first") and prediction.text == ""
    prediction.guess.value = 6.0
    prediction.button.click()
    assert prediction.text == "guess 6.0, outcome 4.0"


def test_experiment_that_breaks_later_leaves_no_old_picture():
    fate = [4.0]
    prediction = predict(lambda: fate.pop(0))
    prediction.reveal()
    prediction.reveal()
    assert "This experiment broke" in prediction.line.value
    assert prediction.image.layout.display == "none"
    assert prediction.text == ""


def test_reveal_twice_gives_the_same():
    prediction = predict(lambda: 4.0)
    prediction.button.click()
    first = prediction.image.value, prediction.line.value
    prediction.button.click()
    assert (prediction.image.value, prediction.line.value) == first
    prediction.guess.value = 9
    prediction.button.click()
    assert prediction.image.value != first[0] and prediction.line.value != first[1]


def test_prediction_with_choices():
    prediction = predict(lambda: "b <c", choices=["a", "b <c"])
    calls = []
    prediction.outcome = lambda: calls.append(1) or "b <c"
    prediction.button.click()
    assert prediction.line.value.startswith("Make a guess first")
    assert calls == [] and prediction.text == ""
    prediction.guess.value = "a"
    prediction.button.click()
    assert prediction.line.value == as_html(
        "You chose “a”. It came out: <b>b &lt;c</b>. guess a, outcome b <c"
    )
    prediction.guess.value = "b <c"
    prediction.button.click()
    assert "You chose “b &lt;c”. It came out: <b>b &lt;c</b>. " in prediction.line.value
    assert prediction.image.layout.display == "none"


def test_prediction_shows_itself_as_text():
    assert repr(predict(lambda: 1)) == "Predict: What is x?"
    chosen = predict(lambda: 1, choices=["a", "b"])
    assert repr(chosen) == "Predict: What is x? ['a', 'b']"
    bundle = chosen._repr_mimebundle_()
    assert bundle["text/plain"] == repr(chosen)
    assert "application/vnd.jupyter.widget-view+json" in bundle


@pytest.mark.parametrize("kwargs", [{}, {"scale": (0, 1), "choices": ["a"]}])
def test_prediction_needs_a_scale_or_choices(kwargs):
    with pytest.raises(ValueError, match="either scale"):
        Prediction("?", lambda: 1, reply=str, **kwargs)


def test_question_answers_every_option():
    options = {"one": "No: 1.", "two": "Yes: 2.", "three": "No: 3."}
    question = Question("How <b>many</b>?", options, right="two")
    assert question.line.value == ""
    for option in (*options, *reversed(options)):
        question.choice.value = option
        mark = "Right." if option == "two" else "Not so."
        assert question.line.value == as_html(f"<b>{mark}</b> {options[option]}")
    question.choice.value = None
    assert question.line.value == ""
    assert repr(question) == "How many?\n  ○ one\n  ○ two\n  ○ three"
    assert question._repr_mimebundle_()["text/plain"] == repr(question)


def test_question_refuses_a_right_option_that_is_none():
    with pytest.raises(ValueError, match="right must be one of"):
        Question("?", {"a": "b"}, right="b")
