"""Exercise of lesson 07, the ReLU laboratory."""

from initcourse.exercises.check import FunctionExercise

band_factor = FunctionExercise(
    name="band_factor",
    parameters="L, n",
    solution="np.exp(2 * 1.96 * np.sqrt(5 * L / n))",
    cases=((30, 128), (10, 300), (4, 50)),
    hint_text="The band of ln m is 2·1.96 standard deviations wide; exp makes a factor of it.",
    praise="Seventyfold for 30 layers of 128 units: one seed is no experiment.",
    rtol=2e-3,
    slips={
        "3.92 * np.sqrt(5 * L / n)": "This is the width of the band of ln m. Take exp to get a "
        "factor of m.",
        "math.exp(1.96 * math.sqrt(5 * L / n))": "This reaches from the middle to one end; the "
        "band has two.",
        "np.exp(3.92 * 5 * L / n)": "5L/n is the variance of ln m; its root is the standard "
        "deviation.",
        "np.exp(3.92 * (2 * L / n) ** 0.5)": "2L/n belongs to a linear network. ReLU has 5L/n.",
        "np.exp((5 * L / n) ** 0.5)": "A 95 % band is 2·1.96 standard deviations wide.",
        "np.exp(2 * 2 * np.sqrt(5 * L / n))": "2 stands for 1.96 here. exp makes a visible "
        "difference of that.",
        "10 ** (3.92 * np.sqrt(5 * L / n))": "ln m is the natural logarithm: exp, not a power of "
        "10.",
        "s = np.sqrt(5 * L / n)\nreturn np.exp(1.96 * s) - np.exp(-1.96 * s)": (
            "This is the difference of the band's ends; a factor is their quotient."
        ),
        "np.exp(3.92 * np.sqrt(5 / n))": "This is the band of one layer: L of them.",
        "np.exp(3.92 * np.sqrt(5 * L) / n)": "The root covers 5L only. It is √(5L/n).",
        "np.exp(3.92 * np.sqrt(5 * n / L))": "Upside down: more depth spreads more, more width "
        "less.",
    },
)
