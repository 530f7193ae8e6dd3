"""Honest but untidy submissions of the small course, as people and their editors leave them.

Answers are right unless it is said. The points were worked out before grading.
"""

import copy
import json

from small_course import DRAW, STRENGTH

WORDS = "In one draw ln m has variance 2L/n = 1, so 0.35 is an ordinary value, not a surprise."


class Sheet:
    """A notebook as JSON, with the moves of somebody who edits it."""

    def __init__(self, notebook, released):
        self.notebook, self.cells, self.made = notebook, notebook["cells"], 0
        self.released = {_grade_id(cell): cell["source"] for cell in released["cells"]}

    def find(self, name):
        """Return where the first cell with a grade id stands; a number is a place already."""
        if isinstance(name, int):
            return name % len(self.cells)
        return next(i for i, cell in enumerate(self.cells) if _grade_id(cell) == name)

    def copy(self, name, to, source=None):
        """Copy a cell, grade id and all."""
        cell = copy.deepcopy(self.cells[self.find(name)])
        cell["source"] = cell["source"] if source is None else source
        self.put(cell, to)

    def move(self, name, to):
        """Move a cell."""
        self.put(self.cells.pop(self.find(name)), to)

    def put(self, cell, to):
        """Put a cell below another; below -1 is the end, below None the top."""
        self.made += 1
        cell["id"] = f"new-{self.made}"
        self.cells.insert(0 if to is None else self.find(to) + 1, cell)

    def add(self, cell_type, source, to):
        """Write a new cell."""
        cell = {"cell_type": cell_type, "metadata": {}, "source": source}
        self.put(
            cell | ({"outputs": [], "execution_count": None} if cell_type == "code" else {}), to
        )

    def split(self, name, before):
        """Split a cell, as JupyterLab does it, before the first line that holds some words."""
        place = self.find(name)
        source = self.cells[place]["source"]
        at = source.rindex("\n", 0, source.index(before)) + 1
        self.copy(place, place, source[at:])
        self.cells[place]["source"] = source[:at].rstrip("\n")

    def type(self, name, source):
        """Type another text into a cell."""
        self.cells[self.find(name)]["source"] = source

    def append(self, name, source):
        """Write below what stands in a cell."""
        self.cells[self.find(name)]["source"] += f"\n\n{source}"

    def turn(self, name, cell_type):
        """Change a cell's type."""
        place = self.find(name)
        cell = self.cells.pop(place)
        self.add(cell_type, cell["source"], place - 1)
        self.cells[place]["metadata"] = cell["metadata"]

    def delete(self, name):
        """Delete a cell."""
        del self.cells[self.find(name)]

    def unanswered(self):
        """Leave the written answer as it was handed out."""
        self.type("why", self.released["why"])

    def saved(self):
        """Return the file."""
        return json.dumps(self.notebook, ensure_ascii=False).encode()


def _grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


UNTIDY = {}


def student(points, waiting):
    """Register a student: the points, and whether a written answer waits for the teacher."""

    def register(function):
        UNTIDY[function.__name__] = points, waiting, function
        return function

    return register


#: Where else a written answer stands, its place being left as it was handed out.
ELSEWHERE = {
    "below": lambda sheet: sheet.add("markdown", WORDS, -1),
    "above_the_question": lambda sheet: sheet.add("markdown", WORDS, sheet.find("why") - 2),
    "in_a_cell_of_code": lambda sheet: sheet.add("code", WORDS, -1),
    "in_comments": lambda sheet: sheet.add("code", "# " + WORDS.replace(", ", ",\n# "), -2),
    "in_the_question": lambda sheet: sheet.append(-2, f"My answer: {WORDS}"),
    "in_a_locked_cell": lambda sheet: sheet.append("given", f"'''\n{WORDS}\n'''"),
    "and_its_place_is_deleted": lambda sheet: [sheet.delete("why"), sheet.add("raw", WORDS, 8)],
}


def _elsewhere(put):
    return lambda sheet: [sheet.unanswered(), put(sheet)]


UNTIDY |= {f"answers_{name}": (10, True, _elsewhere(put)) for name, put in ELSEWHERE.items()}


