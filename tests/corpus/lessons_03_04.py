"""Lessons 03 and 04: Xavier and He."""


def normal(std):
    return f"{std} * rng.standard_normal((n_in, n_out))"


def uniform(bound):
    return f"b = {bound}\nreturn rng.uniform(-b, b, (n_in, n_out))"


#: What no initializer is, whatever its variance.
NO_INITIALIZER = (
    ("np.random.default_rng().standard_normal((n_in, n_out))", "draw only from the rng passed"),
    ("np.random.default_rng(1).standard_normal((n_in, n_out))", "Every call draws the same"),
    # seed 2 is that of the check's own third draw
    ("np.random.default_rng(2).standard_normal((n_in, n_out))", "Every call draws the same"),
    ("np.random.seed(0)\nreturn rng.standard_normal((n_in, n_out))", "seed nothing"),
    ("np.zeros((n_in, n_out))", "All weights are 0"),
    ("np.full((n_in, n_out), 0.1)", "All weights are one constant"),
    ("np.eye(n_in, n_out)", "whole numbers"),
    ("np.round(rng.normal(0, 3, (n_in, n_out)))", "whole numbers"),
    ("rng.standard_normal((n_in, 1)) * np.ones((1, n_out))", "one row drawn and repeated"),
    ("rng.standard_normal(n_in)", "weights have shape (300,)"),
    ("np.full((n_in, n_out), np.nan)", "NaN or infinite"),
    ("np.sqrt(-2 / n_in) * rng.standard_normal((n_in, n_out))", "√ of a negative"),
    ("W = rng.standard_normal((n_in, n_out))\nreturn W, np.zeros(n_out)", "different lengths"),
)

RIGHT = {
    "delta_below": [
        "np.einsum('bj,ij->bi', delta, W) * slope", "slope * np.dot(W, delta.T).T",
        "tuple(map(tuple, np.multiply(np.matmul(delta, np.transpose(W)), slope)))",
        """
out = np.zeros_like(slope)
for b in range(len(delta)):
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            out[b, i] += delta[b, j] * W[i, j] * slope[b, i]
return out
""",
    ],
    "taper_factor": [
        "math.prod(Fraction(2 * a, a + b) for a, b in itertools.pairwise(widths))",
        "np.exp(sum(np.log(2 * a / (a + b)) for a, b in zip(widths[:-1], widths[1:])))",
        "w = np.array(widths)\nreturn np.prod(2 * w[:-1] / (w[:-1] + w[1:]))",
    ],
    "xavier_uniform": [
        uniform("np.sqrt(6 / (n_in + n_out))"),
        """
b = math.sqrt(3) * (2 / (n_in + n_out))**0.5
return (2 * rng.random((n_in, n_out)) - 1) * b
""",
        "(rng.uniform(size=(n_in, n_out)) - 0.5) * np.sqrt(24 / (n_in + n_out))",
        """
b = np.sqrt(6 / (n_in + n_out))
return rng.uniform(-b, b, n_in * n_out).reshape(n_in, n_out)
""",
        "b = np.sqrt(6 / (n_in + n_out))\nreturn rng.uniform(-b, b, (n_out, n_in)).T",
        """
b = np.sqrt(6 / (n_in + n_out))
return [rng.uniform(-b, b, n_out) for _ in range(n_in)]
""",
    ],
    "relu_moments": [
        "[math.sqrt(q) * 0.39894, q / 2, 0.34085 * q]",
        "np.array([np.sqrt(q / 2 / np.pi), q / 2, q * (np.pi - 1) / (2 * np.pi)])",
        "(float(np.sqrt(q / (2 * math.pi))), Fraction(q) / 2, np.float32(q * 0.340845))",
        """
z = np.linspace(-12, 12, 100_001) * np.sqrt(q)
p = np.exp(-(z**2) / (2 * q)) / np.sqrt(2 * np.pi * q) * (z[1] - z[0])
h = np.maximum(z, 0)
return [np.sum(h * p), np.sum(h**2 * p), np.sum(h**2 * p) - np.sum(h * p)**2]
""",
    ],
    "he_normal": [
        "rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))", normal("math.sqrt(2 / n_in)"),
        "np.sqrt(2) * rng.standard_normal(size=(n_in, n_out)) / np.sqrt(n_in)",
        """
s = np.sqrt(2 / n_in)
return np.stack([rng.normal(0, s, n_in) for _ in range(n_out)], 1)
""",
        "ic.he_normal((n_in, n_out), rng=rng)",
        "ic.variance_scaling((n_in, n_out), scale=2.0, rng=rng)",
    ],
    "torch_factor": [
        "1 / 3 / 2", "0.1667", "np.mean(np.linspace(-1, 1, 100_001)**2) / 2", "2 / (1 + 5) / 2",
    ],
}  # fmt: skip

