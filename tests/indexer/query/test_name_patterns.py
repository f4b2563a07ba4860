from __future__ import annotations

import pytest

from indexer.query.name_patterns import folder_matcher, name_matcher


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        ("march", True),
        ("notes 2026/march/", True),
        ("/photos/", True),
        ("notes*", True),
        ("m?rch", True),
        ("notes", False),
        ("photos/march", False),
        ("board-1.jpg", False),
    ],
)
def test_a_folder_is_named_by_whole_names_in_any_case(value, matches):
    assert folder_matcher(value)("/photos/Notes 2026/march") is matches


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        ("board*", True),
        ("Board-1", True),
        ("BOARD-1.JPG", True),
        ("board-?", True),
        ("board", False),
        ("march", False),
    ],
)
def test_a_file_is_named_with_or_without_its_suffix(value, matches):
    assert name_matcher(value)("board-1.jpg") is matches


@pytest.mark.parametrize(
    ("value", "name", "matches"),
    [
        ("strasse", "Straße", True),
        ("STRASSE", "Straße", True),
        ("café", "CAFÉ", True),
        ("cafe", "Café", False),
        ("*", "Café", True),
    ],
)
def test_names_ignore_case_but_not_accents(value, name, matches):
    assert folder_matcher(value)(f"/photos/{name}") is matches
    assert name_matcher(value)(name) is matches
