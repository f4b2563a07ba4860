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


@pytest.mark.parametrize("typed", ["\u00dcbung", "U\u0308bung", "u\u0308bung", "\u00dcbung\ufeff"])
@pytest.mark.parametrize("named", ["\u00dcbung", "U\u0308bung", "\u00dcb\u00adung"])
def test_a_name_is_found_in_whatever_unicode_form_it_was_typed_or_stored(typed, named):
    assert folder_matcher(typed)(f"/photos/{named}")
    assert folder_matcher(f"{typed}*")(f"/photos/{named} 2/march")
    assert name_matcher(typed)(f"{named}.jpg")


@pytest.mark.parametrize("typed", ["my notes", "my\u00a0notes", "my  notes", "my\tnotes"])
def test_how_wide_a_gap_is_makes_no_difference_in_names(typed):
    assert all(
        folder_matcher(typed)(f"/photos/my{gap}notes") for gap in (" ", "  ", "\u00a0", "\u202f")
    )


def test_a_letter_with_marks_is_one_character_for_a_wildcard():
    assert name_matcher("?bung")("U\u0308bung.jpg")


@pytest.mark.parametrize("name", [
    "a[1]", "[ab]", "[!a]", "[a-z]b", "[", "]", "a[", "[]]", "trip [2026]", "100%", "a_b", "^a", "!a", "a\\b", "a\\[b]",
    "a{1,2}", "a.b", "a+b", "(a|b)", "$a", "#a", "~a", "a-b", "a&&b", "a'b",
])  # fmt: skip
def test_signs_other_than_wildcards_stand_for_themselves(name):
    assert name_matcher(name)(f"{name}.jpg")
    assert name_matcher(f"{name}.jpg")(f"{name}.jpg")
    assert name_matcher(f"*{name}*")(f"x{name}y.jpg")
    assert folder_matcher(name)(f"/photos/{name}/march")
    assert not name_matcher(name)("a.jpg")
    assert not name_matcher(name)("b.jpg")
    assert not folder_matcher(name)("/photos/a/b/axb/z")
