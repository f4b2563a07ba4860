"""MJSynth (Synth90k): nine million drawn words, each named after its text.

Jaderberg, Simonyan, Vedaldi, Zisserman: "Synthetic data and artificial neural networks for
natural scene text recognition", NIPS Deep Learning Workshop 2014. A line of
`annotation_train.txt` is `./2425/1/115_Lube_45484.jpg 45484`: the image, whose name holds the
text between underscores, and the text's number in a lexicon, which says nothing more.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from recognizer.datasets.annotations import check_part, find, read_bytes, read_text
from recognizer.datasets.samples import LazySequence, Sample
from recognizer.errors import DataError
from recognizer.inference import images
from recognizer.inference.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PLACES = ("", "mnt/ramdisk/max/90kDICT32px", "90kDICT32px")
"""Folders of the annotations: the archive holds paths of the machine that it was made on."""

_WRONG = re.compile(
    rb"^(?!\#|\s*$)"  # neither a comment nor blank,
    rb"(?!(?:\S*/)?[^/_\s]*_[^/_\s]+_[^/\s]*[ \t]+\S)"  # and no image named after its text
    rb".*",
    re.MULTILINE,
)


def read_mjsynth(root: Path, part: str, limits: Limits = Limits()) -> Sequence[Sample]:
    """Samples of the part train, val or test below `root`, in the order of the annotation.

    Images are not opened before they are loaded. Some published ones are empty or damaged; they
    are samples whose `load` fails.

    Raises:
        DataError: there is no such part or no annotation of it, or a line names no text.

    """
    check_part(part)
    annotation = find(root, _PLACES, f"annotation_{part}.txt")
    if annotation is None:
        places = ", ".join(place or "." for place in _PLACES)
        msg = f"{root}: holds no annotation_{part}.txt (looked in {places})"
        raise DataError(msg)
    return _Annotation(annotation, limits)


class _Annotation(LazySequence[Sample]):
    """The samples of an annotation file, kept as its bytes and the offset of each line."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Read `path`; raises DataError with the number of a wrong line."""
        self._folder, self._limits = path.parent, limits
        self._text = read_bytes(path)
        if self._text.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
            self._text = read_text(path).encode()
        # one search in C finds the first wrong line of nine million in seconds
        if wrong := _WRONG.search(self._text):
            number = self._text.count(b"\n", 0, wrong.start()) + 1
            line = wrong[0].decode(errors="replace")
            msg = f"{path}, line {number}: expected NUMBER_TEXT_NUMBER.jpg NUMBER, got {line!r}"
            raise DataError(msg)
        self._starts = _line_starts(self._text)

    def __len__(self) -> int:
        """Number of images."""
        return len(self._starts)

    def item(self, index: int) -> Sample:
        """See `LazySequence`."""
        start = int(self._starts[index])
        end = self._text.find(b"\n", start)
        line = self._text[start : end if end >= 0 else None]
        name = line.split(None, 1)[0].decode(errors="replace").removeprefix("./")
        text = name.rpartition("/")[2].split("_", 2)[1]
        return Sample(name, text, "", partial(_load, self._folder, name, self._limits))


def _line_starts(text: bytes) -> np.ndarray:
    """Offsets of the lines that are neither blank nor a comment."""
    raw = np.frombuffer(text, dtype=np.uint8)
    starts = np.concatenate(([0], np.flatnonzero(raw == ord("\n")) + 1))
    starts = starts[starts < len(raw)]
    return starts[~np.isin(raw[starts], np.frombuffer(b"#\n\r\t ", dtype=np.uint8))]


def _load(folder: Path, name: str, limits: Limits) -> np.ndarray:
    return images.load(folder / name, limits)
