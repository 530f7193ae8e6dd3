"""The live figure of the race: loss over steps, with earlier races behind the present one."""

import numpy as np

from initcourse.figures.live import LiveFigure
from initcourse.figures.style import GREY, RULE_STYLE

#: The loss axis ends here; a loss above it, or one that is no number, is drawn at the top.
TOP = 3.5
# Points in a curve: with more steps, each point is the mean of several.
_POINTS = 250
_LISTED = 4  # earlier races named in the panel


class RaceFigure(LiveFigure):
    """Loss curves on the left; on the right what the colours and letters mean.

    Only the curves of the present race are live: `grow` may be called from any thread.

    Parameters
    ----------
    rules : sequence of str
        All rules that may race.
    guessing, threshold : float
        Losses with a line of their own.
    """

    def __init__(self, rules, guessing, threshold):
        super().__init__(8.4, 4.3)
        self.ax = self.axes([0.065, 0.115, 0.585, 0.82])
        self.ax.set(xlabel="step", ylim=(0, TOP + 0.06))
        self.ax.set_title(
            f"loss on each batch, cut off at {TOP} (▲ diverged)", loc="left", fontsize=10
        )
        for level, name in ((guessing, "guessing: ln 10"), (threshold, f"loss {threshold:g}")):
            self.ax.axhline(level, color=GREY, lw=0.9, ls=(0, (5, 3)), zorder=1)
            self.ax.text(
                1.0, level + 0.03, name, color=GREY, fontsize=8.5, ha="right", va="bottom",
                transform=self.ax.get_yaxis_transform(), zorder=1,
            )  # fmt: skip
        self.panel = self.axes([0.675, 0.02, 0.32, 0.96], xlim=(0, 1), ylim=(0, 1))
        self.panel.set_axis_off()
        self.seeds, self.means, self.lost = {}, {}, {}
        for k, rule in enumerate(rules):
            color, marker, line = RULE_STYLE[rule]
            (thin,) = self.ax.plot([], [], color=color, lw=0.6, alpha=0.45)
            (mean,) = self.ax.plot([], [], color=color, marker=marker, ls=line, lw=1.8)
            mean.set_markevery((4 + 3 * k, 32))
            (lost,) = self.ax.plot([], [], ls="none", marker=6, ms=8, color=color, clip_on=False)
            self.seeds[rule], self.means[rule] = self.live(thin), self.live(mean)
            self.lost[rule] = self.live(lost)
        self.races = []  # (letter, label, rules, steps), the present one last
        self._behind = []  # artists of the background that `clear` removes
        self._drawn = 0  # races since the last `clear`
        self._list()
        self._width(100)

    def begin(self, label, rules, steps):
        """Start an empty race of so many steps; the one before stays in the picture, fainter.

        Returns its letter.
        """
        if self.races:
            self._fade()
        letter = chr(ord("A") + self._drawn % 26)
        self.races.append((letter, label, list(rules), steps))
        self._empty()
        self._width(max(race[3] for race in self.races))
        self._list()
        return letter

    def grow(self, loss, done):
        """Draw the present race: loss of shape (rules, seeds, steps), of which `done` hold."""
        for rule, losses, counts in zip(self.races[-1][2], loss, done, strict=True):
            n = counts.min()
            x, seeds = curves(losses[:, :n], losses.shape[1])
            self.means[rule].set_data(x, seeds.mean(axis=0))
            gaps = np.full((len(seeds), 1), np.nan)
            lines = np.hstack([seeds, gaps]).ravel() if len(seeds) > 1 else []
            self.seeds[rule].set_data(np.tile([*x, np.nan], len(seeds))[: len(lines)], lines)
            bad = ~np.isfinite(losses) & (np.arange(losses.shape[1]) < n)
            first = bad.argmax(axis=1)[bad.any(axis=1)] + 1
            self.lost[rule].set_data(first, np.full(len(first), TOP - 0.08))

    def wait(self, steps):
        """Show empty axes for so many steps, if no race is in the picture."""
        if not self.races:
            self._width(steps)

    def clear(self):
        """Take all races out of the picture."""
        self.races, self._drawn = [], 0
        self._empty()
        for artist in self._behind:
            artist.remove()
        self._behind = []
        self._list()
        self._backgrounds.clear()

    def _width(self, steps):
        self.limits(self.ax, x=(0, steps * 1.01))

    def _empty(self):
        for artists in (self.seeds, self.means, self.lost):
            for artist in artists.values():
                artist.set_data([], [])

    def _fade(self):
        """Put the present race's mean curves into the background, each with the race's letter."""
        letter, _, rules, _ = self.races[-1]
        for rule in rules:
            x, y = self.means[rule].get_data()
            if len(x) == 0:
                continue
            color, _, line = RULE_STYLE[rule]
            self._behind += self.ax.plot(x, y, color=color, ls=line, lw=1.1, alpha=0.4, zorder=2)
            at = self._place(y)
            self._behind.append(
                self.ax.text(
                    x[at], y[at], letter, color=color, fontsize=8, ha="center", va="center",
                    zorder=2.2, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
                )
            )  # fmt: skip

    def _place(self, y):
        """Return the index of a curve's letter: each race has its own height."""
        turn = len(self.races) % 6
        below = np.flatnonzero(y < 2.0 - 0.25 * turn)
        return below[0] if len(below) else int((len(y) - 1) * (1 - 0.05 * turn))

    def _list(self):
        """Write the panel: the present race, its rules, and the earlier races."""
        old = [artist for artist in self._behind if artist.axes is self.panel]
        self._behind = [artist for artist in self._behind if artist not in old]
        for artist in old:
            artist.remove()
        if not self.races:
            self._write(0.965, "no race yet", color=GREY)
            return
        letter, label, rules, _ = self.races[-1]
        earlier = self.races[:-1]
        y = self._write(0.965, f"{letter}: {broken(label)}", weight="bold", fontsize=8)
        shown = {rule for race in self.races for rule in race[2]}
        for rule in (rule for rule in RULE_STYLE if rule in shown):
            color, marker, line = RULE_STYLE[rule]
            alpha = 1.0 if rule in rules else 0.4
            self._behind += self.panel.plot(
                [0.02, 0.09, 0.16], [y + 0.012] * 3, color=color, ls=line, marker=marker,
                markevery=(1, 5), alpha=alpha, clip_on=False,
            )  # fmt: skip
            y = self._write(y, rule, x=0.2, alpha=alpha)
        if earlier:
            y = self._write(y - 0.02, "earlier, fainter:", color=GREY)
        for old_letter, old_label, *_ in reversed(earlier[-_LISTED:]):
            y = self._write(y, f"{old_letter}: {broken(old_label)}", color=GREY)
        if len(earlier) > _LISTED:
            self._write(y, f"and {len(earlier) - _LISTED} older", color=GREY)
        self._drawn += 1
        self._backgrounds.clear()  # none of them comes back

    def _write(self, y, text, *, x=0.0, **style):
        style = {"fontsize": 8.5, "va": "baseline", "linespacing": 1.15, **style}
        lines = text.count("\n") + 1
        bottom = y - 0.034 * (lines - 1)
        self._behind.append(self.panel.text(x, bottom, text, **style))
        return bottom - 0.044


def curves(losses, steps):
    """Return the points of curves, shapes (points,) and (seeds, points), cut off at TOP.

    `losses` has shape (seeds, steps so far). With many `steps` to come, each point is the mean of
    several; a loss that is no number counts as TOP.

    >>> x, y = curves(np.array([[2.0, 9.0, np.nan]]), 3)
    >>> x.tolist(), y.tolist()
    ([1.0, 2.0, 3.0], [[2.0, 3.5, 3.5]])
    """
    clipped = np.minimum(np.nan_to_num(losses, nan=TOP, posinf=TOP), TOP)
    each = -(-steps // _POINTS)
    whole = losses.shape[1] // each * each
    points = clipped[:, :whole].reshape(len(losses), -1, each).mean(axis=-1)
    return np.arange(1, points.shape[1] + 1.0) * each, points


def broken(label):
    """Return a label on two lines: what the network is, and how it trains.

    >>> broken("ReLU, 10 × 64, SGD 0.1, 3 seeds")
    'ReLU, 10 × 64,\\nSGD 0.1, 3 seeds'
    """
    activation, size, *rest = label.split(", ")
    return f"{activation}, {size},\n{', '.join(rest)}"
