"""Wrong submissions of A1 to A4: one slip each, all else right, with the points that they must get.

The points, of 15, and the tests that fail were worked out by hand before any was graded; the
comment above each says how.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrong:
    """One wrong submission, all else in it right.

    Attributes
    ----------
    points : int
    loses : set of str
        Grade ids of the tests that fail.
    says : str
        Part of the sentence that the marks give, which holds no value.
    at_home : str
        Part of what the student's own copy says, where that is more.
    answers : dict
        Grade id of the answer's cell → what stands there instead of the solution.
    """

    points: int
    loses: frozenset
    says: str
    at_home: str
    answers: dict


def wrong(points, loses, says, at_home="", **answers):
    return Wrong(points, frozenset(loses.split()), says, at_home, answers)


def both(cell):
    """Return the grade ids of an answer's visible and hidden test."""
    return f"test-{cell} hidden-{cell}"


PREDICTED, MEASURED = both("predicted_strengths"), both("measured_strengths")
LEAKY, TAPER, PASSES = both("leaky_uniform"), both("taper_factors"), both("forward_and_backward")
FANS, BORDER, KEEPING = both("grouped_fans"), both("border_share"), both("keeping_matrix")
FIXED, NETWORK = both("fixed_point"), "test-initial hidden-initial_trains"
GRID = """\
z, step = np.linspace(-12, 12, 4001, retstep=True)
density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
"""


def measured(W="rng.normal(0, std, (n_in, n_out))", strength="np.mean({}**2)", first="h = x"):
    return f"""\
{first}
strengths = [{strength.format("x")}]
for n_in, n_out in zip(widths[:-1], widths[1:]):
    h = h @ {W}
    strengths.append({strength.format("h")})
return strengths"""


def normal(std):
    return f"return {std} * rng.standard_normal((n_in, n_out))"


def uniform(bound):
    return f"b = {bound}\nreturn rng.uniform(-b, b, (n_in, n_out))"


def taper(forward, backward, average="(n_in + n_out) / 2"):
    return f"""\
forward = backward = 1.0
for n_in, n_out in zip(widths[:-1], widths[1:]):
    fan = dict(fan_in=n_in, fan_out=n_out, fan_avg={average})[mode]
    forward *= {forward}
    backward *= {backward}
return [forward, backward]"""


def passes(slope, order="[::-1]"):
    return f"""\
zs, h = [], x
for W in weights:
    zs.append(h @ W)
    h = np.maximum(zs[-1], 0)
deltas = [delta]
for W, z in zip(weights[:0:-1], zs[-2::-1]):
    deltas.append((deltas[-1] @ W.T) * {slope})
return [[np.mean(a**2) for a in zs], [np.mean(a**2) for a in deltas{order}]]"""


def orthogonal(factor):
    return f"Q, _ = np.linalg.qr(rng.standard_normal((n, n)))\nreturn {factor} * Q"


def settle(line):
    return f"q = 1.0\nfor _ in range(1000):\n    q = {line}\nreturn q"


def draw(std_w, std_b):
    return f"""\
(sigma_w2, sigma_b2), weights, biases = critical, [], []
for n_in, n_out in zip(widths[:-1], widths[1:]):
    weights.append({std_w} * rng.standard_normal((n_in, n_out)))
    biases.append({std_b} * rng.standard_normal(n_out))
return weights, biases"""


