"""What README and CONTRIBUTING promise of a lesson: its length, its exercises, its minutes."""

import re
from pathlib import Path

import lessons
import nbformat
import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
each_lesson = pytest.mark.parametrize("path", lessons.NOTEBOOKS, ids=lambda path: path.stem[:2])


@each_lesson
def test_a_lesson_is_short_enough_for_45_minutes(path):
    cells = lessons.cells(path)
    words = sum(len(source.split()) for _, source, kind in cells if kind == "markdown")
    assert words <= 1800
    assert sum(kind == "code" for _, _, kind in cells) <= 25


@each_lesson
def test_a_lesson_has_three_exercises_but_for_the_first_which_shows_how_they_work(path):
    assert len(lessons.exercises(path)) >= (1 if path.stem.startswith("00") else 3)


@each_lesson
def test_the_map_says_the_minutes_that_the_lessons_head_says(path):
    head = lessons.cells(path)[0][1]
    written = re.search(r"^\| \*\*Time\*\* \| (\d+) minutes(?:, .*)? \|$", head, re.MULTILINE)
    minutes = int(written[1])
    assert minutes <= 45
    assert re.search(rf"\(notebooks/{path.name}\) \| {minutes} min \|", README)


@each_lesson
def test_where_no_widget_works_each_stored_output_says_or_shows_something(path):
    for cell in nbformat.read(path, 4).cells:
        shown = [output.data for output in cell.get("outputs", []) if "data" in output]
        for data in shown:
            assert set(data) <= {"text/plain", "text/html", "image/png"}
            assert not re.search(r"object at 0x|\(children=", data.get("text/plain", ""))
        if cell.cell_type == "code" and re.search(r"ic\.explorers\.\w+Explorer\(", cell.source):
            [picture, *_] = [data for data in shown if "image/png" in data]
            assert "Explorer: " in picture["text/plain"]


@each_lesson
def test_a_row_of_printed_columns_stands_in_one_line_of_a_small_window(path):
    """JupyterLab at 1280 pixels has room for 100 characters beside its list of files."""
    outputs = [o for cell in nbformat.read(path, 4).cells for o in cell.get("outputs", [])]
    lines = [line for o in outputs for line in o.get("text", "").splitlines()]
    assert not [line for line in lines if "  " in line.strip() and len(line.rstrip()) > 100]


#: n_in, σ_w², ξ_c, W_q: an index that names. An index that counts is a digit, i, j, l or t.
ALONE = re.compile(r"\\?[A-Za-z]+_(?:\{\\(?:text|mathrm)\{\w+\}\}|[wbcgkoqv])(?:\^2)?")
COUNTED = re.compile(r"(?<![\w\\])[A-Za-zα-ω]_(?:[0-9ijlt])\b")


def wrongly_written(text):
    """Return named quantities that stand alone in LaTeX, and indexed symbols that are plain."""
    for left_out in (r"```.*?```", r"`[^`]*`", r"\]\([^)]*\)", r"\$\$.*?\$\$"):
        text = re.sub(left_out, " ", text, flags=re.DOTALL)
    formula = r"(?<!\\)\$([^$]+)\$"
    alone = [inside for inside in re.findall(formula, text) if ALONE.fullmatch(inside.strip())]
    return alone + COUNTED.findall(re.sub(formula, " ", text))


@each_lesson
def test_a_name_is_plain_in_a_sentence_and_an_indexed_symbol_is_a_formula(path):
    texts = (source for _, source, kind in lessons.cells(path) if kind == "markdown")
    assert not [wrong for text in texts for wrong in wrongly_written(text)]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (r"n_in and σ_w², $z_l$, $q = \sigma_w^2\,m$, `z_l`, [here](a_1), $$n_{\text{in}}$$", []),
        (r"of $n_{\text{in}}$ inputs", [r"n_{\text{in}}"]),
        (r"$\sigma_w^2$ is 2, $\xi_c$ is 6", [r"\sigma_w^2", r"\xi_c"]),
        ("φ′(z_j) and |h_1|", ["z_j", "h_1"]),
    ],
)
def test_what_is_wrongly_written_is_found(text, wrong):
    assert wrongly_written(text) == wrong
