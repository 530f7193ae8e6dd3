"""The audit of a network: its layers beside theory and band, and the slips in words."""

from dataclasses import dataclass

import numpy as np

from initcourse._validate import generator
from initcourse.auditing.collect import collect
from initcourse.auditing.diagnosis import Finding, diagnose
from initcourse.auditing.guesses import wanted
from initcourse.auditing.records import Layer, link, power
from initcourse.theory.finite_width import Z95, predict_strengths


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
    """

    layers: list[Layer]
    findings: list[Finding]
    loss: float | None
    chance: float | None

    def __repr__(self):
        head = ("layer", "kind", "φ", "fans", "n·Var W", "keeps", "mean h²", "theory", "gradient")
        rows = [
            head,
            *(_row(*each) for each in zip(self.layers, predict(self.layers), strict=True)),
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(n) for cell, n in zip(row, widths, strict=True)).rstrip()
                 for row in rows]  # fmt: skip
        if self.loss is not None:
            lines.append(f"first loss {self.loss:.2f}; ln C = {self.chance:.2f}")
        said = [f"{n}. {finding.sentence}" for n, finding in enumerate(self.findings, start=1)]
        return "\n".join([*lines, *(said or ["No slip found."])])


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
    layers, output = collect(model, x, generator(rng))
    if not layers:
        raise ValueError("audit found no dense, convolutional, recurrent or embedding layer")
    link(layers)
    loss, chance = (None, None) if y is None else first_loss(output, np.asarray(y))
    return Audit(layers, diagnose(layers, output, loss, chance), loss, chance)


def first_loss(output, y):
    """Return the mean cross-entropy of logits or probabilities, and ln C; (None, None) if y is
    not classes.
    """
    output = output.reshape(-1, output.shape[-1]).astype(float)
    y = (
        y.argmax(axis=-1).ravel()
        if y.ndim > 1 and y.shape[-1] == output.shape[-1] > 1
        else y.ravel()
    )
    if len(y) != len(output) or not np.array_equal(y, y.astype(int)) or y.min() < 0:
        return None, None
    if output.shape[1] == 1:
        if y.max() > 1:
            return None, None
        output = np.hstack([0 * output, output])
    y = y.astype(int)
    if y.max() >= output.shape[1]:
        return None, None
    if (output >= 0).all() and np.allclose(output.sum(axis=1), 1, atol=1e-3):
        output = np.log(np.maximum(output, 1e-30))
    top = output.max(axis=1)
    log_sum = top + np.log(np.exp(output - top[:, None]).sum(axis=1))
    return float(np.mean(log_sum - output[np.arange(len(y)), y])), float(np.log(output.shape[1]))


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
            layer.phi, [layer.fans[0], layer.W.shape[-1]], [power(layer.W)], m0=m0,
            bias_variance=0.0 if layer.b is None else power(layer.b),
        )  # fmt: skip
        m, v = forward.theory[-1], v + forward.log_variance[-1]
        found.append((m, *m * np.exp(-v / 2 + Z95 * np.sqrt(v) * np.array([-1, 1]))))
        ends[layer.name] = m, v
    return found


def _row(layer, theory):
    gradient = np.nan if layer.dh is None else power(layer.dh) * layer.dh.size
    after = layer.phi(layer.z) if layer.phi else layer.z
    if layer.W is None:
        return layer.name, layer.kind, "", "", "", "", f"{power(after):.2g}", "", f"{gradient:.1g}"
    return (
        layer.name, layer.kind, layer.phi.name if layer.phi else "",
        "{}, {}".format(*layer.fans), f"{layer.sigma_w2:.3g}", f"{wanted(layer.phi):.3g}",
        f"{power(after):.2g}", "{:.2g} [{:.2g}, {:.2g}]".format(*theory) if theory else "",
        f"{gradient:.1g}",
    )  # fmt: skip
