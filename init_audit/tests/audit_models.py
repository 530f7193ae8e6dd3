"""Networks at initialization, healthy or with one planted slip, to try `audit` on.

MLPS are rows of a table: each is built as the course's own network, and in one of the frameworks
from the same weights. The other networks each have a function that returns (model, x, y). Most
were written by people who had not read its code, and are shortened here.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

import initcourse as ic


def std(formula):
    """Return an initializer N(0, std²) with std = formula(n_in, n_out)."""
    return lambda shape, *, rng: ic.normal(shape, std=formula(*shape), rng=rng)


def bound(formula):
    """Return an initializer U(±bound) with bound = formula(n_in, n_out)."""
    return lambda shape, *, rng: ic.uniform(shape, bound=formula(*shape), rng=rng)


def orthogonal(gain):
    """Return an initializer of orthogonal weights times a gain."""
    return lambda shape, *, rng: gain * ic.orthogonal(shape, rng=rng)


class Only(NamedTuple):
    """The chosen layers drawn by `draw` and all others by `other`."""

    chosen: set
    draw: object
    other: object

    def of(self, layer):
        return self.draw if layer in self.chosen else self.other


def one_sided(shape, *, rng):
    return abs(ic.uniform(shape, bound=math.sqrt(6 / shape[0]), rng=rng))


class Mlp(NamedTuple):
    """A network of dense layers; `slip` is None if healthy, `count` the layers to be named."""

    name: str
    sizes: list
    phi: str
    draw: object
    framework: str
    slip: str | None = None
    count: int = 0
    bias: float = 0.0  # of the second layer
    x: float = 1.0  # std of the input

    def build(self, framework):
        """Return (model, x, y), the weights the same in every framework."""
        rng = np.random.default_rng(7)
        shapes = list(pairwise(self.sizes))
        mixed = isinstance(self.draw, Only)
        draws = [self.draw.of(k) if mixed else self.draw for k in range(len(shapes))]
        weights = [draw(shape, rng=rng) for draw, shape in zip(draws, shapes, strict=True)]
        biases = [np.full(n, self.bias * (l == 2)) for l, n in enumerate(self.sizes[1:], start=1)]
        x = self.x * ic.unit_noise(40, self.sizes[0], rng=0).astype(np.float32)
        return _BUILDERS[framework](weights, biases, self.phi), x, np.arange(40) % self.sizes[-1]


_PHI = {"relu": (ic.relu, "ReLU"), "tanh": (ic.tanh, "Tanh"), "sigmoid": (ic.sigmoid, "Sigmoid"),
        "selu": (ic.selu, "SELU"), "leaky_relu": (ic.leaky_relu(0.01), "LeakyReLU"),
        "linear": (ic.identity, "Identity")}  # fmt: skip


def _course(weights, biases, phi):
    return ic.MLP(weights, _PHI[phi][0], biases=biases)


def _torch_mlp(weights, biases, phi):
    torch, nn, _ = _torch()
    layers = []
    for W, b in zip(weights, biases, strict=True):
        layers += [nn.Linear(*W.shape), getattr(nn, _PHI[phi][1])()]
        layers[-2].weight.data, layers[-2].bias.data = (torch.tensor(a).float() for a in (W.T, b))
    return nn.Sequential(*layers[:-1])


def _keras_mlp(weights, biases, phi):
    import keras

    model = keras.Sequential([keras.Input((len(weights[0]),))])
    for W, b in zip(weights, biases, strict=True):
        model.add(keras.layers.Dense(len(b), activation=None if W is weights[-1] else phi))
        model.layers[-1].set_weights([W, b])
    return model


def _jax_phi(phi):
    import jax

    return {"linear": lambda z: z, "tanh": jax.numpy.tanh}.get(phi) or getattr(jax.nn, phi)


def _nnx_mlp(weights, biases, phi):
    from flax import nnx

    layers = []
    for W, b in zip(weights, biases, strict=True):
        given = {
            "kernel_init": lambda *_, W=W: W.astype("f"),
            "bias_init": lambda *_, b=b: b.astype("f"),
        }
        layers += [nnx.Linear(*W.shape, rngs=nnx.Rngs(0), **given), _jax_phi(phi)]
    return nnx.Sequential(*layers[:-1])


def _linen_mlp(weights, biases, phi):
    from flax import linen

    layers = [f for b in biases for f in (linen.Dense(len(b)), _jax_phi(phi))]
    drawn = {
        f"layers_{2 * l}": {"kernel": W.astype("f"), "bias": b.astype("f")}
        for l, (W, b) in enumerate(zip(weights, biases, strict=True))
    }
    return linen.Sequential(layers[:-1]), {"params": drawn}


_BUILDERS = {"course": _course, "torch": _torch_mlp, "keras": _keras_mlp, "nnx": _nnx_mlp,
             "linen": _linen_mlp}  # fmt: skip

he, glorot, lecun = ic.he_normal, ic.xavier_normal, ic.lecun_normal
default = ic.RULES["torch_default"].draw
LONG = [64, *[96, 128] * 12, 7]


one = std(lambda i, o: 1.0)
he_out = std(lambda i, o: (2 / o) ** 0.5)


def mlp(l, n=128, n_in=64, classes=10):
    return [n_in, *[n] * l, classes]


MLPS = [
    Mlp("he 10", mlp(10, 256), "relu", he, "torch"),
    Mlp("he 8", mlp(8), "relu", he, "keras"),
    Mlp("he 14", mlp(14, 192, 48), "relu", he, "linen"),
    Mlp("he widths", LONG, "relu", he, "nnx"),
    Mlp("tanh 5/3", [40, 200, 200, 200, 100, 5], "tanh", std(lambda i,
        o: 5 / 3 * (2 / (i + o)) ** 0.5),
        "torch"),
    Mlp("tanh glorot", mlp(6, 100), "tanh", ic.xavier_uniform, "keras"),
    Mlp("default", [784, 128, 64, 10], "relu", default, "torch"),
    Mlp("glorot", [64, 96, 128, 96, 128, 96, 7], "relu", ic.xavier_uniform, "keras"),
    Mlp("selu 12", mlp(12, 150, 30, 4), "selu", lecun, "torch"),
    Mlp("selu 10", mlp(10, 100, 40, 5), "selu", lecun, "keras"),
    Mlp("orthogonal", mlp(25), "tanh", orthogonal(1), "torch"),
    Mlp("orthogonal widths", LONG, "tanh", orthogonal(1), "nnx"),
    Mlp("small head", mlp(3, 128, 24, 6), "relu", Only({3}, orthogonal(0.01),
        orthogonal(2**0.5)), "torch"),
    Mlp("zero head", mlp(5, 96), "relu", Only({5}, ic.zeros, he), "keras"),
    Mlp("lecun 2", [196, 256, 128, 10], "relu", lecun, "linen"),
    Mlp("one sigmoid", [64, 96, 7], "sigmoid", glorot, "nnx"),
    Mlp("all zero", mlp(2), "relu", ic.zeros, "torch", "zeros", 3),
    Mlp("last two zero", [64, 128, 128, 64, 10], "relu", Only({2, 3}, ic.zeros, he), "torch",
        "zeros", 2),
    Mlp("constant", [20, 64, 64, 5], "sigmoid", ic.constant, "keras", "constant", 3),
    Mlp("one constant", mlp(3, 96), "relu", Only({1}, ic.constant, he), "nnx", "constant", 1),
    Mlp("std .01", mlp(11), "tanh", ic.normal, "torch", "too small: fixed std", 12),
    Mlp("std .05", mlp(15, 64), "relu", std(lambda i, o: 0.05), "keras",
        "too small: fixed std", 16),
    Mlp("std 1", mlp(4), "relu", one, "torch", "too large: fixed std", 5),
    Mlp("std 1, tanh", mlp(3, 200), "tanh", one, "linen", "too large: fixed std", 4),
    Mlp("one std 1", mlp(10), "relu", Only({4}, one, he), "torch", "too large: fixed std", 1),
    Mlp("head std 1", mlp(2, 512), "relu", Only({2}, one, he), "torch", "head", 1),
    Mlp("std is variance", mlp(6, 256), "relu", std(lambda i, o: 2 / i), "nnx",
        "too small: std and variance", 7),
    Mlp("variance is std", mlp(6), "relu", std(lambda i, o: (2 / i) ** 0.25), "keras",
        "too large: std and variance", 7),
    Mlp("default 30", mlp(30), "relu", default, "torch", "too small: default", 31),
    Mlp("lecun 30", mlp(30), "relu", lecun, "linen", "too small: gain", 30),
    Mlp("glorot 30", mlp(30, 100), "relu", ic.xavier_uniform, "keras", "too small: gain", 30),
    Mlp("he, linear", mlp(24), "linear", he, "torch", "too large: gain", 25),
    Mlp("he, 40 tanh", mlp(40), "tanh", he, "keras", "too large: gain", 41),
    Mlp("gain 3 tanh", mlp(12), "tanh", std(lambda i, o: 3 / i**0.5), "keras",
        "too large: scale", 12),
    Mlp("gain 2", mlp(20), "relu", orthogonal(2), "nnx", "too large: gain", 20),
    Mlp("no √3", mlp(16), "relu", bound(lambda i, o: (2 / i) ** 0.5), "torch",
        "too small: missing √3", 17),
    Mlp("orthogonal 14", mlp(14, 128, 128), "relu", orthogonal(1), "torch", "too small: gain", 14),
    Mlp("sigmoids", mlp(16), "sigmoid", glorot, "torch", "sigmoid stack", 16),
    Mlp("fans, narrower", [1024, 256, 64, 16, 4], "relu", he_out, "torch", "too large: fan", 4),
    Mlp("fans, wider", [16, 64, 256, 1024, 10], "leaky_relu", he_out, "linen", "too small: fan", 4),
    Mlp("one sided", mlp(6), "relu", one_sided, "linen", "mean", 7),
    Mlp("one seed", mlp(3), "relu", lambda s, *, rng: he(s, rng=1), "nnx", "same draw", 2),
    Mlp("bias −5", mlp(3), "relu", he, "keras", "bias", 1, bias=-5.0),
]  # fmt: skip


def _vectors(d, classes=10, n=64):
    """Standardised feature vectors around class centres."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, n)
    x = 0.6 * rng.normal(size=(classes, d))[y] + 0.8 * rng.normal(size=(n, d))
    return ((x - x.mean(0)) / x.std(0)).astype(np.float32), y


