"""Every explorer, at any setting, draws something true and says what it draws.

Bars of the bands: over seeds 0 … 199 the measurement lies in the 95 % band in 92 to 98 % of
cases, pooled for each explorer over the settings in SETTINGS_OF_BANDS. Run with -s for figures.
"""

import base64
import io
import itertools
import re
import struct
import warnings

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from initcourse import explorers
from initcourse.activations import ACTIVATIONS
from initcourse.explorers.base import plain
from initcourse.explorers.laboratory import BENCHES
from initcourse.explorers.symmetry import count_different
from initcourse.explorers.weighted_sum import DRAWS
from initcourse.propagation import HUGE, TINY
from initcourse.rules import RULES
from initcourse.theory import mean_field as theory
from initcourse.theory import weighted_sum as sums

#: RaceExplorer is tested in test_race.py, those of lessons 09 on in a file for each lesson.
ELSEWHERE = {"Explorer", "RaceExplorer", "ConvolutionExplorer", "RecurrentExplorer"}
ELSEWHERE |= {"AnyActivationExplorer", "ClinicExplorer"}
ELSEWHERE |= {"ResidualExplorer", "SpectrumExplorer"}
LABORATORIES = [f"LaboratoryExplorer {bench}" for bench in BENCHES]
NAMES = [name for name in explorers.__all__ if name not in {*ELSEWHERE, "LaboratoryExplorer"}]
NAMES += LABORATORIES
RANDOM_SETTINGS = 15


def new(name, **settings):
    """An explorer by its class and, for the laboratories, its bench."""
    kind, *bench = name.split()
    return getattr(explorers, kind)(*bench, **settings)


@pytest.fixture(scope="module")
def made():
    """A function that returns one explorer of each name, the same every time."""
    kept = {}

    def one(name):
        if name not in kept:
            kept[name] = new(name)
        return kept[name]

    return one


def put(explorer, settings):
    """Set all controls, then update once: what setting the last of them would do."""
    for name, value in settings.items():
        control = explorer.controls[name]
        control.unobserve(explorer.update, names="value")
        control.value = value
        control.observe(explorer.update, names="value")
    explorer.update()


def values_of(control):
    """Return (the extreme values of a control, a function that draws one of its values)."""
    if hasattr(control, "options"):
        options = list(control._options_values)
        return options, lambda rng: options[rng.integers(len(options))]
    if isinstance(control, ipywidgets.FloatLogSlider):
        ends = control.min, control.max
        return [control.base**end for end in ends], lambda rng: control.base ** rng.uniform(*ends)
    steps = round((control.max - control.min) / control.step)
    draw = lambda rng: control.min + control.step * int(rng.integers(steps + 1))  # noqa: E731
    return [control.min, control.max], draw


def corners(explorer):
    """All combinations of extreme values (every option of a menu).

    SignalsExplorer has 1600: there all 400 of activation, init, weight scale, depth and width
    (300 and half of the 100 at the largest size), while input and seed take turns so that every
    pair of extreme values of any two controls occurs. In this order each network is drawn once.
    A laboratory has 25600: there, too, every pair.
    """
    ends = {name: values_of(control)[0] for name, control in explorer.controls.items()}
    if isinstance(explorer, explorers.LaboratoryExplorer):
        return every_pair(ends)
    if not isinstance(explorer, explorers.SignalsExplorer):
        return [dict(zip(ends, row, strict=True)) for row in itertools.product(*ends.values())]
    outer = ("rule", "depth", "width", "activation", "scale")
    rows = []
    for row in itertools.product(*(range(len(ends[name])) for name in outer)):
        place = dict(zip(outer, row, strict=True))
        place["input"] = (place["rule"] + place["depth"]) % 2
        place["seed"] = (place["rule"] + place["width"]) % 2
        large = place["depth"] == place["width"] == 1
        if large and (place["scale"] + place["rule"] + place["activation"]) % 2:
            continue
        rows.append({name: ends[name][k] for name, k in place.items()})
    return rows


