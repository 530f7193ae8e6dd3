"""Exercise of lesson 06, the tanh laboratory."""

from initcourse.exercises.check import FunctionExercise

layers_until = FunctionExercise(
    name="layers_until",
    parameters="per_layer, total",
    solution="np.log(total) / np.log(per_layer)",
    cases=((1.1, 10.0), (0.236, 1e-5), (1.02, 1.5)),
    hint_text="per_layer**layers = total. Take the logarithm of both sides.",
    praise="ln(total)/ln(per_layer): at 1.10 a layer, tenfold in 24 layers.",
    slips={
        "total / per_layer": "Layers multiply: per_layer**layers = total. Take logarithms, then "
        "divide.",
        "np.log(total / per_layer)": "Divide the logarithms, not what stands in them: "
        "ln(total)/ln(per_layer).",
        "math.log(per_layer, total)": "This is upside down: ln(total) goes on top.",
        "np.log(total**2) / np.log(per_layer)": "No factor 2: both numbers are about the std "
        "already.",
        "math.log(total) / math.log(per_layer**2)": "No factor ½: both numbers are about the std "
        "already.",
        "(total - 1) / (per_layer - 1)": "That would be for layers that add. They multiply.",
        "np.log10(total) / np.log(per_layer)": "The two logarithms have different bases, 10 and e.",
        "np.log(total) / (per_layer - 1)": "ln(per_layer) is near per_layer − 1 only close to 1: "
        "take the logarithm.",
        "np.log(total / per_layer) / np.log(per_layer)": "One layer too few: nothing is divided "
        "off before the logarithm.",
        "total ** (1 / per_layer)": "This is a root. The unknown stands in the exponent: take "
        "logarithms.",
        "np.log(total)": "Divide by the logarithm of one layer's factor.",
    },
)
