"""Lessons 13 to 16: very deep, residual and transformer networks, and the clinic."""

RIGHT = {
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
    "lsuv_step": [
        "W / (h @ W).std()", "W / np.std(h @ W, ddof=1)",
        "W * (1 / np.std(np.einsum('bi,ij->bj', h, W)))",
        "np.asfortranarray(W) / float(np.std(h @ W))",
    ],
    "flax_factor": [
        "1 / 2", "np.float64(0.5)", "np.array(0.5)", "[0.5]",
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
    "lsuv_step": [
        ("W / np.var(h @ W)", "divided by the variance"), ("W * np.std(h @ W)", "Multiplied where"),
        ("W / np.std(W)", "looks only at W"), ("W / np.std(h)", "what comes in"),
        ("W / np.sqrt(np.std(h @ W))", "One root too many"),
        ("z = h @ W\nreturn W / np.sqrt(z.var() + z.mean()**2)", "E[z²] equal to 1"),
        ("W / np.std(h @ W, axis=0)", "One std for each unit"),
        ("h @ W / np.std(h @ W)", "normalised z"), ("np.std(h @ W)", "This is the std of z."),
        ("z = h @ W\nreturn W / (z * (z > 0)).std()", "after ReLU"),
    ],
    "flax_factor": [
        ("1.0", "what the weights alone do"), ("0.3333", "ReLU is still to come"),
        ("1 / 3 * 0.5", "default: there n·Var W"), ("2.0", "2 is n·Var W under He's"),
        ("0.5 * 0.8796**2", "corrects the truncation"), ("0.5 * 0.5", "once per layer"),
        ("np.sqrt(0.5)", "factor on the standard deviation"), ("0.341", "makes of a variance"),
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
