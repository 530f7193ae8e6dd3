"""Make the website from the notebooks: every lesson as a page, sliders that move without a kernel.

    python tools/site.py [FOLDER]     build it into FOLDER (default: build/site)

What it needs is in requirements-site.txt. Nothing is run but the explorers of the flip-books, which
draw each stop of a slider beforehand; all else is what the notebooks hold. Questions and
predictions lose their source, which holds their answers.
"""

import ast
import html
import inspect
import io
import json
import re
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from colab import colab_address, repository
from PIL import Image

import init_audit
import initcourse as ic

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "build" / "site-source"
#: The guides that are pages too: they keep their place, so that links between them hold.
GUIDES = (
    "assignments/README.md",
    "safe_grading/README.md",
    "init_audit/README.md",
    "answer_checks/README.md",
)
WEBP_QUALITY = 50  # lines and text stay sharp, at a third of a PNG's bytes


@dataclass(frozen=True)
class FlipBook:
    """Which stops of an explorer's slider are drawn, and for which choices of a menu."""

    slider: str
    every: int = 1  # every so many stops
    menu: str | None = None
    choices: tuple = (None,)


#: (lesson, explorer) → what moves on the page.
FLIP_BOOKS = {
    ("00", "SignalsExplorer"): FlipBook("scale"),
    ("02", "WeightedSumExplorer"): FlipBook("mean", 1, "correlation", (0.0, 0.5)),
    ("03", "FansExplorer"): FlipBook("gain", 1, "activation", ("identity", "tanh", "ReLU")),
    ("04", "ActivationExplorer"): FlipBook("std", 4, "activation", ("ReLU", "tanh", "sigmoid")),
    ("04", "SignalsExplorer"): FlipBook("scale", 2, "rule", ("he", "xavier")),
    ("05", "LaboratoryExplorer"): FlipBook("scale_B", 4, "rule_B", ("xavier", "he")),
    ("06", "LaboratoryExplorer"): FlipBook("scale_B", 4, "rule_B", ("xavier", "he")),
    ("07", "LaboratoryExplorer"): FlipBook("scale_B", 4, "rule_B", ("xavier", "he")),
}


# ------------------------------------------------------------------------------ flip-books


def stops_of(control, every, keep):
    """Return the values at which a slider stops, every so many; `keep` is one of them."""
    count = round((control.max - control.min) / control.step) + 1
    places = [control.min + control.step * k for k in range(count)]
    if hasattr(control, "base"):
        places = [control.base**place for place in places]
    start = min(range(count), key=lambda k: abs(places[k] - keep))
    chosen = [k for k in range(count) if (k - start) % every == 0]
    return [places[k] for k in chosen], chosen.index(start)


def label_of(control, value):
    """Return what a menu shows for a value, and a number as the slider shows it."""
    for option in getattr(control, "options", ()):
        if isinstance(option, tuple) and option[1] == value:
            return option[0]
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def draw_flip_book(explorer, book, folder, address, notebook):
    """Draw all pictures of a flip-book into `folder`; return its HTML.

    `address` is where the folder is, as seen from the page; `notebook` is where all controls move.
    Each picture is drawn twice: as wide as it is on the page, and, for fine screens, twice that.
    """
    folder.mkdir(parents=True)
    width, height = explorer.picture.size
    explorer.picture.figure.set_dpi(2 * explorer.picture.figure.dpi)
    slider = explorer.controls[book.slider]
    stops, start = stops_of(slider, book.every, slider.value)
    menu = explorer.controls.get(book.menu)
    choices = book.choices
    first = choices.index(menu.value) if menu else 0
    sentences = []
    for k, choice in enumerate(choices):
        if menu:
            menu.value = choice
        for j, stop in enumerate(stops):
            slider.value = stop
            if explorer.error:
                raise RuntimeError(f"{book.slider} = {stop}: {explorer.error}")
            fine = Image.open(io.BytesIO(explorer.image.value)).convert("RGB")
            for name, picture in ((f"{k}-{j}-fine", fine), (f"{k}-{j}", fine.reduce(2))):
                picture.save(folder / f"{name}.webp", quality=WEBP_QUALITY, method=2)
            sentences.append(explorer.line.value)
    data = {
        "stops": [label_of(slider, stop) for stop in stops],
        "sentences": sentences,
        "folder": address,
    }
    range_ = (
        f'min="0" max="{len(stops) - 1}" value="{start}" aria-valuetext="{data["stops"][start]}"'
    )
    options = "".join(
        f'<option value="{k}"{" selected" * (k == first)}>{label_of(menu, choice)}</option>'
        for k, choice in enumerate(choices)
    )
    chooser = f"<label>{menu.description} <select>{options}</select></label>" if menu else ""
    now = sentences[first * len(stops) + start]
    alt = html.escape(re.sub(r"<[^>]+>", "", now))
    shown = f"{address}/{first}-{start}"
    sources = f'src="{shown}.webp" srcset="{shown}.webp {width}w, {shown}-fine.webp {2 * width}w"'
    script = json.dumps(data, ensure_ascii=False).replace("</", r"<\/")
    still = [c.description for c in explorer.children[0].children if c not in (slider, menu)]
    note = ""
    if still:
        names, where = html.escape(", ".join(still)), html.escape(notebook)
        note = f'<p><small>Only <a href="{where}">in the notebook</a>: {names}.</small></p>'
    return f"""<figure class="flip-book" aria-label="Explorer">
<div class="controls"><label><span>{slider.description}</span>
<input type="range" {range_}>
<output aria-hidden="true">{data["stops"][start]}</output></label>{chooser}</div>
<div class="picture"><img {sources} sizes="{width}px" width="{width}" height="{height}"
loading="lazy" alt="{alt}"></div>
<small class="swipe" aria-hidden="true">Swipe the picture, or turn the phone.</small>
<figcaption>{now}</figcaption>
<p class="announced" role="status"></p>
{note}<script type="application/json">{script}</script>
</figure>"""


