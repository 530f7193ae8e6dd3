"""The ten case files of lesson 19: a thread and a prescription each."""

from initcourse.exercises.lessons.lesson_18 import PatientExercise

#: The seed of lesson 19's ward.
WARD = 32

case_1, case_2, case_3, case_4, case_5, case_6, case_7, case_8, case_9, case_10 = (
    PatientExercise(number, hint, seed=WARD, files=True)
    for number, hint in enumerate(
        (
            "Two threads are about a bound. By which factors do they divide the variance?",
            "What does a block multiply by, if its branch is as strong as He's weights make it?",
            "All layers are level. What stands between the last layer and the loss?",
            "The factor on the variance is the square of the factor on the weights.",
            "Write both variances, the wanted one and the one that was typed.",
            "Divide the factor by the width on the chart. What is left is ReLU's.",
            "Which number on the chart does the factor come from?",
            "sin z is z for small z, so 2/n would double mean h². By what was 2/n divided here?",
            "Multiply the factor by the width on the chart.",
            "Not one digit of mean h² changes from block to block. What has no branch said?",
        ),
        start=1,
    )
)
