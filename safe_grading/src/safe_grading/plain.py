"""nbgrader's own grading of submissions that editors and students have left untidy."""

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.preprocessors import NbGraderPreprocessor

from safe_grading.book import as_notebook, grade_id, officials
from safe_grading.repair import repair


class Repair(NbGraderPreprocessor):
    """Makes of a submission the notebook that safe grading would mark."""

    def preprocess(self, nb, resources):
        """Put every cell in order that the gradebook knows, and say what was done."""
        about = resources["nbgrader"]
        original = officials(self.config, about["assignment"])[about["notebook"]]
        cells = [(cell.cell_type, cell.source, grade_id(cell)) for cell in nb.cells]
        rebuilt, words = repair(cells, original)
        note = "; ".join(words)
        if words:
            self.log.warning("%s: %s", about["student"], note)
        made = as_notebook(rebuilt, note)
        for cell, row in zip(made.cells[len(made.cells) - len(rebuilt) :], rebuilt, strict=True):
            pictures = nb.cells[row["place"]].get("attachments") if row["place"] is not None else {}
            if pictures and cell.cell_type == "markdown":
                cell.attachments = pictures
        return made, resources


class Reader(NotebookExporter):
    """Reads notebooks that begin with a byte order mark, too, as some editors write it."""

    def from_file(self, file_stream, resources=None, **options):
        """Convert a notebook from an open file."""
        nb = nbformat.reads(file_stream.read().removeprefix("\ufeff"), as_version=4)
        return self.from_notebook_node(nb, resources, **options)
