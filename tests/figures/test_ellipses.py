"""The ellipses of lesson 10."""

import numpy as np
import pytest

from initcourse.figures import ellipses


def lines_of(ax, label):
    return [line for line in ax.lines if line.get_label() == label]


def test_half_axes_are_singular_values_and_a_rotation_leaves_no_direction():
    U, turn = np.array([[1.0, 0.0], [0.5, 0.6]]), np.array([[0.8, 0.6], [-0.6, 0.8]])
    figure = ellipses({"U": U, "a rotation": turn})
    figure._repr_png_()
    left, right = figure.axes
    ends = np.array([line.get_xydata()[1] for line in lines_of(left, "half-axes")])
    assert np.linalg.norm(ends, axis=1) == pytest.approx(np.linalg.svd(U, compute_uv=False))
    (image,) = lines_of(left, "h U")
    reach = np.linalg.norm(image.get_xydata(), axis=1)  # a half-axis ends on the ellipse
    assert np.linalg.norm(ends, axis=1) == pytest.approx([reach.max(), reach.min()], rel=1e-3)
    assert min(np.linalg.norm(image.get_xydata() - ends[0], axis=1)) < 0.05
    ways = [np.asarray(line.get_xy2()) for line in lines_of(left, "not turned")]
    assert all(np.linalg.det([v, v @ U]) == pytest.approx(0) for v in ways)  # parallel
    assert len(ways) == 2 and not lines_of(right, "not turned")
