"""Which slips the records of a network show. A slip counts where it does harm.

A rule of thumb is no judge: behind a norm, or in a shallow network, many scales are well. So a
layer is accused where signal or gradient leave what can be trained, where it alone is far off, or
where the first loss is not that of a network that knows nothing. Then it is asked what was typed.
"""

from typing import NamedTuple

import numpy as np

from initcourse.activations import relu, sigmoid
from initcourse.auditing.guesses import guesses, wanted
from initcourse.auditing.records import power

#: Powers of ten that mean h², or the gradient's, may change by besides the band.
TRAINABLE = 4.0
#: n·Var W of a single layer, as a multiple of what its φ asks for: as small, as large as it may
#: be; as large where φ saturates; as large behind a norm, or where φ is not known.
SMALL, LARGE, SATURATES, UNKNOWN = 1 / 60, 12.0, 6.0, 30.0
#: Layers of a saturating φ from which on a gradient that grows like this is chaos, not chance.
CHAOS = 20
#: Powers of ten by which a signal has grown that may explain too large a first loss, or chaos.
LOUD = 1.5


class Finding(NamedTuple):
    """A slip, the names of the layers that have it, and the sentence for it."""

    slip: str
    layers: list
    sentence: str


def diagnose(layers, output, loss=None, chance=None):
    """Return the `Finding`s of a network's records; [] if it is healthy."""
    weighted = [layer for layer in layers if layer.W is not None]
    found = [*_stuck(weighted), *_alike(weighted), *_same_draw(weighted), *_bias(weighted)]
    said = None
    if loss is not None and loss > 2 * chance + 2:
        said = f"the first loss is {loss:.1f}, and ln C is {chance:.1f}"
    return (
        found or _blocked(layers, output) or _sigmoids(weighted) or _scale(weighted, layers, said)
    )


def _found(slip, names, sentence):
    """Return [Finding], {} of the sentence being the layers; [] without layers."""
    many = f"{names[0]} … {names[-1]} ({len(names)} layers)" if len(names) > 3 else None
    return [Finding(slip, names, sentence.format(many or " and ".join(names)))] if names else []


def _stuck(weighted):
    """Find weights that are 0 and stay 0: what would move them is 0 as well, and stuck itself."""
    zero = {k: layer for k, layer in enumerate(weighted) if not np.any(layer.W)}
    if any(layer.dz is None for layer in zero.values()):
        return []
    reads = {k: layer.kind == "embedding" or bool(np.any(layer.h)) for k, layer in zero.items()}
    told = {k: bool(np.any(layer.dz)) for k, layer in zero.items()}
    moves = set()
    for _ in zero:  # what moves brings a signal to those above and a gradient to those below
        moves |= {
            k for k in zero
            if (reads[k] or any(m < k for m in moves)) and (told[k] or any(m > k for m in moves))
        }  # fmt: skip
    return _found("zeros", [layer.name for k, layer in zero.items() if k not in moves],
                  "{} begin at 0, and so does their gradient: they never move.")  # fmt: skip


def _blocked(layers, output):
    """Find where the input is lost: the first layer that gives 0 before a head that is not 0."""
    if np.ptp(output.reshape(len(output), -1), axis=0).max() > 0 or not np.any(layers[-1].W):
        return []
    at = [layer.name for layer in layers if not np.any(layer.z)]
    return _found("zeros", at[:1], "{} gives 0 for every input, and no way leads round it: the "
                  "output does not depend on the input.")  # fmt: skip


def _alike(weighted):
    def matrix(layer):
        return np.asarray(layer.W).reshape(-1, layer.W.shape[-1])

    layers = [k for k in weighted if k.kind != "embedding" and np.any(k.W) and k.W.shape[-1] > 1]
    same = [layer.name for layer in layers if np.ptp(matrix(layer), axis=1).max() == 0]
    off = [layer.name for layer in layers if layer.name not in same and layer.W.size > 200
           and abs(layer.W.mean()) > 0.3 * layer.W.std()]  # fmt: skip
    return [
        *_found("constant", same, "In {} all units have the same weights: they compute the same "
                "and learn the same."),
        *_found("mean", off, "The weights of {} are not drawn around 0, as from U(0, 1): every "
                "unit sees mostly the same sum."),
    ]  # fmt: skip


def _same_draw(weighted):
    seen, same = {}, set()
    for layer in weighted:
        if layer.W.size > 8 and np.ptp(layer.W) > 0:
            first = seen.setdefault((layer.W.shape, np.asarray(layer.W).tobytes()), layer.name)
            same |= {first, layer.name} if first != layer.name else set()
    return _found("same draw", sorted(same), "{} hold the very same numbers: one seed or key was "
                  "used twice.")  # fmt: skip


def _bias(weighted):
    dead = []
    for layer in weighted:
        if layer.phi is relu and layer.b is not None and layer.z.shape[-1:] == layer.b.shape:
            lives = (layer.z.reshape(-1, layer.z.shape[-1]) > 0).any(axis=0).mean()
            if lives < 0.5 and layer.b.mean() < -np.sqrt(power(layer.z - layer.b)):
                dead.append(layer.name)
    return _found("bias", dead, "In {} the bias holds more than half of the ReLU units below 0 for "
                  "every input: they give 0 and get no gradient.")  # fmt: skip


