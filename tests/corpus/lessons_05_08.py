"""Lessons 05 to 08: the three laboratories, and training."""

RIGHT = {
    "centring_bias": [
        "-0.5 * W.sum(axis=0)", "-np.sum(W, 0) / 2", "-(np.full(len(W), 0.5) @ W)",
        "[-sum(column) / 2 for column in W.T]",
        "tuple(-0.5 * math.fsum(W[:, j]) for j in range(W.shape[1]))",
        "0 - np.einsum('ij->j', W) * 0.5",
        """
b = np.zeros(W.shape[1])
for i in range(W.shape[0]):
    for j in range(W.shape[1]):
        b[j] -= W[i, j] / 2
return b
""",
    ],
    "critical_sigma_w2": [
        "16", "1 / 0.25**2", "4.0**2", "np.square(4)", "Fraction(1, 4) ** -2", "[16.0]",
        "np.float32(16)", "1 / (1 / 4) ** 2", "np.array(16)",
        "1 / (np.exp(0) / (1 + np.exp(0)) ** 2) ** 2",
    ],
    "layers_until": [
        "np.log(total) / np.log(per_layer)", "math.log(total, per_layer)",
        "math.log10(total) / math.log10(per_layer)",
        "np.array(np.log2(total) / np.log2(per_layer))", "np.divide(*np.log([total, per_layer]))",
        "1 / np.emath.logn(total, per_layer)",
        """
low, high = 0.0, 1000.0
for _ in range(200):
    middle = (low + high) / 2
    far = abs(np.log(per_layer)) * middle > abs(np.log(total))
    low, high = (low, middle) if far else (middle, high)
return low
""",
    ],
    "band_factor": [
        "np.exp(2 * 1.96 * np.sqrt(5 * L / n))", "math.exp(3.92 * math.sqrt(5 * L / n))",
        "s = (5 * L / n) ** 0.5\nreturn np.exp(1.96 * s) / np.exp(-1.96 * s)",
        "np.exp(2 * 1.959964 * np.sqrt(5 * L / n))",
        "np.array(np.e ** (3.92 * (5 * L / n) ** 0.5))",
        "s = np.sqrt(sum(5 / n for _ in range(L)))\nreturn np.exp(1.96 * s) ** 2",
        "(math.e ** math.sqrt(5 * L / n)) ** 3.92",
    ],
    "steps_to": [
        "below = np.flatnonzero(loss < level)\nreturn below[0] if len(below) else len(loss)",
        "next((k for k, v in enumerate(loss) if v < level), len(loss))",
        "np.argmax(np.append(loss, -np.inf) < level)",
        "np.argmax(loss < level) if (loss < level).any() else loss.size",
        "float(np.sum(np.minimum.accumulate(loss) >= level))",
        "len(list(itertools.takewhile(lambda v: not v < level, loss)))",
        """
for k in range(len(loss)):
    if loss[k] < level:
        return k
return len(loss)
""",
    ],
}  # fmt: skip

