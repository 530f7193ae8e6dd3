"""The network clinic: harm a healthy network, read its traces, diagnose, prescribe, verify."""

from initcourse.clinic.examination import Report, examine, score
from initcourse.clinic.illnesses import CASE_FILES, ILLNESSES
from initcourse.clinic.patients import Outcome, Patient, example, key, ward
from initcourse.clinic.symptoms import alike, contradiction, factor, sign
from initcourse.clinic.treatments import (
    Centre,
    Redraw,
    Rescale,
    ScaleBranch,
    ScaleHead,
    ScaleRate,
    SwapActivation,
)
