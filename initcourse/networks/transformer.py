"""The signals of a small transformer: attention and MLP add to a residual stream.

    stream ← stream + attention(norm(stream))
    stream ← stream + φ(norm(stream) W₁) W₂          φ = GELU

Every branch reads a normalised stream, so what it adds does not depend on the stream's size:
without further scaling the second moment grows by about the same *amount* in each block, not by
the same factor. GPT-2 draws all weights from N(0, 0.02²) and divides the weights that end a
branch by √(2L), for 2L branches; then the whole growth no longer depends on L.

Sources: Radford et al. (2019), "Language models are unsupervised multitask learners", section
2.3; normalisation before each branch as in Xiong et al. (2020), "On layer normalization in the
transformer architecture", section 3. The learned scale and shift, and biases, are left out.
"""

import numpy as np

from initcourse._validate import generator, number, whole

NORM_EPSILON = 1e-5


def gelu(z):
    """Return GELU(z) in the form that GPT-2 uses, ½z(1 + tanh(√(2/π)(z + .044715z³))).

    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1588,  0.    ,  0.8412])
    """
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))


def layer_norm(x):
    """Return x with mean 0 and variance 1 over its last axis.

    >>> layer_norm(np.array([[1.0, 3.0]])).round(3)
    array([[-1.,  1.]])
    """
    x = x - x.mean(axis=-1, keepdims=True)
    return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + NORM_EPSILON)


def attention(x, W_q, W_k, W_v, W_o, *, heads, causal=True):
    """Return self-attention of x, shape (tokens, width).

    Each head has width/heads columns of W_q, W_k and W_v. Token t reads the tokens 1 … t, or all
    of them if not `causal`.

    >>> x = np.eye(3, 4)
    >>> attention(x, *[np.eye(4)] * 4, heads=2).round(2)[0]  # the first token reads itself
    array([1., 0., 0., 0.])
    """
    T = len(x)
    q, k, v = (np.reshape(x @ W, (T, heads, -1)).swapaxes(0, 1) for W in (W_q, W_k, W_v))
    score = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    if causal:
        score = np.where(np.tri(T, dtype=bool), score, -np.inf)
    p = np.exp(score - score.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    return (p @ v).swapaxes(0, 1).reshape(T, -1) @ W_o


def draw_block(width, *, std, end_std, rng):
    """Return the six matrices of a block: W_q, W_k, W_v, W_o, W₁, W₂.

    W_o and W₂, which end the branches, have standard deviation `end_std`, the others `std`.
    """
    rng, d = generator(rng), width
    stds = (std, std, std, end_std, std, end_std)
    shapes = [(d, d)] * 4 + [(d, 4 * d), (4 * d, d)]
    return [s * rng.standard_normal(shape) for s, shape in zip(stds, shapes, strict=True)]


def block(x, weights, *, heads):
    """Return the stream after attention and after the MLP of one block, each (tokens, width)."""
    *attending, W_1, W_2 = weights
    middle = x + attention(layer_norm(x), *attending, heads=heads)
    return middle, middle + gelu(layer_norm(middle) @ W_1) @ W_2


def stream_moments(blocks, *, width=128, tokens=16, heads=4, std=0.02, scaled=False, rng=None):
    """Return mean(stream²) before the first block and after each branch, shape (2L + 1,).

    Parameters
    ----------
    blocks, width, tokens, heads : int
        L, d, T; `heads` must divide the width.
    std : float
        Standard deviation of all weights, and of the tokens' vectors.
    scaled : bool
        Whether the weights that end a branch are divided by √(2L).
    rng : None, int or numpy.random.Generator

    Examples
    --------
    >>> plain = stream_moments(6, std=0.05, rng=0)
    >>> scaled = stream_moments(6, std=0.05, scaled=True, rng=0)
    >>> plain.shape, bool(plain[-1] > 5 * scaled[-1])
    ((13,), True)
    """
    L, d = whole("blocks", blocks), whole("width", width)
    T, heads = whole("tokens", tokens), whole("heads", heads)
    if d % heads:
        raise ValueError(f"heads must divide the width, {d}, got {heads}")
    std, rng = number("std", std), generator(rng)
    end_std = std / np.sqrt(2 * L) if scaled else std
    x = std * rng.standard_normal((T, d))
    moments = [np.mean(x**2)]
    for _ in range(L):
        weights = draw_block(d, std=std, end_std=end_std, rng=rng)
        middle, x = block(x, weights, heads=heads)
        moments += [np.mean(middle**2), np.mean(x**2)]
    return np.array(moments)
