"""MJSynth (Synth90k): nine million drawn words, each named after its text.

Jaderberg, Simonyan, Vedaldi, Zisserman: "Synthetic data and artificial neural networks for
natural scene text recognition", NIPS Deep Learning Workshop 2014. A line of
`annotation_train.txt` is `./2425/1/115_Lube_45484.jpg 45484`: the image, whose name holds the
text between underscores, and the text's number in a lexicon, which says nothing more.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from recognizer import images
from recognizer.datasets.published import check_part, find, rows
from recognizer.datasets.samples import Sample
from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

_PLACES = ("", "mnt/ramdisk/max/90kDICT32px", "90kDICT32px")
"""Where the annotations lie: the archive holds the path of the machine that it was made on."""


def read_mjsynth(root: Path, part: str) -> list[Sample]:
    """Samples of the part train, val or test below `root`, in the order of the annotation.

    Some published images are empty or damaged; they come out as samples that fail to load.

    Raises:
        DataError: no such part, no annotation of it, or a line that names no text.

    """
    check_part(part)
    annotation = find(root, _PLACES, f"annotation_{part}.txt")
    if annotation is None:
        places = ", ".join(place or "." for place in _PLACES)
        msg = f"{root}: holds no annotation_{part}.txt (looked in {places})"
        raise DataError(msg)
    return [_sample(annotation, number, image) for number, (image, _) in rows(annotation, 2)]


def _sample(annotation: Path, number: int, image: str) -> Sample:
    name = image.removeprefix("./")
    parts = name.rpartition("/")[2].split("_")
    if len(parts) < 3 or not parts[1]:
        msg = f"{annotation}, line {number}: expected NUMBER_TEXT_NUMBER.jpg, got {image!r}"
        raise DataError(msg)
    return Sample(name, parts[1], "", partial(images.load, annotation.parent / name))
