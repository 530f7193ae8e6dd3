"""Lesson 09's checks: right answers in several styles, every slip by its sentence, and nonsense."""

import math
from fractions import Fraction

import numpy as np
import pytest

import initcourse as ic
from initcourse.exercises import Verdict

PARAMETERS = {
    "conv_std": "k, c_in, c_out",
    "wrong_fan_factor": "k, layers",
    "recurrent_matrix": "n, radius, rng",
}
each_name = pytest.mark.parametrize("name", PARAMETERS)


def check(name, code):
    namespace = {"np": np, "math": math, "Fraction": Fraction, "ic": ic}
    if "return" not in code:
        code = "return " + code
    body = "".join(f"    {line}\n" for line in code.strip().splitlines())
    exec(f"def {name}({PARAMETERS[name]}):\n{body}", namespace)
    return getattr(ic.exercises, name).check(namespace[name])


def pairs(table):
    return [pytest.param(name, *row, id=f"{name}: {row[0]}"[:60])
            for name, rows in table.items() for row in rows]  # fmt: skip


RIGHT = {
    "conv_std": [
        ("np.sqrt(2 / (k**2 * c_in))",), ("(2 / k / k / c_in) ** 0.5",),
        ("math.sqrt(Fraction(2, k * k * c_in))",), ("np.array(math.sqrt(2 / (k**2 * c_in)))",),
        ("np.sqrt(2 / ic.compute_fans((k, k, c_in, c_out))[0])",),
        ("n = 0\nfor i in range(k):\n    for j in range(k):\n        n += c_in\n"
         "return (2 / n) ** 0.5",),
        ("np.sqrt(2 / np.ones((k, k, c_in, c_out))[..., 0].size)",),
    ],
    "wrong_fan_factor": [
        ("k ** (2 * layers)",), ("(k * k) ** layers",), ("np.float64(k) ** (2 * layers)",),
        ("np.prod([float(k**2)] * layers)",), ("math.exp(2 * layers * math.log(k))",),
        ("f = 1\nfor _ in range(layers):\n    f *= k**2\nreturn f",),
        ("np.array(float(k)) ** (2 * layers)",),
    ],
    "recurrent_matrix": [
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[0]",),
        ("ic.orthogonal((n, n), gain=radius, rng=rng)",),
        ("Q, R = np.linalg.qr(rng.standard_normal((n, n)))\nreturn (radius * Q).tolist()",),
        ("u, s, vt = np.linalg.svd(rng.standard_normal((n, n)))\nreturn radius * u @ vt",),
        ("A = rng.standard_normal((n, n))\nQ, R = np.linalg.qr(A)\n"
         "return Q * np.sign(np.diag(R)) * radius",),
        ("return radius * np.eye(n)[rng.permutation(n)]",),
        ("A = rng.standard_normal((n, n))\nw, V = np.linalg.eigh(A + A.T)\nreturn radius * V",),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name, code", pairs(RIGHT))
def test_right_answer_is_accepted(name, code):
    verdict = check(name, code)
    assert verdict.right is True, verdict
    assert verdict.text == getattr(ic.exercises, name).praise


SLIPS = {
    "conv_std": [
        ("np.sqrt(2 / c_in)", "k² is missing"), ("2 / (k**2 * c_in)", "its square root"),
        ("np.sqrt(2 / (k * c_in))", "not k"), ("np.sqrt(2 / (k**2 * c_out))", "fan_out"),
        ("np.sqrt(1 / (k**2 * c_in))", "Xavier"), ("(4 / (k * k * (c_in + c_out))) ** 0.5", "aver"),
        ("np.sqrt(2 / (k**2 * c_in * c_out))", "all weights"), ("np.sqrt(2) / k", "channels"),
        ("np.sqrt(2) / (k**2 * c_in)", "The root covers"), ("np.sqrt(2 / (k**2 + c_in))", "multip"),
        ("np.sqrt(2 / (9 * c_in))", "k = 3 only"), ("np.sqrt(6 / (k**2 * c_in))", "uniform"),
        ("k**2 * c_in", "the fan"),
    ],
    "wrong_fan_factor": [
        ("float(k) ** layers", "standard deviation"), ("k**2", "one layer's factor"),
        ("layers * k**2", "added"), ("float(k) ** (-2 * layers)", "Upside down"),
        ("2.0**layers * float(k) ** (2 * layers)", "No factor 2"),
        ("0.5**layers * float(k) ** (2 * layers)", "No factor ½"),
        ("float(k) ** (2 * layers - 2)", "first one's fan"), ("float(k) ** (4 * layers)", "not th"),
        ("9**layers", "k = 3 only"),
    ],
    "recurrent_matrix": [
        ("rng.standard_normal((n, n)) / np.sqrt(n)", "A Gaussian matrix is not orthogonal"),
        ("U = rng.standard_normal((n, n))\n"
         "return U * radius / np.abs(np.linalg.eigvals(U)).max()", "The spectral radius is 0.9"),
        ("np.linalg.qr(rng.standard_normal((n, n)))[0]", "radius is not used"),
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[1]", "triangular R"),
        ("radius**2 * np.linalg.qr(rng.standard_normal((n, n)))[0]", "radius²"),
        ("radius**0.5 * np.linalg.qr(rng.standard_normal((n, n)))[0]", "√radius"),
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[0] / np.sqrt(n)", "No 1/√n"),
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[0] * np.sqrt(n)", "No √n"),
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[0] / n", "No 1/n"),
        ("np.linalg.qr(rng.standard_normal((n, n)))[0] / radius", "instead of dividing"),
        ("3 * radius * np.linalg.qr(rng.standard_normal((n, n)))[0]", "3 times too large"),
        ("radius * np.eye(n)", "same matrix, with one entry in a row"),
        ("radius * np.linalg.qr(np.random.default_rng(0).standard_normal((n, n)))[0]", "the same"),
        ("radius * np.linalg.qr(np.random.standard_normal((n, n)))[0]", "global np.random"),
        ("radius * np.linalg.qr(np.random.default_rng().standard_normal((n, n)))[0]", "differ"),
        ("np.zeros((n, n))", "All entries are 0"), ("radius * np.ones(n)", "shape (12,)"),
        ("np.linalg.qr(rng.standard_normal((n, n)))", "shape (2, 12, 12)"), ("radius", "shape ()"),
        ("np.full((n, n), np.nan)", "NaN"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name, code, words", pairs(SLIPS))
def test_slip_gets_the_sentence_that_names_it(name, code, words):
    verdict = check(name, code)
    assert verdict.right is False, verdict
    assert words in verdict.text, verdict


def test_every_listed_slip_is_written_out_above():
    for name in ("conv_std", "wrong_fan_factor"):
        listed = [sentence for _, sentence in getattr(ic.exercises, name).slips]
        said = {check(name, code).text for code, _ in SLIPS[name]}
        assert set(listed) == said
        assert len(listed) == len(set(listed))


@each_name
@pytest.mark.parametrize(
    "answer", [None, ..., 3.0, "x", float("nan"), [], lambda: 1, lambda *a: None, int,
               lambda *a: 1 / 0, lambda *a: "a", lambda *a: [[1], [1, 2]], lambda *a: np.nan,
               lambda *a: 1j, lambda *a: {}, lambda a: a],
)  # fmt: skip
def test_nonsense_gets_a_sentence(name, answer):
    verdict = getattr(ic.exercises, name).check(answer)
    assert isinstance(verdict, Verdict) and verdict.right in (False, None)
    assert verdict.text == verdict.text.strip() and verdict.text[-1] in ".?)"
    assert len(verdict.text) < 600 and "Traceback" not in verdict.text
    assert "<b>" in verdict._repr_html_()


@each_name
def test_unanswered_and_hint(name):
    exercise = getattr(ic.exercises, name)
    assert check(name, "return ...").right is None
    assert name in exercise.check(...).text
    assert repr(exercise.hint()).startswith("Hint: ")
