"""What the stream of a small transformer should be, in a very wide network."""

import numpy as np

from initcourse._validate import generator, number, whole
from initcourse.networks.transformer import NORM_EPSILON, gelu
from initcourse.theory.correlation import joint_mean
from initcourse.theory.finite_width import PredictionWithBand


def predict_stream(blocks, *, width=128, tokens=16, std=0.02, scaled=False):
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
    share = 1 / (2 * L) if scaled else 1.0
    A = np.tri(T) / np.arange(1, T + 1)[:, None]
    G, moments = std**2 * np.eye(T), [std**2]
    for _ in range(L):
        G = G + share * a**2 * A @ _correlation(G) @ A.T
        moments.append(np.mean(np.diag(G)))
        G = G + share * 4 * a * joint_mean(gelu, a, _correlation(G))
        moments.append(np.mean(np.diag(G)))
    return np.array(moments)


def predict_token_cosine(blocks, *, tokens=16, width=128, alpha=1.0, skip=True, draws=300):
    """Predict the mean cosine between two tokens after 0 … L attention layers.

        stream ← stream + α attention(norm(stream))       without the first term if not `skip`

    Tokens and weights are N(0, 1) and N(0, 1/width), independent; every token reads all. As in
    `predict_stream` the products G of tokens hold all that matters, but here the scores have
    variance 1 and no token attends evenly: in a wide network they are Gaussian with covariance
    K_su K_tv, so that

        G ← G + α² E[P K Pᵀ],     P = softmax(S),   S = √K Z √K,   Z of N(0, 1)

    The mean is taken over `draws` matrices Z, always the same. The band is that of as many runs of
    the recursion, each with one Z in a layer, and with products of tokens that stray by 1/√width
    as those of Gaussian vectors do.

    Returns
    -------
    PredictionWithBand
        A cosine may be negative: its logarithm has no variance (None).

    References
    ----------
    Dong, Cordonnier, Loukas (2021), "Attention is not all you need: pure attention loses rank
    doubly exponentially with depth", section 2: without skip connections tokens become alike.

    Examples
    --------
    >>> predict_token_cosine(3, skip=False).theory.round(2)
    array([0.  , 0.47, 0.98, 1.  ])
    """
    L, T = whole("blocks", blocks), whole("tokens", tokens)
    width, alpha = whole("width", width), number("alpha", alpha)
    rng, shape = generator(0), (whole("draws", draws), T, T)
    exact = np.eye(T)[None]
    noise = rng.standard_normal(shape) / np.sqrt(2 * width)
    strayed = exact + noise + noise.swapaxes(1, 2)
    found = [(_mean_cosine(exact), _mean_cosine(strayed))]
    for _ in range(L):
        Z, *others = rng.standard_normal((3, *shape))
        exact = skip * exact + alpha**2 * _attended(_correlation(exact), Z).mean(axis=0)
        read = _attended(_correlation(strayed), Z)
        # stream by branch, and branch by branch: two matrices in a row, twice the variance of one
        stream, branch = _root(strayed), alpha * _root(read)
        noise = (skip * stream @ others[0] + branch @ others[1]) @ branch / np.sqrt(width)
        strayed = skip * strayed + alpha**2 * read + noise + noise.swapaxes(1, 2)
        found.append((_mean_cosine(exact), _mean_cosine(strayed)))
    theory = np.concatenate([cosine for cosine, _ in found])
    low, high = np.quantile([runs for _, runs in found], (0.025, 0.975), axis=1)
    return PredictionWithBand(theory, low, high)


def _correlation(G, epsilon=NORM_EPSILON):
    r = np.sqrt(np.diagonal(G, axis1=-2, axis2=-1) + epsilon)
    return G / r[..., :, None] / r[..., None, :]


def _mean_cosine(G):
    """Return the mean cosine between two different tokens, for each matrix of products."""
    T = G.shape[-1]
    return (_correlation(G, 0).sum(axis=(-2, -1)) - T) / (T * (T - 1))


def _root(G):
    """Return the symmetric root of each matrix."""
    values, vectors = np.linalg.eigh(G)
    return (vectors * np.sqrt(np.maximum(values, 0))[..., None, :]) @ vectors.swapaxes(-1, -2)


def _attended(K, Z):
    """Return P K Pᵀ for scores √K Z √K."""
    root = _root(K)
    score = root @ Z @ root
    P = np.exp(score - score.max(axis=-1, keepdims=True))
    P /= P.sum(axis=-1, keepdims=True)
    return P @ K @ P.swapaxes(-1, -2)
