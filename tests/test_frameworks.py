"""Our initializers beside PyTorch's, JAX's and Keras's, and the frameworks' defaults as printed.

Needs tests/frameworks.txt; what is not installed is skipped, saying so. Keras runs on JAX.

Every rule that a framework shares with us is drawn by both, N = 30 000 float32 numbers each, for a
dense matrix and for a kernel, and both are held to one law by `distribution.failures`: at most 5e-9
false positives a call, fewer than 200 calls, so correct code fails for one set of seeds in a
million at most. Seeds are fixed besides.

The defaults are those of the lesson's tables: each cell is read from the notebook, its code is
run, and what the layer holds is tested against the law that stands beside it (mean, variance,
bound, kurtosis, 6.2 standard errors as above; fewer than 100 such tests).
"""

import importlib.util
import os
import re
from functools import partial
from importlib.metadata import version
from pathlib import Path

import lessons
import numpy as np
import pytest
from distribution import failures, moment_failures

from initcourse import compute_fans, orthogonal
from initcourse import initializers as init

pytestmark = pytest.mark.frameworks
ROOT = Path(__file__).parent.parent
DENSE, KERNEL = (300, 100), (5, 5, 30, 40)
PACKAGES = {"PyTorch": "torch", "JAX": "jax", "Flax": "flax", "Keras": "keras"}
PACKAGES["scikit-learn"] = "sklearn"
# before the first import of either
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")


def need(framework):
    """Skip the test if the framework is not installed."""
    needed = [PACKAGES[framework], *(["jax"] if framework in ("Keras", "Flax") else [])]
    for package in needed:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{framework} is not installed here: no {package} (tests/frameworks.txt)")


# --- the rules that they share with us: framework → its draw(shape, rng) of a rule


def torch_draw(name, shape, rng, **options):
    import torch

    theirs = (shape[-1], shape[-2], *shape[:-2])  # PyTorch: (out, in, k, k)
    W = torch.empty(theirs)
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    getattr(torch.nn.init, name)(W, generator=generator, **options)
    W = W.numpy()
    return W.T if W.ndim == 2 else W.transpose(2, 3, 1, 0)


def jax_draw(name, shape, rng, *arguments):
    import jax

    draw = getattr(jax.nn.initializers, name)(*arguments)
    return np.array(draw(jax.random.key(int(rng.integers(2**31))), shape))


def keras_draw(name, shape, rng, **options):
    import keras

    draw = getattr(keras.initializers, name)(seed=int(rng.integers(2**31)), **options)
    return np.array(draw(shape))


def scaling(distribution, scale, mode):
    return partial(init.variance_scaling, scale=scale, mode=mode, distribution=distribution)


cut = partial(scaling, "truncated_normal")

