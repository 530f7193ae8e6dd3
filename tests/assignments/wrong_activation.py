"""Wrong submissions of A4, with the points that each must get.

The right answers of this assignment call each other: gain, χ, the fixed point and the critical
pair use the two integrals, and the network uses the pair. So a slip in an integral costs more.
"""

from assignment_course import wrong

GRID = (
    "z, step = np.linspace(-12, 12, 4001, retstep=True)\n"
    "density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)\n"
)
FIXED = "test-fixed_point hidden-fixed_point"
NETWORK = "test-initial hidden-initial_trains"


def settle(line, times=1000):
    return f"q = 1.0\nfor _ in range({times}):\n    q = {line}\nreturn q"


def draw(std_w, std_b):
    return (
        "(sigma_w2, sigma_b2), weights, biases = critical, [], []\n"
        "for n_in, n_out in zip(widths[:-1], widths[1:]):\n"
        f"    weights.append({std_w} * rng.standard_normal((n_in, n_out)))\n"
        f"    biases.append({std_b} * rng.standard_normal(n_out))\n"
        "return weights, biases"
    )


WRONG = {
    "variance": wrong(
        "Var φ for E[φ²]: 1a (2), the hidden test of both integrals (1), gain (1), χ (1), fixed "
        "point (2 + 1) and σ_b² of the pair (2). χ = 1 still holds and q ends near 1.03, so the "
        "network stays right.",
        5,
        "test-second_moment hidden-moments test-gain test-chi_at_gain test-critical " + FIXED,
        "This is the variance",
        second_moment=(
            GRID + "f = phi(np.sqrt(q) * z)\n"
            "return np.sum(f**2 * density) * step - (np.sum(f * density) * step) ** 2"
        ),
    ),
    "q_for_root": wrong(
        "q·z for √q·z in both integrals: 1a (2), 1b (1), hidden (1), fixed point (2 + 1). At "
        "q = 1 both are right, and with them gain, χ, pair and network.",
        8,
        "test-second_moment test-slope_moment hidden-moments " + FIXED,
        "q is a variance",
        second_moment=GRID + "return np.sum(phi(q * z) ** 2 * density) * step",
        slope_moment=GRID + "return np.sum(dphi(q * z) ** 2 * density) * step",
    ),
    "slope_not_squared": wrong(
        "E[φ′] for E[φ′²]: 1b (1), hidden (1), χ (1), pair (2). The true χ of that pair is "
        "E[φ′²]/E[φ′], about 0.35/0.55 = 0.64: the gradient loses 0.64²⁹ (2), and networks train "
        "down to 6/|ln 0.64| = 13 layers, not 30 (2).",
        6,
        "test-slope_moment hidden-moments test-chi_at_gain test-critical " + NETWORK,
        "Square φ′ before averaging",
        slope_moment=GRID + "return np.sum(dphi(np.sqrt(q) * z) * density) * step",
    ),
    "gain_squared": wrong(
        "σ_w² for the gain (1); χ uses its square (1).",
        13, "test-gain test-chi_at_gain", "This is σ_w²",
        gain="1 / second_moment(1.0)",
    ),
    "tanh_gain": wrong(
        "5/3, as for tanh (1), while χ is computed from the integrals.",
        14, "test-gain", "frameworks use for tanh",
        gain="5 / 3",
        chi_at_gain="slope_moment(1.0) / second_moment(1.0)",
    ),
    "gain_keeps_both": wrong(
        "Misconception 9: what keeps the signal keeps the gradient. 2b's point.",
        14, "test-chi_at_gain", "The gradient has another one",
        chi_at_gain="1.0",
    ),
    "one_layer": wrong(
        "One step of the map for its fixed point: part 3 (2 + 1).",
        12, FIXED, "This is one layer",
        fixed_point="return sigma_w2 * second_moment(1.0) + sigma_b2",
    ),
    "no_bias_in_map": wrong(
        "Leaves σ_b² out of the map; a visible and two hidden cases have one: part 3 (2 + 1).",
        12, FIXED, "sigma_b2 is not used",
        fixed_point=settle("sigma_w2 * second_moment(q)"),
    ),
    "pair_swapped": wrong(
        "σ_b² first (2). The network then has σ_w² = 0.2, far below 1/E[φ²]: signals die (2 + 2).",
        9, "test-critical " + NETWORK, "The two are swapped",
        critical="[1 - second_moment(1.0) / slope_moment(1.0), 1 / slope_moment(1.0)]",
    ),
    "gain_for_pair": wrong(
        "The gain's σ_w² without a bias (2). The signal stays, the gradient grows by χ²⁹ > 100 "
        "(2). A gradient that grows is no hindrance in 150 steps: the hidden test passes.",
        11, "test-critical test-initial", "This keeps the signal without a bias",
        critical="[1 / second_moment(1.0), 0.0]",
    ),
    "xavier": wrong(
        "Part 5 by 1/n: z¹ has E[φ²] = 0.28 for 1 (2); χ = 0.67 and 6/|ln χ| = 15 layers (2).",
        11, NETWORK, "it should stay 1",
        initial=draw("np.sqrt(1 / n_in)", "0"),
    ),
    "variance_as_std": wrong(
        "Multiplies by σ_w²/n_in instead of its root: weights ten times too small (2 + 2).",
        11, NETWORK, "it should stay 1",
        initial=draw("sigma_w2 / n_in", "np.sqrt(sigma_b2)"),
    ),
    "fan_out": wrong(
        "σ_w²/n_out. From 25 inputs to 100 units z¹ gets a quarter (2). The hidden network has "
        "n_out = n_in but for its last layer, and learns.",
        13, "test-initial", "in layer 1",
        initial=draw("np.sqrt(sigma_w2 / n_out)", "np.sqrt(sigma_b2)"),
    ),
    "no_biases": wrong(
        "The pair's σ_w² with zero biases. q settles lower, where φ′ is larger: χ > 1, and the "
        "gradient grows beyond the factor 4 (2). It learns all the same.",
        13, "test-initial", "gradient's strength is multiplied",
        initial=draw("np.sqrt(sigma_w2 / n_in)", "0"),
    ),
    "weights_only": wrong(
        "Returns one list instead of two: part 5 (2 + 2).",
        11, NETWORK, "returns two lists",
        initial="return [rng.standard_normal(s) for s in zip(widths[:-1], widths[1:])]",
    ),
}  # fmt: skip