# ------------------------------------------------------------------------------ lessons


def raw(text):
    """Return a Markdown cell that the page shows as the HTML it is."""
    return nbformat.v4.new_markdown_cell(f"```{{raw}} html\n{text}\n```")


def text_of(cell):
    """Return the plain text that a cell has printed or shown."""
    found = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
    return "".join("".join(part) for part in found).strip()


def question_box(cell, notebook):
    """Return a question or a prediction as HTML: what is asked, without the answer.

    `notebook` is where it is answered.
    """
    asked, *options = text_of(cell).split("\n  ○ ")
    listed = re.match(r"(.*) (\[.*\])$", asked, re.S)  # a prediction's choices
    if listed:
        asked, options = listed[1], ast.literal_eval(listed[2])
    kind, advice = "Question", "Choose before you read on. {} answers each choice."
    if asked.startswith("Predict: "):
        kind, asked = "Predict", asked.removeprefix("Predict: ")
        advice = "Write your guess down before you read on. {} answers it."
    choices = "".join(f"<li>{html.escape(option)}</li>" for option in options)
    listed = f"<ul>{choices}</ul>" if choices else ""
    advice = advice.format(f'<a href="{html.escape(notebook)}">The notebook</a>')
    return raw(
        f'<div class="ask" role="group" aria-label="{kind}"><p><b>{kind}.</b> {html.escape(asked)}'
        f"</p>{listed}<p><small>{advice}</small></p></div>"
    )


def still_picture(cell, kind):
    """Return an explorer as it was stored: its picture, and its sentence as the text for it.

    For fine screens the picture is drawn anew, but where it shows what took its time: a race, a
    patient examined.
    """
    picture = next(o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {}))
    sentence, fine = html.escape(text_of(cell).partition(": ")[2]), ""
    if kind not in ("RaceExplorer", "ClinicExplorer"):
        explorer = eval(cell.source, {"ic": ic})
        file = SOURCE / "_static" / "stills" / f"{cell.id}.webp"
        file.parent.mkdir(exist_ok=True)
        drawn = Image.open(io.BytesIO(explorer.picture.sharp_png())).convert("RGB")
        drawn.save(file, quality=WEBP_QUALITY, method=2)
        explorer.close()
        fine = f'srcset="../_static/stills/{file.name} 2x" '
    return raw(
        f'<figure><div class="picture"><img alt="{sentence}" loading="lazy" {fine}'
        f'src="data:image/png;base64,{"".join(picture).strip()}"></div>'
        f"<figcaption>{sentence} (In the notebook this picture moves.)</figcaption></figure>"
    )


