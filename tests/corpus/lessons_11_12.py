"""Lessons 11 and 12: any activation, and the edge of chaos."""

GRID = """\
z = np.linspace(-10, 10, 4001)
p = np.exp(-z**2 / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
"""
HERMITE = """\
z, p = np.polynomial.hermite_e.hermegauss(120)
p = p / p.sum()
"""
SLOPE = "u = q**0.5 * z\nm = np.sum(p * phi(u) * dphi(u) * z)\n"
MEANS = """\
both = ic.theory.joint_mean(phi, q, c)
q_next = sigma_w2 * np.sum(p * np.square(phi(q**0.5 * z))) + sigma_b2
"""
SETTLED = """\
q, old = 0.5, 0.0
while abs(q - old) > 1e-9:
    q, old = sigma_w2 * np.sum(p * np.square(phi(q**0.5 * z))) + sigma_b2, q
u = q**0.5 * z
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
    "map_slope": [
        GRID + SLOPE + "return sigma_w2 * m / q**0.5",
        GRID + "u = np.sqrt(q) * z\nreturn sigma_w2 * (p @ (phi(u)**2 * (z**2 - 1))) / (2 * q)",
        HERMITE + SLOPE + "return np.array(sigma_w2 * m / math.sqrt(q))",
        """
def mapped(q):
    return sigma_w2 * ic.theory.gaussian_mean(lambda u: phi(u)**2, q)
return (mapped(q + 1e-4) - mapped(q - 1e-4)) / 2e-4
""",
    ],
    "sine_bound": [
        "3 / ((1 - np.exp(-2)) / 2)", "3 / ic.theory.second_moment(ic.sine)",
        "3 * ic.theory.gain(ic.sine)**2", "6 / -math.expm1(-2)", "Fraction(6939, 1000)",
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
    "next_correlation": [
        GRID + MEANS + "return (sigma_b2 + both * sigma_w2) / q_next",
        HERMITE + MEANS + "return np.array((sigma_b2 + both * sigma_w2) / q_next)",
        """
x, y = np.meshgrid(np.linspace(-8, 8, 401), np.linspace(-8, 8, 401))
w = np.exp(-(x**2 + y**2) / 2)
u, v = np.sqrt(q) * x, np.sqrt(q) * (c * x + np.sqrt(1 - c**2) * y)
both, second = (np.sum(w * a) / np.sum(w) for a in (phi(u) * phi(v), phi(u)**2))
return (sigma_w2 * both + sigma_b2) / (sigma_w2 * second + sigma_b2)
""",
    ],
    "phase_chi": [
        GRID + SETTLED + "return sigma_w2 * np.sum(p * np.square(dphi(u)))",
        HERMITE + SETTLED + "return np.array(sigma_w2 * (p @ dphi(u)**2))",
        """
low, high = 1e-6, 10.0
for _ in range(60):
    q = (low + high) / 2
    grows = sigma_w2 * ic.theory.gaussian_mean(lambda u: phi(u)**2, q) + sigma_b2 > q
    low, high = (q, high) if grows else (low, q)
