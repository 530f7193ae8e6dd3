"""Lessons 13 to 18: very deep, residual and transformer networks, and the clinic."""

RIGHT = {
    "layer_jacobian": [
        "W @ np.diag(1 / np.cosh(z)**2)", "np.einsum('ij,j->ij', W, 1 - np.tanh(z)**2)",
        """
h = np.tanh(z)
return [[w * (1 - a * a) for w, a in zip(row, h)] for row in W]
""",
    ],
    "direction_factor": [
        "np.sqrt(((n - k + 1) / n)**L)", "(1 - (k - 1) / n)**(0.5 * L)",
        "np.exp(L / 2 * np.log1p((1 - k) / n))",
        """
s = 1.0
for _ in range(L):
    s *= math.sqrt((n - k + 1) / n)
return s
""",
    ],
    "looks_linear": [
        "np.kron([[1, -1], [-1, 1]], W)", "np.vstack([np.hstack([W, -W]), np.hstack([-W, W])])",
        """
half = np.concatenate([W, -W], axis=1)
return np.concatenate([half, -half])
""",
    ],
    "block_factor": [
        "sum([1, np.prod([sigma1_2, sigma2_2, alpha, alpha, 0.5])])",
        "1 + Fraction(1, 2) * Fraction(alpha)**2 * Fraction(sigma1_2) * Fraction(sigma2_2)",
        """
branch = sigma1_2 / 2
branch = branch * sigma2_2
return 1 + branch * np.square(alpha)
""",
    ],
    "branch_scale": [
        "float(((growth**(1 / L) - 1) / c)**0.5)",
        "np.array(np.sqrt(np.expm1(np.log(growth) / L) / c))",
        "np.exp(0.5 * np.log(np.expm1(np.log(growth) / L) / c))",
        """
low, high = 0.0, 100.0
for _ in range(200):
    a = (low + high) / 2
    low, high = (low, a) if L * math.log(1 + c * a * a) > math.log(growth) else (a, high)
return low
""",
    ],
    "adam_turn": ["1 / 3", "0.333", "[Fraction(1, 3)]"],
    "lsuv_step": [
        "W / (h @ W).std()", "W / np.std(h @ W, ddof=1)",
        "W * (1 / np.std(np.einsum('bi,ij->bj', h, W)))",
        "np.asfortranarray(W) / float(np.std(h @ W))",
    ],
    "ending_std": [
        "std * (2 * L)**-0.5", "np.sqrt(std**2 / (2 * L))", "std / 2**0.5 / L**0.5",
    ],
    "first_loss": [
        "np.log(C * np.exp(s**2 / 2))", "0.5 * s * s - np.log(1 / C)", "math.log(C) + s * s / 2",
    ],
    "prior_bias": [
        "np.log(p) - np.log1p(-p)", "-np.log(1 / p - 1)", "2 * np.arctanh(2 * p - 1)",
    ],
    "patient_1": [
        '("wrong fan", ic.clinic.Redraw("he"))', '["Wrong fan", [ic.clinic.Rescale(1 / 5)]]',
    ],
    "patient_2": [
        '("constant layer", ic.clinic.Redraw("he", layers=[5, 6]))',
        '("constant layer", ic.clinic.Redraw("he"))',
    ],
    "patient_3": [
        '("learning rate", ic.clinic.ScaleRate(0.01))',
        '(" learning rate", (ic.clinic.ScaleRate(np.float32(0.02)),))',
    ],
    "patient_4": [
        '("sigmoid stack", [ic.clinic.Rescale(4), ic.clinic.Centre()])',
        '("sigmoid stack", [ic.clinic.SwapActivation("tanh"), ic.clinic.Redraw("xavier")])',
    ],
    "patient_5": [
        '("gain too large", ic.clinic.Redraw("he"))',
        '("gain too large", ic.clinic.Rescale(Fraction(2, 5)))',
        '("gain too large", [ic.clinic.Rescale(0.8), ic.clinic.Rescale(0.5)])',
    ],
    "patient_6": [
        '("missing branch scale", ic.clinic.ScaleBranch(14**-0.5))',
        '("missing branch scale", ic.clinic.Rescale(0.5))',
    ],
}  # fmt: skip

