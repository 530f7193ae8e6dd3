"""The kernel's side of the piece in the page: it asks, and a picture at twice the density comes."""

import base64
import struct

import numpy as np
import pytest
from explorer_settings import png_of
from matplotlib.backends.backend_agg import FigureCanvasAgg

from initcourse import explorers
from initcourse.exercises.prediction import Prediction, Question
from initcourse.explorers.front_end import FrontEnd


def size_of(png):
    return struct.unpack(">II", png[16:24])


def asks(widget):
    """Send what the page sends when a box is at rest on a fine screen."""
    [front_end] = [child for child in widget.children if isinstance(child, FrontEnd)]
    front_end._handle_custom_msg({}, [])


@pytest.fixture
def explorer():
    explorer = explorers.WeightedSumExplorer()
    yield explorer
    explorer.close()


def test_a_picture_at_rest_is_sharp_and_what_is_stored_is_as_before(explorer):
    before, (width, height) = png_of(explorer), explorer.picture.size
    stored = explorer._repr_mimebundle_()["image/png"]
    asks(explorer)
    assert size_of(explorer.image.value) == (2 * width, 2 * height)
    assert explorer._repr_mimebundle_()["image/png"] == stored
    assert base64.b64decode(stored) == before
    explorer.update()
    assert explorer.image.value == before and explorer.picture.size == (width, height)


def test_the_sharp_picture_is_the_figure_drawn_in_full(explorer):
    """At twice the density, and with the live artists drawn as all others are."""
    picture = explorer.picture
    picture.figure.set_dpi(200)
    picture.draw()
    blitted = picture.pixels().astype(int)
    for artist in picture.artists:
        artist.set_animated(False)
    canvas = FigureCanvasAgg(picture.figure)
    canvas.draw()
    assert np.abs(blitted - np.asarray(canvas.buffer_rgba())).mean() < 0.5


def test_sharp_backgrounds_take_the_place_of_four(explorer):
    picture, seen = explorer.picture, []
    for k in range(40):
        picture.title(picture.figure.axes[0], f"title {k}")
        picture.png()
        if k % 3 == 0:
            picture.sharp_png()
        seen.append(sum((dpi / 100) ** 2 for dpi, *_ in picture._backgrounds))
    assert max(seen) <= 16 and min(seen[20:]) > 10


def test_what_is_not_at_rest_or_not_vouched_for_stays_as_it_is(explorer, monkeypatch):
    def broken(**settings):
        raise ValueError("broken")

    monkeypatch.setattr(explorer, "show", broken)
    explorer.update()
    asks(explorer)
    assert size_of(explorer.image.value) == explorer.picture.size
    race = explorers.RaceExplorer(width=32, depth=2, seeds=1, steps=2000)
    race.start()
    asks(race)
    assert size_of(race.image.value) == race.picture.size
    race.stop()
    race._thread.join()
    asks(race)
    assert size_of(race.image.value) == tuple(2 * side for side in race.picture.size)
    race.close()


def test_a_prediction_has_a_picture_once_it_is_revealed():
    prediction = Prediction("?", lambda: 1.0, scale=(0, 2), reply=lambda g, o: "So.")
    asks(prediction)
    assert prediction.image.value == b""
    prediction.reveal()
    assert size_of(prediction.image.value) == (600, 120)
    asks(prediction)
    assert size_of(prediction.image.value) == (1200, 240)
    asks(Question("?", {"yes": "So.", "no": "No."}, "yes"))