return sigma_w2 * ic.theory.gaussian_mean(lambda u: dphi(u)**2, q)
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
    "map_slope": [
        (GRID + SLOPE + "return 2 * sigma_w2 * m / q**0.5", "Twice too large"),
        (GRID + SLOPE + "return sigma_w2 * m / (2 * q**0.5)", "Half too small"),
        (GRID + SLOPE + "return m / q**0.5", "slope of E[φ²]"),
        (GRID + SLOPE + "return sigma_w2 * m", "here 1/√q is missing"),
        (GRID + SLOPE + "return sigma_w2 * m / q", "divide by √q, not by q"),
        (GRID + "u = q**0.5 * z\nreturn sigma_w2 * np.sum(p * phi(u) * dphi(u)) / q**0.5",
         "The factor z"),
        ("sigma_w2 * ic.theory.gaussian_mean(lambda u: dphi(u)**2, q)", "what a layer does to a"),
        ("sigma_w2 * ic.theory.gaussian_mean(lambda u: phi(u)**2, q)", "q′ itself"),
        ("sigma_w2 / q * ic.theory.gaussian_mean(lambda u: phi(u)**2, q)", "the line from 0"),
        (GRID + "return sigma_w2 * np.sum(p * phi(z) * dphi(z) * z) / q**0.5", "φ and φ′ take √q"),
        (GRID + "u = z * q\nreturn sigma_w2 * np.sum(p * phi(u) * dphi(u) * z) / q**0.5",
         "multiplied by its root"),
        ("sigma_w2", "gives 1.5, which is"), ("phi(np.zeros(2))", "asked for is one number"),
    ],
    "sine_bound": [
        ("2 * 3", "SIREN's own"), ("ic.theory.gain(ic.sine)**2", "This is σ_w²"),
        ("ic.theory.gain(ic.sine)**2 / 3", "Upside down"),
        ("(3 * ic.theory.gain(ic.sine)**2)**0.5", "This is √c"),
        ("3 / -math.expm1(-2)", "half of 1 − e⁻²"), ("6 / -math.expm1(-1)", "so here e⁻²"),
        ("3 / ic.theory.slope_moment(ic.sine)", "keeps the gradient"),
        ("6 * ic.theory.gain(ic.sine)**2", "not b²/6"), ("[6, 7]", "One number is asked for"),
        ("-6.939", "of the wrong sign"),
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
    "next_correlation": [
        (GRID + MEANS + "return both * sigma_w2 / q_next", "belongs above the line"),
        (GRID + MEANS + "return (both * sigma_w2 + sigma_b2) / (q_next - sigma_b2)", "Below the l"),
        (GRID + MEANS + "return (both * sigma_w2 + sigma_b2) / q", "Divide by the next layer's"),
        (GRID + MEANS + "return both * sigma_w2 + sigma_b2", "A correlation is that over q′"),
        (GRID + MEANS + "return (both + sigma_b2) / q_next", "by σ_w²."),
        (GRID + MEANS + "return both * sigma_w2 / (q_next - sigma_b2)", "correlation of the h"),
        (GRID + MEANS + "b = ic.theory.joint_mean(phi, 1, c)\n"
         "return (b * sigma_w2 + sigma_b2) / q_next", "hand it to joint_mean"),
        (GRID + MEANS + "s = np.sum(p * np.square(phi(z)))\n"
         "return (both * sigma_w2 + sigma_b2) / (sigma_w2 * s + sigma_b2)", "the argument of φ"),
        (GRID + MEANS + "return (both * sigma_w2 + sigma_b2) / q_next**0.5", "no root"),
        ("c * 1.0", "What does φ make of it?"), ("1.0", "too large"),
        ("phi(np.ones(3))", "asked for is one number"),
    ],
    "phase_chi": [
        ("sigma_w2 * ic.theory.gaussian_mean(lambda u: dphi(u)**2)", "This is χ at q = 1"),
        (GRID + "q = sigma_w2 * np.sum(p * phi(z)**2) + sigma_b2\n"
         "return sigma_w2 * np.sum(p * dphi(z * q**0.5)**2)", "One layer is not enough"),
        (GRID + SETTLED.replace(" + sigma_b2", "") + "return sigma_w2 * np.sum(p * dphi(u)**2)",
         "σ_b² is missing in the map"),
        (GRID + SETTLED + "return float(q)", "This is q*"),
        (GRID + SETTLED + "return np.sum(p * dphi(u)**2)", "χ has the factor σ_w²"),
        (GRID + SETTLED + "return sigma_b2 + sigma_w2 * np.sum(p * dphi(u)**2)", "no σ_b²"),
        (GRID + SETTLED + "return sigma_w2 * np.sum(p * dphi(u))**2", "E[φ′²] is not"),
        (GRID + SETTLED + "return (sigma_w2 * np.sum(p * dphi(u)**2))**0.5", "gradient's std"),
        (GRID + SETTLED + "return sigma_w2 * np.sum(p * phi(u) * dphi(u) * z) / q**0.5",
         "slope of the strength's map"),
        (GRID + SETTLED + "return sigma_w2 * np.sum(p * dphi(z * q)**2)", "multiplied by its root"),
        ("sigma_w2", "too large"),
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
}  # fmt: skip