WRONG = {
    "centring_bias": [
        ("0.5 * np.sum(W, axis=0)", "The sign:"), ("-sum(W)", "a factor ½ is missing"),
        ("-W.sum(1) / 2", "This adds up rows."), ("-0.5 * np.mean(W, axis=0)", "not the mean"),
        ("-np.sum(W) / 2", "its own bias"), ("-W / 2", "one bias for each column"),
        ("-0.5 * W.sum(axis=0, keepdims=True)", "asked for is an array or list of"),
        ("[-0.5 * W[:, 0].sum()]", "asked for is an array or list of shape (3,)"),
        ("W *= -0.5\nreturn W.sum(axis=0)", "changes what it is given"),
        ("-0.25 * W.sum(axis=0)", "2 times too small. Unit j receives"),
        ("-0.5 * np.ones(W.shape[1])", "comes through the weights"), ("-0.5", "gives one number"),
    ],
    "critical_sigma_w2": [
        ("1 / 0.25", "4 is the gain"), ("0.25**2", "σ_w² must make up"), ("1", "right for tanh"),
        ("2", "ReLU's value"), ("1 / 4", "This is the slope"), ("103", "103 belongs"),
        ("-16", "of the wrong sign. A small signal is multiplied"), ("8", "is too small"),
        ("15.8", "was something rounded?"), ("12.8", "Kumar's"), ("8**2", "gain 8"),
    ],
    "layers_until": [
        ("total / per_layer", "Layers multiply: per_layer"),
        ("np.log(total / per_layer)", "Divide the logarithms"),
        ("math.log(per_layer, total)", "upside down"),
        ("np.log(total**2) / np.log(per_layer)", "No factor 2"),
        ("math.log(total) / math.log(per_layer**2)", "No factor ½"),
        ("(total - 1) / (per_layer - 1)", "layers that add"),
        ("np.log(total)", "one layer's factor"),
        ("round(np.log(total) / np.log(per_layer))", "was something rounded?"),
        ("np.log(total) - np.log(per_layer) * 2", "times too"),
        ("math.log(per_layer - total)", "stopped with ValueError"),
        ("np.log(1 - total) / np.log(per_layer)", "contains NaN"),
        ("np.log10(total) / np.log(per_layer)", "different bases"),
        ("np.log(total) / (per_layer - 1)", "only close to 1"),
        ("np.log(total / per_layer) / np.log(per_layer)", "One layer too few"),
        ("total ** (1 / per_layer)", "stands in the exponent"),
    ],
    "band_factor": [
        ("3.92 * np.sqrt(5 * L / n)", "width of the band of ln m"),
        ("math.exp(1.96 * math.sqrt(5 * L / n))", "from the middle to one end"),
        ("np.exp(3.92 * 5 * L / n)", "its root is the standard"),
        ("np.exp(3.92 * (2 * L / n) ** 0.5)", "a linear network"),
        ("np.exp((5 * L / n) ** 0.5)", "A 95 % band is"),
        ("np.exp(3.92 * np.sqrt(5 * n / L))", "Upside down"),
        ("np.exp(2 * 2 * np.sqrt(5 * L / n))", "2 stands for 1.96"),
        ("np.exp(3.92 * np.sqrt(L / n))", "times too small"),
        ("np.exp(3.92 * np.sqrt(5 * L // n))", "times too small"),
        ("np.exp(10_000 * L)", "not finite"),
        ("10 ** (3.92 * np.sqrt(5 * L / n))", "natural logarithm"),
        (
            "s = np.sqrt(5 * L / n)\nreturn np.exp(1.96 * s) - np.exp(-1.96 * s)",
            "difference of the band",
        ),
        ("np.exp(3.92 * np.sqrt(5 / n))", "band of one layer"),
        ("np.exp(3.92 * np.sqrt(5 * L) / n)", "covers 5L only"),
    ],
    "steps_to": [
        ("np.argmax(loss < level)", "the best score of all"),
        ("np.argmin(loss)", "where the loss is lowest"),
        ("np.argmax(np.append(loss, -np.inf) < level) + 1", "One too many everywhere"),
        ("np.count_nonzero(loss >= level)", "counts all steps above"),
        ("sum(loss < level)", "counts the steps below"),
        ("""
for k in range(len(loss)):
    if loss[k] < level:
        return k + 1
return len(loss)
""", "One too many: Python"),
        (
            "for k, v in enumerate(loss):\n    if v < level:\n        return k\nreturn -1",
            "gets −1 here",
        ),
        ("np.flatnonzero(loss < level)[0]", "stopped with IndexError"), ("loss < level", "holds"),
        ("list(loss).index(level)", "stopped with ValueError"),
        ("loss[loss < level][0]", "stopped with IndexError"),
        ("np.argmax(loss < level) or len(loss)", "counts as False in `or`"),
        ("next((k for k, v in enumerate(loss) if v < level), np.inf)", "gets ∞ here"),
        (
            "below = loss < level\nreturn np.argmax(below) if below.any() else len(loss) - 1",
            "gets len(loss) − 1 here",
        ),
        (
            "for k, v in enumerate(loss):\n    if v < level:\n        return k",
            "ends without a return",
        ),
        ("k = 0\nwhile loss[k] >= level:\n    k += 1\nreturn k", "stopped with IndexError"),
        ("len(loss)", "times too large"),
    ],
}  # fmt: skip
