"""The live figure of the symmetry explorer."""

import numpy as np

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import BLACK, BLUE, RED


class SymmetryFigure(LiveFigure):
    """Incoming weights of each hidden unit as an 8×8 image, and the loss so far."""

    def __init__(self, units):
        super().__init__(8.4, 3.0)
        self.images = []
        for k in range(units):
            row, column = divmod(k, 4)
            ax = self.axes([0.015 + 0.135 * column, 0.475 - 0.445 * row, 0.125, 0.35])
            ax.set_axis_off()
            ax.set_title(f"unit {k + 1}", fontsize=8.5, loc="left", pad=2)
            image = ax.imshow(np.zeros((8, 8)), cmap="RdBu_r", vmin=-1, vmax=1)
            self.images.append(self.live(image))
        self.figure.text(0.015, 0.935, "incoming weights of the hidden units", fontsize=10)
        self.loss = self.axes([0.635, 0.17, 0.345, 0.7])
        self.loss.set(xlabel="training step", ylim=(0, 3), xlim=(0, 100))
        self.loss.set_title("loss", loc="left", fontsize=10)
        self.loss.axhline(np.log(10), color=RED, lw=1, ls=":")
        self.loss.text(99, np.log(10) + 0.06, "guessing", color=RED, fontsize=8.5, ha="right")
        self.curve = self.live(self.loss.plot([], [], color=BLUE)[0])
        self.dot = self.live(self.loss.plot([], [], "o", color=BLACK, ms=5)[0])

    def show(self, weights, losses, step):
        """Put the weights, shape (64, units), and the losses up to `step` into the picture."""
        most = max(abs(weights).max(), 1e-12)
        for image, column in zip(self.images, weights.T, strict=True):
            image.set_data(column.reshape(8, 8) / most)
        self.curve.set_data(np.arange(step + 1), losses[: step + 1])
        self.dot.set_data([step], [losses[step]])
