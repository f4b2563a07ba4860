"""Words that were corrected as a folder of images with their labels, which the recogniser learns from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer.corrections.correction import TEACHER, CorrectionKind, LearningPart
from indexer.corrections.lessons import MIN_LEARNED, MIN_PHOTOS, MIN_WORDS
from indexer.corrections.states import single_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from indexer.corrections.correction import Correction
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


class WordsReport(TypedDict):
    """Words that there are to learn from, and held-out ones with their photos; and how many are needed."""

    learned: int
    learned_needed: int
    held_out: int
    held_out_needed: int
    photos: int
    photos_needed: int


def counted(
    corrections: Iterable[Correction], checked: Collection[str], never_cut: Collection[str]
) -> WordsReport:
    """Count the words of all corrections: those of `learned` and `held_out`.

    `checked` are content hashes of photos, `never_cut` uids of words without an image.
    """
    single = single_words(corrections, never_cut)
    held = [
        c
        for c in single
        if c.part is LearningPart.HELD and c.content in checked and not _is_taught(c)
    ]
    return {
        "learned": sum(c.part is LearningPart.LEARN for c in single),
        "learned_needed": MIN_LEARNED,
        "held_out": len(held),
        "held_out_needed": MIN_WORDS,
        "photos": len({c.content for c in held}),
        "photos_needed": MIN_PHOTOS,
    }


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


def _is_taught(word: InkedWord | Correction) -> bool:
    return word.by.partition(":")[0] == TEACHER


def _chosen(words: Iterable[InkedWord]) -> Chosen:
    listed = list(words)
    single = tuple(word for word in listed if len(word.text.split()) == 1)
    return Chosen(single, len(listed) - len(single))