def every_pair(ends):
    """A few rows in which every pair of values of any two controls occurs."""
    rng, missing, rows = np.random.default_rng(0), set(), []
    for (one, firsts), (two, seconds) in itertools.combinations(ends.items(), 2):
        missing |= set(itertools.product([one], firsts, [two], seconds))

    def found_in(row):
        pairs = itertools.combinations(row.items(), 2)
        return {(*first, *second) for first, second in pairs} & missing

    while missing:
        one, first, two, second = min(missing, key=str)
        drawn = [
            {name: values[rng.integers(len(values))] for name, values in ends.items()}
            | {one: first, two: second}
            for _ in range(20)
        ]
        rows.append(max(drawn, key=lambda row: len(found_in(row))))
        missing -= found_in(rows[-1])
    return rows


def random_settings(explorer, rng):
    return {name: values_of(control)[1](rng) for name, control in explorer.controls.items()}


def png_of(explorer):
    return bytes(explorer.image.value)


def picture_of(explorer):
    return np.asarray(Image.open(io.BytesIO(png_of(explorer))).convert("RGB"))


def assert_sound(explorer, settings):
    """No error, a sentence in finite numbers or in words, a picture of the right size with ink."""
    assert explorer.error is None, f"{settings}\n{explorer.error}"
    text = plain(explorer.text)
    assert text and text in plain(explorer.line.value), settings
    assert not re.search(r"\b(nan|inf|none)\b", text, re.IGNORECASE), f"{settings}: {text}"
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", *explorer.picture.size)
    assert png_of(explorer).startswith(header), settings
    some = explorer.picture.pixels()[::3, ::3, 1]
    assert (some < 200).mean() > 0.01, f"{settings}: blank"


# --- any control at any value


@pytest.mark.parametrize("name", NAMES)
def test_corners(name, made):
    explorer = made(name)
    rows = corners(explorer)
    assert len(rows) <= 400, "too many corners: say in `corners` which of them to take"
    for one, two in itertools.combinations(explorer.controls, 2):
        ends = (values_of(explorer.controls[key])[0] for key in (one, two))
        assert {(row[one], row[two]) for row in rows} == set(itertools.product(*ends))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for settings in rows:
            put(explorer, settings)
            assert_sound(explorer, settings)
    print(f"\n{name}: {len(rows)} corners")


@pytest.mark.parametrize("name", NAMES)
def test_random_settings_and_blitted_pictures(name, made):
    explorer, rng = made(name), np.random.default_rng(NAMES.index(name))
    for k in range(RANDOM_SETTINGS):
        settings = random_settings(explorer, rng)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            put(explorer, settings)
        assert_sound(explorer, settings)
        if k % 5 == 0:
            explorer.picture.draw()
            blitted = explorer.picture.pixels()
            assert np.array_equal(blitted[..., :3], picture_of(explorer)), settings
            explorer.picture.redraw_in_full()
            full = explorer.picture.pixels()
            assert np.array_equal(blitted, full), f"{settings}: {(blitted != full).sum()} differ"


@pytest.mark.parametrize(
    "settings",
    [{"depth": 2}, {"depth": 4, "rule": "zeros"}, {"scale": 10.0, "activation": "ReLU"}],
    ids=str,
)
def test_the_signals_picture_where_panels_or_curves_are_missing(made, settings):
    explorer = made("SignalsExplorer")
    put(explorer, {"depth": 60, "width": 16, "scale": 1.0, "rule": "he"})
    put(explorer, settings)
    explorer.picture.draw()
    blitted = explorer.picture.pixels()
    explorer.picture.redraw_in_full()
    assert np.array_equal(blitted, explorer.picture.pixels())


