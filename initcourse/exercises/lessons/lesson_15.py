"""Exercises of lesson 15, transformers at step zero."""

from answer_checks.check import FunctionExercise

ending_std = FunctionExercise.table("std, L", cases=((0.02, 12), (0.05, 3), (0.1, 50)))("""
std / np.sqrt(2 * L)  # GPT-2's rule: 2L branches, each with a 2L-th of the variance.
std / np.sqrt(L)  # L blocks have 2L branches: attention and MLP.
std / (2 * L)  # The variance is divided by 2L, the standard deviation by its root.
std / L  # L blocks have 2L branches, and it is the variance that is divided.
std**2 / (2 * L)  # This is a variance; asked for is the standard deviation.
std * np.sqrt(2 * L)  # The more branches there are, the less each may add: divide.
1 / np.sqrt(2 * L)  # This is the factor. The weights' own std is missing.
std / np.sqrt(L / 2)  # 2L branches, not L/2.
std / 2 / np.sqrt(L)  # The 2 belongs under the root: √(2L).
std  # Unchanged, each branch adds as much as before: 2L times too much together.
...  # There are 2L branches. By what must the variance of each be divided, and its std?
""")

first_loss = FunctionExercise.table("C, s", cases=((1000, 1.0), (50, 0.3), (30000, 2.0)))("""
np.log(C) + s**2 / 2  # ln C for knowing nothing, and s²/2 for being sure of it.
np.log(C)  # That is the loss of equal logits, s = 0. Spread costs: s²/2 more.
np.log(C) + s**2  # The mean of e^z is e^(s²/2): the ½ is missing.
np.log(C) + s / 2  # s is the standard deviation; the exponent holds its square.
np.log(C) - s**2 / 2  # The sign: spread makes Σ e^z larger, not smaller.
np.log10(C) + s**2 / 2  # The loss is in natural logarithms: np.log.
np.log2(C) + s**2 / 2  # This counts bits. The loss is in units of e: np.log.
np.log(C) * s**2 / 2  # The logarithm of a product is a sum.
C * np.exp(s**2 / 2)  # This is the sum itself. The loss is its logarithm.
s**2 / 2  # The C classes are missing: ln C.
np.log(C) + np.exp(s**2 / 2)  # The logarithm of e^(s²/2) is s²/2.
...  # Σ e^z is C times the mean of e^z. What is the logarithm of such a product?
""")

prior_bias = FunctionExercise.table("p", cases=((0.01,), (0.2,), (0.7,)))("""
np.log(p / (1 - p))  # −4.6 for one positive in a hundred: the first loss is the entropy of the
    # classes.
np.log(p)  # Near for a rare class; exactly, σ(b) = p asks for the odds p/(1 − p).
np.log((1 - p) / p)  # Upside down: a rare class has odds below 1, and a negative b.
p / (1 - p)  # These are the odds. b is their logarithm.
1 / (1 + np.exp(-p))  # This is σ(p). Asked for is the b for which σ(b) is p.
np.log10(p / (1 - p))  # σ is made of e: the natural logarithm, np.log.
np.log(1 - p)  # p itself is missing: the odds are p/(1 − p).
-np.log(p)  # The sign: a rare class needs a negative b. And exactly it is the odds.
p  # This is the share. σ(p) is near ½ whatever p is.
np.log(p / (1 + p))  # The odds are p/(1 − p).
...  # p = 1/(1 + e^(−b)): turn both sides over, then take the logarithm.
""")
