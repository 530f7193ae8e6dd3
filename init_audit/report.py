"""The audit of a network: its layers beside theory and band, and the slips in words."""

from dataclasses import dataclass

import numpy as np

from init_audit.collect import collect
from init_audit.layers import Layer, link, power
from init_audit.slips import Evidence, Finding, find_slips
from initcourse.theory.finite_width import predict_strengths, with_band

_HEAD = ("layer", "kind", "φ", "fans", "n·Var W", "keeps", "mean h²", "theory", "gradient")


@dataclass
class Audit:
    """What `audit` found; shown as a table with a sentence for each slip.

    Attributes
    ----------
    layers : list of Layer
        In the order in which they computed.
    findings : list of Finding
        One for each slip; empty if there is none.
    loss, chance : float or None
        The first loss, and that of a network that knows nothing; None without classes y.
    notes : list of str
        What was not looked at.
    """

    layers: list[Layer]
    findings: list[Finding]
    loss: float | None
    chance: float | None
    notes: list[str]

    def __repr__(self):
        rows = [_HEAD, *map(_row, self.layers, predict(self.layers))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        if self.loss is not None:
            lines.append(f"first loss {self.loss:.2f}; ln C = {self.chance:.2f}")
        said = [f"{n}. {finding.sentence}" for n, finding in enumerate(self.findings, start=1)]
        return "\n".join([*lines, *self.notes, *(said or ["No slip found."])])


def audit(model, x, y=None, *, rng=0):
    """Run a network once and return its `Audit`, before a first step.

    Parameters
    ----------
    model
        An `MLP` or `ResidualMLP` of the course; a PyTorch module; a Keras 3 model on JAX or
        PyTorch; a Flax nnx module, or a pair (linen module, variables). It stays as it is.
    x : array, or tuple of arrays
        A batch of inputs, as the network takes it: some 50 rows.
    y : array of int, optional
        The classes, to judge the first loss by.
    rng : None, int or numpy.random.Generator
        For the readout whose gradient goes back, ∂loss/∂output ~ N(0, 1).

    Raises
    ------
    ValueError
        If the model is of another kind, or has no layer that audit knows.

    Examples
    --------
    >>> from initcourse import MLP, normal, relu, unit_noise
    >>> net = MLP.create([20] * 11, normal, relu, rng=0)
    >>> [finding.slip for finding in audit(net, unit_noise(50, 20, rng=1)).findings]
    ['too small: fixed std']
    """
    layers, output, unread = collect(model, x, np.random.default_rng(rng))
    if not any(layer.W is not None for layer in layers):
        raise ValueError("audit found no dense, convolutional, recurrent or embedding layer")
    link(layers)
    loss, chance = (None, None) if y is None else first_loss(output, np.asarray(y))
    loud = loss is not None and loss > 2 * chance + 2
    said = f"the first loss is {loss:.1f}, and ln C is {chance:.1f}" if loud else None
    evidence, notes = Evidence(layers, output, said), []
    if evidence.normed:
        notes.append("With one norm per four layers or more the gradient is not judged.")
    if unread:
        notes.append(f"Not looked at, as no layer that audit knows reads it: {', '.join(unread)}.")
    return Audit(layers, find_slips(evidence), loss, chance, notes)


def first_loss(output, y):
    """Return the mean cross-entropy of logits or probabilities, and ln C; (None, None) if y is
    not classes.
    """
    output = output.reshape(-1, output.shape[-1]).astype(float)
    one_hot = y.ndim > 1 and y.shape[-1] == output.shape[-1] > 1
    y = (y.argmax(axis=-1) if one_hot else y).ravel()
    if (output >= 0).all() and np.allclose(output.sum(axis=1), 1, atol=1e-3):
        output = np.log(np.maximum(output, 1e-30))
    if output.shape[1] == 1:  # the logit of one of two classes
        output = np.hstack([0 * output, output])
    if len(y) != len(output) or not np.isin(y, np.arange(output.shape[1])).all():
        return None, None
    output = output - output.max(axis=1, keepdims=True)
    loss = np.log(np.exp(output).sum(axis=1)) - output[np.arange(len(y)), y.astype(int)]
    return float(loss.mean()), float(np.log(output.shape[1]))


def predict(layers):
    """Return (theory, low, high) of each layer's mean φ(z)², or None where theory begins anew.

    A chain of layers, each reading φ of the one before, is followed from the first signal that is
    measured; what stands behind a norm, a pooling or a sum starts again from what it reads.
    """
    found, ends = [], {}
    for layer in layers:
        m0, v = ends.get(layer.source, (power(layer.h), 0.0))
        known = layer.kind in ("dense", "conv") and layer.phi is not None
        if not known or not power(layer.W) > 0 or not 0 < m0 < np.inf:
            found.append(None)
            continue
        forward, _ = predict_strengths(
            layer.phi, layer.W.shape, [layer.sigma_w2 / len(layer.W)], m0=m0,
            bias_variance=0.0 if layer.b is None else power(layer.b) * layer.scale**2,
        )  # fmt: skip
        m, v = forward.theory[-1], v + forward.log_variance[-1]
        band = with_band(np.log(m), np.log(m) - v / 2, v)
        found.append((m, band.low, band.high))
        ends[layer.name] = m, v
    return found


def _row(layer, theory):
    gradient = np.nan if layer.dz is None else power(layer.dz) * layer.dz.size
    ends = f"{power(layer.output):.2g}", "{:.2g} [{:.2g}, {:.2g}]".format(*theory or (0, 0, 0))
    if layer.W is None:
        return layer.name, layer.kind, "", "", "", "", ends[0], "", f"{gradient:.1g}"
    phi = "" if layer.phi is None else layer.phi.name
    return (
        layer.name, layer.kind, phi if layer.scale == 1 else f"{phi} of {layer.scale:.3g} z",
        "{:.0f}, {}".format(*layer.fans), f"{layer.sigma_w2:.3g}", f"{layer.wanted:.3g}", ends[0],
        ends[1] if theory else "", f"{gradient:.1g}",
    )  # fmt: skip
