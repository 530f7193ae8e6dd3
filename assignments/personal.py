"""A variant for each student: numbers that follow from the course's secret and the student's name.

One release serves everybody, so nbgrader's exchange, a link or a stick hands it out. Its folder
`checks` has the numbers of all who are named in `students.txt`; the notebook's first cells look up
those of the student. When a submission is graded, its locked cells get the numbers of the student
in whose folder it lies, whatever stands in it: nobody names a seed, and a neighbour's file has the
neighbour's answers to other numbers.

The secret lies in `secret.txt`, which is made once and never handed out. Whoever has it knows the
numbers of assignments that are not released yet; without it nobody has the same numbers again.
"""

import importlib
import os
import re
import secrets
from pathlib import Path

from checks import sealed, spell
from checks.variants import MODEL, numbers_of
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

SECRET, STUDENTS = "secret.txt", "students.txt"
FILES = ("__init__", "sealed")


class StudentsChecks(NbGraderPreprocessor):
    """Puts beside a released notebook what a student's copy of the checks consists of."""

    def preprocess(self, nb, resources):
        """Leave the notebook as it is; nbconvert writes the outputs beside it."""
        course = CourseDirectory(config=self.config).root
        files = students_checks(course, resources["nbgrader"]["assignment"])
        resources["outputs"] = {**resources.get("outputs", {}), **files}
        return nb, resources


def students_checks(course, assignment):
    """Return the files of a student's folder `checks`, path → bytes."""
    folder, module = Path(sealed.__file__).parent, importlib.import_module(f"checks.{assignment}")
    names = [f"{name}.py" for name in (*FILES, f"{assignment}_kinds")]
    files = {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}
    students = students_of(course)
    numbers = {name: numbers_for(course, assignment, name) for name in students or [MODEL]}
    exercises = {name: module.checks(own).exercises.values() for name, own in numbers.items()}
    everybody = {name: (numbers[name], exercises[name]) for name in numbers}
    text = sealed.write(everybody, secret_of(course) if students else b"")
    files[sealed.file_name(assignment)] = text.encode()
    return {f"checks/{name}": content for name, content in files.items()}


def numbers_for(course, assignment, student):
    """Return a student's numbers of an assignment.

    Raises
    ------
    ValueError
        If the course has no such student.
    """
    module, name = importlib.import_module(f"checks.{assignment}"), spell(student)
    if name == MODEL:
        return numbers_of(module, MODEL)
    if name not in students_of(course):
        raise ValueError(f"not in {STUDENTS}: add the name there, or rename the folder")
    return numbers_of(module, name, secret_of(course))


def locked_cells(course, assignment, student):
    """Return a function that gives the text of a locked cell with a student's numbers in it."""
    numbers = repr(numbers_for(course, assignment, student))
    places = rf'numbers\("{assignment}", student\)|(?<=checks\("{assignment}", )mine(?=\))'
    return lambda text: re.sub(places, lambda _: numbers, text)


def students_of(course):
    """Return the names in the course's list, as `checks.spell` has them."""
    path = Path(course, STUDENTS)
    lines = path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else []
    return list(dict.fromkeys(spell(line) for line in lines if line.strip()))


def secret_of(course):
    """Return the course's secret; the first call makes it."""
    path = Path(course, SECRET)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    secret = path.read_bytes()
    if len(secret) < 32:
        raise ValueError(f"{path} holds no secret: put back your copy of it")
    return secret
