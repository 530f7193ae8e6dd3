"""A convolution as a matrix product: images unrolled into patches, and patches rolled back.

A kernel of shape ``(k, k, c_in, c_out)`` reads a patch of k × k pixels with c_in channels: k²·c_in
numbers. With every patch written as a row (`im2col`), a convolution is a dense layer's product,
and the fan_in of a dense layer, the length of a row, is k²·c_in.

Images are ``(batch, height, width, channels)``, as in Keras and JAX. **PyTorch has the channels
first and the kernel transposed: (c_out, c_in, k, k).**
"""

import numpy as np

from initcourse._validate import one_of, whole

PADDINGS = ("zero", "circular")


def im2col(h, size, *, stride=1, padding="zero"):
    """Write every patch of the images as a row.

    Parameters
    ----------
    h : ndarray, shape (..., height, width, channels)
    size : (int, int)
        Height and width of a patch; odd, so that it has a middle.
    stride : int
        The patches' middles are every `stride`-th pixel, from the first one on.
    padding : {"zero", "circular"}
        What a patch reads beyond the border: zeros, or the opposite side.

    Returns
    -------
    ndarray, shape (..., ⌈height/stride⌉, ⌈width/stride⌉, size[0]·size[1]·channels)

    Raises
    ------
    ValueError
        On an even size, or a patch that would go round the image more than once.

    Examples
    --------
    >>> image = np.arange(12.0).reshape(1, 3, 4, 1)
    >>> im2col(image, (3, 3))[0, 0, 0]
    array([0., 0., 0., 0., 0., 1., 0., 4., 5.])
    >>> im2col(image, (3, 3), padding="circular")[0, 0, 0]
    array([11.,  8.,  9.,  3.,  0.,  1.,  7.,  4.,  5.])
    """
    stride, margins = whole("stride", stride), _margins(h.shape, size, padding)
    around = [(0, 0)] * (h.ndim - 3) + [(m, m) for m in margins] + [(0, 0)]
    padded = np.pad(h, around, mode="constant" if padding == "zero" else "wrap")
    patches = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(-3, -2))
    patches = patches[..., ::stride, ::stride, :, :, :]  # (..., height, width, channels, k, k)
    patches = np.moveaxis(patches, -3, -1)
    return patches.reshape(*patches.shape[:-3], -1)


def col2im(rows, shape, size, *, stride=1, padding="zero"):
    """Add each patch's entries up at the pixels that they came from: `im2col` transposed.

    The rows are as `im2col` returns them, with the same size, stride and padding; `shape` is the
    images' (height, width, channels). What comes out is (..., height, width, channels).

    >>> ones = im2col(np.ones((1, 3, 4, 1)), (3, 3))
    >>> col2im(ones, (3, 4, 1), (3, 3))[0, :, :, 0]  # in how many patches a pixel lies
    array([[4., 6., 6., 4.],
           [6., 9., 9., 6.],
           [4., 6., 6., 4.]])
    """
    (top, left), (height, width, channels) = _margins(shape, size, padding), shape
    lead, (rows_out, columns_out) = rows.shape[:-3], rows.shape[-3:-1]
    patches = rows.reshape(*lead, rows_out, columns_out, *size, channels)
    padded = np.zeros((*lead, height + 2 * top, width + 2 * left, channels), rows.dtype)
    for i, j in np.ndindex(*size):
        to = padded[
            ..., i : i + stride * rows_out : stride, j : j + stride * columns_out : stride, :
        ]
        to += patches[..., i, j, :]
    if padding == "circular":
        # what was read on the far side goes back there
        padded[..., height : height + top, :, :] += padded[..., :top, :, :]
        padded[..., top : 2 * top, :, :] += padded[..., height + top :, :, :]
        padded[..., width : width + left, :] += padded[..., :left, :]
        padded[..., left : 2 * left, :] += padded[..., width + left :, :]
    return padded[..., top : top + height, left : left + width, :]


def convolve(h, kernel, *, stride=1, padding="zero"):
    """Return the convolution of images (batch, height, width, c_in), (k, k, c_in, c_out) weights.

    What comes out is (batch, ⌈height/stride⌉, ⌈width/stride⌉, c_out). There is no bias, and the
    kernel is not mirrored, as everywhere in deep learning.

    >>> convolve(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 5)))[0, :, :, 0]
    array([[ 8., 12., 12.,  8.],
           [12., 18., 18., 12.],
           [12., 18., 18., 12.],
           [ 8., 12., 12.,  8.]])
    """
    return im2col(h, kernel.shape[:2], stride=stride, padding=padding) @ as_matrix(kernel)


def convolution_matrix(kernel, height, width, *, stride=1, padding="zero"):
    """Write a convolution of height × width images out as the dense layer that it is.

    The matrix M has shape (height·width·c_in, height'·width'·c_out), and ``convolve(h,
    kernel).ravel() = h.ravel() @ M`` for one image h. A column holds the kernel's k²c_in weights
    of one output channel, and zeros elsewhere.

    >>> M = convolution_matrix(np.ones((3, 3, 2, 5)), 6, 4, padding="circular")
    >>> M.shape, np.count_nonzero(M, axis=0).max()
    ((48, 120), np.int64(18))
    """
    n = height * width * kernel.shape[2]
    unit_images = np.eye(n).reshape(n, height, width, -1)
    return convolve(unit_images, kernel, stride=stride, padding=padding).reshape(n, -1)


def as_matrix(kernel):
    """Return the kernel as the matrix (k·k·c_in, c_out) that meets unrolled patches.

    A view: leading axes stay, and so does what is a matrix already.

    >>> as_matrix(np.ones((3, 3, 2, 5))).shape
    (18, 5)
    """
    *lead, c_out = kernel.shape
    return kernel if kernel.ndim < 4 else kernel.reshape(*lead[:-3], -1, c_out)


def _margins(shape, size, padding):
    """Pixels that a patch reaches beyond the border, above and at the left."""
    one_of("padding", padding, PADDINGS)
    if any(whole("size", k) % 2 == 0 for k in size):
        raise ValueError(f"size must be odd, so that a patch has a middle, got {tuple(size)}")
    margins = [k // 2 for k in size]
    if padding == "circular" and any(m > n for m, n in zip(margins, shape[-3:-1], strict=True)):
        raise ValueError(f"size {tuple(size)} goes round an image of {tuple(shape[-3:-1])} twice")
    return margins
