"""What grading knows of a course; `settings.py` reads it from the course's configuration."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Course:
    """What a submission's sandbox and its marking go by.

    Attributes
    ----------
    packages : tuple of Path
        Folders, or single modules, that the sandbox shows.
    hidden : tuple of Path
        Files in them in whose place it shows an empty module.
    usual : tuple of str
        Names that a submission may import without a remark.
    name_variable : str
        The variable into which students type their names, if there is one.
    private : tuple of str
        Folders that no sandbox may show.
    released, source : str or None
        The assignment's folders with what stands beside its notebooks: as students get it, which
        the sandbox shows, and as tests read it.
    beside : tuple of str
        Patterns of files in `released` in whose place it shows an empty module.
    """

    packages: tuple = ()
    hidden: tuple = ()
    usual: tuple = ()
    name_variable: str = ""
    private: tuple = ()
    released: str | None = None
    source: str | None = None
    beside: tuple = ()
