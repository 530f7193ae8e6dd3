"""Exercises of lesson 04, He: what ReLU does to a signal."""

from answer_checks.check import FunctionExercise, ValueExercise
from initcourse.exercises.check_initializer import InitializerExercise

relu_moments = FunctionExercise.table("q", cases=((1.0,), (3.0,), (0.2,)), rtol=2e-3)("""
m = np.sqrt(q / (2 * np.pi))

m, q / 2, q / 2 - m**2  # Second moment q/2, variance .341·q: two different numbers, and the first
    # one counts.
m, q / 2, q / 2  # The last number is the variance, and the mean is not 0: subtract mean².
m, q / 2, q / 2 - m  # Mean² is what the variance subtracts from E[h²]; here it is the mean itself.
m, q / 2, (q / 2 - m**2) ** 0.5  # The last number is the standard deviation; asked for is the
    # variance.
2 * m, q / 2, q / 2 - 4 * m**2  # The mean is that of |z|, or of the positive half alone: halve it,
    # the rest are 0.
m, q, q - m**2  # E[h²] = q is that of z. ReLU sets half of the values to 0, which leaves q/2.
0, q / 2, q / 2  # The mean is not 0: ReLU lets only positive values through.
m, q / 2 - m**2, q / 2  # The last two are swapped: mean, second moment, variance is the order.
np.sqrt(q / 2), q / 2, 0  # The mean is E[max(z, 0)] = √(q/2π), an integral, not the root of the
    # second moment.
[1 / np.sqrt(2 * np.pi), 1 / 2, 1 / 2 - 1 / (2 * np.pi)]  # These are the values at q = 1. The mean
    # grows like √q, the others like q.
m * np.sqrt(q), q / 2, q / 2 - m**2 * q  # q is the variance of z; z = √q times a standard Gaussian,
    # so the mean has √q.
m, q / 2, 0.68169 * q  # The variance is .682 of the second moment, which is q/2 itself.
m, q / 2, q / 2 + m**2  # The variance is what is left of E[h²] when mean² is taken away, not added.
m**2, q / 2, q / 2 - m**2  # The first number is mean²; asked for is the mean.
2 * m, q, q - 4 * m**2  # These belong to |z|. ReLU sets half of the values to 0, so halve the
    # integrals.
...  # With u = z²/2q, z dz is q du: the first integral. Step 1 has the second number.
""")

he_normal = InitializerExercise.table(name="my_he_normal")("""
std = np.sqrt(2 / n_in)  # N(0, 2/n_in): the 2 pays for the half that ReLU removes.
std = 2 / n_in  # The variance is used as the std: take √(2/n_in).
std = 1 / np.sqrt(n_in)  # This is 1/n_in; ReLU halves the strength, so twice as much is needed.
std = np.sqrt(2) / n_in  # This is √2/n_in as std; the root covers n_in too: √(2/n_in).
std = np.sqrt(2 / n_out)  # This divides by n_out. W has shape (n_in, n_out): n_in comes first.
std = np.sqrt(2 / (n_in + n_out))  # This is Glorot's variance; He's is 2/n_in.
std = 2 / np.sqrt(n_in + n_out)  # This averages the fans: 2/((n_in+n_out)/2). He's has n_in only.
std = np.sqrt(np.sqrt(2) / n_in)  # Here √2 multiplies the variance; 2 does, or √2 the std.
std = np.sqrt(0.7737 * 2 / n_in)  # The draw is truncated, which takes 23 % of the variance.
b = np.sqrt(2 / n_in)  # A third of 2/n_in: was rng.uniform(−std, std) drawn? Use normal.
std = np.sqrt(2 / (n_in * n_out))  # n_in·n_out counts all weights. One unit reads n_in of them.
std = 1 / np.sqrt(2 * n_in)  # The 2 stands below the line: this is 1/(2·n_in), not 2/n_in.
std = 1 / n_in  # 1/n_in is used as the std. It is √(2/n_in).
std = 1.0  # The weights have std 1: nothing scales them with n_in yet.
std = np.sqrt(2)  # The std is √2: it is not divided by √n_in.
std = np.sqrt(n_in / 2)  # This is upside down: √(n_in/2). More inputs need smaller weights.
std = 2 / np.sqrt(n_in)  # 4/n_in: one factor 2 too many. Was the gain √2 squared twice?
...  # ½·n_in·Var W = 1. Multiply standard normal numbers by the root of the variance.
""")

torch_factor = ValueExercise.table()("""
1 / 6  # 1/6 a layer, without biases: 30 such layers leave 5·10⁻²⁴ of the strength.
1 / 3  # 1/3 is n·Var W. ReLU takes another half.
0.5  # 1/2 would be Xavier's 1/n. The variance of U(±b) is b²/3.
1  # 1 would be He's 2/n. `kaiming` in the default's name comes with a = √5.
(1 / 6) ** 0.5  # This is the factor on the standard deviation; asked for is the strength.
2 * 1 / 3  # ReLU halves the strength instead of doubling it: 1/3 · 1/2.
(1 - 1 / np.pi) / 6  # This takes ReLU's variance, .341·q. The next layer sees E[h²], which is q/2.
0.5 * (1 / 3) ** 0.5  # √(1/3) is the factor on the std; the strength has its square, 1/3.
1 / (1 + 5**0.5)  # In the leaky rule a is squared: 2/(1 + a²), and a² = 5.
1 / 12  # The variance of U(−b, b) is (2b)²/12 = b²/3, so n·Var W = 1/3.
...  # What is n·Var W by leaky ReLU's rule with a = √5? Then ReLU takes its share.
""")
