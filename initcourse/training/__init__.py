"""How the networks of the course learn: one, a stack of them at once, or a race between rules."""

from initcourse.training.blas import one_blas_thread
from initcourse.training.layer_scaling import lsuv
from initcourse.training.loop import softmax_cross_entropy, sweep, train
from initcourse.training.races import race
from initcourse.training.tuning import accuracies, tune
