"""Every figure of the course: arrays in, a Matplotlib Figure out. No widgets, no pyplot."""

from initcourse.figures.convolution import matrices
from initcourse.figures.lessons import (
    accuracy_table,
    against_steps,
    by_layer,
    draws,
    losses,
    seeds_by_layer,
)
from initcourse.figures.phase import correlation_by_layer, phase_map
from initcourse.figures.recurrent import by_time_step
from initcourse.figures.streams import streams
from initcourse.figures.style import ACTIVATION_STYLE, RULE_STYLE, Picture, new_figure
