"""Name patterns: the meaning of `folder:` and `name:` in a query, with wildcards."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from typing import TYPE_CHECKING

from indexer.query.folding import visible
from recognizer.files.printable import as_utf8

if TYPE_CHECKING:
    from collections.abc import Callable


def folder_matcher(value: str) -> Callable[[str], bool]:
    """Match paths of folders that `value` names, or that lie below one that it names.

    It may name several, one in the other, and hold `*` and `?`; case does not matter, nor does the
    Unicode form (a Mac writes `ü` as two characters), nor what is invisible or how wide a gap is.
    """
    matches = _compiled(f"*/{_plain(value).strip('/')}/*")
    return lambda folder: matches(_plain(f"{folder}/")) is not None


def name_matcher(value: str) -> Callable[[str], bool]:
    """Match names of files, with or without their suffix; wildcards and the rest as for folders."""
    pattern = _plain(value)
    matches = _compiled(pattern, f"{pattern}.*")
    return lambda name: matches(_plain(name)) is not None


def _compiled(*patterns: str) -> Callable[[str], re.Match[str] | None]:
    """Match any of several patterns, in which only `*` and `?` are wildcards: names hold brackets."""
    plain = (fnmatch.translate(pattern.replace("[", "[[]")) for pattern in patterns)
    return re.compile("|".join(plain)).match


def _plain(name: str) -> str:
    """A name or a pattern of names as they are compared."""
    if not name.isascii():
        name = unicodedata.normalize("NFD", visible(as_utf8(name)))
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", name.casefold()))
