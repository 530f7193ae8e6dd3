"""Pictures by layer and by step: tables of accuracies, and curves against steps."""

import io

import numpy as np
import pytest
from PIL import Image

from initcourse.figures import accuracy_table, against_steps


def test_table_shows_median_and_range_or_the_median_alone():
    values = np.array([[[0.43, 0.75, 0.88], [np.nan, 0.1, np.nan]]])  # one rule, two depths
    figure = accuracy_table({"tanh": (["depth 3", "depth 10"], values)}, ["He 2/n"])
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.texts] == ["0.75", ".43–.88", "0.10"]
    assert ax.images[0].get_array().tolist() == [[0.75, 0.1]]
    picture, shown = figure._repr_png_()
    width, height = Image.open(io.BytesIO(picture)).size
    assert shown == {"width": width // 2, "height": height // 2}  # twice as fine as it is shown


@pytest.mark.parametrize("yscale", ["linear", "log"])
def test_a_line_for_each_seed_and_plain_numbers_on_the_axis(yscale):
    steps = np.arange(0, 300, 100)
    curves = {"He 2/n": (steps, np.array([[0.5, 0.5], [0.1, 0.2], [0.02, 0.03]]))}
    figure = against_steps(curves, ylabel="activity", yscale=yscale)
    figure._repr_png_()
    (ax,) = figure.axes
    assert len(ax.lines) == 2 and ax.get_yscale() == yscale
    labels = [tick.get_text() for tick in ax.get_yticklabels()]
    if yscale == "log":
        assert {"0.02", "0.05", "0.1", "0.2", "0.5"} <= set(labels)
