"""Pictures of photos that are kept in a folder, up to a limit: large ones go first, then the oldest."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

log = logging.getLogger("ocrsearch")


def forget(folder: Path, contents: Iterable[str]) -> None:
    """Remove the kept pictures of the photos with these content hashes."""
    for content in contents:
        for path in folder.glob(f"{content[:2]}/{content}-*"):
            with suppress(OSError):
                path.unlink()


class Cache:
    """Files named by content hash and size, for example `ab/ab12…-480.webp`."""

    def __init__(self, folder: Path, megabytes: float) -> None:
        """Nothing is made before the first picture is kept."""
        self._folder, self._most = folder, megabytes * 1e6
        self._lock = threading.Lock()
        self._bytes: int | None = None

    def has(self, content: str, longest: int) -> bool:
        """Whether the picture is kept."""
        return self._path(content, longest).exists()

    def get(self, content: str, longest: int) -> bytes | None:
        """The picture, if it is kept; notes that it was used."""
        path = self._path(content, longest)
        try:
            found = path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):
            os.utime(path)
        return found

    def put(self, content: str, longest: int, picture: bytes) -> None:
        """Keep a picture; a disk that cannot take it only costs time later."""
        path = self._path(content, longest)
        draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(picture)
            draft.replace(path)
        except OSError as error:
            log.debug("%s: cannot be kept (%s)", path, error.strerror)
            with suppress(OSError):
                draft.unlink()
            return
        with self._lock:
            if self._bytes is None:
                self._bytes = sum(size for _, _, size, _ in self._files())
            else:
                self._bytes += len(picture)
            if self._bytes > self._most:
                self._shrink()

    def _path(self, content: str, longest: int) -> Path:
        return self._folder / content[:2] / f"{content}-{longest}.webp"

    def _files(self) -> list[tuple[bool, float, int, Path]]:
        """Whether a picture is small, its last use, bytes, and file."""
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):
                status = path.stat()
                small = path.name.endswith("-480.webp")
                found.append((small, status.st_mtime, status.st_size, path))
        return found

    def _shrink(self) -> None:
        """Remove pictures until a tenth of the room is free."""
        files = sorted(self._files())
        total = sum(size for _, _, size, _ in files)
        for _, _, size, path in files:
            if total <= self._most * 0.9:
                break
            with suppress(OSError):
                path.unlink()
                total -= size
        self._bytes = total