def write_page(path):
    """Write a lesson's notebook as the site shows it."""
    nb = nbformat.read(path, 4)
    lesson, cells = path.name[:2], []
    for place, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown":
            cell.source = on_the_web(cell.source, path.parent)
            cells.append(cell)
            continue
        kind = re.search(r"ic\.explorers\.(\w+Explorer)\(", cell.source)
        if re.search(r"exercises\.(Question|Prediction)\(", cell.source):
            cells.append(question_box(cell, edition(path)))
        elif "exercises.progress(" in cell.source:
            cells.pop()  # "How far you are": that is known where the notebook runs
        elif kind:
            book = FLIP_BOOKS.get((lesson, kind[1]))
            if book:
                folder = SOURCE / "_static" / "flip-books" / cell.id
                explorer = eval(cell.source, {"ic": ic})
                address = f"../_static/flip-books/{cell.id}"
                shown = draw_flip_book(explorer, book, folder, address, edition(path))
                if lesson == "00":  # the landing page has it too
                    first = shown.replace("../_static", "_static")
                    (SOURCE / "first_flip_book.html").write_text(first)
                shown = raw(shown)
                explorer.close()
            else:
                shown = still_picture(cell, kind[1])
            cell.outputs = []
            cells += [cell, shown]
        else:
            if ".check(" in cell.source:
                cell.outputs = []  # "not answered yet"
            describe_picture(cell, nb.cells[place + 1 : place + 2])
            cells.append(cell)
    cells.insert(1, doors(path))
    nb.cells = cells
    nbformat.write(nb, SOURCE / "notebooks" / path.name)


def describe_picture(cell, below):
    """Give a figure the caption in the cell below it as its text alternative."""
    if below and any("image/png" in o.get("data", {}) for o in cell.outputs):
        caption = re.sub(r"[*_`$\\#]", "", below[0].source).strip().split("\n\n")[0]
        cell.metadata["mystnb"] = {"image": {"alt": caption[:400]}}


def edition(path):
    """Return the address of a notebook in the browser edition."""
    owner, project = repository().removeprefix("https://github.com/").split("/")
    place = path.relative_to(ROOT)
    return f"https://{owner}.github.io/{project}/lite/lab/index.html?path={place}"


def doors(path):
    """Return the links to a lesson where it can be worked through."""
    place, home = path.relative_to(ROOT), repository()
    name = home.removeprefix("https://github.com/")
    ways = {
        "in this browser, with nothing to install": edition(path),
        "Binder": f"https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/{place}",
        "Colab": colab_address(place),
        "GitHub": f"{home}/blob/HEAD/{place}",
    }
    links = " · ".join(f'<a href="{address}">{way}</a>' for way, address in ways.items())
    return raw(f'<p class="doors">Work through it: {links}</p>')


def on_the_web(text, folder):
    """Return Markdown whose links lead to pages of the site, or else to the project's home."""

    def link(found):
        target, _, anchor = found[1].partition("#")
        if re.match(r"\w+:", target) or not target:
            return found[0]
        path = (folder / target).resolve()
        place = path.relative_to(ROOT)
        if str(place) in GUIDES or (path.suffix == ".ipynb" and path.exists()):
            return found[0]
        return f"]({repository()}/blob/HEAD/{place}{'#' * bool(anchor)}{anchor})"

    return re.sub(r"\]\(([^)\s]+)\)", link, text)


# ------------------------------------------------------------------------------ the whole


def library_page():
    """Return the reference: every public class and function, by the module that it stands in."""
    things = {name: getattr(face, name) for face in (ic, init_audit) for name in face.__all__}
    modules = {}
    for name, thing in things.items():
        if inspect.isclass(thing) or inspect.isfunction(thing):
            modules.setdefault(thing.__module__, []).append(name)
    offers = "What `import initcourse as ic` and `init_audit` offer, from their docstrings."
    lines = ["# The library", "", offers, ""]
    for module, names in sorted(modules.items()):
        purpose = inspect.getdoc(sys.modules[module]).partition("\n\n")[0]
        lines += [f"## {module.removeprefix('initcourse.')}", "", purpose, "", "```{eval-rst}"]
        for name in names:
            kind = "class" if inspect.isclass(things[name]) else "function"
            members = "   :members:\n" if kind == "class" else ""
            lines += [f".. auto{kind}:: {module.partition('.')[0]}.{name}", members]
        lines += ["```", ""]
    return "\n".join(lines)


def write_source():
    """Write what Sphinx reads into `SOURCE`."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(ROOT / "site", SOURCE, ignore=shutil.ignore_patterns("tests"))
    for guide in GUIDES:
        (SOURCE / guide).parent.mkdir(parents=True)
        (SOURCE / guide).write_text(on_the_web((ROOT / guide).read_text(), (ROOT / guide).parent))
    (SOURCE / "library.md").write_text(library_page())
    (SOURCE / "notebooks").mkdir()
    with ProcessPoolExecutor() as pool:
        list(pool.map(write_page, sorted((ROOT / "notebooks").glob("*.ipynb"))))


def main(arguments):
    """Build the site; return Sphinx's exit code."""
    from sphinx.cmd.build import build_main

    target = Path(arguments[0]) if arguments else ROOT / "build" / "site"
    write_source()
    shutil.rmtree(target, ignore_errors=True)
    return build_main(["-q", "-W", "--keep-going", "-b", "html", str(SOURCE), str(target)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
