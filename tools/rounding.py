"""Run notebooks as machines with other rounding would; say which cells then print otherwise.

    python tools/rounding.py 10 notebooks/08_does_it_train.ipynb ...

Processors add the products of a matrix product in different orders. After one step two trainings
differ in their last digits, after some hundred steps, where training is chaotic, in their first.
Here every training starts from weights that are off by about one unit in the last place, each run
by other ones. A cell that fails prints more than holds on every machine.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: What a kernel does before the first cell; it leaves no name behind.
STARTUP = """
def _perturb():
    import os
    import numpy as np
    from initcourse.training import loop as training

    exact, rng = training.flatten, np.random.default_rng(int(os.environ["ROUNDING"]))

    def flatten(net):
        theta = exact(net)
        theta += theta * np.finfo(theta.dtype).eps * rng.standard_normal(theta.shape, theta.dtype)
        return theta

    training.flatten = flatten

_perturb()
del _perturb
"""


def run(seed, notebooks):
    """Return the names of the cells that print otherwise, "notebook::Cell 3"."""
    with tempfile.TemporaryDirectory() as folder:
        startup = Path(folder, "profile_default", "startup", "perturb.py")
        startup.parent.mkdir(parents=True)
        startup.write_text(STARTUP, encoding="utf-8")
        pytest = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
        told = subprocess.run(
            [*pytest, "-p", "no:cacheprovider", "--color=no", *notebooks],
            cwd=ROOT,
            env={**os.environ, "IPYTHONDIR": folder, "ROUNDING": str(seed)},
            capture_output=True,
            text=True,
            check=False,
        )
    if told.returncode not in (0, 1):  # neither passed nor failed: pytest itself did not run
        raise RuntimeError(told.stdout + told.stderr)
    return re.findall(r"^FAILED (\S*::Cell \d+)", told.stdout, flags=re.MULTILINE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=int)
    parser.add_argument("notebooks", nargs="+", type=lambda name: str(Path(name).resolve()))
    options = parser.parse_args()
    failed = False
    for seed in range(options.runs):
        cells = run(seed, options.notebooks)
        print(f"run {seed}: {', '.join(cells) or 'nothing changed'}", flush=True)
        failed |= bool(cells)
    sys.exit(failed)
