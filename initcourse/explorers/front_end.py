"""The one piece of the course that runs in the page: what ipywidgets leaves out of a box."""

from pathlib import Path

import anywidget

_HERE = Path(__file__).parent


class FrontEnd(anywidget.AnyWidget):
    """Gives names, text alternatives, announcements and focus to the box that it is a child of.

    It also says when the box is at rest on a screen that shows more than the picture has: by a
    message without contents. It is hidden, so a page that cannot load it shows the box as it is.
    """

    _esm = (_HERE / "front_end.js").read_text(encoding="utf-8")
    _css = (_HERE / "front_end.css").read_text(encoding="utf-8")

    def __init__(self):
        super().__init__(layout={"display": "none"})
