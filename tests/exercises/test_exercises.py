"""Every check, whatever it is handed; what it says to right and wrong answers: test_corpus.py.

One test is one exercise and one way to answer, so that one broken line prints few failures.
"""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from corpus import EXERCISES as ALL
from corpus import PARAMETERS, Pandas, answer, slip

from initcourse.exercises import (
    FunctionExercise,
    InitializerExercise,
    PatientExercise,
    Prediction,
    Question,
    ValueExercise,
    Verdict,
)
from initcourse.explorers.base import as_html

# the clinic's patients are tested in test_clinic.py
EXERCISES = {n: e for n, e in ALL.items() if not isinstance(e, PatientExercise)}
VALUES = {n: e for n, e in EXERCISES.items() if isinstance(e, ValueExercise)}
INITIALIZERS = {n: e for n, e in EXERCISES.items() if isinstance(e, InitializerExercise)}
CALLED = {n: e for n, e in EXERCISES.items() if n not in VALUES}

each_value = pytest.mark.parametrize("name", VALUES)
each_called = pytest.mark.parametrize("name", CALLED)
each_exercise = pytest.mark.parametrize("name", EXERCISES)


def right_answer(name):
    return slip(name, EXERCISES[name].solution)


def wrong_answer(name):
    return slip(name, next(iter(EXERCISES[name].slips)))


def reply(name, given):
    """Return the verdict's text; it is no "Right", and a sentence that a learner can read."""
    verdict = EXERCISES[name].check(given)
    text = verdict.text
    assert verdict.right in (False, None), (given, verdict)
    assert text == text.strip() and text[-1] in ".?)" and len(text) < 600 and "\n" not in text
    assert "Traceback" not in text and " at 0x" not in text
    assert "<b>" in verdict._repr_html_() and repr(verdict)
    return text


# --- answers that are not answers ------------------------------------------------------------


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
def test_missing_or_strange_answer_gets_a_kind_sentence(name):
    for missing in (..., None):
        verdict = EXERCISES[name].check(missing)
        wanted = f"Not answered yet. Replace the ... in {EXERCISES[name].name}"
        assert verdict.right is None and repr(verdict).startswith(wanted)
    for kind, value in {**STRANGE, **NUMBERS}.items():
        text = reply(name, value)
        assert EXERCISES[name].check(value).right is False, kind
        if name in CALLED and not callable(value):
            assert "should be a function" in text and type(value).__name__ in text, kind
        if name in VALUES and kind in STRANGE and kind not in _NOT_READ:
            assert "should be a number" in text, kind


@each_called
def test_strange_result_gets_a_kind_sentence(name):
    for value in (*STRANGE.values(), *NUMBERS.values()):
        verdict = EXERCISES[name].check(lambda *case, value=value: value)
        assert verdict.right is False
        reply(name, lambda *case, value=value: value)
    for k in (0, -1):  # its input, or a view of it
        reply(name, lambda *case, k=k: case[k])
    reply(name, lambda *case: case[0:1])
    for code in ("...\nreturn", "return", "return ...", "pass\nreturn None"):
        verdict = EXERCISES[name].check(answer(name, code))
        assert verdict.right is None and "returns nothing so far" in verdict.text

    def generator(*case):
        yield 1.0

    assert "Wrap it in list(...)" in reply(name, generator)


@each_value
def test_value_in_every_style_and_rounded(name):
    exercise, value = EXERCISES[name], EXERCISES[name].value
    given = np.array([value])
    given.flags.writeable = False
    styles = (np.float64(value), np.array(value), [value], (value,), Fraction(value), given)
    for style in (*styles, np.float32(value), float(f"{value:.4g}")):
        assert exercise.check(style).right is True, style
    assert "off by less than 5 %: was something rounded?" in reply(name, value * 1.024)


# --- functions that misbehave ----------------------------------------------------------------

PROBLEMS = (
    ValueError("no"), KeyError(3), Exception(), Mute(), AssertionError("a\nb\nc"), SystemExit(0),
    SystemExit("bye"), StopIteration(), MemoryError(), NotImplementedError(),
    UnicodeDecodeError("utf-8", b"", 0, 1, "?"), RuntimeError("x" * 9999), UserWarning("w"),
    ZeroDivisionError("division by zero"),
)  # fmt: skip


