"""Wrong submissions of A2, with the points that each must get."""

from assignment_course import wrong

LEAKY = "test-leaky_uniform hidden-leaky_uniform"
TAPER = "test-taper_factors hidden-taper_factors"
PASSES = "test-forward_and_backward hidden-forward_and_backward"


def normal(std):
    return f"return {std} * rng.standard_normal((n_in, n_out))"


def uniform(bound):
    return f"b = {bound}\nreturn rng.uniform(-b, b, (n_in, n_out))"


def taper(forward, backward, average="(n_in + n_out) / 2"):
    return (
        "forward = backward = 1.0\n"
        "for n_in, n_out in zip(widths[:-1], widths[1:]):\n"
        f"    fan = dict(fan_in=n_in, fan_out=n_out, fan_avg={average})[mode]\n"
        f"    forward *= {forward}\n"
        f"    backward *= {backward}\n"
        "return [forward, backward]"
    )


def passes(slope, order="[::-1]"):
    return (
        "zs, h = [], x\n"
        "for W in weights:\n"
        "    zs.append(h @ W)\n"
        "    h = np.maximum(zs[-1], 0)\n"
        "deltas = [delta]\n"
        "for W, z in zip(weights[:0:-1], zs[-2::-1]):\n"
        f"    deltas.append((deltas[-1] @ W.T) * {slope})\n"
        f"return [[np.mean(a**2) for a in zs], [np.mean(a**2) for a in deltas{order}]]"
    )


WRONG = {
    "one_over_n": wrong(
        "1/n_in for Glorot's variance: 1a's 2 points.",
        13, "test-xavier_normal", "LeCun's rule",
        xavier_normal=normal("np.sqrt(1 / n_in)"),
    ),
    "variance_as_std": wrong(
        "Multiplies by the variance: 1a's 2 points.",
        13, "test-xavier_normal", "take its root",
        xavier_normal=normal("2 / (n_in + n_out)"),
    ),
    "global_random": wrong(
        "Draws from np.random instead of rng: 1a's 2 points.",
        13, "test-xavier_normal", "global np.random",
        xavier_normal="return np.random.normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))",
    ),
    "slope_unused": wrong(
        "He's rule for ReLU. Right at the hidden slope 0, wrong at the two others: 1b (2 + 1).",
        12, LEAKY, "The slope a is not used",
        leaky_uniform=uniform("np.sqrt(6 / n_in)"),
    ),
    "one_plus_a": wrong(
        "2/(1 + a); right at the slopes 0 and 1 only: 1b (2 + 1).",
        12, LEAKY, "divides, not 1 + a",
        leaky_uniform=uniform("np.sqrt(6 / ((1 + a) * n_in))"),
    ),
    "not_uniform": wrong(
        "The right variance, but Gaussian: 1b (2 + 1).",
        12, LEAKY, "W is not uniform",
        leaky_uniform=normal("np.sqrt(2 / ((1 + a**2) * n_in))"),
    ),
    "one_slope": wrong(
        "Writes the slope of the visible test into the function: 1b's hidden point.",
        14, "hidden-leaky_uniform", "times too small",
        leaky_uniform=uniform("np.sqrt(6 / (1.25 * n_in))"),
    ),
    "no_half": wrong(
        "Forgets ReLU's ½: 2a (2 + 1).",
        12, TAPER, "ReLU's ½ is missing",
        taper_factors=taper("n_in * scale / fan", "n_out * scale / fan"),
    ),
    "n_in_twice": wrong(
        "n_in in both directions: 2a (2 + 1).",
        12, TAPER, "n_out terms are summed",
        taper_factors=taper("n_in * scale / fan / 2", "n_in * scale / fan / 2"),
    ),
    "sum_for_mean": wrong(
        "fan_avg as the sum of the fans. A visible and a hidden case use it: 2a (2 + 1).",
        12, TAPER, "fan_avg is the mean",
        taper_factors=taper("n_in * scale / fan / 2", "n_out * scale / fan / 2", "n_in + n_out"),
    ),
    "he_keeps_both": wrong(
        "Misconception 10: the gradient stays as the signal does. 2b's point.",
        14, "test-predicted_backward", "He's rule keeps the forward signal",
        predicted_backward="1.0",
    ),
    "no_slope": wrong(
        "No φ′ on the way down; only the network of one layer does not show it: 2c (2 + 1).",
        12, PASSES, "φ′ is missing",
        forward_and_backward=passes("1"),
    ),
    "upside_down": wrong(
        "The gradients from the last layer to the first: 2c (2 + 1).",
        12, PASSES, "turn it round",
        forward_and_backward=passes("(z > 0)", ""),
    ),
    "two_layers_at_least": wrong(
        "Uses W² outside of the loop, which a network of one layer lacks: 2c's hidden point.",
        14, "hidden-forward_and_backward", "stopped with IndexError",
        forward_and_backward="weights[1]\n" + passes("(z > 0)"),
    ),
    "only_the_fan": wrong(
        "Sees the wrong fan and not the bound: 3a's 2 points.",
        13, "test-colleague_factor", "has the variance s²/3",
        colleague_factor="widths[0] / widths[-1]",
    ),
    "half_repaired": wrong(
        "Sees the bound and not the fan, in 3a (2) and in 3b (1).",
        12, "test-colleague_factor test-repaired", "The fan is still n_out",
        colleague_factor="1 / 3 ** (len(widths) - 1)",
        repaired=uniform("np.sqrt(6 / n_out)"),
    ),
}  # fmt: skip
