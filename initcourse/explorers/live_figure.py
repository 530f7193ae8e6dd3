"""A picture that is redrawn many times a second: a cached background and blitted artists."""

import struct
import zlib

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from initcourse.figures.style import LIVE, RC

#: Backgrounds kept, 1.4 MB each, a sharp one counting four times: a slider that goes back and
#: forth draws none twice.
_KEPT = 16
_DPI = 100


class LiveFigure:
    """A persistent figure of constant size with artists that are updated in place.

    Everything that moves is added with `live`; it is drawn above the axes, so the rest can be
    kept as a background. Limits, ticks, titles and visibility belong to the background: change
    them with the methods of those names, which keep one background for each look.

    Width and height are in inches, at 100 dots an inch.

    >>> picture = LiveFigure(4, 2)
    >>> ax = picture.axes([0.1, 0.1, 0.8, 0.8])
    >>> line = picture.live(ax.plot([0, 1], [0, 1])[0])
    >>> first = picture.png()
    >>> line.set_ydata([1, 0])
    >>> picture.png() == first
    False
    """

    def __init__(self, width=8.4, height=4.4):
        self.figure = Figure(figsize=(width, height), dpi=_DPI)
        self.canvas = FigureCanvasAgg(self.figure)
        self.artists = []
        self.keys = {}  # label → (handle, text) in the legend
        self._look = {}  # (axes or label, property) → value, for all in the background that changes
        self._backgrounds = {}  # dots an inch and look → pixels

    @property
    def size(self):
        """(width, height) in pixels."""
        return self.canvas.get_width_height()

    def axes(self, rectangle, title="", *, titlesize=10, small=False, **kwargs):
        """Add axes at [left, bottom, width, height], as fractions of the figure."""
        with rc_context(RC):
            ax = self.figure.add_axes(rectangle, **kwargs)
        # Ticks are made while drawing: said here, their style does not need rcParams then, which
        # belong to all threads (JupyterLab moves widgets in one thread and runs cells in another).
        ax.tick_params(
            labelsize=RC["font.size"], labelfontfamily=RC["font.family"],
            grid_color=RC["grid.color"], grid_linewidth=RC["grid.linewidth"],
        )  # fmt: skip
        if small:
            ax.tick_params(labelsize=8, pad=1)
        # a given place: else every redraw looks for one
        ax.set_title(title, loc="left", fontsize=titlesize, y=1.0)
        return ax

    def live(self, artist):
        """Register an artist that moves; return it."""
        artist.set_animated(True)
        artist.set_zorder(LIVE + 0.001 * len(self.artists))
        self.artists.append(artist)
        return artist

    def add_line(self, ax, **style):
        """Add an empty line that moves; return it."""
        return self.live(ax.plot([], [], **style)[0])

    def add_dots(self, ax, color, *, ms=4, marker="o", **style):
        """Add dots that move, none yet; return them."""
        return self.add_line(ax, color=color, ls="none", marker=marker, ms=ms, **style)

    def add_area(self, ax, color, *, alpha):
        """Add an area that moves; return it."""
        return self.live(ax.add_patch(Area(color=color, alpha=alpha)))

    def limits(self, ax, *, x=None, y=None):
        """Set the limits of an axes."""
        ends = {k: v for k, v in (("xlim", x), ("ylim", y)) if v is not None}
        self._change(ax, "limits", (x, y), lambda: ax.set(**ends))

    def ticks(self, ax, places, labels):
        """Set an axes' x ticks, and leave its limits."""

        def change():
            ends = ax.get_xlim()
            ax.set_xticks(places, labels, fontsize=8.5)
            ax.set_xlim(ends)  # ticks beyond them move them

        self._change(ax, "ticks", (*places, *labels), change)

    def title(self, ax, text):
        """Set an axes' title."""
        look = {"loc": "left", "fontsize": RC["axes.titlesize"]}
        self._change(ax, "title", text, lambda: ax.set_title(text, **look))

    def visible(self, ax, shown):
        """Show an axes or hide it."""
        self._change(ax, "visible", shown, lambda: ax.set_visible(shown))

    def key(self, label, *, visible=True, **look):
        """Show an entry of the legend or hide it, and change its mark as `Artist.set` does."""
        handle, text = self.keys[label]

        def change():
            handle.set(visible=visible, **look)
            text.set_visible(visible)

        self._change(label, "key", (visible, *look.items()), change)

    def _change(self, ax, what, value, change):
        if self._look.get((ax, what)) != value:
            self._look[ax, what] = None  # unknown, for as long as an interrupt may come between
            change()
            self._look[ax, what] = value

    def draw(self):
        """Draw the picture on the canvas: background from the cache, live artists afresh."""
        look = self.figure.dpi, *self._look.items()
        if look in self._backgrounds:
            self.canvas.restore_region(self._backgrounds[look])
        else:
            for axis in (axis for ax in self.figure.axes for axis in (ax.xaxis, ax.yaxis)):
                if not axis.label.get_text():
                    axis.set_label_coords(0, 0)  # a given place for a label that is not there
            # Only here: these settings belong to the process, and are no thread's own.
            with rc_context(RC):
                self.canvas.draw()  # leaves out animated artists
            self._backgrounds[look] = self.canvas.copy_from_bbox(self.figure.bbox)
            while sum((dpi / _DPI) ** 2 for dpi, *_ in self._backgrounds) > _KEPT:
                self._backgrounds.pop(next(iter(self._backgrounds)))  # the oldest
        for ax in filter(lambda ax: ax.get_visible(), self.figure.axes):
            for artist in self.artists:
                if artist.axes is ax:
                    ax.draw_artist(artist)

    def pixels(self):
        """Return what is on the canvas, shape (height, width, 4), unsigned bytes."""
        return np.asarray(self.canvas.buffer_rgba()).copy()

    def png(self):
        """Draw, and return the picture as the bytes of a PNG file, compressed fast."""
        self.draw()
        return png(np.asarray(self.canvas.buffer_rgba()))

    def sharp_png(self):
        """Return the picture at twice its density; what is on the canvas stays as it was."""
        self.figure.set_dpi(2 * _DPI)
        try:
            return self.png()
        finally:
            self.figure.set_dpi(_DPI)
            self.draw()


class Area(Polygon):
    """The area between two curves: what `fill_between` draws, in half the time."""

    def __init__(self, **style):
        super().__init__(np.ones((4, 2)), lw=0, **style)

    def set_data(self, x, low, high):
        """Move it: x, low and high have one shape and are finite."""
        self.set_xy(np.column_stack([[*x, *x[::-1]], [*low, *high[::-1]]]))


def png(pixels):
    """Return the bytes of a PNG file, from pixels of shape (height, width, 3 or 4), unsigned bytes.

    A fourth channel, opacity, is left out.

    Unfiltered rows at the fastest compression: half the time that Pillow takes, and no larger.

    References
    ----------
    W3C, "Portable Network Graphics (PNG) Specification", sections 5, 9.2 and 11.2.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with its filter, none
    for channel in range(3):  # seven times faster than three bytes at a time
        rows[:, 1 + channel :: 3] = pixels[..., channel]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