def _tokens(n, t, vocab):
    rng = np.random.default_rng(0)
    p = 1.0 / np.arange(1, vocab + 1)
    s = rng.choice(vocab, size=(n, t + 1), p=p / p.sum())
    return s[:, :-1], s[:, 1:]


def _torch():
    import torch

    return torch, torch.nn, torch.nn.init


def _gpt(qk_std, vocab=200, d=128, heads=4, L=4, t=32):
    torch, nn, init = _torch()

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
            self.q, self.k, self.v, self.proj = (nn.Linear(d, d) for _ in range(4))
            self.fc, self.fc_proj = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

        def attend(self, x):
            q, k, v = (
                layer(x).view(*x.shape[:2], heads, -1).transpose(1, 2)
                for layer in (self.q, self.k, self.v)
            )
            score = q @ k.transpose(-2, -1) / math.sqrt(d // heads)
            later = ~torch.tril(torch.ones(t, t, dtype=torch.bool))
            mixed = score.masked_fill(later, float("-inf")).softmax(-1) @ v
            return self.proj(mixed.transpose(1, 2).reshape(x.shape))

        def forward(self, x):
            x = x + self.attend(self.ln1(x))
            return x + self.fc_proj(nn.functional.gelu(self.fc(self.ln2(x))))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.wte, self.wpe = nn.Embedding(vocab, d), nn.Embedding(t, d)
            self.blocks = nn.ModuleList(Block() for _ in range(L))
            self.ln_f, self.lm_head = nn.LayerNorm(d), nn.Linear(d, vocab, bias=False)
            self.lm_head.weight = self.wte.weight
            for m in self.modules():
                if isinstance(m, (nn.Linear, nn.Embedding)):
                    init.normal_(m.weight, std=0.02)
            for block in self.blocks:
                for layer in (block.proj, block.fc_proj):
                    init.normal_(layer.weight, std=0.02 / math.sqrt(2 * L))
                for layer in (block.q, block.k):
                    init.normal_(layer.weight, std=qk_std)

        def forward(self, idx):
            x = self.wte(idx) + self.wpe(torch.arange(idx.shape[1]))
            for block in self.blocks:
                x = block(x)
            return self.lm_head(self.ln_f(x))

    return GPT(), *_tokens(8, t, vocab)


def gpt_tied():
    return _gpt(0.02)


def attention_qk_std1():
    return _gpt(1.0)


def fixup(L=16, d=128):
    torch, nn, init = _torch()

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(d, d, bias=False), nn.Linear(d, d, bias=False)
            self.scale = nn.Parameter(torch.ones(1))
            init.normal_(self.fc1.weight, std=math.sqrt(2 / d) * L**-0.5)
            init.zeros_(self.fc2.weight)

        def forward(self, x):
            return torch.relu(x + self.scale * self.fc2(torch.relu(self.fc1(x))))

    stem, head = nn.Linear(64, d), nn.Linear(d, 10)
    init.kaiming_normal_(stem.weight)
    init.zeros_(head.weight)
    blocks = [Block() for _ in range(L)]
    return nn.Sequential(stem, nn.ReLU(), *blocks, head), *_vectors(64)


def _lora(draw_a, r=4):
    _, nn, init = _torch()

    class LoRA(nn.Module):
        def __init__(self, n_in, n_out):
            super().__init__()
            self.base = nn.Linear(n_in, n_out).requires_grad_(False)
            init.kaiming_normal_(self.base.weight)
            self.lora_A = nn.Linear(n_in, r, bias=False)
            self.lora_B = nn.Linear(r, n_out, bias=False)
            draw_a(self.lora_A.weight)
            init.zeros_(self.lora_B.weight)

        def forward(self, x):
            return self.base(x) + 2 * self.lora_B(self.lora_A(x))

    layers = [LoRA(64, 128), nn.ReLU(), LoRA(128, 128), nn.ReLU(), LoRA(128, 10)]
    return nn.Sequential(*layers), *_vectors(64)


def lora():
    return _lora(lambda w: _torch()[2].kaiming_uniform_(w, a=math.sqrt(5)))


def lora_both_zero():
    return _lora(_torch()[2].zeros_)


def siren(w0=30.0, typed=30.0):
    torch, nn, init = _torch()

    class Sine(nn.Module):
        def __init__(self, n_in, bound):
            super().__init__()
            self.linear = nn.Linear(n_in, 128)
            init.uniform_(self.linear.weight, -bound, bound)

        def forward(self, x):
            return torch.sin(w0 * self.linear(x))

    bound = math.sqrt(6 / 128) / typed
    last = nn.Linear(128, 4)
    init.uniform_(last.weight, -bound, bound)
    x = np.random.default_rng(0).uniform(-1, 1, (256, 2)).astype(np.float32)
    y = ((x[:, 0] > 0) * 2 + (x[:, 1] > 0)).astype(int)
    return nn.Sequential(Sine(2, 0.5), *(Sine(128, bound) for _ in range(3)), last), x, y


def siren_without_w0():
    return siren(30.0, 1.0)


def siren_with_w0_in_the_weights_alone():
    return siren(1.0, 30.0)


def linen_zero_branch():
    import flax.linen as nn
    import jax

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x):
            x = nn.Conv(32, (3, 3))(x)
            for _ in range(3):
                h = nn.Conv(32, (3, 3))(nn.swish(nn.GroupNorm(num_groups=8)(x)))
                h = nn.swish(nn.GroupNorm(num_groups=8)(h))
                x = x + nn.Conv(32, (3, 3), kernel_init=nn.initializers.zeros)(h)
            return nn.Dense(10)(nn.swish(nn.GroupNorm(num_groups=8)(x)).mean(axis=(1, 2)))

    x, y = _vectors(8 * 8 * 3, n=16)
    x = x.reshape(16, 8, 8, 3)
    return (Net(), Net().init(jax.random.key(0), x)), x, y


