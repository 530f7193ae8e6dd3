"""The doors: what README, the environments, the licence and the workflow say is true."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
INSTALL = "python3 -m venv .venv && .venv/bin/python -m pip install"
TEST_COMMAND = (
    f"{INSTALL} --no-compile -r requirements-test.txt"
    ' && .venv/bin/python -m pytest -n auto -m "not alone"'
    " && .venv/bin/python -m pytest -m alone tests/browser"
)
LAB_COMMAND = (
    f"{INSTALL} --no-compile -r requirements.txt && .venv/bin/jupyter lab {FIRST_NOTEBOOK}"
)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pyproject():
    return tomllib.loads(read("pyproject.toml"))


def tracked_texts():
    """(path, text) of every text file that is, or could be, committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git and a git checkout")
    for name in sorted(listing.stdout.decode().split("\0")):
        path = ROOT / name
        if name and path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8")


def expand(lines):
    """Pip's requirement lines with every `-r file` replaced by that file's lines."""
    for line in (line.split("#")[0].strip() for line in lines):
        if line.startswith("-r"):
            yield from expand(read(line[2:].strip()).splitlines())
        elif line:
            yield line


def pins():
    """Name -> exact version, from requirements-test.txt, which holds requirements.txt."""
    found = {}
    for line in expand(["-r requirements-test.txt"]):
        if not line.startswith("-e "):
            name, version = line.split("==")
            found[name.lower()] = version
    return found


# The environments


def test_requirements_are_exact_pins_and_the_package():
    lines = read("requirements.txt").splitlines()
    assert lines[-1] == "-e ."
    everything = list(expand(["-r requirements-test.txt"]))
    assert everything[: len(lines)] == lines
    for line in everything:
        ours = line in ("-e .", "-e ./safe_grading")
        assert ours or re.fullmatch(r"[\w-]+==\d+(\.\d+)+", line), line


def test_environment_yml_installs_what_requirements_txt_says():
    environment = yaml.safe_load(read("environment.yml"))
    *conda, pip = environment["dependencies"]
    assert list(expand(pip["pip"])) == list(expand(["-r requirements.txt"]))
    # No second opinion from conda, and never its commercial default channel.
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert [name.split("=")[0] for name in conda] == ["python", "pip"]
    assert conda[0].split("=")[1] in workflow_pythons()


def test_pins_lie_within_the_package_ranges():
    for dependency in map(Requirement, pyproject()["project"]["dependencies"]):
        assert dependency.specifier.contains(pins()[dependency.name]), dependency


def test_the_workflow_installs_the_lowest_versions_that_the_ranges_hold():
    command = [sys.executable, "tools/lowest.py"]
    lowest = subprocess.check_output(command, cwd=ROOT, text=True).split()
    ranges = [Requirement(text) for text in pyproject()["project"]["dependencies"]]
    for pin, allowed in zip(map(Requirement, lowest), ranges, strict=True):
        [version] = [clause.version for clause in pin.specifier]
        assert pin.name == allowed.name and allowed.specifier.contains(version), pin
    job = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["lowest"]["steps"]
    assert job[1]["with"]["python-version"] == workflow_pythons()[0]
    assert any("$(python tools/lowest.py)" in step.get("run", "") for step in job)


@pytest.mark.skipif(sys.platform == "win32", reason="repo2docker does not run on Windows")
def test_repo2docker_chooses_conda_and_environment_yml():
    """What Binder would do with this repository; renders its Dockerfile without Docker."""
    rendered = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    output = rendered.stdout + rendered.stderr
    assert rendered.returncode == 0, output
    python = re.search(r"python=([\d.]+)", read("environment.yml")).group(1)
    assert f"Building conda environment for python={python}" in output
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"' in output
    assert "pip install" not in output  # requirements.txt comes in through environment.yml alone
    # The environment needs the package itself, so all files must be there when it is made.
    assert output.index("COPY --chown=0:0 src/") < output.index('--file "environment.yml"')


# The workflow and the tools


def workflow_pythons():
    workflow = yaml.safe_load(read(".github/workflows/ci.yml"))
    return workflow["jobs"]["test"]["strategy"]["matrix"]["python-version"]


def test_the_workflow_runs_ci_run_on_four_pythons():
    assert workflow_pythons() == ["3.11", "3.12", "3.13", "3.14"]
    steps = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["test"]["steps"]
    assert steps[-1]["run"] == "bash .ci/run"
    assert pyproject()["project"]["requires-python"] == f">={workflow_pythons()[0]}"


def test_ci_run_finds_what_needs_frameworks_by_its_mark():
    assert "pytest -n auto -m frameworks tests init_audit/tests" in read(".ci/run")
    for path in [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("init_audit/tests/test_*.py")]:
        needs = re.search(r'importorskip\("(torch|jax|flax|keras|sklearn)', path.read_text("utf-8"))
        assert not needs or "mark.frameworks" in path.read_text("utf-8"), path


