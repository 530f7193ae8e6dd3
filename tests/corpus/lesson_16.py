"""Lesson 16: width, depth and the first step."""

RIGHT = {
    "step_change": [
        "abs(eta) * np.linalg.norm(h, 1)", "np.sum(np.abs(np.multiply(eta, h)))",
        "total = 0.0\nfor a in h:\n    total += eta * abs(a)\nreturn total",
    ],
    "mup_rates": [
        "(1.0, base / n, base / n)", "np.array([n, base, base]) / n",
        "f = base * n**-1\nreturn [1, f, f]",
    ],
    "output_std": [
        "np.sqrt(base / n**2)", "base**0.5 / n", "math.sqrt(1 / base) * base / n",
    ],
    "depth_power": ["1 - (a + r)", "math.log2(2 / 2**a / 2**r)", "-(a + r - 1)"],
}  # fmt: skip

WRONG = {
    "step_change": [
        ("eta * np.linalg.norm(h)", "independent signs"), ("np.sum(eta * np.asarray(h))", "keeps"),
        ("eta * np.sum(np.abs(h)) / len(h)", "mean of the terms"),
        ("eta * np.dot(h, h)", "SGD's step"), ("np.linalg.norm(h, 1)", "η is missing"),
        ("eta * np.size(h)", "multiplied by its hᵢ"),
        ("eta * np.linalg.norm(h, np.inf)", "largest term"),
        ("eta * eta * np.sum(np.abs(h))", "η once"),
        ("-np.sum(np.abs(eta * np.asarray(h)))", "no sign"),
    ],
    "mup_rates": [
        ("np.full(3, base / n)", "reads 64 pixels"),
        ("[1, np.sqrt(base / n), np.sqrt(base / n)]", "√n is for terms"),
        ("[1.0, n / base, n / base]", "Upside down"), ("[1.0, n**-1, n**-1]", "At n = base"),
        ("[1.0, base / n, 1.0]", "output layer reads"), ("[1.0, 1.0, base / n]", "in the middle"),
        ("[1.0, base / n, base**2 / n**2]", "variance of the output"), ("np.ones(3)", "one rate"),
        ("(1.0, base / n)", "three factors"),
    ],
    "output_std": [
        ("n**-1.0", "falls as it should"), ("n**-0.5", "standard 1/n"),
        ("base * n**-2.0", "This is the variance;"), ("base * n**-1.0", "this is 1. It should"),
        ("(base / n)**0.5", "itself is missing"), ("(2 * base)**0.5 / n", "No ReLU"),
        ("base**0.5 * n**-2.0", "This std falls"), ("base**-0.5", "at n = base only"),
        ("n * base**-0.5", "it must fall"),
    ],
    "depth_power": [
        ("1.0 - a", "one rate at all depths"), ("1 / 2 - (a + r)", "√L is for changes"),
        ("-(a + r)", "one block. There"), ("1 + (a + r)", "both take away"),
        ("1.0 - r * a", "add their exponents"), ("1 - (2 * a + r)", "A second α"),
        ("r + a", "L blocks bring a 1"), ("1 + r - a", "r takes away."),
    ],
}  # fmt: skip
