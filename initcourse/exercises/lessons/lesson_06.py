"""Exercise of lesson 06, the tanh laboratory."""

import numpy as np

from initcourse.exercises.check import FunctionExercise

layers_until = FunctionExercise(
    name="layers_until",
    solution=lambda per_layer, total: np.log(total) / np.log(per_layer),
    cases=((1.1, 10.0), (0.236, 1e-5), (1.02, 1.5)),
    hint_text="per_layer**layers = total. Take the logarithm of both sides.",
    praise="ln(total)/ln(per_layer): at 1.10 a layer, tenfold in 24 layers.",
    slips=(
        (
            lambda p, t: t / p,
            "Layers multiply: per_layer**layers = total. Take logarithms, then divide.",
        ),
        (
            lambda p, t: np.log(t / p),
            "Divide the logarithms, not what stands in them: ln(total)/ln(per_layer).",
        ),
        (lambda p, t: np.log(p) / np.log(t), "This is upside down: ln(total) goes on top."),
        (
            lambda p, t: 2 * np.log(t) / np.log(p),
            "No factor 2: both numbers are about the std already.",
        ),
        (
            lambda p, t: np.log(t) / np.log(p) / 2,
            "No factor ½: both numbers are about the std already.",
        ),
        (lambda p, t: (t - 1) / (p - 1), "That would be for layers that add. They multiply."),
        (
            lambda p, t: np.log10(t) / np.log(p),
            "The two logarithms have different bases, 10 and e.",
        ),
        (
            lambda p, t: np.log(t) / (p - 1),
            "ln(per_layer) is near per_layer − 1 only close to 1: take the logarithm.",
        ),
        (
            lambda p, t: np.log(t / p) / np.log(p),
            "One layer too few: nothing is divided off before the logarithm.",
        ),
        (
            lambda p, t: t ** (1 / p),
            "This is a root. The unknown stands in the exponent: take logarithms.",
        ),
        (lambda p, t: np.log(t), "Divide by the logarithm of one layer's factor."),
    ),
)
