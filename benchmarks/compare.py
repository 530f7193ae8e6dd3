"""Measure the course's engine and PyTorch side by side, on the same arithmetic.

    python -m pip install -r benchmarks/requirements.txt
    python benchmarks/compare.py

All ways of one case take turns, round after round, so that another load on the machine slows them
alike; a ratio is the median over the rounds. PyTorch is given every way of writing the work
(`with_torch.py`) on one thread and on all, and the fastest of them is the one compared with. The
table goes to stdout and to RESULTS.md beside this file; with OPENBLAS_CORETYPE=Haswell, which keeps
NumPy from using AVX-512, to RESULTS-Haswell.md.
"""

import argparse
import datetime
import math
import os
import platform
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy; raised below where it helps

import numpy as np
import torch
import with_torch
from threadpoolctl import threadpool_info, threadpool_limits

from initcourse import MLP, lecun_normal, load_digits, propagation, tanh
from initcourse.training import loop
from initcourse.training.loop import sweep, train

ONE_BY_ONE = with_torch.modules, with_torch.tensors
STACKED = with_torch.baddbmm, with_torch.func
RATE, BATCH, LAYERS = 0.1, 64, 10
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
THREADS = sorted({1, CORES})


def torch_on(threads, function, *args):
    """Call a PyTorch function on so many threads."""
    torch.set_num_threads(threads)
    return function(*args)


def blas_on(threads, function, *args):
    """Call a NumPy function on so many BLAS threads."""
    with threadpool_limits(limits=threads, user_api="blas"):
        return function(*args)


def on_all_threads(how, ways, *args):
    """Return {"name, n threads": function without arguments} for each way and number."""
    return {
        f"{name}, {count} thread{'s' * (count > 1)}": partial(how, count, function, *args)
        for name, function in ways.items()
        for count in THREADS
    }


def measure(groups, rounds):
    """Return the seconds of every way in every round, and what each returned.

    A round to warm up and one to choose in: rivals over four times slower than the fastest of
    their group (small matrices on too many threads, on a busy machine) take no part in the rest.
    """
    results, ways = {}, {}
    for group in groups:
        first = {}
        for name, way in group.items():
            cold = timed(lambda name=name, way=way: results.update({name: way()}))
            hopeless = first and cold > 10 * min(first.values())
            first[name] = cold if hopeless else timed(way)
        limit = math.inf if group is groups[0] else 4 * min(first.values())
        ways |= {name: way for name, way in group.items() if first[name] <= limit}
    seconds = {name: [] for name in ways}
    for i in range(rounds):
        for name in list(ways)[:: 1 if i % 2 else -1]:
            seconds[name].append(timed(ways[name]))
    return {name: np.array(row) for name, row in seconds.items()}, results


def timed(way):
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def fastest(seconds, names):
    """Return the name of the way with the smallest median."""
    return min(set(names) & set(seconds), key=lambda name: np.median(seconds[name]))


class Table:
    """The rows of the report; a row knows its bar and whether it holds."""

    def __init__(self):
        self.rows, self.missed = [], 0

    def add(self, work, rival, ours, other, seconds, steps, bar):
        """Add the row of `ours` against `other`, in milliseconds a step."""
        ratio = float(np.median(seconds[other] / seconds[ours]))
        a, b = (1e3 * np.median(seconds[name]) / steps for name in (ours, other))
        self.missed += bar is not None and ratio < bar
        self.rows.append(
            f"| {work} | {a:.3g} | {ours} | {rival} | {b:.3g} | {other} "
            f"| **{ratio:.2f}** | {f'{bar:g}' if bar else ''} |"
        )
        print(self.rows[-1], flush=True)


def networks(width, count):
    """Return float32 tanh networks on digits: 10 layers, by 1/n."""
    widths = [64, *[width] * (LAYERS - 1), 10]
    nets = [MLP.create(widths, lecun_normal, tanh, rng=seed) for seed in range(count)]
    return [
        MLP(
            [W.astype(np.float32) for W in net.weights],
            tanh,
            biases=[b.astype(np.float32) for b in net.biases],
        )
        for net in nets
    ]


def data():
    """Return the digits as float32, for NumPy and for PyTorch."""
    digits = load_digits()
    x, y = digits.x_train.astype(np.float32), digits.y_train
    return x, y, torch.from_numpy(x), torch.tensor(y)


def batches(steps):
    """Return the batches that `train` draws from seed 0, as tensors."""
    rng, n = np.random.default_rng(0), len(load_digits().x_train)
    return [torch.from_numpy(rng.choice(n, BATCH, replace=False)) for _ in range(steps)]


def our_sweep(nets, x, y, steps, size, workers):
    """Train all networks in stacks of one size and return their last losses."""
    options = {"learning_rate": RATE, "steps": steps, "batch": BATCH}
    # what `sweep` chooses by the networks' width is given here
    with patch.multiple(loop, _MANY_NARROW=(size, workers), _FEW_WIDE=(size, workers)):
        return sweep(nets, x, y, **options)[1].loss[-1].tolist()


