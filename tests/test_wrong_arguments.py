"""Wrong arguments raise at the door of the function, by name, with what is allowed.

What counts as a number, a variance, … is `_validate`'s, and is tried there with everything that is
none. At each door one wrong value is enough: it shows that the door asks.
"""

from functools import partial

import numpy as np
import pytest

import initcourse as ic
from initcourse import MLP, ConvNet, RecurrentNet, ResidualMLP, _validate, clinic, relu, tanh
from initcourse import initializers as init
from initcourse.activations import gelu
from initcourse.clinic import Rescale, ScaleRate
from initcourse.explorers import LaboratoryExplorer
from initcourse.networks import transformer
from initcourse.networks.im2col import im2col
from initcourse.networks.recurrent import spectral_radius
from initcourse.propagation import simulate, singular_values
from initcourse.theory import correlation, criticality, mean_field, weighted_sum
from initcourse.theory.convolutional import predict_convolutional
from initcourse.theory.correlation import draw_correlations
from initcourse.theory.finite_width import predict_strengths
from initcourse.theory.residual import predict_residual
from initcourse.training.layer_scaling import lsuv
from initcourse.training.loop import train
from initcourse.training.races import race

NAN, INF = np.nan, np.inf
NO_NUMBER = (NAN, INF, -INF, "2", None, True, 1j, [1.0], 10**400)


