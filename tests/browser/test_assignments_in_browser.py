"""Assignments in JupyterLab: a student answers and validates, a teacher grades by hand.

Both use nbgrader's own buttons and pages, in a copy of the course with a server of its own.
"""

import shutil

import nbformat
import pytest
import release

from browser.lab import Lab, Notebook

#: nbgrader's use of SQLAlchemy; nothing of ours is silenced.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

FILE = "A1/A1_signals.ipynb"
STUB = "...  # your answer"
LINK = "https://example.org"
FAILED = "The following cell failed:"


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def answered(folder, words=""):
    """Return the released notebook with the source's answer in every cell to be answered.

    In the written answer `words` stand in front.
    """
    source, released = (nbformat.read(folder / f / FILE, 4) for f in ("source", "release"))
    answers = {
        grade_id(cell): cell.source
        for cell in source.cells
        if grade_id(cell) and cell.metadata.nbgrader.solution
    }
    for cell in released.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
        if grade_id(cell) == "answer-one_draw":
            cell.source = words + cell.source
    return named(released)


def named(notebook):
    """Return a student's notebook with the name of kim, who is in the class's list."""
    [cell] = [cell for cell in notebook.cells if grade_id(cell) == "student"]
    cell.source = 'student = "kim"'
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which kim's right answers are graded, and nbgrader's API for it."""
    folder = tmp_path_factory.mktemp("course").resolve()
    release.copy_course(folder)
    (folder / "students.txt").write_text("kim")
    api = release.generate(folder, ["A1"])
    kim = folder / "submitted" / "kim" / FILE
    kim.parent.mkdir(parents=True)
    # a heading whose id is that of a box of points, and a link
    words = f"# answer-one_draw\n\n# test-strength_z\n\n{LINK}\n\n"
    nbformat.write(answered(folder, words), kim)
    done = api.autograde("A1", "kim")
    assert done["success"], done["log"]
    return folder, api


@pytest.fixture(scope="module")
def course_lab(browser, course, tmp_path_factory):
    """JupyterLab on the course's folder."""
    lab = Lab(course[0], tmp_path_factory.mktemp("course_profile"))
    try:
        lab.wait()
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def new_page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page
    context.close()


def validate(page):
    """Press Validate; return what the dialog says, and leave it open."""
    page.get_by_role("toolbar").get_by_text("Validate", exact=True).click()
    dialog = page.locator(".jp-Dialog", has_text="Validation Results")
    dialog.wait_for(timeout=60_000)
    return dialog.inner_text()


def close_dialog(page):
    page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
    page.locator(".jp-Dialog").wait_for(state="detached")


def cell_with(page, text):
    return page.locator(".jp-CodeCell", has_text=text)


def test_a_student_answers_and_validates(course, folder, lab, new_page):
    """In a folder of a student's, with what is released and nothing of the teacher's."""
    teacher, _ = course
    shutil.copytree(teacher / "release" / "A1", folder / "A1")
    released = named(nbformat.read(folder / FILE, 4))
    nbformat.write(released, folder / FILE)
    tests = [c for c in released.cells if c.cell_type == "code" and ".mark(" in c.source]
    page = new_page()
    with Notebook(lab, page, FILE) as notebook:
        said = validate(page)
        # each with its own sentence, and no line of the course's code before it
        assert said.count("Not answered yet. ") == len(tests)
        assert "Replace the ... in strength_z, then run the cell again." in said
        assert said.count(FAILED) == len(tests) + 1  # the written answer
        assert "YOUR ANSWER HERE\nYou did not provide a response." in said
        assert "Traceback" not in said
        close_dialog(page)

        answer = cell_with(page, "strength_z = (")
        line = answer.locator(".cm-line", has_text=STUB)
        line.click()
        page.keyboard.press("Home")
        page.keyboard.press("Shift+End")
        page.keyboard.type("n * var_w * (var_x + mean_x**2)")
        for run in ("import numpy as np", 'student = "kim"', "mine = numbers("):
            cell_with(page, run).locator(".cm-content").first.click()
            page.keyboard.press("Shift+Enter")
        answer.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        page.keyboard.press("Shift+Enter")  # the test below it
        test = cell_with(page, 'mark("strength_z"')
        test.locator(".jp-OutputArea-output", has_text="Right. n·Var(w)·E[x²]").wait_for()
        notebook.idle()
        said = validate(page)
        assert said.count(FAILED) == len(tests) and "strength_z" not in said
        close_dialog(page)

    nbformat.write(answered(teacher), folder / "A1" / "right.ipynb")
    page = new_page()
    with Notebook(lab, page, "A1/right.ipynb"):
        assert "Success! Your notebook passes all the tests." in validate(page)
        close_dialog(page)


def test_a_teacher_gives_points_in_formgrader(course, course_lab, new_page):
    _, api = course
    page = new_page()
    page.goto(f"{course_lab.url}/lab?reset&token={course_lab.token}")
    page.locator(".lm-MenuBar-itemLabel").get_by_text("Nbgrader", exact=True).click()
    page.locator(".lm-Menu").get_by_text("Formgrader", exact=True).click()
    form = page.frame_locator("iframe")
    for link in ("Manual Grading", "A1", "A1_signals"):
        form.get_by_role("link", name=link, exact=True).click()
    form.get_by_role("link", name="Submission #1").click()
    points = form.locator("input.score#answer-one_draw")
    # red, when the page has asked for the marks; what is typed before that is lost
    form.locator("input.score.needs_manual_grade#answer-one_draw").wait_for()
    for taken in ("answer-one_draw", "test-strength_z"):
        assert form.locator(f"[id='{taken}']").count() == 1
    assert form.get_by_text(LINK).count() == 1 and not form.locator(f"[href^='{LINK}']").count()
    points.fill("4")
    with page.expect_response("**/formgrader/api/grade/*") as saved:
        points.press("Tab")
    assert saved.value.ok
    with api.gradebook as gradebook:
        grade = gradebook.find_grade("answer-one_draw", "A1_signals", "A1", "kim")
        submission = gradebook.find_submission("A1", "kim")
        assert (grade.manual_score, grade.needs_manual_grade) == (4, False)
        assert (submission.score, submission.max_score) == (19, 20)
