"""initcourse: the helper library of a course on neural-network weight initialization.

The floors, from the ground up: `activations` and `initializers`; `theory` and `finite_width`
(what should happen) beside `network` (what does happen); `propagation`, which compares them;
`training` and `data`; `figures`; and on top `explorers` and `exercises`, which the notebooks use.
"""

from importlib import import_module
from importlib.util import find_spec

from initcourse.activations import (
    ACTIVATIONS,
    Activation,
    centred_sigmoid,
    identity,
    leaky_relu,
    relu,
    scaled_tanh,
    sigmoid,
    tanh,
)
from initcourse.custom import activation_from
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
from initcourse.network import MLP, Gradients, Signals
from initcourse.normalization import NormalizedMLP
from initcourse.residual import ResidualMLP

__version__ = "0.1.0"


def __getattr__(name):
    # Matplotlib and ipywidgets are imported only when a floor that needs them is entered.
    if not name.startswith("_") and find_spec(f"initcourse.{name}"):
        return import_module(f"initcourse.{name}")
    raise AttributeError(f"module 'initcourse' has no attribute {name!r}")
