"""What is installed: every package, and the weights beside the code."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def package_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parent.parts)


def test_every_folder_with_code_is_a_package_that_is_installed():
    tops = {name.split(".")[0] for name in SETUP["packages"]}

    holding = {package_of(path) for top in tops for path in (ROOT / top).rglob("*.py")}

    assert holding == set(SETUP["packages"])


@pytest.mark.parametrize("package", ["recognizer", "detector_stub"])
def test_weights_are_installed_with_the_package_that_loads_them(package):
    weights = sorted((ROOT / package / "weights").glob("*.safetensors"))

    globs = SETUP["package-data"][package]

    assert weights
    for path in weights:
        assert any(fnmatch(str(path.relative_to(ROOT / package)), glob) for glob in globs)


@pytest.mark.parametrize("package", ["indexer", "recognizer", "detector_stub"])
def test_the_types_of_a_package_are_installed(package):
    assert (ROOT / package / "py.typed").exists()
    assert "py.typed" in SETUP["package-data"][package]
