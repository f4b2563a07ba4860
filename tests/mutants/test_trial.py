"""A run of tests on a copy ends, whatever the mutant does, and says which test failed first."""

from __future__ import annotations

import pytest

from .trial import Copies

pytestmark = pytest.mark.slow

TESTS = """
import os
from code_of_this_test import answer
def test_passes(): assert answer() == 42
def test_fails(): assert answer() == 43
def test_dies(): os._exit(1)
def test_hangs():
    while True: pass
def test_eats(): [bytearray(1 << 28) for _ in range(1 << 6)]
"""


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mutants")
    root = folder / "root"
    (root / "tests").mkdir(parents=True)
    (root / "code_of_this_test.py").write_text("def answer(): return 42\n", encoding="utf-8")
    (root / "tests/test_it.py").write_text(TESTS, encoding="utf-8")
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
    return Copies(root, folder / "copies", 2)


@pytest.mark.parametrize(
    ("test", "killer"),
    [
        ("passes", None),
        ("fails", "tests/test_it.py::test_fails"),
        ("dies", "the death of the process that ran the tests"),
        ("hangs", "a hang: it had not ended after 8 s"),
    ],
)
def test_each_end_has_its_reason(copies, test, killer):
    outcome = copies.run(copies.paths[0], [f"tests/test_it.py::test_{test}"], 8.0)

    assert outcome.killer == killer


def test_memory_is_bounded(copies, monkeypatch):
    monkeypatch.setattr("tests.mutants.trial.MAX_BYTES", 1 << 30)

    outcome = copies.run(copies.paths[0], ["tests/test_it.py::test_eats"], 60.0)

    assert outcome.killer == "its hunger for memory"


def test_copies_are_independent_and_a_change_of_one_counts_in_it_alone(copies):
    one, other = copies.paths
    (one / "code_of_this_test.py").write_text("def answer(): return 43\n", encoding="utf-8")
    for compiled in (one / "__pycache__").glob("code_of_this_test.*"):
        compiled.unlink()
    test = ["tests/test_it.py::test_fails"]

    assert copies.run(one, test, 60.0).killer is None
    assert copies.run(other, test, 60.0).killer
