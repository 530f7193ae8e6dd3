"""Exercises of lesson 17, your framework."""

from answer_checks.check import FunctionExercise, ValueExercise

flax_factor = ValueExercise.table(name="factor", rtol=5e-3)("""
0.5  # n·(1/n)·½: after 30 such layers 10⁻⁹ of the mean square is left.
1  # That is what the weights alone do. ReLU sets half of the second moment to 0.
1 / 3  # That is n·Var W of PyTorch's default. Flax's is 1, and ReLU is still to come.
1 / 6  # That is PyTorch's default: there n·Var W = 1/3. Flax's is 1.
2  # 2 is n·Var W under He's rule. Flax's default has n·Var W = 1.
0.5 * 0.87962566**2  # Flax corrects the truncation: the variance is 1/n as written, not .774 of it.
0.25  # The second moment is halved once per layer: by ReLU.
0.5**0.5  # This is the factor on the standard deviation.
0.34084506  # That is what ReLU makes of a variance. The next layer sees E[h²].
...  # Var W of that row of the table times n, times what ReLU leaves of a second moment.
""")

swapped_factor = FunctionExercise.table("n", cases=((50,), (128,), (1000,)))("""
2 / n  # n·(2/n)²·½: at width 128 every layer divides mean h² by 64.
1.0  # That is He's rule. Here 2/n is the standard deviation, so Var W is its square.
4 / n  # That is n·Var W. ReLU leaves half of it.
4 / n**2  # That is Var W. A unit adds n such terms, and ReLU leaves half.
2 / n**2  # A unit adds n terms: multiply by n.
(2 / n) ** 0.5  # That is the factor on the root mean square, not on mean h².
1 / n  # ReLU leaves half of n·(2/n)²: that is 2/n.
...  # What is Var W, if that is the std? Then n·Var W, and what ReLU leaves.
""")

read_back = FunctionExercise.table("c, n", cases=((32, 128), (16, 100), (3, 1000)))("""
conv, std, bound = np.sqrt(2 / c), 2 / n, np.sqrt(2 / n)

[conv, std, bound]  # A forgotten k²; a variance typed as a std; a std typed as a bound.
[conv / 3, std, bound]  # Row 1 is He's std for a fan of 9c: its n·Var W would be 2. Here it is 18,
    # so Var W = 18/(9c).
[conv, bound, bound]  # Row 2 is He's std: its n·Var W would be 2. Here it is 4/n, so Var W = 4/n².
[conv, std**2, bound]  # Row 2 is Var W. The std is its root.
[conv, std, bound / np.sqrt(3)]  # Row 3 is the std of the weights. The bound of U(±b) is √3 times
    # its std.
[conv, std, bound * np.sqrt(3)]  # Row 3 is He's bound: its n·Var W would be 2. Here it is 2/3.
[conv**2, std**2, bound**2 / 3]  # These are the three variances Var W. Asked for is what was typed:
    # two stds and a bound.
...  # Divide n·Var W by the fan. A std is the root of that; U(±b) has variance b²/3.
""")
