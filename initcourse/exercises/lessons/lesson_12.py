"""Exercises of lesson 12, the edge of chaos."""

from answer_checks.check import FunctionExercise
from initcourse.activations import gelu, sine, tanh
from initcourse.exercises.lessons.lesson_11 import GRID, named_pair
from initcourse.theory import joint_mean

next_correlation = FunctionExercise.table(
    "phi, c, q, sigma_w2, sigma_b2",
    given={**GRID, "joint_mean": joint_mean},
    cases=(
        (named_pair(tanh)[0], 0.5, 0.8, 2.0, 0.3),
        (named_pair(gelu)[0], 0.2, 1.5, 1.4, 0.5),
        (named_pair(sine)[0], 0.9, 0.4, 3.0, 0.1),
    ),
    rtol=2e-3,
)("""
q_next = sigma_w2 * (p @ phi(np.sqrt(q) * z) ** 2) + sigma_b2
both = joint_mean(phi, q, c)
above = sigma_w2 * both + sigma_b2

above / q_next  # The shared bias is above and below: it makes all inputs more alike.
sigma_w2 * both / q_next  # Both inputs see the same biases: σ_b² belongs above the line, too.
above / (q_next - sigma_b2)  # Below the line stands q′, the whole of it: its σ_b² is missing.
above / q  # Divide by the next layer's q′. It is q only at the fixed point.
above  # This is the mean product of the two z. A correlation is that over q′.
(both + sigma_b2) / q_next  # The weights multiply E[φ(u₁)φ(u₂)] by σ_w².
sigma_w2 * both / (q_next - sigma_b2)  # This is the correlation of the h. The next z also have the
    # bias, the same for both inputs.
(sigma_w2 * joint_mean(phi, 1.0, c) + sigma_b2) / q_next  # u₁ and u₂ have the variance q: hand it
    # to joint_mean.
above / (sigma_w2 * (p @ phi(z) ** 2) + sigma_b2)  # In q′ the argument of φ is √q·z.
above / np.sqrt(q_next)  # Each of the two has the std √q′, so their product has q′: no root.
c  # This is the correlation below. What does φ make of it?
...  # Above stands the mean product of the next layer's two z, weights and shared bias; below it
    # the mean of one z², which is q′.
""")

phase_chi = FunctionExercise.table(
    "phi, dphi, sigma_w2, sigma_b2",
    given=GRID,
    cases=tuple(
        (*named_pair(phi), w, b)
        for phi, w, b in ((tanh, 0.8, 0.05), (tanh, 4.0, 0.05), (sine, 2.0, 0.3))
    ),
    rtol=2e-3,
)("""
q = 1.0
for _ in range(60):
    q = sigma_w2 * (p @ phi(np.sqrt(q) * z) ** 2) + sigma_b2
u = np.sqrt(q) * z

sigma_w2 * (p @ dphi(u) ** 2)  # Below 1 ordered, above 1 chaotic: known before a network is drawn.
sigma_w2 * (p @ dphi(z) ** 2)  # This is χ at q = 1. The layers settle at q*: find it first.
q = sigma_w2 * (p @ phi(z) ** 2) + sigma_b2
return sigma_w2 * (p @ dphi(np.sqrt(q) * z) ** 2)  # One layer is not enough to reach q*: repeat the
    # map until q stays.
q = 1.0
for _ in range(60):
    q = sigma_w2 * (p @ phi(np.sqrt(q) * z) ** 2)
return sigma_w2 * (p @ dphi(np.sqrt(q) * z) ** 2)  # The biases move the fixed point: σ_b² is
    # missing in the map.
q  # This is q*. Asked for is χ there.
p @ dphi(u) ** 2  # This is E[φ′²]; χ has the factor σ_w².
sigma_w2 * (p @ dphi(u) ** 2) + sigma_b2  # A bias adds nothing to a gradient: χ has no σ_b².
sigma_w2 * (p @ dphi(u)) ** 2  # E[φ′²] is not E[φ′]²: square inside of the mean.
np.sqrt(sigma_w2 * (p @ dphi(u) ** 2))  # This is the factor on the gradient's std. χ belongs to its
    # mean square.
sigma_w2 * (p @ (z * phi(u) * dphi(u))) / np.sqrt(q)  # This is the slope of the strength's map. χ
    # is that of the correlation's: σ_w² E[φ′²].
sigma_w2 * (p @ dphi(q * z) ** 2)  # q is a variance: z is multiplied by its root, √q.
...  # First repeat q ← σ_w² E[φ(√q z)²] + σ_b² until q stays; then χ at that q.
""")

trainable_depth = FunctionExercise.table("chi", cases=((0.9,), (0.75,), (0.99,)), rtol=2e-3)("""
-6 / np.log(chi)  # 6/|ln χ|: 57 layers at χ = 0.9, six hundred at 0.99. An estimate, of one budget.
-1 / np.log(chi)  # This is ξ itself. The estimate is six of them.
6 / np.log(chi)  # ln χ is negative below 1: a depth needs the other sign.
-6 / np.log10(chi)  # 1/e asks for the natural logarithm, np.log.
-6 * np.log(chi)  # Divide by the logarithm: χ near 1 allows many layers.
6 / (1 - chi)  # 1 − χ is only near −ln χ when χ is near 1. Layers multiply: use the logarithm.
-12 / np.log(chi)  # χ is the factor on the mean square already: no root, no factor 2.
chi**6  # This is what six layers leave. Asked for is a number of layers.
math.log(1 / 6) / math.log(chi)  # This is where 1/6 is left. 6 ξ is six times the depth where 1/e
    # is left.
-3 / np.log(chi)  # χ belongs to the mean square: no factor ½.
...  # χ per layer is a fall to 1/e after ξ layers: χ**ξ = 1/e. Then six times that.
""")
