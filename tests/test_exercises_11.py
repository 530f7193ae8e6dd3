"""The checks of lesson 11 accept every right way to write it, and name the slip in every other."""

import numpy as np
import pytest

from initcourse import exercises

FUNCTIONS = ("block_factor", "branch_scale", "lsuv_step")


def loop_std(values):
    values = [v for row in values.tolist() for v in row]
    mean = sum(values) / len(values)
    return (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5


RIGHT = {
    "block_factor": [
        lambda sigma1_2, sigma2_2, alpha: 1 + alpha**2 * sigma1_2 * sigma2_2 / 2,
        lambda a, b, c: float(1 + 0.5 * a * b * c * c),
        lambda a, b, c: np.float64(1 + 0.5 * a * b * c * c),
        lambda a, b, c: np.array(1 + 0.5 * a * b * c * c),
        lambda a, b, c: sum([1, np.prod([a, b, c, c, 0.5])]),
        lambda *args: 1 + np.square(args[2]) * args[0] * args[1] / 2,
    ],
    "branch_scale": [
        lambda L, c, growth: np.sqrt((growth ** (1 / L) - 1) / c),
        lambda L, c, growth: float(((growth ** (1 / L) - 1) / c) ** 0.5),
        lambda L, c, growth: np.array(np.sqrt(np.expm1(np.log(growth) / L) / c)),
        lambda L, c, growth: np.sqrt((np.power(growth, 1.0 / L) - 1.0) / c)[()],
        lambda L, c, growth: np.exp(0.5 * np.log(np.expm1(np.log(growth) / L) / c)),
    ],
    "lsuv_step": [
        lambda W, h: W / np.std(h @ W),
        lambda W, h: W / (h @ W).std(),
        lambda W, h: (W / np.sqrt(np.var(np.dot(h, W)))).tolist(),
        lambda W, h: np.array([[w / loop_std(h @ W) for w in row] for row in W]),
        lambda W, h: W * (1 / np.std(np.einsum("bi,ij->bj", h, W))),
        lambda W, h: np.asfortranarray(W) / float(np.std(h @ W)),
    ],
}


@pytest.mark.parametrize(("name", "k"), [(n, k) for n in FUNCTIONS for k in range(len(RIGHT[n]))])
def test_right_answers_are_accepted(name, k):
    verdict = getattr(exercises, name).check(RIGHT[name][k])
    assert verdict.right is True, verdict


@pytest.mark.parametrize("answer", [0.5, 1 / 2, np.float64(0.5), np.array(0.5), [0.5], 0.4999])
def test_the_factor_is_accepted(answer):
    assert exercises.flax_factor.check(answer).right is True


@pytest.mark.parametrize("name", (*FUNCTIONS, "flax_factor"))
def test_every_slip_is_named_and_no_two_share_a_sentence(name):
    exercise = getattr(exercises, name)
    sentences = [sentence for _, sentence in exercise.slips]
    for wrong, sentence in exercise.slips:
        verdict = exercise.check(wrong)
        assert verdict.right is False and verdict.text == sentence
    assert len(set(sentences)) == len(sentences) >= 5
    assert exercise.hint().text == exercise.hint_text


NONSENSE = [
    None, ..., "one", 3, np.nan, [], {}, object(), lambda: 1, lambda *a: None, lambda *a: "x",
    lambda *a: np.nan, lambda *a: np.zeros((2, 2, 2)), lambda *a: [1, "2"], lambda *a: 1 / 0,
    lambda *a: a[0].nothing, lambda *a: 1j, lambda *a: [[1], [2, 3]], print, int,
]  # fmt: skip


@pytest.mark.parametrize("name", (*FUNCTIONS, "flax_factor"))
@pytest.mark.parametrize("answer", NONSENSE)
def test_nonsense_gets_a_sentence(name, answer):
    verdict = getattr(exercises, name).check(answer)
    assert verdict.right is not True
    assert len(verdict.text) > 15 and "Traceback" not in verdict.text