@student(10, True)
def turns_the_answer_into_code(sheet):
    sheet.turn("why", "code")
    sheet.turn("guess", "raw")


@student(10, True)
def splits_everything(sheet):
    sheet.type("strength", f"mean_square = lambda h: np.mean(h**2)\n{STRENGTH}")
    for name, before in [("strength", "def"), ("given", "factor"), ("test-strength", "assert")]:
        sheet.split(name, before)
    sheet.type("why", f"{WORDS}\n\nSo: draw again.")
    sheet.split("why", "So: ")


@student(10, True)
def copies_blank_cells_of_what_is_answered(sheet):
    for name in ("strength", "guess", "why"):
        sheet.copy(name, -1, sheet.released[name])


# The first try is wrong, the copy below the tests is right.
@student(10, False)
def tries_again_in_a_copy(sheet):
    sheet.unanswered()
    sheet.copy("test-draw", "test-draw-hidden")
    sheet.copy("draw", "test-draw-hidden")
    sheet.type("draw", "def draw(n, rng):\n    return 0")


@student(10, True)
def copies_what_is_given_to_the_end(sheet):
    sheet.copy("given", -1)


@student(10, True)
def copies_what_is_given_and_a_test_to_the_top(sheet):
    sheet.copy("given", None)
    sheet.copy("test-strength", None)


@student(10, True)
def moves_what_is_given_to_the_end(sheet):
    sheet.move("given", -1)


# The last part stands above the second, and its test above its answer.
@student(10, True)
def reorders_the_parts(sheet):
    for name in ("test-guess", "guess"):
        sheet.move(name, "test-strength-hidden")
    sheet.move("test-strength", "given")
    sheet.move("why", None)


# A new cell answers below both tests, where nothing tests it; between the two; above the only one.
@student(0 + 2 + 1, False)
def answers_in_new_cells(sheet):
    for name in ("strength", "draw", "guess", "why"):
        sheet.type(name, sheet.released[name])
    sheet.add("code", STRENGTH, "test-strength-hidden")
    sheet.add("code", DRAW, "test-draw")
    sheet.add("code", "guess = 12", "guess")


# Notes between; `factor` borrowed and given back by a copy of what is given.
@student(10, False)
def works_in_the_notebook(sheet):
    sheet.unanswered()
    sheet.copy("given", "test-strength")
    sheet.add("code", "factor = 5\nprint(factor)", "test-strength")
    sheet.delete("test-strength")


@student(10, True)
def saves_in_vs_code(sheet):
    sheet.notebook["nbformat_minor"] = 2
    for cell in sheet.cells:
        cell.pop("id", None)
        cell["source"] = cell["source"].replace("\n", "\r\n") + "\r\n"
        if cell["cell_type"] == "code":
            cell["metadata"]["vscode"] = {"languageId": "python"}
    sheet.saved = lambda: b"\xef\xbb\xbf" + Sheet.saved(sheet).replace(b"}, {", b"},\r\n{")


# Without strength's hidden test.
@student(7, False)
def saves_in_colab(sheet):
    sheet.unanswered()
    sheet.type("strength", "def strength(x):\n    return 2.5")
    sheet.notebook |= {"nbformat_minor": 0}
    kernel = {"name": "python3", "display_name": "Python 3"}
    sheet.notebook["metadata"] = {"colab": {"provenance": []}, "kernelspec": kernel}
    for number, cell in enumerate(sheet.cells):
        cell.pop("id", None)
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"] |= {"id": f"aB{number}", "colab": {"base_uri": "https://localhost:8080/"}}
        if cell["cell_type"] == "code":
            cell["execution_count"] = 1
            html = {"output_type": "execute_result", "data": {"text/html": ["<b>1</b>"]}}
            cell["outputs"] = [html | {"metadata": {}, "execution_count": 1}]


@student(10, True)
def loses_all_metadata(sheet):
    sheet.notebook["metadata"] = {}
    for cell in sheet.cells:
        cell["metadata"].clear()
        if cell["cell_type"] == "code":
            del cell["outputs"], cell["execution_count"]
