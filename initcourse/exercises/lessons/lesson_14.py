"""Exercises of lesson 14, residual and normalised networks."""

import numpy as np

from answer_checks.check import FunctionExercise, ValueExercise

block_factor = FunctionExercise.table(
    "sigma1_2, sigma2_2, alpha",
    cases=((2.0, 1.0, 1.0), (2.0, 2.0, 0.5), (1.0, 1.5, 0.3), (3.0, 2.0, 2.0)),
)("""
both = alpha**2 * sigma1_2 * sigma2_2

1 + both / 2  # ×2 for 2/n and 1/n, ×3 for 2/n twice: the stream itself is the 1.
both / 2  # This is the branch alone. The stream passes through as it is: add 1.
alpha**2 * (1 + sigma1_2 * sigma2_2 / 2)  # α multiplies the branch only: the stream's 1 stands
    # outside.
1 + both  # ReLU leaves half of the second moment between the two matrices: the ½ is missing.
1 + both / alpha / 2  # α multiplies the branch, so its square multiplies the second moment.
(1 + np.sqrt(both / 2)) ** 2  # This adds the standard deviations. Stream and branch are
    # uncorrelated, so it is the second moments that add.
1 + (alpha * sigma1_2 * sigma2_2) ** 2 / 2  # sigma1_2 and sigma2_2 are σ₁² and σ₂² already: do not
    # square them again.
np.sqrt(1 + both / 2)  # This is the factor on the standard deviation; asked for is that on the
    # second moment.
1 + alpha**2 * (sigma1_2 / 2 + sigma2_2)  # The two matrices act one after the other: their factors
    # multiply.
1 + both / 4  # There is only one ReLU in the branch: one factor ½, not two.
1 + sigma1_2 * sigma2_2 / 2  # α does not occur: it multiplies the branch, so its second moment by
    # α².
...  # Follow a second moment along the branch: W₁, ReLU, W₂, α. Then the stream adds what it is
    # itself.
""")

branch_scale = FunctionExercise.table(
    "L, c, growth",
    cases=((10, 1.0, 2.0), (50, 2.0, 10.0), (100, 0.5, 1.5), (1, 1.0, 5.0)),
    rtol=1e-4,  # growth^(1/L) − 1 loses digits, in float32 all but five
)("""
np.sqrt((growth ** (1 / L) - 1) / c)  # For large L this is √(ln(growth)/(c·L)): the 1/√L rule, with
    # the constant that your budget allows.
(growth ** (1 / L) - 1) / c  # This is α². The branch is multiplied by α, its root.
math.sqrt((growth - 1) / (c * L))  # This lets every block add the same amount. But each block
    # multiplies: the L-th root of the growth is one block's share.
math.sqrt(math.log(growth) / (c * L))  # Right for large L, where ln(1 + x) is x. Asked for is the
    # exact α, also for L = 1.
L**-0.5  # 1/√L ends at e^c, whatever growth was asked for.
np.sqrt(growth ** (1 / L) - 1) / c  # c belongs under the root: α² is (growth^(1/L) − 1)/c.
np.sqrt((growth**L - 1) / c)  # This raises to the power L; the power is undone by the L-th root.
1 / L  # 1/L is for branches with a mean, and it ignores growth and c.
np.sqrt(growth ** (1 / L) / c)  # The stream's own 1 is missing: one block is 1 + c·α², so subtract
    # 1 first.
np.sqrt(growth ** (1 / L) - 1)  # c does not occur: one block adds c·α², so divide by c.
np.sqrt((growth - 1) / c)  # This spends the whole growth in one block. There are L of them, and
    # they multiply.
...  # (1 + c·α²)^L = growth. Undo it from the outside: what undoes a power of L?
""")

adam_turn = ValueExercise.table(name="turn", rtol=0.02)("""
1 / 3  # The step stays, the weights are 3 times longer. Under SGD it would be 1/9.
1 / 9  # That is SGD: there the gradient is 3 times smaller besides. Adam's step does not hear of
    # that.
1  # The step is as long as before, but a share of weights that are 3 times longer.
3  # Upside down: the same step turns longer weights less.
9  # Upside down, and SGD's: longer weights turn less.
3**-0.5  # 3 multiplies the weights, not their variance: no root.
...  # The direction changes by the step's length as a share of the weights' length.
""")

_RNG = np.random.default_rng(11)
_CASES = tuple(
    (scale * _RNG.standard_normal(shape), np.maximum(_RNG.standard_normal((40, shape[0])), 0))
    for scale, shape in ((0.2, (12, 7)), (3.0, (5, 9)), (1.0, (30, 4)))
)

lsuv_step = FunctionExercise.table(
    "W, h",
    cases=_CASES,
    rtol=5e-3,  # a std that divides by N − 1, PyTorch's default, is right too
)("""
W / np.std(h @ W)  # One division, and Var z = 1 on this batch, whatever φ made of h.
W / (h @ W).var()  # You divided by the variance. z is linear in W, so its std falls with W: divide
    # by the std, the root.
W * (h @ W).std()  # Multiplied where it should be divided.
W / W.std()  # This looks only at W. LSUV looks at the data: the std of z = h @ W counts.
W / h.std()  # This is the std of what comes in. LSUV looks at z = h @ W, what the weights make of
    # it.
W / (h @ W).std() ** 0.5  # One root too many: z falls as W does, so divide by the std itself.
W / np.sqrt(np.mean((h @ W) ** 2))  # This makes E[z²] equal to 1. LSUV's condition is Var z = 1;
    # over the units of a layer the mean of z is not quite 0.
W / (h @ W).std(axis=0)  # One std for each unit: that is what batch normalisation does. LSUV takes
    # one number for the whole layer.
z = h @ W
return z / z.std()  # This is the normalised z. Asked for are the weights.
(h @ W).std()  # This is the std of z. Asked for is W divided by it.
W / np.std(np.maximum(h @ W, 0))  # This takes the std after ReLU. LSUV looks at z, before φ.
...  # z is linear in W: half the weights, half of z. So which number makes its std 1?
""")
