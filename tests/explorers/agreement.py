"""For each explorer: that its sentence says what its picture shows."""

import re

import numpy as np
import pytest
from explorer_settings import NUMBER, band_at, numbers, rounded, text_of

from initcourse.activations import ACTIVATIONS
from initcourse.explorers.base import without_tags
from initcourse.explorers.recurrent import DRAWS, draw
from initcourse.explorers.symmetry import count_different
from initcourse.networks.recurrent import spectral_radius
from initcourse.propagation import HUGE, TINY
from initcourse.rules import RULES
from initcourse.theory import mean_field as theory

RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
ONE_LAYER = "φ(hW) (one layer)"


def assert_place(words, curve, x, y):
    """The words say whether a measurement lies in the band that is drawn."""
    low, high = band_at(curve.band, x)
    assert f"{'inside' if low <= y <= high else 'outside'} its 95 % band" in words


def signals_agrees(explorer):
    """The ends of both curves, their theory, and whether they lie in their bands."""
    picture, text = explorer.picture, text_of(explorer)
    for panel, end, words in (
        (picture.forward, -1, f"Layer {explorer.settings['depth']}: forward "),
        (picture.backward, 0, "layer 1: backward "),
    ):
        x, y = (values[end] for values in panel.dots.get_data())
        part, theory = text.split(words)[1].split(";")[0], panel.line.get_ydata()
        if not TINY < y < HUGE:
            assert re.match("exploded|vanished|lost|0: no signal", part), (y, part)
            continue
        assert part.split()[0] == f"{y:.2g}"
        if not len(theory):
            assert "no theory" in part
        elif theory[end] < 1e299:
            assert numbers(rf"theory {NUMBER}", part) == [rounded(theory[end], 2)]
            assert_place(part, panel, x, y)


def fans_agrees(explorer):
    parts = text_of(explorer).rstrip(".").split("; ")
    assert len(parts) == len(explorer.picture.curves)
    for part, (name, sides) in zip(parts, explorer.picture.curves.items(), strict=True):
        assert part.startswith(f"{name}:")
        pattern = rf"×{NUMBER} \(theory ×{NUMBER}\), backward ×{NUMBER} \(×{NUMBER}\)"
        expected = []
        for curve, way in zip(sides, (1, -1), strict=True):
            for artist in (curve.dots, curve.line):
                y = artist.get_ydata()[::way]
                expected.append(rounded(y[-1] / y[0], 3))
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
        assert ("measured inside" in without_tags(text)) == (abs(measured - predicted) < half)


def activation_agrees(explorer):
    picture, text, q = explorer.picture, explorer.text, explorer.settings["std"] ** 2
    phi = ACTIVATIONS[explorer.settings["activation"]]
    second, slope = theory.second_moment(phi, q), theory.slope_moment(phi, q)
    assert numbers(rf"E\[φ²\] = {NUMBER}", text) == [rounded(second, 3)]
    assert numbers(rf"E\[φ′²\] = {NUMBER}", text) == [rounded(slope, 3)]
    pattern = rf"units: {NUMBER} \(band ± {NUMBER}\) and {NUMBER} \(± {NUMBER}\)"
    expected = []
    for key, scale in (("second", second), ("slope", 1.0)):
        band, dot = picture.marks[key]
        expected += [rounded(dot.get_xdata()[0] * scale, 3)]
        expected += [rounded(np.ptp(band.get_xdata()) / 2 * scale, 2)]
    assert numbers(pattern, text) == pytest.approx(expected, rel=0.06, abs=1e-12)
    # the area that is drawn is the number that is said
    z, height = picture.panels["second"][1].get_xy().T
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
    assert words in without_tags(text)


