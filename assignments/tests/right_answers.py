"""Right answers to A1 to A4 in the styles that students write; each gets full marks.

For every answer's cell what stands there instead of the solution. Submission i of an assignment
takes the i-th answer to each question, beginning anew where there are fewer. What the answers
import stands above the first one.
"""

from assignment_course import solutions

IMPORTS = """import array
import itertools
import math
from collections import UserList, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce

"""

SIX_FANS = "math.prod(i / (3 * o) for i, o in itertools.pairwise(widths))"
_FACTORS = "[n * var_w for n in widths[:-1]]"
_PREDICTED = f"list(itertools.accumulate([strength_x, *{_FACTORS}], lambda a, b: a * b))"
_LAYERS = """
strengths = [float((x * x).mean())]
for n_in, n_out in itertools.pairwise(widths):
    x = x @ rng.normal(0, std, (n_in, n_out))
    strengths.append(float((x * x).mean()))
"""
_STD = "std = np.sqrt(2 / (n_in + n_out))\n"
_LEAKY = "b = math.sqrt(6 / (n_in * (1 + a * a)))\n"
_TAPER = """
pairs = list(itertools.pairwise(widths))
fan = {"fan_in": lambda i, o: i, "fan_out": lambda i, o: o, "fan_avg": lambda i, o: (i + o) / 2}
forward = math.prod(i * scale / fan[mode](i, o) / 2 for i, o in pairs)
backward = math.prod(o * scale / fan[mode](i, o) / 2 for i, o in pairs)
"""
_PASSES = """
zs, h = [], x
for W in weights:
    zs.append(np.einsum("bi,ij->bj", h, W))
    h = zs[-1] * (zs[-1] > 0)
back = [delta]
for W, z in zip(reversed(weights[1:]), reversed(zs[:-1])):
    back.insert(0, np.where(z > 0, back[0] @ W.T, 0))
"""
_BOUND = "b = (6 / n_in) ** 0.5\n"
_INSIDE = "abs(i - j) <= k // 2 for i in range(side) for j in range(side)"
_ORTHOGONAL = """
U = np.linalg.qr(rng.standard_normal((n, n)))[0] * keep ** (0.5 / steps)
"""
_SUM = """
step = 0.01
z = np.arange(-10, 10 + step, step)
weight = step * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
"""
_STEP = "sigma_w2 * second_moment(q) + sigma_b2"
_PAIR = "1 / slope_moment(1), 1 - second_moment(1) / slope_moment(1)"
_DRAWN = """
w2, b2 = critical
shapes = list(itertools.pairwise(widths))
"""
_W = "rng.normal(0, float(w2) ** 0.5 / i**0.5, (i, o))"
_B = "rng.normal(0, float(b2) ** 0.5, o)"