WRONG = {
    "layer_jacobian": [
        ("1 * W", "That is ∂z/∂x"), ("np.tanh(z) * W", "multiplies by φ(z)"),
        ("W - W * np.tanh(z)", "with the square"),
        ("W - W * z * z", "that of h, not of z"),
        ("np.diag(1 - np.tanh(z)**2) @ W.T", "the transpose"),
        ("np.cosh(z)**-2", "φ′ alone"), ("1 * np.tanh(z)", "output h"),
        ("W @ np.cosh(z)**-2", "sums over the units"), ("W * np.cosh(z)**-1", "1/cosh²"),
    ],
    "direction_factor": [
        ("(1 - (k - 1) / n)**L", "That is the mean square"),
        ("np.sqrt(1 - (k - 1) / n)", "That is one layer"),
        ("(1 - k / n)**(L / 2)", "One too many"),
        ("np.sqrt(((k - 1) / n)**L)", "what is taken away"),
        ("(1 - (k - 1) / n)**(2 * L)", "The root halves"),
        ("np.sqrt(1 - (k - 1) / n) * L", "they do not add"),
        ("1 - (k - 1) / n * L / 2", "first term of a series"),
        ("np.sqrt(0.5**L)", "the middle direction"),
    ],
    "looks_linear": [
        ("np.tile(W, (2, 2))", "The sign of a is lost"),
        ("np.kron([[1, -1], [1, -1]], W)", "must enter with a minus"),
        ("np.kron([[1, 1], [-1, -1]], W)", "Both halves are aW"),
        ("np.kron(np.eye(2), W)", "one by one"),
        ("-np.kron([[1, -1], [-1, 1]], W)", "signs are exchanged"),
        ("np.kron([[1, -1], [-1, 1]], W / 2)", "No ½"),
        ("2**0.5 * np.kron([[1, -1], [-1, 1]], W)", "No √2"),
        ("np.concatenate([W, -W], axis=1)", "as the first layer does"),
        ("np.concatenate([W, -W])", "makes aW alone"),
    ],
    "block_factor": [
        ("sigma2_2 * (sigma1_2 * alpha**2) / 2", "branch alone"),
        ("(sigma2_2 * sigma1_2 / 2 + 1) * alpha**2", "stands outside"),
        ("sigma2_2 * (sigma1_2 * alpha**2) + 1", "½ is missing"),
        ("sigma2_2 * (sigma1_2 * alpha) / 2 + 1", "so its square multiplies"),
        ("(np.sqrt(sigma2_2 * sigma1_2 / 2) * alpha + 1)**2", "adds the standard deviations"),
        ("1 + alpha**2 * sigma1_2**2 * sigma2_2**2 / 2", "do not square them again"),
        ("np.sqrt(sigma2_2 * (sigma1_2 * alpha**2) / 2 + 1)", "factor on the standard deviation"),
        ("(sigma2_2 + sigma1_2 / 2) * alpha**2 + 1", "their factors multiply"),
        ("1 + alpha**2 * sigma1_2 * sigma2_2 / 4", "only one ReLU"),
        ("sigma2_2 * sigma1_2 / 2 + 1", "α does not occur"),
        ("3", "block_factor(2.0, 1.0, 1.0) gives 3"),
    ],
    "branch_scale": [
        ("np.expm1(np.log(growth) / L) / c", "This is α²"),
        ("np.sqrt((growth - 1) / (c * L))", "same amount"),
        ("np.sqrt(np.log(growth) / (c * L))", "Right for large L"),
        ("1 / np.sqrt(L)", "whatever growth"),
        ("math.sqrt(growth**(1 / L) - 1) / c", "belongs under the root"),
        ("math.sqrt((growth**L - 1) / c)", "to the power L"), ("L**-1.0", "ignores growth"),
        ("growth**(0.5 / L) / c**0.5", "own 1 is missing"),
        ("(growth**(1 / L) - 1)**0.5", "c does not occur"),
        ("((growth - 1) / c)**0.5", "whole growth in one block"),
        ("np.sqrt((growth**1 / L - 1) / c)", "contains NaN"),
    ],
    "adam_turn": [
        ("0.1111", "That is SGD"), ("1.0", "The step is as long"), ("3.0", "Upside down: the same"),
        ("9.0", "and SGD's"), ("1 / np.sqrt(3)", "no root"),
        ("2", "The direction changes by"), ("0.5", "The direction changes by"),
        ("[1, 3]", "One number"),
    ],
    "lsuv_step": [
        ("W / np.var(h @ W)", "divided by the variance"), ("W * np.std(h @ W)", "Multiplied where"),
        ("W / np.std(W)", "looks only at W"), ("W / np.std(h)", "what comes in"),
        ("W / np.sqrt(np.std(h @ W))", "One root too many"),
        ("z = h @ W\nreturn W / np.sqrt(z.var() + z.mean()**2)", "E[z²] equal to 1"),
        ("W / np.std(h @ W, axis=0)", "One std for each unit"),
        ("h @ W / np.std(h @ W)", "normalised z"), ("np.std(h @ W)", "This is the std of z."),
        ("z = h @ W\nreturn W / (z * (z > 0)).std()", "after ReLU"),
    ],
    "ending_std": [
        ("std * L**-0.5", "L blocks have 2L branches: attention"), ("std / L / 2", "by its root"),
        ("std * L**-1.0", "and it is the variance"), ("std * std / 2 / L", "This is a variance"),
        ("(2 * L)**0.5 * std", "The more branches"), ("(2 * L)**-0.5", "own std is missing"),
        ("std * (2 / L)**0.5", "not L/2"), ("0.5 * std * L**-0.5", "under the root"),
        ("std * 1.0", "Unchanged"),
    ],
    "first_loss": [
        ("-np.log(1 / C)", "equal logits"), ("np.log(C) + s * s", "the ½ is missing"),
        ("np.log(C) + 0.5 * s", "holds its square"), ("np.log(C) - 0.5 * s * s", "The sign"),
        ("math.log10(C) + s * s / 2", "natural logarithms"),
        ("math.log2(C) + s * s / 2", "counts bits"),
        ("0.5 * s * s * np.log(C)", "is a sum"), ("np.exp(s * s / 2) * C", "the sum itself"),
        ("0.5 * s * s", "C classes are missing"),
        ("np.log(C) + np.exp(s * s / 2)", "is s²/2"),
    ],
    "prior_bias": [
        ("math.log(p)", "Near for a rare class"), ("-np.log(p / (1 - p))", "Upside down"),
        ("p * (1 - p)**-1", "These are the odds"), ("0.5 + 0.5 * np.tanh(p / 2)", "This is σ(p)"),
        ("math.log10(p / (1 - p))", "natural logarithm"), ("np.log1p(-p)", "p itself is missing"),
        ("np.log(1 / p)", "And exactly"), ("p * 1.0", "This is the share"),
        ("np.log(p) - np.log1p(p)", "The odds are p/(1 − p)."),
    ],
    "patient_1": [
        ('("gain too large", ...)', "with kernels 5 × 5: about k² = 25"),
        ('("missing branch scale", ...)', "no branch to scale"),
        ('("wrong fan", ic.clinic.ScaleRate(0.01))', "prescription does not work"),
        ('("wrong fan", ic.clinic.Redraw("he", layers=1))', "prescription does not work"),
        ('"wrong fan"', "An answer is a pair"),
    ],
    "patient_2": [
        ('("gain too small", ...)', "all units are alike in layers 5 and 6"),
        ('("sigmoid stack", ...)', "lies between 0 and 1"),
        ('("constant layer", ic.clinic.Rescale(2))', "prescription does not work"),
    ],
    "patient_3": [
        ('("gain too large", ...)', "the forward trace shows ×1.2"),
        ('("missing branch scale", ...)', "triple mean h² in every block"),
        ('("learning rate", ic.clinic.ScaleRate(10))', "prescription does not work"),
    ],
    "patient_4": [
        ('("gain too small", ...)', "the forward trace shows ×0.99"),
        ('("learning rate", ...)', "all inputs look alike in layer 11"),
        ('("sigmoid stack", ic.clinic.Rescale(4))', "all inputs look alike"),
        ('("sigmoid stack", ic.clinic.Redraw("he"))', "prescription does not work"),
    ],
    "patient_5": [
        ('("wrong fan", ...)', "no k² to forget"),
        ('("learning rate", ...)', "before the first step, when no learning rate"),
        ('("gain too large", ic.clinic.ScaleRate(0.1))', "Before the first step, mean h² grows"),
        ('("gain too large", ic.clinic.Rescale)', "each called with its numbers"),
        ('("gain too large", ic.clinic.Rescale(1 / 6))', "mean h² shrinks ×0.17 per layer"),
    ],
    "patient_6": [
        ('("gain too large", ...)', "the stream and a branch with He's weights"),
        ('("wrong fan", ...)', "there is no kernel"),
        ('("missing branch scale", ic.clinic.ScaleRate(0.1))', "prescription does not work"),
    ],
}  # fmt: skip
