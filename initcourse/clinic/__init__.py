"""The network clinic: harm a healthy network, read its traces, diagnose, prescribe, verify."""

from initcourse.clinic.examination import DIAGNOSES, Report, ScoreCard, examine, score
from initcourse.clinic.files import CASE_FILES
from initcourse.clinic.patients import (
    Outcome,
    Patient,
    Traces,
    example,
    key,
    measure,
    ward,
)
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
