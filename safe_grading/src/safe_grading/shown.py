"""Which of a submission's outputs the teacher gets to see: text and pictures, never HTML.

Formgrader shows outputs in the teacher's browser, where a script could change marks. A picture of
100 kB can take gigabytes there, and colours of a terminal in a text of 1 MB take 14 s to be turned
into HTML, so neither is believed about its size. An output without anything in it costs nbgrader a
third of a millisecond, and it may be one of a hundred thousand.
"""

import base64
import re
import struct

from safe_grading.proxies import word

_ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~])?")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


class Shown:
    """The outputs of one submission.

    There is room for so many of them, so much text, pictures of so many bytes and so many pixels.
    """

    def __init__(self, text, pictures, outputs=2000, pixels=50_000_000):
        self.text, self.pictures, self.left, self.pixels = text, pictures, outputs, pixels

    def outputs(self, given):
        """Return a cell's outputs as nbformat has them, of whatever the sandbox has sent."""
        given = given[: min(200, self.left)] if isinstance(given, list) else []
        self.left -= len(given)
        kept = [self._output(output) for output in given if isinstance(output, dict)]
        return [output for output in kept if output is not None]

    def _output(self, output):
        kind = output.get("output_type")
        if kind == "stream" and output.get("name") in ("stdout", "stderr"):
            text = self._text(output.get("text"))
            return {"output_type": kind, "name": output["name"], "text": text}
        if kind == "error":
            lines = output.get("traceback")
            lines = lines[:50] if isinstance(lines, list) else []
            return {
                "output_type": kind,
                "ename": word(output.get("ename")),
                "evalue": self._text(output.get("evalue")),
                "traceback": [self._text(line) for line in lines],
            }
        if kind in ("display_data", "execute_result"):
            data = output.get("data") if isinstance(output.get("data"), dict) else {}
            shown = {"text/plain": self._text(data.get("text/plain"))}
            picture = self._picture(data.get("image/png"))
            if picture:
                shown["image/png"] = picture
            return {"output_type": "display_data", "data": shown, "metadata": {}}
        return None

    def _text(self, text):
        text = text[: self.text] if isinstance(text, str) else ""
        self.text -= len(text)
        text = _ESCAPE.sub("", text)
        return text.encode("utf-8", "replace").decode()  # half characters cannot be stored

    def _picture(self, coded):
        if not isinstance(coded, str) or len(coded) > self.pictures:
            return None
        try:
            content = base64.b64decode(coded.replace("\n", ""), validate=True)
        except ValueError:
            return None
        size, content = picture(content)
        if size > self.pixels:
            return None
        self.pixels -= size
        self.pictures -= len(coded)
        return base64.b64encode(content).decode() if content else None


def picture(content):
    """Return the pixels of a PNG, and the PNG without what a picture can do without.

    Animations, profiles of colours and compressed texts are left out. Of what is none the second
    is empty.
    """
    kept, at = [], len(_SIGNATURE)
    while content.startswith(_SIGNATURE) and at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind in _KEPT and (kind != b"IHDR" or not kept):
            kept.append((kind, content[at : at + length + 12]))
        at += length + 12
    if [kind for kind, _ in kept[:1]] != [b"IHDR"] or len(kept[0][1]) != 25:
        return 0, b""
    width, height = struct.unpack_from(">II", kept[0][1], 8)
    return width * height, _SIGNATURE + b"".join(part for _, part in kept)