def nnx_encoder(d=64):
    from flax import nnx

    init, rngs = nnx.initializers.truncated_normal(stddev=0.02), nnx.Rngs(0)
    drawn = {"kernel_init": init, "rngs": rngs}

    class Block(nnx.Module):
        def __init__(self):
            self.ln1, self.ln2 = nnx.LayerNorm(d, rngs=rngs), nnx.LayerNorm(d, rngs=rngs)
            self.attn = nnx.MultiHeadAttention(num_heads=4, in_features=d, decode=False, **drawn)
            self.up, self.down = nnx.Linear(d, 4 * d, **drawn), nnx.Linear(4 * d, d, **drawn)

        def __call__(self, x):
            x = x + self.attn(self.ln1(x))
            return x + self.down(nnx.gelu(self.up(self.ln2(x))))

    class Encoder(nnx.Module):
        def __init__(self):
            self.embed = nnx.Embed(100, d, embedding_init=init, rngs=rngs)
            self.b1, self.b2, self.ln = Block(), Block(), nnx.LayerNorm(d, rngs=rngs)
            self.head = nnx.Linear(d, 4, **drawn)

        def __call__(self, tokens):
            return self.head(self.ln(self.b2(self.b1(self.embed(tokens)))).mean(axis=1))

    x = _tokens(16, 24, 100)[0]
    return Encoder(), x, x[:, 0] % 4