def our_run(net, x, y, steps):
    """Train one network and return its last loss in a list."""
    net = MLP([W.copy() for W in net.weights], tanh, biases=[b.copy() for b in net.biases])
    steps = train(net, x, y, learning_rate=RATE, steps=steps, batch=BATCH, rng=0)
    return [float([step.loss for step in steps][-1])]


def agree(results):
    """Raise if the ways did not end at the same losses."""
    values = list(results.values())
    for name, value in results.items():
        if not np.allclose(value, values[0], rtol=2e-3):
            raise SystemExit(f"not the same arithmetic: {name} ends at {value}, not {values[0]}")


def compare_sweeps(table, width, steps, rounds, bars):
    """16 networks: the engine, PyTorch one after another, PyTorch's stacked form."""
    nets, (x, y, tx, ty) = networks(width, 16), data()
    work = nets, tx, ty, batches(steps), RATE
    one, stacked = ({w.__name__: w for w in ways} for ways in (ONE_BY_ONE, STACKED))
    one, stacked = on_all_threads(torch_on, one, *work), on_all_threads(torch_on, stacked, *work)
    quiet = on_all_threads(
        torch_on, {"tensors, nothing recorded": with_torch.tensors}, *work, False
    )
    bare = on_all_threads(torch_on, {"baddbmm, nothing recorded": with_torch.baddbmm}, *work, False)
    ours = {
        f"stacks of {size}, {workers} worker{'s' * (workers > 1)}": partial(
            our_sweep, nets, x, y, steps, size, workers
        )
        for size, workers in ((8, 2), (8, 1), (4, 2), (16, 1))
    }
    seconds, results = measure((ours, one, stacked, quiet, bare), rounds)
    agree(results)
    # what `sweep` chooses by itself; the others are measured to be seen
    mine = "stacks of 16, 1 worker" if width < 48 else "stacks of 8, 2 workers"
    lessons = {way: run for way, run in one.items() if way.startswith("modules")}
    name = f"sweep of 16 networks, width {width}"
    for title, others, bar in (
        ("PyTorch one after another", one, bars[0]),
        ("PyTorch one after another, as in its tutorials", lessons, bars[0]),
        ("PyTorch stacked", stacked, bars[1]),
        ("PyTorch one after another, recording nothing", quiet, None),
        ("PyTorch stacked, recording nothing", bare, None),
    ):
        table.add(name, title, mine, fastest(seconds, others), seconds, steps, bar)
    return seconds, steps


def compare_run(table, width, steps, rounds, bar):
    """One network, nothing stacked."""
    nets, (x, y, tx, ty) = networks(width, 1), data()
    work = nets, tx, ty, batches(steps), RATE
    ways = {way.__name__: way for way in ONE_BY_ONE}
    others = on_all_threads(torch_on, ways, *work)
    quiet = on_all_threads(
        torch_on, {"tensors, nothing recorded": with_torch.tensors}, *work, False
    )
    ours = on_all_threads(blas_on, {"train": our_run}, nets[0], x, y, steps)
    seconds, results = measure((ours, others, quiet), rounds)
    agree(results)
    mine, name = fastest(seconds, ours), f"one network, width {width}"
    table.add(name, "PyTorch", mine, fastest(seconds, others), seconds, steps, bar)
    lessons = [way for way in others if way.startswith("modules")]
    title = "PyTorch, as in its tutorials"
    table.add(name, title, mine, fastest(seconds, lessons), seconds, steps, None)
    title = "PyTorch, recording nothing"
    table.add(name, title, mine, fastest(seconds, quiet), seconds, steps, None)
    return seconds, steps


def our_statistics(net, x, shown, bins):
    """Mean, std and second moment of every layer's h, and a histogram of the layers shown."""
    table, histograms = [], []
    h = x
    for l, (W, b, phi) in enumerate(
        zip(net.weights, net.biases, net.activations, strict=True), start=1
    ):
        h = phi(h @ W + b)  # none is kept: memory that is used again is faster
        mean = h.mean()
        variance = propagation.mean_square(h - mean)
        table.append((mean, variance**0.5, variance + mean**2))
        if l in shown:
            histograms.append(propagation.histogram(h, -1, 1, bins))
    return table, histograms


def bare_products(weights, x):
    """Only the matrix products of the same network."""
    for W in weights:
        x = x @ W
    return x


