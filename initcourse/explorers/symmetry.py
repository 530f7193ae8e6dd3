"""Hidden units that start alike: do they ever become different?"""

from functools import lru_cache

import numpy as np

from initcourse.activations import tanh
from initcourse.data.samples import load_digits
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.live_figure import LiveFigure
from initcourse.figures.style import BLACK, BLUE, RED
from initcourse.initializers import constant, lecun_normal, zeros
from initcourse.networks.mlp import MLP
from initcourse.training.loop import train as descend

HIDDEN, STEPS, EXAMPLES, LEARNING_RATE = 8, 100, 500, 0.5
STARTS = {"zeros": zeros, "constant 1/n": constant, "random 1/n": lecun_normal}


@lru_cache(maxsize=24)
def train(hidden, output, seed):
    """Return the hidden weights, shape (STEPS + 1, 64, HIDDEN), and losses at every step."""
    rng = np.random.default_rng(seed)
    shapes = ((64, HIDDEN), (HIDDEN, 10))
    starts = (STARTS[hidden], STARTS[output])
    net = MLP([init(shape, rng=rng) for init, shape in zip(starts, shapes, strict=True)], tanh)
    digits = load_digits()
    x, y = digits.x_train[:EXAMPLES], digits.y_train[:EXAMPLES]
    maps, losses = [], []
    for step in descend(net, x, y, learning_rate=LEARNING_RATE, steps=STEPS + 1):
        maps.append(net.weights[0].copy())
        losses.append(step.loss)
    return np.array(maps), np.array(losses)


def count_different(weights, tolerance=1e-6):
    """Return how many columns of a weight matrix differ from every earlier one.

    >>> count_different(np.array([[1.0, 1.0, 2.0], [0.0, 0.0, 1.0]]))
    2
    """
    distinct = []
    for column in weights.T:
        if all(abs(column - other).max() > tolerance for other in distinct):
            distinct.append(column)
    return len(distinct)


class SymmetryExplorer(Explorer):
    """A 64-8-10 tanh network on digits: what each hidden unit looks for, step by step."""

    def make_controls(self):
        return {
            "hidden": choice("hidden weights", STARTS, "constant 1/n"),
            "output": choice("output weights", STARTS, "constant 1/n"),
            "step": slider("training step", 0, 0, STEPS),
            "seed": slider("seed", 0, 0, 199),
        }

    def make_picture(self):
        picture = LiveFigure(8.4, 3.0)
        picture.images = []
        for k in range(HIDDEN):
            row, column = divmod(k, 4)
            ax = picture.axes([0.015 + 0.135 * column, 0.475 - 0.445 * row, 0.125, 0.35])
            ax.set_axis_off()
            ax.set_title(f"unit {k + 1}", fontsize=8.5, loc="left", pad=2)
            image = ax.imshow(np.zeros((8, 8)), cmap="RdBu_r", vmin=-1, vmax=1)
            picture.images.append(picture.live(image))
        picture.figure.text(0.015, 0.935, "incoming weights of the hidden units", fontsize=10)
        loss = picture.axes([0.635, 0.17, 0.345, 0.7], "loss")
        loss.set(xlabel="training step", ylim=(0, 3), xlim=(0, 100))
        loss.axhline(np.log(10), color=RED, lw=1, ls=":")
        loss.text(99, np.log(10) + 0.06, "guessing", color=RED, fontsize=8.5, ha="right")
        picture.curve = picture.add_line(loss, color=BLUE)
        picture.dot = picture.add_dots(loss, BLACK, ms=5)
        return picture

    def show(self, hidden, output, step, seed):
        maps, losses = train(hidden, output, seed)
        most = max(abs(maps[step]).max(), 1e-12)
        for image, column in zip(self.picture.images, maps[step].T, strict=True):
            image.set_data(column.reshape(8, 8) / most)
        self.picture.curve.set_data(np.arange(step + 1), losses[: step + 1])
        self.picture.dot.set_data([step], [losses[step]])
        different = count_different(maps[step])
        units = "1 unit, eight times over" if different == 1 else f"{different} different units"
        return (
            f"Step {step}: loss {losses[step]:.3f} (guessing: {np.log(10):.3f}). "
            f"The hidden layer holds <b>{units}</b>."
        )