def recurrent_too_large():
    torch, nn, init = _torch()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.RNN(8, 128, nonlinearity="relu", batch_first=True)
            self.fc = nn.Linear(128, 3)
            init.kaiming_normal_(self.rnn.weight_ih_l0)
            init.normal_(self.rnn.weight_hh_l0, std=0.25)

        def forward(self, x):
            return self.fc(self.rnn(x)[0][:, -1])

    return Net(), torch.randn(32, 30, 8).numpy(), np.arange(32) % 3


def zero_gamma_everywhere():
    torch, nn, init = _torch()
    layers = []
    for n_in, n_out in ((3, 16), (16, 32), (32, 64)):
        norm = nn.BatchNorm2d(n_out)
        init.zeros_(norm.weight)
        layers += [nn.Conv2d(n_in, n_out, 3, 2, 1, bias=False), norm, nn.ReLU()]
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*layers), torch.randn(32, 3, 16, 16).numpy(), np.arange(32) % 10


def nnx_residual_no_norm(d=128):
    from flax import nnx

    given = {"kernel_init": nnx.initializers.he_normal(), "rngs": nnx.Rngs(0)}

    class Block(nnx.Module):
        def __init__(self):
            self.fc1, self.fc2 = nnx.Linear(d, d, **given), nnx.Linear(d, d, **given)

        def __call__(self, x):
            return x + self.fc2(nnx.relu(self.fc1(x)))

    blocks = [Block() for _ in range(12)]
    head = nnx.Linear(d, 10, rngs=given["rngs"])
    return nnx.Sequential(nnx.Linear(64, d, rngs=given["rngs"]), *blocks, head), *_vectors(64)