def test_an_extreme_signal_is_named():
    explorer = explorers.SignalsExplorer(activation="ReLU", depth=60, width=32, scale=2**3.3)
    assert "exploded" in explorer.text
    put(explorer, {"scale": 0.1})
    assert "vanished" in explorer.text or "no signal" in explorer.text
    put(explorer, {"rule": "zeros"})
    assert "no signal" in explorer.text
    put(explorer, {"rule": "unit_normal", "scale": 10.0, "width": 512})
    assert "backward lost" in plain(explorer.text)


# --- what breaks is seen


@pytest.mark.parametrize("name", NAMES)
def test_an_exception_is_shown_and_the_next_good_update_clears_it(name, monkeypatch):
    explorer = new(name)
    control = next(iter(explorer.controls.values()))
    there, elsewhere = control._options_values[:2] if hasattr(control, "options") else (10, 20)

    def show(**settings):
        raise RuntimeError("<out of chalk>")

    control.value = there
    before = png_of(explorer)
    with monkeypatch.context() as patch:
        patch.setattr(explorer, "show", show)
        control.value = elsewhere
        assert "broke" in explorer.line.value
        assert "&lt;out of chalk&gt;" in explorer.line.value
        assert "RuntimeError: <out of chalk>" in explorer.error
        assert "Traceback" in explorer.error
        assert png_of(explorer) == before
    control.value = there
    assert explorer.error is None
    assert "broke" not in explorer.line.value
    assert plain(explorer.text) in plain(explorer.line.value)


@pytest.mark.parametrize("name", NAMES)
def test_the_bundle_holds_widget_picture_and_sentence(name, made):
    explorer = made(name)
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) >= {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    assert base64.b64decode(bundle["image/png"]) == png_of(explorer)
    assert bundle["text/plain"] == f"{name.split()[0]}: {plain(explorer.text)}"
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id


@pytest.mark.parametrize("name", NAMES)
def test_a_control_that_does_not_exist_is_refused_with_the_list_of_those_that_do(name, made):
    controls = re.escape(str(list(made(name).controls)))
    for wrong in ({"colour": 1}, {"fixed": ("colour",)}):
        with pytest.raises(ValueError, match=rf"no control \['colour'\].*{controls}"):
            new(name, **wrong)


@pytest.mark.parametrize("bench", ["relu", "", None, 3])
def test_a_bench_that_does_not_exist_is_refused(bench):
    with pytest.raises(ValueError, match=r"bench must be one of \['sigmoid', 'tanh', 'ReLU'\]"):
        explorers.LaboratoryExplorer(bench)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_taken_and_fixed_hides_a_control(name, made):
    last = list(made(name).controls)[-1]
    value = values_of(made(name).controls[last])[0][-1]
    explorer = new(name, fixed=(last,), **{last: value})
    shown = explorer.children[0].children
    assert explorer.settings[last] == value
    assert explorer.controls[last] not in shown
    assert len(shown) == len(explorer.controls) - 1


# --- the sentence says what the picture shows


def numbers(pattern, text):
    found = re.search(pattern, plain(text))
    assert found, f"{pattern!r} is not in {plain(text)!r}"
    return [float(number) for number in found.groups()]


NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]\d+)?)"


def told(value, digits):
    """The value as the sentence writes it."""
    return float(f"{value:.{digits}g}")


def band_at(band, place):
    """Return (low, high) of a band's polygon at one x."""
    corners = band.get_paths()[0].vertices
    heights = corners[corners[:, 0] == place, 1]
    return heights.min(), heights.max()


def signals_agree(explorer):
    ends = (
        (explorer.picture.forward, -1, f"Layer {explorer.settings['depth']}: forward"),
        (explorer.picture.backward, 0, "layer 1: backward"),
    )
    for (_, line, band, dots), end, words in ends:
        x, y = (values[end] for values in dots.get_data())
        text = plain(explorer.text).split(words)[1].split(";")[0]
        if not TINY < y < HUGE:
            assert re.match(r" (exploded|vanished|lost|0: no signal)", text), (y, text)
            continue
        assert text.split()[0] == f"{y:.2g}"
        if len(line.get_ydata()):
            assert numbers(rf"theory {NUMBER}", text) == [told(line.get_ydata()[end], 2)]
            low, high = band_at(band, x)
            assert f"{'inside' if low <= y <= high else 'outside'} its" in text
        else:
            assert "no theory" in text


