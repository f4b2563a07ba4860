"""Texts with file names, made safe to print."""

from __future__ import annotations

import json
import unicodedata

import pytest

from recognizer.files.printable import in_brackets, json_safe, plainly, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b]0;title\x07.jpg", r"a\x1b]0;title\x07.jpg"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("a\x7fb\x9b31m", r"a\x7fb\x9b31m"),
        ("a\u202egpj.exe", r"a\u202egpj.exe"),
        ("a\u2066b\u2069\u200f", r"a\u2066b\u2069\u200f"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("a\u200bb\xadc\ufeff", r"a\u200bb\xadc\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("caf\udce9.png", r"caf\xe9.png"),
        ("half\ud83d", r"half\ud83d"),
    ],
)
def test_what_a_terminal_obeys_or_a_reader_does_not_see_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "text", ["Übung", "U\u0308bung", "写真 1.jpg", "at 3.45\u202fPM", "\N{FAMILY}\u200d\U0001f9d1", "a\\b", "ab\xa0c"]
)  # fmt: skip
def test_names_as_people_give_them_stay(text: str) -> None:
    assert printable(text) == text


def test_every_control_of_unicode_is_escaped() -> None:
    controls = [chr(n) for n in range(0x11000) if unicodedata.category(chr(n)) in {"Cc", "Cs"}]
    assert len(controls) > 2000

    assert [c for c in controls if printable(c) == c] == []


def test_bytes_can_stay_for_a_program() -> None:
    assert printable("caf\udce9\n", keep_bytes=True) == "caf\udce9\\n"


@pytest.mark.parametrize("name", ["a\x9b31m", "a\u202eb", "caf\udce9", "tag\U000e0041", "a\nb\x7f"])
def test_json_is_safe_and_keeps_its_values(name: str) -> None:
    text = json_safe(json.dumps({"photo": name}, ensure_ascii=False))

    assert printable(text) == text
    assert json.loads(text) == {"photo": name}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "/photos/a.jpg"), "No space left on device"),
        (OSError("image file is truncated"), "image file is truncated"),
        (ValueError("two\nlines\t of text "), "two lines of text"),
        (OSError("cannot identify image file <_io.BytesIO object at 0x7f>"),
         "cannot identify image file"),
        (MemoryError(), "not enough memory"),
        (MemoryError("Unable to allocate 4 TiB"), "not enough memory"),
        (EOFError(), ""),
        (KeyError("conv1"), ""),
        (IndexError("list index out of range"), ""),
        (TypeError("'NoneType' object is not iterable"), ""),
        (AttributeError("'NoneType' object has no attribute 'x'"), ""),
        (AssertionError("x"), ""),
        (ZeroDivisionError("division by zero"), ""),
        (UnboundLocalError("local variable"), ""),
    ],
)  # fmt: skip
def test_errors_are_told_without_what_only_programmers_understand(error, said):
    assert plainly(error) == said
    assert in_brackets(plainly(error)) == (f" ({said})" if said else "")