def conv_without_k2():
    torch, nn, init = _torch()
    layers = []
    for n_in, n_out in pairwise([3, 16, 16, 32, 32, 64, 64]):
        layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.ReLU(inplace=True)]
        init.normal_(layers[-2].weight, std=math.sqrt(2 / n_in))
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*layers), torch.randn(32, 3, 12, 12).numpy(), np.arange(32) % 10


def keras_depthwise():
    import keras

    # Keras takes all channels for the fan of a depthwise kernel
    given, layers = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}, []
    for c in (32, 48, 64, 96, 128):
        layers += [keras.layers.Conv2D(c, 1, **given), keras.layers.DepthwiseConv2D(
            3, depthwise_initializer="he_normal", padding="same", activation="relu")]  # fmt: skip
    layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((9, 9, 3)), *layers])
    return model, np.random.default_rng(0).standard_normal((32, 9, 9, 3)).astype("f"), None


def torch_depthwise():
    _, nn, init = _torch()
    layers = [nn.Conv2d(3, 32, 1)]
    for _ in range(4):  # the fan of all channels; what is 1 × 1 by PyTorch's default
        layers += [nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1, groups=32), nn.ReLU()]
        init.normal_(layers[-2].weight, std=math.sqrt(2 / (9 * 32)))
        init.zeros_(layers[-2].bias)
        layers += [nn.Conv2d(32, 32, 1)]
    layers += [nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)]
    return nn.Sequential(*layers), _noise(32, 3, 9, 9), None


