"""A daily copy of all corrections in the home folder: no reading brings them back."""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from indexer import reports
from indexer.errors import CatalogError, OcrsearchError, UsageError
from indexer.stores.fsync import fsync_replace
from recognizer.files.textfile import NotTextError, decode, lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from indexer.catalog.queries import CatalogReader
    from indexer.config import Settings
    from indexer.corrections.correction import Correction

log = logging.getLogger("ocrsearch")

EVERY_SECONDS = 24 * 60 * 60.0
"""Age from which a copy is looked at again."""


def exported(
    catalog: CatalogReader, corrections: Collection[Correction]
) -> Iterator[tuple[str, str]]:
    """The uid of each correction, and its line in an exported file."""
    if not corrections:
        return
    from indexer.corrections.report import correction_json  # loads pydantic

    places = catalog.places_with({c.content for c in corrections})
    for correction in corrections:
        yield correction.uid, reports.dumps(correction_json(correction, places))


def copied(file: Path) -> list[Correction]:
    """The corrections in a copy; none if there is no copy, and without lines that are damaged."""
    try:
        found = lines(decode(file.read_bytes()))
    except (OSError, NotTextError):
        return []
    from indexer.corrections.report import parsed  # loads pydantic

    return list(parsed(found).corrections)


def salvaged(settings: Settings) -> list[Correction]:
    """Corrections of a catalog that may be damaged or missing, with those of the daily copy.

    Raises:
        UsageError: the catalog is on a database server, which saves by its own means.
        CatalogError: its file is there and cannot be read.

    """
    from indexer.catalog.salvage import salvaged as salvage

    if settings.catalog_url:
        msg = "--damaged is for a catalog in the home folder; use the means of the database server"
        raise UsageError(msg)
    file = settings.home / "catalog.db"
    try:
        found = salvage(file) if file.is_file() else []
    except OSError as error:
        msg = f"{file}: cannot be read ({error.strerror}); check its disk and permissions"
        raise CatalogError(msg) from error
    known = {correction.uid for correction in found}
    return [c for c in copied(settings.corrections_copy) if c.uid not in known] + found


def keep_copy(file: Path, catalog: CatalogReader, now: float | None = None) -> None:
    """Bring a copy that is a day old up to date; it is written only if it changes.

    Corrections that only the copy has stay in it: they are those of a catalog that was lost. A
    fault is logged, because nothing else depends on the copy.
    """
    now = time.time() if now is None else now
    try:
        with suppress(FileNotFoundError):
            if 0 <= now - file.stat().st_mtime < EVERY_SECONDS:
                return
        found = dict(exported(catalog, catalog.corrections()))
        lost = [c for c in copied(file) if c.uid not in found]
        if lost:
            log.warning(
                "%s: holds %d corrections that the catalog has lost; to use them again: "
                "ocrsearch corrections import %s",
                file, len(lost), file,
            )  # fmt: skip
        found |= dict(exported(catalog, lost))
        _write(file, list(found.values()), now)
    except (OcrsearchError, OSError) as error:
        log.warning("%s: the copy of all corrections was not written (%s)", file, error)


def drop_from_copy(file: Path, catalog: CatalogReader, gone: Collection[str]) -> None:
    """Leave corrections out of a copy, because they are forgotten for good."""
    kept = [c for c in copied(file) if c.uid not in gone]
    if file.exists():
        _write(file, [line for _, line in exported(catalog, kept)], time.time())


def _write(file: Path, wanted: list[str], now: float) -> None:
    """Replace a copy, if it has other lines or there is none and there is something to keep."""
    content = "".join(f"{line}\n" for line in wanted).encode("utf-8", "replace")
    with suppress(FileNotFoundError):
        if file.read_bytes() == content:
            os.utime(file, (now, now))
            return
    if not content and not file.exists():
        return
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        fsync_replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)
    os.utime(file, (now, now))
