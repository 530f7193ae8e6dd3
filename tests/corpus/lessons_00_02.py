"""Lessons 00 to 02: first steps, breaking a network, the variance of a sum."""

RIGHT = {
    "share_left": [
        "0.5**10", "1 / 1024", "np.float64(0.5) ** 10", "np.array(2.0**-10)", "Fraction(1, 1024)",
        "np.prod([0.5] * 10)", "[0.5**10]", "np.float32(0.5**10)", "2**-10", "9.77e-4",
        "1 / 2 ** np.int64(10)", "math.exp(-10 * math.log(2))",
    ],
    "distinct_units": [
        "len(set(map(tuple, W.T)))", "len({tuple(column) for column in W.T.tolist()})",
        "np.unique(W, axis=1).shape[1]", "np.float64(len(np.unique(W.T, axis=0)))",
        "np.array(np.unique(W, axis=1).shape[1])", "Fraction(np.unique(W, axis=1).shape[1])",
        """
seen = []
for j in range(W.shape[1]):
    if not any((W[:, j] == column).all() for column in seen):
        seen.append(W[:, j])
return len(seen)
""",
        "sum(not any((W[:, i] == W[:, j]).all() for i in range(j)) for j in range(W.shape[1]))",
    ],
    "factor_per_layer": [
        "(last / first) ** (1 / steps)", "np.exp(np.log(last / first) / steps)",
        "math.exp((math.log(last) - math.log(first)) / steps)",
        "10 ** ((np.log10(last) - np.log10(first)) / steps)",
        "np.array((last / first) ** (1 / steps))", "np.power(last / first, 1.0 / steps)",
        """
low, high = 0.0, 100.0
for _ in range(200):
    middle = (low + high) / 2
    low, high = (middle, high) if first * middle**steps < last else (low, middle)
return low
""",
        """
from scipy.optimize import brentq
return brentq(lambda f: first * f**steps - last, 1e-9, 100)
""",
    ],
    "strength_of_sum": [
        "n * var_w * (var_x + mean_x**2)", "sum(var_w * (var_x + mean_x**2) for _ in range(n))",
        "np.sum(np.full(n, var_w * (var_x + np.square(mean_x))))",
        "np.array(n * var_w * var_x + n * var_w * mean_x * mean_x)",
        "n * Fraction(var_w) * (Fraction(var_x) + Fraction(mean_x) ** 2)",
        "np.float64(n) * var_w * (var_x + mean_x * mean_x)",
    ],
    "strengths": [
        "[np.mean(h**2) for h in hs]", "tuple(float((h * h).mean()) for h in hs)",
        "np.array([np.var(h) + np.mean(h) ** 2 for h in hs])",
        "[np.sum(h**2) / h.size for h in hs]", "list(map(lambda h: np.mean(np.square(h)), hs))",
        "[np.linalg.norm(h) ** 2 / h.size for h in hs]",
        "[np.mean(h.astype(np.float32) ** 2) for h in hs]",
        """
out = np.empty(len(hs))
for l, h in enumerate(hs):
    total = 0.0
    for row in h:
        for value in row:
            total += value**2
    out[l] = total / (h.shape[0] * h.shape[1])
return out
""",
    ],
    "weight_std": [
        "1 / np.sqrt(n)", "n**-0.5", "math.sqrt(1 / n)", "np.array(n) ** -0.5", "np.sqrt(n) / n",
        "np.float32(1 / math.sqrt(n))", "np.power(float(n), -0.5)",
    ],
}  # fmt: skip

