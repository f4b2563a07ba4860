"""The budgets of the code: small functions, small files, everything annotated."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = [
    path for package in ("indexer", "recognizer", "detector_stub")
    for path in sorted((ROOT / package).rglob("*.py"))
]  # fmt: skip


def functions():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path, node, node.end_lineno - node.lineno + 1


def test_no_function_is_longer_than_sixty_lines():
    assert [(p.name, f.name, n) for p, f, n in functions() if n > 60] == []


def test_most_functions_are_short():
    lengths = sorted(n for _, _, n in functions())

    assert statistics.median(lengths) <= 9
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_no_file_is_longer_than_three_hundred_lines():
    assert [p.name for p in SOURCES if len(p.read_text().splitlines()) > 300] == []
