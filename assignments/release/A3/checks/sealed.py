"""Exercises without their answers: each right number, and what is said to it, is kept sealed.

The axis of ln|r| is divided into cells, and a number r lies in the middle of one. Stored are the
place of these cells, which r shares with r·eʷ, r·e²ʷ and so on (w is a cell's width), and a digest
of the one cell. So a number near r opens it, and r is known then to every digit; from afar nothing
tells the cells apart but trying them. There are some hundreds of them: who tries them all has r,
as has everybody who calls a check with one number after another. A sentence opens with the numbers
that it is said to.
"""

import base64
import hashlib
import importlib
import importlib.util
import json
from dataclasses import dataclass, fields, make_dataclass, replace

import numpy as np

from initcourse.exercises import check, check_initializer
from initcourse.exercises.check import CodeExercise, Exercise, ValueExercise, Verdict
from initcourse.exercises.run_answer import Complaint
from initcourse.exercises.run_answer import read as read_numbers

#: How far in ln a number may be from the sealed one: further than any check lets pass as near.
NEAR = 0.065
#: Places are stored to this many digits, which every processor computes alike.
DIGITS = 7
SECRETS = {"solution", "praise", "slips", "given"}


@dataclass(frozen=True)
class Seal:
    """Numbers and a sentence that open to numbers near them.

    Attributes
    ----------
    salt : str
    near : float
        Half the width w of a cell.
    shapes : list
        Of the arrays that the numbers stand in.
    places : list of float
        Of every number, ln|r|/w less the next whole number.
    digests : list of str
        One for every number that opens by itself; empty where all open together or none.
    text : str
    """

    salt: str
    near: float
    shapes: list
    places: list
    digests: list
    text: str

    @classmethod
    def of(cls, arrays, text, salt, near, each):
        """Seal arrays and a sentence; `each` number opens by itself, if that is wanted."""
        flat = _flat(arrays)
        scale = np.nan_to_num(_scale(flat, near), neginf=0)  # 0 lies in no cell
        places = (scale - np.rint(scale)).round(DIGITS).tolist()
        seal = cls(salt, near, [list(np.shape(a)) for a in arrays], places, [], "")
        cells = seal._cells(flat)
        locked = base64.b64encode(seal._crypt(bytes(4) + text.encode(), cells)).decode()
        return replace(seal, digests=seal._digests(cells) if each else [], text=locked)

    def open(self, found):
        """Return the arrays, with NaN where `found` is not near; and the sentence or None."""
        opened, words = np.full(len(self.places), np.nan), b""
        if [list(np.shape(a)) for a in found] == self.shapes:
            flat = _flat(found)
            cells = self._cells(flat)
            words = self._crypt(base64.b64decode(self.text), cells)
            whole = words.startswith(bytes(4))
            near = [whole or digest in self.digests for digest in self._digests(cells)]
            opened[near] = self._middles(flat)[near]
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in self.shapes])[:-1]
        parts = zip(np.split(opened, ends), self.shapes, strict=True)
        text = words[4:].decode() if words.startswith(bytes(4)) else None
        return [part.reshape(shape) for part, shape in parts], text

    def _cells(self, flat):
        """Return what names the cell of each number."""
        numbers = np.rint(_scale(flat, self.near) - self.places) + 0.0  # no −0
        return [f"{s:+.0f} {n:.0f}" for s, n in zip(np.sign(flat), numbers, strict=True)]

    def _middles(self, flat):
        """Return the middle of each number's cell."""
        numbers = np.rint(_scale(flat, self.near) - self.places)
        return np.sign(flat) * np.exp(2 * self.near * (numbers + self.places))

    def _digests(self, cells):
        return [_stream(4, self.salt, i, cell).hex() for i, cell in enumerate(cells)]

    def _crypt(self, words, cells):
        stream = _stream(len(words), self.salt, *cells)
        return bytes(a ^ b for a, b in zip(words, stream, strict=True))


def _flat(arrays):
    return np.concatenate([np.ravel(np.asarray(a, dtype=float)) for a in arrays])


