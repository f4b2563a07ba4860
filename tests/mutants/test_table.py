"""The table of mutants fits the code: a mutant that changes nothing would be killed by nothing."""

from __future__ import annotations

import ast
import re

import pytest

from .draw import ROOT, named
from .table import EXCEPTED, NAMED


@pytest.mark.parametrize("entry", NAMED, ids=lambda entry: entry.name)
def test_a_named_mutant_changes_one_place_and_compiles(entry):
    mutant = named(entry)

    assert mutant.source != (ROOT / entry.file).read_text(encoding="utf-8")
    assert ast.parse(mutant.source)
    assert all((ROOT / tests).exists() for tests in entry.tests)


def test_names_are_given_once():
    names = [entry.name for entry in NAMED]

    assert len(set(names)) == len(names)


def test_every_exception_is_of_a_line_that_exists_and_says_why():
    lines = [
        (path.relative_to(ROOT).as_posix(), line)
        for path in (ROOT / "indexer").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]

    for entry in EXCEPTED:
        assert entry.reason
        assert any(
            re.fullmatch(entry.file, file) and re.search(entry.pattern, line)
            for file, line in lines
        ), entry


def test_the_constants_chosen_on_data_are_each_held_by_a_mutant():
    text = (ROOT / "recognizer/EXPERIMENTS.md").read_text(encoding="utf-8")
    table = text.split("## Constants that were chosen on data")[1]

    held = re.findall(r"\| `([a-z-]+)` \|$", table, re.MULTILINE)

    assert held
    assert set(held) <= {entry.name for entry in NAMED}
