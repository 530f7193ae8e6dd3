"""Which trace tells what: the first sign of an illness, and what speaks against a diagnosis."""

import numpy as np

from initcourse.clinic.files import CASE_FILES

#: Units whose std is below this share of the signal are alike; so are inputs below the second.
_ALIKE, _FORGOTTEN = 1e-9, 1e-2
#: A strength is level if it changes by less than this from the first layer to the last. Healthy
#: patients lie between 1/19 and 8 (tanh falls, residual blocks grow), 300 seeds.
LEVEL = 30
#: A factor per layer is the expected one if it is off by less than this.
_NEAR = 1.6


def factor(power):
    """Return by how much a strength, shape (draws, layers), is multiplied per layer.

    That is (last/first)^(1/(layers − 1)) of the mean over draws; inf if it overflows.

    >>> factor(np.array([[1.0, 4.0, 16.0]]))
    4.0
    """
    with np.errstate(all="ignore"):
        ratio = power[:, -1].mean() / power[:, 0].mean()
        return float(np.nan_to_num(ratio, nan=np.inf) ** (1 / max(power.shape[1] - 1, 1)))


def alike(traces):
    """Return the layers, counted from 1, in which all units are alike in every draw.

    >>> from initcourse.clinic.patients import Patient
    >>> healthy = Patient("learning rate", seed=0)
    >>> alike(healthy.traces)
    []
    """
    same = _share(traces.over_units, traces.forward) < _ALIKE
    return [int(l) + 1 for l in np.flatnonzero(same.all(axis=0))]


def sign(traces):
    """Return the first sign of illness in the traces, in words; None if there is none.

    >>> from initcourse.clinic.patients import Patient
    >>> sign(Patient("missing branch scale", seed=0).traces)
    'mean h² grows ×3 per block'
    """
    same, grows, back = alike(traces), factor(traces.forward), factor(traces.backward[:, ::-1])
    steps, place = traces.forward.shape[1] - 1, traces.place
    if same:
        return f"all units are alike in {place}{_and(same)}: std over units 0"
    if not grows**steps < LEVEL:
        return f"mean h² grows ×{format_two_digits(grows)} per {place}"
    seen = float(np.median(_share(traces.over_inputs, traces.forward)[:, -1]))
    if seen < _FORGOTTEN:
        return f"all inputs look alike in {place} {steps + 1}: std over inputs {_small(seen)} of h"
    if grows**steps < 1 / LEVEL:
        return f"mean h² shrinks ×{format_two_digits(grows)} per {place}"
    if not 1 / LEVEL < back**steps < LEVEL:
        return f"the gradient changes ×{format_two_digits(back)} per {place} on its way down"
    return None


def contradiction(patient, diagnosis):
    """Return the sentence that names the trace against a diagnosis of `patient.menu`, or None."""
    if diagnosis in CASE_FILES:
        return _against_file(patient, patient.traces, CASE_FILES[diagnosis])
    return _AGAINST[diagnosis](patient, patient.traces)


def _against_file(patient, traces, file):
    expected, found = file.growth(patient), factor(traces.forward)
    if patient.kind != file.kind:
        return f"The chart says {patient.kind}; that thread is about a {file.kind} network."
    if not 1 / _NEAR < found / expected < _NEAR:
        meant = format_two_digits(expected)
        return f"{file.claim}: mean h² ×{meant} per {traces.place}. T{_shown(traces)[1:]}"
    if file.gone and file.gone(traces).mean() > 0.5:
        return (
            f"{file.claim}. Here the first loss is {traces.loss.mean():.2f}, and the mean squared "
            f"gradient of the weights {traces.push.mean():.2g}."
        )


def _against_fan(patient, traces):
    if patient.kind != "convolutional":
        return f"The chart says {patient.kind}: there is no kernel, and no k² to forget."
    if factor(traces.forward) < 5:
        k2 = patient.size**2
        return f"A forgotten k² multiplies mean h² by k² = {k2} in every layer; {_shown(traces)}"