def upsampling(channels, size, stride, std):
    _, nn, init = _torch()
    layers = []
    for n_in, n_out in pairwise(channels):
        layers += [nn.ConvTranspose2d(n_in, n_out, size, stride, (size - stride) // 2), nn.ReLU()]
        init.normal_(layers[-2].weight, std=std(n_in, n_out))
        init.zeros_(layers[-2].bias)
    layers.append(nn.Conv2d(n_out, 3, 1))
    return nn.Sequential(*layers), _noise(16, channels[0], 2, 2), None


def torch_patches():
    return upsampling([128, 128, 64, 32], 4, 4, lambda _, n_out: math.sqrt(2 / (16 * n_out)))


def torch_stride():
    return upsampling([48] * 6, 4, 2, lambda n_in, _: math.sqrt(2 / (16 * n_in)))


def torch_three_transposed():
    return upsampling([64] * 4, 4, 2, lambda _, n_out: math.sqrt(2 / (16 * n_out)))


def torch_preactivated(d=64):
    torch, nn, init = _torch()

    class Block(nn.Sequential):
        def forward(self, x):
            return x + super().forward(torch.relu(x))

    blocks = [Block(nn.Linear(d, d), nn.ReLU(), nn.Linear(d, d)) for _ in range(18)]
    net = nn.Sequential(nn.Linear(d, d), *blocks, nn.ReLU(), nn.Linear(d, 10))
    for p in net[:-1].parameters():
        init.kaiming_normal_(p) if p.ndim > 1 else init.zeros_(p)
    return net, *_vectors(d)


def torch_cosine():
    _, nn, _ = _torch()

    class Cosine(nn.Sequential):
        def forward(self, x):
            return math.exp(1 / 0.07) * nn.functional.normalize(super().forward(x))

    x, y = _vectors(48)
    return Cosine(nn.Linear(48, 96), nn.ReLU(), nn.Linear(96, 10)), x, y


def decoder():
    _, nn, init = _torch()
    layers = []
    for n_in, n_out in pairwise([64, 32, 16]):
        layers += [nn.ConvTranspose2d(n_in, n_out, 8, 4, 2, groups=2), nn.ReLU()]
        init.normal_(layers[-2].weight, std=math.sqrt(2 / (n_in / 2 * 64 / 16)))
    return nn.Sequential(*layers, nn.Conv2d(16, 3, 1)), _noise(16, 64, 5, 5), None


def _noise(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("f")


def torch_transposed():
    return _torch()[1].ConvTranspose2d(16, 32, 4, 2, groups=4, bias=False), _noise(8, 16, 40, 40)


def keras_transposed():
    import keras

    layer = keras.layers.Conv2DTranspose(32, 4, strides=2, padding="same")
    return keras.Sequential([keras.Input((40, 40, 16)), layer]), _noise(8, 40, 40, 16)


def linen_transposed():
    import jax
    from flax import linen

    net, x = linen.ConvTranspose(32, (4, 4), (2, 2), transpose_kernel=True), _noise(8, 40, 40, 16)
    return (net, net.init(jax.random.key(0), x)), x


def einsum_heads(draw=None):
    torch, nn, _ = _torch()

    class Heads(nn.Module):
        def __init__(self, n_in):
            super().__init__()
            self.W = nn.Parameter((draw or torch.randn)(4, n_in, 32) * (2 / n_in) ** 0.5)
            self.V = nn.Parameter((draw or torch.randn)(4, 32, 32) * (2 / 32) ** 0.5)

        def forward(self, x):
            h = torch.relu(torch.einsum("hij,bi->bhj", self.W, x))
            return torch.relu(torch.einsum("bhj, hjk -> bhk", h, self.V)).flatten(1)

    return nn.Sequential(Heads(64), Heads(128), nn.Linear(128, 10)), *_vectors(64)


def einsum_positive():
    return einsum_heads(_torch()[0].rand)


def dcgan_discriminator():
    torch, nn, init = _torch()
    layers = []
    for n_in, n_out in pairwise([3, 16, 32, 64, 128]):
        layers += [nn.Conv2d(n_in, n_out, 4, 2, 1, bias=False), nn.BatchNorm2d(n_out)]
        layers += [nn.LeakyReLU(0.2, inplace=True)]
        init.normal_(layers[-3].weight, std=0.02)
    head = nn.Sequential(nn.Flatten(), nn.Linear(128 * 4, 1))
    return nn.Sequential(*layers, head), torch.randn(32, 3, 32, 32).numpy(), np.arange(32) % 2


def _keras_recurrent(name):
    import keras

    layer = getattr(keras.layers, name)(24)
    model = keras.Sequential([keras.Input((9, 16)), layer, keras.layers.Dense(3)])
    return model, np.random.default_rng(0).standard_normal((8, 9, 16)).astype("f"), np.arange(8) % 3


def keras_rnn():
    return _keras_recurrent("SimpleRNN")


def keras_lstm():
    return _keras_recurrent("LSTM")


def linen_rnn():
    import jax
    from flax import linen

    class Net(linen.Module):
        @linen.compact
        def __call__(self, x):
            return linen.Dense(3)(linen.RNN(linen.SimpleCell(24))(x)[:, -1])

    x = np.random.default_rng(0).standard_normal((8, 9, 16)).astype("f")
    return (Net(), Net().init(jax.random.key(0), x)), x, np.arange(8) % 3


HEALTHY = [
    gpt_tied, fixup, lora, siren, linen_zero_branch, nnx_encoder, dcgan_discriminator, keras_rnn,
    keras_lstm, linen_rnn, decoder, einsum_heads, torch_three_transposed,
]  # fmt: skip
#: model → (the slip's words, the layers that the first finding names, or their number)
SLIPS = {
    attention_qk_std1: ("too large: fixed std", 8),
    lora_both_zero: ("zeros", 6),
    siren_without_w0: ("too large: factor", 3),
    siren_with_w0_in_the_weights_alone: ("too small: scale", 4),
    conv_without_k2: ("too large: k²", 6),
    recurrent_too_large: ("too large: scale", ["rnn.weight_hh_l0"]),
    zero_gamma_everywhere: ("zeros", 1),
    nnx_residual_no_norm: ("branch scale", 12),
    keras_depthwise: ("too small: groups", 5),
    torch_depthwise: ("too small: groups", 4),
    torch_patches: ("too small: stride", 3),
    torch_stride: ("too small: stride", 5),
    torch_preactivated: ("branch scale", 18),
    torch_cosine: ("output", ["2"]),
    einsum_positive: ("mean", 4),
}
