"""Wrong submissions of A1, with the points that each must get."""

from assignment_course import wrong

BOTH = "test-predicted_strengths hidden-predicted_strengths"
MEASURED = "test-measured_strengths hidden-measured_strengths"

WRONG = {
    "var_for_x2": wrong(
        "Var(x) for E[x²], which 1a examines: 2 points.",
        13, "test-strength_z", "This takes Var(x)",
        strength_z="n * var_w * var_x",
    ),
    "root": wrong(
        "The standard deviation of z instead of E[z²]: 1a's 2 points.",
        13, "test-strength_z", "This is the root of E[z²]",
        strength_z="np.sqrt(n * var_w * (var_x + mean_x**2))",
    ),
    "variance_for_std": wrong(
        "1/n for 1/√n: 1b's 2 points.",
        13, "test-fitting_std", "1/n is the variance",
        fitting_std="1 / n",
    ),
    "to_one": wrong(
        "Makes E[z²] equal to 1 instead of E[x²]: 1b's 2 points.",
        13, "test-fitting_std", "It shall equal E[x²]",
        fitting_std="1 / np.sqrt(n * (var_x + mean_x**2))",
    ),
    "own_width": wrong(
        "n_out for n_in in 2a (2 + 2), and 2b, which calls that function (1).",
        10, BOTH + " test-predicted_factor", "multiplies by the layer",
        predicted_strengths=(
            "strengths = [strength_x]\n"
            "for n_out in widths[1:]:\n"
            "    strengths.append(n_out * var_w * strengths[-1])\n"
            "return strengths"
        ),
    ),
    "rounded": wrong(
        "Rounds to 3 decimals. The visible cases have no more; a hidden one has: 2 points.",
        13, "hidden-predicted_strengths", "was something rounded",
        predicted_strengths=(
            "factors = [n_in * var_w for n_in in widths[:-1]]\n"
            "return np.round(strength_x * np.cumprod([1, *factors]), 3)"
        ),
        predicted_factor="np.prod(widths[:-1]) * std**6",
    ),
    "std_not_squared": wrong(
        "Takes std for the variance in the prediction: 2b's point, seen only when graded.",
        14, "test-predicted_factor", "The std was not squared",
        predicted_factor="predicted_strengths(widths, std, 1.0)[-1]",
    ),
    "no_prediction": wrong(
        "Leaves the prediction out: 2b's point.",
        14, "test-predicted_factor", "Not answered yet. Replace the ...",
        predicted_factor="...",
    ),
    "variance_as_std": wrong(
        "Multiplies by the variance: both tests of part 3 (2 + 2).",
        11, MEASURED, "std is std² here",
        measured_strengths=(
            "h, strengths = x, [np.mean(x**2)]\n"
            "for n_in, n_out in zip(widths[:-1], widths[1:]):\n"
            "    h = h @ (std**2 * rng.standard_normal((n_in, n_out)))\n"
            "    strengths.append(np.mean(h**2))\n"
            "return strengths"
        ),
    ),
    "np_var": wrong(
        "np.var for the mean of h²; no input has mean 0 exactly: part 3 (2 + 2).",
        11, MEASURED, "np.var(x), which takes the mean away",
        measured_strengths=(
            "h, strengths = x, [np.var(x)]\n"
            "for n_in, n_out in zip(widths[:-1], widths[1:]):\n"
            "    h = h @ rng.normal(0, std, (n_in, n_out))\n"
            "    strengths.append(np.var(h))\n"
            "return strengths"
        ),
    ),
    "seed_inside": wrong(
        "Seeds inside, so that all networks are one: part 3 (2 + 2).",
        11, MEASURED, "Every call draws the same weights",
        measured_strengths=(
            "rng, h = np.random.default_rng(0), x\n"
            "strengths = [np.mean(x**2)]\n"
            "for n_in, n_out in zip(widths[:-1], widths[1:]):\n"
            "    h = h @ rng.normal(0, std, (n_in, n_out))\n"
            "    strengths.append(np.mean(h**2))\n"
            "return strengths"
        ),
    ),
    "transposed": wrong(
        "W has shape (n_out, n_in), which h @ W refuses: part 3 (2 + 2).",
        11, MEASURED, "stopped with ValueError",
        measured_strengths=(
            "h, strengths = x, [np.mean(x**2)]\n"
            "for n_in, n_out in zip(widths[:-1], widths[1:]):\n"
            "    h = h @ rng.normal(0, std, (n_out, n_in))\n"
            "    strengths.append(np.mean(h**2))\n"
            "return strengths"
        ),
    ),
    "typing_error": wrong(
        "The cell of part 3 is no Python, so its function does not exist: 2 + 2.",
        11, MEASURED, "NameError: name 'measured_strengths' is not defined",
        measured_strengths="return [np.mean(x**2)",
    ),
    "relu_spread": wrong(
        "5L/n, which is ReLU's spread: part 4's 2 points.",
        13, "test-width_needed", "is ReLU's",
        width_needed="5 * depth / spread**2",
    ),
    "three_slips": wrong(
        "1/n (2), no square in the prediction (1), one layer's spread (2).",
        10, "test-fitting_std test-predicted_factor test-width_needed", "one layer; the layers",
        fitting_std="1 / n",
        predicted_factor="predicted_strengths(widths, std, 1.0)[-1]",
        width_needed="2 / spread**2",
    ),
}  # fmt: skip