def _span(powers):
    """Return the power of ten, of either sign, by which powers differ most from the first."""
    powers = np.array([p for p in powers if p > 0])
    if len(powers) < 2:
        return 0.0
    steps = np.log10(np.minimum(powers, 1e300)) - np.log10(min(powers[0], 1e300))
    return float(steps[np.abs(steps).argmax()])


def _gradient(weighted):
    """Return the power of ten by which Σ(∂loss/∂h)² changes from the head down."""
    totals = [power(layer.dh) * layer.dh.size for layer in weighted if layer.dh is not None]
    return _span(totals[::-1])


def _sigmoids(weighted):
    stack = [layer.name for layer in weighted if layer.phi is sigmoid and not layer.normed]
    change = _gradient(weighted)
    if len(stack) < 3 or change > 1 - TRAINABLE:
        return []
    return _found("sigmoid stack", stack, "{} are a stack of sigmoids: σ′ is at most ¼, and the "
                  f"gradient's power changes by 10^{change:.0f} on its way down.")  # fmt: skip


def _scale(weighted, layers, said):
    hidden = [layer for layer in weighted if layer.kind != "embedding" and np.any(layer.W)]
    normed = sum(layer.kind == "norm" for layer in layers) >= len(weighted) / 4
    forward = _span([power(layer.h) for layer in hidden])
    backward = 0.0 if normed else _gradient(weighted)
    worst = max(forward, backward, key=abs)
    band = 1.96 * np.sqrt(min(4.0, sum(5 / layer.W.shape[-1] for layer in hidden))) / np.log(10)
    saturating = sum(bool(layer.phi and layer.phi.bounds) for layer in hidden)
    chaos = saturating >= CHAOS and backward > LOUD
    if abs(worst) > TRAINABLE + band or chaos or (said and forward > LOUD):
        way = "mean h²" if abs(forward) == abs(worst) else "the gradient's power"
        harm = f"{way} changes by 10^{worst:.0f} through the network"
        harm += f", {said}" if said else ""
        blamed = [layer for layer in hidden if _pushes(layer, worst)]
        branches = [layer.name for layer in hidden if layer.adds]
        large = [layer for layer in blamed if layer.sigma_w2 > 2.6 * wanted(layer.phi)]
        if worst > 0 and len(branches) >= 3 and not large:
            return _found("branch scale", branches, "{} end branches that are added at full size, "
                          f"and nothing normalises the stream: {harm}.")  # fmt: skip
        if blamed:
            return _groups(blamed, harm)
    far = [layer for layer in hidden if _far(layer, normed, layer is hidden[-1])]
    if said and all(layer is hidden[-1] for layer in far):
        return _head(weighted, said)
    return _groups(far, "a single layer like this is enough")


def _pushes(layer, worst):
    """Return whether a layer changes the signal the way in which it goes wrong."""
    ratio, slack = layer.sigma_w2 / wanted(layer.phi), 1.3 if layer.phi else 2.6
    return ratio > slack if worst > 0 else ratio < 1 / slack


def _far(layer, normed, last):
    """Return whether a layer's scale is out of all bounds, whatever the others do."""
    ratio = layer.sigma_w2 / wanted(layer.phi)
    if layer.normed:
        return False
    if normed or (layer.phi is None and not last):
        return ratio > UNKNOWN and not (normed and last)
    n_in, n_out = layer.fans
    small = SMALL * min(1.0, 2 * n_in / (n_in + n_out))  # Glorot's, where a layer widens
    saturates = layer.phi is not None and layer.phi.bounds
    return (ratio < small and not last) or ratio > (SATURATES if saturates else LARGE)


def _groups(blamed, harm):
    """Return a Finding for each guess, first the one that explains most layers."""
    left, found = [(layer, guesses(layer)) for layer in blamed], []
    while left:
        every = [each for _, said in left for each in said] or [None]
        best = max(every, key=every.count)  # of equals the likelier
        group = [layer for layer, said in left if best is None or best in said]
        left = [] if best is None else [pair for pair in left if best not in pair[1]]
        s = np.median([layer.sigma_w2 for layer in group])
        need = np.median([wanted(layer.phi) for layer in group])
        size, words = "large" if s > need else "small", f", as from {best.words}" if best else ""
        found += _found(
            f"too {size}: {(best and best.slip) or 'scale'}", [layer.name for layer in group],
            f"{{}}: weights too {size}, n·Var W = {s:.3g} where {need:.3g} keeps the signal"
            f"{words}; {harm}.",
        )  # fmt: skip
    return found


def _head(weighted, said):
    head = weighted[-1]
    tied = [k.name for k in weighted if k.kind == "embedding" and np.array_equal(k.W, head.W.T)]
    words = f", which is {tied[0]} once more," if tied else ""
    typed = "".join(f", as from {each.words}" for each in guesses(head)[:1])
    return _found("head", [head.name], f"{said[0].upper()}{said[1:]}: the head {{}}{words} is too "
                  f"large (n·Var W = {head.sigma_w2:.3g}{typed}).")  # fmt: skip
