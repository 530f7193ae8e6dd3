"""Lesson 17: your framework."""

RIGHT = {
    "flax_factor": [
        "1 / 2",
        "np.float64(0.5)",
        "np.array(0.5)",
        "[0.5]",
    ],
    "layers_until": [
        "math.ceil(math.log10(least) / math.log10(factor))",
        """
l, left = 0, 1.0
while left > least:
    l, left = l + 1, left * factor
return l
""",
        "float(-(-np.log2(least) // np.log2(factor)))",
    ],
    "swapped_factor": ["n * (2 / n) ** 2 / 2", "2.0 * n**-1", "Fraction(2, n)"],
}
WRONG = {
    "flax_factor": [
        ("1.0", "what the weights alone do"),
        ("0.3333", "ReLU is still to come"),
        ("1 / 3 * 0.5", "default: there n·Var W"),
        ("2.0", "2 is n·Var W under He's"),
        ("0.5 * 0.8796**2", "corrects the truncation"),
        ("0.5 * 0.5", "once per layer"),
        ("np.sqrt(0.5)", "factor on the standard deviation"),
        ("0.341", "makes of a variance"),
    ],
    "layers_until": [
        ("math.log(least, factor)", "where the two meet"),
        ("int(math.log(least) / math.log(factor))", "one layer more"),
        ("math.ceil(math.log(factor, least))", "Upside down"),
        ("math.ceil(least * (1 / factor))", "take logarithms"),
        ("math.ceil(0.5 * math.log(least, factor))", "no root is taken"),
        ("math.ceil(math.log(1 / least))", "divide by e"),
        ("least", ""),
        ("-5", ""),
    ],
    "swapped_factor": [
        ("n / n", "He's rule"),
        ("n * (2 / n) ** 2", "leaves half of it"),
        ("(2 / n) ** 2", "That is Var W"),
        ("(2 / n) ** 2 / 2", "multiply by n"),
        ("np.sqrt(2 / n)", "root mean square"),
        ("n**-1", "that is 2/n"),
        ("0", ""),
        ("n / 2", ""),
    ],
}