def compare_statistics(table, rounds, bars, *, depth=50, width=512, batch=1024):
    """The forward pass of a deep network with what an explorer shows of it."""
    rng = np.random.default_rng(0)
    weights = [
        lecun_normal(shape, rng=rng).astype(np.float32) for shape in pairwise([width] * (depth + 1))
    ]
    x = rng.standard_normal((batch, width)).astype(np.float32)
    tensors, shown = [torch.from_numpy(W) for W in weights], (1, 10, 20, 30, 40, 50)
    biases = [torch.zeros(width) for _ in weights]
    ours = on_all_threads(
        blas_on, {"propagation": our_statistics}, MLP(weights, tanh, output=tanh), x, shown, 50
    )
    bare = on_all_threads(blas_on, {"products alone": bare_products}, weights, x)
    others = on_all_threads(
        torch_on,
        {"eager": with_torch.statistics},
        (tensors, biases),
        torch.from_numpy(x),
        shown,
        50,
    )
    seconds, results = measure((ours, bare, others), rounds)
    tables = [results[name][0] for name in (*ours, *others)]
    assert all(np.allclose(t, tables[0], rtol=1e-3, atol=1e-4) for t in tables)
    one = [name for name in seconds if name.endswith("1 thread")]
    for names, count in ((one, "one thread"), (list(seconds), "best number of threads")):
        mine = fastest(seconds, [name for name in names if name in ours])
        work = f"forward with statistics, {depth} × {width}, batch {batch}, {count}"
        for rivals, title, bar in (
            (others, "PyTorch", bars[0]),
            (bare, "the matrix products alone", bars[1]),
        ):
            best = fastest(seconds, [name for name in names if name in rivals])
            table.add(work, title, mine, best, seconds, 1, bar)
    return seconds, 1


def machine():
    """Return the sentence on versions, threads and processor."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].split(":")[1].strip() if lines else model
    kernels = [pool["architecture"] for pool in threadpool_info() if "architecture" in pool]
    kernels, threads = " and ".join(kernels), " and ".join(map(str, THREADS))
    return (
        f"{datetime.date.today()}. {model}, {CORES} cores. Python {platform.python_version()}, "
        f"NumPy {np.__version__} with OpenBLAS's kernels for {kernels}, "
        f"PyTorch {torch.__version__}; threads tried for PyTorch: {threads}."
    )


HEAD = """| work | ours, ms | our way | against | its ms | its fastest way | times faster | bar |
|---|---|---|---|---|---|---|---|"""

NOTES = """Times of training are milliseconds for one step of all networks: 10 layers, tanh, SGD,
batch 64, float32. Both sides record loss, accuracy, gradient norm and update ratio of every step,
unless the row says that PyTorch records nothing; the engine always does. "As in its tutorials" is
`nn.Linear` and `torch.optim.SGD`; PyTorch's fastest way one after another is bare tensors, all
updated by one call that PyTorch does not document. A bar is the ratio that the project asks for. A
ratio below 1 is a loss.

Much hangs on who multiplies matrices. NumPy brings OpenBLAS, PyTorch MKL. On a processor by AMD
that has AVX-512, OpenBLAS uses it and MKL does not. RESULTS.md is what each library does by itself;
in RESULTS-Haswell.md OpenBLAS does without AVX-512 too, and what is left is the work of the engine.
Expect that, or less, on an Intel processor, where MKL uses AVX-512 as well.

Where the engine gains least: wide layers, where both libraries wait for the same matrix products
and nothing can be saved between them; PyTorch's stacked form, which saves the same calls; and a
machine whose second core is busy, since the engine's two workers are then one. PyTorch on two
threads suffers more from that: its threads wait for each other in every product. It would gain
on a GPU, on convolutions and on large networks, for which this engine is not made."""


def results():
    """Return the file that the table goes to."""
    core = os.environ.get("OPENBLAS_CORETYPE")
    return Path(__file__).with_name(f"RESULTS-{core}.md" if core else "RESULTS.md")


def report(table):
    """Return the text of that file."""
    how = f"`python benchmarks/compare.py`, {machine()}"
    lines = ["# Speed, measured beside PyTorch", "", how, "", HEAD, *table.rows, "", NOTES, ""]
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="cases whose name holds this; nothing is stored")
    parser.add_argument("--all", action="store_true", help="print every way's time")
    options = parser.parse_args()
    table, rounds = Table(), options.rounds
    cases = {
        "sweep128": lambda: compare_sweeps(table, 128, 40, rounds, (2.5, 1.3)),
        "sweep64": lambda: compare_sweeps(table, 64, 60, rounds, (4, 1.3)),
        "sweep32": lambda: compare_sweeps(table, 32, 100, rounds, (9, 1.3)),
        "run128": lambda: compare_run(table, 128, 100, rounds, 1.7),
        "run512": lambda: compare_run(table, 512, 20, rounds, None),
        "statistics": lambda: compare_statistics(table, rounds, (1.5, 0.7)),
    }
    print(HEAD)
    for name, case in cases.items():
        if options.only in name:
            seconds, steps = case()
            if options.all:
                for way, row in seconds.items():
                    print(f"    {way}: {1e3 * np.median(row) / steps:.3f} ms", flush=True)
    print(f"\n{machine()} Bars missed: {table.missed}.")
    if not options.only:
        results().write_text(report(table), encoding="utf-8")
