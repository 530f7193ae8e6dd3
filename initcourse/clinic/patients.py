"""Networks that do not learn, known only by their traces.

A patient is built from the name of an illness and a seed. The seed chooses its shape, how far the
illness has gone and every draw of its weights, so that a new seed is a new patient with the same
illness, and the same seed is the same patient everywhere.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from initcourse._validate import one_of, whole
from initcourse.clinic import networks
from initcourse.clinic.illnesses import CASE_FILES, ILLNESSES
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
#: The illness of the patient that lesson 18 works through.
EXAMPLE = "gain too small"
#: Every illness and every case file, in an order that new ones must not change: seeds count it.
_ALL = ILLNESSES | CASE_FILES
_INPUTS = 64
_CHARTS = {
    "dense": "dense, {depth} hidden layers of {width} units",
    "residual": "residual, {depth} blocks x + branch(x) of {width} units",
    "convolutional": "convolutional, {depth} layers of {width} channels{groups}, "
    "kernels {size} × {size}",
}


@dataclass(frozen=True)
class Traces:
    """What the clinic measures on 64 digits before the first step, for all draws of a patient.

    Hidden layers l = 1 … L; in a residual network layers are blocks and h is the stream. Shapes
    are (draws, L) where nothing else is said.
    """

    forward: np.ndarray  # mean(h²) over digits and units
    mean: np.ndarray  # mean(h)
    backward: np.ndarray  # mean of the loss's squared gradient by z, or by the stream
    push: np.ndarray  # mean of the loss's squared gradient by a layer's or block's weights
    over_units: np.ndarray  # how much the units differ for one input (std)
    over_inputs: np.ndarray  # how much the inputs differ for one unit (std)
    h: np.ndarray  # the layers of the first draw, shape (L, 64, units), for histograms
    loss: np.ndarray  # the first loss, shape (draws,)
    place: str  # "layer" or "block": what is counted from 1 to L


class Patient:
    """A network that does not learn, and its sisters: the same shape and illness, other weights.

    Parameters
    ----------
    illness : str
        A key of `ILLNESSES` or of `CASE_FILES`; nothing that a patient shows tells it.
    seed : int
    name : str

    Attributes
    ----------
    chart : str
        What is known from the start: kind and shape, in words.
    kind, depth, width, size, groups
        The same as data: units or channels of a layer, side of a kernel, groups of channels.
    menu : dict
        What a diagnosis may be: `ILLNESSES`, or `CASE_FILES`.

    Examples
    --------
    >>> Patient("gain too large", seed=0)
    Patient: dense, 11 hidden layers of 44 units
    """

    def __init__(self, illness, seed=0, name="Patient"):
        self._illness, self.name = one_of("illness", illness, tuple(_ALL)), name
        self._root = (list(_ALL).index(illness), whole("seed", seed, least=0))
        self._outcomes = {}
        self.menu = CASE_FILES if illness in CASE_FILES else ILLNESSES
        self._draw, self._harm = _ALL[illness].build(np.random.default_rng(self._root))
        case = self.case(0)
        self.kind, self.depth, self.groups = case.kind, case.depth, case.groups
        self.size, self.width = case.weights[0].shape[0], case.weights[-2].shape[-1]
        groups = f" in {case.groups} groups" if case.groups > 1 else ""
        self.chart = _CHARTS[case.kind].format_map({**vars(self), "groups": groups})

    def __repr__(self):
        return f"{self.name}: {self.chart}"

    def case(self, draw, prescription=()):
        """Return one draw as a `Case`, after the treatments of a prescription, in order."""
        rng = np.random.default_rng((*self._root, whole("draw", draw, least=0) + 1))
        case = self._draw(rng=rng)
        for treatment in (self._harm, *prescribed(prescription)):
            case = treatment(case, rng)
        return case

    def cases(self, prescription=(), draws=DRAWS):
        """Return the first `draws` draws, each as a `Case` after a prescription."""
        return [self.case(draw, prescription) for draw in range(draws)]

    @cached_property
    def traces(self):
        """The `Traces` as the patient came."""
        return self.trace()

    def trace(self, prescription=(), draws=DRAWS):
        """Return the `Traces` after a prescription, before any training."""
        drawn, digits = self.cases(prescription, draws), unit_digits(_INPUTS)
        net, residual = networks.stack(drawn), self.kind == "residual"
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            signals = net.forward(networks.inputs(drawn[0], digits))
            loss, _, grad = softmax_cross_entropy(signals.output, load_digits().y_train[:_INPUTS])
            back = net.backward(signals, grad)
            by_layer = (signals.h[1:-1], back.delta[1:-1])
            if residual:
                by_layer = (signals.stream[1:], back.stream[1:])
            # (draws, layers, digits, units)
            h, delta = (
                np.stack([a.reshape(draws, _INPUTS, -1) for a in layers], axis=1)
                for layers in by_layer
            )
            push = [(dW**2).reshape(draws, -1).mean(axis=1) for dW in back.weights]
            places = [drawn[0].places([l + 1]) for l in range(self.depth)]
            return Traces(
                forward=(h**2).mean(axis=(2, 3)),
                mean=h.mean(axis=(2, 3)),
                backward=(delta**2).mean(axis=(2, 3)),
                push=np.stack([np.mean([push[k] for k in ks], axis=0) for ks in places], axis=1),
                over_units=h.std(axis=3).mean(axis=2),
                over_inputs=h.std(axis=2).mean(axis=2),
                h=h[0],
                loss=loss,
                place="block" if residual else "layer",
            )

    def train(self, prescription=(), draws=DRAWS, report=None, multiples=(1.0,)):
        """Train after a prescription, at multiples of its rate; return the losses.

        They have shape (steps, multiples · draws), all draws at the first multiple first. `report`
        is called after every step with the share of steps that is done.
        """
        drawn, data = self.cases(prescription, draws), load_digits()
        net, x = networks.stack(drawn * len(multiples)), networks.inputs(drawn[0], data.x_train)
        rates = np.repeat(multiples, draws) * drawn[0].learning_rate
        (steps, batch), losses = SCHEDULE[self.kind], []
        settings = {"learning_rate": rates, "steps": steps, "batch": batch, "rng": 0}
        with one_blas_thread():
            for step in train(net, x, data.y_train, **settings):
                losses.append(step.loss)
                if report is not None:
                    report(len(losses) / steps)
        return np.array(losses)

    def try_rates(self, prescription=(), draws=1, report=None):
        """Train at `MULTIPLES` of the rate; return {multiple: losses of shape (steps, draws)}."""
        together = self.train(prescription, draws, report, MULTIPLES)
        return dict(zip(MULTIPLES, np.split(together, len(MULTIPLES), axis=1), strict=True))

    def verify(self, prescription=(), draws=DRAWS):
        """Treat and train `draws` networks; return the `Outcome`."""
        if (key := (repr(prescription), draws)) not in self._outcomes:
            losses, illness = self.train(prescription, draws), _ALL[self._illness]
            gone = illness.gone(self.trace(prescription, draws)) if illness.gone else True
            self._outcomes[key] = Outcome(losses, gone, illness.goal)
        return self._outcomes[key]


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
