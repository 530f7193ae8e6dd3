"""Lessons 00 to 02: first steps, breaking a network, the variance of a sum."""

RIGHT = {
    "share_left": [
        "1 / 1024", "np.prod([0.5] * 10)", "2**-10", "9.77e-4",
    ],
    "distinct_units": [
        "np.unique(W, axis=1).shape[1]", "Fraction(np.unique(W, axis=1).shape[1])",
        "sum(not any((W[:, i] == W[:, j]).all() for i in range(j)) for j in range(W.shape[1]))",
        """
seen = []
for j in range(W.shape[1]):
    if not any((W[:, j] == column).all() for column in seen):
        seen.append(W[:, j])
return len(seen)
""",
    ],
    "factor_per_layer": [
        "np.exp(np.log(last / first) / steps)",
        "math.exp((math.log(last) - math.log(first)) / steps)",
        "10**((np.log10(last) - np.log10(first)) / steps)", "np.power(last / first, 1.0 / steps)",
        """
low, high = 0.0, 100.0
for _ in range(200):
    middle = (low + high) / 2
    low, high = (middle, high) if first * middle**steps < last else (low, middle)
return low
""",
    ],
    "strength_of_sum": [
        "sum(var_w * (var_x + mean_x**2) for _ in range(n))",
        "np.sum(np.full(n, var_w * (var_x + np.square(mean_x))))",
        "n * Fraction(var_w) * (Fraction(var_x) + Fraction(mean_x)**2)",
    ],
    "strengths": [
        "tuple(float((h * h).mean()) for h in hs)",
        "np.array([np.var(h) + np.mean(h)**2 for h in hs])", "[np.sum(h**2) / h.size for h in hs]",
        "list(map(lambda h: np.mean(np.square(h)), hs))",
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
        "n**-0.5", "math.sqrt(1 / n)", "np.sqrt(n) / n", "np.power(float(n), -0.5)",
    ],
}  # fmt: skip