def test_pre_commit_uses_the_pinned_ruff():
    repos = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert repos[0]["rev"] == "v" + pins()["ruff"]


# README


def on_windows(command):
    """The command as Windows' Command Prompt wants it."""
    return command.replace("python3", "py").replace("bin/", "Scripts/").replace("/", "\\")


def test_readme_prints_the_two_commands_for_both_kinds_of_system():
    lines = read("README.md").splitlines()
    for command in (LAB_COMMAND, TEST_COMMAND):
        assert lines.count(command) == lines.count(on_windows(command)) == 1


def test_the_workflow_runs_the_printed_test_command_on_windows_and_macos():
    job = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["systems"]
    wanted = {"windows-latest": on_windows(TEST_COMMAND), "macos-latest": TEST_COMMAND}
    for each in job["strategy"]["matrix"]["include"]:
        pattern = re.search(r'grep "([^"]+)" README\.md', each["command"]).group(1)
        lines = [line for line in read("README.md").splitlines() if re.match(pattern, line)]
        assert lines == [wanted.pop(each["system"])]
    assert not wanted


def test_ci_run_finds_the_test_command_between_readme_markers():
    begin, end = "<!-- test command -->", "<!-- end of test command -->"
    block = read("README.md").split(begin)[1].split(end)[0].strip()
    assert block == f"```sh\n{TEST_COMMAND}\n```"
    assert f"/{begin}/,/{end}/p" in read(".ci/run")


def test_the_project_address_is_declared_once():
    """pyproject.toml says where the project lives; only README's Binder links repeat it."""
    address = pyproject()["project"]["urls"]["Repository"]
    project = address.removeprefix("https://github.com/")
    owner, _ = project.split("/")
    binder = f"https://mybinder.org/v2/gh/{project}/HEAD?urlpath=lab/tree/{FIRST_NOTEBOOK}"

    readme = read("README.md")
    assert binder in readme
    assert set(re.findall(r"https://mybinder\.org/v2/[^\s)>\"]*", readme)) == {binder}
    assert f"{owner}/" not in readme.replace(binder, "")
    assert read("pyproject.toml").count(f"{owner}/") == 1
    for name, text in tracked_texts():
        if name not in ("README.md", "pyproject.toml"):
            assert not re.search(rf"(?<!\w){owner}/", text), name


def test_files_that_readme_mentions_exist():
    text = re.sub(r"https?://[^\s)]*", "", read("README.md")).replace("\\", "/")
    named = re.findall(r"[\w./-]+\.(?:ipynb|md|txt|yml|toml|py|png)\b", text)
    named += re.findall(r"\]\(([^)#\s]+)\)", text)
    assert FIRST_NOTEBOOK in named
    assert [name for name in sorted(set(named)) if not (ROOT / name).exists()] == []


def test_readme_and_the_first_notebook_map_every_notebook_in_order():
    existing = sorted(path.name for path in ROOT.glob("notebooks/*.ipynb"))
    assert re.findall(r"\]\(notebooks/([\w.]+)\)", read("README.md")) == existing
    assert re.findall(r"\| \[\d\d [^]]*\]\(([\w.]+)\)", read(FIRST_NOTEBOOK)) == existing[1:]


def test_readme_maps_every_folder_and_module():
    mapped = re.findall(r"^\| `(\w+)` \|", read("README.md"), flags=re.MULTILINE)
    modules = {path.stem for path in ROOT.glob("initcourse/*.py")}
    modules |= {path.parent.name for path in ROOT.glob("initcourse/*/__init__.py")}
    assert sorted(mapped) == sorted(name for name in modules if not name.startswith("_"))


# What must and must not be written


def test_the_licence_covers_code_and_text():
    text = read("LICENSE")
    assert "BSD 3-Clause License" in text
    assert "Redistribution and use in source and binary forms" in text
    assert "Creative Commons Attribution 4.0 International" in text
    assert "https://creativecommons.org/licenses/by/4.0/" in text
    assert pyproject()["project"]["license"] == "BSD-3-Clause"


def test_no_file_names_a_package_host_or_a_path_of_one_machine():
    # Put together here so that this file passes its own test.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "ana" + "conda.org", "ana" + "conda.com"]
    hosts += ["registry" + ".npmjs", "registry" + ".yarnpkg"]
    machine = re.compile(r"(?<![\w.:/+-])(?:[A-Z]:\\Users\\|/(?:home|root|Users|work|tmp|opt)/)\w")
    for name, text in tracked_texts():
        assert [host for host in hosts if host in text] == [], name
        assert machine.findall(text) == [], name
