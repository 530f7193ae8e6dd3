"""Exercises of lesson 06, the tanh laboratory."""

from answer_checks.check import FunctionExercise, ValueExercise

q_in_layer = FunctionExercise.table("q1, l", cases=((0.1, 30), (0.3, 2), (0.05, 100)))("""
1 / (1 / q1 + 2 * (l - 1))  # 1/q grows by 2 a layer: a power law, whatever q1 was.
1 / (1 / q1 + 2 * l)  # One step too many: from layer 1 to layer l there are l − 1.
1 / (2 * l)  # This is what remains once l is large. Here q1 still counts.
1 / (2 * (l - 1))  # This forgets 1/q1, where the sum begins.
1 / (q1 + 2 * (l - 1))  # The reciprocal of q1 is what grows: begin with 1/q1.
1 / q1 + 2 * (l - 1)  # This is 1/q; asked for is q.
q1 * (1 - 2 * q1) ** (l - 1)  # This keeps the first layer's factor 1 − 2q for all layers. It comes
    # closer to 1 as q falls.
q1 - 2 * q1**2 * (l - 1)  # This takes the same amount off in each layer. It becomes less as q
    # falls.
1 / (1 / q1 + (l - 1))  # Each step adds 2, not 1.
q1 / 2 ** (l - 1)  # This halves q in each layer. 1/q grows by 2, it does not double.
q1 - 2 * q1**2  # This is layer 2 only.
...  # 1/q is 1/q1 in layer 1, and each of the l − 1 steps adds 2.
""")

layers_until = FunctionExercise.table(
    "per_layer, total", cases=((1.1, 10.0), (0.236, 1e-5), (1.02, 1.5))
)("""
np.log(total) / np.log(per_layer)  # ln(total)/ln(per_layer): at 1.10 a layer, tenfold in 24 layers.
total / per_layer  # Layers multiply: per_layer**layers = total. Take logarithms, then divide.
np.log(total / per_layer)  # Divide the logarithms, not what stands in them:
    # ln(total)/ln(per_layer).
math.log(per_layer, total)  # This is upside down: ln(total) goes on top.
np.log(total**2) / np.log(per_layer)  # No factor 2: both numbers are about the std already.
math.log(total) / math.log(per_layer**2)  # No factor ½: both numbers are about the std already.
(total - 1) / (per_layer - 1)  # That would be for layers that add. They multiply.
np.log10(total) / np.log(per_layer)  # The two logarithms have different bases, 10 and e.
np.log(total) / (per_layer - 1)  # ln(per_layer) is near per_layer − 1 only close to 1: take the
    # logarithm.
np.log(total / per_layer) / np.log(per_layer)  # One layer too few: nothing is divided off before
    # the logarithm.
total ** (1 / per_layer)  # This is a root. The unknown stands in the exponent: take logarithms.
np.log(total)  # Divide by the logarithm of one layer's factor.
...  # per_layer**layers = total. Take the logarithm of both sides.
""")

critical_for_scaled_tanh = ValueExercise.table()("""
1 / (1.7159 * 2 / 3) ** 2  # 0.764: with weights 1/n this activation is a gain of 1.144.
1.7159 * 2 / 3  # This is the slope at 0. σ_w² must make up for its square.
3 / (2 * 1.7159)  # This is the gain, which multiplies the std. σ_w² is its square.
(1.7159 * 2 / 3) ** 2  # This is the slope squared: σ_w² is one over it.
1  # That is right for plain tanh, whose slope at 0 is 1.
1 / 1.7159**2  # The ⅔ inside belongs to the slope as well: 1.7159 · ⅔.
1.5**2  # The 1.7159 in front belongs to the slope as well: 1.7159 · ⅔.
1 / 1.7159  # The slope at 0 is 1.7159 · ⅔, and its square counts.
0.38244  # This is q* at σ_w² = 1, where a signal settles.
(5 / 3) ** 2  # This is PyTorch's gain for tanh, squared.
...  # σ_w² times the square of the slope at 0 is 1.
""")
