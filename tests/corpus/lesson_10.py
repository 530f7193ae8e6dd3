"""Lesson 10: recurrent networks."""

RIGHT = {
    "plane_factor": [
        "abs(complex(a, b))**T", "(a**2 + b**2)**(T / 2)",
        "math.exp(T * math.log(math.hypot(a, b)))",
        "ic.spectral_radius(np.array([[a, b], [-b, a]]))**T",
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
    "forget_bias": [
        "math.log(T - 1)", "-np.log(1 / (T - 1))", "f = 1 - 1 / T\nreturn np.log(f / (1 - f))",
        """
low, high = -50.0, 50.0
for _ in range(200):
    b = (low + high) / 2
    low, high = (b, high) if 1 / (1 + math.exp(-b)) < 1 - 1 / T else (low, b)
return low
""",
    ],
}  # fmt: skip

WRONG = {
    "plane_factor": [
        ("float(a)**T", "b is not used: it turns"), ("(a * a)**(T / 2)", "only a's size"),
        ("(b + a)**T", "not a + b"), ("(abs(b) + abs(a))**T", "do not add"),
        ("abs(complex(a, b))**(2 * T)", "The root is missing"),
        ("abs(complex(a, b))", "one step's factor"), ("abs(complex(a, b)) * T", "added"),
        ("np.maximum(abs(b), abs(a))**T", "the larger of the two"),
        ("abs(complex(a, b))**T / abs(complex(a, b))", "One step is missing"),
        ("(a * a - b * b)**T", "turns the sign"), ("complex(a, b)**T", "complex"),
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
    "forget_bias": [
        ("math.log(T)", "not 1/T"), ("(T - 1) / T", "This is the gate"), ("T - 1.0", "This is eᵇ"),
        ("math.log(1 / (T - 1))", "forget nearly all"), ("(T - 1)**-1.0", "This is e⁻ᵇ"),
        ("math.log10(T - 1)", "made of e: take"), ("math.log2(T - 1)", "not of 2"),
        ("math.log((T - 1) / T)", "logarithm of the gate"), ("math.log(T + 1)", "minus, not plus"),
        ("1.0", "Keras"), ("ic.sigmoid(T)", "too small"),
    ],
}  # fmt: skip
