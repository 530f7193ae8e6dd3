"""A class in which everybody has other numbers, from the release to the feedback, in sandboxes.

Some work honestly and type numbers, some hand in their neighbour's file, some have slips, and some
try to carry a hidden test's arguments into their feedback. By day it is a few; the nightly class
has sixty in each assignment.
"""

import html
import io
import math
import re
import shutil

import numpy as np
import pytest
import release
from assignment_course import AUTOGRADED, MODULES, NAMES, read, submit
from personal import numbers_for, secret_of
from right_answers import quick_solutions
from wrong_answers import WRONG

from safe_grading.book import grade_id
from safe_grading.classroom import grade_class
from safe_grading.limits import Limits

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
SECRET = "submission_secret.txt"
#: For a machine that others keep busy: no answer here takes long by itself.
PATIENT = Limits(cell_seconds=120, total_seconds=600)
CLASS = [f"student {i}" for i in range(60)]

#: What a function that carries its arguments away returns, prints and raises.
CARRIES = """\
seen = globals().setdefault("seen", [])
seen.append(repr(({})))
print(seen)
raise type("X" + seen[-1].replace(" ", ""), (ValueError,), {{}})(seen[-1])"""


def a4_answers(a, b, c):
    """Return gain, χ and the critical pair, by sums over a grid."""
    z, step = np.linspace(-12, 12, 4001, retstep=True)
    weight = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * step
    moment = np.sum(weight * (a * np.tanh(b * z + c)) ** 2)
    slope = np.sum(weight * (a * b * (1 - np.tanh(b * z + c) ** 2)) ** 2)
    return {
        "gain": moment**-0.5,
        "chi_at_gain": slope / moment,
        "critical": [1 / slope, 1 - moment / slope],
    }


#: The right numbers by formulas of the tests' own, and how far off is still right.
ANSWERS = {
    "A1": lambda n, var_w, mean_x, var_x, widths, std, depth, spread: {
        "strength_z": n * var_w * (var_x + mean_x**2),
        "fitting_std": n**-0.5,
        "predicted_factor": math.prod(widths[:-1]) * std**6,
        "width_needed": 2 * depth / spread**2,
    },
    "A2": lambda widths, slope: {
        "predicted_backward": widths[3] / widths[1],
        "colleague_factor": widths[0] / widths[3] / 27,
    },
    "A3": lambda channels, singular, left, **_: {
        "predicted_share": channels[0] / channels[-1],
        "steps_until": math.log(left) / math.log(singular) / 2,
    },
    "A4": a4_answers,
}
WITHIN = {"steps_until": 0.02, "gain": 0.002, "chi_at_gain": 0.002, "critical": 0.02}
#: A network that is drawn without a number that was typed.
OWN_PAIR = """\
w2 = 1 / slope_moment(1)
b2 = 1 - second_moment(1) / slope_moment(1)
shapes = list(zip(widths[:-1], widths[1:]))
W = [rng.standard_normal(s) * np.sqrt(w2 / s[0]) for s in shapes]
return W, [rng.standard_normal(o) * np.sqrt(b2) for _, o in shapes]"""


@pytest.fixture(scope="module")
def course(released, tmp_path_factory):
    """The course with a class; grading takes nothing from what was released to it."""
    folder = shutil.copytree(released, tmp_path_factory.mktemp("class") / "course")
    (folder / "students.txt").write_text("\n".join(CLASS), encoding="utf-8")
    (folder / "secret.txt").write_text("the same in every run of these tests, 32 bytes")
    return folder


def right_numbers(course, name, student):
    return ANSWERS[name](**numbers_for(course, name, student))


def typed(course, name, student):
    """Return a student's right answers, each number typed as a number."""
    numbers = {
        cell: repr(np.asarray(v).tolist())
        for cell, v in right_numbers(course, name, student).items()
    }
    own = {"initial": OWN_PAIR} if name == "A4" else {}
    return quick_solutions(name) | own | numbers


def carrying(name):
    """Return answers whose functions carry their arguments away."""
    answers = quick_solutions(name)
    cells = read(release.HERE / "source", name).cells
    heads = {grade_id(cell): cell.source.split("\n")[0] for cell in cells}
    functions = {c: heads[c] for c in answers if heads[c].startswith("def ")}
    return {
        cell: CARRIES.format(functions[cell].split("(")[1].split(")")[0])
        if cell in functions
        else answer
        for cell, answer in answers.items()
    }


