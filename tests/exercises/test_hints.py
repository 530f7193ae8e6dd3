"""A hint for every exercise, on request, and none that holds the solution."""

import ast
import itertools

import lessons
from corpus import EXERCISES, answer

import initcourse as ic

SOLUTIONS = {n: code for path in lessons.NOTEBOOKS for n, code in lessons.solutions(path).items()}

_AS_TYPED = {"·": "*", "−": "-", "²": "**2", "√": "np.sqrt", "π": "np.pi"}
_AS_TYPED |= {"½": "(1/2)", "¼": "(1/4)"}


def pieces(text):
    """Every run of words of a text, written as Python."""
    for sign, code in _AS_TYPED.items():
        text = text.replace(sign, code)
    words = text.split()
    for i, j in itertools.combinations(range(len(words) + 1), 2):
        yield " ".join(words[i:j]).strip(" .,;:?")


def is_python(piece):
    try:
        ast.parse(piece, mode="eval")
    except SyntaxError:
        return False
    return True


def bare(formula):
    """A formula without what is only spelling: spaces, brackets, dots."""
    for sign, code in _AS_TYPED.items():
        formula = formula.replace(sign, code)
    for spelling in (" ", "(", ")", "[", "]", "*", "np.", "ic.", "float"):
        formula = formula.replace(spelling, "")
    return formula


def formulas(code):
    """What a worked solution computes: its results, its intermediate steps, what is under a √."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.Return, ast.Assign)) and node.value:
            parts = node.value.elts if isinstance(node.value, (ast.List, ast.Tuple)) else []
            yield from map(ast.unparse, [node.value, *parts])
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("sqrt"):
            if not isinstance(node.args[0], ast.Name):
                yield ast.unparse(node.args[0])


def given_away(name, hint):
    """What of the solution stands in a hint."""
    spelled = [bare(f) for f in formulas(SOLUTIONS[name])]
    found = [f for f in spelled if len(f) >= 4 and f in bare(hint)]
    exercise = EXERCISES[name]
    if name.startswith("patient"):
        diagnosis = ic.clinic.key([exercise.patient])[exercise.patient.name]
        found += [diagnosis] * (diagnosis in hint.lower())
    else:
        found += [
            piece
            for piece in pieces(hint)
            if is_python(piece) and exercise.check(_answered(name, piece)).right
        ]
    return found


def _answered(name, piece):
    try:
        return answer(name, piece)
    except (NameError, TypeError, AttributeError, SyntaxError):  # words, not a value
        return ...


def test_a_hint_says_something_but_neither_the_number_nor_the_code_of_the_solution():
    for name, exercise in EXERCISES.items():
        hint = exercise.hint()
        assert repr(hint).startswith("Hint: ") and len(hint.text) > 30 and hint.text[-1] in ".?"
        assert given_away(name, exercise.hint_text) == []


def test_a_hint_that_holds_the_solution_is_found():
    for name, hint in (
        ("share_left", "It is 1/1024."),
        ("critical_sigma_w2", "4² is it."),
        ("weight_std", "Return 1/√(n), the standard deviation."),
        ("relu_moments", "E[h] = √(q/2π), E[h²] = q/2, Var h = E[h²] − E[h]²."),
        ("lsuv_step", "W / np.std(h @ W) divides by one number."),
        ("he_normal", "Multiply by √(2/n_in)."),
        ("delta_below", "It is (delta @ W.T) * slope, no more."),
        ("patient_5", "Is it a gain too large?"),
    ):
        assert given_away(name, hint) != [], name
