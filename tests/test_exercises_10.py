"""The exercises of lesson 10: right answers in several styles, every slip, and all the rest."""

import math

import numpy as np
import pytest
from test_exercises import NUMBERS, STRANGE, assert_kind

import initcourse as ic
from initcourse.exercises.any_activation import Given

PARAMETERS = {"init_std": "phi, n", "critical_pair": "phi, dphi, q", "trainable_depth": "chi"}
each = pytest.mark.parametrize("name", PARAMETERS)

_GRID = """
z = np.linspace(-10, 10, 4001)
p = np.exp(-z**2 / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
"""
_HERMITE = """
z, p = np.polynomial.hermite_e.hermegauss(120)
p = p / p.sum()
"""
_PAIR = """
u = np.sqrt(q) * z
s = 1 / (p @ dphi(u) ** 2)
"""
RIGHT = {
    "init_std": [
        _GRID + "return 1 / np.sqrt(n * np.sum(phi(z) ** 2 * p))",
        _HERMITE + "return np.array(1 / n / (p @ phi(z) ** 2)) ** 0.5",
        "z = np.random.default_rng(0).standard_normal(200_000)\n"
        "return float(np.sqrt(1 / (n * np.mean(phi(z) ** 2))))",
        "z = np.random.default_rng(1).standard_normal(200_000)\nreturn n**-0.5 / phi(z).std() "
        "/ np.sqrt(1 + phi(z).mean() ** 2 / phi(z).var())",
        """
total, k = 0.0, -600
while k <= 600:
    x = k / 60
    total += float(phi(x)) ** 2 * math.exp(-x * x / 2) / math.sqrt(2 * math.pi) / 60
    k += 1
return math.sqrt(1 / (n * total))
""",
        "return ic.theory.gaussian_mean(lambda z: n * phi(z) ** 2) ** -0.5",
        _GRID + "return [np.float32(1 / np.sqrt(n * (p @ phi(z) ** 2)))][0]",
    ],
    "critical_pair": [
        _GRID + _PAIR + "return [s, q - s * (p @ phi(u) ** 2)]",
        _GRID + _PAIR + "return np.array([s, q - s * np.sum(p * np.square(phi(u)))])",
        _HERMITE + _PAIR + "return s, q - s * (p @ phi(u) ** 2)",
        "s = 1 / ic.theory.gaussian_mean(lambda u: dphi(u) ** 2, q)\n"
        "return (float(s), float(q - s * ic.theory.gaussian_mean(lambda u: phi(u) ** 2, q)))",
        """
a = b = 0.0
for k in range(-500, 501):
    x = k / 50
    w = math.exp(-x * x / 2) / math.sqrt(2 * math.pi) / 50
    a += dphi(math.sqrt(q) * x) ** 2 * w
    b += phi(math.sqrt(q) * x) ** 2 * w
return [1 / a, q - b / a]
""",
        _GRID + _PAIR + "return [np.array(s), np.float64(q) - s * np.dot(p, phi(u) * phi(u))]",
    ],
    "trainable_depth": [
        "return -6 / np.log(chi)", "return 6 / abs(math.log(chi))", "return 6 / np.log(1 / chi)",
        "return np.array(-6 / np.log(chi))", "return 6 * -np.reciprocal(np.log(chi))",
        "return math.log(math.e**-6) / math.log(chi)", "return np.float32(-6 / math.log(chi))",
        "layers, left = 0.0, 1.0\nwhile left > math.exp(-6):\n    left *= chi**0.001\n"
        "    layers += 0.001\nreturn layers",
    ],
}  # fmt: skip
SLIPS = {
    "init_std": [
        (_GRID + "return 1 / (n * (p @ phi(z) ** 2))", "This is the variance"),
        ("return 1 / np.sqrt(n)", "1/√n for every φ"),
        ("return np.sqrt(2 / n)", "He's rule"),
        (_GRID + "return (n * (p @ phi(z) ** 2 - (p @ phi(z)) ** 2)) ** -0.5", "the variance of φ"),
        (_GRID + "return (p @ phi(z) ** 2) ** -0.5", "This is the gain"),
        (_GRID + "return ((p @ phi(z) ** 2) / n) ** 0.5", "Upside down"),
        (_GRID + "return n**-0.5 / (p @ phi(z) ** 2)", "its root goes with the std"),
        (_GRID + "return n**-0.5 / (p @ abs(phi(z)))", "E|φ|"),
    ],
    "critical_pair": [
        (_GRID + _PAIR + "return [q - s * (p @ phi(u) ** 2), s]", "swapped"),
        (_GRID + _PAIR + "return [q / (p @ phi(u) ** 2), 0]", "keeps the signal without a bias"),
        (_GRID + _PAIR + "return [s, q - p @ phi(u) ** 2]", "the factor σ_w² is missing"),
        (
            _GRID + "s = 1 / (p @ dphi(z) ** 2)\nreturn [s, q - s * (p @ phi(z) ** 2)]",
            "have variance q",
        ),
        (
            _GRID + "u = q * z\ns = 1 / (p @ dphi(u) ** 2)\nreturn [s, q - s * (p @ phi(u) ** 2)]",
            "multiplied by its root",
        ),
        (_GRID + _PAIR + "return np.sqrt([s, q - s * (p @ phi(u) ** 2)])", "standard deviations"),
        (
            _GRID + "u = q**0.5 * z\ns = 1 / (p @ dphi(u))\nreturn [s, q - s * (p @ phi(u) ** 2)]",
            "square φ′ before averaging",
        ),
        (_GRID + _PAIR + "return [s, 1 - s * (p @ phi(u) ** 2)]", "asked for is q, not 1"),
        (_GRID + _PAIR + "return [s, q - s * (p @ phi(u) ** 2 - (p @ phi(u)) ** 2)]", "variance"),
    ],
    "trainable_depth": [
        ("return -1 / np.log(chi)", "ξ itself"),
        ("return 6 / np.log(chi)", "the other sign"),
        ("return -6 / np.log10(chi)", "natural logarithm"),
        ("return -6 * np.log(chi)", "Divide by the logarithm"),
        ("return 6 / (1 - chi)", "use the logarithm"),
        ("return -12 / np.log(chi)", "no factor 2"),
        ("return chi**6", "what six layers leave"),
        ("return -3 / np.log(chi)", "no factor ½"),
    ],
}
UNLISTED = [
    ("init_std", "return 0.1", "init_std(GELU, 100) gives 0.1, which is"),
    ("init_std", "return phi", "this is a function or class"),
    ("init_std", "return phi(np.zeros(3))", "asked for is one number"),
    ("init_std", "return np.sqrt(-phi(n))", "NaN"),
    ("init_std", "return 1 / (n * phi.mean())", "stopped with AttributeError"),
    ("critical_pair", _GRID + _PAIR + "return s", "asked for is an array or list of shape (2,)"),
    ("critical_pair", _GRID + _PAIR + "return [s, 0.1]", "wrong in 1 of 2 places. At [1]"),
    ("critical_pair", "return q - phi", "stopped with TypeError"),
    ("trainable_depth", "return int(-6 / np.log(chi))", "was something rounded?"),
    ("trainable_depth", "return math.log(-chi)", "stopped with ValueError"),
    ("trainable_depth", "print(-6 / np.log(chi))", "write its return line"),
]


