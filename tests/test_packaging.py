"""The house: packages, shipped files, layers, pinned versions and the weight of an import."""

import fnmatch
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETUPTOOLS: dict[str, Any] = PROJECT["tool"]["setuptools"]
FOLDERS = ["twins", "envs", "baselines", "agents", "benchmarks"]
PACKAGES = [f"plantgym.{folder}" for folder in FOLDERS]


def _files(folder: str) -> list[Path]:
    """Return what lies under a package folder, relative to it, without caches."""
    top = ROOT / folder
    found = (path for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(path.relative_to(top) for path in found)


def _is_shipped(package: str, file: Path) -> bool:
    if file.suffix == ".py":
        return True
    data: dict[str, list[str]] = SETUPTOOLS["package-data"]
    patterns = data["*"] + data.get(package, [])
    # As setuptools globs, `*` stops at a slash.
    return any(
        len(Path(pattern).parts) == len(file.parts)
        and fnmatch.fnmatchcase(file.as_posix(), pattern)
        for pattern in patterns
    )


def _requirements() -> list[Requirement]:
    """Return what the package and its extras need, without its references to its own extras."""
    project = PROJECT["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    lines = [line for group in groups for line in group]
    return [each for each in map(Requirement, lines) if each.name != "plantgym"]


def _pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(package): version for package, version in pairs}


def _run(code: str, **env: str) -> str:
    """Run Python code in a fresh interpreter, away from the repository root."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "tests",
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_every_package_of_the_tree_is_listed() -> None:
    in_tree = {
        ".".join(["plantgym", folder, *file.parent.parts])
        for folder in FOLDERS
        for file in _files(folder)
        if file.name == "__init__.py"
    }
    assert sorted(SETUPTOOLS["packages"]) == sorted(in_tree)


def test_every_module_lies_in_a_package() -> None:
    homeless = [
        f"{folder}/{file}"
        for folder in FOLDERS
        for file in _files(folder)
        if file.suffix == ".py" and not (ROOT / folder / file.parent / "__init__.py").exists()
    ]
    assert homeless == []


def test_top_folders_map_to_the_namespace() -> None:
    assert SETUPTOOLS["package-dir"] == dict(zip(PACKAGES, FOLDERS, strict=True))
    assert not (ROOT / "plantgym").exists(), "a root plantgym/ would shadow the installed packages"


@pytest.mark.parametrize("folder", FOLDERS)
def test_static_tools_find_each_package(folder: str) -> None:
    link = ROOT / ".ns" / "plantgym" / folder
    assert link.is_symlink()
    assert link.resolve() == ROOT / folder
    assert (ROOT / folder / "py.typed").read_bytes() == b""


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_shipped(folder: str) -> None:
    forgotten = [f for f in _files(folder) if not _is_shipped(f"plantgym.{folder}", f)]
    assert forgotten == [], "no pattern of [tool.setuptools.package-data] matches"


def test_every_data_pattern_ships_something() -> None:
    data: dict[str, list[str]] = SETUPTOOLS["package-data"]
    idle = [
        f"{package}: {pattern}"
        for package, patterns in data.items()
        if package != "*"
        for pattern in patterns
        if not any((ROOT / package.removeprefix("plantgym.")).glob(pattern))
    ]
    assert idle == []


def test_every_tool_checks_every_package() -> None:
    tool = PROJECT["tool"]
    assert tool["mypy"]["packages"] == PACKAGES
    assert tool["importlinter"]["root_packages"] == PACKAGES
    assert set(FOLDERS) < set(tool["pyright"]["include"])


def test_constraints_pin_every_requirement_within_its_bounds() -> None:
    pins = _pins("constraints.txt")
    for requirement in _requirements():
        pin = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pin), f"{requirement} against {pin}"


def test_oldest_constraints_are_the_lower_bounds() -> None:
    pins = _pins("constraints-oldest.txt")
    not_installed_there = {"coverage", "import-linter", "mypy", "pandas-stubs", "ruff", "selenium"}
    exempt = not_installed_there | {"torch"}  # torch: see the comment in the file
    for requirement in _requirements():
        if requirement.name in exempt:
            continue
        bound = next(each.version for each in requirement.specifier if each.operator == ">=")
        pin = pins[canonicalize_name(requirement.name)]
        assert re.fullmatch(rf"{re.escape(bound)}(\.0)*", pin), f"{requirement} against {pin}"


def test_both_constraints_pin_the_same_torch() -> None:
    assert _pins("constraints.txt")["torch"] == _pins("constraints-oldest.txt")["torch"]


@pytest.mark.conformance
@pytest.mark.parametrize(
    ("package", "foreign"),
    [("plantgym.twins", ["gymnasium"]), ("plantgym.envs", [])],
)
def test_import_is_light(package: str, foreign: list[str]) -> None:
    heavy = [
        *("numba", "pandas", "scipy", "pyomo", "highspy", "matplotlib", "plotly", "pygame"),
        *("torch", "stable_baselines3", "sb3_contrib", "typer", "rich", "joblib"),
        *("sklearn", "ray"),
        *foreign,
    ]
    code = f"import sys, {package}; print(*[m for m in {heavy} if m in sys.modules])"
    assert _run(code).split() == []


@pytest.mark.slow
def test_wheel_holds_the_whole_tree_and_imports_from_it(tmp_path: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    source = tmp_path / "source"  # a copy, so that no stale build/ can add modules
    for name in filter(None, tracked):
        if not (ROOT / name).is_symlink():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, source],
        check=True,
    )
    (wheel,) = tmp_path.glob("plantgym-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        held = {name for name in archive.namelist() if name.startswith("plantgym/")}

    assert held == {f"plantgym/{name}" for name in tracked if name.partition("/")[0] in FOLDERS}
    code = f"import {', '.join(PACKAGES)}; print(plantgym.twins.__file__)"
    found = _run(code, PYTHONPATH=str(tmp_path / "site"))
    assert Path(found.strip()).is_relative_to(tmp_path / "site")
