"""Which trace tells what: the first sign of an illness, and what a patient's traces amount to."""

import numpy as np

#: Units whose std is below this share of the signal are alike; so are inputs below the second.
_ALIKE, FORGOTTEN = 1e-9, 1e-2
#: A strength is level if it changes by less than this from the first layer to the last. Healthy
#: patients lie between 1/19 and 8 (tanh falls, residual blocks grow), 300 seeds.
LEVEL = 30


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
        which = " ".join([place + "s" * (len(same) > 1), " and ".join(map(str, same))])
        return f"all units are alike in {which}: std over units 0"
    if not grows**steps < LEVEL:
        return f"mean h² grows ×{format_two_digits(grows)} per {place}"
    seen = float(np.median(_share(traces.over_inputs, traces.forward)[:, -1]))
    if seen < FORGOTTEN:
        end = f"std over inputs {or_below(seen)} of h"
        return f"all inputs look alike in {place} {steps + 1}: {end}"
    if grows**steps < 1 / LEVEL:
        return f"mean h² shrinks ×{format_two_digits(grows)} per {place}"
    if not 1 / LEVEL < back**steps < LEVEL:
        return f"the gradient changes ×{format_two_digits(back)} per {place} on its way down"
    return None


class Findings:
    """What a patient's chart and traces amount to: what can speak against a diagnosis."""

    def __init__(self, patient):
        self.patient, self.traces = patient, (traces := patient.traces)
        self.kind, self.size, self.place = patient.kind, patient.size, traces.place
        self.alike, self.sign, self.growth = alike(traces), sign(traces), factor(traces.forward)
        self.grows = format_two_digits(self.growth)
        self.shown = f"the forward trace shows ×{self.grows}."
        # of the last layer, over draws, and the ends of h in the first draw
        self.mean, self.seen = (np.median(a[:, -1]) for a in (traces.mean, traces.over_inputs))
        self.low, self.high = traces.h[-1].min(), traces.h[-1].max()
        # where units differ least, as a share of the signal
        differ = np.median(_share(traces.over_units, traces.forward), axis=0)
        self.least, self.least_in = differ.min(), differ.argmin() + 1


def contradiction(patient, diagnosis):
    """Return the sentence that names the trace against a diagnosis of `patient.menu`, or None."""
    against = patient.menu[diagnosis].against(Findings(patient))
    return next((sentence for speaks, sentence in against if speaks), None)


def _share(spread, power):
    """Return a spread as a share of the signal's root mean square."""
    with np.errstate(all="ignore"):
        return np.nan_to_num(spread / np.sqrt(power), nan=1.0)


def format_two_digits(value):
    """Return a number in two digits, without a power of ten from 0.0001 to a million.

    >>> format_two_digits(3123.4), format_two_digits(0.0162)
    ('3100', '0.016')
    """
    digits = f"{value:.2g}"
    return f"{float(digits):.0f}" if 10 <= abs(float(digits)) < 1e6 else digits


def or_below(value):
    """Return a number in two digits; whatever is below 10⁻⁴ in words, since rounding decides it."""
    return "below 0.0001" if 0 < value < 1e-4 else format_two_digits(value)
