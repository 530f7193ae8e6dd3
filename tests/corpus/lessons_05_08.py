"""Lessons 05 to 08: the three laboratories, and training."""

RIGHT = {
    "centring_bias": [
        "-np.sum(W, 0) / 2", "-(np.full(len(W), 0.5) @ W)",
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
        "1 / 0.25**2", "4.0**2", "np.square(4)", "1 / (1 / 4)**2",
    ],
    "layers_until": [
        "math.log(total, per_layer)", "math.log10(total) / math.log10(per_layer)",
        "np.divide(*np.log([total, per_layer]))", "1 / np.emath.logn(total, per_layer)",
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
        "math.exp(3.92 * math.sqrt(5 * L / n))", "np.exp(2 * 1.959964 * np.sqrt(5 * L / n))",
        "(math.e**math.sqrt(5 * L / n))**3.92",
        "s = (5 * L / n)**0.5\nreturn np.exp(1.96 * s) / np.exp(-1.96 * s)",
    ],
    "steps_to": [
        "next((k for k, v in enumerate(loss) if v < level), len(loss))",
        "np.argmax(np.append(loss, -np.inf) < level)",
        "np.argmax(loss < level) if (loss < level).any() else loss.size",
        "len(list(itertools.takewhile(lambda v: not v < level, loss)))",
        "for k in range(len(loss)):\n    if loss[k] < level:\n        return k\nreturn len(loss)",
    ],
}  # fmt: skip

WRONG = {
    "centring_bias": [
        ("0.5 * W.sum(axis=0)", "The sign:"), ("-W.sum(axis=0)", "a factor ½ is missing"),
        ("-0.5 * W.sum(axis=1)", "This adds up rows."), ("-0.5 * W.mean(axis=0)", "not the mean"),
        ("-0.5 * W.sum()", "its own bias"),
        ("np.ones(W.shape[1]) * -0.5", "comes through the weights"),
        ("-0.5 * W", "one bias for each column"),
        ("-0.5 * W.sum(axis=0, keepdims=True)", "asked for is an array or list of"),
        ("[-0.5 * W[:, 0].sum()]", "asked for is an array or list of shape (3,)"),
        ("-0.25 * W.sum(axis=0)", "2 times too small. Unit j receives"),
        ("-0.5", "gives one number"),
    ],
    "critical_sigma_w2": [
        ("4.0", "4 is the gain"), ("1 / 16", "σ_w² must make up"), ("1.0", "right for tanh"),
        ("2.0", "ReLU's value"), ("0.25", "This is the slope"), ("64 / 5", "Kumar's"),
        ("64.0", "gain 8"), ("103.0", "103 belongs"),
        ("-16", "of the wrong sign. A small signal is multiplied"), ("8", "is too small"),
    ],
    "layers_until": [
        ("total * per_layer**-1", "Layers multiply: per_layer"),
        ("math.log(total) - math.log(per_layer)", "Divide the logarithms"),
        ("np.log(per_layer) / np.log(total)", "upside down"),
        ("2 * np.log(total) / np.log(per_layer)", "No factor 2"),
        ("np.log(total) / np.log(per_layer) / 2", "No factor ½"),
        ("(1 - total) / (1 - per_layer)", "layers that add"),
        ("math.log(total, 10) / math.log(per_layer)", "different bases"),
        ("-np.log(total) / (1 - per_layer)", "only close to 1"),
        ("math.log(total, per_layer) - 1", "One layer too few"),
        ("np.power(total, 1 / per_layer)", "stands in the exponent"),
        ("math.log(total)", "one layer's factor"),
        ("np.log(1 - total) / np.log(per_layer)", "contains NaN"),
    ],
    "band_factor": [
        ("2 * 1.96 * np.sqrt(5 * L / n)", "width of the band of ln m"),
        ("np.exp(1.96 * np.sqrt(5 * L / n))", "from the middle to one end"),
        ("np.exp(2 * 1.96 * 5 * L / n)", "its root is the standard"),
        ("np.exp(2 * 1.96 * np.sqrt(2 * L / n))", "a linear network"),
        ("np.exp(np.sqrt(5 * L / n))", "A 95 % band is"),
        ("np.exp(4 * np.sqrt(5 * L / n))", "2 stands for 1.96"),
        ("10**(2 * 1.96 * np.sqrt(5 * L / n))", "natural logarithm"),
        ("2 * np.sinh(1.96 * np.sqrt(5 * L / n))", "difference of the band"),
        ("np.exp(2 * 1.96 * np.sqrt(5 / n))", "band of one layer"),
        ("np.exp(2 * 1.96 * np.sqrt(5 * L) / n)", "covers 5L only"),
        ("np.exp(2 * 1.96 * np.sqrt(5 * n / L))", "Upside down"),
        ("np.exp(10_000 * L)", "not finite"),
    ],
    "steps_to": [
        ("int(np.argmax(loss < level))", "the best score of all"),
        ("int(np.argmax(loss < level)) or len(loss)", "counts as False in `or`"),
        ("int(np.argmin(loss))", "where the loss is lowest"),
        ("int((loss >= level).sum())", "counts all steps above"),
        ("int((loss < level).sum())", "counts the steps below"),
        ("next((k + 1 for k, v in enumerate(loss) if v < level), len(loss))",
         "One too many: Python"),
        ("1 + np.argmax(np.append(loss, -np.inf) < level)", "One too many everywhere"),
        ("np.argmax(loss < level) if (loss < level).any() else -1", "gets −1 here"),
        ("np.flatnonzero(loss < level)[0] if min(loss) < level else math.inf", "gets ∞ here"),
        ("min(np.argmax(np.append(loss, -np.inf) < level), len(loss) - 1)",
         "gets len(loss) − 1 here"),
        ("np.flatnonzero(loss < level)[0]", "stopped with IndexError"), ("loss < level", "holds"),
        ("for k, v in enumerate(loss):\n    if v < level:\n        return k",
         "ends without a return"),
    ],
}  # fmt: skip
