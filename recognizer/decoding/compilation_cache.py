"""Word lists and language models as arrays in a cache folder, since building them takes seconds.

A file is named by the content that its arrays were made from and by the code that made them, so
that it is never out of date. Where nothing can be written, the arrays are made each time. The
folder is that of the user (`~/.cache/ocrsearch/languages`), or one that a program keeps for itself.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import time
import zipfile
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from platformdirs import user_cache_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

MIN_SECONDS = 0.05
"""Arrays that are made faster are not kept."""

MAX_FILES = 24
"""Files that are kept, the last used ones: lists and models of all shipped languages, and some more.
They take 1 to 8 MB each."""

_CODES = "-codes"
"""End of the name of an array whose values are places in another one."""

_RECIPE = (
    "compilation_cache",
    "lexicon",
    "lexicon_automaton",
    "ngram_automaton",
    "ngram_lm",
    "trie",
    "word_lists",
)
"""Modules that make the arrays."""


_own: list[Path] = []
"""The folder that `keep_in` was given, if any."""


def keep_in(folder: Path) -> None:
    """Write files into `folder` from now on; those of the user's cache folder are still read."""
    _own[:] = [folder]


def cached(kind: str, contents: Iterable[bytes], make: Callable[[], Arrays]) -> Arrays:
    """The arrays that `make` gives, or gave before for the same `contents`.

    Integers come back in the smallest type that holds them; floats are the same to the last bit.
    """
    name = f"{kind}-{_digest(contents)}.npz"
    folders = [*_own, user_cache_path("ocrsearch") / "languages"]
    for folder in folders:
        with suppress(
            OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile, zlib.error
        ):
            found = _read(folder / name)
            with suppress(OSError):
                os.utime(folder / name)
            return found
    start = time.thread_time()
    made = make()
    if time.thread_time() - start >= MIN_SECONDS:
        with suppress(OSError):
            _write(folders[0] / name, made)
    return made


def _digest(contents: Iterable[bytes]) -> str:
    digest = hashlib.sha256(_recipe())
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:32]


@cache
def _recipe() -> bytes:
    folder = Path(__file__).parent
    return b"".join((folder / f"{name}.py").read_bytes() for name in _RECIPE)


def _read(path: Path) -> Arrays:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        stored = {name: archive[name] for name in archive.files}
    tables = {name: values for name, values in stored.items() if not name.endswith(_CODES)}
    return {
        name: values[stored[name + _CODES]] if name + _CODES in stored else values
        for name, values in tables.items()
    }


def _write(path: Path, arrays: Arrays) -> None:
    """Write a file as a whole or not at all, and remove those that were used longest ago."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    stored: dict[str, NDArray[Any]] = {}
    for name, values in arrays.items():
        stored |= _small(name, values)
    packed = io.BytesIO()
    np.savez(packed, **stored)  # type: ignore[arg-type]
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(packed.getbuffer())
        os.replace(temporary, path)  # noqa: PTH105 - from a name that is no Path
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise
    files = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in files[MAX_FILES:]:
        old.unlink(missing_ok=True)


def _small(name: str, values: NDArray[Any]) -> Arrays:
    """An array in little space: integers in a small type, repeated floats as places in a table."""
    if values.dtype.kind in "iu" and values.size and values.min() >= 0:
        return {name: values.astype(np.min_scalar_type(values.max()))}
    if values.dtype.kind == "f":
        table, codes = np.unique(values, return_inverse=True)
        if len(table) < values.size // 4:
            return {name: table, name + _CODES: codes.astype(np.min_scalar_type(len(table)))}
    return {name: values}
