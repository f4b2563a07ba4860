"""Content hash: the identity of a photo, whatever its file is called."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from indexer.ocr.photo_file import opened

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.entities import Stamp
    from indexer.ocr.photo_file import Limits


def content_hash(path: Path, limits: Limits) -> tuple[str, Stamp]:
    """BLAKE2b of a file as 32 hexadecimal digits, and the file's stamp; raises as `opened` does."""
    with opened(path, limits) as (file, stamp):
        return hashlib.file_digest(file, digest).hexdigest(), stamp


def read_with_hash(path: Path, limits: Limits) -> tuple[bytes, str, Stamp]:
    """All bytes of a file with their hash and the file's stamp; raises as `opened` does.

    What is decoded is what was hashed, even if the file changes at that moment.
    """
    with opened(path, limits) as (file, stamp):
        content = file.read(int(limits.bytes) + 1)
    return content, digest(content).hexdigest(), stamp


def digest(content: bytes = b"") -> hashlib.blake2b:
    """The hash of `content`, of 16 bytes."""
    return hashlib.blake2b(content, digest_size=16)
