"""Lesson 17: your framework."""

RIGHT = {
    "flax_factor": [
        "1 / 2",
        "np.float64(0.5)",
        "np.array(0.5)",
        "[0.5]",
    ],
}
WRONG = {
    "flax_factor": [
        ("1.0", "what the weights alone do"),
        ("0.3333", "ReLU is still to come"),
        ("1 / 3 * 0.5", "default: there n·Var W"),
        ("2.0", "2 is n·Var W under He's"),
        ("0.5 * 0.8796**2", "corrects the truncation"),
        ("0.5 * 0.5", "once per layer"),
        ("np.sqrt(0.5)", "factor on the standard deviation"),
        ("0.341", "makes of a variance"),
    ],
}
