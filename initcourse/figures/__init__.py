"""Every still figure of the course: arrays in, a `Picture` out. No widgets, no pyplot."""

from initcourse.figures.angles import two_inputs
from initcourse.figures.by_layer import (
    accuracy_table,
    against_steps,
    batches,
    by_layer,
    cobwebs,
    draws,
    losses,
    seeds_by_layer,
    streams,
)
from initcourse.figures.convolution import matrices
from initcourse.figures.phase import correlation_by_layer, phase_maps
from initcourse.figures.recurrent import by_time_step, ellipses
from initcourse.figures.style import RULE_STYLE, Picture, new_figure
