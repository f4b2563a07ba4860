"""`ocrsearch learn photos`, as a user runs it: which photos to check."""

from __future__ import annotations

import json

import pytest

from indexer.corrections.correction import is_held_out
from indexer.ocr.content_hash import content_hash
from indexer.ocr.photo_file import Limits

from ..conftest import draw_photo

pytestmark = pytest.mark.usefixtures("drawn_here")


def draw(shell, name: str, *words: str, held: bool):
    """A photo that is held out, or is not."""
    for salt in range(256):
        photo = draw_photo(shell.photos / name, *words, salt=salt)
        if is_held_out(content_hash(photo, Limits())[0]) is held:
            return photo
    pytest.fail("no such photo")


def asked(shell) -> dict:
    return json.loads(shell("learn", "photos", "--json").stdout)


@pytest.mark.thorough
def test_held_out_photos_are_listed_until_they_are_checked(shell):
    held = draw(shell, "held.png", "queue", "depth", held=True)
    other = draw(shell, "other.png", "queue", held=False)
    shell("index", shell.photos)

    [photo] = asked(shell)["to_check"]
    assert (photo["photo"], photo["words"]) == (str(held), 2)
    assert f"{held}  2 words\n" in shell("learn", "photos").stdout

    assert "are learned from" in shell("correct", other, "--checked").stdout
    assert "measure what is learned" in shell("correct", held, "--checked").stdout
    assert asked(shell) == {
        "photos": 1, "photos_needed": 5, "words": 2, "words_needed": 150, "to_check": [],
    }  # fmt: skip
    said = shell("learn", "photos").stderr
    assert "no held-out photo is left to check" in said
    assert "2 words of 1 checked photo measure what is learned; 150 words of 5 photos" in said


def test_only_so_many_photos_are_listed_as_asked_for(shell):
    for name in ("a.png", "b.png", "c.png"):
        draw(shell, name, name[0] * 3, held=True)
    shell("index", shell.photos)

    assert len(shell("learn", "photos", "--limit", 2).stdout.splitlines()) == 2
