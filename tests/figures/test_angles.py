"""The picture of two inputs: its wedges are what the exercise of lesson 07 computes."""

import numpy as np
import pytest
from matplotlib.patches import Wedge

from initcourse.exercises.lessons.lesson_07 import off_for_both
from initcourse.figures import two_inputs


@pytest.mark.parametrize("cosine", [0.0, 0.5, 0.97])
def test_wedges_fill_the_circle_and_arrows_have_the_angle(cosine):
    (ax,) = two_inputs({"layer": cosine}).axes
    width = {}
    for wedge in (patch for patch in ax.patches if isinstance(patch, Wedge)):
        color = wedge.get_facecolor()
        width[color] = width.get(color, 0) + (wedge.theta2 - wedge.theta1) / 360
    off = off_for_both.function_from(off_for_both.solution)(cosine)
    assert sorted(width.values()) == pytest.approx(sorted([off, off, 1 - 2 * off]))
    a, b = (np.array(text.xy) for text in ax.texts)
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) == pytest.approx(cosine)
