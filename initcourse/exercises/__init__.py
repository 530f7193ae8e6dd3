"""Checks that name the slip, predictions and concept questions."""

from initcourse.exercises.check import Exercise, FunctionExercise, ValueExercise, Verdict
from initcourse.exercises.check_initializer import InitializerExercise
from initcourse.exercises.lessons.lesson_00 import share_left
from initcourse.exercises.lessons.lesson_01 import distinct_units, factor_per_layer
from initcourse.exercises.lessons.lesson_02 import strength_of_sum, strengths, weight_std
from initcourse.exercises.lessons.lesson_03 import delta_below, taper_factor, xavier_uniform
from initcourse.exercises.lessons.lesson_04 import he_normal, relu_moments, torch_factor
from initcourse.exercises.lessons.lesson_05 import centring_bias, critical_sigma_w2
from initcourse.exercises.lessons.lesson_06 import layers_until
from initcourse.exercises.lessons.lesson_07 import band_factor
from initcourse.exercises.lessons.lesson_08 import steps_to
from initcourse.exercises.lessons.lesson_09 import conv_std, recurrent_matrix, wrong_fan_factor
from initcourse.exercises.lessons.lesson_10 import critical_pair, init_std, trainable_depth
from initcourse.exercises.lessons.lesson_11 import (
    block_factor,
    branch_scale,
    flax_factor,
    lsuv_step,
)
from initcourse.exercises.lessons.lesson_12 import (
    PatientExercise,
    patient_1,
    patient_2,
    patient_3,
    patient_4,
    patient_5,
    patient_6,
)
from initcourse.exercises.prediction import Prediction, Question
from initcourse.exercises.progress import progress
