"""Grading a class whose code is not trusted; `safe-grade` is the command."""
