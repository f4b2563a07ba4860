"""IAM words: English handwriting of 657 writers, cut into words.

Marti, Bunke: "The IAM-database: an English sentence database for offline handwriting
recognition", IJDAR 5, 2002. The truth is read from `words.txt` or, without it, from `xml/*.xml`;
the image of `a01-000u-00-00` (form a01-000u, line 00, word 00) is
`words/a01/a01-000u/a01-000u-00-00.png`.
"""

from __future__ import annotations

import hashlib
import html
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import partial
from html.entities import html5
from typing import TYPE_CHECKING

from recognizer.datasets.annotations import PARTS, check_part, find, rows
from recognizer.datasets.samples import Sample
from recognizer.errors import DataError
from recognizer.files.printable import in_brackets, plainly
from recognizer.inference import images
from recognizer.inference.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TABLES = ("", "ascii")
"""Folders of `words.txt` and `forms.txt`: moved to the root, or as the archive has them."""

_LISTS = ("", "ascii", "task", "split", "splits", "largeWriterIndependentTextLineRecognitionTask")
"""Folders of the lists of a split into train, val and test."""

_SPLITS = (
    {
        "train": ("trainset.txt",),
        "val": ("validationset1.txt", "validationset2.txt"),
        "test": ("testset.txt",),
    },
    {"train": ("train.uttlist",), "val": ("validation.uttlist",), "test": ("test.uttlist",)},
)
"""Files of line or form ids: IAM's own writer-independent split, and that of RWTH Aachen."""

_SHARES = {"train": range(90), "val": range(90, 95), "test": range(95, 100)}
"""Percentiles of the writers in each part if there are no lists."""

_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*;)")
"""An entity that is defined in HTML but not in XML."""


@dataclass(frozen=True)
class _Word:
    name: str
    text: str
    ok: bool

    @property
    def form(self) -> str:
        return "-".join(self.name.split("-")[:2])

    @property
    def line(self) -> str:
        return "-".join(self.name.split("-")[:3])


@dataclass(frozen=True)
class _Form:
    name: str
    writer: str
    words: list[_Word]


def read_iam(
    root: Path, part: str, limits: Limits = Limits(), *, ok_only: bool = True
) -> list[Sample]:
    """Samples of the part train, val or test; each hand is a writer.

    If `root` holds the lists of a split, these decide; otherwise a hash of the writer does, so
    that no writer is in two parts. Writers are read from `forms.txt` or the XML files; without
    either, the first part of the form's id (a01) is taken for the writer.

    Args:
        root: folder with `words/`, and `words.txt`, `ascii/words.txt` or `xml/`.
        part: train, val or test.
        limits: of the images.
        ok_only: leave out words whose segmentation is marked as doubtful.

    Raises:
        DataError: there is no such part, no annotation or no list of this part, or a file is
            damaged.

    """
    check_part(part)
    words, writers = _annotations(root)
    belongs = _membership(root, part)
    samples = []
    for word in words:
        hand = writers.get(word.form) or word.form.split("-")[0]
        if (word.ok or not ok_only) and belongs(word, hand):
            image = root / "words" / word.form.split("-")[0] / word.form / f"{word.name}.png"
            samples.append(Sample(word.name, word.text, hand, partial(images.load, image, limits)))
    return samples


def _annotations(root: Path) -> tuple[list[_Word], dict[str, str]]:
    """All words, and the writer of each form where it is known."""
    table, listed = find(root, _TABLES, "words.txt"), find(root, _TABLES, "forms.txt")
    writers = {form: writer for _, (form, writer, _) in rows(listed, 3)} if listed else {}
    if table and listed:
        return _table_words(table), writers
    forms = [_parse_form(path) for path in sorted((root / "xml").glob("*.xml"))]
    if not table and not forms:
        msg = f"{root}: holds neither words.txt, ascii/words.txt nor xml/*.xml"
        raise DataError(msg)
    words = _table_words(table) if table else [word for form in forms for word in form.words]
    return words, {form.name: form.writer for form in forms} | writers


def _table_words(table: Path) -> list[_Word]:
    """Words of `words.txt`, whose columns are id, ok or err, grey level, x, y, w, h, tag, text."""
    return [_Word(c[0], c[8], ok=c[1] == "ok") for _, c in rows(table, 9)]


def _parse_form(path: Path) -> _Form:
    try:
        # expat itself limits the expansion of entities
        root = ET.fromstring(_ENTITY.sub(_as_number, path.read_bytes()))  # noqa: S314
        words = [
            # the published files are escaped twice: &amp;quot; is a quotation mark
            _Word(word.attrib["id"], html.unescape(word.attrib["text"]), ok=_is_ok(line))
            for line in root.iter("line")
            for word in line.iter("word")
        ]
    except (OSError, ET.ParseError) as error:
        msg = f"{path}: not a readable form{in_brackets(plainly(error))}"
        raise DataError(msg) from error
    except KeyError as error:
        msg = f"{path}: a word has no {error.args[0]}"
        raise DataError(msg) from error
    return _Form(root.get("id", path.stem), root.get("writer-id", ""), words)


def _as_number(entity: re.Match[bytes]) -> bytes:
    """A named entity as a numeric one, which every XML parser supports."""
    known = html5.get(entity[1].decode())
    return "".join(f"&#{ord(c)};" for c in known).encode() if known else entity[0]


def _is_ok(line: ET.Element) -> bool:
    return line.get("segmentation") != "err"


def _membership(root: Path, part: str) -> Callable[[_Word, str], bool]:
    """A predicate: does a word, written by a hand, belong to `part`?"""
    for split in _SPLITS:
        found = {p: [path for n in split[p] if (path := find(root, _LISTS, n))] for p in PARTS}
        if any(found.values()):
            return _listed_in(root, found[part], split[part])
    return lambda _, hand: _percentile(hand) in _SHARES[part]


def _listed_in(
    root: Path, lists: list[Path], names: tuple[str, ...]
) -> Callable[[_Word, str], bool]:
    if not lists:
        msg = f"{root}: holds lists of other parts of a split, but not {names[0]}"
        raise DataError(msg)
    listed = {entry for path in lists for _, (entry,) in rows(path, 1)}
    return lambda word, _: word.line in listed or word.form in listed


def _percentile(hand: str) -> int:
    # not hash(): it differs from one Python process to the next
    return int.from_bytes(hashlib.sha256(hand.encode()).digest()[:8], "big") % 100
