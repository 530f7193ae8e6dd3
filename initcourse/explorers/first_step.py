"""Adam's first step at several widths: how far each layer's z moves, and which rate is best."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from initcourse.activations import relu
from initcourse.data.samples import load_digits
from initcourse.explorers.base import Explorer, choice, log_slider, slider, stops
from initcourse.explorers.layer_streams import draw_layers
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import first_above, layer_axes, legend, line_key
from initcourse.figures.style import BLACK, BLUE, GREEN, GREY, RED
from initcourse.networks.mlp import MLP
from initcourse.theory.first_step import SCALINGS, predict_first_step, width_scaling
from initcourse.training.loop import softmax_cross_entropy

WIDTHS, BASE, IMAGES = (32, 64, 128, 256, 512), 64, 64
RATES = 2.0 ** np.arange(-12, -1)
LAYERS = {"z₁": BLUE, "z₂": GREEN, "logits": RED}
_FINE = np.unique(np.geomspace(WIDTHS[0], WIDTHS[-1], 40).round().astype(int))
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Limits of the axis of z: steps, so that it rarely changes.
_DECADES = 10.0 ** np.arange(-3, 7)


def shape_of(n):
    return [64, n, n, 10]


@lru_cache(maxsize=16)
def draw(n, seed):
    """Return weights of unit variance, and which digit is the one, the same at every width."""
    outside, weights = draw_layers(seed, [*pairwise(shape_of(n))], dtype=np.float32)
    return weights, int(outside.integers(len(load_digits().x_train)))


@lru_cache(maxsize=12)
def first_step(scaling, n, seed, one):
    """Return signals before the step, on one digit or on IMAGES, those after it by rate, labels."""
    variances, factors = width_scaling(scaling, shape_of(n), BASE)
    stds = np.sqrt(variances).astype(np.float32)
    net = MLP([std * W for std, W in zip(stds, draw(n, seed)[0], strict=True)], relu)
    digits, chosen = load_digits(), [draw(n, seed)[1]] if one else slice(IMAGES)
    x, y = digits.x_train[chosen].astype(np.float32), digits.y_train[chosen]
    signals = net.forward(x)
    gradients = net.backward(signals, softmax_cross_entropy(signals.output, y)[2], to_input=False)
    signs = [np.float32(f) * np.sign(G) for f, G in zip(factors, gradients.weights, strict=True)]

    def after(rate):
        moved = [W - np.float32(rate) * S for W, S in zip(net.weights, signs, strict=True)]
        return MLP(moved, relu).forward(x)

    return signals, after, y


@lru_cache(maxsize=64)
def losses(scaling, n, seed):
    """Return the loss of IMAGES digits before a step on them, and after it for each of RATES."""
    signals, after, y = first_step(scaling, n, seed, one=False)
    ends = [softmax_cross_entropy(s.output, y)[0] for s in (signals, *map(after, RATES))]
    return float(ends[0]), np.array(ends[1:])


def changes(scaling, seed, rate):
    """Return the root mean square change of each layer's z, shape (len(WIDTHS), 3)."""
    found = []
    for n in WIDTHS:
        signals, after, _ = first_step(scaling, n, seed, one=True)
        pairs = zip(after(rate).z[1:], signals.z[1:], strict=True)
        found.append([np.sqrt(np.mean((z - z0) ** 2)) for z, z0 in pairs])
    return np.array(found)


class FirstStepExplorer(Explorer):
    """A 64-n-n-10 ReLU network before and after Adam's first step, in two ways to follow n.

    Left the step on one digit, with the theory for small rates. Right the loss of 64 digits after
    the step on them.
    """

    lines = 3

    def make_controls(self):
        return {
            "scaling": choice("scaling", SCALINGS),
            "width": stops("width n", WIDTHS, 512),
            "rate": log_slider("rate η at n = 64", 2.0**-8, -12, -2, 1),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 3.6)
        title, place = "one digit: change of z in one step", [0.08, 0.25, 0.4, 0.65]
        picture.ax = ax = layer_axes(picture, place, title, xlabel="width n")
        ax.set_xscale("log", base=2)
        ax.set_xticks(WIDTHS, WIDTHS)
        picture.lines = {name: picture.add_line(ax, color=c) for name, c in LAYERS.items()}
        picture.dots = {name: picture.add_dots(ax, c, ms=5) for name, c in LAYERS.items()}
        picture.column = picture.add_line(ax, color=GREY, lw=1, ls=":")
        title = "64 digits: loss after one step"
        picture.after = after = picture.axes([0.57, 0.25, 0.41, 0.65], title, xlabel="rate η")
        after.set_xscale("log", base=2)
        after.set(ylim=(0, 4), xlim=(RATES[0] / 1.3, RATES[-1] * 1.3))
        picture.base = picture.add_line(after, color=GREY, ls="--")
        picture.curve = picture.add_line(after, color=BLACK)
        picture.best = picture.add_dots(after, BLACK, ms=7)
        picture.now = picture.add_line(after, color=GREY, lw=1, ls=":")
        both = ": theory, measured"
        keys = {name + both: line_key(c, marker="o", ms=5) for name, c in LAYERS.items()}
        keys |= {"this n": picture.curve, f"n = {BASE}": picture.base}
        legend(picture, keys, fontsize=8.5)
        return picture

    def show(self, scaling, width, rate, seed):
        x = load_digits().x_train[draw(width, seed)[1]]
        found, theory = changes(scaling, seed, rate), []
        for n in (*_FINE, width):
            variances, factors = width_scaling(scaling, shape_of(n), BASE)
            theory.append(predict_first_step(shape_of(n), variances, rate * factors, x))
        theory = np.array(theory)
        for k, name in enumerate(LAYERS):
            self.picture.lines[name].set_data(_FINE, theory[:-1, k])
            self.picture.dots[name].set_data(WIDTHS, found[:, k])
        low = 1 / first_above(_DECADES, 1 / min(found.min(), theory.min()))
        y = low, max(100 * low, first_above(_DECADES, max(found.max(), theory.max())))
        self.picture.limits(self.picture.ax, x=(WIDTHS[0] / 1.2, WIDTHS[-1] * 1.2), y=y)
        self.picture.column.set_data([width, width], y)
        best = self._draw_losses(scaling, width, rate, seed)
        ends = found[WIDTHS.index(width)], theory[-1]
        here, there = (", ".join(f"{z:.2g}" for z in row) for row in ends)
        start, _ = losses(scaling, width, seed)
        return (
            f"{scaling}, n = {width}: the step on one digit moves z₁, z₂ and the logits by "
            f"<b>{here}</b> (theory for small rates {there}). 64 digits, loss {start:.2f} before: "
            f"of these rates <b>{best[0]}</b> lowers it most in one step, at n = {BASE} {best[1]}."
        )

    def _draw_losses(self, scaling, width, rate, seed):
        """Put the losses after the step into the picture; return the best rates, in words."""
        names, picture = [], self.picture
        picture.now.set_data([rate, rate], [0, 4])
        for n, line in ((width, picture.curve), (BASE, picture.base)):
            after = np.nan_to_num(losses(scaling, n, seed)[1], nan=1e9, posinf=1e9)
            line.set_data(RATES, np.minimum(after, 1e3))
            best = RATES[after.argmin()]
            names.append("2" + f"{np.log2(best):.0f}".translate(_RAISED))
            if line is picture.curve:
                picture.best.set_data([best], [after.min()])
        return names
