"""Feedback without hidden tests, and locked cells of a student's own, without sandboxes."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from safe_grading.classroom import words_for_student
from safe_grading.feedback import Discreet
from safe_grading.personal import Personal, personal
from safe_grading.repair import Official, Original

TEST = """assert double(3) == 6
### BEGIN HIDDEN TESTS
assert double(1234) == 2468
### END HIDDEN TESTS"""


def cell(source, outputs=(), score=None, points=2, **flags):
    nbgrader = {"grade_id": "it", "grade": False, "solution": False, "locked": False} | flags
    if score is not None:
        nbgrader |= {"grade": True, "locked": True, "score": score, "points": points}
    return new_code_cell(source, outputs=list(outputs), metadata={"nbgrader": nbgrader})


def error(name, words):
    return new_output("error", ename=name, evalue=words, traceback=[f"{name}: {words}", "double"])


def printed(text):
    return new_output("stream", text=text)


def discreet(*cells):
    nb, _ = Discreet().preprocess(new_notebook(cells=list(cells)), {})
    return nb.cells


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ([error("AssertionError", "2468 is right")], "This test was not passed."),
        ([error("ValueError", "called with 1234")], "This test stopped with ValueError."),
        ([error("Carries1234", "called with 1234")], "This test was not passed."),
        ([error("NameError", "name 'double' is not defined")], "double is not defined."),
        ([error("NameError", "name '1234' is not defined")], "This test stopped with NameError."),
        ([error("Feedback", "Double it.")], "Double it."),
        ([error("Stopped", "It took too much.")], "It took too much."),
        ([error("KeyboardInterrupt", "1234")], "This could not be tested: it ran too long."),
        ([printed("called with 1234")], "This test gave not all of its points."),
    ],
)
def test_a_lost_point_has_a_sentence_and_the_test_no_text(outputs, said):
    (test,) = discreet(cell(TEST, [printed("1234"), *outputs], score=0))
    assert test.source == "assert double(3) == 6"
    assert [output.text for output in test.outputs] == [said]


def test_nothing_else_is_shown_of_what_was_run():
    answer = cell("print(seen)", [printed("1234")], solution=True)
    passed = cell(TEST, [printed("double(1234) is right")], score=2)
    given = cell("a = 1\n### BEGIN HIDDEN TESTS\nb = 1234\n### END HIDDEN TESTS", locked=True)
    own = new_code_cell("### BEGIN HIDDEN TESTS", outputs=[error("ValueError", "1234")])
    text = new_markdown_cell("An answer.")
    shown = discreet(answer, passed, given, own, text)
    assert not any(each.get("outputs") for each in shown)
    assert [each.source for each in shown] == [
        "print(seen)",
        "assert double(3) == 6",
        "a = 1",
        "### BEGIN HIDDEN TESTS",
        "An answer.",
    ]


def test_cells_below_a_test_say_nothing_by_their_exceptions():
    kinds = ["given", "student", "test", *["student"] * 4, "test"]
    cells = [{"number": n, "kind": kind} for n, kind in enumerate(kinds, 1)]
    first = ["2 cells missing, put back", "ValueError in cell 2", "printed too much in cell 2"]
    last = ["ran too long in test cell 8", "stopped by test cell 8: its process ended"]
    carry = ["KeyError in cell 4", "printed too much in cell 5", "an exception in cell 6"]
    carry += ["ran too long in cell 7", "stopped in cell 7: too many files", "look: imports os"]
    notebook = {"cells": cells, "words": [*first, *carry, *last]}
    assert list(words_for_student(notebook)) == first + last
    assert "KeyError in cell 4" in words_for_student({"cells": cells[:2], "words": carry})


def number_of(assignment, student):
    if student == "nobody":
        raise ValueError("not in the list")
    return lambda text: text.replace("N", f"{assignment}_{student}")


def test_locked_cells_and_no_others_are_the_students():
    config = Config()
    about = {"nbgrader": {"assignment": "T1", "student": "kim"}}
    cells = [cell("x = N", locked=True), cell("y = N", solution=True), cell("z == N", score=0)]
    originals = {"nb": Original([Official("a", "code", True, "x = N", {"grade": False}, "x = N")])}
    assert personal(config, "T1", "kim", originals) is originals
    config.SafeGrading.personal = number_of
    nb, _ = Personal(config=config).preprocess(new_notebook(cells=cells), about)
    assert [each.source for each in nb.cells] == ["x = T1_kim", "y = N", "z == T1_kim"]
    (own,) = personal(config, "T1", "kim", originals)["nb"].officials
    assert own.source == "x = T1_kim" and not own.is_edited("code", "x = N")
    with pytest.raises(ValueError, match="not in the list"):
        personal(config, "T1", "nobody", originals)
