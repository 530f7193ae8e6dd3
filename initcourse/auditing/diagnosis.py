"""Which slips the records of a network show. A slip counts where it does harm.

A rule of thumb is no judge: with a norm, or in a shallow network, many scales are well. So a
layer is accused where signal or gradient leave what can be trained, or the first loss what knows
nothing; only then is it asked what was typed.
"""

from typing import NamedTuple

import numpy as np

from initcourse.activations import relu, sigmoid
from initcourse.auditing.guesses import guesses, wanted
from initcourse.auditing.records import power

#: Powers of ten that mean h², or the gradient's, may change by besides the band: 10^±4.
TRAINABLE = 4.0
#: n·Var W as a multiple of what φ asks for that a single layer may have, if no norm follows.
ALONE = (1 / 60, 12.0)


class Finding(NamedTuple):
    """A slip, the layers that have it, and the sentence for it."""

    slip: str
    layers: list
    sentence: str


def diagnose(layers, output, loss=None, chance=None):
    """Return the `Finding`s of a network's records, gravest first; [] if it is healthy."""
    weighted = [layer for layer in layers if layer.W is not None]
    found = [*_symmetry(weighted, output), *_same_draw(weighted), *_centre(weighted),
             *_bias(weighted)]  # fmt: skip
    accused = {name for finding in found for name in finding.layers}
    if not found:
        found += _sigmoids(weighted, layers)
    if not found:
        found += _scale(weighted, layers, accused)
    if loss is not None and loss > 2 * chance + 2 and not found:
        found += _head(weighted, loss, chance)
    return found


def _symmetry(weighted, output):
    zero, alike = [], []
    reaches = bool(np.ptp(output.reshape(len(output), -1), axis=0).max() > 0)
    for place, layer in enumerate(weighted):
        W = np.asarray(layer.W).reshape(-1, layer.W.shape[-1])
        if not W.any():
            moves = layer.dz is not None and layer.dz.any() and (
                layer.kind == "embedding" or layer.h.any())  # fmt: skip
            if not moves or (not reaches and place < len(weighted) - 1):
                zero.append(layer.name)
        elif W.shape[1] > 1 and layer.kind != "embedding" and np.ptp(W, axis=1).max() == 0:
            alike.append(layer.name)
    found = []
    if zero:
        found.append(
            Finding(
                "zeros",
                zero,
                f"{_these(zero)} begin at 0, and so does their "
                "gradient or all that follows: nothing in them moves or passes.",
            )
        )
    if alike:
        found.append(
            Finding(
                "constant",
                alike,
                f"In {_these(alike)} all units have the same "
                "weights: they compute the same and learn the same.",
            )
        )
    return found


def _same_draw(weighted):
    seen, same = {}, []
    for layer in weighted:
        W = np.asarray(layer.W)
        if W.size > 8 and W.any() and np.ptp(W) > 0:
            first = seen.setdefault((W.shape, W.tobytes()), layer.name)
            if first != layer.name:
                same += [first, layer.name]
    if not same:
        return []
    return [Finding("same draw", sorted(set(same)), f"{_these(sorted(set(same)))} hold the very "
                    "same numbers: one seed or key was used twice.")]  # fmt: skip


def _centre(weighted):
    off = [
        layer.name
        for layer in weighted
        if layer.kind != "embedding" and abs(layer.W.mean()) > 0.3 * layer.W.std() > 0
        and layer.W.size > 200
    ]  # fmt: skip
    if not off:
        return []
    return [Finding("mean", off, f"The weights of {_these(off)} are not drawn around 0, as from "
                    "U(0, 1): every unit sees mostly the same sum.")]  # fmt: skip


def _bias(weighted):
    dead = []
    for layer in weighted:
        if layer.b is None or layer.phi is not relu or not np.any(layer.b):
            continue
        lives = (layer.z.reshape(-1, layer.z.shape[-1]) > 0).any(axis=0)
        z_own = (
            np.sqrt(max(power(layer.z - layer.b), 0))
            if layer.z.shape[-1:] == layer.b.shape
            else np.inf
        )
        if lives.mean() < 0.5 and np.mean(layer.b) < -z_own:
            dead.append(layer.name)
    if not dead:
        return []
    return [Finding("bias", dead, f"In {_these(dead)} the bias pushes more than half of the ReLU "
                    "units below 0 for every input: they give 0 and get no gradient.")]  # fmt: skip


def _span(powers):
    """Return log10 of the last over the first, and the extremes over the first."""
    powers = np.array([p for p in powers if p > 0 or np.isinf(p)])
    if len(powers) < 2:
        return 0.0
    with np.errstate(all="ignore"):
        steps = np.log10(np.minimum(powers, 1e300)) - np.log10(powers[0])
    return float(steps[np.abs(steps).argmax()])


