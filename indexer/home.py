"""The home folder: its place apart from the photos, its permissions, and its lock."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from indexer.config import expanded
from indexer.errors import CatalogError, ConfigError, UsageError, advice_on, told_by_system
from indexer.system.places import is_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from indexer.config import Settings

log = logging.getLogger("ocrsearch")

_OTHERS_WRITE = 0o022
"""Mode bits by which others may write."""

_OTHERS_ANY = 0o077
"""Mode bits by which others may do anything."""


def check_apart(home: Path, roots: Iterable[Path]) -> None:
    """Check that no photo folder and the home folder lie inside each other.

    Nothing is written into a photo folder, and nothing that was written is read as a photo.

    Raises:
        ConfigError: one of them does.

    """
    for root in roots:
        if is_inside(expanded(home), expanded(root)):
            msg = (
                f"home = {home}: lies inside the photo folder {root}, "
                "where nothing is ever written; use --home"
            )
            raise ConfigError(msg)
        if is_inside(expanded(root), expanded(home)):
            msg = f"{root}: a photo folder inside home = {home}; move it, or use --home"
            raise ConfigError(msg)


def check_named(home: Path, folders: Sequence[Path]) -> None:
    """Refuse folders given on the command line before anything is written.

    Raises:
        UsageError: there is no such folder.
        ConfigError: see `check_apart`.

    """
    for folder in folders:
        try:
            found = stat.S_ISDIR(folder.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            found = False
        except OSError as error:
            msg = told_by_system(error)
            raise UsageError(msg) from error
        if not found:
            msg = f"{folder}: no such folder"
            raise UsageError(msg)
    check_apart(home, folders)


def make(settings: Settings) -> None:
    """Create the home folder, or make it private.

    Raises:
        CatalogError: it cannot be created.
        ConfigError: others could write to it, and there is something in it already.

    """
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        msg = f"{home}: not a folder, so it cannot be the home folder; choose another with --home"
        raise CatalogError(msg) from error
    except OSError as error:
        msg = f"{home}: cannot create the home folder ({error.strerror}); use --home"
        raise CatalogError(msg) from error
    if os.name != "posix" or not home.stat().st_mode & _OTHERS_ANY:
        return
    if any(home.iterdir()):
        check_private(settings)
    try:
        home.chmod(0o700)
    except OSError as error:
        log.warning("%s: cannot be made private (%s)", home, error.strerror)
    check_private(settings)


def check_private(settings: Settings) -> None:
    """Check that nobody else can write to the home folder.

    The index is trusted like a program: whoever writes it can do what its reader can.

    Raises:
        ConfigError: somebody else may write to the home folder.

    """
    if os.name != "posix":
        return
    status = settings.home.stat()
    if status.st_uid not in {0, os.geteuid()}:
        msg = f"home = {settings.home}: belongs to user {status.st_uid}; use --home"
        raise ConfigError(msg)
    if status.st_mode & _OTHERS_WRITE:
        msg = (
            f"home = {settings.home}: others can write there, and the index is trusted like a "
            f"program; if all in it is yours: chmod 700 {settings.home}"
        )
        raise ConfigError(msg)


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the lock of the home folder; a file beside it names this process meanwhile.

    Raises:
        CatalogError: another process holds it; the message names that process.

    """
    from filelock import FileLock, Timeout  # only writing needs it

    lock = FileLock(settings.lock)
    holder = settings.lock.with_suffix(".pid")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        msg = (
            f"{settings.home}: another ocrsearch (process {_named_in(holder)}) is writing; "
            "stop it or wait until it has finished"
        )
        raise CatalogError(msg) from error
    except OSError as error:
        msg = f"{settings.lock}: cannot lock the home folder ({error.strerror}); "
        advice = advice_on(error, "check this file")
        raise CatalogError(msg + advice) from error
    try:
        with suppress(OSError):  # it only tells others who writes
            holder.write_text(f"{os.getpid()}\n", encoding="ascii")
        yield
    finally:
        lock.release()


def _named_in(holder: Path) -> str:
    """The number of the process that a file names, or "unknown"."""
    try:
        return str(int(holder.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return "unknown"


@contextmanager
def claimed(settings: Settings) -> Iterator[bool]:
    """Whether no process writes to the home folder; none can begin to in this context."""
    from filelock import FileLock, Timeout

    lock = FileLock(settings.lock)
    free = True
    if os.path.isdir(settings.home):  # noqa: PTH112 - that of Path raises where it may not look
        try:
            lock.acquire(timeout=0)
        except Timeout:
            free = False
        except OSError:  # a folder that can only be read: nobody writes
            pass
    try:
        yield free
    finally:
        lock.release()


LOOK_SECONDS = 0.2
"""Time that whoever learns waits for the lock: another process may look at it for a moment."""


def is_learning(settings: Settings) -> bool:
    """Whether a process holds the lock of learning."""
    from filelock import FileLock, Timeout

    file = settings.own_weights / "lock"
    if not file.exists():
        return False
    try:
        with FileLock(file, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # a folder that can only be read: nobody learns
        return False


@contextmanager
def learning(settings: Settings) -> Iterator[None]:
    """Hold the lock of learning; photos may be read and written meanwhile.

    Raises:
        CatalogError: another process learns, or the folder of learned weights cannot be made.

    """
    from filelock import FileLock, Timeout

    folder = settings.own_weights
    lock = FileLock(folder / "lock")
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        lock.acquire(timeout=LOOK_SECONDS)
    except Timeout as error:
        msg = f"{folder}: another ocrsearch is learning; wait until it has finished"
        raise CatalogError(msg) from error
    except OSError as error:
        msg = f"{folder}: cannot be written ({error.strerror})"
        raise CatalogError(msg) from error
    try:
        yield
    finally:
        lock.release()