@each_called
def test_exception_or_wrong_number_of_parameters_is_told(name):
    count = PARAMETERS[name].count(",") + 1
    for wrong in (count - 1, count + 1, count + 5):
        function = eval(f"lambda {', '.join(f'p{i}' for i in range(wrong))}: 1.0")
        assert f"it must take {count} parameter" in reply(name, function)

    def raising(problem):
        def function(*case):
            raise problem

        return function

    for problem in PROBLEMS:
        assert f"stopped with {type(problem).__name__}" in reply(name, raising(problem))
    text = reply(name, raising(KeyboardInterrupt()))
    assert "was interrupted. Does a loop in it never end?" in text

    def endless(*case):
        return endless(*case)

    assert "stopped with RecursionError" in reply(name, endless)
    right, calls = right_answer(name), []

    def later(*case):
        calls.append(case)
        return right(*case) if len(calls) < 2 else 1 / 0

    assert "stopped with ZeroDivisionError: division by zero" in reply(name, later)


def add_to_array(W):
    W += 1


def fill_array(W):
    W[:] = 0


def sort_array(W):
    W[::-1].sort(axis=-1)


_ARRAY = (add_to_array, fill_array, sort_array)
_LIST = (
    list.clear, list.reverse, list.pop, lambda hs: hs.append(hs[0]),
    lambda hs: hs.__setitem__(0, None), lambda hs: hs.__setitem__(-1, "x"),
    lambda hs: hs.__setitem__(0, [1, 2]), lambda hs: add_to_array(hs[0]),
)  # fmt: skip


#: Exercises that are handed an array or a list first.
CHANGEABLE = [
    name for name, exercise in CALLED.items()
    if isinstance(exercise, FunctionExercise)
    and isinstance(exercise.cases[0][0], (list, np.ndarray))
]  # fmt: skip


@pytest.mark.parametrize("name", CHANGEABLE)
def test_function_that_changes_its_input_is_told(name):
    exercise, right = EXERCISES[name], right_answer(name)
    before = repr(exercise.cases)
    first = exercise.cases[0][0]
    changes = _LIST if isinstance(first, list) else _ARRAY
    if isinstance(first, list) and not isinstance(first[0], np.ndarray):
        changes = _LIST[:-1]  # a number cannot be changed in its place
    for change in changes:

        def function(*case, change=change):
            result = right(*case)
            change(case[0])
            return result

        assert "changes what it is given" in reply(name, function)
        assert repr(exercise.cases) == before
        assert exercise.check(right).right is True


@each_called
def test_function_that_prints_and_warns_is_judged_by_its_result(name, capsys, recwarn):
    right = right_answer(name)

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


@each_exercise
def test_check_can_be_repeated_and_leaves_the_global_states_alone(name):
    exercise = EXERCISES[name]
    np.random.seed(5)  # noqa: NPY002
    errors, filters = np.geterr(), list(warnings.filters)
    for given in (right_answer(name), wrong_answer(name), answer(name, "1.0 * 7")):
        assert exercise.check(given) == exercise.check(given)
    drawn = np.random.random(3)  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    assert (np.random.random(3) == drawn).all()  # noqa: NPY002
    assert np.geterr() == errors and list(warnings.filters) == filters


def test_a_table_of_answers():
    make = ValueExercise.table(name="x")
    made = make("""
n = 2
m = 3

n * m  # Six,
    # in words.
k = n
return k + m
    # A sum.
...  # Multiply.
""")
    assert (made.value, made.praise, made.hint_text) == (6, "Six, in words.", "Multiply.")
    assert made.slips == {"n = 2\nm = 3\nk = n\nreturn k + m": "A sum."}
    for wrong in ("1  # a\n2  # b", "1  # a\n2  # b\n2  # c\n...  # d", "1  # a\n2  # b\n..."):
        with pytest.raises(ValueError, match="the last answer"):
            make(wrong)


def test_a_path_without_a_return_is_told():
    exercise = function_exercise("abs(x)", "x", ((1.0,), (-2.0,)))
    assert "write its return line" in exercise.check(lambda x: None).text
    verdict = exercise.check(lambda x: x if x > 0 else None)
    assert verdict.right is False
    assert "f(-2.0) returns nothing, though other calls do" in verdict.text