WRONG = {
    "delta_below": [
        ("delta @ W.T", "φ′ is missing"), ("delta @ W.T * slope**2", "φ′ is squared"),
        ("slope * (delta @ W.T) / W.shape[1]", "Nothing is averaged"),
        ("slope * (delta @ W.T) / len(delta)", "batch is not averaged"),
        ("(1 - slope**2) * (delta @ W.T)", "φ′ already"),
        ("(slope > 0) * (delta @ W.T)", "where it is > 0"),
        ("np.divide(delta @ W.T, slope)", "here it divides"),
        ("(delta @ W.T * slope).sum(axis=0)", "sums over the batch"),
        ("(delta @ W.T * slope).mean(axis=0)", "averages over the batch"),
        ("(delta @ W.T * slope).T", "transposed: (batch"),
        ("slope * -(delta @ W.T)", "The sign: δ"),
        ("(1 - np.tanh(slope)**2) * (delta @ W.T)", "not z: no tanh"),
        ("slope.mean(axis=0) * (delta @ W.T)", "Each input has its own"),
        ("delta @ W.T * slope.mean()", "Each unit has its own"),
        ("slope * (delta @ np.linalg.pinv(W))", "inverts W"), ("slope + delta @ W.T", "not added"),
        ("(delta @ W) * slope", "δ has one column for each unit above"),
        ("delta * slope @ W.T", "δ has one column for each unit above"),
    ],
    "taper_factor": [
        ("np.prod([b * 2 / (b + a) for a, b in zip(widths, widths[1:])])", "backward factor"),
        ("np.prod([2 / (b + a) for a, b in zip(widths, widths[1:])])", "multiplies the variances"),
        ("np.prod([(a * 2 / (b + a))**0.5 for a, b in zip(widths, widths[1:])])",
         "factor on the std"),
        ("1.0", "would be 1/n_in"),
        ("[a * 2 / (b + a) for a, b in zip(widths, widths[1:])]", "their product"),
        ("np.prod([a / (b + a) for a, b in zip(widths, widths[1:])])", "The 2 is missing"),
        ("np.prod([(b + a) / (a * 2) for a, b in zip(widths, widths[1:])])", "upside down"),
        ("np.prod([2 * a / (a + b) for a, b in zip(widths[:-1], widths[1:-1])])",
         "last layer is missing"),
        ("np.prod([2 * a / (a + b) for a, b in zip(widths[1:], widths[2:])])",
         "The first layer is missing"),
        ("2 * widths[0] / (widths[0] + widths[1])", "inside the loop"),
        ("widths[0] / widths[-1]", "n_in/n_out is not"),
        ("sum((a * 2 / (b + a) for a, b in zip(widths, widths[1:])))", "they are added"),
        ("np.mean([a * 2 / (b + a) for a, b in zip(widths, widths[1:])])", "averaged"),
        ("np.prod([b + a * 2 / a for a, b in zip(widths, widths[1:])])", "stands below the line"),
        ("widths[0] * 2 / (widths[-1] + widths[0])", "two ends only"),
    ],
    "xavier_uniform": [
        (uniform("np.sqrt(2 / (n_in + n_out))"), "bound equals the std"),
        (uniform("np.sqrt(3 / n_in)"), "LeCun's rule"),
        (uniform("np.sqrt(3 / n_out)"), "backward rule alone"),
        (uniform("np.sqrt(3 / (n_in + n_out))"), "The 2 is missing"),
        (uniform("1 / np.sqrt(n_in + n_out)"), "should be √6 times"),
        (uniform("np.sqrt(6) / (n_in + n_out)"), "covers the 6 only"),
        (normal("np.sqrt(6 / (n_in + n_out))"), "used as the std"),
        (uniform("2 / np.sqrt(n_in + n_out)"), "The bound is √(4/…)"),
        (uniform("2 / (n_in + n_out)"), "The bound is the variance"),
        (normal("2 / (n_in + n_out)"), "is used as std: take"),
        (uniform("1 / np.sqrt(n_in)"), "heuristic"),
        (uniform("np.sqrt(12 / (n_in + n_out))"), "one factor 2 too many"),
        (uniform("6 / (n_in + n_out)"), "take its root"),
        (uniform("np.sqrt(6 / n_in)"), "He's rule"),
        (uniform("np.sqrt(6 / n_out)"), "2/n_out; Glorot's"),
        (uniform("np.sqrt(6 / (n_in * n_out))"), "multiplied; Glorot's"),
        ("b = np.sqrt(6 / (n_in + n_out))\nreturn b * (rng.random((n_in, n_out)) - 0.5)",
         "from −½ to ½"),
        ("b = 0.1\nreturn rng.uniform(b, b, (n_in, n_out))", "one constant"),
        ("np.sqrt(6 / (n_in + n_out))", "This returns one number"),
        ("rng.uniform(0, np.sqrt(6 / (n_in + n_out)), (n_in, n_out))", "No weight"),
        ("b = np.sqrt(6 / (n_in + n_out))\nreturn rng.uniform(-b, b)", "This returns one number"),
        ("b = np.sqrt(6 / (n_in + n_out))\nreturn rng.uniform(-b, b, n_in, n_out)",
         "A size is one tuple"),
        (normal("np.sqrt(2 / (n_in + n_out))"), "W is not uniform: use rng.uniform"),
        ("b = np.sqrt(6 / (n_in + n_out))\nreturn rng.uniform(-b, b, (n_out, n_in))",
         "W is transposed"),
        *NO_INITIALIZER,
    ],
    "relu_moments": [
        ("[np.sqrt(q / (2 * np.pi)), q / 2, q / 2]", "subtract mean²"),
        ("[np.sqrt(q / (2 * np.pi)), q / 2, q / 2 - np.sqrt(q / (2 * np.pi))]", "the mean itself"),
        ("[np.sqrt(q / (2 * np.pi)), q / 2, np.sqrt(q / 2 - q / (2 * np.pi))]", "standard devi"),
        ("[np.sqrt(2 * q / np.pi), q / 2, q / 2 - 2 * q / np.pi]", "halve it"),
        ("[np.sqrt(q / (2 * np.pi)), q, q - q / (2 * np.pi)]", "is that of z."),
        ("[0, q / 2, q / 2]", "The mean is not 0: ReLU"),
        ("[np.sqrt(q / (2 * np.pi)), q / 2 - q / (2 * np.pi), q / 2]", "swapped"),
        ("[np.sqrt(q / 2), q / 2, 0]", "an integral"), ("[0.3989, 0.5, 0.3408]", "values at q = 1"),
        ("m = 0.39894 * q\nreturn [m, q / 2, q / 2 - m**2]", "so the mean has √q"),
        ("m = np.sqrt(q / 2 / np.pi)\nreturn [m, q / 2, 0.682 * q]", ".682 of the second moment"),
        ("[np.sqrt(q / (2 * np.pi)), q / 2, q / 2 + q / (2 * np.pi)]", "taken away, not added"),
        ("[q / (2 * np.pi), q / 2, q / 2 - q / (2 * np.pi)]", "The first number is mean²"),
        ("[np.sqrt(2 * q / np.pi), q, q - 2 * q / np.pi]", "belong to |z|"),
        ("q / 2", "gives one number; asked for is an array or list of shape (3,)"),
        ("[np.sqrt(q / 2 / np.pi), q / 2, q / 4]", "wrong in 1 of 3 places. At [2]"),
        ("np.sqrt(-q), q / 2, q / 2", "contains NaN"),
        ("""
z = np.sqrt(q) * np.random.default_rng(SEED).standard_normal(1000)
h = np.maximum(z, 0)
return [h.mean(), np.mean(h**2), np.var(h)]
""", "relu_moments(1.0)"),
    ],
    "he_normal": [
        (normal("2 / n_in"), "variance is used as the std"),
        (normal("1 / np.sqrt(n_in)"), "This is 1/n_in;"),
        (normal("np.sqrt(2) / n_in"), "√2/n_in as std"),
        (normal("np.sqrt(2 / n_out)"), "n_in comes first"),
        (normal("np.sqrt(2 / (n_in + n_out))"), "Glorot's variance"),
        (normal("np.sqrt(2 / ((n_in + n_out) / 2))"), "averages the fans"),
        (normal("np.sqrt(np.sqrt(2) / n_in)"), "√2 multiplies the variance"),
        ("""
W = rng.standard_normal((n_in, n_out))
while (abs(W) > 2).any():
    out = abs(W) > 2
    W[out] = rng.standard_normal(out.sum())
return W * np.sqrt(2 / n_in)
""", "truncated"),
        (uniform("np.sqrt(2 / n_in)"), "A third of"),
        (normal("np.sqrt(2 / (n_in * n_out))"), "counts all weights"),
        (normal("1 / np.sqrt(2 * n_in)"), "below the line"),
        (normal("1 / n_in"), "1/n_in is used as the std"),
        ("rng.standard_normal((n_in, n_out))", "nothing scales"),
        (normal("np.sqrt(2)"), "The std is √2"), (normal("np.sqrt(n_in / 2)"), "upside down"),
        (normal("2 / np.sqrt(n_in)"), "4/n_in"),
        ("rng.normal(np.sqrt(2 / n_in), size=(n_in, n_out))", "takes the mean first"),
        ("rng.standard_normal(n_in, n_out) * np.sqrt(2 / n_in)", "A size is one tuple"),
        ("rng.normal(0, np.sqrt(2 / n_in), n_in, n_out)", "A size is one tuple"),
        ("rng.laplace(0, np.sqrt(1 / n_in), (n_in, n_out))", "tails are too heavy"),
        ("rng.normal(0, 0.0816, (n_in, n_out))", "but not for 70 → 500"),
        ("np.sqrt(2 / n_in) * rng.random((n_in, n_out))", "rng.random draws from 0 to 1"),
        (uniform("np.sqrt(6 / n_in)"), "W is uniform: use rng.standard_normal"),
        ("np.sqrt(2 / n_in) * rng.standard_normal((n_out, n_in))", "W is transposed"),
        ("np.sqrt(2 / n_in) * rng.standard_normal(n_in * n_out)",
         "weights have shape (54000,); asked for"),
        ("np.sqrt(2 / n_in) * np.random.standard_normal((n_in, n_out))", "global np.random"),
        ("np.sqrt(2 / n_in) * np.random.randn(n_in, n_out)", "global np.random"),
        (normal("(2 // n_in)"), "// used for /"),
        (normal("0.01 + np.sqrt(2 / n_in)"), "The weights' mean is 0.0"),
        ("np.sqrt(2 / n_in)", "This returns one number"),
        ("np.abs(rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)))", "No weight is negative"),
        ("rng.choice([-1, 1], (n_in, n_out)) * np.sqrt(2 / n_in)", "has all values"),
        ("W = rng.standard_normal((n_in, n_out)).round(1)\nreturn W * (2 / n_in)**0.5",
         "round or clip"),
        ("2 / np.sqrt(n_in) * (rng.random((n_in, n_out)) - 0.5)", "times too small. ½·n_in"),
        ("s = np.sqrt(2 / n_in)\nreturn np.tile(rng.normal(0, s, n_out), (n_in, 1))",
         "one row drawn and repeated"),
        *NO_INITIALIZER,
    ],
    "torch_factor": [
        ("2 / (1 + math.sqrt(5)**2)", "takes another half"), ("1 / 2", "Xavier's"),
        ("1.0", "He's 2/n"), ("1 / np.sqrt(6)", "standard deviation"),
        ("2 / 3", "halves the strength"), ("1 / 3 * 0.341", "variance, .341"),
        ("1 / np.sqrt(3) / 2", "√(1/3) is the factor on the std"),
        ("1 / (1 + np.sqrt(5))", "a is squared"), ("0.25 / 3", "(2b)²/12"),
        ("np.inf", "not finite"),
        ("[1 / 3, 1 / 2]", "One number is asked for; this has shape (2,)"),
        ("(1 / 6)**20", "times too small. What is n·Var W"),
    ],
}  # fmt: skip
