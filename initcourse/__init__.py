"""initcourse: the helper library of a course on neural-network weight initialization.

Here stands what the notebooks type. `theory` says what should happen in a network, `networks`
what does happen, `propagation` sets one beside the other; `training` lets them learn. `figures`,
`explorers`, `exercises` and `clinic` are what a learner sees, and are loaded when first used.
"""

import importlib
import types

from initcourse import theory
from initcourse.activations import (
    ACTIVATIONS,
    Activation,
    centred_sigmoid,
    gelu,
    identity,
    leaky_relu,
    relu,
    scaled_tanh,
    selu,
    sigmoid,
    silu,
    sine,
    softplus,
    tanh,
)
from initcourse.custom_activation import ActivationProblem, activation_from
from initcourse.data import load_digits, unit_digits, unit_noise
from initcourse.initializers import (
    compute_fans,
    constant,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    kaiming_normal,
    kaiming_uniform,
    lecun_normal,
    lecun_uniform,
    normal,
    orthogonal,
    uniform,
    variance_scaling,
    xavier_normal,
    xavier_uniform,
    zeros,
)
from initcourse.networks import (
    MLP,
    ConvNet,
    Gradients,
    NormalizedMLP,
    RecurrentNet,
    ResidualMLP,
    Signals,
    convolution_matrix,
    convolve,
    spectral_radius,
    stream_moments,
)
from initcourse.propagation import (
    dead_fraction,
    propagate,
    simulate,
    singular_values,
    spreads,
    std_over_inputs,
    std_over_units,
)
from initcourse.rules import RULES
from initcourse.training import (
    accuracies,
    lsuv,
    one_blas_thread,
    race,
    softmax_cross_entropy,
    sweep,
    train,
    tune,
)

__version__ = "0.1.0"

# Matplotlib and ipywidgets are imported only when a folder that needs them is entered.
_ON_DEMAND = ("clinic", "exercises", "explorers", "figures")

# Of all that is imported above no module but `theory`, and those on demand.
__all__ = sorted(
    {"theory", *_ON_DEMAND}
    | {
        name
        for name, value in globals().items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
)


def __dir__():
    return __all__


def __getattr__(name):
    if name in _ON_DEMAND:
        return importlib.import_module(f"initcourse.{name}")
    raise AttributeError(f"module 'initcourse' has no attribute {name!r}")