def what_is_handed_in(course, name, people):
    """Return for each student the answers and the points; None where they are not worked out."""
    points = {
        grade_id(c): c.metadata.nbgrader.points
        for c in read(course / "release", name).cells
        if c.metadata.get("nbgrader", {}).get("grade") and c.cell_type == "code"
    }
    assert sum(points.values()) == AUTOGRADED
    slips, found = list(WRONG[name].values()), {}
    for i, student in enumerate(people):
        kind, lost = i % 5, set()
        if kind == 0:
            answers = typed(course, name, student)
        elif kind == 1:
            answers = typed(course, name, people[i - 1])
            answers["student"] = repr(people[i - 1])
            mine, his = (right_numbers(course, name, s) for s in (student, people[i - 1]))
            for cell, right in mine.items():
                if not np.allclose(his[cell], right, rtol=WITHIN.get(cell, 0.01), atol=0):
                    lost.add(f"test-{cell}")
        elif kind == 2:
            answers, lost = carrying(name), None
        elif kind == 3 and name != "A4":  # whose slips cost more or less in other variants
            slip = slips[(i // 5) % len(slips)]
            answers, lost = quick_solutions(name) | slip.answers, set(slip.loses)
        else:
            answers = quick_solutions(name)
        expected = None if lost is None else AUTOGRADED - sum(points[test] for test in lost)
        found[student] = answers, expected
    return found


def shown(number, text):
    """Return whether a text shows a number, to four or six digits."""
    numbers = set(re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", text))
    return {f"{number:.4g}", f"{number:.6g}"} & numbers


def check_class(course, name, people):
    """Grade them, and look into every page of feedback."""
    handed_in = what_is_handed_in(course, name, people)
    for student, (answers, _) in handed_in.items():
        submit(course, student, name, answers)
    first = course / "submitted" / people[0] / name / SECRET
    first.write_text("5ec2e7" * 20)
    (course / "submitted" / people[1] / name / SECRET).symlink_to(course / "secret.txt")
    rows, _ = grade_class(course, name, PATIENT, stream=io.StringIO())
    points = {row.student: row.points for row in rows}
    named = {row.student for row in rows if "look: student is" in " ".join(row.words)}
    assert named == {who for who, (answers, _) in handed_in.items() if "student" in answers}
    for student, (_, expected) in handed_in.items():
        assert expected is None or points[student] == expected, student
    # what nbgrader needs to hand the feedback back: the student's secret, or a new one for a link
    found = {who: course / "autograded" / who / name for who in points}
    assert (found[people[0]] / SECRET).read_text() == "5ec2e7" * 20
    assert len((found[people[1]] / SECRET).read_text()) == 128
    assert all((path / "timestamp.txt").is_file() for path in found.values())

    api = release.open_course(course)
    done = api.generate_feedback(name)
    assert done["success"], done["log"]
    hidden = [
        text
        for exercise in MODULES[name].HIDDEN.values()
        for case in getattr(exercise, "cases", ())
        for text in [repr(case)[1:-1].rstrip(","), *map(repr, case)]
        if len(text) > 7
    ]
    assert name == "A4" or hidden
    for student, (answers, _) in handed_in.items():
        page = (course / "feedback" / student / name / f"{NAMES[name]}.html").read_text("utf-8")
        page = html.unescape(page)
        outputs = [part.split("</pre>")[0] for part in page.split('class="output_subarea')[1:]]
        assert not [text for text in hidden if text in page or text.replace(" ", "") in page]
        for right in right_numbers(course, name, student).values():
            for number in np.ravel(right):
                if repr(float(number)) not in str(answers):
                    assert not shown(number, "".join(outputs)), student
                    # a number as short as 700 stands in the page's own style
                    assert len(f"{number:.6g}") < 5 or not shown(number, page), student
        with api.gradebook as gradebook:
            grades = gradebook.find_submission(name, student).notebooks[0].grades
            lost = [g for g in grades if g.auto_score is not None and g.auto_score < g.max_score]
            lost = [g for g in lost if not g.name.startswith("answer-")]
        assert len(outputs) == len(lost), student
        assert all(len(text.split()) >= 4 for text in outputs)
        assert not any(word in "".join(outputs) for word in ("Traceback", "seen", "/checks"))
    return points


@pytest.mark.parametrize("name", NAMES)
def test_a_small_class(name, course, sandboxes):
    points = check_class(course, name, CLASS[:4] if name == "A1" else CLASS[1:3])
    assert len(set(points.values())) > 1


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_sixty_students(name, course, sandboxes):
    shutil.rmtree(course / "submitted", ignore_errors=True)
    check_class(course, name, CLASS)


def test_everybody_has_other_numbers_and_the_same_ones_again(course):
    for name in NAMES:
        first, again = ([numbers_for(course, name, s) for s in CLASS] for _ in range(2))
        assert first == again and len({str(numbers) for numbers in first}) == 60
        # few answers of two students are so near that one would pass for the other's
        answers = [right_numbers(course, name, student) for student in CLASS]
        for cell in answers[0]:
            own = np.array([np.ravel(each[cell]) for each in answers])
            near = np.isclose(own[:, None], own, rtol=WITHIN.get(cell, 0.01), atol=0).all(-1)
            assert (near.sum() - 60) / (60 * 59) < 0.06, cell


def test_the_secret_is_made_once_for_the_teacher_alone(tmp_path):
    secret = secret_of(tmp_path)
    assert len(secret) == 64 and secret_of(tmp_path) == secret
    assert (tmp_path / "secret.txt").stat().st_mode & 0o777 == 0o600
    (tmp_path / "another").mkdir()
    assert secret != secret_of(tmp_path / "another")
