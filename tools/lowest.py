"""Print the lowest versions that pyproject.toml allows, as pip's pins: `numpy==2.0` and so on.

python -m pip install $(python tools/lowest.py)
"""

import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def lowest_pins():
    """Return the pins, in pyproject's order."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    return [bounds.split(",")[0].replace(">=", "==") for bounds in project["dependencies"]]


if __name__ == "__main__":
    print(*lowest_pins())
