"""Convolutions: the matrix they are, finite differences, and PyTorch to 1e-8."""

import itertools

import numpy as np
import pytest

from initcourse import MLP, compute_fans, tanh
from initcourse.networks.convolutional import ConvNet
from initcourse.networks.im2col import convolution_matrix, convolve

PADDINGS, STRIDES = ("zero", "circular"), (1, 2)
# (batch, height, width, c_in), (k, l, c_out): nothing square, odd and even sides
CASES = [((3, 5, 8, 2), (3, 5, 4)), ((2, 6, 7, 3), (5, 1, 2)), ((4, 9, 4, 1), (1, 3, 5))]
each_case = pytest.mark.parametrize("shape, kernel", CASES, ids=str)
each_padding = pytest.mark.parametrize("padding", PADDINGS)
each_stride = pytest.mark.parametrize("stride", STRIDES)


def drawn(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def by_hand(h, kernel, stride, padding):
    """The convolution as its definition, one number at a time."""
    (n, height, width, c_in), (k, l, _, c_out) = h.shape, kernel.shape
    z = np.zeros((n, -(-height // stride), -(-width // stride), c_out))
    for b, y, x, o in np.ndindex(*z.shape):
        for i, j, c in np.ndindex(k, l, c_in):
            row, column = y * stride + i - k // 2, x * stride + j - l // 2
            inside = 0 <= row < height and 0 <= column < width
            if inside or padding == "circular":
                z[b, y, x, o] += h[b, row % height, column % width, c] * kernel[i, j, c, o]
    return z


@each_stride
@each_padding
@each_case
def test_convolve_is_the_sum_over_the_patch(shape, kernel, padding, stride):
    h, W = drawn(shape), drawn((*kernel[:2], shape[-1], kernel[2]), 1)
    found = convolve(h, W, stride=stride, padding=padding)
    np.testing.assert_allclose(found, by_hand(h, W, stride, padding), rtol=0, atol=1e-13)


@each_stride
@each_padding
@each_case
def test_the_matrix_of_a_convolution_computes_it(shape, kernel, padding, stride):
    h, W = drawn(shape), drawn((*kernel[:2], shape[-1], kernel[2]), 1)
    M = convolution_matrix(W, *shape[1:3], stride=stride, padding=padding)
    found = h.reshape(len(h), -1) @ M
    expected = convolve(h, W, stride=stride, padding=padding).reshape(len(h), -1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)
    # a column holds the weights that enter one unit: fan_in = k·l·c_in of them
    fan_in, _ = compute_fans(W.shape)
    entering = np.count_nonzero(M, axis=0)
    assert entering.max() == fan_in
    if padding == "circular":
        assert (entering == fan_in).all()


def test_a_kernel_as_large_as_one_pixel_is_a_dense_layer_of_its_channels():
    x, W = drawn((4, 3, 5, 6)), drawn((6, 7), 1)
    dense = MLP([W], tanh, output=tanh).forward(x.reshape(-1, 6))
    conv = ConvNet([W.reshape(1, 1, 6, 7)], tanh, output=tanh).forward(x)
    np.testing.assert_allclose(conv.output.reshape(-1, 7), dense.output, rtol=1e-13)


# --- against PyTorch


def random_cases():
    rng = np.random.default_rng(9)
    for padding, stride, _ in itertools.product(PADDINGS, STRIDES, range(5)):
        height, width = rng.choice(np.arange(4, 12), 2, replace=False)
        c_in, c_out = rng.choice(np.arange(1, 7), 2, replace=False)
        k, l = rng.choice([1, 3, 5], 2)
        yield padding, stride, tuple(int(n) for n in (height, width, c_in, c_out, k, l))


@pytest.mark.parametrize("padding, stride, sizes", list(random_cases()), ids=str)
@pytest.mark.frameworks
def test_forward_and_backward_agree_with_pytorch(padding, stride, sizes):
    torch = pytest.importorskip("torch")
    height, width, c_in, c_out, k, l = sizes
    x, b = drawn((3, height, width, c_in)), [drawn(c_out, 3), drawn(2, 4)]
    kernels = [drawn((k, l, c_in, c_out), 1), drawn((l, k, c_out, 2), 2)]
    net = ConvNet(kernels, tanh, biases=b, strides=[stride, 1], padding=padding)
    signals = net.forward(x)
    grad_output = drawn(signals.output.shape, 5)
    gradients = net.backward(signals, grad_output)

    h = pixels = torch.tensor(np.moveaxis(x, -1, 1).copy(), requires_grad=True)
    layers = []
    for kernel, bias, step in zip(kernels, b, (stride, 1), strict=True):
        layer = torch.nn.Conv2d(
            kernel.shape[2], kernel.shape[3], kernel.shape[:2], stride=step, dtype=torch.float64,
            padding=(kernel.shape[0] // 2, kernel.shape[1] // 2),
            padding_mode="zeros" if padding == "zero" else "circular",
        )  # fmt: skip
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(kernel.transpose(3, 2, 0, 1).copy()))
            layer.bias.copy_(torch.tensor(bias))
        h = layer(h)
        layers.append(layer)
        if len(layers) == 1:
            h = torch.tanh(h)
    h.backward(torch.tensor(np.moveaxis(grad_output, -1, 1).copy()))

    def same(ours, theirs, axes):
        np.testing.assert_allclose(ours, theirs.numpy().transpose(axes), rtol=0, atol=1e-8)

    same(signals.output, h.detach(), (0, 2, 3, 1))
    same(gradients.delta[0], pixels.grad, (0, 2, 3, 1))
    for layer, dW, db in zip(layers, gradients.weights, gradients.biases, strict=True):
        same(dW, layer.weight.grad, (2, 3, 1, 0))
        same(db, layer.bias.grad, (0,))
