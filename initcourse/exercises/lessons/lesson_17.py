"""Exercises of lesson 17, your framework."""

from initcourse.exercises.check import FunctionExercise, ValueExercise

flax_factor = ValueExercise(
    name="factor",
    solution="0.5",
    hint_text="Var W of that row of the table times n, times what ReLU leaves of a second moment.",
    praise="n·(1/n)·½: after 30 such layers 10⁻⁹ of the mean square is left.",
    slips={
        "1": "That is what the weights alone do. ReLU sets half of the second moment to 0.",
        "1 / 3": "That is n·Var W of PyTorch's default. Flax's is 1, and ReLU is still to come.",
        "1 / 6": "That is PyTorch's default: there n·Var W = 1/3. Flax's is 1.",
        "2": "2 is n·Var W under He's rule. Flax's default has n·Var W = 1.",
        "0.5 * 0.8796256610342398**2": "Flax corrects the truncation: the variance is 1/n as "
        "written, not .774 of it.",
        "0.25": "The second moment is halved once per layer: by ReLU.",
        "0.5**0.5": "This is the factor on the standard deviation.",
        "0.34084506": "That is what ReLU makes of a variance. The next layer sees E[h²].",
    },
    rtol=5e-3,
)

layers_left = FunctionExercise(
    name="layers_left",
    parameters="factor, least",
    solution="int(np.ceil(np.log(least) / np.log(factor)))",
    cases=((0.5, 1e-4), (1 / 6, 1e-4), (0.5, 1e-9), (0.3, 1e-2)),
    hint_text="factor^l = least: which l? Then the next whole number.",
    praise="6 layers of PyTorch's default and 14 of Flax's lose four powers of ten.",
    slips={
        "np.log(least) / np.log(factor)": "That is where the two meet. Asked for is a number of "
        "whole layers: the next whole number.",
        "int(np.floor(np.log(least) / np.log(factor)))": "After so many layers it is still above: "
        "one layer more.",
        "int(np.ceil(np.log(factor) / np.log(least)))": "Upside down: ln least, in steps of "
        "ln factor.",
        "int(np.ceil(np.log(least) / np.log(factor) / 2))": "The factor is that of mean h², and so "
        "is least: no root is taken.",
        "int(np.ceil(-np.log(least)))": "These would be layers that each divide by e.",
    },
)

swapped_factor = FunctionExercise(
    name="swapped_factor",
    parameters="n",
    solution="2 / n",
    cases=((50,), (128,), (1000,)),
    hint_text="What is Var W, if that is the std? Then n·Var W, and what ReLU leaves.",
    praise="n·(2/n)²·½: at width 128 every layer divides mean h² by 64.",
    slips={
        "1.0": "That is He's rule. Here 2/n is the standard deviation, so Var W is its square.",
        "4 / n": "That is n·Var W. ReLU leaves half of it.",
        "4 / n**2": "That is Var W. A unit adds n such terms, and ReLU leaves half.",
        "2 / n**2": "A unit adds n terms: multiply by n.",
        "(2 / n) ** 0.5": "That is the factor on the root mean square, not on mean h².",
        "1 / n": "ReLU leaves half of n·(2/n)²: that is 2/n.",
    },
)