def _scale(flat, near):
    """Return ln|r| in widths of a cell; rounding errors of 0 are 0."""
    with np.errstate(divide="ignore"):
        return np.log(np.where(abs(flat) < 1e-12, 0, abs(flat))) / (2 * near)


def _stream(length, *parts):
    """Return bytes that follow from all the parts together."""
    return hashlib.shake_256("|".join(map(str, parts)).encode()).digest(length)


class Sealed:
    """What a sealed exercise has in place of its code, beside the kind of exercise that it is."""

    def candidates(self, found, case=None):
        """Yield what opens to the numbers found, the right ones first."""
        place = 0 if case is None else next(i for i, it in enumerate(self.cases) if it is case)
        return (Seal(**seal).open(found) for seal in self.seals[place])


@dataclass(frozen=True)
class Prediction(ValueExercise):
    """A number to commit oneself to: its value is tested only when it is graded."""


@dataclass(frozen=True)
class Committed(Exercise):
    """What a student's copy has of a prediction: whether it is a number."""

    name: str
    hint_text: str = ""

    def judge(self, answer):
        """Look at the form alone."""
        number = read_numbers(answer, self.name, "be a number")
        if number.size != 1 or not np.isfinite(number).all():
            raise Complaint(f"{self.name} should be one finite number, not {answer!r}.")
        words = f"{self.name} is a number. Whether it is the right one is tested when it is graded."
        return Verdict(True, words, label="Noted.")


def seal(exercise, salt):
    """Return an exercise as plain data, of which a student may have every word."""
    if isinstance(exercise, Prediction):
        return {"kind": "Committed", "name": exercise.name}
    data = {"kind": type(exercise).__name__}
    data |= {f.name: getattr(exercise, f.name) for f in fields(exercise) if f.name not in SECRETS}
    if not isinstance(exercise, CodeExercise):
        return data
    for name in {"rtol", "tolerance"} & data.keys():
        data[name] += 10**-DIGITS  # what is right at the very edge stays right
    data["solution"] = "b = …" if getattr(exercise, "uniform", False) else "…"
    near, by_case = getattr(exercise, "near", NEAR), exercise.by_case
    data["seals"] = [
        [
            vars(Seal.of(arrays, text, f"{salt} {exercise.name} {i} {j}", near, each=j == 0))
            for j, (arrays, text) in enumerate(exercise.candidates(None, case))
        ]
        for i, case in enumerate(exercise.cases if by_case else [None])
    ]
    return data


def write(exercises, salt):
    """Return the text of a student's copy: one line for each exercise."""
    lines = [seal(exercise, salt) for exercise in exercises]
    return "".join(json.dumps(line, default=_array, ensure_ascii=False) + "\n" for line in lines)


def read(folder, assignment, seed):
    """Return the exercises of a student's copy in a folder.

    Raises
    ------
    FileNotFoundError
        If it is not there, or belongs to another variant.
    """
    path = folder / file_name(assignment, seed)
    if not path.is_file():
        raise FileNotFoundError(
            f"{path.name} is missing in {folder}. Keep notebook and folder together, as handed out."
        )
    kinds = {**vars(check), **vars(check_initializer), "Committed": Committed}
    if importlib.util.find_spec(f"checks.{assignment}_kinds"):
        kinds |= vars(importlib.import_module(f"checks.{assignment}_kinds"))
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_opened(json.loads(line, object_hook=_revived), kinds) for line in lines]


def file_name(assignment, seed):
    """Return the name of the file that has the sealed exercises."""
    return f"{assignment}_{seed}.jsonl"


def _opened(data, kinds):
    kind = kinds[data.pop("kind")]
    if "cases" in data:
        data["cases"] = tuple(map(tuple, data["cases"]))
    if "seals" in data:
        new = [("seals", list)]
        kind = make_dataclass(kind.__name__, new, bases=(Sealed, kind), frozen=True, kw_only=True)
        data["praise"] = ""
    return kind(**data)


def _array(value):
    return {"array": value.tolist()}


def _revived(data):
    return np.array(data["array"]) if "array" in data else data