@pytest.mark.parametrize(
    ("check", "wrong", "says"),
    [
        (_validate.number, (*NO_NUMBER, 0, -1.0), "x must be a positive finite number, got"),
        (partial(_validate.number, positive=False), NO_NUMBER, "x must be a finite number, got"),
        (_validate.square, (1e300, 1e-300, 10**200), "x must have a square that is"),
        (_validate.require_variance, (-0.1, -1), "x, a variance, must be zero or positive, got"),
        (_validate.require_variance, NO_NUMBER, "x must be a finite number, got"),
        (_validate.whole, (*NO_NUMBER[:-1], 0, 2.5), "x must be a whole number of at least 1"),
        (partial(_validate.whole, most=9), (0, 10), "x must be a whole number from 1 to 9, got"),
        (partial(_validate.one_of, choices=("a", "b")), ("c", 3, None, ["a"]),
         "x must be one of 'a', 'b', got"),
        (lambda _, value: _validate.floating(value), (int, bool, complex, str, "no such type"),
         "dtype must be a floating type such as .*got"),
        (lambda _, value: _validate.generator(value), ("abc", -1, 3.5),
         "rng must be None, .*Generator, got"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_what_is_none_of_its_kind_is_named(check, wrong, says):
    for value in wrong:
        with pytest.raises((ValueError, TypeError), match=says) as refused:
            check("x", value)
        assert str(refused.value).endswith(f"got {value!r}")


def band(phi=relu, widths=(10, 10, 10), weight_variances=(0.1, 0.1), **more):
    return predict_strengths(phi, widths, weight_variances, **more)


def pairs(**change):
    given = {"c": 0.5, "q": 1.0, "sigma_w2": 1.0, "depth": 3, "width": 8, "draws": 2} | change
    return draw_correlations(tanh, **given, rng=0)


def stream(branch="two layers", blocks=3, width=20, sigma_w2=(2, 1), **more):
    return predict_residual(relu, branch, blocks, width, sigma_w2=sigma_w2, **more)


def one_step(learning_rate=0.1, steps=1, **more):
    net = MLP([np.ones((5, 3))], tanh)
    return next(
        train(net, np.ones((40, 5)), np.arange(40) % 3, learning_rate=learning_rate, steps=steps,
              **more)
    )  # fmt: skip


def residual(widths=(5, 7, 3), blocks=2, **more):
    return ResidualMLP.create(widths, ic.he_normal, relu, blocks=blocks, rng=0, **more)


def case(illness):
    return clinic.Patient(illness, 0).case(0)


W34, KERNEL, IMAGE = np.ones((3, 4)), np.ones((3, 3, 3, 4)), np.ones((2, 5, 6, 3))
IN, U, OUT = np.ones((2, 5)), np.ones((5, 5)), np.ones((5, 3))  # of a recurrent network
NOISE = partial(ic.unit_noise, 5)
DEEP = MLP.create([64, 9, 5], ic.normal, relu, rng=0)

REFUSED = [
    # activations, initializers, data
    *[(lambda f=f, gain=gain: f((3, 5), gain=gain), "gain must have a square that is")
      for f in (ic.xavier_normal, ic.xavier_uniform) for gain in (1e300, 10**200, 1e-300)],
    *[(lambda f=f, name=name: f((3, 5), **{name: 0}), f"{name} must be a positive finite")
      for f, name in ((init.variance_scaling, "scale"), (ic.xavier_normal, "gain"),
                      (ic.xavier_uniform, "gain"), (ic.orthogonal, "gain"), (ic.normal, "std"),
                      (init.uniform, "bound"))],
    *[(lambda f=f: f((3, 5), a=NAN), "a must be a finite number, got nan")
      for f in (ic.he_normal, ic.he_uniform)],
    (lambda: ic.he_normal((3, 5), a=-1e300), "a must have a square that is"),
    (lambda: init.constant((3, 5), value=INF), "value must be a finite number, got inf"),
    (lambda: init.variance_scaling((3, 5), mode="fan"), "mode must be one of 'fan_in', 'fan_out'"),
    (lambda: init.variance_scaling((3, 5), distribution="n"), "distribution must be one of 'norm"),
    (lambda: ic.unit_digits(1438), "batch must be a whole number from 1 to 1437, got 1438"),
    (lambda: NOISE(0), "n must be a whole number of at least 1, got 0"),
    (lambda: ic.unit_noise(2.5, 5), "batch must be a whole number of at least 1, got 2.5"),
    (lambda: NOISE(3, rng="abc"), "rng must be None"),
    # networks
    (lambda: MLP([], tanh), "at least one weight matrix"),
    (lambda: MLP([W34, np.ones((5, 2))], tanh), r"\(3, 4\) is followed by \(5, 2\)"),
    (lambda: MLP([np.ones(3)], tanh), r"two axes, got shape \(3,\)"),
    (lambda: MLP([W34], tanh, biases=[np.ones(3)]), r"\[4\], got shapes \[\(3,\)\]"),
    (lambda: MLP([W34], tanh, biases=[np.float64(0)]), r"\[4\], got shapes \[\(\)\]"),
    (lambda: MLP.create([5], ic.normal, tanh), r"an input and an output, got \[5\]"),
    (lambda: MLP.create([5, 0, 3], ic.normal, tanh), "at least 1, got 0"),
    (lambda: MLP.create([5, 3], ic.normal, tanh, rng="abc"), "rng must be None"),
    (lambda: MLP.stack([]), "of that class, got nothing"),
    (lambda: MLP.stack([residual()]), "of that class, got ResidualMLP"),
    (lambda: MLP.stack([MLP([W34, OUT[:4]], phi) for phi in (tanh, relu)]),
     r"the same activations, got \[(tanh|ReLU), .* and \["),
    (lambda: ic.NormalizedMLP.stack([ic.NormalizedMLP([W34], tanh, over=over)
                                     for over in ("batch", "layer")]),
     "must have the same over, got batch and layer"),
    (lambda: residual(branch="three"), "branch must be one of 'two layers', 'one layer', got"),
    (lambda: residual(blocks=0), "blocks must be a whole number of at least 1, got 0"),
    (lambda: residual(alpha=NAN), "alpha must be a finite number, got nan"),
    (lambda: residual(widths=[3, 4]), r"must name inputs, stream and outputs, got \[3, 4\]"),
    (lambda: ResidualMLP([U] * 7, tanh), "7 matrices do not make whole blocks of 'two layers'"),
    (lambda: ResidualMLP([np.ones(s) for s in ((5, 7), (7, 4), (4, 6), (6, 3))], tanh),
     r"leave the stream's width, got widths \[7, 6\]"),
    (lambda: im2col(IMAGE, (2, 3)), r"size must be odd.*\(2, 3\)"),
    (lambda: im2col(IMAGE, (3, 3), stride=0), "stride must be a whole number"),
    (lambda: im2col(IMAGE, (3, 3), padding="same"), "padding must be one of 'zero', 'circ"),
    (lambda: im2col(IMAGE, (13, 3), padding="circular"), "goes round an image"),
    (lambda: ConvNet([], tanh), "weights must be kernels"),
    (lambda: ConvNet([W34], tanh), "weights must be kernels"),
    (lambda: ConvNet([KERNEL, W34, W34], tanh), "at most one matrix"),
    (lambda: ConvNet([KERNEL, KERNEL], tanh), r"do not fit: \(3, 3, 3, 4\)"),
    (lambda: ConvNet([KERNEL], tanh, strides=[1, 2]), "1 kernels need as many strides"),
    (lambda: ConvNet([KERNEL], tanh, padding="none"), "padding must be one of"),
    (lambda: ConvNet.create([3], ic.he_normal, relu), "at least input and output"),
    (lambda: ConvNet.create([1, 2], ic.he_normal, relu, outputs=3), "needs image="),
    *[(lambda weights=weights: RecurrentNet(weights, tanh), r"must be W \(inputs, n\), U \(n, n\)")
      for weights in ([IN, U], [IN, np.ones((5, 4)), OUT], [IN.T, U, OUT], [IN, U, OUT.T])],
    *[(lambda U=U: spectral_radius(U), "must be a square matrix") for U in (IN, np.ones(3), 2.0)],
    (lambda: transformer.stream_moments(2, heads=3), "heads must divide the width, 128, got 3"),
    (lambda: transformer.stream_moments(2, std=0), "std must be a positive finite number, got 0"),
    (lambda: transformer.stream_moments(2, tokens=0), "tokens must be a whole number"),
    # theory
    (lambda: criticality.fixed_point(tanh, 0), "sigma_w2 must be a positive .*got 0"),
    (lambda: criticality.fixed_point(tanh, 1.0, NAN), "sigma_b2 must be a finite .*got nan"),
    (lambda: criticality.map_slope(tanh, 0.0, 1.0), "q must be a positive finite number, got 0.0"),
    (lambda: criticality.fixed_points(tanh, -1.0), "sigma_w2 must be a positive"),
    (lambda: criticality.fixed_points(tanh, 1.0, -0.1), "sigma_b2, a variance, must be"),
    (lambda: criticality.critical_pair(tanh, -1), "q must be a positive"),
    (lambda: criticality.critical_sigma_w2(tanh, -0.1), "sigma_b2, a variance, must be"),
    (lambda: mean_field.gain(tanh, 0), "q must be a positive .*got 0"),
    *[(lambda f=f, phi=phi, q=q: f(phi, q), "q, a variance, must be zero or positive, got")
      for f in (mean_field.mean, mean_field.second_moment, mean_field.slope_moment)
      for phi in (tanh, relu) for q in (-1.0, NAN, np.array([1.0, -2.0]))],
    (lambda: mean_field.trajectory(tanh, 1.0, 1.0, 3, -0.1), "sigma_b2, a variance, must be"),
    (lambda: mean_field.trajectory(tanh, 1.0, 1.0, 2.5), "depth must be a whole .*got 2.5"),
    (lambda: correlation.joint_mean(np.tanh, -1.0, 0.5), "q, a variance, must be zero or"),
    (lambda: correlation.joint_mean(np.tanh, 1.0, 1.5), "must lie from -1 to 1, got 1.5"),
    (lambda: correlation.joint_mean(np.tanh, 1.0, NAN), "must lie from -1 to 1, got nan"),
    (lambda: correlation.correlations(tanh, 0.5, 1.0, 1.0, 0), "depth must be a whole number"),
    (lambda: correlation.depth_scale(gelu, 2.2), "GELU has no stable fixed point above 0"),
    (lambda: pairs(c=1.1), "c, a correlation, must lie from -1 to 1, got 1.1"),
    (lambda: pairs(q=0.0), "q must be a positive finite number, got 0.0"),
    (lambda: pairs(sigma_w2=-1.0), "sigma_w2 must be a positive"),
    (lambda: pairs(sigma_b2=-0.1), "sigma_b2, a variance, must be"),
    *[(lambda name=name: pairs(**{name: 2.5}), f"{name} must be a whole number")
      for name in ("depth", "width", "draws")],
    (lambda: band(weight_variances=[0.1]), "3 widths need 2 weight variances, got 1"),
    (lambda: band(widths=[10], weight_variances=[]), "1 widths need 0 weight variances, got 0"),
    (lambda: band(widths=[10, 0, 10]), "widths must be positive and finite"),
    (lambda: band(weight_variances=[0.1, NAN]), "weight_variances must be positive and finite"),
    (lambda: band(m0=INF), "m0 must be positive and finite"),
    (lambda: band(bias_variance=-1), "bias_variance, a variance, must be zero or positive"),
    (lambda: stream(branch="both"), "branch must be one of"),
    (lambda: stream(blocks=2.5), "blocks must be a whole number"),
    (lambda: stream(width=0), "width must be a whole number"),
    (lambda: stream(sigma_w2=(-1, 1)), "sigma_w2 must be a positive finite number, got -1"),
    (lambda: stream(m0=0), "m0 must be a positive finite number, got 0"),
    (lambda: stream(alpha=INF), "alpha must be a finite number, got inf"),
    (lambda: predict_convolutional(IMAGE[0], 3, [3, 4], [1.0, 1.0]), "weight variances need"),
    (lambda: predict_convolutional(IMAGE[0], 3, [2, 4], [1.0]), "weight variances need"),
    (lambda: predict_convolutional(IMAGE[0], 3, [3, 4], [1.0], padding="same"), "padding must be"),
    (lambda: weighted_sum.power(0, 1.0), "n must be a whole number"),
    (lambda: weighted_sum.power(10, "1"), "var_w must be a positive finite number"),
    # propagation and training
    (lambda: simulate("Hee", relu, [10, 10]), r"rule must be one of .*'he'.*, got 'Hee'"),
    (lambda: simulate("he", relu, [9, 10], x=np.ones(9)), r"x must have shape \(batch, 9\)"),
    (lambda: simulate("he", relu, [9, 10], scale=1e300), "scale must have a square"),
    (lambda: singular_values(DEEP, IN), r"one input of shape \(1, 64\), got \(2, 5\)"),
    (lambda: one_step(optimizer="sgd"), "must be one of 'SGD', 'momentum', 'Adam', got 'sgd'"),
    (lambda: one_step(0), "learning_rate must be a positive finite number, got"),
    (lambda: one_step([0.1, INF]), "learning_rate must be a positive finite number, got"),
    (lambda: one_step(batch=41), "batch must be a whole number from 1 to 40, got 41"),
    (lambda: one_step(steps=1.5), "steps must be a whole number of at least 1, got 1.5"),
    (lambda: one_step(rng="seed"), "rng must be None"),
    (lambda: lsuv(MLP.create([64, 9, 5], ic.zeros, relu), ic.unit_digits(9)),
     r"layer 1: its z have std 0\.0"),
    (lambda: race([]), "rules must name at least one"),
    (lambda: race(["he", "he"]), "none twice"),
    (lambda: race("He"), "rule must be"),
    *[(lambda name=name, wrong=wrong: race("he", **{name: wrong}), f"{name} must be")
      for name, wrong in {"activation": "swish", "depth": 0, "width": 2.5, "optimizer": "adam",
                          "learning_rate": -1, "normalization": "group", "seeds": 0, "steps": 0,
                          "batch": 5000}.items()],
    # the clinic, explorers
    *[(lambda bench=bench: LaboratoryExplorer(bench), r"one of \['sigmoid', 'tanh', 'ReLU'\]")
      for bench in ("relu", None)],
    *[(lambda wrong=wrong: Rescale(wrong), "must") for wrong in ("2", NAN, [1, 2], 1j)],
    *[(lambda wrong=wrong: ScaleRate(wrong), "must") for wrong in (0, -1, True)],
    *[(lambda wrong=wrong: Rescale(2, layers=wrong), "must") for wrong in (0, [], 1.5, "all")],
    (lambda: clinic.Redraw("Hee"), "rule must be"),
    (lambda: clinic.SwapActivation("relu6"), "must be one of"),
    (lambda: clinic.ScaleBranch(None), "must"),
    (lambda: clinic.ScaleBranch(0.3)(case("wrong fan")), "convolutional network has no branches"),
    (lambda: Rescale(2, layers=99)(case("gain too small")), r"from 1 to \d+, got 99"),
    (lambda: clinic.Patient("flu"), "must be one of"),
    (lambda: clinic.Patient("wrong fan", -1), "whole number of at least 0, got -1"),
    (lambda: clinic.ward(-1), "whole number of at least 0, got -1"),
    (lambda: clinic.score(clinic.ward(1), [..., ...]), "6 patients need as many answers, got 2"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "says"), REFUSED, ids=[says for _, says in REFUSED])
def test_a_door_names_what_is_wrong(call, says):
    with pytest.raises((ValueError, TypeError), match=says):
        call()
