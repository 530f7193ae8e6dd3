"""Right answers and slips of assignment A4, Your activation."""

from dataclasses import replace

import numpy as np

from answer_checks.check import FunctionExercise, ValueExercise, Verdict, exercises_in
from answer_checks.run_answer import Complaint
from checks.A4_kinds import (
    LAYERS,
    NetworkExercise,
    PairExercise,
    SignalExercise,
    activation,
)
from checks.marks import Checks
from initcourse.data.samples import load_digits
from initcourse.networks.mlp import MLP
from initcourse.theory import mean_field as theory
from initcourse.training.loop import train


def numbers(pick):
    """Return the numbers of the assignment's text, by name.

    >>> sorted(numbers(lambda name, options: options[0]))
    ['a', 'b', 'c']
    """
    return {
        "a": pick("a", [k / 1000 for k in range(650, 851)]),
        "b": pick("b", [k / 1000 for k in range(1150, 1351)]),
        "c": pick("c", [k / 1000 for k in range(280, 421)]),
    }


def _moment(f, q=1.0):
    return theory.gaussian_mean(lambda z: f(z) ** 2, q)


second_moment = FunctionExercise(
    name="second_moment",
    parameters="q",
    solution="moment(phi, q)",
    cases=((1.0,), (0.3,), (4.0,)),
    hint_text="Sum φ(√q z)² times the normal density times the step, over a fine grid of z.",
    praise="E[φ(√q z)²]: what the next layer multiplies.",
    rtol=1e-3,
    slips={
        "theory.variance(phi, q)": "This is the variance. The mean of φ is not 0 here.",
        "theory.variance(phi, q) ** 0.5": "This is the standard deviation.",
        "theory.mean(phi, q)": "This is E[φ]; square φ before averaging.",
        "theory.mean(phi, q) ** 2": "Square φ first, then average: E[φ²].",
        "moment(phi, q) ** 0.5": "This is the root of E[φ²].",
        "moment(phi, q**2)": "q is a variance: z is multiplied by its root.",
        "moment(phi)": "q is not used: the argument of φ is √q·z.",
        "moment(dphi, q)": "This is E[φ′²], the gradient's; asked for is E[φ²].",
        "moment(lambda z: phi(z) - phi(np.zeros(1)), q)": "φ(0) was taken away; the next layer "
        "sees φ as it is.",
        "moment(phi, q) * np.sqrt(2 * np.pi)": "The density is exp(−z²/2)/√(2π); the root is "
        "missing.",
    },
)

slope_moment = FunctionExercise(
    name="slope_moment",
    parameters="q",
    solution="moment(dphi, q)",
    cases=((1.0,), (0.3,), (4.0,)),
    hint_text="The same sum, over φ′(√q z)².",
    praise="E[φ′(√q z)²]: the share of the gradient's strength that passes φ.",
    rtol=1e-3,
    slips={
        "theory.gaussian_mean(dphi, q)": "Square φ′ before averaging: E[φ′²].",
        "moment(phi, q)": "This is E[φ²]; asked for is E[φ′²].",
        "q * moment(dphi, q)": "φ′ is taken at √q·z; nothing else has a √q.",
        "moment(dphi, q**2)": "q is a variance: z is multiplied by its root.",
        "moment(dphi)": "q is not used: the argument of φ′ is √q·z.",
        "moment(dphi, q) ** 0.5": "This is the root of E[φ′²].",
    },
)

gain = ValueExercise(
    name="gain",
    solution="moment(phi) ** -0.5",
    hint_text="gain²·E[φ(z)²] = 1.",
    praise="1/√E[φ²]: with it q = 1 stays, without a bias.",
    rtol=2e-3,
    slips={
        "right**2": "This is σ_w², the variance's factor; the gain is its root.",
        "1 / right": "Upside down: a φ that passes less needs larger weights.",
        "theory.variance(phi) ** -0.5": "This divides by the variance of φ, not by E[φ²].",
        "moment(dphi) ** -0.5": "This makes χ = 1; the gain keeps the signal's q.",
        "2**0.5": "√2 is ReLU's gain.",
        "5 / 3": "5/3 is the number that frameworks use for tanh. Compute that of φ.",
        "1 / theory.gaussian_mean(lambda z: abs(phi(z)))": "This takes E|φ|: square inside.",
    },
)

chi_at_gain = ValueExercise(
    name="chi_at_gain",
    solution="moment(dphi) / moment(phi)",
    hint_text="Which two factors has χ? One of them follows from the gain.",
    praise="Above 1: the gain keeps the signal, and the gradient grows in every layer.",
    rtol=2e-3,
    slips={
        "1": "The gain makes the signal's factor 1. The gradient has another one: compute it.",
        "moment(dphi) / moment(phi) ** 0.5": "σ_w² is the gain's square.",
        "moment(dphi)": "This is E[φ′²] alone; χ = σ_w²·E[φ′²].",
        "right**0.5": "This is the factor on the root mean square.",
        "1 / right": "Upside down.",
    },
)