WRONG = {
    "share_left": [
        ("1 / 20", "divided ½ by"), ("1023 / 1024", "lost"), ("1 / 512", "too few"),
        ("1 / 2048", "too many"), ("10 * 0.5", "multiplied ½ by"),
        ("2.0**10", "how often it is divided"), ("100 * 0.5**10", "per cent"),
        ("2.0**-20", "takes ¼ a layer"), ("0.5**0.1", "tenth root"), ("0.0", "Not quite nothing"),
        ("1 / 10**2", "more than ten times too large. Each layer multiplies"),
        ("-(0.5**10)", "of the wrong sign"),
        ("'1/1024'", "should be a number; this is of type str"),
    ],
    "distinct_units": [
        ("len(np.unique(W.sum(1)))", "This counts rows."),
        ("np.unique(W).size", "numbers, not different columns"),
        ("W.shape[1]", "counts all columns"), ("np.unique(W.T, axis=0).T", "themselves; asked"),
        ("np.unique(W, axis=1).T", "themselves, as rows"),
        ("len(np.unique(W, axis=1))", "number of rows: W"),
        ("np.sum(np.linalg.svd(W, compute_uv=False) > 1e-9)", "rank"),
        ("len(np.unique(W[0]))", "first row only"), ("len(set(W.T[0]))", "in the first column"),
        ("len(np.unique(W.sum(axis=0)))", "sums of the columns"),
        ("len(np.unique(np.linalg.norm(W, axis=0)))", "equally long"),
        ("np.prod(np.unique(W, axis=1).shape)", "counts the entries"),
        ("1 if (W == W[:, :1]).all() else W.shape[1]", "whether all columns are equal"),
        ("1 + sum(((W[:, j] != W[:, j - 1]).any() for j in range(1, W.shape[1])))",
         "compares neighbours"),
        ("W.shape[1] - len(np.unique(W, axis=1).T)", "repeats"),
        ("set(map(tuple, W.T))", "this is of type set"),
        ("len({tuple(column[:2]) for column in W.T})", "gives 3, which is 1.33 times too small"),
    ],
    "factor_per_layer": [
        ("(last / first)**1 / steps", "divides by the number of steps"),
        ("np.divide(last, first)", "over all layers"),
        ("(last / first)**(-1 / steps)", "upside down"),
        ("np.power(last / first, 1 / (steps - 1))", "One step too few"),
        ("(last / first)**(1 / (1 + steps))", "One step too many"),
        ("last / np.power(first, 1 / steps)", "of `first` alone"),
        ("np.power(last, 1 / steps) / first", "of `last` alone"),
        ("(last / first)**(1 / (2 * steps))", "factor on the std"),
        ("(last / first)**(1 / steps) * first", "after one layer"),
        ("np.exp(np.log(last) / steps)", "does not start at 1"),
        ("np.prod([last / first] * steps)", "multiplies `steps` times"),
        ("np.sqrt(last / first)", "square root"), ("np.log10(last / first) / steps", "base 10"),
        ("np.log(last / first) / steps", "This is the logarithm of the factor"),
        ("np.diff([first, last])[0] / steps", "difference per layer"),
        ("np.log(last / first) / np.log(steps)", "of the wrong sign"),
        ("(last - first)**(1 / steps)", "root taken of a negative number"),
    ],
    "strength_of_sum": [
        ("var_x * (var_w * n)", "This uses Var x."),
        ("(mean_x + var_x) * (var_w * n)", "enters squared"),
        ("(mean_x**2 + var_x) * var_w", "one term; the sum"),
        ("np.sqrt((mean_x**2 + var_x) * (var_w * n))", "standard deviation"),
        ("n**2 * var_w * (var_x + mean_x**2)", "cross terms"),
        ("(mean_x**2 + var_x) * (var_w**2 * n)", "var_w is a variance already"),
        ("mean_x**2 + var_x * (var_w * n)", ": n·var_w multiplies mean_x²"),
        ("var_x + mean_x**2 * (var_w * n)", "multiplies var_x too"),
        ("(mean_x**2 + var_x**2) * (var_w * n)", "var_x is a variance already"),
        ("(mean_x + var_x)**2 * (var_w * n)", "Square the mean only"),
        ("(var_x - mean_x**2) * (var_w * n)", "sign is wrong"),
        ("n * var_w * np.sqrt(var_x + mean_x**2)", "taken as it is: no root"),
        ("(mean_x**2 + var_x) * (np.sqrt(var_w) * n)", "weights' variance enters"),
        ("var_w * n", "inputs do not occur"),
        ("n * var_w * var_x + n * mean_x**2", ": var_w multiplies mean_x²"),
        ("var_x * var_w", "one term, without the mean"),
        ("mean_x**2 * (var_w * n)", "keeps the mean of x only"),
    ],
    "strengths": [
        ("[np.var(h) for h in hs]", "This is np.var"),
        ("[h.std() for h in hs]", "This is the standard deviation"),
        ("[np.var(h, axis=0).mean() for h in hs]", "variance over inputs"),
        ("[np.var(h, axis=1).mean() for h in hs]", "variance over units"),
        ("sum((np.mean(h**2) for h in hs))", "adds the layers up"),
        ("[h.mean()**2 for h in hs]", "then average"),
        ("[np.sum(h**2) for h in hs]", "This is the sum;"),
        ("[np.sqrt(np.mean(h**2)) for h in hs]", "root mean square"),
        ("[np.mean(np.abs(h)) for h in hs]", "mean of |h|"),
        ("[np.mean(h) for h in hs]", "mean of h;"), ("[np.sqrt((h**2).sum()) for h in hs]", "norm"),
        ("[(h * h).sum(axis=0).mean() * h.shape[1] / h.shape[0] for h in hs]", "rows only"),
        ("[np.sum(h**2) / h.shape[1] for h in hs]", "columns only"),
        ("np.mean(hs[0]**2)", "This is the first layer only"), ("[np.mean(hs[0]**2)]", "list ends"),
        ("np.mean(hs[-1]**2)", "last layer only"),
        ("sum((h**2).mean() for h in hs) / len(hs)", "averages over the layers"),
        ("[np.mean(h**2, axis=0) for h in hs]", "parts have different lengths"),
        ("[np.mean(h**2, axis=1) for h in hs]", "of shape (2, 6); asked for is"),
        ("[h**2 for h in hs]", "different lengths"),
        ("total = []\nfor h in hs:\n    total += (h**2).mean()\nreturn total",
         "of shape (0,); asked for"),
    ],
    "weight_std": [
        ("n**-1.0", "variance 1/n;"), ("np.sqrt(n)", "grows with n"),
        ("np.sqrt(2 / n)", "√(2/n) is"), ("3**0.5 / math.sqrt(n)", "bound of a uniform"),
        ("1 / n / 2", "n**-1/2"), ("1 / (n / 2)", "variance 2/n"), ("n**2 / n", "std falls"),
        ("1 / np.sqrt(3 * n)", "n·std² = 1/3"), ("1 / n**2", "not 1/n²"),
        ("0.01", "weight_std(4) gives 0.01, which is 50 times too small"),
        ("np.random.default_rng(0).normal(0, n**-0.5, n)", "asked for is one number"),
        ("np.sqrt(1 / 256)", "weight_std(4) gives 0.0625"),
        ("1 / np.sqrt(n) * np.random.default_rng(SEED).standard_normal()", "weight_std(4) gives"),
    ],
}  # fmt: skip
