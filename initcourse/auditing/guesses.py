"""What somebody typed, guessed from the variance that it drew."""

from typing import NamedTuple

import numpy as np

from initcourse.theory.mean_field import gain

#: n·Var W that common rules give, as a share of what each φ asks for, and that shallow networks
#: bear: PyTorch's default is 1/3.
BORNE = (1 / 3, 2.0)


class Guess(NamedTuple):
    """A rule, whether it is a slip, and the words for it."""

    slip: str | None
    words: str


def wanted(phi):
    """Return the n·Var W that keeps mean h² through φ: 2 for ReLU, 1 for the identity and tanh."""
    if phi is None:
        return 1.0
    if phi.bounds:
        return 1.0 if phi.name == "tanh" else 4.0
    return float(gain(phi)) ** 2


def guesses(layer):
    """Return every `Guess` near a layer's mean(W²), what is likelier first."""
    W = np.asarray(layer.W, dtype=float)
    n_in, n_out = layer.fans
    found, tolerance = np.mean(W**2), 0.02 + 4 / np.sqrt(W.size)
    kurtosis = np.mean((W - W.mean()) ** 4) / max(W.var() ** 2, 1e-300)
    return [
        each
        for variance, each in _candidates(layer, n_in, n_out, kurtosis < 2.1)
        if abs(np.log(found / variance)) < tolerance
    ]


def _candidates(layer, n_in, n_out, uniform):
    """Yield (variance, Guess), what is likelier first."""
    need = wanted(layer.phi)
    fan_avg = (n_in + n_out) / 2
    names = {"1": 1.0, "2": 2.0}
    for name, c in names.items():
        slip = None
        if c != need and c == 1 and need > 1.5:
            slip = "gain"
        elif c > 1.5 * need:
            slip = "gain"
        yield c / n_in, Guess(slip, f"{name}/n")
    yield 1 / fan_avg, Guess("gain" if need > 1.5 else None, "Glorot's 2/(n_in + n_out)")
    yield 2 / fan_avg, Guess(None if need > 1.5 else "gain", "4/(n_in + n_out)")
    yield 1 / (3 * n_in), Guess("default", "PyTorch's default U(±1/√n), n·Var W = 1/3")
    if uniform:
        yield (
            2 / (3 * n_in),
            Guess("missing √3", "U(±√(2/n)): the √3 of a uniform bound is missing"),
        )
        yield (
            2 / (3 * 2 * fan_avg),
            Guess("missing √3", "U(±√(2/(n_in + n_out))): the √3 is missing"),
        )
        yield 1.0 / 3, Guess("unit", "U(±1)")
        if layer.W.min() >= 0:
            yield 1.0 / 3, Guess("mean", "U(0, 1), which is not even centred")
    if max(n_in, n_out) > 1.3 * min(n_in, n_out):
        for name, c in names.items():
            yield c / n_out, Guess("fan", f"{name}/n_out: fan_in and fan_out exchanged")
    for name, c in names.items():
        yield (
            (c / n_in) ** 2,
            Guess("std and variance", f"a std of {name}/n, which is the variance"),
        )
        yield (
            (c / n_in) ** 0.5,
            Guess("std and variance", f"a variance of √({name}/n), which is the std"),
        )
    yield (1 / fan_avg) ** 2, Guess("std and variance", "a std of 2/(n_in + n_out), the variance")
    if layer.kind == "conv" and layer.W.ndim > 2:
        places = np.prod(layer.W.shape[:-2])
        for name, c in names.items():
            for fan, n in (("c_in", n_in), ("c_out", n_out)):
                yield (
                    c * places / n,
                    Guess("k²", f"{name}/{fan}: the k² of the kernel is forgotten"),
                )
    for std in (1.0, 0.5, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.001):
        yield std**2, Guess("fixed std", f"N(0, {std:g}²), one std whatever the width")
    yield 4 / n_in, Guess("gain", "4/n: a gain of 2")