def _forward(weighted, output):
    return _span(
        [power(layer.h) for layer in weighted if layer.kind != "embedding"] + [power(output)]
    )


def _gradient(weighted):
    totals = [power(layer.dh) * layer.dh.size for layer in weighted if layer.dh is not None]
    return _span(totals[::-1])


def _allowed(weighted):
    """Powers of ten that signal or gradient may change by: the band of this width, and more."""
    variance = sum(5 / layer.W.shape[-1] for layer in weighted)
    return TRAINABLE + 1.96 * np.sqrt(min(variance, 4.0)) / np.log(10)


def _sigmoids(weighted, layers):
    stack = [layer for layer in weighted if layer.phi is sigmoid and not layer.normed]
    if len(stack) < 3:
        return []
    gradient = _gradient(weighted)
    if gradient > -3:
        return []
    names = [layer.name for layer in stack]
    return [Finding("sigmoid stack", names, f"{len(stack)} sigmoids in a row: σ′ is at most ¼, so "
                    f"the gradient's power changes by 10^{gradient:.0f} on its way down.")]  # fmt: skip


def _scale(weighted, layers, accused):
    normed = sum(layer.kind == "norm" for layer in layers) >= len(weighted) / 4
    hidden = [layer for layer in weighted if layer.kind != "embedding" and np.any(layer.W)]
    forward = _forward(weighted, layers[-1].z) if layers else 0.0
    backward = 0.0 if normed else _gradient(weighted)
    worst = max((forward, backward), key=abs)
    blamed, harm = [], ""
    if abs(worst) > _allowed(hidden):
        way = "mean h²" if worst == forward else "the gradient's power"
        harm = f"{way} changes by 10^{worst:.0f} through the network"
        ratio = [layer.sigma_w2 / wanted(layer.phi) for layer in hidden]
        blamed = [
            layer
            for layer, r in zip(hidden, ratio, strict=True)
            if (r > 1.3 if worst > 0 else r < 0.75)
        ]
        branches = [layer for layer in weighted if layer.adds]
        if len(branches) >= 3 and not normed and worst > 0:
            large = [layer for layer in blamed if layer.sigma_w2 > 2.6 * wanted(layer.phi)]
            if not large:
                names = [layer.name for layer in branches]
                return [Finding("branch scale", names, f"{len(names)} branches are added at full "
                                f"size and nothing normalises the stream: {harm}.")]  # fmt: skip
    elif not normed:
        for layer in hidden:
            share = layer.sigma_w2 / wanted(layer.phi)
            least = min(1.0, 2 * layer.fans[0] / sum(layer.fans)) * ALONE[0]
            if not layer.normed and not least < share < ALONE[1]:
                blamed.append(layer)
        harm = "far from what the layer needs"
    return _groups(blamed, harm)


def _groups(blamed, harm):
    return [_finding(each, group, harm) for each, group in _explained(blamed)]


def _explained(blamed):
    """Return (guess, layers) pairs: each time the guess that explains most of those left."""
    left, found = [(layer, guesses(layer)) for layer in blamed], []
    while left:
        every = [each for _, said in left for each in said] or [None]
        best = max(every, key=every.count)  # of equals the first
        found.append((best, [layer for layer, said in left if best is None or best in said]))
        left = [] if best is None else [pair for pair in left if best not in pair[1]]
    return found


def _finding(each, group, harm):
    names, s = [layer.name for layer in group], np.median([layer.sigma_w2 for layer in group])
    need = np.median([wanted(layer.phi) for layer in group])
    size = "large" if s > need else "small"
    said = f", as from {each.words}" if each else ""
    slip = (each and each.slip) or "scale"
    return Finding(
        f"too {size}: {slip}", names,
        f"{_these(names)}: weights too {size}, n·Var W = {s:.3g} where {need:.3g} keeps the "
        f"signal{said}; {harm}.",
    )  # fmt: skip


def _head(weighted, loss, chance):
    head = weighted[-1]
    tied = [
        k.name
        for k in weighted[:-1]
        if k.kind == "embedding"
        and k.W.shape == head.W.shape[::-1]
        and np.array_equal(k.W, head.W.T)
    ]
    said = "".join(f", as from {each.words}" for each in guesses(head)[:1])
    words = f"tied to {tied[0]}, " if tied else ""
    return [Finding("head", [head.name], f"The first loss is {loss:.1f}, and ln C is {chance:.1f}: "
                    f"the head, {words}is too large (n·Var W = {head.sigma_w2:.3g}{said}).")]  # fmt: skip


def _these(names):
    if len(names) > 3:
        return f"{names[0]} … {names[-1]} ({len(names)} layers)"
    return " and ".join(names)