def fans_agree(explorer):
    parts = plain(explorer.text).rstrip(".").split("; ")
    assert len(parts) == len(explorer.picture.curves)
    for part, (name, sides) in zip(parts, explorer.picture.curves.items(), strict=True):
        assert part.startswith(f"{name}:")
        pattern = rf"×{NUMBER} \(theory ×{NUMBER}\), backward ×{NUMBER} \(×{NUMBER}\)"
        expected = []
        for (_, line, dots), way in zip(sides, (1, -1), strict=True):
            for artist in (dots, line):
                y = artist.get_ydata()[::way]
                expected.append(told(y[-1] / y[0], 3))
        assert numbers(pattern, part) == expected


def weighted_sum_agrees(explorer):
    picture, text = explorer.picture, explorer.text
    measured, predicted, half = numbers(rf"mean z² = {NUMBER} over .*= {NUMBER} ± {NUMBER}", text)
    middle, share = picture.dots.get_data()
    width = middle[1] - middle[0]
    # in bins z is known to half a bin; what lies beyond the axis is missing
    if share.sum() == 1:
        assert abs(share @ middle**2 - width**2 / 12 - measured) < 0.02 * measured + width**2 / 8
    gauss = picture.gauss.get_ydata()
    sigma = np.sqrt(predicted)
    assert gauss.max() == pytest.approx(width / sigma / np.sqrt(2 * np.pi), rel=0.01)
    if abs(abs(measured - predicted) - half) > 0.02 * predicted:
        assert ("measured inside" in plain(text)) == (abs(measured - predicted) < half)


def activation_agrees(explorer):
    picture, text, q = explorer.picture, explorer.text, explorer.settings["std"] ** 2
    phi = ACTIVATIONS[explorer.settings["activation"]]
    second, slope = theory.second_moment(phi, q), theory.slope_moment(phi, q)
    assert numbers(rf"E\[φ²\] = {NUMBER}", text) == [told(second, 3)]
    assert numbers(rf"E\[φ′²\] = {NUMBER}", text) == [told(slope, 3)]
    pattern = rf"units: {NUMBER} \(band ± {NUMBER}\) and {NUMBER} \(± {NUMBER}\)"
    expected = []
    for key, scale in (("second", second), ("slope", 1.0)):
        band, dot = picture.marks[key]
        expected += [told(dot.get_xdata()[0] * scale, 3)]
        expected += [told(np.ptp(band.get_xdata()) / 2 * scale, 2)]
    assert numbers(pattern, text) == pytest.approx(expected, rel=0.06, abs=1e-12)
    # the area that is drawn is the number that is said
    z, height = picture.panels["second"][1].get_paths()[0].vertices.T
    area = abs(np.sum(z * np.roll(height, -1) - np.roll(z, -1) * height)) / 2  # shoelace formula
    assert area == pytest.approx(second, rel=0.02)


def symmetry_agrees(explorer):
    picture, text = explorer.picture, explorer.text
    step, loss = (values[0] for values in picture.dot.get_data())
    assert numbers(rf"Step {NUMBER}: loss {NUMBER}", text) == [step, round(loss, 3)]
    assert picture.curve.get_ydata()[-1] == loss
    maps = np.array([np.asarray(image.get_array()).ravel() for image in picture.images]).T
    different = count_different(maps, tolerance=1e-6 / max(abs(maps).max(), 1))
    words = "1 unit, eight times over" if different == 1 else f"{different} different units"
    assert words in plain(text)


