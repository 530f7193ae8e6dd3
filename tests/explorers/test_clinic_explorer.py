"""The clinic's explorer: any setting draws something true, and the sentence says what it draws."""

import base64
import io
import re
import warnings

import numpy as np
import pytest
from explorer_settings import picture_of, png_of, put
from PIL import Image
from test_contract import assert_sound

from initcourse import clinic
from initcourse.clinic.patients import MULTIPLES, RECOVERED, WINDOW
from initcourse.explorers import ClinicExplorer
from initcourse.explorers.base import without_tags
from initcourse.explorers.clinic import DRAWS, MENU, PATIENTS, TRAINING


@pytest.fixture(scope="module")
def explorer():
    return ClinicExplorer(training="not run")


@pytest.mark.parametrize(
    ("patient", "treatment", "training"),
    [
        ("Patient 0", "weights × 2", "at its rate"),
        ("Patient 5", "weights × 2", "at its rate"),
        ("Patient 3", "none", "at five rates"),
        ("Patient 6", "branch × 1/√L", "at five rates"),
    ],
)
def test_what_is_said_of_training_is_what_is_drawn(explorer, patient, treatment, training):
    settings = {"patient": patient, "treatment": treatment, "training": training}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        put(explorer, {"seed": 12, "first": 1, "last": 18, **settings})
    assert_sound(explorer, settings)
    text = without_tags(explorer.text)
    runs = {name: line.get_ydata() for name, line in explorer.picture.runs.items()}
    assert (len(runs["treated"]) > 0) == (treatment != "none")
    one = r"(\d) of 3 draws recover\."
    several = r"recovers at (no rate|rate ×[\d., ×]*\d)\."
    ends = re.findall(f"; (?:{one}|{several})", text)
    for (count, rates), y in zip(ends, (y for y in runs.values() if len(y)), strict=True):
        if training == "at its rate":
            # points are means of ten steps; the verdict takes the last WINDOW steps
            curves = y.reshape(DRAWS, -1)[:, :-1]
            low = curves[:, -WINDOW // 10 :].mean(axis=1)
            assert int(count) == (low < RECOVERED).sum()
        else:
            low = y[:-1] < RECOVERED
            good = ", ".join(f"×{m:g}" for m, is_low in zip(MULTIPLES, low, strict=True) if is_low)
            assert rates == (f"rate {good}" if good else "no rate")


def test_a_branch_that_is_not_there_is_told(explorer):
    put(explorer, {"patient": "Patient 5", "treatment": "branch × 1/√L", "seed": 12})
    assert "No branch to scale: this network is dense." in without_tags(explorer.text)
    assert not len(explorer.picture.traces["forward"][1]["treated", "forward"].get_xdata())


def test_layers_in_any_order_and_beyond_the_network(explorer):
    put(explorer, {"patient": "Patient 5", "treatment": "weights × 2", "training": "not run"})
    put(explorer, {"seed": 12, "first": 18, "last": 3})
    assert "weights × 2 (layers 3 to 12 of 12)" in without_tags(explorer.text)
    assert "(chosen: 3 to 12)" in explorer.picture.traces["forward"][0].get_title(loc="left")
    before = png_of(explorer)
    put(explorer, {"last": 2})
    assert "layers 2 to 12" in without_tags(explorer.text) and png_of(explorer) != before
    put(explorer, {"last": 1})
    assert "weights × 2 (all layers)" in without_tags(explorer.text)
    assert title_of(explorer, "forward") == "forward: mean h² by layer"


def title_of(explorer, name):
    return explorer.picture.traces[name][0].get_title(loc="left")


def test_only_the_weights_treatments_are_said_to_touch_the_chosen_layers(explorer):
    quick = {"patient": "Patient 6", "training": "not run", "seed": 12, "first": 3, "last": 3}
    said = {
        "redraw: He 2/n": "redraw: He 2/n (block 3 of 14): ",
        "weights × 4, centred": "(block 3 of 14, biases everywhere): ",
        "branch × 1/√L": "(the choice of layers counts for weights only): ",
        "rate × 10": "(the choice of layers counts for weights only): ",
        "none": "No treatment (chosen: block 3 of 14).",
    }
    shades = {}
    for treatment, words in said.items():
        put(explorer, {**quick, "treatment": treatment})
        assert words in without_tags(explorer.text)
        assert title_of(explorer, "backward") == "backward: mean δ² by block"
        shades[treatment] = explorer.picture.shade.get_facecolor()[:3]
    assert shades["redraw: He 2/n"] == shades["weights × 4, centred"] != shades["none"]
    assert shades["branch × 1/√L"] == shades["rate × 10"] == shades["none"]


def watched(explorer):
    """A list that records what the page is told, in order."""
    told = []
    explorer.line.observe(
        lambda change: told.append(("line", without_tags(change["new"]))), "value"
    )
    explorer.image.observe(lambda change: told.append(("image", change["new"])), "value")
    explorer.bar.observe(lambda change: told.append(("bar", change["new"])), "value")
    explorer.bar.layout.observe(lambda change: told.append(("seen", change["new"])), "visibility")
    return told


@pytest.mark.parametrize("training", ["at its rate", "at five rates"])
def test_training_shows_the_traces_at_once_then_how_far_it_is(training):
    explorer = ClinicExplorer(patient="Patient 5", training=training)
    assert explorer.bar.layout.visibility == "hidden" and explorer.bar.value == 1
    told = watched(explorer)
    explorer.controls["treatment"].value = "weights × 0.5"
    kinds = [kind for kind, _ in told]
    assert kinds[:4] == ["image", "line", "bar", "seen"] and kinds[-3:] == ["seen", "image", "line"]
    assert told[1][1].endswith("×1.6 per layer, the gradient ×1.6 per layer down. Training …")
    shares = [value for kind, value in told if kind == "bar"]
    assert shares[0] == 0 and shares[-1] == 1 and shares == sorted(shares)
    assert len(shares) > 20 and max(np.diff(shares)) < 0.05
    assert [value for kind, value in told if kind == "seen"] == ["visible", "hidden"]
    assert "recover" in told[-1][1] and "Training" not in told[-1][1]
    pictures = [value for kind, value in told if kind == "image"]
    waiting, ended = (np.asarray(Image.open(io.BytesIO(p)).convert("RGB")) for p in pictures)
    above = slice(0, 250)  # the traces
    assert np.array_equal(waiting[above], ended[above]) and not np.array_equal(waiting, ended)
    told.clear()  # what has been trained once is there at once
    for treatment in ("none", "weights × 0.5"):
        explorer.controls["treatment"].value = treatment
    assert [kind for kind, _ in told] == ["image", "line"] * 2


def test_training_that_breaks_takes_its_bar_away(monkeypatch):
    explorer = ClinicExplorer(training="not run")
    monkeypatch.setattr(clinic.Patient, "train", lambda *args, **options: 1 / 0)
    explorer.controls["training"].value = "at its rate"
    assert "ZeroDivisionError" in explorer.line.value
    assert explorer.bar.layout.visibility == "hidden"


def test_one_that_breaks_before_its_first_picture_is_shown_with_its_sentence(monkeypatch):
    monkeypatch.setattr(ClinicExplorer, "_draw_traces", lambda *args: 1 / 0)
    explorer = ClinicExplorer(training="not run")
    assert "ZeroDivisionError" in explorer.line.value
    assert explorer._repr_mimebundle_()["text/plain"] == "ClinicExplorer: "


CURES = {
    "wrong fan": "redraw: He 2/n", "gain too large": "weights × 0.5",
    "gain too small": "weights × 2", "constant layer": "redraw: He 2/n",
    "sigmoid stack": "weights × 4, centred", "missing branch scale": "branch × 1/√L",
    "learning rate": "rate × 0.01",
}  # fmt: skip


def test_the_menu_holds_a_cure_for_every_patient_of_the_lesson():
    assert len(PATIENTS) == 7 and TRAINING[0] == "at its rate"
    for patient in (clinic.example(12), *clinic.ward(12)):
        make = MENU[CURES[clinic.key([patient])[patient.name]]]
        layers = tuple(range(1, patient.depth + 1))
        assert patient.verify(make(layers, patient.depth), draws=2).cured, patient


def test_the_stored_picture_is_the_live_one_in_fewer_shades(explorer):
    bundle = explorer._repr_mimebundle_()
    stored = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    stored = np.asarray(stored.convert("RGB"))
    assert stored.shape == picture_of(explorer).shape
    assert abs(stored.astype(int) - picture_of(explorer)).max() <= 26
    assert len(bundle["image/png"]) < 70_000  # in base64
    assert bundle["text/plain"] == f"ClinicExplorer: {without_tags(explorer.text)}"
