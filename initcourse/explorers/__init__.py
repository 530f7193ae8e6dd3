"""The widget experiments, one class each."""

from initcourse.explorers.activation import ActivationExplorer
from initcourse.explorers.base import Explorer
from initcourse.explorers.clinic import ClinicExplorer
from initcourse.explorers.fans import FansExplorer
from initcourse.explorers.laboratory import LaboratoryExplorer
from initcourse.explorers.race import RaceExplorer
from initcourse.explorers.signals import SignalsExplorer
from initcourse.explorers.symmetry import SymmetryExplorer
from initcourse.explorers.weighted_sum import WeightedSumExplorer

__all__ = [
    "ActivationExplorer",
    "ClinicExplorer",
    "Explorer",
    "FansExplorer",
    "LaboratoryExplorer",
    "RaceExplorer",
    "SignalsExplorer",
    "SymmetryExplorer",
    "WeightedSumExplorer",
]
