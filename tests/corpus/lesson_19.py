"""Lesson 19: case files."""

RIGHT = {
    "case_1": ['("keras#372", ic.clinic.Rescale(1.7))', '["KERAS#372 ", [ic.clinic.Redraw("he")]]'],
    "case_2": [
        '("transformers#47458", ic.clinic.ScaleBranch(0.25))',
        '("transformers#47458", ic.clinic.Rescale(0.5))',
    ],
    "case_3": [
        '("transformers#26441", ic.clinic.ScaleHead(0.16))',
        '("transformers#26441", [ic.clinic.ScaleHead(Fraction(1, 8))])',
    ],
    "case_4": [
        '("tch-rs#573", [ic.clinic.Rescale(3**0.5), ic.clinic.Rescale(2**0.5)])',
        '("tch-rs#573", ic.clinic.Redraw("he"))',
    ],
    "case_5": [
        '("handson-ml#353", ic.clinic.Rescale(0.7))', '("handson-ml#353", ic.clinic.Redraw("he"))',
    ],
    "case_6": [
        '("AI-For-Beginners#743", ic.clinic.Rescale(np.sqrt(2 / 48)))',
        '("AI-For-Beginners#743", ic.clinic.Rescale(0.2))',
    ],
    "case_7": [
        '("mlx#4536", ic.clinic.Rescale(8**0.5, layers=range(2, 8)))',
        '("mlx#4536", ic.clinic.Rescale(2.8, layers=[2, 3, 4, 5, 6, 7]))',
    ],
    "case_8": [
        '("siren#17", ic.clinic.Rescale(np.float32(30)))',
        '("siren#17", [ic.clinic.Rescale(10), ic.clinic.Rescale(3)])',
    ],
    "case_9": [
        '("DLFS_code#10", ic.clinic.Redraw("xavier"))', '("DLFS_code#10", ic.clinic.Rescale(7))',
    ],
    "case_10": [
        '("LAVT-RIS#25", ic.clinic.Redraw("he", first=True))',
        '("lavt-ris#25", ic.clinic.Redraw("xavier", first=True))',
    ],
}  # fmt: skip

WRONG = {
    "case_1": [
        ('("tch-rs#573", ...)', "mean h² ×0.17 per layer. The forward trace shows ×0.34"),
        ('("mlx#4536", ...)', "that thread is about a convolutional network"),
        ('("keras#372", ic.clinic.ScaleRate(10))', "mean h² shrinks"),
    ],
    "case_2": [
        ('("LAVT-RIS#25", ...)', "mean h² ×1 per block. The forward trace shows ×2.9"),
        ('("handson-ml#353", ...)', "The chart says residual"),
        ('("transformers#47458", ic.clinic.ScaleRate(0.1))', "mean h² grows ×2.9 per block"),
    ],
    "case_3": [
        ('("keras#372", ...)', "The forward trace shows ×0.98"),
        ('("transformers#26441", ic.clinic.ScaleRate(0.1))', "Not reached: first loss below 4.30"),
        ('("transformers#26441", ic.clinic.ScaleHead)', "each called with its numbers"),
    ],
    "case_4": [
        ('("keras#372", ...)', "mean h² ×0.33 per layer. The forward trace shows ×0.16"),
        ('("tch-rs#573", ic.clinic.ScaleRate(100))', "mean h² shrinks"),
        ('("tch-rs", ...)', 'one of "keras#372", "tch-rs#573"'),
    ],
    "case_5": [
        ('("AI-For-Beginners#743", ...)', "mean h² ×20 per layer. The forward trace shows ×2."),
        ('("handson-ml#353", ic.clinic.Rescale(2))', "mean h² grows ×8 per layer"),
        ('"handson-ml#353"', "An answer is a pair"),
    ],
    "case_6": [
        ('("handson-ml#353", ...)', "The forward trace shows ×23"),
        ('("AI-For-Beginners#743", ic.clinic.Rescale(1 / 48))', "mean h² shrinks ×0.01 per layer"),
        ('("AI-For-Beginners#743", ic.clinic.ScaleHead(1 / 48))', "mean h² grows ×23"),
    ],
    "case_7": [
        ('("keras#372", ...)', "The chart says convolutional"),
        ('("mlx#4536", ic.clinic.Redraw("he"))', "mean h² shrinks ×0.1"),
        ('("mlx#4536", ic.clinic.Rescale(8**0.5, layers=8))', "from 1 to 7, got 8"),
    ],
    "case_8": [
        ('("DLFS_code#10", ...)', "mean h² ×0.023 per layer. The forward trace shows ×0.0022"),
        ('("siren#17", ic.clinic.Rescale(900))', "the gradient changes"),
        ('("siren#17", ic.clinic.ScaleRate(100))', "per layer"),
    ],
    "case_9": [
        ('("siren#17", ...)', "mean h² ×0.0022 per layer. The forward trace shows ×0.021"),
        ('("DLFS_code#10", ic.clinic.Rescale(3**0.5))', "mean h² shrinks"),
        ('("DLFS_code#10", ic.clinic.ScaleBranch(7))', "dense network has no branches"),
    ],
    "case_10": [
        ('("transformers#47458", ...)', "mean h² ×3 per block. The forward trace shows ×1."),
        ('("LAVT-RIS#25", ic.clinic.ScaleRate(10))', "Not reached: gradients in all branches"),
        ('("LAVT-RIS#25", ic.clinic.Rescale(10))', "Not reached: gradients in all branches"),
    ],
}  # fmt: skip