def _against_small_gain(patient, traces):
    if alike(traces):
        return f"Another gain keeps units different, but here {sign(traces)}."
    if factor(traces.forward) > 0.5:
        return f"Weights half as large divide mean h² by 4 in every layer; {_shown(traces)}"


def _against_large_gain(patient, traces):
    grows, kind, k = factor(traces.forward), patient.kind, patient.size
    if alike(traces):
        return f"Another gain keeps units different, but here {sign(traces)}."
    if kind == "residual" and grows > 2:
        return (
            f"Each block multiplies mean h² by {format_two_digits(grows)}. That is 1 + 2, the "
            "stream and a branch with He's weights at α = 1; weights twice as large would give "
            "1 + 32."
        )
    if kind == "convolutional" and grows > 5:
        return (
            f"mean h² grows ×{format_two_digits(grows)} per layer, with kernels {k} × {k}: "
            f"about k² = {k**2}. Weights twice too large would give ×4."
        )
    if not 2 < grows < 10:
        return f"Weights twice too large multiply mean h² by 4 in every layer; {_shown(traces)}"


def _against_constant(patient, traces):
    least = np.median(_share(traces.over_units, traces.forward), axis=0)
    if not alike(traces):
        return (
            "Where weights are constant all units are alike, and std over units is 0; the lowest "
            f"in this trace is {least.min():.2g} of the layer's signal, in layer "
            f"{least.argmin() + 1}."
        )


def _against_sigmoid(patient, traces):
    mean, seen = (float(np.median(trace[:, -1])) for trace in (traces.mean, traces.over_inputs))
    if not 0.3 < mean < 0.7 or (np.abs(traces.h[-1] - 0.5) > 0.5).any():
        return (
            "A sigmoid's h lies between 0 and 1, around ½; in the last layer here mean h is "
            f"{_small(mean)}, and h lies between {_small(traces.h[-1].min())} and "
            f"{_small(traces.h[-1].max())}."
        )
    if seen > _FORGOTTEN:
        return f"A sigmoid stack forgets its input; std over inputs here ends at {seen:.2g}."


def _against_branch(patient, traces):
    if patient.kind != "residual":
        return f"The chart says {patient.kind}: there is no branch to scale."
    if factor(traces.forward) < 2:
        return (
            f"Unscaled branches with He's weights triple mean h² in every block; {_shown(traces)}"
        )


def _against_rate(patient, traces):
    if found := sign(traces):
        return (
            "The traces are taken before the first step, when no learning rate has acted yet, and "
            f"they show an illness already: {found}."
        )


# Each returns the sentence against its diagnosis, or None.
_AGAINST = {
    "wrong fan": _against_fan,
    "gain too large": _against_large_gain,
    "constant layer": _against_constant,
    "sigmoid stack": _against_sigmoid,
    "missing branch scale": _against_branch,
    "learning rate": _against_rate,
    "gain too small": _against_small_gain,
}


def _shown(traces):
    return f"the forward trace shows ×{format_two_digits(factor(traces.forward))}."


def _share(spread, power):
    """A spread as a share of the signal's root mean square."""
    with np.errstate(all="ignore"):
        return np.nan_to_num(spread / np.sqrt(power), nan=1.0)


def format_two_digits(value):
    """Return a number in two digits, without a power of ten from 0.0001 to a million.

    >>> format_two_digits(3123.4), format_two_digits(0.0162)
    ('3100', '0.016')
    """
    digits = f"{value:.2g}"
    return f"{float(digits):.0f}" if 10 <= abs(float(digits)) < 1e6 else digits


def _small(value):
    """A number in two digits; whatever is below 10⁻⁴ in words, since rounding decides it."""
    return "below 0.0001" if 0 < value < 1e-4 else format_two_digits(value)


def _and(layers):
    return f"s {' and '.join(map(str, layers))}" if len(layers) > 1 else f" {layers[0]}"