A1 = {
    # Var(x) for E[x²], which 1a examines: 2 points.
    "var_for_x2": wrong(13, "test-strength_z", "This takes Var(x)", strength_z="n * var_w * var_x"),
    # The standard deviation of z instead of E[z²]: 1a's 2 points.
    "root": wrong(13, "test-strength_z", "This is the root of E[z²]",
        strength_z="np.sqrt(n * var_w * (var_x + mean_x**2))"),
    # 1/n for 1/√n: 1b's 2 points.
    "variance_for_std": wrong(13, "test-fitting_std", "1/n is the variance", fitting_std="1 / n"),
    # Makes E[z²] equal to 1 instead of E[x²]: 1b's 2 points.
    "to_one": wrong(13, "test-fitting_std", "It shall equal E[x²]",
        fitting_std="1 / np.sqrt(n * (var_x + mean_x**2))"),
    # n_out for n_in in 2a (2 + 2), and 2b, which calls that function (1).
    "own_width": wrong(10, PREDICTED + " test-predicted_factor", "multiplies by the layer",
        predicted_strengths="n_out = np.array(widths[1:])\n"
        "return strength_x * np.cumprod([1, *(n_out * var_w)])"),
    # Rounds to 3 decimals. The visible cases have no more; a hidden one has: 2 points.
    "rounded": wrong(13, "hidden-predicted_strengths", "each layer multiplies by n_in",
        predicted_strengths="n_in = np.array(widths[:-1])\n"
        "return np.round(strength_x * np.cumprod([1, *(n_in * var_w)]), 3)",
        predicted_factor="np.prod(widths[:-1]) * std**6"),
    # Takes std for the variance in the prediction: 2b's point, seen only when graded.
    "std_not_squared": wrong(14, "test-predicted_factor", "The std was not squared",
        predicted_factor="predicted_strengths(widths, std, 1.0)[-1]"),
    # Leaves the prediction out: 2b's point.
    "no_prediction": wrong(14, "test-predicted_factor", "Not answered yet. Replace the ...",
        predicted_factor="..."),
    # Multiplies by the variance: both tests of part 3 (2 + 2).
    "variance_as_std": wrong(11, MEASURED, "std is std² here",
        measured_strengths=measured("(std**2 * rng.standard_normal((n_in, n_out)))")),
    # np.var for the mean of h²; no input has mean 0 exactly: part 3 (2 + 2).
    "np_var": wrong(11, MEASURED, "np.var(x), which takes the mean away",
        measured_strengths=measured(strength="np.var({})")),
    # Seeds inside, so that all networks are one: part 3 (2 + 2).
    "seed_inside": wrong(11, MEASURED, "Every call draws the same weights",
        measured_strengths=measured(first="rng, h = np.random.default_rng(0), x")),
    # W has shape (n_out, n_in), which h @ W refuses: part 3 (2 + 2).
    "transposed": wrong(11, MEASURED, "stopped with ValueError",
        measured_strengths=measured("rng.normal(0, std, (n_out, n_in))")),
    # The cell of part 3 is no Python, so its function does not exist: 2 + 2.
    "typing_error": wrong(11, MEASURED, "NameError: name 'measured_strengths' is not defined",
        measured_strengths="return [np.mean(x**2)"),
    # 5L/n, which is ReLU's spread: part 4's 2 points.
    "relu_spread": wrong(13, "test-width_needed", "is ReLU's",
        width_needed="5 * depth / spread**2"),
    # 1/n (2), no square in the prediction (1), one layer's spread (2).
    "three_slips": wrong(10, "test-fitting_std test-predicted_factor test-width_needed",
        "one layer; the layers", fitting_std="1 / n", width_needed="2 / spread**2",
        predicted_factor="predicted_strengths(widths, std, 1.0)[-1]"),
}  # fmt: skip

