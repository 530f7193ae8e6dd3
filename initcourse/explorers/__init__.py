"""The widget experiments, one class each."""

from initcourse.explorers.activation import ActivationExplorer
from initcourse.explorers.any_activation import AnyActivationExplorer
from initcourse.explorers.base import Explorer
from initcourse.explorers.clinic import ClinicExplorer
from initcourse.explorers.convolution import ConvolutionExplorer
from initcourse.explorers.fans import FansExplorer
from initcourse.explorers.first_step import FirstStepExplorer
from initcourse.explorers.laboratory import LaboratoryExplorer
from initcourse.explorers.race import RaceExplorer
from initcourse.explorers.recurrent import RecurrentExplorer
from initcourse.explorers.residual import ResidualExplorer
from initcourse.explorers.signals import SignalsExplorer
from initcourse.explorers.spectrum import SpectrumExplorer
from initcourse.explorers.symmetry import SymmetryExplorer
from initcourse.explorers.weighted_sum import WeightedSumExplorer

__all__ = sorted(name for name in globals() if name.endswith("Explorer"))
