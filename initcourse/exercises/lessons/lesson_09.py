"""Exercises of lesson 09, convolutional networks."""

from answer_checks.check import FunctionExercise

conv_std = FunctionExercise.table(
    "k, c_in, c_out", cases=((3, 16, 32), (5, 8, 4), (1, 64, 24), (7, 3, 50))
)("""
n = k**2 * c_in

np.sqrt(2 / n)  # √(2/(k²·c_in)): a unit reads k²·c_in numbers, whatever the size of the image.
np.sqrt(2 / c_in)  # A unit reads c_in channels at each of k² pixels: k² is missing.
2 / n  # This is the variance 2/(k²·c_in); the standard deviation is its square root.
np.sqrt(2 / (k * c_in))  # The kernel has k rows and k columns: k² pixels, not k.
np.sqrt(2 / (k**2 * c_out))  # k²·c_out is fan_out. What enters a unit comes from c_in channels.
np.sqrt(1 / n)  # √(1/(k²·c_in)) is Xavier's. ReLU halves the strength, so He's rule has a 2.
(4 / (k * k * (c_in + c_out))) ** 0.5  # This averages fan_in and fan_out; He's rule takes fan_in.
np.sqrt(2 / (n * c_out))  # k²·c_in·c_out counts all weights of the kernel. One unit reads those of
    # one c_out.
np.sqrt(2 / k**2 * c_in)  # Brackets are missing: Python reads 2 / k**2 * c_in as (2/k²)·c_in.
np.sqrt(2 / (k * k * (c_in + c_out)))  # This is Glorot's; He's rule takes fan_in alone.
np.sqrt(2 / c_out)  # c_out counts the channels that leave. A unit reads c_in, at each of k² pixels.
np.sqrt(2) / k  # k² is the number of pixels; each of them has c_in channels.
np.sqrt(2) / n  # The root covers k²·c_in too: √(2/(k²·c_in)).
np.sqrt(2 / (k**2 + c_in))  # The pixels and the channels multiply: k²·c_in, not k² + c_in.
np.sqrt(2 / (9 * c_in))  # 9 is k² for k = 3 only; the function is called with other kernels too.
np.sqrt(6 / n)  # √(6/n) is the bound of uniform weights; their standard deviation is √(2/n).
n  # This is n, the fan. He's standard deviation is √(2/n).
...  # Count the weights that enter one unit: k·k pixels with c_in channels each.
""")

wrong_fan_factor = FunctionExercise.table("k, layers", cases=((3, 10), (5, 4), (7, 1), (1, 20)))("""
k ** (2 * layers)  # k² in each layer: 3·10⁹ for ten layers of 3 × 3.
float(k) ** layers  # This is the factor on the standard deviation; mean h² is a square.
k**2  # This is one layer's factor. Layers multiply.
layers * k**2  # Layers multiply; here they are added.
float(k) ** (-2 * layers)  # Upside down: dividing by c instead of k²·c makes the weights too large.
2.0**layers * float(k) ** (2 * layers)  # No factor 2: ReLU's half and the 2 of 2/c cancel.
0.5**layers * float(k) ** (2 * layers)  # No factor ½: ReLU's half and the 2 of 2/c cancel.
float(k) ** (2 * layers - 2)  # One layer is missing: the first one's fan is wrong too.
float(k) ** (4 * layers)  # The weights' variance is k² times too large, not their standard
    # deviation.
9**layers  # 9 is k² for k = 3 only; the function is called with other kernels too.
...  # One unit gets k² times the variance that He's rule gives. Layers multiply.
""")

grouped_std = FunctionExercise.table(
    "k, c_in, groups", cases=((3, 16, 4), (5, 32, 32), (1, 64, 8), (7, 24, 2))
)("""
n = k**2 * c_in / groups

np.sqrt(2 / n)  # √(2/n) with n = k²·c_in/groups: a unit reads its own group only.
np.sqrt(2 / (n * groups))  # The groups are not used: a unit reads c_in/groups channels, not all of
    # them.
2 / n  # This is the variance; the standard deviation is its square root.
np.sqrt(2 / (n * groups**2))  # Upside down: with more groups a unit reads less, so its weights are
    # larger.
np.sqrt(2 * groups / n)  # groups stands outside the root: it divides n, and std is √(2/n).
np.sqrt(2 * groups / c_in)  # k² is missing: a unit reads k·k pixels.
np.sqrt(2 * groups / (k * c_in))  # The kernel has k rows and k columns: k² pixels, not k.
np.sqrt(2 / k**2)  # n = k² is depthwise's, where groups = c_in. Here the groups may be fewer.
np.sqrt(1 / n)  # √(1/n) is Xavier's. ReLU halves the strength, so He's rule has a 2.
n  # This is n, the fan. He's standard deviation is √(2/n).
...  # The channels are dealt out to the groups evenly; a unit sees one group. How many numbers are
    # that, at k·k pixels?
""")

stride_factor = FunctionExercise.table("stride, layers", cases=((2, 3), (3, 2), (1, 7), (4, 1)))("""
float(stride) ** (-2 * layers)  # 1/stride² in each layer, whatever k.
float(stride) ** -layers  # The stride skips rows and columns: stride², not stride.
float(stride) ** -2  # This is one layer's factor. Layers multiply.
1 / (layers * stride**2)  # Layers multiply; here they are added.
float(stride) ** (2 * layers)  # Upside down: a pixel lies in fewer patches, so it gets less.
1  # Forward nothing changes. The question is about the gradient.
0.5**layers * float(stride) ** (-2 * layers)  # No factor ½: ReLU's half and He's 2 cancel.
2.0**layers * float(stride) ** (-2 * layers)  # No factor 2: ReLU's half and He's 2 cancel.
9.0**layers * float(stride) ** (-2 * layers)  # k² is in the fan already: He's 2/(k²c) takes it out
    # again.
float(stride) ** (-2 * layers + 2)  # One layer is missing.
float(stride) ** (-4 * layers)  # mean δ² is a square already: 1/stride² per layer, not its square.
...  # A pixel lies in k²/stride² patches on average. What would k² of them keep?
""")