def laboratory_agrees(explorer):
    sides, depth = explorer.picture.sides, explorer.settings["depth"]
    *parts, batch = text_of(explorer).split(". ")
    assert batch == "(64 inputs.)"
    for part, (name, panels) in zip(parts, sides.items(), strict=True):
        assert part.startswith(f"{name} at layer {depth}: ")
        ends = {
            "forward (first input)": panels["forward"].dots.get_ydata()[-1],
            "std over units": panels["spread"][1]["over units"].get_ydata()[-1],
            "over inputs": panels["spread"][1]["over inputs"].get_ydata()[-1],
            "gradient at layer 1": panels["backward"].dots.get_ydata()[0],
        }
        told = re.fullmatch(r".*?: " + ", ".join(f"{re.escape(key)} (.*)" for key in list(ends)[:3])
                            + "; gradient at layer 1 (.*)", part).groups()  # fmt: skip
        for words, y in zip(told, ends.values(), strict=True):
            if TINY <= y <= HUGE:
                assert words == f"{y:.2g}"
            else:  # outside of float32, or nothing to draw on a log axis
                assert re.match(r"exploded|vanished|lost|0", words), (words, y)
        for row in ("forward", "backward"):
            low, high = panels[row].ax.get_ylim()
            assert 1e-34 <= low < high <= 1e34
            rule = RULES[explorer.settings[f"rule_{name}"]]
            assert bool(len(panels[row].line.get_ydata())) == (rule.variance is not None)
        axes = [panel.ax for panel in panels["histograms"] if panel.ax.get_visible()]
        assert [ax.get_title(loc="left") for ax in axes] == [
            f"layer {l}" for l in sorted({1, (depth + 1) // 2, depth})
        ]
        for line in panels["share"][1].values():
            share = line.get_ydata()
            seen = share[np.isfinite(share)]
            assert len(share) == depth and (seen >= 0).all() and (seen <= 1).all()
            # the first input may be lost on the way while others explode
            assert len(seen) == depth or "exploded" in part
    for row in ("forward", "backward", "spread", "share"):
        one, two = (
            panels[row].ax if hasattr(panels[row], "ax") else panels[row][0]
            for panels in sides.values()
        )
        assert one.get_ylim() == two.get_ylim() and one.get_xlim() == two.get_xlim()


def residual_agrees(explorer):
    depth, text = explorer.settings["depth"], text_of(explorer)
    for side, words, end in zip(
        explorer.picture.sides, ("forward", "backward"), (-1, 0), strict=True
    ):
        ax, line = side.ax, side.line
        blocks, y = side.dots.get_data()
        assert len(y) == depth + 1 and y[-1 - end] == pytest.approx(1, rel=1e-5)
        theory = line.get_ydata()[end]
        pattern = rf"{words} ×{NUMBER} over {depth} blocks \(theory ×{NUMBER}"
        assert numbers(pattern, text) == [rounded(y[end], 2), rounded(theory, 2)]
        low, high = ax.get_ylim()
        assert low < min(y.min(), line.get_ydata().min())
        assert max(y.max(), line.get_ydata().max()) < high
        no_band = words == "backward" and explorer.settings["branch"] == ONE_LAYER
        assert ("no band" in ax.get_title(loc="left")) == no_band
        if not no_band:
            assert_place(text.split(words)[1].split(";")[0], side, blocks[end], y[end])
    assert ("No band" in text) == (explorer.settings["branch"] == ONE_LAYER)


def first_step_agrees(explorer):
    picture, text, width = explorer.picture, text_of(explorer), explorer.settings["width"]
    said = re.search(r"logits by (.*) \(theory for small rates (.*)\)", text).groups()
    for words, lines in zip(said, (picture.dots, picture.lines), strict=True):
        x = next(iter(lines.values())).get_xdata()
        for number, line in zip(words.split(", "), lines.values(), strict=True):
            y = np.exp(np.interp(np.log(width), np.log(x), np.log(line.get_ydata())))
            assert float(number) == pytest.approx(y, rel=0.06)
            low, high = picture.ax.get_ylim()
            assert low <= line.get_ydata().min() and line.get_ydata().max() <= high
    assert picture.column.get_xdata()[0] == width
    for curve, words in ((picture.curve, "of these rates"), (picture.base, "at n = 64")):
        rates, losses = curve.get_data()
        best = np.log2(rates[np.argmin(losses)])
        assert found(rf"{words} 2(-\d+)", text.translate(RAISED)) == f"{best:.0f}"
    assert picture.best.get_ydata()[0] == picture.curve.get_ydata().min() <= 4
    assert picture.now.get_xdata()[0] == explorer.settings["rate"]


def spectrum_agrees(explorer):
    picture, text = explorer.picture, text_of(explorer)
    layers, values = picture.dots.get_data()
    last = values[layers == explorer.settings["depth"]]
    assert len(last) == explorer.settings["width"]
    assert numbers(rf"value {NUMBER},", text) == [rounded(last.max(), 2)]
    kept, drawn = last > 1.0000001e-14 * last.max(), picture.median.get_ydata()[-1]
    if "median lost" in text:
        assert 2 * kept.sum() <= len(kept) and np.isnan(drawn)
    else:
        assert numbers(rf"median {NUMBER}", text) == [rounded(drawn, 2)]
        if 2 * kept.sum() > len(kept) + 1:  # none of the two in the middle is lost
            assert drawn == pytest.approx(np.median(last))
    assert numbers(rf"theory {NUMBER} for", text) == [rounded(picture.rms.get_ydata()[-1], 2)]
    assert ("directions are lost" in text) == bool((~kept).any())
    if (~kept).any():
        assert numbers(rf"{NUMBER} of {len(last)} directions are lost", text) == [(~kept).sum()]
    share, edges, _ = picture.steps.get_data()
    assert share.sum() == pytest.approx(1)
    low, high = picture.ax.get_ylim()
    assert low <= values.min() and values.max() <= high
    assert (edges[0], edges[-1]) == pytest.approx((np.log10(low), np.log10(high)))


def clinic_agrees(explorer):
    """The factors in the sentence are those of the lines; treated lines are there or are not."""
    lines = explorer.picture.traces["forward"][1]
    said = re.findall(
        rf"mean h² (?:×{NUMBER}|exploded|lost) per (?:layer|block)", text_of(explorer)
    )
    states = [state for state in ("came", "treated") if len(lines[state, "forward"].get_xdata())]
    assert len(said) == len(states) and states[0] == "came"
    for number, state in zip(said, states, strict=True):
        y = lines[state, "forward"].get_ydata()
        depth = int(np.nanmax(lines[state, "forward"].get_xdata()))
        curves = y.reshape(-1, depth + 1)[:, :-1]
        if number and np.isfinite(curves).all():
            factor = (curves[:, -1].mean() / curves[:, 0].mean()) ** (1 / (depth - 1))
            assert float(number) == float(f"{factor:.2g}")


def found(pattern, text):
    match = re.search(pattern, text)
    assert match, f"{pattern!r} is not in {text!r}"
    return match.group(1)


def assert_strength(words, value):
    if TINY < value < HUGE:
        assert words == f"{value:.2g}"
    else:
        assert words in ("exploded", "vanished", "0: no signal")


def convolution_agrees(explorer):
    signals_agrees(explorer)
    text = text_of(explorer)
    theory = explorer.picture.forward.line.get_ydata()
    per_layer = (theory[-1] / theory[0]) ** (1 / explorer.settings["depth"])
    assert found(rf"× {NUMBER} per layer", text) == f"{per_layer:.3g}"
    pixels = np.asarray(explorer.picture.maps[0].get_array())
    corner = pixels[0, 0] / pixels[4, 4]
    assert float(found(rf"has {NUMBER} times", text)) == pytest.approx(corner, rel=0.06)


def recurrent_agrees(explorer):
    settings = explorer.settings
    text, n = text_of(explorer), settings["width"]
    _, line, _, dots = explorer.picture.backward
    said = found(rf"Gradient at step 1: (exploded|vanished|0: no signal|{NUMBER})", text)
    first = dots.get_ydata()[0]
    if np.isfinite(first):
        assert_strength(said, first)
    U = draw(settings["matrix"], settings["length"], n, settings["seed"])[0][0]
    radius = spectral_radius(settings["scale"] * U)
    assert float(found(rf"Spectral radius {NUMBER}", text)) == pytest.approx(radius, rel=0.006)
    no_theory = settings["matrix"] == "identity" and settings["activation"] != "identity"
    assert ("no theory" in text) == no_theory == (len(line.get_ydata()) == 0)
    assert f"{DRAWS} draws" in text and "No band" in text
    if not no_theory:
        assert_strength(found(r"very wide network ([^)]+)\)", text), line.get_ydata()[0])


def any_activation_agrees(explorer):
    signals_agrees(explorer)
    text, panel = text_of(explorer), explorer.picture.correlation
    drawn = [artist.get_ydata()[end] for artist in (panel.dots, panel.line) for end in (0, -1)]
    written = [f"{c:.2f}" if np.isfinite(c) else "lost" for c in drawn]
    words = "correlation {} → {} (theory {} → {}".format(*written)
    assert words in text
    if np.isfinite(drawn[1]) and drawn[1] < 0.999:
        assert_place(text.split(words)[1], panel, explorer.settings["depth"], drawn[1])


def race_agrees(explorer):
    assert text_of(explorer).endswith("Choose, then press Start.")  # test_race_explorer.py


#: Name of an explorer → the function of this file that is named after it: my_topic_agrees.
AGREE = {
    "".join(word.title() for word in name.split("_")[:-1]) + "Explorer": function
    for name, function in list(globals().items()) if name.endswith("_agrees")
}  # fmt: skip