def _settled(phi, sigma_w2, sigma_b2, q=1.0, times=4000):
    for _ in range(times):
        q, before = sigma_w2 * _moment(phi, q) + sigma_b2, q
        if abs(q - before) < 1e-12 * q:
            break
    return q


fixed_point = FunctionExercise(
    name="fixed_point",
    parameters="sigma_w2, sigma_b2",
    given={"settled": _settled},
    solution="settled(phi, sigma_w2, sigma_b2)",
    cases=((1.0, 0.0), (3.0, 0.2), (6.0, 0.0)),
    hint_text="Repeat q → σ_w²·E[φ(√q z)²] + σ_b² from q = 1, until it stays.",
    praise="The q at which a deep network ends, whatever its input.",
    rtol=2e-3,
    slips={
        "settled(phi, sigma_w2, 0.0)": "sigma_b2 is not used: each layer adds it.",
        "settled(phi, sigma_w2**2, sigma_b2)": "sigma_w2 is a variance already: not squared.",
        "settled(phi, sigma_w2, sigma_b2**2)": "sigma_b2 is a variance already: not squared.",
        "sigma_w2 * moment(phi) + sigma_b2": "This is one layer from q = 1. Repeat it.",
        "sigma_w2 * moment(dphi, settled(phi, sigma_w2, sigma_b2))": "This is χ; asked for is q*.",
    },
)


critical = PairExercise(
    name="critical",
    solution="[1 / moment(dphi), 1 - moment(phi) / moment(dphi)]",
    hint_text="Two equations, one for χ and one for q. The first has only σ_w² in it.",
    praise="One equation for the gradient, one for the signal, at q = 1.",
    rtol=2e-2,  # 1 − E[φ²]/E[φ′²] magnifies what the integrals are off by
    slips={
        "[1 - moment(phi) / moment(dphi), 1 / moment(dphi)]": "The two are swapped: σ_w² comes "
        "first.",
        "[1 / moment(phi), 0]": "This keeps the signal without a bias; χ is not 1 then.",
        "[1 / moment(dphi), 1 - moment(phi)]": "σ_b² = 1 − σ_w²·E[φ²]: the factor is missing.",
        "[1 / moment(dphi), 0]": "With this σ_w² the signal needs a bias: σ_b² = 1 − σ_w²·E[φ²].",
        "[moment(dphi) ** -0.5, (1 - moment(phi) / moment(dphi)) ** 0.5]": "These are standard "
        "deviations; asked for are the variances.",
    },
)


class TrainingExercise(NetworkExercise):
    """The answer of the visible test, by whether a network of 30 layers learns the digits from it.

    Guessing has loss ln 10 = 2.30; critical weights end near 1.1 in every draw.
    """

    def judge(self, answer):
        """Train three networks for 150 steps of SGD."""
        self.callable(answer)
        widths, digits = [64, *[64] * (LAYERS - 1), 10], load_digits()
        networks = []
        for seed in range(3):
            weights, biases = self.drawn(answer, widths, np.random.default_rng(seed))
            networks.append(MLP(weights, self.phi, biases=biases))
        net = MLP.stack(networks)
        x = np.sqrt(_moment(self.phi)) * digits.x_train
        steps = train(net, x, digits.y_train, learning_rate=0.02, steps=150, batch=32, rng=0)
        last = np.mean([step.loss for step in steps][-10:], axis=0)
        if not (last < 1.8).all():
            losses = ", ".join(f"{loss:.1f}" for loss in last)
            raise Complaint(
                f"After 150 steps the loss of three networks is {losses}; guessing has 2.3."
            )
        return Verdict(True, "Three networks of 30 layers learn the digits from it.")


QS = ((0.01,), (2.3,), (60.0,))
HIDDEN = {
    "second_moment": replace(second_moment, cases=QS),
    "slope_moment": replace(slope_moment, cases=QS),
    "fixed_point": replace(fixed_point, cases=((0.2, 0.0), (1.1, 0.0), (2.5, 1.5), (12.0, 0.3))),
}


def checks(mine):
    """Return the checks for somebody's activation."""
    phi = activation(**mine)
    return Checks(
        [*exercises_in(globals()).values(), SignalExercise(**mine)],
        {**HIDDEN, "initial": TrainingExercise(**mine)},
        {"phi": phi, "dphi": phi.dphi, "moment": _moment, "theory": theory},
    )
