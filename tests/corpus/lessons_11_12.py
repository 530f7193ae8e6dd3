"""Lessons 11 and 12: any activation, and the edge of chaos."""

GRID = """\
z = np.linspace(-10, 10, 4001)
p = np.exp(-z**2 / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
"""
HERMITE = """\
z, p = np.polynomial.hermite_e.hermegauss(120)
p = p / p.sum()
"""
PAIR = """\
u = np.sqrt(q) * z
s = 1 / (p @ dphi(u) ** 2)
"""


RIGHT = {
    "init_std": [
        GRID + "return 1 / np.sqrt(n * np.sum(phi(z)**2 * p))",
        HERMITE + "return np.array(1 / n / (p @ phi(z)**2))**0.5",
        "ic.theory.gaussian_mean(lambda z: n * phi(z)**2)**-0.5",
        """
total, k = 0.0, -600
while k <= 600:
    x = k / 60
    total += float(phi(x))**2 * math.exp(-x * x / 2) / math.sqrt(2 * math.pi) / 60
    k += 1
return math.sqrt(1 / (n * total))
""",
    ],
    "trainable_depth": [
        "6 / abs(math.log(chi))", "6 / np.log(1 / chi)", "6 * -np.reciprocal(np.log(chi))",
        "math.log(math.e**-6) / math.log(chi)",
        """
layers, left = 0.0, 1.0
while left > math.exp(-6):
    left *= chi**0.001
    layers += 0.001
return layers
""",
    ],
    "critical_pair": [
        GRID + PAIR + "return [s, q - s * (p @ phi(u)**2)]",
        GRID + PAIR + "return np.array([s, q - s * np.sum(p * np.square(phi(u)))])",
        HERMITE + PAIR + "return s, q - s * (p @ phi(u)**2)",
        GRID + PAIR + "return [np.array(s), np.float64(q) - s * np.dot(p, phi(u) * phi(u))]",
        """
s = 1 / ic.theory.gaussian_mean(lambda u: dphi(u)**2, q)
return (float(s), float(q - s * ic.theory.gaussian_mean(lambda u: phi(u)**2, q)))
""",
    ],
}  # fmt: skip

WRONG = {
    "init_std": [
        (GRID + "return 1 / (n * (p @ phi(z)**2))", "This is the variance"),
        ("n**-0.5", "1/√n for every φ"), ("(n / 2)**-0.5", "He's rule"),
        (GRID + "return (n * (p @ phi(z)**2 - (p @ phi(z))**2))**-0.5", "the variance of φ"),
        (GRID + "return (p @ phi(z)**2)**-0.5", "This is the gain"),
        (GRID + "return ((p @ phi(z)**2) / n)**0.5", "Upside down"),
        (GRID + "return n**-0.5 / (p @ phi(z)**2)", "its root goes with the std"),
        (GRID + "return np.sqrt(2 / (n * (p @ phi(z)**2)))", "No 2: for ReLU"),
        ("""
x, w = np.polynomial.hermite.hermgauss(40)
return 1 / np.sqrt(n * np.sum(w * phi(x)**2))
""", "hermgauss's numbers?"),
        (GRID + "return (n * (p @ phi(z / np.sqrt(2))**2))**-0.5", "points need a factor √2"),
        (GRID + "return (n * math.pi**0.5 * (p @ phi(z)**2))**-0.5", "add up to √π"),
        (GRID + "return (n * math.sqrt(2 * math.pi) * (p @ phi(z)**2))**-0.5", "add up to √(2π)"),
        (GRID + "return n**-0.5 / (p @ abs(phi(z)))", "E|φ|"),
        ("0.1", "init_std(GELU, 100) gives 0.1, which is"),
        ("phi(np.zeros(3))", "asked for is one number"), ("np.sqrt(-phi(n))", "NaN"),
        ("z = np.linspace(-10, 10, 4001)\nreturn (n * np.mean(phi(z)**2))**-0.5",
         "times too small. q′ = n·Var(w)"),
        ("""
z = np.random.default_rng(SEED).standard_normal(100_000)
return (n * np.var(phi(z)))**-0.5
""", "variance of φ"),
        ("""
z = np.random.default_rng(SEED).standard_normal(100_000)
return 1 / (n * np.mean(phi(z)**2))
""", "This is the variance"),
    ],
    "trainable_depth": [
        ("1 / abs(np.log(chi))", "ξ itself"), ("-6 / abs(math.log(chi))", "the other sign"),
        ("-6 / math.log(chi, 10)", "natural logarithm"),
        ("np.log(chi) * -6", "Divide by the logarithm"), ("-6 / (chi - 1)", "use the logarithm"),
        ("-6 / np.log(np.sqrt(chi))", "no factor 2"),
        ("np.prod([chi] * 6)", "what six layers leave"),
        ("np.log(1 / 6) / np.log(chi)", "where 1/6 is left"),
        ("-6 / np.log(chi**2)", "no factor ½"),
    ],
    "critical_pair": [
        (GRID + PAIR + "return [q - s * (p @ phi(u)**2), s]", "swapped"),
        (GRID + PAIR + "return [q / (p @ phi(u)**2), 0]", "keeps the signal without a bias"),
        (GRID + PAIR + "return [s, 0.0]", "with σ_b² = 0"),
        (GRID + "u = np.sqrt(q) * z\ns = 1 / (p @ dphi(u))**2\nreturn [s, q - s * (p @ phi(u)**2)]",
         "E[φ′²] is not"),
        (GRID + PAIR + "return [s, s * (p @ phi(u)**2) - q]", "The sign of σ_b²"),
        (GRID + PAIR + "return [s, q - p @ phi(u)**2]", "the factor σ_w² is missing"),
        (GRID + "s = 1 / (p @ dphi(z)**2)\nreturn [s, q - s * (p @ phi(z)**2)]", "have variance q"),
        (GRID + "u = q * z\ns = 1 / (p @ dphi(u)**2)\nreturn [s, q - s * (p @ phi(u)**2)]",
         "multiplied by its root"),
        (GRID + PAIR + "return np.sqrt([s, q - s * (p @ phi(u)**2)])", "standard deviations"),
        (GRID + "u = q**0.5 * z\ns = 1 / (p @ dphi(u))\nreturn [s, q - s * (p @ phi(u)**2)]",
         "square φ′ before averaging"),
        (GRID + PAIR + "return [s, 1 - s * (p @ phi(u)**2)]", "asked for is q, not 1"),
        (GRID + PAIR + "return [s, q - s * (p @ phi(u)**2 - (p @ phi(u))**2)]",
         "the variance of φ for σ_b²"),
        (GRID + PAIR + "return s", "asked for is an array or list of shape (2,)"),
        (GRID + PAIR + "return [s, 0.1]", "wrong in 1 of 2 places. At [1]"),
    ],
}  # fmt: skip
