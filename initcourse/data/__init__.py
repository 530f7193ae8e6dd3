"""Inputs for the experiments: real digits, and Gaussian noise."""

from initcourse.data.samples import N_TEST, Digits, load_digits, unit_digits, unit_noise

__all__ = ["N_TEST", "Digits", "load_digits", "unit_digits", "unit_noise"]
