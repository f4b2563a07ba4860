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
from recognizer.files.printable import counted
from recognizer.files.textfile import NotTextError, decode, lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from indexer.catalog.queries import CatalogReader
    from indexer.catalog.salvage import Saved
    from indexer.config import Settings
    from indexer.corrections.correction import Correction, PhotoCheck
    from indexer.corrections.report import Parsed

log = logging.getLogger("ocrsearch")

EVERY_SECONDS = 24 * 60 * 60.0
"""Age from which a copy is looked at again."""


def exported(
    catalog: CatalogReader | None,
    corrections: Collection[Correction],
    checks: Collection[PhotoCheck] = (),
) -> Iterator[str]:
    """The lines of an exported file, one for each correction and each check.

    They name the photos as `catalog` does, if there is one.
    """
    if not corrections and not checks:
        return
    from indexer.corrections.report import check_json, correction_json  # loads pydantic

    contents = {c.content for c in corrections} | {check.content for check in checks}
    places = {} if catalog is None else catalog.places_with(contents)
    for correction in corrections:
        yield reports.dumps(correction_json(correction, places))
    for check in checks:
        yield reports.dumps(check_json(check, places))


def copied(file: Path) -> Parsed:
    """What is in a copy; nothing if there is no copy, and without lines that are damaged."""
    from indexer.corrections.report import Parsed, parsed  # loads pydantic

    try:
        return parsed(lines(decode(file.read_bytes())))
    except (OSError, NotTextError):
        return Parsed(())


def salvaged(settings: Settings) -> Saved:
    """Corrections of a catalog that may be damaged or missing, with those of the daily copy.

    Raises:
        UsageError: the catalog is on a database server, which saves by its own means.
        CatalogError: its file is there and cannot be read.

    """
    from indexer.catalog.salvage import Saved
    from indexer.catalog.salvage import salvaged as salvage

    if settings.catalog_url:
        msg = "--damaged is for a catalog in the home folder; use the means of the database server"
        raise UsageError(msg)
    file = settings.home / "catalog.db"
    try:
        found = salvage(file) if file.is_file() else Saved([], [])
    except OSError as error:
        msg = f"{file}: cannot be read ({error.strerror}); check its disk and permissions"
        raise CatalogError(msg) from error
    lost = _only_in(copied(settings.corrections_copy), found)
    return Saved(lost.corrections + found.corrections, lost.checks + found.checks)


def _only_in(copy: Parsed, found: Saved) -> Saved:
    """What a copy has besides what was found."""
    from indexer.catalog.salvage import Saved

    known = {correction.uid for correction in found.corrections}
    checked = {check.content for check in found.checks}
    return Saved(
        [c for c in copy.corrections if c.uid not in known],
        [c for c in copy.checks if c.content not in checked],
    )


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
            if _is_of(file, catalog.corrections_written()):
                os.utime(file, (now, now))
                return
        _renew(file, catalog, now)
    except (OcrsearchError, OSError) as error:
        log.warning("%s: the copy of all corrections was not written (%s)", file, error)


def _renew(file: Path, catalog: CatalogReader, now: float) -> None:
    state = catalog.corrections_written()
    corrections, checks = catalog.corrections(), catalog.checks()
    if not corrections and not checks and not file.exists():
        return
    from indexer.catalog.salvage import Saved  # loads pydantic

    found = Saved(corrections, checks)
    lost = _only_in(copied(file), found)
    if lost.corrections:
        log.warning(
            "%s: holds %s that the catalog has lost; to use them again: "
            "ocrsearch corrections import %s",
            file, counted(len(lost.corrections), "correction"), file,
        )  # fmt: skip
    listed = exported(catalog, found.corrections + lost.corrections, found.checks + lost.checks)
    # what is lost is told again each day, so that such a copy is looked at again
    _write(file, list(listed), "" if lost.corrections else state, now)


def drop_from_copy(file: Path, catalog: CatalogReader, gone: Collection[str]) -> None:
    """Leave corrections out of a copy, because they are forgotten for good."""
    if file.exists():
        copy = copied(file)
        kept = [c for c in copy.corrections if c.uid not in gone]
        left = {c.content for c in kept}
        now = {check.content: check for check in catalog.checks()}
        dropped = {c.content for c in copy.corrections} - left
        checks = [now.get(c.content, c) for c in copy.checks if c.content not in dropped]
        _write(file, list(exported(catalog, kept, checks)), "", time.time())


def _is_of(file: Path, state: str) -> bool:
    """Whether a copy is one of a catalog in this state: its first line says so."""
    with file.open("rb") as opened:
        return opened.readline() == _header(state)


def _header(state: str) -> bytes:
    from indexer.corrections.report import COPY_OF  # loads pydantic

    return f"{reports.dumps({COPY_OF: state})}\n".encode()


def _write(file: Path, wanted: list[str], state: str, now: float) -> None:
    """Replace a copy, if it has other lines or there is none and there is something to keep."""
    if not wanted and not file.exists():
        return
    content = "".join(f"{line}\n" for line in wanted).encode("utf-8", "replace")
    if wanted and state:
        content = _header(state) + content
    with suppress(FileNotFoundError):
        if file.read_bytes() == content:
            os.utime(file, (now, now))
            return
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        fsync_replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)
    os.utime(file, (now, now))
