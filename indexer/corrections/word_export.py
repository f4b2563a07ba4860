"""Words that were corrected as a folder of images with their labels, which the recogniser learns from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.corrections.correction import TEACHER, CorrectionKind, LearningPart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from indexer.corrections.inked_word import InkedWord

LABELS = "labels.tsv"
"""File of the labels: image, TAB, text."""


@dataclass(frozen=True)
class Chosen:
    """The words of one part.

    Attributes:
        words: one word each.
        several: images of several words, which are searched but not learned.

    """

    words: tuple[InkedWord, ...]
    several: int


def learned(words: Iterable[InkedWord]) -> Chosen:
    """Those to learn from."""
    return _chosen(word for word in words if word.part is LearningPart.LEARN)


def held_out(words: Iterable[InkedWord], checked: Collection[str]) -> Chosen:
    """Those to measure on: of held-out photos that are checked, by the content hashes of these.

    Words that were clicked because they were wrong would let any other weights seem better, and
    those of a teacher may be wrong themselves.
    """
    return _chosen(
        word
        for word in words
        if word.part is LearningPart.HELD and word.photo_hash in checked and not _is_taught(word)
    )


def write(words: Iterable[InkedWord], folder: Path) -> Path:
    """Write words into a folder, in place of what it held, and return it.

    A word that was corrected is listed twice, so that one that was only confirmed, or comes from a
    teacher, is drawn half as often.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    lines = []
    for number, word in enumerate(words):
        name = f"{number:05}.png"
        (folder / name).write_bytes(word.ink)
        often = 1 if _is_taught(word) or word.kind is CorrectionKind.CONFIRMED else 2
        lines += [f"{name}\t{word.text}\n"] * often
    (folder / LABELS).write_text("".join(lines), encoding="utf-8")
    return folder


def _is_taught(word: InkedWord) -> bool:
    return word.by.partition(":")[0] == TEACHER


def _chosen(words: Iterable[InkedWord]) -> Chosen:
    listed = list(words)
    single = tuple(word for word in listed if len(word.text.split()) == 1)
    return Chosen(single, len(listed) - len(single))
