"""Networks at initialization, healthy or with one planted slip, to try `audit` on.

They were written by somebody who had not read its code; shortened here. Each function returns
(model, x, y). HEALTHY lists the healthy ones; SLIPS says what the finding must hold, and a layer
that it must name.
"""

import math
from itertools import pairwise

import numpy as np


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


def _torch_mlp(sizes, draw, phi="ReLU"):
    """A Sequential whose weights are drawn by draw(weight); biases 0."""
    _, nn, init = _torch()
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), getattr(nn, phi)()]
        draw(layers[-2].weight)
        init.zeros_(layers[-2].bias)
    return nn.Sequential(*layers[:-1])


def _he(w):
    _torch()[2].kaiming_normal_(w, nonlinearity="relu")


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


def orthogonal_tanh_25():
    return _torch_mlp([64] + [128] * 25 + [10], _torch()[2].orthogonal_, "Tanh"), *_vectors(64)


def policy_with_a_small_head():
    def draw(w):
        _torch()[2].orthogonal_(w, 0.01 if w.shape[0] == 6 else 2**0.5)

    return _torch_mlp([24, 128, 128, 128, 6], draw), *_vectors(24, 6)


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
    _he(stem.weight)
    init.zeros_(head.weight)
    blocks = [Block() for _ in range(L)]
    return nn.Sequential(stem, nn.ReLU(), *blocks, head), *_vectors(64)


def _lora(draw_a, r=4):
    _, nn, init = _torch()

    class LoRA(nn.Module):
        def __init__(self, n_in, n_out):
            super().__init__()
            self.base = nn.Linear(n_in, n_out).requires_grad_(False)
            _he(self.base.weight)
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


def siren(w0=30.0):
    torch, nn, init = _torch()

    class Sine(nn.Module):
        def __init__(self, n_in, bound):
            super().__init__()
            self.linear = nn.Linear(n_in, 128)
            init.uniform_(self.linear.weight, -bound, bound)

        def forward(self, x):
            return torch.sin(w0 * self.linear(x))

    bound = math.sqrt(6 / 128) / w0
    last = nn.Linear(128, 4)
    init.uniform_(last.weight, -bound, bound)
    x = np.random.default_rng(0).uniform(-1, 1, (256, 2)).astype(np.float32)
    y = ((x[:, 0] > 0) * 2 + (x[:, 1] > 0)).astype(int)
    return nn.Sequential(Sine(2, 0.5), *(Sine(128, bound) for _ in range(3)), last), x, y


def prior_bias():
    model = _torch_mlp([50, 128, 128, 128, 1], _he)
    _torch()[2].normal_(model[-1].weight, std=0.01)
    _torch()[2].constant_(model[-1].bias, -math.log(99))
    return model, _vectors(50)[0], (np.arange(64) == 7).astype(int)


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


def torch_default_30():
    _, nn, _ = _torch()
    sizes = [64] + [128] * 30
    layers = [f for i, o in pairwise(sizes) for f in (nn.Linear(i, o), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(128, 10)), *_vectors(64)


def missing_sqrt3():
    def draw(w):
        bound = math.sqrt(2 / w.shape[1])
        _torch()[2].uniform_(w, -bound, bound)

    return _torch_mlp([64] + [128] * 16 + [10], draw), *_vectors(64)


def one_layer_std1():
    model = _torch_mlp([64] + [128] * 10 + [10], _he)
    _torch()[2].normal_(model[8].weight)
    return model, *_vectors(64)


def head_std1():
    model = _torch_mlp([64, 512, 512, 10], _he)
    _torch()[2].normal_(model[4].weight)
    return model, *_vectors(64)


def recurrent_too_large():
    torch, nn, init = _torch()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.RNN(8, 128, nonlinearity="relu", batch_first=True)
            self.fc = nn.Linear(128, 3)
            _he(self.rnn.weight_ih_l0)
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


def keras_constant():
    import keras

    draw = {"activation": "sigmoid", "kernel_initializer": keras.initializers.Constant(0.1)}
    dense = [keras.layers.Dense(64, **draw) for _ in range(3)]
    return keras.Sequential([keras.Input((20,)), *dense]), *_vectors(20, 5)


def nnx_std_is_variance():
    from flax import nnx

    rngs, layers = nnx.Rngs(0), []
    for n_in, n_out in pairwise([64] + [256] * 6 + [10]):
        draw = nnx.initializers.normal(stddev=2 / n_in)
        layers += [nnx.Linear(n_in, n_out, kernel_init=draw, rngs=rngs), nnx.relu]
    return nnx.Sequential(*layers[:-1]), *_vectors(64)


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


HEALTHY = [
    gpt_tied, orthogonal_tanh_25, policy_with_a_small_head, fixup, lora, siren, prior_bias,
    linen_zero_branch, nnx_encoder,
]  # fmt: skip
#: model → (the slip's words, the layers that the first finding names, or their number)
SLIPS = {
    attention_qk_std1: ("too large: fixed std", 8),
    lora_both_zero: ("zeros", 6),
    torch_default_30: ("too small: default", 31),
    missing_sqrt3: ("too small: missing √3", 16),
    one_layer_std1: ("too large: fixed std", ["8"]),
    head_std1: ("head", ["4"]),
    recurrent_too_large: ("too large: scale", ["rnn.weight_hh_l0"]),
    zero_gamma_everywhere: ("zeros", 1),
    keras_constant: ("constant", 3),
    nnx_std_is_variance: ("too small: std and variance", 7),
    nnx_residual_no_norm: ("branch scale", 12),
}
