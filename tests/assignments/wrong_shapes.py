"""Wrong submissions of A3, with the points that each must get."""

from assignment_course import wrong

FANS = "test-grouped_fans hidden-grouped_fans"
BORDER = "test-border_share hidden-border_share"
KEEPING = "test-keeping_matrix hidden-keeping_matrix"


def orthogonal(factor):
    return f"Q, _ = np.linalg.qr(rng.standard_normal((n, n)))\nreturn {factor} * Q"


WRONG = {
    "groups_unused": wrong(
        "The fans of an ordinary convolution; a hidden case has 8 groups: part 1 (2 + 1).",
        12, FANS, "The groups are not used",
        grouped_fans="return [k * k * c_in, k * k * c_out]",
    ),
    "fan_out_whole": wrong(
        "Groups in fan_in only: part 1 (2 + 1).",
        12, FANS, "fan_out has the groups",
        grouped_fans="return [k * k * c_in // groups, k * k * c_out]",
    ),
    "k_once": wrong(
        "Misconception 14 in small: k for k²: part 1 (2 + 1).",
        12, FANS, "k², not k",
        grouped_fans="return [k * c_in // groups, k * c_out // groups]",
    ),
    "swapped": wrong(
        "fan_out first: part 1 (2 + 1).",
        12, FANS, "The two are swapped",
        grouped_fans="return [k * k * c_out // groups, k * k * c_in // groups]",
    ),
    "share_stays": wrong(
        "Thinks that fan_out keeps the forward signal: part 2's 2 points.",
        13, "test-predicted_share", "With fan_in it would stay",
        predicted_share="1.0",
    ),
    "share_inverted": wrong(
        "c_out/c_in: part 2's 2 points.",
        13, "test-predicted_share", "Upside down",
        predicted_share="channels[-1] / channels[0]",
    ),
    "one_axis": wrong(
        "Not squared; every hidden image has a border, too: part 3 (2 + 1).",
        12, BORDER, "This is one axis",
        border_share=(
            "inside = sum(abs(i - j) <= k // 2 for i in range(side) for j in range(side))\n"
            "return inside / (k * side)"
        ),
    ),
    "closed_form": wrong(
        "A formula that holds while the kernel's half is no wider than the image. The visible "
        "cases are such; of the hidden ones 9 on 3 and 3 on 1 are not: part 3's hidden point.",
        14, "hidden-border_share", "times too small",
        border_share="r = (k - 1) // 2\nreturn (1 - r * (r + 1) / (k * side)) ** 2",
    ),
    "whole_patches": wrong(
        "Counts the patches that are inside as a whole: part 3 (2 + 1).",
        12, BORDER, "others lose a part",
        border_share="return (max(side - k + 1, 0) / side) ** 2",
    ),
    "length_not_square": wrong(
        "keep^(1/steps) on the length, so keep² of the strength is left: 4a (3 + 2).",
        10, KEEPING, "take the root once more",
        keeping_matrix=orthogonal("keep ** (1 / steps)"),
    ),
    "gaussian": wrong(
        "A Gaussian matrix of the right spectral radius: 4a (3 + 2).",
        10, KEEPING, "some directions are forgotten before others",
        keeping_matrix=(
            "U = rng.standard_normal((n, n))\n"
            "return keep ** (1 / (2 * steps)) * U / abs(np.linalg.eigvals(U)).max()"
        ),
    ),
    "nothing_forgotten": wrong(
        "Orthogonal, and keep is not used: 4a (3 + 2).",
        10, KEEPING, "steps and keep are not used",
        keeping_matrix=orthogonal("1"),
    ),
    "identity": wrong(
        "The right factor on the identity, which is not random: 4a (3 + 2).",
        10, KEEPING, "draw it from the rng",
        keeping_matrix="return keep ** (1 / (2 * steps)) * np.eye(n)",
    ),
    "never_grows": wrong(
        "Cuts keep off at 1, which only the hidden case keep = 2 shows: 4a's hidden 2 points.",
        13, "hidden-keeping_matrix", "U keeps everything",
        keeping_matrix=orthogonal("min(keep, 1) ** (1 / (2 * steps))"),
    ),
    "steps_of_length": wrong(
        "Solves for the length, twice as many steps: 4b's 2 points.",
        13, "test-steps_until", "This is for the length",
        steps_until="np.log(left) / np.log(singular)",
    ),
}  # fmt: skip