A2 = {
    # 1/n_in for Glorot's variance: 1a's 2 points.
    "one_over_n": wrong(13, "test-xavier_normal", "LeCun's rule",
        xavier_normal=normal("np.sqrt(1 / n_in)")),
    # Multiplies by the variance: 1a's 2 points.
    "variance_as_std": wrong(13, "test-xavier_normal", "take its root",
        xavier_normal=normal("2 / (n_in + n_out)")),
    # Draws from np.random instead of rng: 1a's 2 points.
    "global_random": wrong(13, "test-xavier_normal", "global np.random",
        xavier_normal="return np.random.normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))"),
    # He's rule for ReLU. Right at the hidden slope 0, wrong at the two others: 1b (2 + 1).
    "slope_unused": wrong(12, LEAKY, "The slope a is not used",
        leaky_uniform=uniform("np.sqrt(6 / n_in)")),
    # 2/(1 + a); right at the slopes 0 and 1 only: 1b (2 + 1).
    "one_plus_a": wrong(12, LEAKY, "divides, not 1 + a",
        leaky_uniform=uniform("np.sqrt(6 / ((1 + a) * n_in))")),
    # The right variance, but Gaussian: 1b (2 + 1).
    "not_uniform": wrong(12, LEAKY, "W is not uniform",
        leaky_uniform=normal("np.sqrt(2 / ((1 + a**2) * n_in))")),
    # Writes the slope of the visible test into the function: 1b's hidden point.
    "one_slope": wrong(14, "hidden-leaky_uniform", "Leaky ReLU keeps (1 + a²)/2",
        leaky_uniform=uniform("np.sqrt(6 / (1.25 * n_in))")),
    # Forgets ReLU's ½: 2a (2 + 1).
    "no_half": wrong(12, TAPER, "ReLU's ½ is missing",
        taper_factors=taper("n_in * scale / fan", "n_out * scale / fan")),
    # n_in in both directions: 2a (2 + 1).
    "n_in_twice": wrong(12, TAPER, "n_out terms are summed",
        taper_factors=taper("n_in * scale / fan / 2", "n_in * scale / fan / 2")),
    # fan_avg as the sum of the fans. A visible and a hidden case use it: 2a (2 + 1).
    "sum_for_mean": wrong(12, TAPER, "fan_avg is the mean",
        taper_factors=taper("n_in * scale / fan / 2", "n_out * scale / fan / 2", "n_in + n_out")),
    # Misconception 10: the gradient stays as the signal does. 2b's point.
    "he_keeps_both": wrong(14, "test-predicted_backward", "He's rule keeps the forward signal",
        predicted_backward="1.0"),
    # No φ′ on the way down; only the network of one layer does not show it: 2c (2 + 1).
    "no_slope": wrong(12, PASSES, "φ′ is missing", forward_and_backward=passes("1")),
    # The gradients from the last layer to the first: 2c (2 + 1).
    "upside_down": wrong(12, PASSES, "turn it round", forward_and_backward=passes("(z > 0)", "")),
    # Uses W² outside of the loop, which a network of one layer lacks: 2c's hidden point.
    "two_layers_at_least": wrong(14, "hidden-forward_and_backward", "stopped with IndexError",
        forward_and_backward="weights[1]\n" + passes("(z > 0)")),
    # Sees the wrong fan and not the bound: 3a's 2 points.
    "only_the_fan": wrong(13, "test-colleague_factor", "has the variance s²/3",
        colleague_factor="widths[0] / widths[-1]"),
    # Sees the bound and not the fan, in 3a (2) and in 3b (1).
    "half_repaired": wrong(12, "test-colleague_factor test-repaired", "The fan is still n_out",
        colleague_factor="1 / 3 ** (len(widths) - 1)", repaired=uniform("np.sqrt(6 / n_out)")),
}  # fmt: skip

