"""Inputs for the experiments: real digits, and Gaussian noise."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from initcourse._validate import generator, whole


@dataclass(frozen=True)
class Digits:
    """The 8×8 digits, shuffled and split once and for all.

    Attributes
    ----------
    x_train, x_test : ndarray, shapes (1437, 64) and (360, 64)
        Pixels, centred pixel by pixel on the training mean, then divided by one
        number so that the training mean of x² is 1.
    y_train, y_test : ndarray of int, shapes (1437,) and (360,)
        The labels 0 to 9.
    pixels : ndarray of uint8, shape (1797, 64)
        The raw images, values 0 to 16, in the order training, test.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    pixels: np.ndarray


@cache
def load_digits():
    """Load the 1797 digits that ship with the package, as `Digits`; its arrays are read-only.

    References
    ----------
    Alpaydin and Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, CC BY 4.0; see ``initcourse/data/README.md``.

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.x_train.shape, round(float((digits.x_train**2).mean()), 6)
    ((1437, 64), 1.0)
    """
    with (files("initcourse.data") / "digits.npz").open("rb") as file:
        stored = np.load(file)
        pixels, labels = stored["pixels"], stored["labels"].astype(int)
    order = np.random.default_rng(0).permutation(len(pixels))
    pixels, labels = pixels[order], labels[order]
    train, test = slice(0, 1437), slice(1437, None)  # the split of every experiment
    x = pixels - pixels[train].mean(axis=0)
    x /= np.sqrt((x[train] ** 2).mean())
    for array in (x, labels, pixels):
        array.setflags(write=False)
    return Digits(x[train], labels[train], x[test], labels[test], pixels)


def unit_digits(batch):
    """Return the first `batch` training digits, each image scaled so that its own mean x² is 1.

    All inputs then enter a network equally strong, which is what the theory assumes.

    >>> unit_digits(5).shape
    (5, 64)
    """
    return _unit(load_digits().x_train[: whole("batch", batch, most=1437)])


def unit_noise(batch, n, rng=None):
    """Return `batch` Gaussian inputs of n numbers, each scaled so that its own mean x² is 1.

    >>> unit_noise(5, 30, rng=0).shape
    (5, 30)
    """
    size = (whole("batch", batch), whole("n", n))
    return _unit(generator(rng).standard_normal(size))


def _unit(x):
    return x / np.sqrt((x**2).mean(axis=1, keepdims=True))
