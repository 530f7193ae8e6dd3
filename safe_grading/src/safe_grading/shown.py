"""Which of a submission's outputs the teacher gets to see: text and pictures, never HTML.

Formgrader shows outputs in the teacher's browser, where a script could change marks.
"""

import base64

from safe_grading.proxies import word


class Shown:
    """The outputs of one submission; there is room for so much text and so many pictures."""

    def __init__(self, text, pictures):
        self.text, self.pictures = text, pictures

    def outputs(self, given):
        """Return a cell's outputs as nbformat has them, of whatever the sandbox has sent."""
        given = given[:200] if isinstance(given, list) else []
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
        return text.encode("utf-8", "replace").decode()  # half characters cannot be stored

    def _picture(self, coded):
        if not isinstance(coded, str) or len(coded) > self.pictures:
            return None
        try:
            content = base64.b64decode(coded.replace("\n", ""), validate=True)
        except ValueError:
            return None
        if not content.startswith(b"\x89PNG\r\n"):
            return None
        self.pictures -= len(coded)
        return base64.b64encode(content).decode()
