"""The digits are the known ones, split once, centred, scaled; inputs all enter equally strong."""

import numpy as np
import pytest

from initcourse import load_digits, unit_digits, unit_noise


def test_the_split_is_1437_and_360_images_of_64_pixels():
    d = load_digits()
    assert d.x_train.shape == (1437, 64) and d.x_test.shape == (360, 64)
    assert d.y_train.shape == (1437,) and d.y_test.shape == (360,)
    assert d.pixels.shape == (1797, 64) and d.pixels.dtype == np.uint8
    assert d.pixels.min() == 0 and d.pixels.max() == 16


@pytest.mark.frameworks
def test_images_are_those_of_scikit_learn():
    reason = "compares with scikit-learn's copy, which the course itself does not need"
    known = pytest.importorskip("sklearn.datasets", reason=reason).load_digits()
    d = load_digits()

    def rows(pixels, labels):
        return sorted(map(tuple, np.column_stack([pixels, labels]).astype(int).tolist()))

    labels = np.concatenate([d.y_train, d.y_test])
    assert rows(d.pixels, labels) == rows(known.data, known.target)


def test_training_and_test_images_are_disjoint_and_in_the_order_of_pixels():
    d = load_digits()
    assert not {row.tobytes() for row in d.x_train} & {row.tobytes() for row in d.x_test}
    x = np.concatenate([d.x_train, d.x_test])
    scale = np.ptp(d.pixels[:, 20].astype(float)) / np.ptp(x[:, 20])
    np.testing.assert_allclose(scale * (x - x[0]) + d.pixels[0], d.pixels, atol=1e-9)


def test_pixels_are_centred_on_the_training_mean_and_scaled_by_one_number():
    d = load_digits()
    np.testing.assert_allclose(d.x_train.mean(axis=0), 0, atol=1e-13)
    assert (d.x_train**2).mean() == pytest.approx(1, rel=1e-13)
    # the test set has been given the training set's centre: its own mean is not exactly 0
    assert 0.001 < abs(d.x_test.mean()) < 0.1


def test_labels_are_0_to_9_and_every_digit_is_in_both_parts():
    d = load_digits()
    for y in (d.y_train, d.y_test):
        assert np.issubdtype(y.dtype, np.integer)
        assert sorted(set(y.tolist())) == list(range(10))
    # what a network that learns nothing scores on the training set
    assert np.bincount(d.y_train).max() / 1437 == pytest.approx(0.107, abs=0.003)


def test_the_arrays_are_read_only_because_everyone_shares_them():
    d = load_digits()
    assert load_digits() is d
    for array in (d.x_train, d.x_test, d.y_train, d.y_test, d.pixels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("inputs", [unit_digits, lambda batch: unit_noise(batch, 30, rng=0)])
def test_every_unit_input_has_mean_square_1(inputs):
    x = inputs(50)
    np.testing.assert_allclose((x**2).mean(axis=1), 1, rtol=1e-13)
    assert len(np.unique(x, axis=0)) == 50


def test_unit_digits_are_training_images_and_can_be_written_to():
    x, train = unit_digits(1437), load_digits().x_train
    ratio = np.linalg.norm(train, axis=1) / np.linalg.norm(x, axis=1)
    np.testing.assert_allclose(x * ratio[:, None], train, atol=1e-12)
    x[0] = 0  # a copy: the shared digits stay as they are
    assert train[0].any()


def test_unit_noise_comes_from_rng_alone():
    assert np.array_equal(unit_noise(4, 7, rng=1), unit_noise(4, 7, rng=1))
    assert not np.array_equal(unit_noise(4, 7, rng=1), unit_noise(4, 7, rng=2))
    assert unit_noise(4, 7).shape == (4, 7)