#: (framework, their name and options, our rule)
SHARED = [
    ("PyTorch", "xavier_normal_", {}, init.xavier_normal),
    ("PyTorch", "xavier_uniform_", {}, init.xavier_uniform),
    ("PyTorch", "xavier_normal_", {"gain": 5 / 3}, partial(init.xavier_normal, gain=5 / 3)),
    ("PyTorch", "xavier_uniform_", {"gain": 5 / 3}, partial(init.xavier_uniform, gain=5 / 3)),
    ("PyTorch", "kaiming_normal_", {"nonlinearity": "relu"}, init.he_normal),
    ("PyTorch", "kaiming_uniform_", {"nonlinearity": "relu"}, init.he_uniform),
    ("PyTorch", "kaiming_normal_", {"a": 0.5}, partial(init.he_normal, a=0.5)),
    ("PyTorch", "kaiming_uniform_", {"a": 0.5}, partial(init.he_uniform, a=0.5)),
    ("PyTorch", "kaiming_normal_", {"mode": "fan_out", "nonlinearity": "relu"},
     partial(init.he_normal, mode="fan_out")),
    ("PyTorch", "kaiming_normal_", {"nonlinearity": "linear"}, init.lecun_normal),
    ("PyTorch", "kaiming_uniform_", {"nonlinearity": "linear"}, init.lecun_uniform),
    ("PyTorch", "normal_", {"std": 0.2}, partial(init.normal, std=0.2)),
    ("PyTorch", "uniform_", {"a": -0.3, "b": 0.3}, partial(init.uniform, bound=0.3)),
    # the normal rules of JAX and Keras are truncated, and corrected for it
    ("JAX", "glorot_normal", (), cut(1.0, "fan_avg")),
    ("JAX", "glorot_uniform", (), init.xavier_uniform),
    ("JAX", "he_normal", (), cut(2.0, "fan_in")),
    ("JAX", "he_uniform", (), init.he_uniform),
    ("JAX", "lecun_normal", (), cut(1.0, "fan_in")),
    ("JAX", "lecun_uniform", (), init.lecun_uniform),
    ("JAX", "variance_scaling", (1.7, "fan_out", "normal"), scaling("normal", 1.7, "fan_out")),
    ("JAX", "variance_scaling", (1.7, "fan_avg", "uniform"), scaling("uniform", 1.7, "fan_avg")),
    ("JAX", "normal", (0.2,), partial(init.normal, std=0.2)),
    ("Keras", "GlorotNormal", {}, cut(1.0, "fan_avg")),
    ("Keras", "GlorotUniform", {}, init.xavier_uniform),
    ("Keras", "HeNormal", {}, cut(2.0, "fan_in")),
    ("Keras", "HeUniform", {}, init.he_uniform),
    ("Keras", "LecunNormal", {}, cut(1.0, "fan_in")),
    ("Keras", "LecunUniform", {}, init.lecun_uniform),
    ("Keras", "VarianceScaling", {"scale": 1.7, "mode": "fan_out",
     "distribution": "untruncated_normal"}, scaling("normal", 1.7, "fan_out")),
    ("Keras", "RandomNormal", {"stddev": 0.2}, partial(init.normal, std=0.2)),
    ("Keras", "RandomUniform", {"minval": -0.3, "maxval": 0.3}, partial(init.uniform, bound=0.3)),
]  # fmt: skip
DRAW = {"PyTorch": torch_draw, "JAX": jax_draw, "Keras": keras_draw}


def theirs(framework, name, options):
    if isinstance(options, tuple):
        return lambda shape, rng: DRAW[framework](name, shape, rng, *options)
    return lambda shape, rng: DRAW[framework](name, shape, rng, **options)


def law_of(ours, shape):
    """(variance, distribution) of one of our rules, from its arguments."""
    name = getattr(ours, "func", ours).__name__
    given = dict(getattr(ours, "keywords", {}))
    fan_in, fan_out = compute_fans(shape)
    if name == "normal":
        return given["std"] ** 2, "normal"
    if name == "uniform":
        return given["bound"] ** 2 / 3, "uniform"
    kind = given.get("distribution") or name.split("_")[1]
    mode = given.get("mode", "fan_avg" if name.startswith("xavier") else "fan_in")
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    scale = given.get("scale", 1.0) * given.get("gain", 1.0) ** 2
    if name.startswith("he"):
        scale *= 2 / (1 + given.get("a", 0.0) ** 2)
    return scale / fan, kind


@pytest.mark.parametrize("shape", [DENSE, KERNEL], ids=str)
@pytest.mark.parametrize(
    ("framework", "name", "options", "ours"), SHARED, ids=lambda x: re.sub(" at 0x\\w+", "", str(x))
)
def test_a_shared_rule_draws_the_same_distribution(framework, name, options, ours, shape):
    need(framework)
    draw = theirs(framework, name, options)
    draw(shape, np.random.default_rng(0))  # a framework's import may use NumPy's global generator
    for f in (draw, lambda shape, rng: ours(shape, rng=rng, dtype=np.float32)):
        assert failures(f, *law_of(ours, shape), shape, np.float32) == ""


@pytest.mark.parametrize("gain", [1.0, 1.5])
@pytest.mark.parametrize("shape", [(300, 100), (100, 300), (120, 120)], ids=str)
@pytest.mark.parametrize(
    ("framework", "name"),
    [("PyTorch", "orthogonal_"), ("JAX", "orthogonal"), ("Keras", "Orthogonal")],
)
def test_orthogonal_weights_are_alike(framework, name, shape, gain):
    need(framework)
    options = (gain,) if framework == "JAX" else {"gain": gain}
    rng = np.random.default_rng(3)
    W, ours = theirs(framework, name, options)(shape, rng), orthogonal(shape, gain=gain, rng=rng)
    for matrix in (W, ours):
        np.testing.assert_allclose(np.linalg.svd(matrix)[1], gain, rtol=1e-5)


