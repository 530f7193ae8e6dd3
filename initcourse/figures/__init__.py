"""Every figure of the course: arrays in, a Matplotlib Figure out. No widgets, no pyplot."""
