"""A residual stream, forward and backward, for each way to scale its branches."""

from functools import lru_cache

import numpy as np

from initcourse.activations import relu, tanh
from initcourse.data import unit_noise
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.signals import named
from initcourse.figures.residual import ResidualFigure
from initcourse.propagation import second_moment
from initcourse.residual import BRANCHES, ResidualMLP
from initcourse.residual_theory import ALPHAS, predict

#: Name → σ_w² of the branch's first and second matrix; one layer has only the first.
INITS = {
    "He 2/n, then 1/n": (2.0, 1.0),
    "Xavier 1/n twice": (1.0, 1.0),
    "He 2/n twice": (2.0, 2.0),
    "He 2/n, then zeros": (2.0, 0.0),
}
KINDS = {"φ(hW₁)W₂ (two layers)": "two layers", "φ(hW) (one layer)": "one layer"}


class ResidualExplorer(Explorer):
    """A stream of `depth` blocks that starts at one input of Gaussian noise, mean x² = 1.

    Forward: mean(stream²). Backward: mean square of the gradient of a random readout of the
    stream after the last block.
    """

    def __init__(self, **settings):
        super().__init__(**settings)
        self.line.layout.min_height = "64px"  # three lines: nothing below it moves

    def make_controls(self):
        """Kind of branch, its α, activation, init, number of blocks, width and seed."""
        return {
            "branch": choice("branch", KINDS),
            "alpha": choice("α", ALPHAS),
            "activation": choice("φ", ["ReLU", "tanh"]),
            "init": choice("init", INITS),
            "depth": slider("blocks L", 20, 2, 60),
            "width": slider("width", 128, 32, 256, 16),
            "seed": slider("seed", 0, 0, 199),
        }

    def build(self):
        """Forward on the left, backward on the right."""
        return ResidualFigure()

    def show(self, branch, alpha, activation, init, depth, width, seed):
        """Run the stream and say how signal and gradient come out, and the factor per block."""
        kind, phi = KINDS[branch], {"ReLU": relu, "tanh": tanh}[activation]
        a = float(ALPHAS[alpha](depth))
        sigma_w2 = INITS[init][: BRANCHES[kind]]
        x, readout, draws = _standard_draws(width, depth, BRANCHES[kind], seed)
        stds = [np.float32(np.sqrt(s / width)) for s in sigma_w2]
        weights = [std * W for block in draws for std, W in zip(stds, block, strict=True)]
        ends = np.eye(width, dtype=np.float32)
        net = ResidualMLP([ends, *weights, ends], phi, alpha=a, branch=kind)
        signals = net.forward(x)
        gradients = net.backward(signals, readout)
        forward, backward = (
            np.array([second_moment(h) for h in stream])
            for stream in (signals.stream, gradients.stream)
        )
        backward = backward / backward[-1]  # of the readout's
        scale = sigma_w2 if kind == "two layers" else sigma_w2[0]
        walks = predict(
            phi, kind, depth, width, sigma_w2=scale, alpha=a, m0=1.0, mean0=float(x.mean())
        )
        self.picture.show(forward, backward, walks, alpha)
        return sentence(forward, backward, walks, depth)


def sentence(forward, backward, walks, depth):
    """Return what the picture says: growth over all blocks, per block, and beside the theory."""
    parts = []
    for words, total, walk, end in (
        ("forward", forward[-1], walks[0], -1), ("backward", backward[0], walks[1], 0)
    ):  # fmt: skip
        low, high = walk.low[end], walk.high[end]
        beside = f"theory ×{named(walk.theory[end])}"
        if np.isfinite(low):
            beside += f", {'inside' if low <= total <= high else 'outside'} its 95 % band"
        parts.append(
            f"<b>{words} ×{named(total)}</b> over {depth} blocks ({beside}), "
            f"×{total ** (1 / depth):.3g} per block"
        )
    text = "; ".join(parts) + "."
    if not np.isfinite(walks[1].low[0]):
        text += (
            " No band for the gradient: its theory is for infinite width; a branch that ends in φ "
            "adds a part of size 1/n that grows with the stream."
        )
    return text


@lru_cache(maxsize=4)
def _standard_draws(width, depth, layers, seed):
    """Return input, readout, and standard normals for each block, each with its own stream."""
    streams = np.random.default_rng(seed).spawn(depth + 1)
    x, readout = unit_noise(2, width, rng=streams[0]).astype(np.float32)
    shape = (layers, width, width)
    blocks = [rng.standard_normal(shape, dtype=np.float32) for rng in streams[1:]]
    return x[None], readout[None], blocks
