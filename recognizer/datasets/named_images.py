"""A folder of images with their texts in their file names, in the format of CRNN_OCR_lite.

A name is `<anything>_<label>_<id>.png`: the label is the last but one part between underscores;
the first part may be empty, as in `_label_id.png`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from recognizer.datasets.samples import Sample
from recognizer.errors import DataError
from recognizer.inference import images
from recognizer.inference.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path


def read_named_images(root: Path, limits: Limits = Limits()) -> list[Sample]:
    """Samples of all images below `root`, sorted by path.

    Raises:
        DataError: there is no image, or the name of one holds no label; names it.

    """
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in images.SUFFIXES)
    if not paths:
        msg = f"{root}: holds no word image ({', '.join(images.SUFFIXES)})"
        raise DataError(msg)
    return [
        Sample(str(path.relative_to(root)), _label(path), "", partial(images.load, path, limits))
        for path in paths
    ]


def _label(path: Path) -> str:
    parts = path.stem.split("_")
    if len(parts) < 3 or not parts[-2]:
        msg = f"{path}: expected a name like anything_LABEL_ID{path.suffix}"
        raise DataError(msg)
    return parts[-2]