RIGHT = {
    "A1": {
        "strength_z": [
            "Fraction(n) * Fraction(var_w) * (Fraction(var_x) + Fraction(mean_x) ** 2)",
            "n * Decimal(str(var_w)) * (Decimal(str(var_x)) + Decimal(str(mean_x)) ** 2)",
            "deque([n * var_w * (var_x + mean_x**2)])",
            "np.longdouble(n) * var_w * (var_x + mean_x**2)",
            "np.array([n * var_w * (var_x + mean_x**2)], dtype=object)",
            "sum(var_w * (var_x + mean_x**2) for _ in range(n))",
            "memoryview(np.array([n * var_w * (var_x + mean_x**2)]))",
        ],
        "fitting_std": [
            "n**-0.5",
            "1 / Decimal(n).sqrt()",
            "Fraction(1 / math.sqrt(n))",
            "np.float32(n) ** -0.5",
            "array.array('d', [1 / math.sqrt(n)])",
            "UserList([np.array(n**-0.5)])",
            "np.full((1, 1), 1 / np.sqrt(n), dtype=np.longdouble)",
        ],
        "predicted_strengths": [
            f"return {_PREDICTED}",
            f"return deque({_PREDICTED})",
            f"return array.array('d', {_PREDICTED})",
            f"return [Fraction(s) for s in {_PREDICTED}]",
            f"return tuple(Decimal(s) for s in {_PREDICTED})",
            f"return strength_x * np.cumprod(np.array([1, *{_FACTORS}], dtype=np.longdouble))",
            f"return UserList({_PREDICTED})",
        ],
        "predicted_factor": [
            "Fraction(math.prod(widths[:-1])) * Fraction(std) ** 6",
            "[math.prod(widths[:-1]) * std**6]",
            "Decimal(math.prod(widths[:-1])) * Decimal(std) ** 6",
            "predicted_strengths(widths, std**2, 1)[3]",
            "np.prod(widths[:-1]) * np.longdouble(std) ** 6",
            "list(predicted_strengths(widths, std**2, 1))[-1]",
        ],
        "measured_strengths": [
            _LAYERS + "return strengths",
            _LAYERS + "return deque(strengths)",
            _LAYERS + "return [Fraction(s) for s in strengths]",
            _LAYERS + "return np.array(strengths, dtype=np.longdouble)",
            _LAYERS + "return array.array('d', strengths)",
            # every network from a generator of its own
            "rng = rng.spawn(1)[0]" + _LAYERS + "return [Decimal(s) for s in strengths]",
        ],
        "width_needed": [
            "Fraction(2 * depth) / Fraction(spread) ** 2",
            "round(2 * depth / spread**2)",
            "np.ceil(2 * depth / spread**2)",
            "2 * depth / Decimal(spread) ** 2",
            "array.array('l', [round(2 * depth / spread**2)])",
            "np.array(Fraction(2 * depth) / Fraction(spread**2))",
        ],
    },
    "A2": {
        "xavier_normal": [
            _STD + "return rng.normal(scale=std, size=(n_in, n_out))",
            _STD + "return np.longdouble(std) * rng.standard_normal((n_in, n_out))",
            _STD + "return deque(map(deque, (std * rng.standard_normal((n_in, n_out))).tolist()))",
            _STD + "return std * rng.spawn(1)[0].standard_normal((n_in, n_out))",
            _STD + "return (std * rng.standard_normal((n_in, n_out))).astype(object)",
        ],
        "leaky_uniform": [
            _LEAKY + "return rng.uniform(-b, b, size=(n_in, n_out))",
            _LEAKY + "return b * (2 * rng.random((n_in, n_out)) - 1)",
            _LEAKY + "return memoryview(rng.uniform(-b, b, (n_in, n_out)))",
            _LEAKY + "return [array.array('d', rng.uniform(-b, b, n_out)) for _ in range(n_in)]",
            _LEAKY + "return UserList(rng.uniform(-b, b, (n_in, n_out)))",
        ],
        "taper_factors": [
            _TAPER + "return forward, backward",
            _TAPER + "return Fraction(forward), Fraction(backward)",
            _TAPER + "return namedtuple('Factors', 'forward backward')(forward, backward)",
            _TAPER + "return deque([Decimal(forward), Decimal(backward)])",
            _TAPER + "return np.array([forward, backward], dtype=np.longdouble)",
        ],
        "predicted_backward": [
            "Fraction(widths[-1], widths[1])",
            "Decimal(widths[-1]) / widths[1]",
            "np.divide(widths[-1], widths[1])",
            "math.prod(o / i for i, o in itertools.pairwise(widths[1:]))",
            "deque([widths[-1] / widths[1]])",
        ],
        "forward_and_backward": [
            _PASSES + "return [(z**2).mean() for z in zs], [(d**2).mean() for d in back]",
            _PASSES + "return deque(deque(np.mean(a**2) for a in row) for row in (zs, back))",
            _PASSES
            + "return [[Fraction(float(np.mean(a**2))) for a in row] for row in (zs, back)]",
            _PASSES
            + "return [array.array('d', [np.mean(a**2) for a in row]) for row in (zs, back)]",
            _PASSES + "return [[np.longdouble(np.mean(a**2)) for a in row] for row in (zs, back)]",
        ],
        "colleague_factor": [
            SIX_FANS,
            f"Decimal({SIX_FANS})",
            "Fraction(widths[0], widths[-1]) / 27",
            "np.longdouble(widths[0]) / widths[-1] / 27",
        ],
        "repaired": [
            _BOUND + "return rng.uniform(-b, b, (n_in, n_out)).astype(np.longdouble)",
            _BOUND + "return list(rng.uniform(-b, b, (n_in, n_out)))",
            _BOUND + "return deque(rng.uniform(-b, b, n_out) for _ in range(n_in))",
        ],
    },
    "A3": {
        "grouped_fans": [
            "return Fraction(k * k * c_in, groups), Fraction(k * k * c_out, groups)",
            "return np.array([c_in, c_out]) * k**2 / groups",
            "return deque(k**2 * c // groups for c in (c_in, c_out))",
            "return array.array('q', [k * k * c_in // groups, k * k * c_out // groups])",
            "fan = lambda c: Decimal(k**2 * c) / groups\nreturn fan(c_in), fan(c_out)",
        ],
        "predicted_share": [
            "Fraction(channels[0], channels[-1])",
            "Decimal(channels[0]) / channels[-1]",
            "np.float16(channels[0] / channels[-1])",
            "math.prod(i / o for i, o in itertools.pairwise(channels))",
            "np.longdouble(channels[0]) / channels[-1]",
        ],
        "border_share": [
            f"return (sum({_INSIDE}) / (k * side)) ** 2",
            f"return Fraction(sum({_INSIDE}), k * side) ** 2",
            f"return (Decimal(sum({_INSIDE})) / (k * side)) ** 2",
            "i = np.arange(side)\n"
            "inside = (abs(i[:, None] - i) <= k // 2).sum()\n"
            "return (inside / np.longdouble(k * side)) ** 2",
            "taps = np.convolve(np.ones(side), np.ones(k))[k // 2 :][:side]\n"
            "return (taps.mean() / k) ** 2",
        ],
        "keeping_matrix": [
            _ORTHOGONAL + "return U",
            _ORTHOGONAL + "return U.tolist()",
            _ORTHOGONAL + "return U.astype(np.longdouble)",
            _ORTHOGONAL + "return deque(U)",
            _ORTHOGONAL + "return [[Decimal(u) for u in row] for row in U.tolist()]",
            _ORTHOGONAL + "return UserList(U)",
            _ORTHOGONAL + "return np.asmatrix(U)",
        ],
        "steps_until": [
            "round(math.log(left, singular**2))",
            "Decimal(left).ln() / (2 * Decimal(singular).ln())",
            "Fraction(math.log(left) / (2 * math.log(singular)))",
            "np.emath.logn(singular, left) / 2",
            "np.array([math.log(left, singular) / 2], dtype=object)",
        ],
    },
    "A4": {
        "second_moment": [
            _SUM + "return np.sum(phi(math.sqrt(q) * z) ** 2 * weight)",
            _SUM + "return weight @ phi(np.sqrt(q) * z) ** 2",
            _SUM + "return np.longdouble(np.dot(weight, phi(math.sqrt(q) * z) ** 2))",
        ],
        "slope_moment": [
            _SUM + "return sum(dphi(math.sqrt(q) * z) ** 2 * weight)",
            _SUM + "return np.einsum('i,i->', weight, dphi(q**0.5 * z) ** 2)",
            _SUM + "return np.longdouble(np.dot(weight, dphi(math.sqrt(q) * z) ** 2))",
        ],
        "gain": [
            "second_moment(1) ** -0.5",
            "Fraction(float(second_moment(1))) ** -0.5",
            "Decimal(float(second_moment(1))) ** Decimal(-0.5)",
        ],
        "chi_at_gain": [
            "slope_moment(1) / second_moment(1)",
            "deque([float(gain) ** 2 * slope_moment(1)])",
            "Fraction(float(slope_moment(1) / second_moment(1)))",
        ],
        "fixed_point": [
            f"return reduce(lambda q, _: {_STEP}, range(300), 1.0)",
            f"q, before = 1.0, 0.0\nwhile abs(q - before) > 1e-9:\n    q, before = {_STEP}, q\n"
            "return Fraction(float(q))",
            f"q = 1.0\nfor _ in range(300):\n    q = {_STEP}\nreturn array.array('d', [q])[0]",
        ],
        "critical": [
            f"deque([{_PAIR}])",
            f"namedtuple('Pair', 'w b')({_PAIR})",
            f"np.array([{_PAIR}], dtype=np.longdouble)",
        ],
        "initial": [
            # iterators inside of the pair, which draw as they are gone through
            _DRAWN + f"return ({_W} for i, o in shapes), map(lambda o: {_B}, widths[1:])",
            _DRAWN + f"return UserList({_W} for i, o in shapes), deque({_B} for i, o in shapes)",
            _DRAWN
            + f"W = dict(enumerate([{_W} for i, o in shapes]))\n"
            + f"b = [np.longdouble({_B}) for o in widths[1:]]\nreturn [W.values(), b]",
        ],
    },
}


def right_submissions(name):
    """Return the answers of every right submission of an assignment, by its student."""
    most = max(map(len, RIGHT[name].values()))
    return {
        f"right-{i}": {cell: answers[i % len(answers)] for cell, answers in RIGHT[name].items()}
        for i in range(most)
    }


def quick_solutions(name):
    """Return the source's answers but the written one, where one takes long, another as right."""
    iterated = f"q, before = 1.0, 0.0\nwhile abs(q - before) > 1e-9:\n    q, before = {_STEP}, q"
    quick = {"fixed_point": f"{iterated}\nreturn q"} if name == "A4" else {}
    return solutions(name, by_hand=False) | quick