A3 = {
    # The fans of an ordinary convolution; a hidden case has 8 groups: part 1 (2 + 1).
    "groups_unused": wrong(12, FANS, "The groups are not used",
        grouped_fans="return [k * k * c_in, k * k * c_out]"),
    # Groups in fan_in only: part 1 (2 + 1).
    "fan_out_whole": wrong(12, FANS, "fan_out has the groups",
        grouped_fans="return [k * k * c_in // groups, k * k * c_out]"),
    # Misconception 14 in small: k for k²: part 1 (2 + 1).
    "k_once": wrong(12, FANS, "k², not k",
        grouped_fans="return [k * c_in // groups, k * c_out // groups]"),
    # fan_out first: part 1 (2 + 1).
    "swapped": wrong(12, FANS, "The two are swapped",
        grouped_fans="return [k * k * c_out // groups, k * k * c_in // groups]"),
    # Thinks that fan_out keeps the forward signal: part 2's 2 points.
    "share_stays": wrong(13, "test-predicted_share", "With fan_in it would stay",
        predicted_share="1.0"),
    # c_out/c_in: part 2's 2 points.
    "share_inverted": wrong(13, "test-predicted_share", "Upside down",
        predicted_share="channels[-1] / channels[0]"),
    # Not squared; every hidden image has a border, too: part 3 (2 + 1).
    "one_axis": wrong(12, BORDER, "This is one axis",
        border_share="near = [abs(i - j) <= k // 2 for i in range(side) for j in range(side)]\n"
        "return sum(near) / (k * side)"),
    # A formula that holds while the kernel's half is no wider than the image. The visible cases are
    # such; of the hidden ones 9 on 3 and 3 on 1 are not: part 3's hidden point.
    "closed_form": wrong(14, "hidden-border_share", "How do rows and columns combine",
        border_share="r = (k - 1) // 2\nreturn (1 - r * (r + 1) / (k * side)) ** 2"),
    # Counts the patches that are inside as a whole: part 3 (2 + 1).
    "whole_patches": wrong(12, BORDER, "others lose a part",
        border_share="return (max(side - k + 1, 0) / side) ** 2"),
    # keep^(1/steps) on the length, so keep² of the strength is left: 4a (3 + 2).
    "length_not_square": wrong(10, KEEPING, "take the root once more",
        keeping_matrix=orthogonal("keep ** (1 / steps)")),
    # A Gaussian matrix of the right spectral radius: 4a (3 + 2).
    "gaussian": wrong(10, KEEPING, "Which matrices keep every length",
        at_home="some directions are forgotten before others",
        keeping_matrix="U = rng.standard_normal((n, n))\n"
        "return keep ** (1 / (2 * steps)) * U / abs(np.linalg.eigvals(U)).max()"),
    # Orthogonal, and keep is not used: 4a (3 + 2).
    "nothing_forgotten": wrong(10, KEEPING, "steps and keep are not used",
        keeping_matrix=orthogonal("1")),
    # The right factor on the identity, which is not random: 4a (3 + 2).
    "identity": wrong(10, KEEPING, "draw it from the rng",
        keeping_matrix="return keep ** (1 / (2 * steps)) * np.eye(n)"),
    # Cuts keep off at 1, which only the hidden case keep = 2 shows: 4a's hidden 2 points.
    "never_grows": wrong(13, "hidden-keeping_matrix", "U keeps everything",
        keeping_matrix=orthogonal("min(keep, 1) ** (1 / (2 * steps))")),
    # Solves for the length, twice as many steps: 4b's 2 points.
    "steps_of_length": wrong(13, "test-steps_until", "This is for the length",
        steps_until="np.log(left) / np.log(singular)"),
}  # fmt: skip

