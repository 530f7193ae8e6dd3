"""Which folders of submitted/ are named as a student can be, and under which name."""

import unicodedata

# nbgrader reads the first as a pattern, writes the second into grades.csv unquoted and puts all
# of them into addresses and tables; these few are harmless there
_PLAIN = frozenset("'()+-.@_")
_JOINERS = frozenset("\u200c\u200d")  # invisible, but Persian and Indian names need them
_APOSTROPHES = frozenset("'\u2018\u2019_")


def spell(name):
    """Return the one spelling of a name whose accents may be stored in two ways."""
    return unicodedata.normalize("NFC", name)


def is_name(name):
    """Return whether nbgrader, the tables and the teacher's eyes read the name as one name.

    Letters of any script, digits, spaces and most of what stands in names are allowed. A name
    begins with none of what hides a file, looks like an option or makes a spreadsheet compute.
    """
    return (
        0 < len(name) <= 100  # the gradebook has room for 128
        and all(map(_is_harmless, name))
        and (name[0].isalnum() or name[0] in _APOSTROPHES)
        and not name[-1].isspace()  # nbgrader would take it away
    )


def show(folder):
    """Return the name of a folder with a question mark for all that may not stand in a name."""
    return "".join(c if _is_harmless(c) else "?" for c in folder[:60])


def _is_harmless(character):
    if character.isascii():
        return character.isalnum() or character in _PLAIN or character == " "
    # C: control characters, marks that turn the direction of writing, halves of characters;
    # Zl and Zp: ends of lines
    category = unicodedata.category(character)
    return character in _JOINERS or not category.startswith(("C", "Zl", "Zp"))
