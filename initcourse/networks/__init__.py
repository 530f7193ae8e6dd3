"""The networks of the course: each keeps every layer's signal and gradient."""

from initcourse.networks.base import Gradients, Network, Signals
from initcourse.networks.convolutional import ConvNet
from initcourse.networks.im2col import convolution_matrix, convolve
from initcourse.networks.mlp import MLP
from initcourse.networks.normalized import NormalizedMLP
from initcourse.networks.recurrent import RecurrentNet, spectral_radius
from initcourse.networks.residual import ResidualMLP
from initcourse.networks.transformer import stream_moments