# The right answers of this assignment call each other: gain, χ, the fixed point and the critical
# pair use the two integrals, and the network uses the pair. So a slip in an integral costs more.
A4 = {
    # Var φ for E[φ²]: 1a (2), the hidden test of both integrals (1), gain (1), χ (1), fixed point
    # (2 + 1) and σ_b² of the pair (2). χ = 1 holds at q = 1, but q ends above it, where χ < 1: the
    # signal lasts, and of the gradient less than a quarter is left (2). It learns all the same.
    "variance": wrong(
        3, f"test-second_moment hidden-moments test-gain test-chi_at_gain {FIXED} test-critical "
        "test-initial",
        "This is the variance",
        second_moment=GRID + "f = phi(np.sqrt(q) * z)\n"
        "return np.sum(f**2 * density) * step - (np.sum(f * density) * step) ** 2"),
    # q·z for √q·z in both integrals: 1a (2), 1b (1), hidden (1), fixed point (2 + 1). At q = 1 both
    # are right, and with them gain, χ, pair and network.
    "q_for_root": wrong(8, "test-second_moment test-slope_moment hidden-moments " + FIXED,
        "q is a variance",
        second_moment=GRID + "return np.sum(phi(q * z) ** 2 * density) * step",
        slope_moment=GRID + "return np.sum(dphi(q * z) ** 2 * density) * step"),
    # E[φ′] for E[φ′²]: 1b (1), hidden (1), χ (1), pair (2). The true χ of that pair is
    # E[φ′²]/E[φ′], about 0.35/0.55 = 0.64: the gradient loses 0.64²⁹ (2), and networks train down
    # to 6/|ln 0.64| = 13 layers, not 30 (2).
    "slope_not_squared": wrong(
        6, "test-slope_moment hidden-moments test-chi_at_gain test-critical " + NETWORK,
        "Square φ′ before averaging",
        slope_moment=GRID + "return np.sum(dphi(np.sqrt(q) * z) * density) * step"),
    # σ_w² for the gain (1); χ uses its square (1).
    "gain_squared": wrong(13, "test-gain test-chi_at_gain", "This is σ_w²",
        gain="1 / second_moment(1.0)"),
    # 5/3, as for tanh (1), while χ is computed from the integrals.
    "tanh_gain": wrong(14, "test-gain", "frameworks use for tanh",
        gain="5 / 3", chi_at_gain="slope_moment(1.0) / second_moment(1.0)"),
    # Misconception 9: what keeps the signal keeps the gradient. 2b's point.
    "gain_keeps_both": wrong(14, "test-chi_at_gain", "The gradient has another one",
        chi_at_gain="1.0"),
    # One step of the map for its fixed point: part 3 (2 + 1).
    "one_layer": wrong(12, FIXED, "This is one layer",
        fixed_point="return sigma_w2 * second_moment(1.0) + sigma_b2"),
    # Leaves σ_b² out of the map; a visible and two hidden cases have one: part 3 (2 + 1).
    "no_bias_in_map": wrong(12, FIXED, "sigma_b2 is not used",
        fixed_point=settle("sigma_w2 * second_moment(q)")),
    # σ_b² first (2). The network then has σ_w² = 0.2, far below 1/E[φ²]: signals die (2 + 2).
    "pair_swapped": wrong(9, "test-critical " + NETWORK, "The two are swapped",
        critical="[1 - second_moment(1.0) / slope_moment(1.0), 1 / slope_moment(1.0)]"),
    # The gain's σ_w² without a bias (2). The signal stays, the gradient grows by χ²⁹ > 100 (2). A
    # gradient that grows is no hindrance in 150 steps: the hidden test passes.
    "gain_for_pair": wrong(11, "test-critical test-initial", "This keeps the signal without a bias",
        critical="[1 / second_moment(1.0), 0.0]"),
    # Part 5 by 1/n: z¹ has E[φ²] = 0.28 for 1 (2); χ = 0.67 and 6/|ln χ| = 15 layers (2).
    "xavier": wrong(11, NETWORK, "with the critical pair", at_home="it should stay 1",
        initial=draw("np.sqrt(1 / n_in)", "0")),
    # Multiplies by σ_w²/n_in instead of its root: weights ten times too small (2 + 2).
    "variance_as_std": wrong(11, NETWORK, "with the critical pair", at_home="it should stay 1",
        initial=draw("sigma_w2 / n_in", "np.sqrt(sigma_b2)")),
    # σ_w²/n_out. From 25 inputs to 100 units z¹ gets a quarter (2). The hidden network has n_out =
    # n_in but for its last layer, and learns.
    "fan_out": wrong(13, "test-initial", "with the critical pair", at_home="in layer 1",
        initial=draw("np.sqrt(sigma_w2 / n_out)", "np.sqrt(sigma_b2)")),
    # The pair's σ_w² with zero biases. q settles lower, where φ′ is larger: χ > 1, and the gradient
    # grows beyond the factor 4 (2). It learns all the same.
    "no_biases": wrong(13, "test-initial", "with the critical pair",
        at_home="gradient's strength is multiplied",
        initial=draw("np.sqrt(sigma_w2 / n_in)", "0")),
    # Returns one list instead of two: part 5 (2 + 2).
    "weights_only": wrong(11, NETWORK, "Return two lists",
        initial="return [rng.standard_normal(s) for s in zip(widths[:-1], widths[1:])]"),
}  # fmt: skip

#: By assignment.
WRONG = {"A1": A1, "A2": A2, "A3": A3, "A4": A4}
