"""Checks that name the slip, predictions and concept questions."""

from initcourse.exercises.any_activation import critical_pair, init_std, trainable_depth
from initcourse.exercises.breaking import distinct_units, factor_per_layer
from initcourse.exercises.convolutions import conv_std, wrong_fan_factor
from initcourse.exercises.engine import Exercise, FunctionExercise, ValueExercise, Verdict
from initcourse.exercises.he import he_normal, relu_moments, torch_factor
from initcourse.exercises.initializer import InitializerExercise
from initcourse.exercises.patients import (
    PatientExercise,
    patient_1,
    patient_2,
    patient_3,
    patient_4,
    patient_5,
    patient_6,
)
from initcourse.exercises.prediction import Prediction, Question
from initcourse.exercises.recurrences import recurrent_matrix
from initcourse.exercises.relus import band_factor
from initcourse.exercises.sigmoids import centring_bias, critical_sigma_w2
from initcourse.exercises.standing import progress
from initcourse.exercises.start import share_left
from initcourse.exercises.tanhs import layers_until
from initcourse.exercises.trains import steps_to
from initcourse.exercises.very_deep import block_factor, branch_scale, flax_factor, lsuv_step
from initcourse.exercises.weighted_sums import strength_of_sum, strengths, weight_std
from initcourse.exercises.xavier import delta_below, taper_factor, xavier_uniform
