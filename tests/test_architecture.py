"""docs/architecture.md names what exists: every package, every import contract, every file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
PACKAGES = ("indexer", "recognizer", "detector_stub")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
PLACES = re.findall(r"^\| (.+?) \| `([^`]+)` \| `(.+?)` \|$", PAGE, re.MULTILINE)
"""Behaviour, file, and a word of that file: the rows of "Where does it live?"."""

TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
}


def packages() -> list[str]:
    found = (path for top in PACKAGES for path in (ROOT / top).rglob("__init__.py"))
    return sorted(".".join(path.parent.relative_to(ROOT).parts) for path in found)


@pytest.mark.parametrize("package", packages())
def test_every_package_is_described(package):
    assert f"`{package}`" in PAGE


@pytest.mark.parametrize("contract", [c["name"] for c in PROJECT["importlinter"]["contracts"]])
def test_every_import_contract_is_named(contract):
    assert contract in " ".join(PAGE.split())


@pytest.mark.parametrize(
    "layer", [each for c in PROJECT["importlinter"]["contracts"] for each in c.get("layers", ())]
)
def test_every_layer_stands_in_its_stack(layer):
    line = " | ".join(part.split(".", 1)[1] for part in layer.split(" | "))

    assert f"      {line}\n" in PAGE


def test_the_table_of_places_answers_thirty_questions():
    assert len(PLACES) >= 30


@pytest.mark.parametrize(("behaviour", "file", "word"), PLACES)
def test_every_behaviour_lives_where_the_table_says(behaviour, file, word):
    assert word in (ROOT / file).read_text(encoding="utf-8"), behaviour


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")

    named = re.findall(rf"`((?:{'|'.join(PACKAGES)}|tests|benchmarks)/[\w./-]*\w)`", text)

    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_test_that_a_page_names_exists(page):
    named = set(re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8")))

    assert named <= TESTS
