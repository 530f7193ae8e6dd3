"""What a patient may have: seven illnesses, and ten bugs that somebody met and wrote down.

Each is a healthy network, what harms it, and what speaks against the diagnosis. Shape and severity
come from a generator, within ranges in which the sick network does not learn at its own learning
rate and the cure works (tests hold both). The network of a case file is as small as the others and
learns the same digits; from its thread come the bug, the number by which it shows, and the cure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from initcourse import initializers as init
from initcourse.activations import relu, sine, tanh
from initcourse.clinic import treatments
from initcourse.clinic.networks import KINDS, draw
from initcourse.clinic.symptoms import FORGOTTEN, format_two_digits, or_below
from initcourse.clinic.treatments import Redraw, Rescale, ScaleBranch, ScaleHead, ScaleRate
from initcourse.rules import RULES, Rule
from initcourse.training.races import GUESSING

#: A first loss is as it should be below this: ln C + s²/2 for logits of s = 2. Over 1000 draws a
#: head that gives s = 1 stayed below 3.94; of those of variance 1 one lay below 4.3.
FIRST_LOSS = GUESSING + 2
#: A factor per layer is a thread's if it is off by less than this.
_NEAR = 1.6
_HE, _XAVIER, _UNIFORM = RULES["he"], RULES["xavier"], Rule("U(±√(6/n))", init.he_uniform, None)


@dataclass(frozen=True)
class Illness:
    """An illness, or the bug of a case file.

    ``build(rng)`` returns what draws a healthy `Case`, called as ``draw(rng=rng)``, and the
    treatment that harms it. ``against(findings)``, of `Findings`, returns pairs: whether something
    speaks against this diagnosis, and the sentence that says what.

    Of a case file `thread` is the address below https://github.com/; ``cure(patient)`` the
    prescription that helps, by the patient's chart; `wrong` holds three plausible treatments that
    do not. If the thread wanted more than a network that learns, `goal` says what, and
    ``gone(traces)`` which draws, booleans, have reached it.
    """

    build: Callable
    against: Callable
    thread: str = ""
    cure: Callable | None = None
    wrong: tuple = ()
    goal: str = ""
    gone: Callable | None = None


def _pick(rng, *menus):
    """Return one of each menu, by chance."""
    return [menu[int(rng.integers(len(menu)))] for menu in menus]


def _harmed(
    harm, kind="dense", depths=(11, 12), widths=(40, 44, 48), phi=relu, rule=_HE, rate=0.05
):
    """Return `build`; `harm` is a treatment, or ``harm(rng, depth, width)`` returns it."""

    def build(rng):
        depth, width = _pick(rng, depths, widths)
        treatment = harm if isinstance(harm, treatments.Treatment) else harm(rng, depth, width)
        return partial(draw, kind, depth, width, phi, rule, rate), treatment

    return build


def _gain(*factors):
    return _harmed(lambda rng, L, n: Rescale(*_pick(rng, factors)), depths=(10, 11, 12))


def _two_neighbours(rng, depth, width):
    first = int(rng.integers(3, depth - 2))
    return Redraw("constant", layers=(first, first + 1))


_constant_layer = _harmed(_two_neighbours, depths=(8, 9, 10), widths=(32, 40, 48))
_sigmoid_stack = _harmed(treatments.SwapActivation("sigmoid"), phi=tanh, rule=_XAVIER, rate=0.5)
#: For a network of residual blocks.
_BLOCKS = {"kind": "residual", "depths": (14, 16, 18), "widths": (28, 32, 36), "rate": 0.03}


def _wrong_fan(rng):
    size, depth = _pick(rng, (3, 3, 5), (6, 7))
    depth -= size - 3  # larger kernels explode sooner
    healthy = partial(draw, "convolutional", depth, 8, relu, _HE, 0.08, size=size)
    return healthy, Rescale(float(size))  # 2/c for 2/(k²c)


def _all_groups(rng):
    depth, groups = _pick(rng, (7, 8), (4, 8))
    healthy = partial(draw, "convolutional", depth, 16, relu, _HE, 0.08, groups=groups)
    return healthy, Rescale(groups**-0.5, layers=range(2, depth + 1))


def _learning_rate(rng):
    kind, factor = _pick(rng, KINDS, (1 / 150, 1 / 120, 40.0, 60.0))
    depth, width, phi = _pick(rng, (9, 10, 11), (32, 40, 48), (relu, tanh))
    healthy = {
        "dense": (depth, width, phi, _HE if phi is relu else _XAVIER, 0.05),
        "residual": (depth + 4, 32, relu, _HE, 0.05),
        "convolutional": (4, 8, relu, _HE, 0.08),
    }
    return partial(draw, kind, *healthy[kind]), ScaleRate(factor)


# fmt: off
#: Diagnosis → its illness.
ILLNESSES = {
    "wrong fan": Illness(_wrong_fan, lambda f: [
        (f.kind != "convolutional",
         f"The chart says {f.kind}: there is no kernel, and no k² to forget."),
        (f.growth < 5,
         f"A forgotten k² multiplies mean h² by k² = {f.size**2} in every layer; {f.shown}"),
    ]),
    "gain too large": Illness(_gain(1.9, 2.0, 2.2, 2.5), lambda f: [
        (f.alike, f"Another gain keeps units different, but here {f.sign}."),
        (f.kind == "residual" and f.growth > 2,
         f"Each block multiplies mean h² by {f.grows}. That is 1 + 2, the stream and a branch with "
         "He's weights at α = 1; weights twice as large would give 1 + 32."),
        (f.kind == "convolutional" and f.growth > 5,
         f"mean h² grows ×{f.grows} per layer, with kernels {f.size} × {f.size}: about "
         f"k² = {f.size**2}. Weights twice too large would give ×4."),
        (not 2 < f.growth < 10,
         f"Weights twice too large multiply mean h² by 4 in every layer; {f.shown}"),
    ]),
    "constant layer": Illness(_constant_layer, lambda f: [
        (not f.alike,
         "Where weights are constant all units are alike, and std over units is 0; the lowest "
         f"in this trace is {f.least:.2g} of the layer's signal, in layer {f.least_in}."),
    ]),
    "sigmoid stack": Illness(_sigmoid_stack, lambda f: [
        (not (0.3 < f.mean < 0.7 and 0 <= f.low and f.high <= 1),
         "A sigmoid's h lies between 0 and 1, around ½; in the last layer here mean h is "
         "{}, and h lies between {} and {}.".format(*map(or_below, (f.mean, f.low, f.high)))),
        (f.seen > FORGOTTEN,
         f"A sigmoid stack forgets its input; std over inputs here ends at {f.seen:.2g}."),
    ]),
    "missing branch scale": Illness(_harmed(ScaleBranch(1.0), **_BLOCKS), lambda f: [
        (f.kind != "residual", f"The chart says {f.kind}: there is no branch to scale."),
        (f.growth < 2,
         f"Unscaled branches with He's weights triple mean h² in every block; {f.shown}"),
    ]),
    "learning rate": Illness(_learning_rate, lambda f: [
        (f.sign,
         "The traces are taken before the first step, when no learning rate has acted yet, and "
         f"they show an illness already: {f.sign}."),
    ]),
    "gain too small": Illness(_gain(0.4, 0.45, 0.5), lambda f: [
        (f.alike, f"Another gain keeps units different, but here {f.sign}."),
        (f.growth > 0.5, f"Weights half as large divide mean h² by 4 in every layer; {f.shown}"),
    ]),
}
# fmt: on


def _file(thread, claim, build, *, growth, kind="dense", **options):
    """Return the short name of a thread, "keras#372", and its `Illness`.

    `claim` says what the bug does to the traces of networks of this kind; ``growth(patient)`` is
    the factor of mean h² per layer. The `options` are the illness's.
    """

    def against(f):
        expected, gone = growth(f.patient), options.get("gone")
        return [
            (f.kind != kind,
             f"The chart says {f.kind}; that thread is about a {kind} network."),
            (not 1 / _NEAR < f.growth / expected < _NEAR,
             f"{claim}: mean h² ×{format_two_digits(expected)} per {f.place}. T{f.shown[1:]}"),
            (gone and gone(f.traces).mean() > 0.5,
             f"{claim}. Here the first loss is {f.traces.loss.mean():.2f}, and the mean squared "
             f"gradient of the weights {f.traces.push.mean():.2g}."),
        ]  # fmt: skip

    _, repository, _, number = thread.split("/")
    return f"{repository}#{number}", Illness(build, against, thread, **options)


_SLOWER, _FASTER, _FASTEST = ScaleRate(0.1), ScaleRate(10), ScaleRate(100)

# fmt: off
#: Thread, in short → its illness.
CASE_FILES = dict([
    _file("keras-team/keras/pull/372", "A bound without its √3 divides the variance by 3",
          _harmed(Rescale(3**-0.5), rule=_UNIFORM), growth=lambda p: 1 / 3,
          cure=lambda p: Rescale(3**0.5), wrong=(_FASTER, _FASTEST, Rescale(3**0.5, layers=1))),
    _file("LaurentMazare/tch-rs/pull/573", "A bound without √3 and √2 divides the variance by 6",
          _harmed(Rescale(6**-0.5), rule=_UNIFORM), growth=lambda p: 1 / 6,
          cure=lambda p: Rescale(6**0.5), wrong=(_FASTER, _FASTEST, Rescale(2**0.5))),
    _file("SethHWeidman/DLFS_code/issues/10", "The variance 1/n taken for a std makes it 1/n²",
          _harmed(lambda rng, L, n: Rescale(n**-0.5), phi=tanh, rule=_XAVIER, rate=0.2),
          growth=lambda p: 1 / p.width,
          cure=lambda p: Rescale(p.width**0.5), wrong=(_FASTER, _FASTEST, Rescale(3**0.5))),
    _file("microsoft/AI-For-Beginners/pull/743", "N(0, 1) makes a sum n times as strong, ReLU n/2",
          _harmed(Redraw("unit_normal")), growth=lambda p: p.width / 2,
          cure=lambda p: Rescale((2 / p.width) ** 0.5),
          wrong=(ScaleRate(0.01), Redraw("he", layers=1), Rescale(1 / 48))),
    _file("ageron/handson-ml/issues/353", "A std of 2/√n for √(2/n) doubles the variance",
          _harmed(Rescale(2**0.5)), growth=lambda p: 2.0,
          cure=lambda p: Rescale(0.5**0.5), wrong=(_FASTER, _FASTEST, Rescale(2**0.5))),
    _file("ml-explore/mlx/issues/4536", "A fan of all groups divides the variance by their number",
          _all_groups, kind="convolutional", growth=lambda p: 1 / p.groups,
          cure=lambda p: Rescale(p.groups**0.5, layers=range(2, p.depth + 1)),
          wrong=(_FASTER, _FASTEST, Redraw("he"))),
    _file("huggingface/transformers/issues/47458", "He's weights without a branch scale triple h²",
          _harmed(ScaleBranch(1.0), **_BLOCKS), kind="residual", growth=lambda p: 3.0,
          cure=lambda p: ScaleBranch(p.depth**-0.5),
          wrong=(_SLOWER, Redraw("he"), Redraw("xavier"))),
    _file("yz93/LAVT-RIS/issues/25", "A branch of two matrices that are 0 adds 0, with gradient 0",
          _harmed(Rescale(0.0), **_BLOCKS), kind="residual", growth=lambda p: 1.0,
          cure=lambda p: Redraw("he", first=True), wrong=(_FASTER, Rescale(10), ScaleBranch(1.0)),
          goal="gradients in all branches", gone=lambda traces: (traces.push > 0).all(axis=1)),
    _file("huggingface/transformers/pull/26441", "A head of variance 1 spoils only the first loss",
          _harmed(lambda rng, L, n: ScaleHead(n**0.5), depths=(4, 5)), growth=lambda p: 1.0,
          cure=lambda p: ScaleHead(p.width**-0.5), wrong=(_SLOWER, ScaleRate(0.01), Redraw("he")),
          goal=f"first loss below {FIRST_LOSS:.2f}", gone=lambda traces: traces.loss < FIRST_LOSS),
    _file("vsitzmann/siren/issues/17",
          "Weights for ω₀ = 30 in a pass without ω₀ are 30 times small",
          _harmed(Rescale(1 / 30), phi=sine, rule=_UNIFORM), growth=lambda p: 1 / 450,
          cure=lambda p: Rescale(30), wrong=(_FASTER, _FASTEST, Rescale(900))),
])
# fmt: on
