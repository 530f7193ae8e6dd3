"""Which slips the layers of a network show, and what somebody typed.

A rule of thumb is no judge: behind a norm, or in a shallow network, many scales are well. So a
layer is accused where signal or gradient leave what can be trained, where it alone is far off,
where the first loss is not that of a network that knows nothing, or where its weights fit no rule
but one with fan_in and fan_out exchanged. Then it is asked which rule has that variance.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from init_audit.layers import power
from initcourse.activations import relu, sigmoid, sine
from initcourse.rules import RULES
from initcourse.theory.finite_width import Z95

#: What counts as harm is chosen; no statistics decide it. Powers of ten that mean h², or the
#: gradient's, may change by besides the band: 100 in h.
TRAINABLE = 4.0
#: The same for a rule that nobody chooses, where no doubt is whether it is meant: 10 in h, about
#: what `SMALL` lets a single layer cost. Three transposed convolutions by PyTorch's fan (4 × 4,
#: stride 2: a quarter each) stay below.
UNMEANT = 2.0
#: These rules. A framework's default, Glorot's rule in ReLU, one std for all widths are chosen.
NEVER_MEANT = {"missing √3", "std and variance", "k²", "groups", "stride", "factor"}
#: n·Var W of a single layer, as a multiple of what its φ asks for: as small, as large as it may
#: be; as large where φ saturates; as large behind a norm, or where φ is not known.
SMALL, LARGE, SATURATES, UNKNOWN = 1 / 60, 12.0, 6.0, 30.0
#: Layers of a saturating φ from which on a gradient that grows like this is chaos, not chance.
CHAOS = 20
#: Powers of ten by which a signal has grown that may explain too large a first loss, or chaos.
LOUD = 1.5
#: Standard deviations of a sampled mean(W²) within which a rule fits: one layer in 16,000 that was
#: drawn by the rule lies outside.
FITS = 4.0


class Finding(NamedTuple):
    """A slip, the names of the layers that have it, and the sentence for it."""

    slip: str
    layers: list
    sentence: str


def _found(slip, layers, sentence):
    """Return [Finding], {} of the sentence being the layers; [] without layers."""
    names = [layer.name for layer in layers]
    many = f"{names[0]} … {names[-1]} ({len(names)} layers)" if len(names) > 3 else None
    return [Finding(slip, names, sentence.format(many or " and ".join(names)))] if names else []


@dataclass
class Evidence:
    """The layers of a network, its output, and what is to be said of its first loss, if any."""

    layers: list
    output: np.ndarray
    said: str | None

    def __post_init__(self):
        self.weighted = [layer for layer in self.layers if layer.W is not None]
        self.drawn = [k for k in self.weighted if k.kind != "embedding" and np.any(k.W)]
        # the frequency of a sine of the coordinates is free
        self.judged = [k for k in self.drawn if not (k.phi is sine and k is self.drawn[0])]
        # norms rescale the gradient: with one per four layers, or more, it is not judged
        self.normed = len(self.layers) - len(self.weighted) >= len(self.weighted) / 4
        self.forward = _span([power(layer.h) for layer in self.drawn])
        # from what the head reads downwards
        below = [k.dz for k in self.weighted[-2::-1] if k.dz is not None]
        self.gradient = _span([power(dz) * dz.size for dz in below])


def _span(powers):
    """Return the power of ten, of either sign, by which powers differ most from the first."""
    ln = np.log10([min(p, 1e300) for p in powers if p > 0] or [1.0])
    return float(max(ln - ln[0], key=abs))


def find_slips(evidence):
    """Return the `Finding`s of a network; [] if it is healthy."""
    found = [f for slip, check, words in SURE for f in _found(slip, check(evidence), words)]
    for check in (blocked, sigmoid_stack, leaving_range, exchanged_fans, far_off):
        if {f.slip for f in found} <= {"same draw"}:  # which explains no scale, and no loss
            found += check(evidence)
    return found


# --- slips that no scale excuses


def stuck(of):
    """Return weights that are 0 and stay 0: what would move them is 0, and stuck itself."""
    zero = {k: layer for k, layer in enumerate(of.weighted) if not np.any(layer.W)}
    moves = set()
    for _ in zero:  # what moves brings a signal to those above and a gradient to those below
        moves |= {
            k for k, layer in zero.items()
            if (layer.kind == "embedding" or np.any(layer.h) or any(m < k for m in moves))
            and (layer.dz is None or np.any(layer.dz) or any(m > k for m in moves))
        }  # fmt: skip
    return [layer for k, layer in zero.items() if k not in moves]


def blocked(of):
    """Find where the input is lost: the first layer that gives 0 before a head that is not 0."""
    varies = np.ptp(of.output.reshape(len(of.output), -1), axis=0).max() > 0
    lost = [] if varies or not np.any(of.layers[-1].W) else of.layers
    return _found("zeros", [layer for layer in lost if not np.any(layer.z)][:1], "{} gives 0 for "
                  "every input, and no way leads round it: the output does not depend on the "
                  "input.")  # fmt: skip


def constant(of):
    """Return layers whose units all have the same weights."""
    return [k for k in of.drawn if k.W.shape[1] > 1 and np.ptp(k.W, axis=1).max() == 0]


def not_centred(of):
    """Return weights whose mean outweighs all that is random.

    A mean has the singular value |mean|·√(n_in n_out); centred weights have at most about
    std·(√n_in + √n_out). That their mean exceeds it by chance takes √n_in + √n_out standard
    deviations: one layer in 16,000 of 4 × 4, fewer of larger ones.
    """
    return [k for k in of.drawn if np.ptp(k.W, axis=1).max() > 0
            and abs(k.W.mean()) > k.W.std() * np.sum(1 / np.sqrt(k.W.shape))]  # fmt: skip


def same_draw(of):
    """Return layers that hold the very same numbers."""
    drawn = [layer for layer in of.weighted if layer.W.size > 8 and np.ptp(layer.W) > 0]
    numbers = [(layer.W.shape, layer.W.tobytes()) for layer in drawn]
    names = [{k.name for k, same in zip(drawn, numbers, strict=True) if same == n} for n in numbers]
    return [layer for layer, alike in zip(drawn, names, strict=True) if len(alike) > 1]


def dead_units(of):
    """Return ReLU layers more than half of whose units the bias holds below 0."""
    dead = []
    for layer in of.weighted:
        if layer.phi is relu and layer.b is not None and layer.z.shape[-1:] == layer.b.shape:
            lives = (layer.z.reshape(-1, layer.z.shape[-1]) > 0).any(axis=0).mean()
            if lives < 0.5 and layer.b.mean() < -np.sqrt(power(layer.z - layer.b)):
                dead.append(layer)
    return dead


SURE = [
    ("zeros", stuck, "{} begin at 0, and so does their gradient: they never move."),
    ("constant", constant, "In {} all units have the same weights: they compute the same and learn "
     "the same."),
    ("mean", not_centred, "The weights of {} are not drawn around 0, as from U(0, 1): every unit "
     "sees mostly the same sum."),
    ("same draw", same_draw, "{} hold the very same numbers: one seed or key was used twice."),
    ("bias", dead_units, "In {} the bias holds more than half of the ReLU units below 0 for every "
     "input: they give 0 and get no gradient."),
]  # fmt: skip


# --- slips of scale


def sigmoid_stack(of):
    """Find sigmoids that take the gradient away."""
    stack = [layer for layer in of.weighted if layer.phi is sigmoid and not layer.normed]
    if len(stack) < 3 or of.gradient > 1 - TRAINABLE:
        return []
    return _found("sigmoid stack", stack, "{} are a stack of sigmoids: σ′ is at most ¼, and the "
                  f"gradient's power changes by 10^{of.gradient:.0f} on its way down.")  # fmt: skip


def leaving_range(of):
    """Find the layers that push signal or gradient out of what can be trained.

    What is measured has the draw's luck in it, up to the band. What the weights explain, the
    product of their n·Var W / keeps, has none: where both are harm, the band is no excuse, but for
    a framework's default, the one rule that nobody typed. Of the groups of layers only as many are
    named as explain the harm: none that is usual beside one that does.
    """
    layers, backward = of.judged, 0.0 if of.normed else of.gradient
    worst = max(of.forward, backward, key=abs)
    # ReLU's variance 5/n a layer: 2.5 % of critical networks pass the band on that side
    band = Z95 * np.sqrt(min(4.0, sum(5 / k.W.shape[1] for k in layers))) / np.log(10)
    slack = {k.name: 1.3 if k.phi else 2.6 for k in layers}
    blamed = [k for k in layers if (k.ratio if worst > 0 else 1 / k.ratio) > slack[k.name]]
    # the head's weights and a branch's are no factor of the stream; a norm takes all factors out
    path = {k for k in blamed if not (of.normed or k.normed or k.adds or k is of.weighted[-1])}
    groups = [(sum(abs(np.log10(k.ratio)) for k in path.intersection(group)), rule, group)
              for rule, group in _groups(blamed)]  # fmt: skip
    typed = sum(cost for cost, (slip, _), _ in groups if slip != "default")
    unmeant = [  # and one layer at least fits no rule that is chosen
        each for each in groups if each[0] > UNMEANT and each[1][0] in NEVER_MEANT
        and any(NEVER_MEANT >= {slip for slip, _ in guesses(k)} for k in each[2])]  # fmt: skip
    chaos = sum(bool(k.phi and k.phi.bounds) for k in layers) >= CHAOS and backward > LOUD
    if (
        abs(worst) > TRAINABLE + band or min(abs(worst), typed) > TRAINABLE or chaos
        or (unmeant and abs(worst) > UNMEANT) or (of.said and of.forward > LOUD)
    ):  # fmt: skip
        way = "mean h²" if abs(of.forward) == abs(worst) else "the gradient's power"
        harm = f"{way} changes by 10^{worst:.0f} through the network"
        harm += f", {of.said}" if of.said else ""
        branches = [k for k in layers if k.adds]
        if worst > 0 and len(branches) >= 3 and all(k.ratio <= 2.6 for k in blamed):
            return _found("branch scale", branches, "{} end branches that are added at full size, "
                          f"and nothing normalises the stream: {harm}.")  # fmt: skip
        groups.sort(key=lambda each: (each in unmeant, each[0]), reverse=True)
        before = np.cumsum([0, *(each[0] for each in groups)])  # what those named before explain
        return _in_words([each[1:] for each, cost in zip(groups, before[:-1], strict=True)
                          if cost == 0 or abs(worst) - cost > TRAINABLE], harm)  # fmt: skip
    return []


def far_off(of):
    """Find a layer that alone is out of all bounds; where the first loss is, the head.

    Its z is its biases and the product of its weights and what it reads, and the output may be a
    multiple of z: the part that is large is named.
    """
    head = of.weighted[-1]
    far = [k for k in of.judged if _far(k, of.normed, k is head)]
    if not of.said or any(k is not head for k in far):
        return _in_words(_groups(far), "a single layer like this is enough")
    said, heard, given = f"{of.said[0].upper()}{of.said[1:]}", power(head.h), power(head.z)
    if power(of.output) > 10**UNMEANT * given:
        return _found("output", [head], f"{said}: the last layer that was read, {{}}, gives mean "
                      f"z² = {given:.2g}, the output's mean square is {power(of.output):.2g}: a "
                      "factor behind the layer is too large.")  # fmt: skip
    if power(head.b) > given / 2:  # more than all the rest of z
        return _found("bias", [head], f"{said}: the biases of the head {{}} are too large (mean "
                      f"b² = {power(head.b):.2g} of mean z² = {given:.2g}).")  # fmt: skip
    if heard > head.ratio:
        return _found("signal", [head], f"{said}: what the head {{}} reads is too large (mean "
                      f"h² = {heard:.2g}), not its weights "
                      f"(n·Var W = {head.sigma_w2:.3g}).")  # fmt: skip
    tied = [k.name for k in of.weighted if k.kind == "embedding" and np.array_equal(k.W, head.W.T)]
    words = f", which is {tied[0]} once more," if tied else ""
    typed = "".join(f", as from {words}" for _, words in guesses(head)[:1])
    return _found("head", [head], f"{said}: the head {{}}{words} is too large "
                  f"(n·Var W = {head.sigma_w2:.3g}{typed}).")  # fmt: skip


def _far(layer, normed, head):
    """Return whether a layer's scale is out of all bounds, whatever the others do."""
    if layer.normed or (normed and head):
        return False
    if normed or (layer.phi is None and not head):
        return layer.ratio > UNKNOWN
    n_in, n_out = layer.fans
    small = SMALL * min(1.0, 2 * n_in / (n_in + n_out))  # Glorot's, where a layer widens
    saturates = layer.phi is sine or (layer.phi and layer.phi.bounds)
    return (layer.ratio < small and not head) or layer.ratio > (SATURATES if saturates else LARGE)


