"""Exercise of lesson 07, the ReLU laboratory."""

import numpy as np

from initcourse.exercises.check import FunctionExercise

band_factor = FunctionExercise(
    name="band_factor",
    solution=lambda L, n: np.exp(2 * 1.96 * np.sqrt(5 * L / n)),
    cases=((30, 128), (10, 300), (4, 50)),
    hint_text="The band of ln m is 2·1.96 standard deviations wide; exp makes a factor of it.",
    praise="Seventyfold for 30 layers of 128 units: one seed is no experiment.",
    rtol=2e-3,
    slips=(
        (
            lambda L, n: 2 * 1.96 * np.sqrt(5 * L / n),
            "This is the width of the band of ln m. Take exp to get a factor of m.",
        ),
        (
            lambda L, n: np.exp(1.96 * np.sqrt(5 * L / n)),
            "This reaches from the middle to one end; the band has two.",
        ),
        (
            lambda L, n: np.exp(2 * 1.96 * 5 * L / n),
            "5L/n is the variance of ln m; its root is the standard deviation.",
        ),
        (
            lambda L, n: np.exp(2 * 1.96 * np.sqrt(2 * L / n)),
            "2L/n belongs to a linear network. ReLU has 5L/n.",
        ),
        (
            lambda L, n: np.exp(np.sqrt(5 * L / n)),
            "A 95 % band is 2·1.96 standard deviations wide.",
        ),
        (
            lambda L, n: np.exp(4 * np.sqrt(5 * L / n)),
            "2 stands for 1.96 here. exp makes a visible difference of that.",
        ),
        (
            lambda L, n: 10 ** (2 * 1.96 * np.sqrt(5 * L / n)),
            "ln m is the natural logarithm: exp, not a power of 10.",
        ),
        (
            lambda L, n: 2 * np.sinh(1.96 * np.sqrt(5 * L / n)),
            "This is the difference of the band's ends; a factor is their quotient.",
        ),
        (
            lambda L, n: np.exp(2 * 1.96 * np.sqrt(5 / n)),
            "This is the band of one layer: L of them.",
        ),
        (
            lambda L, n: np.exp(2 * 1.96 * np.sqrt(5 * L) / n),
            "The root covers 5L only. It is √(5L/n).",
        ),
        (
            lambda L, n: np.exp(2 * 1.96 * np.sqrt(5 * n / L)),
            "Upside down: more depth spreads more, more width less.",
        ),
    ),
)