def laboratory_agrees(explorer):
    sides, depth = explorer.picture.sides, explorer.settings["depth"]
    *parts, batch = plain(explorer.text).split(". ")
    assert batch == "(64 inputs.)"
    for part, (name, panels) in zip(parts, sides.items(), strict=True):
        assert part.startswith(f"{name} at layer {depth}: ")
        ends = {
            "forward (first input)": panels["forward"][1]["dots"].get_ydata()[-1],
            "std over units": panels["spread"][1]["over units"].get_ydata()[-1],
            "over inputs": panels["spread"][1]["over inputs"].get_ydata()[-1],
            "gradient at layer 1": panels["backward"][1]["dots"].get_ydata()[0],
        }
        told = re.fullmatch(r".*?: " + ", ".join(f"{re.escape(key)} (.*)" for key in list(ends)[:3])
                            + "; gradient at layer 1 (.*)", part).groups()  # fmt: skip
        for words, y in zip(told, ends.values(), strict=True):
            if TINY <= y <= HUGE:
                assert words == f"{y:.2g}"
            else:  # outside of float32, or nothing to draw on a log axis
                assert re.match(r"exploded|vanished|lost|0", words), (words, y)
        for row in ("forward", "backward"):
            low, high = panels[row][0].get_ylim()
            assert 1e-34 <= low < high <= 1e34
            rule = RULES[explorer.settings[f"rule_{name}"]]
            assert bool(len(panels[row][1]["theory"].get_ydata())) == (rule.variance is not None)
        axes = [ax for ax, _ in panels["histograms"] if ax.get_visible()]
        assert [ax.get_title(loc="left") for ax in axes] == [
            f"layer {l}" for l in sorted({1, (depth + 1) // 2, depth})
        ]
        for line in panels["share"][1].values():
            share = line.get_ydata()
            seen = share[np.isfinite(share)]
            assert len(share) == depth and (seen >= 0).all() and (seen <= 1).all()
            assert len(seen) == depth or "forward (first input) exploded" in part
    for row in ("forward", "backward", "spread", "share"):
        one, two = (panels[row][0] for panels in sides.values())
        assert one.get_ylim() == two.get_ylim() and one.get_xlim() == two.get_xlim()


AGREE = {
    "ActivationExplorer": activation_agrees,
    "FansExplorer": fans_agree,
    "LaboratoryExplorer": laboratory_agrees,
    "SignalsExplorer": signals_agree,
    "SymmetryExplorer": symmetry_agrees,
    "WeightedSumExplorer": weighted_sum_agrees,
}


@pytest.mark.parametrize("name", NAMES)
def test_the_sentence_says_what_the_picture_shows(name, made):
    assert name.split()[0] in AGREE, "say in AGREE how this explorer's sentence and picture agree"
    explorer, rng = made(name), np.random.default_rng(5)
    for _ in range(15):
        put(explorer, random_settings(explorer, rng))
        AGREE[name.split()[0]](explorer)


@pytest.mark.parametrize("name", LABORATORIES)
def test_two_equal_networks_give_two_equal_columns(name, made):
    explorer, rng = made(name), np.random.default_rng(6)
    for _ in range(5):
        settings = random_settings(explorer, rng)
        for key in ("activation", "rule", "scale"):
            settings[f"{key}_B"] = settings[f"{key}_A"]
        put(explorer, settings)
        first, second = plain(explorer.text).split(". ")[:2]
        assert first.removeprefix("A ") == second.removeprefix("B ")
        columns = explorer.picture.sides.values()
        for row in ("forward", "backward", "spread", "share"):
            one, two = (panels[row][1] for panels in columns)
            for key in set(one) - {"band"}:
                assert np.array_equal(one[key].get_ydata(), two[key].get_ydata(), equal_nan=True)


@pytest.mark.parametrize("side", "AB")
def test_the_laboratory_shows_the_network_of_the_signals_explorer(side):
    """Two ways to the same numbers; the other side shows another network."""
    same = {"depth": 20, "width": 96, "seed": 3, "input": "digits"}
    own = {f"rule_{side}": "he", f"scale_{side}": 1.2, f"activation_{side}": "tanh"}
    other = "B" if side == "A" else "A"
    own |= {f"rule_{other}": "orthogonal", f"activation_{other}": "1.7159 tanh(2z/3)"}
    bench = explorers.LaboratoryExplorer("tanh", **own, **same)
    signals = explorers.SignalsExplorer(activation="tanh", rule="he", scale=1.2, **same)
    for row in ("forward", "backward"):
        live = bench.picture.sides[side][row][1]
        _, line, _, dots = getattr(signals.picture, row)
        for one, two in ((live["theory"], line), (live["dots"], dots)):
            assert np.array_equal(np.array(one.get_data()), np.array(two.get_data()))


def test_a_bench_names_what_no_number_can_say():
    explorer = explorers.LaboratoryExplorer("ReLU", rule_A="zeros", rule_B="unit_normal", depth=60)
    put(explorer, {"scale_B": 10.0, "width": 256})
    first, second, _ = plain(explorer.text).split(". ")
    assert "forward (first input) 0: no signal, std over units 0, over inputs 0, up" in first
    assert (
        "forward (first input) exploded" in second and "lost, since the signal exploded" in second
    )
    explorer = explorers.LaboratoryExplorer("tanh", rule_A="constant", input="Gaussian noise")
    assert "no signal" not in plain(explorer.text).split(". ")[0], "equal units carry a signal"


# --- the band contains the measurement as often as it says


class Recorder:
    """Stands in for a picture: keeps what it is shown."""

    def __init__(self, picture):
        self.picture = picture

    def __getattr__(self, name):
        return getattr(self.picture, name)

    def show(self, *shown):
        self.shown = shown


SETTINGS_OF_BANDS = {
    "SignalsExplorer": [
        {},
        {"activation": "ReLU", "rule": "he", "depth": 20, "width": 128},
        {"activation": "sigmoid", "rule": "glorot_uniform", "depth": 10, "width": 64},
        {"activation": "tanh", "scale": 1.8, "depth": 30, "width": 64, "input": "Gaussian noise"},
        {"activation": "leaky ReLU 0.1", "rule": "he", "scale": 0.8, "depth": 12, "width": 96},
        {"activation": "tanh", "rule": "orthogonal", "depth": 8, "width": 64},
    ],
    "LaboratoryExplorer sigmoid": [
        {"rule_A": "xavier", "rule_B": "he", "depth": 6},
        {"activation_A": "sigmoid − ½", "activation_B": "sigmoid − ½", "scale_A": 4.0,
         "rule_B": "glorot_uniform", "scale_B": 6.0, "depth": 16, "width": 96},
    ],
    "LaboratoryExplorer tanh": [
        {"rule_A": "xavier", "rule_B": "xavier", "scale_B": 1.66, "depth": 20},
        {"activation_A": "1.7159 tanh(2z/3)", "activation_B": "1.7159 tanh(2z/3)",
         "rule_B": "orthogonal", "depth": 10, "width": 64, "input": "Gaussian noise"},
    ],
    "LaboratoryExplorer ReLU": [
        {"rule_A": "xavier", "rule_B": "he", "depth": 20},
        {"activation_A": "leaky ReLU 0.1", "activation_B": "leaky ReLU 0.1", "scale_A": 1.4,
         "depth": 12, "width": 64},
    ],
    "FansExplorer": [
        {"shape": shape, "activation": activation}
        for shape in ("tapering 784-512-256-128-64-10", "bottleneck 256-256-16-256-256")
        for activation in ("identity", "ReLU", "tanh")
    ],
    "WeightedSumExplorer": [
        {"n": 64},
        {"n": 5, "var_w": 0.2, "mean": 1.0, "correlation": 0.4},
    ],
    "ActivationExplorer": [
        {"activation": activation, "std": std, "n": n}
        for activation in ACTIVATIONS
        for std, n in ((0.3, 100), (1.0, 500), (4.0, 2000))
    ],
}  # fmt: skip


def walk_in_band(predicted, measured, layers):
    """Three arrays on a log scale: low, measured, high."""
    return [np.log(values[layers]) for values in (predicted.low, measured, predicted.high)]


def signals_in_bands(shown, settings):
    yield from run_in_bands(shown[0])


def laboratory_in_bands(shown, settings):
    for run, *_ in shown[0].values():
        yield from run_in_bands(run)


def run_in_bands(run):
    L = len(run.backward)
    yield walk_in_band(run.theory[0], run.forward, [L // 4, L // 2, L])
    yield walk_in_band(run.theory[1], run.backward, [0, L // 4, L // 2])


def fans_in_bands(shown, settings):
    for run in shown[0].values():
        yield walk_in_band(run.theory[0], run.forward, slice(1, None))
        yield walk_in_band(run.theory[1], run.backward, slice(0, None))


def sums_in_bands(shown, settings):
    z, edges, chances = shown[:3]
    n, mean, correlation = (settings[key] for key in ("n", "mean", "correlation"))
    power = sums.power(n, settings["var_w"], mean)
    spread = sums.relative_spread(n, mean, correlation)
    half = 1.96 * power * np.sqrt((3 * (1 + spread) - 1) / DRAWS)
    yield power - half, np.mean(z**2), power + half
    share, half = np.histogram(z, edges)[0] / len(z), np.sqrt(chances * (1 - chances) / len(z))
    seen = chances * len(z) > 5  # fewer, and the band cannot be hit by whole numbers
    yield [v[seen] for v in (chances - 1.96 * half, share, chances + 1.96 * half)]


def activation_in_bands(shown, settings):
    predicted, band, measured = shown[2:]
    for key in ("second", "slope"):
        if band[key] > 1e-9:  # the slope of a straight line has no spread
            yield predicted[key] - band[key], measured[key], predicted[key] + band[key]


IN_BANDS = {
    "SignalsExplorer": signals_in_bands,
    "LaboratoryExplorer": laboratory_in_bands,
    "FansExplorer": fans_in_bands,
    "WeightedSumExplorer": sums_in_bands,
    "ActivationExplorer": activation_in_bands,
}
WITHOUT_BAND = {"SymmetryExplorer"}


def share_inside(cases, width=1.0):
    """Return the share of measurements in the middle part of their bands, `width` of each."""
    low, measured, high = cases
    return float((abs(measured - (low + high) / 2) <= width * (high - low) / 2).mean())


@pytest.mark.nightly  # every day tests/theory counts the band itself
@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT_BAND])
def test_the_band_contains_95_percent(name, made):
    kind = name.split()[0]
    assert kind in IN_BANDS, "say in IN_BANDS where this explorer's bands are, or that it has none"
    explorer, settings = made(name), SETTINGS_OF_BANDS[name]
    recorder = Recorder(explorer.picture)
    defaults = new(name).settings
    cases = [[] for _ in settings]
    explorer.picture = explorer.drawing = recorder
    try:
        for seed in range(200):
            for own, case in zip(settings, cases, strict=True):
                full = {**defaults, **own, "seed": seed}
                explorer.show(**full)
                for triple in IN_BANDS[kind](recorder.shown, full):
                    case.append(np.array([np.atleast_1d(part) for part in triple]))
    finally:
        explorer.picture = explorer.drawing = recorder.picture
    cases = [np.concatenate(case, axis=1) for case in cases]
    pooled = np.concatenate(cases, axis=1)
    inside, halved = share_inside(pooled), share_inside(pooled, width=0.5)
    print(f"\n{name}: {inside:.1%} of {pooled.shape[1]} inside; in half the band {halved:.1%}")
    for own, case in zip(settings, cases, strict=True):
        print(f"    {share_inside(case):.1%} of {case.shape[1]} at {own}")
    assert 0.92 <= inside <= 0.98
    assert not 0.92 <= halved <= 0.98, "the criterion would accept half the band"
