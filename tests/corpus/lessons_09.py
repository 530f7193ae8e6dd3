"""Lesson 09: shapes."""

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
}  # fmt: skip
