"""tools/rounding.py on a tiny notebook: it finds the cell that prints too much, and no other."""

import importlib.util
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parent.parent


def tool(name):
    spec = importlib.util.spec_from_file_location(f"{name}_tool", ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRAIN = """
import initcourse as ic

digits = ic.load_digits()
net = ic.MLP.create([64, 12, 10], ic.lecun_normal, ic.tanh, rng=0)
steps = ic.train(net, digits.x_train, digits.y_train, learning_rate=0.1, steps=3)
loss = [step.loss for step in steps][-1]
"""


def test_a_cell_that_prints_the_last_digit_is_found(tmp_path):
    exact = "print(net.weights[0].tolist())"
    sources = TRAIN, "print(f'{loss:.3f}')", exact, "print('np' in globals())"
    nb = new_notebook(cells=[new_code_cell(source) for source in sources])
    tool("notebooks").execute(nb, tmp_path)
    nbformat.write(nb, tmp_path / "tiny.ipynb")
    found = tool("rounding").run(3, [str(tmp_path / "tiny.ipynb")])
    assert [cell.rpartition("::")[2] for cell in found] == ["Cell 2"]
