"""Grading a class whose code is not trusted; `grade.py` beside this folder is the command."""
