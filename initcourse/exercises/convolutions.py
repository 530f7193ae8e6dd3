"""Exercises of lesson 09 on convolutions."""

import numpy as np

from initcourse.exercises.engine import FunctionExercise

conv_std = FunctionExercise(
    name="conv_std",
    solution=lambda k, c_in, c_out: np.sqrt(2 / (k**2 * c_in)),
    cases=((3, 16, 32), (5, 8, 4), (1, 64, 24), (7, 3, 50)),
    hint_text="Count the weights that enter one unit: k·k pixels with c_in channels each.",
    praise="√(2/(k²·c_in)): a unit reads k²·c_in numbers, whatever the size of the image.",
    slips=(
        (
            lambda k, c_in, c_out: np.sqrt(2 / c_in),
            "A unit reads c_in channels at each of k² pixels: k² is missing.",
        ),
        (
            lambda k, c_in, c_out: 2 / (k**2 * c_in),
            "This is the variance 2/(k²·c_in); the standard deviation is its square root.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / (k * c_in)),
            "The kernel has k rows and k columns: k² pixels, not k.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / (k**2 * c_out)),
            "k²·c_out is fan_out. What enters a unit comes from c_in channels.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(1 / (k**2 * c_in)),
            "√(1/(k²·c_in)) is Xavier's. ReLU halves the strength, so He's rule has a 2.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(4 / (k**2 * (c_in + c_out))),
            "This averages fan_in and fan_out; He's rule takes fan_in.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / (k**2 * c_in * c_out)),
            "k²·c_in·c_out counts all weights of the kernel. One unit reads those of one c_out.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / k**2 * c_in),
            "Brackets are missing: Python reads 2 / k**2 * c_in as (2/k²)·c_in.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / (k**2 * (c_in + c_out))),
            "This is Glorot's; He's rule takes fan_in alone.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / c_out),
            "c_out counts the channels that leave. A unit reads c_in, at each of k² pixels.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / k**2),
            "k² is the number of pixels; each of them has c_in channels.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2) / (k**2 * c_in),
            "The root covers k²·c_in too: √(2/(k²·c_in)).",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / (k**2 + c_in)),
            "The pixels and the channels multiply: k²·c_in, not k² + c_in.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(2 / (9 * c_in)),
            "9 is k² for k = 3 only; the function is called with other kernels too.",
        ),
        (
            lambda k, c_in, c_out: np.sqrt(6 / (k**2 * c_in)),
            "√(6/n) is the bound of uniform weights; their standard deviation is √(2/n).",
        ),
        (
            lambda k, c_in, c_out: k**2 * c_in,
            "This is n, the fan. He's standard deviation is √(2/n).",
        ),
    ),
)

wrong_fan_factor = FunctionExercise(
    name="wrong_fan_factor",
    solution=lambda k, layers: float(k) ** (2 * layers),
    cases=((3, 10), (5, 4), (7, 1), (1, 20)),
    hint_text="One unit gets k² times the variance that He's rule gives. Layers multiply.",
    praise="k² in each layer: 3·10⁹ for ten layers of 3 × 3.",
    slips=(
        (
            lambda k, layers: float(k) ** layers,
            "This is the factor on the standard deviation; mean h² is a square.",
        ),
        (lambda k, layers: k**2, "This is one layer's factor. Layers multiply."),
        (lambda k, layers: layers * k**2, "Layers multiply; here they are added."),
        (
            lambda k, layers: float(k) ** (-2 * layers),
            "Upside down: dividing by c instead of k²·c makes the weights too large.",
        ),
        (
            lambda k, layers: 2.0**layers * float(k) ** (2 * layers),
            "No factor 2: ReLU's half and the 2 of 2/c cancel.",
        ),
        (
            lambda k, layers: 0.5**layers * float(k) ** (2 * layers),
            "No factor ½: ReLU's half and the 2 of 2/c cancel.",
        ),
        (
            lambda k, layers: float(k) ** (2 * (layers - 1)),
            "One layer is missing: the first one's fan is wrong too.",
        ),
        (
            lambda k, layers: float(k) ** (4 * layers),
            "The weights' variance is k² times too large, not their standard deviation.",
        ),
        (
            lambda k, layers: 9.0**layers,
            "9 is k² for k = 3 only; the function is called with other kernels too.",
        ),
    ),
)
