"""The widget experiments, one class each."""

from initcourse.explorers.base import Explorer
from initcourse.explorers.signals import SignalsExplorer

__all__ = ["Explorer", "SignalsExplorer"]
