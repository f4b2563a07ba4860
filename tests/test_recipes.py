"""The Nix flake and the Homebrew formula can be parsed, and name what the project requires.

Nobody builds them here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FLAKE = ROOT / "packaging" / "nix" / "flake.nix"
FORMULA = ROOT / "packaging" / "homebrew" / "ocrsearch.rb"


def test_the_flake_lists_what_the_project_requires():
    [listed] = re.findall(r"dependencies = with [^;]*; \[([^\]]*)\]", FLAKE.read_text("utf-8"))

    assert set(listed.split()) == {Requirement(needed).name for needed in PROJECT["dependencies"]}


@pytest.mark.parametrize("key", ["desc", "homepage"])
def test_the_formula_says_of_the_project_what_the_project_says(key):
    said = {
        "desc": PROJECT["description"],
        "homepage": PROJECT["urls"]["Homepage"],
    }

    assert f'  {key} "{said[key]}"\n' in FORMULA.read_text("utf-8")


def test_the_formula_names_every_licence():
    parts = ", ".join(f'"{part}"' for part in PROJECT["license"].split(" AND "))

    assert f"  license all_of: [{parts}]\n" in FORMULA.read_text("utf-8")


def test_the_formula_is_of_the_version_of_the_project():
    assert f"/v{PROJECT['version']}.tar.gz" in FORMULA.read_text("utf-8")


def test_the_formula_installs_files_that_are_there():
    named = re.findall(r'"(packaging/[^"]+)"', FORMULA.read_text("utf-8"))

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    ("parser", "recipe"),
    [(["nix-instantiate", "--parse"], FLAKE), (["ruby", "-c"], FORMULA)],
    ids=["nix", "ruby"],
)
def test_the_language_of_a_recipe_can_parse_it(parser, recipe):
    if not shutil.which(parser[0]):
        pytest.skip(f"{parser[0]} is not installed")

    subprocess.run([*parser, recipe], check=True, capture_output=True)
