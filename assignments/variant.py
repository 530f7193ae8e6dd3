"""The numbers of a variant, filled into an assignment when its release is made.

`checks(seed)` and `numbers(seed)` of `checks/A1.py` (or A2, A3, A4) draw the numbers of a variant
from its seed. This preprocessor writes the same seed and the same numbers into the notebook: into
the cell with the grade id "numbers", into ``{{name}}`` in the text, and into ``seed=…`` of the test
cells. Beside the notebook it puts what a student's copy of the checks consists of.
"""

import importlib
import re
from pathlib import Path

from checks import sealed
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

COMMENT = "# The numbers of your assignment. The tests use the same: do not change them."


class FillVariant(NbGraderPreprocessor):
    """Write the numbers that belong to `seed` into a notebook."""

    seed = Integer(1, help="Which variant of the assignments to make").tag(config=True)

    def preprocess(self, nb, resources):
        """Fill every cell of a notebook of assignment A1, A2, …"""
        name = resources["nbgrader"]["assignment"]
        fill(nb, name, self.seed)
        # nbconvert writes these beside the notebook
        resources["outputs"] = {**resources.get("outputs", {}), **students_checks(name, self.seed)}
        return nb, resources


def students_checks(assignment, seed):
    """Return the files of a student's folder `checks`, path → bytes."""
    folder = Path(sealed.__file__).parent
    module = importlib.import_module(f"checks.{assignment}")
    names = [f"{name}.py" for name in ("__init__", "sealed", f"{assignment}_kinds")]
    files = {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}
    exercises = module.checks(seed).exercises.values()
    text = sealed.write(exercises, f"{assignment} {seed}")
    files[sealed.file_name(assignment, seed)] = text.encode()
    return {f"checks/{name}": content for name, content in files.items()}


def fill(nb, assignment, seed):
    """Fill the notebook in place with the numbers of `assignment` ("A1") for `seed`.

    Raises
    ------
    ValueError
        If there is no such assignment, or the text names a number that it does not have.
    """
    if not re.fullmatch(r"A\d", assignment):
        raise ValueError(f"an assignment is called A1, A2, …, not {assignment!r}")
    numbers = importlib.import_module(f"checks.{assignment}").numbers(seed)

    def value(match):
        if match[1] not in numbers:
            raise ValueError(f"{match[0]} is no number of {assignment}: {sorted(numbers)}")
        return str(numbers[match[1]])

    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\{\{(\w+)\}\}", value, cell.source)
        elif cell.metadata.get("nbgrader", {}).get("grade_id") == "numbers":
            lines = [f"{name} = {drawn!r}" for name, drawn in numbers.items()]
            cell.source = "\n".join([COMMENT, *lines])
        else:
            cell.source = re.sub(r"\bseed=\d+", f"seed={seed}", cell.source)
