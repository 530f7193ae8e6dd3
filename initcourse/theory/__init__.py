"""What should happen in a network, before it is drawn: in a very wide one, and with its band."""

from initcourse.theory.correlation import (
    correlation_band,
    correlation_fixed_point,
    correlation_map,
    correlations,
    depth_scale,
    draw_correlations,
    joint_mean,
)
from initcourse.theory.criticality import (
    critical_pair,
    critical_sigma_w2,
    fixed_point,
    fixed_points,
    map_slope,
)
from initcourse.theory.finite_width import PredictionWithBand, predict_strengths
from initcourse.theory.first_step import predict_first_step, width_scaling
from initcourse.theory.mean_field import (
    chi,
    gain,
    gaussian_mean,
    mean,
    moment_map,
    second_moment,
    slope_moment,
    trajectory,
    variance,
)
from initcourse.theory.residual import predict_residual
from initcourse.theory.transformer import predict_stream, predict_token_cosine
