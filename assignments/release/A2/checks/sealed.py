"""Exercises without their answers: each right number, and what is said to it, is kept sealed.

The axis of ln|r| is divided into cells, and a number r lies in the middle of one. Stored are the
place of these cells, which r shares with r·eʷ, r·e²ʷ and so on (w is a cell's width), and a digest
of the one cell. So a number near r opens it, and r is known then to every digit; from afar nothing
tells the cells apart but trying them. There are some hundreds of them: who tries them all has r,
as has everybody who calls a check with one number after another. A sentence opens with the numbers
that it is said to: sealed is the key to it. So all students' copies stand in one file of moderate
size, with each sentence once.
"""

import base64
import hashlib
import hmac
import importlib
import importlib.util
import json
from dataclasses import dataclass, fields, make_dataclass, replace

import numpy as np

from answer_checks import check
from answer_checks.check import CodeExercise, Exercise, ValueExercise, Verdict
from answer_checks.run_answer import Complaint
from answer_checks.run_answer import read as read_numbers
from initcourse.exercises import check_initializer

#: How far in ln a number may be from the sealed one: further than any check lets pass as near.
NEAR = 0.065
#: Places are stored to this many digits, which every processor computes alike.
DIGITS = 7
SECRETS = {"solution", "praise", "slips", "given"}


@dataclass(frozen=True)
class Seal:
    """Numbers and a text that open to numbers near them.

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
        for seal, sentence in zip(self.seals[place], self.sentences, strict=True):
            numbers, key = Seal(**seal).open(found)
            yield (
                numbers,
                None if key is None else _secret(base64.b64decode(sentence), key).decode(),
            )


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


def seal(exercise, secret):
    """Return an exercise as plain data, of which a student may have every word.

    Returns
    -------
    told, seals : dict
        Both belong together; what differs from student to student is in the second, where it can.
    """
    if isinstance(exercise, Prediction):
        return {"kind": "Committed", "name": exercise.name}, {}
    told = {"kind": type(exercise).__name__}
    told |= {f.name: getattr(exercise, f.name) for f in fields(exercise) if f.name not in SECRETS}
    if not isinstance(exercise, CodeExercise):
        return told, {}
    for name in {"rtol", "tolerance"} & told.keys():
        told[name] += 10**-DIGITS  # what is right at the very edge stays right
    told["solution"] = "b = …" if getattr(exercise, "uniform", False) else "…"
    near, cases = getattr(exercise, "near", NEAR), exercise.cases if exercise.by_case else [None]
    found = [list(exercise.candidates(None, case)) for case in cases]
    texts = [text for _, text in found[0]]
    keys = [hmac.digest(secret, text.encode(), "sha256").hex()[:16] for text in texts]
    told["sentences"] = [
        base64.b64encode(_secret(text.encode(), key)).decode()
        for text, key in zip(texts, keys, strict=True)
    ]
    seals = [
        [
            vars(Seal.of(arrays, key, f"{exercise.name} {i} {j}", near, each=j == 0))
            for j, ((arrays, _), key) in enumerate(zip(candidates, keys, strict=True))
        ]
        for i, candidates in enumerate(found)
    ]
    return told, {"seals": seals}


def write(students, secret):
    """Return the text of the file with everybody's copy.

    Its lines are what is told and sealed, each once however many have it, and for each student
    the numbers and which lines are his or hers.

    Parameters
    ----------
    students : dict of str to tuple
        By the name, as `checks.spell` has it, a student's numbers and exercises.
    secret : bytes
    """
    lines, entries = {}, []
    for student, (numbers, exercises) in students.items():
        parts = [[_json(part) for part in seal(exercise, secret)] for exercise in exercises]
        own = [[lines.setdefault(part, len(lines)) for part in pair] for pair in parts]
        entries.append(_json({"student": _digest(student), "numbers": numbers, "lines": own}))
    return "".join(line + "\n" for line in [*lines, *entries])


def numbers_of(folder, assignment, student):
    """Return a student's numbers, by name.

    Raises
    ------
    FileNotFoundError, ValueError
        If the file is not there, or has nobody of that name.
    """
    for entry in _lines(folder, assignment):
        if entry.get("student") == _digest(student):
            return entry["numbers"]
    raise ValueError(f"Nobody here is called {student!r}. Type your name as your teacher has it.")


def read(folder, assignment, numbers):
    """Return the exercises of the student who has these numbers.

    Raises
    ------
    FileNotFoundError, ValueError
        If the file is not there, or has nobody with these numbers.
    """
    kinds = {**vars(check), **vars(check_initializer), "Committed": Committed}
    if importlib.util.find_spec(f"checks.{assignment}_kinds"):
        kinds |= vars(importlib.import_module(f"checks.{assignment}_kinds"))
    lines = _lines(folder, assignment)
    for entry in lines:
        if entry.get("numbers") == numbers:
            pairs = entry["lines"]
            return [_opened(lines[told] | lines[sealed], kinds) for told, sealed in pairs]
    raise ValueError("These are nobody's numbers: leave the cell with your numbers as it is.")


def file_name(assignment):
    """Return the name of the file that has the sealed exercises."""
    return f"{assignment}.jsonl"


def _lines(folder, assignment):
    path = folder / file_name(assignment)
    if not path.is_file():
        raise FileNotFoundError(
            f"{path.name} is missing in {folder}. Keep notebook and folder together, as handed out."
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line, object_hook=_revived) for line in lines]


def _digest(student):
    """Return what a name stands as, so that the file is no list of the class."""
    return hashlib.sha256(student.encode()).hexdigest()[:20]


def _secret(words, key):
    """Lock bytes with a key, or unlock them."""
    return bytes(a ^ b for a, b in zip(words, _stream(len(words), key), strict=True))


def _json(data):
    return json.dumps(data, default=_array, ensure_ascii=False)


def _opened(data, kinds):
    kind = kinds[data.pop("kind")]
    if "cases" in data:
        data["cases"] = tuple(map(tuple, data["cases"]))
    if "seals" in data:
        new = [("seals", list), ("sentences", list)]
        kind = make_dataclass(kind.__name__, new, bases=(Sealed, kind), frozen=True, kw_only=True)
        data["praise"] = ""
    return kind(**data)


def _array(value):
    return {"array": value.tolist()}


def _revived(data):
    return np.array(data["array"]) if "array" in data else data