WRONG = {
    "share_left": [
        ("0.5 / 10", "divided ½ by"), ("0.5 * 10", "multiplied ½ by"), ("1 - 0.5**10", "lost"),
        ("0.5**9", "too few"), ("0.5**11", "too many"), ("2**10", "how often it is divided"),
        ("0.5**10 * 100", "per cent"), ("0", "Not quite nothing"),
        ("1 / 10**2", "more than ten times too large. Each layer multiplies"),
        ("-(0.5**10)", "of the wrong sign"),
        ("'1/1024'", "should be a number; this is of type str"), ("0.25**10", "takes ¼ a layer"),
        ("0.5 ** (1 / 10)", "tenth root"), ("0.001", "was something rounded?"),
        ("lambda: 0.5**10", "Call it first"),
    ],
    "distinct_units": [
        ("len({tuple(row) for row in W})", "This counts rows."),
        ("W.shape[0]", "number of rows: W"), ("len(np.unique(W, axis=1))", "number of rows: W"),
        ("len(set(W.ravel()))", "numbers, not different columns"),
        ("len(W.T)", "counts all columns"),
        ("np.unique(W, axis=1)", "themselves; asked"),
        ("[list(c) for c in np.unique(W.T, axis=0)]", "themselves, as rows"),
        ("np.linalg.matrix_rank(W)", "rank"), ("len(set(W[0]))", "first row only"),
        ("len(set(sum(W)))", "sums of the columns"),
        ("W.shape[1] - len(set(map(tuple, W.T)))", "repeats"),
        ("len(set(W.T))", "TypeError: unhashable type: 'numpy.ndarray'"),
        ("set(map(tuple, W.T))", "this is of type set"),
        ("len(np.unique((W**2).sum(0)))", "equally long"),
        ("np.unique(W, axis=1).size", "counts the entries"),
        ("""
same = all((W[:, j] == W[:, 0]).all() for j in range(W.shape[1]))
return 1 if same else W.shape[1]
""", "whether all columns are equal"),
        ("""
count = 1
for j in range(1, W.shape[1]):
    count += not np.array_equal(W[:, j], W[:, j - 1])
return count
""", "compares neighbours"),
        ("len(np.unique(W[:, 0]))", "in the first column"),
        ("len({tuple(column[:2]) for column in W.T})", "gives 3, which is 1.33 times too small"),
        ("len(np.unique(W.sum(1)))", "This counts rows."),
    ],
    "factor_per_layer": [
        ("(last / first) / steps", "divides by the number of steps"),
        ("(last / first) ** 1 / steps", "in brackets, since Python"),
        ("last / first", "over all layers"), ("(first / last) ** (1 / steps)", "upside down"),
        ("(last / first) ** (1 / (steps - 1))", "One step too few"),
        ("(last / first) ** (1 / (steps + 1))", "One step too many"),
        ("last / first ** (1 / steps)", "of `first` alone"),
        ("last ** (1 / steps)", "does not start at 1"),
        ("(last / first) ** steps", "multiplies `steps` times"),
        ("(last / first) ** 0.5", "square root"), ("math.log10(last / first) / steps", "base 10"),
        ("(np.log(last) - np.log(first)) / steps", "This is the logarithm of the factor"),
        ("(last - first) / steps", "difference per layer"),
        ("round((last / first) ** (1 / steps), 3)", "was something rounded?"),
        ("(last / first) ** (1 // steps)", "times too large"),
        ("np.log(last / first) / np.log(steps)", "of the wrong sign"),
        ("(last - first) ** (1 / steps)", "root taken of a negative number"),
        ("last ** (1 / steps) / first", "of `last` alone"),
        ("math.sqrt(last / first) ** (1 / steps)", "factor on the std"),
        ("first * (last / first) ** (1 / steps)", "after one layer"),
    ],
    "strength_of_sum": [
        ("n * var_w * var_x", "This uses Var x."),
        ("n * var_w * (var_x + mean_x)", "enters squared"),
        ("var_w * (var_x + mean_x**2)", "one term; the sum"),
        ("np.sqrt(n * var_w * (var_x + mean_x**2))", "standard deviation"),
        ("n * n * var_w * (var_x + mean_x**2)", "cross terms"),
        ("n * var_w**2 * (var_x + mean_x**2)", "var_w is a variance already"),
        ("n * var_w * var_x + mean_x**2", ": n·var_w multiplies mean_x²"),
        ("n * var_w * mean_x**2 + var_x", "multiplies var_x too"),
        ("n * var_w * (var_x**2 + mean_x**2)", "var_x is a variance already"),
        ("n * var_w * (var_x + mean_x) ** 2", "Square the mean only"),
        ("n * var_w * (var_x - mean_x**2)", "sign is wrong"),
        ("var_w * var_x", "one term, without the mean"),
        ("n * var_w * mean_x**2", "keeps the mean of x only"),
        ("n * var_w * (var_x + mean_x^2)", "TypeError: unsupported operand"),
        ("print(n * var_w * (var_x + mean_x**2))", "write its return line"),
        ("n * var_w * E[x**2]", "NameError: name 'E' is not defined"),
        ("n * var_w * (var_x + mean_x**2) ** 0.5", "taken as it is: no root"),
        ("n * np.sqrt(var_w) * (var_x + mean_x**2)", "weights' variance enters"),
        ("n * var_w", "inputs do not occur"),
        ("n * (var_w * var_x + mean_x**2)", ": var_w multiplies mean_x²"),
    ],
    "strengths": [
        ("[h.var() for h in hs]", "This is np.var"),
        ("[np.std(h) for h in hs]", "This is the standard deviation"),
        ("[np.mean(h) ** 2 for h in hs]", "then average"),
        ("[(h * h).sum() for h in hs]", "This is the sum;"),
        ("[np.sqrt((h**2).mean()) for h in hs]", "root mean square"),
        ("[abs(h).mean() for h in hs]", "mean of |h|"), ("[h.mean() for h in hs]", "mean of h;"),
        ("[np.linalg.norm(h) for h in hs]", "norm"),
        ("[np.sum(h**2) / len(h) for h in hs]", "rows only"),
        ("[np.sum(h**2) / len(h[0]) for h in hs]", "columns only"),
        ("for h in hs:\n    return np.mean(h**2)", "This is the first layer only"),
        ("a = []\nfor h in hs:\n    a.append((h**2).mean())\n    return a", "list ends"),
        ("for h in hs:\n    s = np.mean(h**2)\nreturn s", "last layer only"),
        ("np.mean([np.mean(h**2) for h in hs])", "averages over the layers"),
        ("np.mean(hs**2)", "TypeError"),
        ("[np.mean(h**2, axis=0) for h in hs]", "parts have different lengths"),
        ("[np.mean(h**2, axis=1) for h in hs]", "of shape (2, 6); asked for is"),
        ("(np.mean(h**2) for h in hs)", "Wrap it in list(...)"),
        ("for h in hs:\n    h **= 2\nreturn [h.mean() for h in hs]", "Work on a copy"),
        ("[h.var(axis=0).mean() for h in hs]", "variance over inputs"),
        ("[h.var(1).mean() for h in hs]", "variance over units"),
        ("sum((h**2).mean() for h in hs)", "adds the layers up"),
        ("[h**2 for h in hs]", "different lengths"),
        (
            "total = []\nfor h in hs:\n    total += (h**2).mean()\nreturn total",
            "of shape (0,); asked for",
        ),
        ("np.array(hs) ** 2", "ValueError"),
        ("for h in hs:\n    print(np.mean(h**2))", "write its return line"),
    ],
    "weight_std": [
        ("1 / n", "variance 1/n;"), ("math.sqrt(n)", "grows with n"),
        ("(2 / n) ** 0.5", "√(2/n) is"), ("np.sqrt(3 / n)", "bound of a uniform"),
        ("n**-1/2", "n**-1/2"), ("2 / n", "variance 2/n"), ("n", "std falls"),
        ("n**-2", "not 1/n²"), ("0.01", "weight_std(4) gives 0.01, which is 50 times too small"),
        ("np.random.default_rng(0).normal(0, n**-0.5, n)", "asked for is one number"),
        ("(1 / 3 / n) ** 0.5", "n·std² = 1/3"),
        ("np.sqrt(1 / 256)", "weight_std(4) gives 0.0625"),
        ("1 / np.sqrt(n) * np.random.default_rng(SEED).standard_normal()", "weight_std(4) gives"),
    ],
}  # fmt: skip