def answer(name, code):
    """The function that a learner types."""
    namespace = {"np": np, "math": math, "ic": ic}
    body = "".join(f"    {line}\n" for line in code.strip().splitlines())
    exec(f"def {name}({PARAMETERS[name]}):\n{body}", namespace)
    return namespace[name]


def check(name, code):
    return getattr(ic.exercises, name).check(answer(name, code))


@pytest.mark.parametrize(("name", "code"), [(n, code) for n in RIGHT for code in RIGHT[n]])
def test_right_answer_is_accepted(name, code):
    verdict = check(name, code)
    assert verdict.right is True, verdict
    assert verdict.text == getattr(ic.exercises, name).praise


@pytest.mark.parametrize(
    ("name", "code", "words"), [(n, *slip) for n in SLIPS for slip in SLIPS[n]]
)
def test_slip_gets_the_sentence_that_names_it(name, code, words):
    verdict = check(name, code)
    assert_kind(verdict)
    assert words in verdict.text


@each
def test_every_listed_slip_is_written_out_and_they_differ_clearly(name):
    exercise = getattr(ic.exercises, name)
    told = {check(name, code).text for code, _ in SLIPS[name]}
    assert told == {sentence for _, sentence in exercise.slips}
    functions = [exercise.solution, *(wrong for wrong, _ in exercise.slips)]
    results = [
        np.concatenate([np.ravel(f(*case)) for case in exercise.cases]).astype(float)
        for f in functions
    ]
    for k, one in enumerate(results):
        for other in results[:k]:
            assert max(abs(one - other) / np.maximum(abs(one), abs(other))) > 3 * exercise.rtol


@pytest.mark.parametrize(("name", "code", "words"), UNLISTED)
def test_unlisted_wrong_answer_gets_a_reply_that_helps(name, code, words):
    verdict = check(name, code)
    assert_kind(verdict)
    assert words in verdict.text


@each
@pytest.mark.parametrize("missing", [..., None])
def test_missing_answer(name, missing):
    assert getattr(ic.exercises, name).check(missing).right is None
    assert check(name, "...").right is None
    assert check(name, "return None").right is None


@each
@pytest.mark.parametrize("kind", [*STRANGE, *NUMBERS])
def test_strange_answers_and_results_get_a_kind_sentence(name, kind):
    value = {**STRANGE, **NUMBERS}[kind]
    exercise = getattr(ic.exercises, name)
    assert_kind(exercise.check(value))
    assert_kind(exercise.check(lambda *case: value))


@each
def test_exceptions_and_parameters_are_told(name):
    exercise = getattr(ic.exercises, name)

    def fails(*case):
        raise RuntimeError("no chalk")

    def endless(*case):
        return endless(*case)

    assert "stopped with RuntimeError: no chalk" in exercise.check(fails).text
    assert "RecursionError" in exercise.check(endless).text
    assert "it must take" in exercise.check(lambda a, b, c, d: a).text
    assert exercise.hint().text == exercise.hint_text


@each
def test_an_answer_may_print_and_warn_and_be_judged_twice(name, recwarn):
    right = answer(name, RIGHT[name][0])

    def noisy(*case):
        np.log(np.zeros(1))
        return right(*case)

    exercise = getattr(ic.exercises, name)
    assert exercise.check(noisy).right is True and exercise.check(noisy).right is True
    assert not recwarn.list


def test_a_function_that_is_given_is_shown_by_its_name_and_takes_numbers():
    given = Given("φ", np.tanh)
    assert repr(given) == "φ" and given(0) == 0 and given([0, 0]).shape == (2,)
