"""A zip file that holds a table of labels and the images it names."""

from __future__ import annotations

import io
import zipfile
import zlib
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from recognizer.datasets.samples import Sample
from recognizer.datasets.table import LABELS, rows, spelling
from recognizer.errors import DataError
from recognizer.files.printable import in_brackets, plainly
from recognizer.files.textfile import NotTextError, decode
from recognizer.inference import images
from recognizer.inference.limits import LimitError, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


def read_zip(path: Path, limits: Limits = Limits()) -> list[Sample]:
    """Samples of a zip file that holds `labels.tsv` and the images it names.

    Raises:
        DataError: not a zip file, no `labels.tsv` in it, or a line has no text.

    """
    try:
        archive = zipfile.ZipFile(path)
        text = decode(archive.read(LABELS))
    except NotTextError as error:
        msg = f"{path}:{LABELS}, {error}"
        raise DataError(msg) from error
    except (
        OSError,
        KeyError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,  # it asks for a password
    ) as error:
        msg = f"{path}: not a zip file with {LABELS} at its top"
        raise DataError(msg) from error
    members = {spelling(member): member for member in archive.namelist()}
    # several threads may read images at once, but an archive has only one file position
    lock = Lock()
    return [
        Sample(name, label, hand, partial(_load_member, archive, lock, members, name, limits))
        for name, label, hand in rows(text, f"{path}:{LABELS}")
    ]


def _load_member(
    archive: zipfile.ZipFile,
    lock: Lock,
    members: Mapping[str, str],
    name: str,
    limits: Limits,
) -> NDArray[np.uint8]:
    shown = f"{archive.filename}:{name}"
    try:
        with lock:
            member = archive.getinfo(members.get(spelling(name), name))
            limits.check_bytes(member.file_size)
            packed = archive.read(member)
    except LimitError as error:
        msg = f"{shown}: {error}"
        raise DataError(msg) from error
    except Exception as error:  # a damaged archive raises any
        msg = f"{shown}: not a readable word image{in_brackets(plainly(error))}"
        raise DataError(msg) from error
    return images.decoded(io.BytesIO(packed), shown, limits)
