"""What the stream of a small transformer should be, in a very wide network."""

import numpy as np

from initcourse._validate import number, whole
from initcourse.networks.transformer import NORM_EPSILON, gelu
from initcourse.theory.correlation import joint_mean


def predict_stream(blocks, *, width=128, tokens=16, std=0.02, scaled=False, embedding=None):
    """Return what `stream_moments` should be in a very wide transformer.

    G[s, t] = mean over units of stream_s·stream_t holds all that matters. With a = width·std²
    and K = G normalised to ones on its diagonal,

        attention:  G ← G + a² A K Aᵀ          A averages over the tokens 1 … t
        MLP:        G ← G + 4a E[φ(u_s) φ(u_t)],   u Gaussian with covariance a K

    and a² and 4a are divided by 2L if `scaled`. Assumed: every token attends equally to those
    before it, which holds while a is small (scores have variance a²).

    Examples
    --------
    >>> predict_stream(12, width=768, scaled=True)[[0, -1]].round(4)
    array([0.0004, 0.0986])
    """
    L, T = whole("blocks", blocks), whole("tokens", tokens)
    a = whole("width", width) * number("std", std) ** 2
    embedding = std if embedding is None else number("embedding", embedding)
    share = 1 / (2 * L) if scaled else 1.0
    A = np.tri(T) / np.arange(1, T + 1)[:, None]
    G, moments = embedding**2 * np.eye(T), [embedding**2]
    for _ in range(L):
        G = G + share * a**2 * A @ _correlation(G) @ A.T
        moments.append(np.mean(np.diag(G)))
        G = G + share * 4 * a * joint_mean(gelu, a, _correlation(G))
        moments.append(np.mean(np.diag(G)))
    return np.array(moments)


def _correlation(G):
    r = np.sqrt(np.diag(G) + NORM_EPSILON)
    return G / r[:, None] / r