def test_view_of_the_input_that_is_the_right_answer_is_accepted():
    exercise = function_exercise("W[0]", "W", ((np.eye(3),),))
    assert exercise.check(lambda W: W[0]).right is True
    assert exercise.check(lambda W: W[0].copy()).right is True


def function_exercise(solution, parameters, cases):
    return FunctionExercise(
        name="f", solution=solution, parameters=parameters, cases=cases,
        hint_text="Think.", praise="Yes.",
    )  # fmt: skip


def test_a_function_that_is_given_is_shown_by_its_name_and_takes_numbers():
    given = type(EXERCISES["init_std"].cases[0][0])("φ", np.tanh)
    assert repr(given) == "φ" and given(0) == 0 and given([0, 0]).shape == (2,)


# --- initializers ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*INITIALIZERS, "recurrent_matrix"])
def test_the_global_generator_is_watched_and_put_back(name):
    right = right_answer(name)

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


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializer_that_fills_one_buffer_again_and_again(name):
    right, kept = right_answer(name), {}

    def function(n_in, n_out, rng):
        buffer = kept.setdefault((n_in, n_out), np.empty((n_in, n_out)))
        buffer[:] = right(n_in, n_out, rng)
        return buffer

    assert EXERCISES[name].check(function).right is True


# --- verdicts and hints ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "words", "color"),
    [(True, "Right.", "#009E73"), (False, "Not yet.", "#D55E00"),
     (None, "Not answered yet.", "#666666")],
)  # fmt: skip
def test_verdict_says_how_it_stands_and_escapes_what_it_quotes(right, words, color):
    verdict = Verdict(right, "<script>alert('&')</script>")
    assert repr(verdict) == f"{words} {verdict.text}"
    marked = verdict._repr_html_()
    assert "<script>" not in marked and color in marked
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;" in marked


def test_what_a_learners_exception_says_is_escaped():
    def weight_std(n):
        raise ValueError("<img src=x onerror=alert(1)>")

    marked = EXERCISES["weight_std"].check(weight_std)._repr_html_()
    assert "<img" not in marked and "&lt;img" in marked


def test_sentences_are_sentences_and_a_hint_is_no_judgement():
    for exercise in EXERCISES.values():
        for sentence in (exercise.praise, exercise.hint_text, *exercise.slips.values()):
            assert sentence[-1] in ".?" and "  " not in sentence and len(sentence) < 200
        hint = exercise.hint()
        assert hint.right is None and repr(hint) == f"Hint: {exercise.hint_text}"
        assert "<b>Hint:</b>" in hint._repr_html_()


# --- predictions and questions ---------------------------------------------------------------


def predict(outcome, **kwargs):
    told = {"reply": lambda guess, outcome: f"guess {guess}, outcome {outcome}"}
    return Prediction("What is <i>x</i>?", outcome, **told, **(kwargs or {"scale": (0, 10)}))


