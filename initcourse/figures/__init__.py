"""Every still figure of the course: arrays in, a `Picture` out. No widgets, no pyplot."""

from initcourse.figures.by_layer import batches, by_layer, draws, seeds_by_layer
from initcourse.figures.maps import cobwebs, ellipses, matrices, two_inputs
from initcourse.figures.style import RULE_STYLE, Picture, logarithmic, new_figure
from initcourse.figures.training import accuracy_table, against_steps, losses, phase_maps
