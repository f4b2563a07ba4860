"""What tests of corrections ask the command line."""

from __future__ import annotations

import io
import json

from PIL import Image

from indexer import bootstrap, config


def words(shell, photo):
    return json.loads(shell("show", photo, "--json").stdout)["words"]


def texts(shell, photo) -> list[str]:
    return [word["text"] for word in words(shell, photo)]


def at(word) -> str:
    left, top, *_ = word["box"]
    return f"{left + 1},{top + 1}"


def correct(shell, photo, place: int, *said: str, code: int = 0):
    return shell("correct", photo, "--at", at(words(shell, photo)[place]), *said, code=code)


def listed(shell, *which) -> list[dict]:
    lines = shell("corrections", "list", "--json", *which).stdout.splitlines()
    return [json.loads(line) for line in lines]


def settings_of(shell) -> config.Settings:
    return config.load(None, home=shell.folder / "home")


def ink_of(shell) -> list[tuple[str, tuple[int, int]]]:
    """Texts of the words that can be learned from, and the sizes of their images."""
    with bootstrap.reading_only(settings_of(shell)) as (catalog, _):
        return [
            (word.text, Image.open(io.BytesIO(word.ink)).size) for word in catalog.inked_words()
        ]