def exchanged_fans(of):
    """Find dense layers that each fit c/n_out and, one of them at least, no other rule.

    The number of a layer's weights decides: a variance that nobody derived fits a rule by chance in
    the share of ln Var W that 2·FITS standard deviations are, 1 % for 10⁵ weights. Norms excuse an
    exchange; so do convolutions, for mode="fan_out" is a recipe there (He et al. 2015, 2.2).
    """
    dense = [] if of.normed else [
        k for k in of.judged if k.kind == "dense" and not k.normed
        and max(k.fans) > 1.3 * min(k.fans) and not k.orthogonal]  # fmt: skip
    fits = {k.name: {slip for slip, _ in guesses(k)} for k in dense}
    exchanged = [k for k in dense if "fan" in fits[k.name]]
    others = [k for k in dense if k not in exchanged and k is not of.weighted[-1]]
    sure = any(fits[k.name] == {"fan"} for k in exchanged)
    return _in_words(_groups(exchanged if sure and not others else []),
                     "the layers' own shapes show it")  # fmt: skip


def _groups(blamed):
    """Return [(rule, layers)], first the rule that explains most layers; (None, None) is none."""
    left, groups = [(layer, guesses(layer)) for layer in blamed], []
    while left:
        every = [each for _, fits in left for each in fits] or [None]
        best = max(every, key=every.count)  # of equals the likelier
        group = [layer for layer, fits in left if best is None or best in fits]
        left = [] if best is None else [pair for pair in left if best not in pair[1]]
        groups.append((best or (None, None), group))
    return groups


