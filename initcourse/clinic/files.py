"""Case files: initialization bugs that somebody met and wrote down, each built as a patient.

The network is as small as the clinic's others and learns the same digits; from the thread come the
bug, the number by which it shows, and the cure. Facts only are quoted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from initcourse import initializers as init
from initcourse.activations import relu, sine, tanh
from initcourse.clinic import networks as cases
from initcourse.clinic.illnesses import dense, pick, residual
from initcourse.clinic.treatments import Redraw, Rescale, ScaleBranch, ScaleHead, ScaleRate
from initcourse.rules import RULES, Rule
from initcourse.training.races import GUESSING

#: A first loss is as it should be below this.
FIRST_LOSS = 1.5 * GUESSING


@dataclass(frozen=True)
class CaseFile:
    """A bug from a public thread.

    `thread` is its address below https://github.com/, `claim` what the bug does to the traces.
    ``build(rng)`` returns, as an illness does, what draws a healthy network and what harms it.
    `growth` and `cure` take the patient, for its chart: the factor of mean h² per layer, and the
    prescription that helps. `wrong` are three plausible treatments that do not. If the thread
    wanted more than a network that learns, `goal` says what, and ``gone(traces)`` which draws,
    booleans, have reached it.
    """

    thread: str
    claim: str
    build: Callable
    growth: Callable
    cure: Callable
    wrong: tuple
    kind: str = "dense"
    goal: str = ""
    gone: Callable | None = None


def _grouped(rng):
    depth, groups = pick(rng, (7, 8), (4, 8))
    healthy = partial(cases.draw_convolutional, depth, 16, 3, relu, _HE, 0.08, groups=groups)
    return healthy, Rescale(groups**-0.5, layers=range(2, depth + 1))


_HE, _XAVIER, _UNIFORM = RULES["he"], RULES["xavier"], Rule("U(±√(6/n))", init.he_uniform, None)
_SLOWER, _FASTER, _FASTEST = ScaleRate(0.1), ScaleRate(10), ScaleRate(100)

# fmt: off
#: Thread, in short → its file.
CASE_FILES = {
    "keras#372": CaseFile(
        "keras-team/keras/pull/372", "A bound without its √3 divides the variance by 3",
        partial(dense, relu, _UNIFORM, 0.05, lambda n: Rescale(3**-0.5)), lambda p: 1 / 3,
        lambda p: Rescale(3**0.5), (_FASTER, _FASTEST, Rescale(3**0.5, layers=1)),
    ),
    "tch-rs#573": CaseFile(
        "LaurentMazare/tch-rs/pull/573", "A bound without √3 and √2 divides the variance by 6",
        partial(dense, relu, _UNIFORM, 0.05, lambda n: Rescale(6**-0.5)), lambda p: 1 / 6,
        lambda p: Rescale(6**0.5), (_FASTER, _FASTEST, Rescale(2**0.5)),
    ),
    "DLFS_code#10": CaseFile(
        "SethHWeidman/DLFS_code/issues/10", "The variance 1/n taken for a std makes it 1/n²",
        partial(dense, tanh, _XAVIER, 0.2, lambda n: Rescale(n**-0.5)), lambda p: 1 / p.width,
        lambda p: Rescale(p.width**0.5), (_FASTER, _FASTEST, Rescale(3**0.5)),
    ),
    "AI-For-Beginners#743": CaseFile(
        "microsoft/AI-For-Beginners/pull/743", "N(0, 1) makes a sum n times as strong, ReLU n/2",
        partial(dense, relu, _HE, 0.05, lambda n: Redraw("unit_normal")), lambda p: p.width / 2,
        lambda p: Rescale((2 / p.width) ** 0.5),
        (ScaleRate(0.01), Redraw("he", layers=1), Rescale(1 / 48)),
    ),
    "handson-ml#353": CaseFile(
        "ageron/handson-ml/issues/353", "A std of 2/√n for √(2/n) doubles the variance",
        partial(dense, relu, _HE, 0.05, lambda n: Rescale(2**0.5)), lambda p: 2.0,
        lambda p: Rescale(0.5**0.5), (_FASTER, _FASTEST, Rescale(2**0.5)),
    ),
    "mlx#4536": CaseFile(
        "ml-explore/mlx/issues/4536", "A fan of all groups divides the variance by their number",
        _grouped, lambda p: 1 / p.groups,
        lambda p: Rescale(p.groups**0.5, layers=range(2, p.depth + 1)),
        (_FASTER, _FASTEST, Redraw("he")), kind="convolutional",
    ),
    "transformers#47458": CaseFile(
        "huggingface/transformers/issues/47458", "He's weights without a branch scale triple h²",
        partial(residual, ScaleBranch(1.0)), lambda p: 3.0,
        lambda p: ScaleBranch(p.depth**-0.5), (_SLOWER, Redraw("he"), Redraw("xavier")),
        kind="residual",
    ),
    "LAVT-RIS#25": CaseFile(
        "yz93/LAVT-RIS/issues/25", "A branch of two matrices that are 0 adds 0, with gradient 0",
        partial(residual, Rescale(0.0)), lambda p: 1.0,
        lambda p: Redraw("he", first=True), (_FASTER, Rescale(10), ScaleBranch(1.0)),
        kind="residual", goal="gradients in all branches",
        gone=lambda traces: (traces.push > 0).all(axis=1),
    ),
    "transformers#26441": CaseFile(
        "huggingface/transformers/pull/26441", "A head of variance 1 spoils only the first loss",
        partial(dense, relu, _HE, 0.05, lambda n: ScaleHead(n**0.5), depths=(4, 5)),
        lambda p: 1.0, lambda p: ScaleHead(p.width**-0.5),
        (_SLOWER, ScaleRate(0.01), Redraw("he")), goal=f"first loss below {FIRST_LOSS:.2f}",
        gone=lambda traces: traces.loss < FIRST_LOSS,
    ),
    "siren#17": CaseFile(
        "vsitzmann/siren/issues/17", "Weights for ω₀ = 30 in a pass without ω₀ are 30 times small",
        partial(dense, sine, _UNIFORM, 0.05, lambda n: Rescale(1 / 30)), lambda p: 1 / 450,
        lambda p: Rescale(30), (_FASTER, _FASTEST, Rescale(900)),
    ),
}
# fmt: on