def test_plain_truncated_normals_are_not_corrected():
    """What the lesson says of them: their std is .88 of the one asked for, if cut at 2σ."""
    found = []
    rng = np.random.default_rng(5)
    for framework, name, options in (
        ("PyTorch", "trunc_normal_", {"std": 1.0, "a": -2.0, "b": 2.0}),
        ("JAX", "truncated_normal", (1.0,)),
        ("Keras", "TruncatedNormal", {"stddev": 1.0}),
    ):
        if importlib.util.find_spec(PACKAGES[framework]):
            found.append(theirs(framework, name, options)(DENSE, rng).std())
    if not found:
        pytest.skip("no framework is installed (tests/frameworks.txt)")
    # N = 30 000: standard error of a std .88·√(1.366/4N) < .004; 6.2 of them
    np.testing.assert_allclose(found, init.TRUNCATED_STD, atol=0.025)


def test_pytorch_cuts_at_numbers_and_not_at_standard_deviations():
    need("PyTorch")
    W = torch_draw("trunc_normal_", DENSE, np.random.default_rng(6), std=0.02)
    # of 30 000 normal numbers 1365 lie beyond 2σ, give or take 36; and the std is as asked
    assert np.sum(np.abs(W) > 0.04) > 1100
    np.testing.assert_allclose(W.std(), 0.02, rtol=6.2 / np.sqrt(2 * W.size))


# --- the lesson's tables


def table(header):
    """Rows of the notebooks' one table with this header."""
    texts = ["\n\n".join(source for _, source, kind in lessons.cells(path) if kind == "markdown")
             for path in lessons.NOTEBOOKS]  # fmt: skip
    [rest] = [text.partition(header)[2] for text in texts if header in text]
    rows = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows]


DEFAULTS = table("| framework | you type | weight | bias |")
HE = table("| framework | you type for He's rule | weight |")
N_IN, N_OUT, C_IN, C_OUT = 300, 100, 30, 40
FLAX_SEEDS = np.random.default_rng(0)
#: The law of a cell → (distribution, variance for these fans).
LAWS = {
    "U(±1/√n_in)": ("uniform", lambda i, o: 1 / (3 * i)),
    "U(±1/√n_out)": ("uniform", lambda i, o: 1 / (3 * o)),
    "U(±√(6/(n_in+n_out)))": ("uniform", lambda i, o: 2 / (i + o)),
    "U(±√(2/(n_in+n_out)))": ("uniform", lambda i, o: 2 / (3 * (i + o))),
    "U(±0.05)": ("uniform", lambda i, o: 0.05**2 / 3),
    "N(0, 1)": ("normal", lambda i, o: 1.0),
    "N(0, 1/n_out)": ("normal", lambda i, o: 1 / o),
    "N(0, 1/n_in), cut at 2σ and corrected": ("truncated_normal", lambda i, o: 1 / i),
    "N(0, 2/n_in), cut at 2σ and corrected": ("truncated_normal", lambda i, o: 2 / i),
    "N(0, 2/n_in)": ("normal", lambda i, o: 2 / i),
}


def layer(framework, code):
    """Run a cell's code; return (weight, recurrent weight or None, bias or None, fans)."""
    names = {"n_in": N_IN, "n_out": N_OUT, "c_in": C_IN, "c_out": C_OUT}
    parts = PARTS[framework](code, names)
    fans = (9 * C_IN, 9 * C_OUT) if "Conv" in code else (N_IN, N_OUT)
    return *(part if part is None else np.array(part) for part in parts), fans


def torch_parts(code, names):
    from torch import nn

    made = {
        name: p.detach().numpy() for name, p in run(code, {**names, "nn": nn}).named_parameters()
    }
    cell = "_ih_l0" if "weight_hh_l0" in made else ""
    return made[f"weight{cell}"], made.get("weight_hh_l0"), made.get(f"bias{cell}")


def keras_parts(code, names):
    from keras import layers

    made = run(code, {**names, "layers": layers})
    x = {"Conv2D": (None, 8, 8, C_IN), "SimpleRNN": (None, 5, N_IN), "Embedding": (None,)}
    made.build(x.get(type(made).__name__, (None, N_IN)))
    parts = {w.name: w.value for w in made.weights}
    weight = parts.get("kernel", parts.get("embeddings"))
    return weight, parts.get("recurrent_kernel"), parts.get("bias")


