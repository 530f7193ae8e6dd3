"""Networks that do not learn, known only by their traces.

A patient is built from the name of an illness and a seed. The seed chooses its shape, how far the
illness has gone and every draw of its weights, so that a new seed is a new patient with the same
illness, and the same seed is the same patient everywhere.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from initcourse._validate import one_of, whole
from initcourse.clinic import networks as cases
from initcourse.clinic.files import CASE_FILES
from initcourse.clinic.illnesses import ILLNESSES
from initcourse.clinic.treatments import prescribed
from initcourse.data.samples import load_digits, unit_digits
from initcourse.training.blas import one_blas_thread
from initcourse.training.loop import softmax_cross_entropy, train
from initcourse.training.races import GUESSING

#: Networks of a patient: the same shape and illness, other weights.
DRAWS = 5
#: A treatment is judged after so many steps of SGD, with batches of so many digits.
#: (A convolution takes longest for a step, and needs the fewest.)
SCHEDULE = {"dense": (250, 32), "residual": (150, 32), "convolutional": (100, 16)}
#: The loss below which a network has recovered: half of that of guessing.
RECOVERED = GUESSING / 2
#: The mean loss of so many last steps counts; so many draws of five must recover.
WINDOW, ENOUGH = 20, 4
#: Multiples of a patient's own learning rate that the test of rates tries.
MULTIPLES = (0.01, 0.1, 1.0, 10.0, 100.0)
_INPUTS = 64
#: Every illness and every case file, in an order that new ones must not change: seeds count it.
_BUILD = ILLNESSES | {name: file.build for name, file in CASE_FILES.items()}


@dataclass(frozen=True)
class Traces:
    """What the clinic measures before the first step, for all draws of a patient.

    Hidden layers l = 1 … L; in a residual network layers are blocks and h is the stream.

    Attributes
    ----------
    forward : ndarray, shape (draws, L)
        mean(h²) over 64 digits and all units.
    backward : ndarray, shape (draws, L)
        mean of the squared gradient of the loss: by z, or by the stream.
    mean : ndarray, shape (draws, L)
        mean(h).
    over_units, over_inputs : ndarray, shape (draws, L)
        How much the units differ for one input, and the inputs for one unit (stds).
    h : list of ndarray, shape (64, units)
        The layers of the first draw, for histograms.
    place : {"layer", "block"}
        What is counted from 1 to L.
    loss : ndarray, shape (draws,)
        The first loss, on the same digits.
    push : ndarray, shape (draws, L)
        mean of the squared gradient of the loss by the layer's or block's weights.
    """

    forward: np.ndarray
    backward: np.ndarray
    mean: np.ndarray
    over_units: np.ndarray
    over_inputs: np.ndarray
    h: list
    place: str
    loss: np.ndarray
    push: np.ndarray


def measure(drawn):
    """Return the `Traces` of cases of one shape."""
    first, net, x = drawn[0], cases.stack(drawn), unit_digits(_INPUTS)
    y = load_digits().y_train[:_INPUTS]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        signals = net.forward(cases.inputs(first, x))
        loss, _, grad_output = softmax_cross_entropy(signals.output, y)
        back = net.backward(signals, grad_output)
        if first.kind == "residual":
            h, delta = signals.stream[1:], back.stream[1:]
        else:
            h, delta = signals.h[1:-1], back.delta[1:-1]
        h, delta = ([a.reshape(len(drawn), _INPUTS, -1) for a in part] for part in (h, delta))

        traces = (
            [(a**2).mean(axis=(1, 2)) for a in h],
            [(a**2).mean(axis=(1, 2)) for a in delta],
            [a.mean(axis=(1, 2)) for a in h],
            [a.std(axis=2).mean(axis=1) for a in h],
            [a.std(axis=1).mean(axis=1) for a in h],
        )
        push = [(dW**2).reshape(len(drawn), -1).mean(axis=1) for dW in back.weights]
    by_layer = (np.stack(trace, axis=1) for trace in traces)
    place = "block" if first.kind == "residual" else "layer"
    push = [np.mean([push[k] for k in first.places([l + 1])], axis=0) for l in range(first.depth)]
    return Traces(*by_layer, [a[0] for a in h], place, loss, np.stack(push, axis=1))


class Patient:
    """A network that does not learn, and its sisters: the same shape and illness, other weights.

    Parameters
    ----------
    illness : str
        A key of `ILLNESSES` or of `CASE_FILES`. Nothing that a patient shows tells it.
    seed : int
    name : str
        How the patient is called.

    Attributes
    ----------
    chart : str
        What the clinic knows from the start: kind and shape, in words.
    kind, depth
        As for `Case`.
    size, width, groups : int
        The side of a convolution's kernels; units or channels of a layer; groups of channels.
    menu : tuple of str
        What a diagnosis may be: illnesses, or case files.
    traces : Traces
        Measured before the first step.

    Examples
    --------
    >>> Patient("gain too large", seed=0)
    Patient: dense, 11 hidden layers of 44 units
    """

    def __init__(self, illness, seed=0, name="Patient"):
        self._illness, self.name = one_of("illness", illness, tuple(_BUILD)), name
        self._root = (list(_BUILD).index(illness), whole("seed", seed, least=0))
        self._outcomes, self._file = {}, CASE_FILES.get(illness)
        self.menu = tuple(CASE_FILES if self._file else ILLNESSES)
        self._draw, self._harm = _BUILD[illness](np.random.default_rng(self._root))
        case = self.case(0)
        self.kind, self.depth, self.size = case.kind, case.depth, case.weights[0].shape[0]
        self.width, self.groups = case.weights[-2].shape[-1], case.groups
        self.chart = _described(case)

    def __repr__(self):
        return f"{self.name}: {self.chart}"

    def case(self, draw, prescription=()):
        """Return one draw as a `Case`, after the treatments of a prescription, in order."""
        rng = np.random.default_rng((*self._root, whole("draw", draw, least=0) + 1))
        case = self._draw(rng)
        for treatment in (self._harm, *prescribed(prescription)):
            case = treatment(case, rng)
        return case

    @cached_property
    def traces(self):
        """The `Traces` as the patient came."""
        return self.trace()

    def trace(self, prescription=()):
        """Return the `Traces` after a prescription, before any training."""
        return measure([self.case(draw, prescription) for draw in range(DRAWS)])

    def train(self, prescription=(), draws=DRAWS, report=None):
        """Train after a prescription; return the losses, shape (steps, draws)."""
        return losses([self.case(draw, prescription) for draw in range(draws)], report=report)

    def try_rates(self, prescription=(), draws=1, report=None):
        """Train at multiples of the rate; return {multiple: losses of shape (steps, draws)}."""
        drawn = [self.case(draw, prescription) for draw in range(draws)]
        rates = np.repeat(MULTIPLES, draws) * drawn[0].learning_rate
        together = losses(drawn * len(MULTIPLES), rates, report)
        return {m: together[:, k * draws : (k + 1) * draws] for k, m in enumerate(MULTIPLES)}

    def verify(self, prescription=(), draws=DRAWS):
        """Treat and train `draws` networks; return the `Outcome`."""
        if (key := (repr(prescription), draws)) not in self._outcomes:
            outcome = Outcome(self.train(prescription, draws))
            if self._file and self._file.gone:
                traces = measure([self.case(draw, prescription) for draw in range(draws)])
                outcome = replace(outcome, gone=self._file.gone(traces), goal=self._file.goal)
            self._outcomes[key] = outcome
        return self._outcomes[key]


def losses(drawn, rates=None, report=None):
    """Train cases of one shape together; return the losses, shape (steps, cases).

    `report`, if given, is called after every step with the share of steps that is done.
    """
    net, digits = cases.stack(drawn), load_digits()
    x, y = cases.inputs(drawn[0], digits.x_train), digits.y_train
    rates = np.array([case.learning_rate for case in drawn] if rates is None else rates)
    (steps, batch), found = SCHEDULE[drawn[0].kind], []
    with one_blas_thread():
        for step in train(net, x, y, learning_rate=rates, steps=steps, batch=batch, rng=0):
            found.append(step.loss)
            if report is not None:
                report(len(found) / steps)
    return np.array(found)


@dataclass(frozen=True, repr=False)
class Outcome:
    """What came of a treatment: `losses` is an ndarray of shape (steps, draws).

    A case file may have a `goal` besides; `gone` says which draws have reached it.
    """

    losses: np.ndarray
    gone: object = True
    goal: str = ""

    @property
    def final(self):
        """Mean loss of the last steps, shape (draws,); NaN where training diverged."""
        return self.losses[-WINDOW:].mean(axis=0)

    @property
    def recovered(self):
        """Which draws recovered, shape (draws,), booleans."""
        return (self.final < RECOVERED) & self.gone

    @property
    def cured(self):
        """Whether at least four of five draws recovered."""
        return bool(self.recovered.mean() >= ENOUGH / DRAWS)

    def __repr__(self):
        count, draws = self.recovered.sum(), len(self.recovered)
        goals = ", ".join(filter(None, (f"loss below {RECOVERED:.2f}", self.goal)))
        return f"{count} of {draws} draws recovered ({goals})"


#: The illness of the patient that lesson 18 works through.
EXAMPLE = "gain too small"


@lru_cache(maxsize=8)
def ward(seed=0, files=False):
    """Return six patients, one for each illness, in an order that the seed chooses.

    Or ten, one for each of `CASE_FILES`, if `files`.

    >>> [patient.name for patient in ward(3)][:2]
    ['Patient 1', 'Patient 2']
    """
    rng = np.random.default_rng(whole("seed", seed, least=0) + 1)
    menu = CASE_FILES if files else [illness for illness in ILLNESSES if illness != EXAMPLE]
    name, order = "Case" if files else "Patient", rng.permutation(list(menu))
    return tuple(Patient(str(illness), seed, f"{name} {k}") for k, illness in enumerate(order, 1))


def example(seed=0):
    """Return Patient 0, the one that lesson 18 works through.

    >>> example()
    Patient 0: dense, 11 hidden layers of 44 units
    """
    return Patient(EXAMPLE, seed, "Patient 0")


def key(patients):
    """Return the diagnoses, for a teacher: name → illness.

    >>> key([example()])
    {'Patient 0': 'gain too small'}
    """
    return {patient.name: patient._illness for patient in patients}


def _described(case):
    units = case.weights[-2].shape[-1]
    if case.kind == "residual":
        return f"residual, {case.depth} blocks x + branch(x) of {units} units"
    if case.kind == "convolutional":
        size = case.weights[0].shape[0]
        groups = f" in {case.groups} groups" if case.groups > 1 else ""
        return (
            f"convolutional, {case.depth} layers of {units} channels{groups}, "
            f"kernels {size} × {size}"
        )
    return f"dense, {case.depth} hidden layers of {units} units"
