"""Exercises of lesson 07, the ReLU laboratory."""

from answer_checks.check import FunctionExercise

off_for_both = FunctionExercise.table("c", cases=((0.0,), (0.5,), (0.97,), (-0.3,)))("""
(np.pi - np.arccos(c)) / (2 * np.pi)  # From ¼ at a right angle to ½ for equal inputs: the more
    # alike, the more units are off for both.
np.arccos(c) / np.pi  # This is the orange part: off for one input and on for the other.
1 - np.arccos(c) / np.pi  # This is where the two agree, on or off. Off for both is half of it.
np.arccos(c) / (2 * np.pi)  # This is one of the two orange wedges. It is 0 for equal inputs, of
    # which half of the units are off.
0 * c + 0.25  # ¼ is right for inputs at a right angle only: ½·½.
0 * c + 0.5  # ½ is the share that is off for one input.
(1 + c) / 4  # Right at c = 0 and 1, but the wedge grows with the angle, arccos(c), and not with its
    # cosine.
(np.pi - c) / (2 * np.pi)  # c is the cosine. The angle is arccos(c).
0.5 + np.arccos(c) / (2 * np.pi)  # Here more units are off for both, the more the inputs differ.
    # Look at the wedge.
(np.pi - np.degrees(np.arccos(c))) / (2 * np.pi)  # Degrees and radians are mixed: π is 180°.
(np.pi - np.arccos(c)) / 2  # This is half of the wedge's angle. Its share of the circle is asked
    # for.
np.pi - np.arccos(c)  # This is the wedge's angle. Divide by the full circle, 2π.
...  # The directions with w·a < 0 fill a half plane. How wide is what two of these, turned by
    # arccos(c), have in common? The full circle is 2π.
""")

band_factor = FunctionExercise.table("L, n", cases=((30, 128), (10, 300), (4, 50)), rtol=2e-3)("""
std = np.sqrt(5 * L / n)

np.exp(2 * 1.96 * std)  # Seventyfold for 30 layers of 128 units: one seed is no experiment.
3.92 * std  # This is the width of the band of ln m. Take exp to get a factor of m.
np.exp(1.96 * std)  # This reaches from the middle to one end; the band has two.
np.exp(3.92 * std**2)  # 5L/n is the variance of ln m; its root is the standard deviation.
np.exp(3.92 * (2 * L / n) ** 0.5)  # 2L/n belongs to a linear network. ReLU has 5L/n.
np.exp(std)  # A 95 % band is 2·1.96 standard deviations wide.
np.exp(2 * 2 * std)  # 2 stands for 1.96 here. exp makes a visible difference of that.
10 ** (3.92 * std)  # ln m is the natural logarithm: exp, not a power of 10.
np.exp(1.96 * std) - np.exp(-1.96 * std)  # This is the difference of the band's ends; a factor is
    # their quotient.
np.exp(3.92 * np.sqrt(5 / n))  # This is the band of one layer: L of them.
np.exp(3.92 * np.sqrt(5 * L) / n)  # The root covers 5L only. It is √(5L/n).
np.exp(3.92 * np.sqrt(5 * n / L))  # Upside down: more depth spreads more, more width less.
...  # The band of ln m is 2·1.96 standard deviations wide; exp makes a factor of it.
""")

born_dead = FunctionExercise.table("L, n", cases=((30, 4), (10, 3), (5, 2), (40, 8)))("""
1 - (1 - 0.5**n) ** L  # With n = 4 most networks of 30 layers are born dead; with n = 64 none that
    # you will meet.
(1 - 0.5**n) ** L  # This is the chance that the signal passes: that no layer is off.
L * 0.5**n  # Chances that are added can pass 1. Multiply the layers' chances to be on.
0.5**n  # This is the chance for one layer; any of L will do.
0.5 ** (n * L)  # This asks that all layers be off. One is enough.
1 - (1 - 0.5**L) ** n  # Layers and units are swapped: n units must be off, in one of L layers.
1 - 0.5**L  # A layer is off only when all of its n units are.
1 - (1 - 0.5 / n) ** L  # All n units must be off: ½ to the power n, not divided by n.
1 - 0.5 ** (n * L)  # This is the chance that some unit somewhere is on. That saves no network:
    # every layer needs one.
1 - (1 - 0.5**n) ** (L - 1)  # One layer is missing: the first can be off as well.
(1 - 0.5**n) ** L * 0.5**n  # This is the chance that exactly the layer after these L is the first
    # to be off.
...  # When is one layer of n units off, each with chance ½? And the signal passes if no layer is.
""")

dropout_rule = FunctionExercise.table("k, L", cases=((0.9, 10), (0.5, 3), (0.8, 4), (0.7, 1)))("""
[2 * k, k**L]  # At k = ½ that is 1/n, and in testing half of the strength is lost in each layer.
[2, k**-L]  # This is He's rule, and what it does in training. Which variance makes up for 1/k?
[2, 1]  # He's 2 holds in testing. In training each layer then multiplies by 1/k.
[2 / k, k**-L]  # k·n units arrive, but each is 1/k times larger: mean h² goes up by 1/k, so the
    # variance goes down.
[2 * k, 1]  # In testing nothing is dropped, but the weights are as small as before.
[2 * k, k]  # The second number is that of one layer. There are L.
[2 * k, k**-L]  # Upside down: in testing the 1/k is missing, so the signal shrinks.
[2 * k**2, k ** (2 * L)]  # E[d²] is 1/k, not 1/k²: d is not 0 only with chance k.
[k, (k / 2) ** L]  # ReLU's half is forgotten: without dropout, k = 1, this must be He's 2.
[2 * (1 - k), (1 - k) ** L]  # k is the chance to be kept, not to be dropped.
[math.sqrt(2 * k), k ** (L / 2)]  # These belong to standard deviations. Asked for are the variance
    # and the factor on mean h².
...  # In training a layer multiplies mean h² by n·Var(W), by ReLU's half and by E[d²] = 1/k; in
    # testing d is 1.
""")