def _in_words(groups, harm):
    """Return a Finding for each of `_groups`."""
    found = []
    for (slip, words), group in groups:
        s, need = (np.median([getattr(k, of) for k in group]) for of in ("sigma_w2", "wanted"))
        size, typed = "large" if s > need else "small", f", as from {words}" if words else ""
        found += _found(
            f"too {size}: {slip or 'scale'}", group, f"{{}}: weights too {size}, n·Var W = {s:.3g} "
            f"where {need:.3g} keeps the signal{typed}; {harm}.",
        )  # fmt: skip
    return found


def guesses(layer):
    """Return (slip or None, words) of each rule that fits a layer's mean(W²), likelier first."""
    W = np.asarray(layer.W, dtype=float)
    kurtosis = np.mean(W**4) / np.mean(W**2) ** 2
    # mean(W²) of N weights has the relative variance (kurtosis − 1)/N: 2/N for a Gaussian
    tolerance = FITS * np.sqrt((kurtosis - 1) / W.size) + 1e-3  # and what float32 rounds
    return [
        (slip, words) for variance, slip, words in _rules(layer, uniform=kurtosis < 2.1)
        if abs(np.log(power(W) / variance)) < tolerance
    ]  # fmt: skip


def _rules(layer, uniform):
    """Return (variance, slip or None, words) of what people type, likelier first."""
    n_in, n_out = layer.fans
    of = {key: RULES[key].variance(n_in, n_out) for key in ("xavier", "he", "glorot")}

    def gain(c):
        return None if layer.wanted / 1.5 <= c <= 1.5 * layer.wanted else "gain"

    whole, lost = len(layer.W) * layer.groups, "groups" if layer.groups > 1 else "stride"
    turned = [] if layer.read == 1 else [
        *((c / n_out, lost, f"{c}/(k²·c_out), k²·c_out being fan_in in PyTorch and Keras")
          for c in (2, 1)),
        (1 / whole, "default", "Flax's default, 1/(k²·c_in)"),
        (1 / (3 * n_out), "default", "PyTorch's default, 1/(3·k²·c_out)"),
    ]  # fmt: skip
    unread = [
        *((c / whole, lost, f"{c}/(k²·c_in), as if there were no {lost}") for c in (2, 1)),
        (2 / (whole + n_out), "default", f"Glorot's 2/(k²·c_in + n_out), with no {lost}"),  # Keras
    ]
    factor = f"without the factor {layer.scale:.3g} that stands before φ"
    bounds = [
        (of["he"] / 3, "missing √3", "U(±√(2/n)): the √3 of a uniform bound is missing"),
        (of["glorot"] / 3, "missing √3", "U(±√(2/(n_in + n_out))): the √3 is missing"),
        (1 / 3, "unit", "U(±1)"),
    ]
    wide = max(n_in, n_out) > 1.3 * min(n_in, n_out)
    return [
        *((c / n_in, "factor", f"{c}/n, {factor}") for c in (2, 1) if layer.scale != 1),
        (of["xavier"], gain(1), "1/n"),
        (of["he"], gain(2), "2/n"),
        (of["glorot"], gain(1), "Glorot's 2/(n_in + n_out)"),
        (2 * of["glorot"], gain(2), "4/(n_in + n_out)"),
        (1 / (3 * n_in), "default", "PyTorch's default U(±1/√n), n·Var W = 1/3"),
        *(turned + unread if layer.kind == "conv" and whole > n_in else []),
        *(bounds if uniform else []),
        *((c / n_out, "fan", f"{c}/n_out: fan_in and fan_out exchanged") for c in (1, 2)
          if wide and not turned),
        *(((c / n_in) ** 2, "std and variance", f"a std of {c}/n, which is the variance")
          for c in (1, 2)),
        *(((c / n_in) ** 0.5, "std and variance", f"a variance of √({c}/n), which is the std")
          for c in (1, 2)),
        (of["glorot"] ** 2, "std and variance", "a std of 2/(n_in + n_out), the variance"),
        *((c * layer.places / n, "k²", f"{c}/{fan}: the k² of the kernel is forgotten")
          for c in (1, 2) for fan, n in (("c_in", n_in), ("c_out", n_out)) if layer.places > 1),
        *((std**2, "fixed std", f"N(0, {std:g}²), one std whatever the width")
          for std in (1.0, 0.5, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.001)),
        (4 / n_in, "gain", "4/n: a gain of 2"),
    ]  # fmt: skip
