"""Budgets of the code: small functions, cohesive files, and names that are not ambiguous."""

from __future__ import annotations

import ast
import re
import statistics
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent
PACKAGES = ("indexer", "recognizer", "detector_stub")


@cache
def trees():
    """What is parsed when the first test needs it: collecting tests stays quick."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def functions():
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node, node.end_lineno - node.lineno + 1


def classes():
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield path, node


def last_name(node):
    """`Name`, `module.Name` and `Name[T]` by their last name."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_no_function_is_longer_than_sixty_lines():
    assert [(str(p), f.name, n) for p, f, n in functions() if n > 60] == []


def test_most_functions_are_short():
    lengths = sorted(n for _, _, n in functions())

    assert statistics.median(lengths) <= 9
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_no_file_is_longer_than_four_hundred_lines():
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in trees()}

    assert {str(path): n for path, n in lengths.items() if n > 400} == {}


def is_abstract(node):
    bases = {last_name(base) for base in (*node.bases, *(k.value for k in node.keywords))}
    methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    marks = {last_name(mark) for method in methods for mark in method.decorator_list}
    return bool(bases & {"ABC", "ABCMeta"}) or "abstractmethod" in marks


def test_no_class_is_abstract_for_a_single_implementor():
    implementors = Counter(last_name(base) for _, node in classes() for base in node.bases)

    assert [
        f"{path}: {node.name}"
        for path, node in classes()
        if is_abstract(node) and implementors[node.name] < 2
    ] == []


def test_no_public_class_name_means_two_things_in_one_package():
    counts = Counter((path.parts[0], node.name) for path, node in classes())

    assert [
        f"{path}: {node.name}"
        for path, node in classes()
        if counts[path.parts[0], node.name] > 1 and not node.name.startswith("_")
    ] == []


def test_no_module_is_titled_by_a_question_word():
    question_word = re.compile(
        r"(what|how|which|where|when|who|whose|whether|why)\b", re.IGNORECASE
    )

    assert [
        str(path)
        for path, tree in trees().items()
        if question_word.match(ast.get_docstring(tree) or "")
    ] == []


def test_bounds_are_called_min_and_max():
    assigned = [
        (path, node.id)
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]

    assert [
        f"{path}: {name}" for path, name in assigned if re.search(r"(^|_)(LEAST|MOST)(_|$)", name)
    ] == []


PERSONIFIED = re.compile(
    r"\b(sees|saw|hears|heard|knows|knew|wants|told|guests?|patience|judges?|honest|sieves?)\b"
)


def test_no_docstring_makes_a_person_of_a_program():
    documented = [
        (path, getattr(node, "name", "module"), ast.get_docstring(node) or "")
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]

    assert [f"{path}: {name}" for path, name, text in documented if PERSONIFIED.search(text)] == []
