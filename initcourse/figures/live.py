"""A picture that is redrawn many times a second: a cached background and blitted artists."""

import io

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from initcourse.figures.style import LIVE, RC


class LiveFigure:
    """A persistent figure of constant size with artists that are updated in place.

    Everything that moves is added with `live`; it is drawn above the axes, so the rest can be
    kept as a background. `stale` must be set whenever something in the background changes
    (limits, tick labels, titles).

    Parameters
    ----------
    width, height : float
        Size in inches, at 100 dots an inch.

    Examples
    --------
    >>> picture = LiveFigure(4, 2)
    >>> ax = picture.axes([0.1, 0.1, 0.8, 0.8])
    >>> line = picture.live(ax.plot([0, 1], [0, 1])[0])
    >>> first = picture.png()
    >>> line.set_ydata([1, 0])
    >>> picture.png() == first
    False
    """

    def __init__(self, width=8.4, height=4.4):
        self.figure = Figure(figsize=(width, height), dpi=100)
        self.canvas = FigureCanvasAgg(self.figure)
        self.artists = []
        self.stale = True
        self._background = None
        self._limits = {}

    @property
    def size(self):
        """(width, height) in pixels."""
        return self.canvas.get_width_height()

    def axes(self, rectangle, **kwargs):
        """Add axes at [left, bottom, width, height], as fractions of the figure."""
        with rc_context(RC):
            return self.figure.add_axes(rectangle, **kwargs)

    def live(self, artist):
        """Register an artist that moves; return it."""
        artist.set_animated(True)
        artist.set_zorder(LIVE + 0.001 * len(self.artists))
        self.artists.append(artist)
        return artist

    def limits(self, ax, *, x=None, y=None):
        """Set the limits of an axes; the background is redrawn only if they change."""
        if self._limits.get(ax) != (x, y):
            self._limits[ax] = (x, y)
            with rc_context(RC):
                ax.set(**{k: v for k, v in (("xlim", x), ("ylim", y)) if v is not None})
            self.stale = True

    def ticks(self, ax, places, labels):
        """Set an axes' x ticks; the background is redrawn only if they change."""
        if [label.get_text() for label in ax.get_xticklabels()] != labels:
            ax.set_xticks(places, labels, fontsize=8.5)
            self.stale = True

    def title(self, ax, text):
        """Set an axes' title; the background is redrawn only if it changes."""
        if ax.get_title(loc="left") != text:
            ax.set_title(text, loc="left", fontsize=RC["axes.titlesize"])
            self.stale = True

    def draw(self):
        """Draw the picture on the canvas: background from the cache, live artists afresh."""
        with rc_context(RC):
            if self.stale:
                self.canvas.draw()  # leaves out animated artists
                self._background = self.canvas.copy_from_bbox(self.figure.bbox)
                self.stale = False
            else:
                self.canvas.restore_region(self._background)
            for ax in self.figure.axes:
                for artist in self.artists:
                    if artist.axes is ax:
                        ax.draw_artist(artist)

    def redraw_in_full(self):
        """Draw everything from nothing, without the cache: what `draw` must equal."""
        with rc_context(RC):
            for artist in self.artists:
                artist.set_animated(False)
            self.canvas.draw()
            for artist in self.artists:
                artist.set_animated(True)
        self.stale = True

    def pixels(self):
        """Return what is on the canvas, shape (height, width, 4), unsigned bytes."""
        return np.asarray(self.canvas.buffer_rgba()).copy()

    def png(self):
        """Draw, and return the picture as the bytes of a PNG file, compressed fast."""
        self.draw()
        image = Image.frombuffer("RGBA", self.size, self.canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, format="PNG", compress_level=1)
        return buffer.getvalue()
