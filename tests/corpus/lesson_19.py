"""Lesson 19: case files.

Both right answers to a case have one factor in two spellings, so that it is trained once.
"""

RIGHT = {
    "case_1": [
        '("keras#372", ic.clinic.Rescale(1.7))', '["KERAS#372 ", [ic.clinic.Rescale(17 / 10)]]',
    ],
    "case_2": [
        '("transformers#47458", ic.clinic.ScaleBranch(0.25))',
        '("transformers#47458", ic.clinic.ScaleBranch(16**-0.5))',
    ],
    "case_3": [
        '("transformers#26441", ic.clinic.ScaleHead(0.125))',
        '("transformers#26441", [ic.clinic.ScaleHead(Fraction(1, 8))])',
    ],
    "case_4": ['("tch-rs#573", ic.clinic.Redraw())', '("tch-rs#573", [ic.clinic.Redraw("he")])'],
    "case_5": [
        '("handson-ml#353", ic.clinic.Rescale(0.75))',
        '("handson-ml#353", ic.clinic.Rescale(np.float32(0.75)))',
    ],
    "case_6": [
        '("AI-For-Beginners#743", ic.clinic.Rescale(0.2))',
        '("AI-For-Beginners#743", ic.clinic.Rescale(Fraction(1, 5)))',
    ],
    "case_7": [
        '("mlx#4536", ic.clinic.Rescale(2.8, layers=range(2, 8)))',
        '("mlx#4536", ic.clinic.Rescale(2.8, layers=[2, 3, 4, 5, 6, 7]))',
    ],
    "case_8": [
        '("siren#17", ic.clinic.Rescale(30))', '("siren#17", [ic.clinic.Rescale(np.array(30))])',
    ],
    "case_9": [
        '("DLFS_code#10", ic.clinic.Rescale(7))', '("dlfs_code#10", (ic.clinic.Rescale(7.0),))',
    ],
    "case_10": [
        '("LAVT-RIS#25", ic.clinic.Redraw("he", first=True))',
        '("lavt-ris#25", ic.clinic.Redraw(first=True))',
    ],
}  # fmt: skip

WRONG = {
    "case_1": [
        ('("tch-rs#573", ...)', "mean h² ×0.17 per layer. The forward trace shows ×0.34"),
        ('("mlx#4536", ...)', "that thread is about a convolutional network"),
        ('("keras#372", ic.clinic.ScaleRate(10))', "mean h² shrinks ×0.34 per layer"),
    ],
    "case_2": [
        ('("LAVT-RIS#25", ...)', "mean h² ×1 per block. The forward trace shows ×2.9"),
        ('("handson-ml#353", ...)', "The chart says residual"),
        ('("wrong fan", ...)', 'one of "keras#372", "tch-rs#573"'),
    ],
    "case_3": [
        ('("keras#372", ...)', "The forward trace shows ×0.98"),
        ('("transformers#26441", ic.clinic.ScaleRate(0.1))', "Not reached: first loss below 4.30"),
        ('("transformers#26441", ic.clinic.ScaleHead)', "each called with its numbers"),
    ],
    "case_4": [
        ('("keras#372", ...)', "mean h² ×0.33 per layer. The forward trace shows ×0.16"),
        ('("tch-rs#573", [])', "at least one"),
        ('("tch-rs", ...)', 'one of "keras#372", "tch-rs#573"'),
    ],
    "case_5": [
        ('("AI-For-Beginners#743", ...)', "mean h² ×20 per layer. The forward trace shows ×2."),
        ('("transformers#26441", ...)', "mean h² ×1 per layer. The forward trace shows ×2."),
        ('"handson-ml#353"', "An answer is a pair"),
    ],
    "case_6": [
        ('("handson-ml#353", ...)', "The forward trace shows ×23"),
        ('("AI-For-Beginners#743", ic.clinic.Rescale(1 / 48))', "mean h² shrinks ×0.01 per layer"),
        ('("AI-For-Beginners#743", 1 / 48)', "A prescription is a treatment"),
    ],
    "case_7": [
        ('("keras#372", ...)', "The chart says convolutional"),
        ('("mlx#4536", ic.clinic.Redraw("he"))', "mean h² shrinks ×0.1"),
        ('("mlx#4536", ic.clinic.Rescale(8**0.5, layers=8))', "from 1 to 7, got 8"),
    ],
    "case_8": [
        ('("DLFS_code#10", ...)', "mean h² ×0.023 per layer. The forward trace shows ×0.0022"),
        ('("siren#17", ic.clinic.Rescale(900))', "the gradient changes"),
        ('("tch-rs#573", ...)', "The forward trace shows ×0.0022"),
    ],
    "case_9": [
        ('("siren#17", ...)', "mean h² ×0.0022 per layer. The forward trace shows ×0.021"),
        ('("DLFS_code#10", ic.clinic.ScaleBranch(7))', "dense network has no branches"),
        ('("LAVT-RIS#25", ...)', "The chart says dense"),
    ],
    "case_10": [
        ('("transformers#47458", ...)', "mean h² ×3 per block. The forward trace shows ×1."),
        ('("LAVT-RIS#25", ic.clinic.ScaleRate(10))', "Not reached: gradients in all branches"),
        ('("mlx#4536", ...)', "The chart says residual"),
    ],
}  # fmt: skip
