"""A class of 20 honest but untidy submissions, as people and their editors leave them.

Answers are right unless it is said, but A1's part 3 (4 points) is answered by one student only,
for its tests take long. The points were worked out before grading.
"""

import copy
import json

WORDS = "In one draw ln m has variance 2L/n = 1, so 0.35 is an ordinary value, not a surprise."


class Sheet:
    """A notebook as JSON, with the moves of somebody who edits it."""

    def __init__(self, notebook, released):
        self.notebook, self.cells, self.made = notebook, notebook["cells"], 0
        self.released = {_grade_id(cell): cell["source"] for cell in released["cells"]}
        (self.written,) = (name for name in self.released if (name or "").startswith("answer-"))

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
        self.type(self.written, self.released[self.written])

    def saved(self):
        """Return the file."""
        return json.dumps(self.notebook, ensure_ascii=False).encode()


def _grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


UNTIDY = {}


def student(assignment, points, by_hand):
    """Register a student: the assignment, the points, whether an answer waits for the teacher."""

    def register(function):
        UNTIDY[function.__name__] = assignment, points, by_hand, function
        return function

    return register


@student("A1", 11, True)
def answers_below(sheet):
    sheet.unanswered()
    sheet.add("markdown", WORDS, -1)


@student("A1", 11, True)
def answers_above_the_question(sheet):
    sheet.unanswered()
    sheet.add("markdown", WORDS, sheet.find(sheet.written) - 2)


@student("A1", 11, True)
def answers_in_a_new_cell_that_is_code(sheet):
    sheet.unanswered()
    sheet.add("code", WORDS, -1)


@student("A2", 15, True)
def answers_in_comments(sheet):
    sheet.unanswered()
    sheet.add("code", "# " + WORDS.replace(", ", ",\n# "), sheet.find(sheet.written) - 1)


@student("A1", 11, True)
def answers_in_the_question(sheet):
    sheet.unanswered()
    sheet.cells[-2]["source"] += f"\n\nMy answer: {WORDS}"


@student("A1", 11, True)
def answers_in_a_locked_cell(sheet):
    sheet.unanswered()
    sheet.cells[sheet.find("numbers")]["source"] += f"\n'''\n{WORDS}\n'''"


@student("A1", 11, True)
def deletes_the_place_and_answers_elsewhere(sheet):
    sheet.delete(sheet.written)
    sheet.add("raw", WORDS, "test-width_needed")


@student("A1", 11, True)
def turns_the_answer_into_code(sheet):
    sheet.turn(sheet.written, "code")
    sheet.turn("width_needed", "raw")


@student("A1", 15, True)
def splits_everything(sheet):
    sheet.copy("measured_strengths", "measured_strengths")
    sheet.type("measured_strengths", "mean_square = lambda h: np.mean(h**2)")
    second = sheet.cells[sheet.find("measured_strengths") + 1]
    second["source"] = (
        "def measured_strengths(x, widths, std, rng):\n    h, out = x, [mean_square(x)]\n"
        "    for n_in, n_out in zip(widths[:-1], widths[1:]):\n"
        "        h = h @ (std * rng.standard_normal((n_in, n_out)))\n"
        "        out.append(mean_square(h))\n    return out"
    )
    sheet.split("test-strength_z", "checks(")
    sheet.split("numbers", "std =")
    sheet.type(sheet.written, f"{WORDS}\n\nSo: draw again.")
    sheet.split(sheet.written, "So: ")


@student("A1", 11, True)
def copies_blank_cells_of_what_is_answered(sheet):
    for name in ("strength_z", "predicted_strengths"):
        sheet.copy(name, -1, sheet.released[name])
    sheet.copy(sheet.written, -1, sheet.released[sheet.written])


# The first try of predicted_strengths is wrong, the copy below the tests is right.
@student("A1", 11, False)
def tries_again_in_a_copy(sheet):
    sheet.unanswered()
    sheet.copy("test-predicted_strengths", "hidden-predicted_strengths")
    sheet.copy("predicted_strengths", "hidden-predicted_strengths")
    sheet.type("predicted_strengths", "def predicted_strengths(widths, var_w, q):\n    return [q]")


@student("A2", 15, True)
def copies_the_imports_to_the_end(sheet):
    sheet.copy("imports", -1)


@student("A2", 15, True)
def copies_what_is_given_to_the_top(sheet):
    sheet.copy("numbers", None)
    sheet.copy("test-xavier_normal", None)


@student("A2", 15, True)
def moves_what_is_given_to_the_end(sheet):
    for name in ("imports", "numbers"):
        sheet.move(name, -1)


# The tests of part 4 stand above part 2, and its own test above the answer of 1a.
@student("A1", 11, True)
def reorders_the_parts(sheet):
    for name in ("test-width_needed", "width_needed"):
        sheet.move(name, "test-fitting_std")
    sheet.move("test-strength_z", "numbers")
    sheet.move(sheet.written, None)


# No answer to 1a; a new cell below its test, where nothing tests it, holds one of 1b.
@student("A1", 7, False)
def answers_in_new_cells(sheet):
    sheet.unanswered()
    sheet.type("strength_z", sheet.released["strength_z"])
    sheet.add("code", "strength_z = n * var_w * (var_x + mean_x**2)", "test-strength_z")
    sheet.type("fitting_std", sheet.released["fitting_std"])
    sheet.add("code", "fitting_std = 1 / np.sqrt(n)", "test-fitting_std")
    sheet.type("width_needed", sheet.released["width_needed"])
    sheet.add("code", "width_needed = 2 * depth / spread**2", "width_needed")


# Magics first, notes between, `n` borrowed and given back by a copy of the numbers.
@student("A1", 11, False)
def works_in_the_notebook(sheet):
    sheet.unanswered()
    sheet.add("code", "%matplotlib inline\n%load_ext autoreload", None)
    sheet.copy("numbers", "test-strength_z")
    sheet.add("code", "n = 3\nprint(n)", "test-strength_z")
    sheet.delete("test-predicted_strengths")


@student("A1", 11, True)
def saves_in_vs_code(sheet):
    sheet.notebook["nbformat_minor"] = 2
    for cell in sheet.cells:
        cell.pop("id", None)
        cell["source"] = cell["source"].replace("\n", "\r\n") + "\r\n"
        if cell["cell_type"] == "code":
            cell["metadata"]["vscode"] = {"languageId": "python"}
    sheet.saved = lambda: b"\xef\xbb\xbf" + Sheet.saved(sheet).replace(b"}, {", b"},\r\n{")


# Wrong in 1a.
@student("A1", 9, False)
def saves_in_colab(sheet):
    sheet.unanswered()
    sheet.type("strength_z", "strength_z = n * var_w * var_x")
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


@student("A1", 11, True)
def loses_all_metadata(sheet):
    sheet.notebook["metadata"] = {}
    for cell in sheet.cells:
        cell["metadata"].clear()
        if cell["cell_type"] == "code":
            del cell["outputs"], cell["execution_count"]
