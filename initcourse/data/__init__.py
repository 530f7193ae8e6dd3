"""Inputs for the experiments: real digits, and Gaussian noise."""

from initcourse.data.samples import Digits, load_digits, unit_digits, unit_noise