def flax_parts(code, names):
    from flax import nnx

    rngs = nnx.Rngs(FLAX_SEEDS.integers(2**31).item())
    made = run(code, {**names, "nnx": nnx, "rngs": rngs})
    if "Embed" in code:
        return made.embedding[...], None, None
    recurrent = made.dense_h.kernel[...] if "Cell" in code else None
    made = made.dense_i if "Cell" in code else made
    return made.kernel[...], recurrent, made.bias[...]


def sklearn_parts(code, names):
    from sklearn.neural_network import MLPClassifier

    made = run(code, {**names, "MLPClassifier": MLPClassifier})
    made.set_params(max_iter=1, learning_rate_init=1e-12, hidden_layer_sizes=(N_OUT,))
    with pytest.warns():  # one step of 1e-12 does not converge
        made.fit(np.zeros((20, N_IN)), np.arange(20) % 4)
    return made.coefs_[0], None, made.intercepts_[0]


PARTS = {"PyTorch": torch_parts, "Keras": keras_parts, "Flax": flax_parts}
PARTS["scikit-learn"] = sklearn_parts


def run(code, names):
    """Run a line, or several separated by `;`, and return the last name or value."""
    *before, last = [part.strip() for part in code.strip("`").split(";")]
    for line in before:
        exec(line, names)
    if before:
        exec(last, names)
        return names["layer"]
    return eval(last, names)


def assert_law(w, law, fans):
    if law == "0":
        assert (np.asarray(w) == 0).all()
        return
    distribution, variance = LAWS[law]
    assert moment_failures(w, variance(*fans), distribution) == ""


@pytest.fixture
def fixed_seeds():
    if importlib.util.find_spec("torch"):
        import torch

        torch.manual_seed(0)
    if importlib.util.find_spec("keras") and importlib.util.find_spec("jax"):
        import keras

        keras.utils.set_random_seed(0)


def told(cell):
    """Framework and version of a row's first cell: 'PyTorch 2.13.0'."""
    framework, number = re.fullmatch(r"(\S+) ([\d.]+)", cell).groups()
    return framework, number


def test_the_tables_name_all_frameworks_and_laws():
    assert {told(row[0])[0] for row in DEFAULTS} == {"PyTorch", "Keras", "Flax", "scikit-learn"}
    assert {told(row[0])[0] for row in HE} == {"PyTorch", "Keras", "Flax"}
    assert all(len(row) == 4 for row in DEFAULTS) and all(len(row) == 3 for row in HE)
    pins = (ROOT / "tests" / "frameworks.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in pins if "==" in line)
    pinned["sklearn"] = pinned["scikit-learn"]
    for row in (*DEFAULTS, *HE):
        framework, number = told(row[0])
        assert pinned[PACKAGES[framework]] == number, row


@pytest.mark.parametrize("row", DEFAULTS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_default_is_what_the_table_says(row, fixed_seeds):
    framework, number = told(row[0])
    need(framework)
    package = framework if framework == "scikit-learn" else PACKAGES[framework]
    assert version(package).split("+")[0] == number  # PyTorch: 2.13.0+cpu
    _, code, weight_law, bias_law = row
    weight, recurrent, bias, fans = layer(framework, code)
    weight_law, _, recurrent_law = weight_law.partition("; recurrent: ")
    assert_law(weight, weight_law, fans)
    assert (recurrent is None) == (recurrent_law == "")
    if recurrent_law == "orthogonal":
        np.testing.assert_allclose(np.linalg.svd(recurrent)[1], 1, rtol=1e-5)
    elif recurrent_law:
        assert_law(recurrent, recurrent_law, fans)
    if bias_law == "none":
        assert bias is None
        return
    # a layer has too few biases to tell a law: those of 30 layers
    biases = [layer(framework, code)[2] for _ in range(30)] if bias_law != "0" else [bias]
    assert_law(np.concatenate(biases), bias_law, fans)


@pytest.mark.parametrize("row", HE, ids=lambda row: row[0])
def test_what_one_types_for_hes_rule_gives_it(row, fixed_seeds):
    framework, _ = told(row[0])
    need(framework)
    weight, _, _, fans = layer(framework, row[1])
    assert_law(weight, row[2], fans)
