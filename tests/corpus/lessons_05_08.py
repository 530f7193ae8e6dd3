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
    "off_for_both": [
        "0.5 - np.arccos(c) / (2 * np.pi)", "0.25 + math.asin(c) / (2 * math.pi)",
        "theta = np.degrees(np.arccos(c))\nreturn (180 - theta) / 360",
        "np.arccos(-c) / (2 * np.pi)",
    ],
    "born_dead": [
        "1 - np.prod(np.full(L, 1 - 2.0**-n))", "-np.expm1(L * np.log1p(-(2.0**-n)))",
        "alive = 1.0\nfor _ in range(L):\n    alive *= 1 - 1 / 2**n\nreturn 1 - alive",
        "1 - ((2**n - 1) / 2**n)**L",
    ],
    "dropout_rule": [
        "2 * k, k**L", "np.array([k / 0.5, np.exp(L * np.log(k))])",
        "left = 1.0\nfor _ in range(L):\n    left *= k\nreturn [k + k, left]",
    ],
    "best_rate": [
        "rates[np.median(accuracy, axis=1).argmax()]",
        "middle = [sorted(row)[len(row) // 2] for row in accuracy]\n"
        "return rates[middle.index(max(middle))]",
        "max(zip(np.median(np.asarray(accuracy), axis=-1), rates))[1]",
    ],
    "adam_step": [
        "rate * g / (np.sqrt(g**2) + eps)",
        "m = 0.1 * g / (1 - 0.9)\ns = 0.001 * g**2 / (1 - 0.999)\n"
        "return rate * m / (np.sqrt(s) + eps)",
        "np.sign(g) * rate / (1 + eps / abs(g))",
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
    "off_for_both": [
        ("math.acos(c) / math.pi", "orange part"), ("(np.pi - np.arccos(c)) / np.pi", "agree, on"),
        ("0.5 * math.acos(c) / math.pi", "one of the two orange wedges"),
        ("0.25", "right angle only"), ("1 / 2", "off for one input."),
        ("0.25 + c / 4", "not with its cosine"), ("0.5 - c / (2 * np.pi)", "c is the cosine"),
        ("1 / 2 + math.acos(c) / math.tau", "more the inputs differ"),
        ("(np.pi - np.rad2deg(np.arccos(c))) / 2 / np.pi", "π is 180°"),
        ("np.pi / 2 - np.arccos(c) / 2", "half of the wedge"),
        ("np.arccos(-c)", "Divide by the full circle"), ("np.arccos(2 + c)", "contains NaN"),
    ],
    "born_dead": [
        ("math.pow(1 - 2**-n, L)", "chance that the signal passes"),
        ("L / 2**n", "can pass 1"), ("2.0**-n", "for one layer"),
        ("2.0 ** -(n * L)", "One is enough"), ("1 - (1 - 2.0**-L)**n", "swapped"),
        ("1 - 2.0**-L", "only when all of its n"), ("1 - (1 - 1 / (2 * n))**L", "not divided by n"),
        ("1 - 2.0 ** -(n * L)", "every layer needs one"),
        ("1 - (1 - 2.0**-n)**(L - 1)", "the first can be off"),
        ("2.0**-n * (1 - 2.0**-n)**L", "exactly the layer after"), ("-1.0", "of the wrong sign"),
    ],
    "dropout_rule": [
        ("2, (1 / k)**L", "This is He's rule"), ("np.array([2.0, 1.0])", "holds in testing"),
        ("2 / k, (1 / k)**L", "1/k times larger"), ("k / 0.5, 1.0", "as small as before"),
        ("np.array([2 * k, k])", "that of one layer"), ("k + k, (1 / k)**L", "Upside down"),
        ("2 * k * k, np.square(k)**L", "not 1/k²"), ("k, k**L / 2**L", "half is forgotten"),
        ("2 - 2 * k, (1 - k)**L", "not to be dropped"),
        ("np.sqrt([2 * k, k**L])", "standard deviations"), ("2 * k", "one number"),
    ],
    "best_rate": [
        ("np.median(accuracy, axis=1).argmax()", "number of the row"),
        ("np.median(accuracy, axis=1).max()", "the rate that has it"),
        ("rates[accuracy.mean(axis=1).argmax()]", "goes by the mean"),
        ("rates[accuracy.max(axis=1).argmax()]", "luckiest seed"),
        ("rates[accuracy.min(axis=1).argmax()]", "worst seed"),
        ("rates[accuracy.T[0].argmax()]", "first seed only"),
        ("rates[np.median(accuracy, axis=1).argmin()]", "argmin of an"),
        ("rates[np.median(accuracy, axis=0).argmax()]", "axis=0 takes"),
        ("rates[np.median(accuracy).argmax()]", "without an axis"), ("rates[-1]", "largest rate"),
        ("rates[np.argmax(accuracy) + 5]", "stopped with IndexError"), ("rates", "shape (5,)"),
    ],
    "adam_step": [
        ("g * rate", "SGD's step"), ("rate if g > 0 else -rate", "eps is forgotten"),
        ("rate * 0.1 * g / (np.sqrt(0.001 * g**2) + eps)", "hats are missing"),
        ("rate * g / (np.sqrt(0.001 * g**2) + eps)", "ŝ needs its hat"),
        ("0.1 * rate * g / (np.sqrt(g**2) + eps)", "m needs its hat"),
        ("rate * g / (g**2 + eps)**0.5", "not under it"),
        ("rate / (1 + eps / abs(g))", "sign is lost"), ("rate * g / (g * g + eps)", "not by ŝ"),
        ("rate / (1 + eps / g)", "√g² is |g|"), ("1 / (np.sign(g) + eps / g)", "rate is missing"),
        ("-g * rate / (np.sqrt(g**2) + eps)", "it has the sign of g"),
        ("rate / (np.sqrt(g**2) + eps)", "missing above the line"),
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
