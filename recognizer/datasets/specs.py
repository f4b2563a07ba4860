"""Data specs: strings that name the format and the location of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recognizer.datasets import iam, mjsynth, named_images, table, zip_archive
from recognizer.datasets.samples import Subset
from recognizer.errors import DataError
from recognizer.inference.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from recognizer.datasets.samples import Sample

FORMS = (
    "PATH/labels.tsv",
    "PATH (a folder with labels.tsv)",
    "PATH.zip",
    "mjsynth:ROOT[:part]",
    "iam:ROOT[:part]",
    "folder:ROOT",
)
"""The forms of a spec; a part is train (the default), val or test."""


def samples(
    spec: str, limits: Limits = Limits(), given: Mapping[str, Callable[[str], Path]] = {}
) -> Sequence[Sample]:
    """Samples of the data set that `spec` names in one of `FORMS`, with images within `limits`.

    `SPEC#5000` means at most 5000 of them, chosen at random and always the same ones. `NAME:PART` is
    also one of the data sets that are `given`, see `given.GIVEN`.

    Raises:
        DataError: the spec has none of the forms (lists them), the path is missing (names it),
            the data cannot be read, or hold no word.

    """
    named, _, count = spec.rpartition("#")
    if not named or not count.isdecimal() or Path(spec).exists():
        found = _all(spec, limits, given)
    else:
        found = _sampled(_all(named, limits, given), int(count))
    if not found:
        msg = f"{spec}: holds no labelled word; give data with one at least"
        raise DataError(msg)
    return found


def _sampled(found: Sequence[Sample], count: int) -> Sequence[Sample]:
    if count >= len(found):
        return found
    chosen = np.random.default_rng(0).choice(len(found), count, replace=False)
    return Subset(found, np.sort(chosen))


def _all(spec: str, limits: Limits, given: Mapping[str, Callable[[str], Path]]) -> Sequence[Sample]:
    kind, colon, rest = spec.partition(":")
    if colon and kind in given:
        return table.read_table(given[kind](rest) / table.LABELS, limits)
    match kind:
        case "mjsynth" if rest:
            return mjsynth.read_mjsynth(*_root_and_part(rest), limits)
        case "iam" if rest:
            return iam.read_iam(*_root_and_part(rest), limits)
        case "folder" if rest:
            return named_images.read_named_images(_existing(Path(rest)), limits)
    return _labels(spec, limits)


def _labels(spec: str, limits: Limits) -> list[Sample]:
    """Samples of a path: a labels.tsv, a zip file, or a folder with a labels.tsv."""
    path = Path(spec)
    if (path / table.LABELS).is_file():
        return table.read_table(path / table.LABELS, limits)
    if path.suffix.lower() == ".zip":
        return zip_archive.read_zip(_existing(path), limits)
    if path.suffix.lower() == ".tsv":
        return table.read_table(_existing(path), limits)
    msg = f"{spec!r}: no such data; expected {', '.join(FORMS)}"
    raise DataError(msg)


def _root_and_part(rest: str) -> tuple[Path, str]:
    """Folder and part of ROOT[:PART]; a colon belongs to ROOT if such a folder exists."""
    root, colon, part = rest.rpartition(":")
    if not colon or Path(rest).exists():
        return _existing(Path(rest)), "train"
    return _existing(Path(root)), part


def _existing(path: Path) -> Path:
    if not path.exists():
        msg = f"{path}: no such file or folder"
        raise DataError(msg)
    return path