def assert_drawn(prediction):
    prediction.reveal()
    assert prediction.error is None and prediction.image.value[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("scale", [(0, 1), (-5, 5), (1e-3, 2e-3), (0, 10_000)])
def test_prediction_over_all_values_of_its_slider(scale):
    prediction = predict(lambda: sum(scale) / 3, scale=scale)
    for value in np.linspace(*scale, 4):
        prediction.guess.value = value
        assert_drawn(prediction)
        assert prediction.text == f"guess {prediction.guess.value}, outcome {sum(scale) / 3}"
        assert prediction.line.value == as_html(prediction.text)


@pytest.mark.parametrize("scale", [(1e-24, 1), (1, 1000), (1e-60, 1), (1e-4, 1e4)])
def test_prediction_on_a_log_scale(scale):
    prediction = predict(lambda: 3.0, scale=scale, log=True)
    assert prediction.guess.value == pytest.approx(np.sqrt(scale[0] * scale[1]))
    for exponent in np.log10(scale):
        prediction.guess.value = 10**exponent
        assert_drawn(prediction)


@pytest.mark.parametrize("log", [False, True])
def test_outcome_anywhere_is_drawn_at_the_nearest_place(log, recwarn, caplog):
    finite = (-1e300, -1, 0, 1e-300, 1, 10, 11, 1e300, np.float32(2), Fraction(5))
    for outcome in (*finite, np.inf, -np.inf):
        prediction = predict(lambda outcome=outcome: outcome, scale=(1, 10), log=log)
        assert_drawn(prediction)
        assert prediction.image.layout.display is None
        assert int(prediction.image.width) > 400 and int(prediction.image.height) > 80
    prediction = predict(lambda: np.nan, scale=(1, 10), log=log)
    prediction.reveal()
    assert "nan" in prediction.line.value
    assert len(recwarn) == 0 and not caplog.records


def test_outcome_that_raises_is_told_leaves_no_old_picture_and_can_be_tried_again():
    fate = [4.0, "<b>1/0</b>", 5.0]

    def outcome():
        told = fate.pop(0)
        if isinstance(told, str):
            raise ZeroDivisionError(told)
        return told

    prediction = predict(outcome)
    prediction.guess.value = 6.0
    prediction.button.click()
    prediction.button.click()
    assert "This experiment broke" in prediction.line.value and prediction.text == ""
    assert "&lt;b&gt;1/0" in prediction.line.value and "ZeroDivisionError" in prediction.error
    assert prediction.image.layout.display == "none"
    prediction.button.click()
    assert prediction.error is None and prediction.line.value == as_html("guess 6.0, outcome 5.0")


def test_a_slider_that_was_never_moved_is_no_guess_and_reveal_twice_gives_the_same():
    prediction = predict(lambda: 4.0)
    prediction.button.click()
    assert prediction.line.value.startswith("Make a guess first") and prediction.text == ""
    seen = []
    for guess in (6.0, 6.0, 9.0):
        prediction.guess.value = guess
        prediction.button.click()
        seen.append((prediction.image.value, prediction.line.value))
        assert prediction.text == f"guess {guess}, outcome 4.0"
    assert seen[0] == seen[1] and seen[1][0] != seen[2][0]


def test_prediction_with_choices():
    calls = []
    prediction = predict(lambda: calls.append(1) or "b <c", choices=["a", "b <c"])
    prediction.button.click()
    assert prediction.line.value.startswith("Make a guess first")
    assert calls == [] and prediction.text == ""
    for guess in ("a", "b <c"):
        prediction.guess.value = guess
        prediction.button.click()
        shown = f"You chose “{guess}”. It came out: <b>b &lt;c</b>. guess {guess}, outcome b <c"
        assert prediction.line.value == as_html(shown.replace("“b <c”", "“b &lt;c”"))
    assert prediction.image.layout.display == "none"


def test_predictions_and_questions_show_themselves_as_text():
    chosen = predict(lambda: 1, choices=["a", "b"])
    question = Question("How <b>many</b>?", {"one": "No.", "two": "Yes."}, right="two")
    for widget, text in (
        (predict(lambda: 1), "Predict: What is x?"),
        (chosen, "Predict: What is x? ['a', 'b']"), (question, "How many?\n  ○ one\n  ○ two"),
    ):  # fmt: skip
        bundle = widget._repr_mimebundle_()
        assert repr(widget) == bundle["text/plain"] == text
        assert "application/vnd.jupyter.widget-view+json" in bundle


def test_question_answers_every_option():
    options = {"one": "No: 1.", "two": "Yes: 2.", "three": "No: 3."}
    question = Question("How many?", options, right="two")
    assert question.line.value == ""
    for option in (*options, *reversed(options)):
        question.choice.value = option
        mark = "Right." if option == "two" else "Not so."
        assert question.line.value == as_html(f"<b>{mark}</b> {options[option]}")
    question.choice.value = None
    assert question.line.value == ""


def test_predictions_and_questions_refuse_what_cannot_be_asked():
    for kwargs in ({}, {"scale": (0, 1), "choices": ["a"]}):
        with pytest.raises(ValueError, match="either scale"):
            Prediction("?", lambda: 1, reply=str, **kwargs)
    with pytest.raises(ValueError, match="right must be one of"):
        Question("?", {"a": "b"}, right="b")
