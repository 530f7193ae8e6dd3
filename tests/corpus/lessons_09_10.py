"""Lessons 09 and 10: shapes, and any activation."""

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
    "conv_std": [
        "(2 / k / k / c_in)**0.5", "math.sqrt(Fraction(2, k * k * c_in))",
        "np.sqrt(2 / ic.compute_fans((k, k, c_in, c_out))[0])",
        "np.sqrt(2 / np.ones((k, k, c_in, c_out))[..., 0].size)",
        """
n = 0
for i in range(k):
    for j in range(k):
        n += c_in
return (2 / n)**0.5
""",
    ],
    "wrong_fan_factor": [
        "(k * k)**layers", "np.prod([float(k**2)] * layers)", "math.exp(2 * layers * math.log(k))",
        "f = 1\nfor _ in range(layers):\n    f *= k**2\nreturn f",
    ],
    "recurrent_matrix": [
        "radius * np.linalg.qr(rng.standard_normal((n, n)))[0]",
        "ic.orthogonal((n, n), gain=radius, rng=rng)",
        "u, s, vt = np.linalg.svd(rng.standard_normal((n, n)))\nreturn radius * u @ vt",
        """
A = rng.standard_normal((n, n))
Q, R = np.linalg.qr(A)
return Q * np.sign(np.diag(R)) * radius
""",
        "radius * np.eye(n)[rng.permutation(n)]",
        "A = rng.standard_normal((n, n))\nw, V = np.linalg.eigh(A + A.T)\nreturn radius * V",
    ],
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
    "conv_std": [
        ("(c_in / 2)**-0.5", "k² is missing"), ("2 / (c_in * k**2)", "its square root"),
        ("np.sqrt(2 / (c_in * k))", "k rows and k columns"),
        ("np.sqrt(2 / (c_out * k**2))", "is fan_out"), ("np.sqrt(1 / (c_in * k**2))", "Xavier"),
        ("np.sqrt(4 / (k**2 * (c_in + c_out)))", "aver"),
        ("np.sqrt(2 / (c_out * (c_in * k**2)))", "all weights"),
        ("np.sqrt(c_in * (2 / k**2))", "Brackets are missing"),
        ("np.sqrt(2 / (k**2 * (c_in + c_out)))", "This is Glorot's"),
        ("(c_out / 2)**-0.5", "channels that leave"),
        ("np.sqrt(2 / k**2)", "each of them has c_in"),
        ("np.sqrt(2) / (c_in * k**2)", "The root covers"), ("np.sqrt(2 / (c_in + k**2))", "multip"),
        ("np.sqrt(2 / (c_in * 9))", "k = 3 only"),
        ("np.sqrt(6 / (c_in * k**2))", "bound of uniform"), ("c_in * k**2", "n, the fan"),
    ],
    "wrong_fan_factor": [
        ("np.prod([float(k)] * layers)", "factor on the standard"), ("k * k", "one layer's factor"),
        ("k**2 * layers", "added"), ("float(k)**(layers * -2)", "Upside down"),
        ("float(k)**(layers * 2) * 2.0**layers", "No factor 2"),
        ("float(k)**(layers * 2) * 0.5**layers", "No factor ½"),
        ("float(k)**(2 * (layers - 1))", "first one's fan"), ("float(k)**(layers * 4)", "not th"),
        ("9.0**layers", "k = 3 only"), ("k**2**layers", "larger than any float"),
    ],
    "recurrent_matrix": [
        ("radius**2 * np.linalg.qr(rng.standard_normal((n, n)))[0]", "radius²"),
        ("radius**0.5 * np.linalg.qr(rng.standard_normal((n, n)))[0]", "√radius"),
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[0] / np.sqrt(n)", "No 1/√n"),
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[0] * np.sqrt(n)", "No √n"),
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[0] / n", "No 1/n"),
        ("np.linalg.qr(rng.standard_normal((n, n)))[0] / radius", "instead of dividing"),
        ("rng.standard_normal((n, n)) / np.sqrt(n)", "A Gaussian matrix is not orthogonal"),
        ("""
U = rng.standard_normal((n, n))
return U * radius / np.abs(np.linalg.eigvals(U)).max()
""", "The spectral radius is 0.9"),
        ("np.linalg.qr(rng.standard_normal((n, n)))[0]", "radius is not used"),
        ("radius * np.linalg.qr(rng.standard_normal((n, n)))[1]", "triangular R"),
        ("3 * radius * np.linalg.qr(rng.standard_normal((n, n)))[0]", "3 times too large"),
        ("radius * np.eye(n)", "same matrix, with one entry in a row"),
        ("radius * np.linalg.qr(np.random.default_rng(0).standard_normal((n, n)))[0]", "the same"),
        ("radius * np.linalg.qr(np.random.standard_normal((n, n)))[0]", "global np.random"),
        ("radius * np.linalg.qr(np.random.default_rng().standard_normal((n, n)))[0]", "differ"),
        ("np.zeros((n, n))", "All entries are 0"), ("radius * np.ones(n)", "shape (12,)"),
        ("np.linalg.qr(rng.standard_normal((n, n)))", "shape (2, 12, 12)"), ("radius", "shape ()"),
        ("np.full((n, n), np.nan)", "NaN"),
        ("A = rng.standard_normal((n, n))\nreturn radius * A / np.linalg.norm(A, 2)",
         "A Gaussian matrix is not orthogonal"),
        ("Q, R = np.linalg.qr(rng.standard_normal((n, n)))\nreturn radius * Q @ Q.T",
         "one entry in a row"),
    ],
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
