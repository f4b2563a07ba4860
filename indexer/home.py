"""The home folder: its place apart from the photos, its permissions, and its lock."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from indexer.errors import CatalogError, ConfigError, UsageError, advice_on, told_by_system
from indexer.setting_kinds import expanded
from indexer.system.places import is_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
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
    holder = settings.lock.with_suffix(".pid")

    def message(error: OSError) -> str:
        return (
            f"{settings.lock}: cannot lock the home folder ({error.strerror}); "
            f"{advice_on(error, 'check this file')}"
        )

    with _held(settings.lock, message) as ours:
        if not ours:
            msg = (
                f"{settings.home}: another ocrsearch (process {_named_in(holder)}) is writing; "
                "stop it or wait until it has finished"
            )
            raise CatalogError(msg)
        with suppress(OSError):  # it only tells others who writes
            holder.write_text(f"{os.getpid()}\n", encoding="ascii")
        yield


@contextmanager
def _held(file: Path, message: Callable[[OSError], str], seconds: float = 0.0) -> Iterator[bool]:
    """Whether this process got the lock of a file within some seconds; it holds it in this context.

    Raises:
        CatalogError: the file cannot be locked; `message` gives the message.

    """
    from filelock import FileLock, Timeout  # only writing needs it

    lock = FileLock(file)
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise CatalogError(message(error)) from error
    try:
        yield True
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
    free = True
    with ExitStack() as stack:
        # that of Path raises where it may not look; a folder that can only be read: nobody writes
        if os.path.isdir(settings.home):  # noqa: PTH112
            with suppress(CatalogError):
                free = stack.enter_context(_held(settings.lock, str))
        yield free


LOOK_SECONDS = 0.2
"""Time that whoever learns waits for the lock: another process may look at it for a moment."""


def is_learning(settings: Settings) -> bool:
    """Whether a process holds the lock of learning."""
    file = settings.own_weights / "lock"
    if not file.exists():
        return False
    with suppress(CatalogError), _held(file, str) as ours:  # a folder to read only: nobody learns
        return not ours
    return False


@contextmanager
def learning(settings: Settings) -> Iterator[None]:
    """Hold the lock of learning; photos may be read and written meanwhile.

    Raises:
        CatalogError: another process learns, or the folder of learned weights cannot be made.

    """
    folder = settings.own_weights

    def message(error: OSError) -> str:
        return f"{folder}: cannot be written ({error.strerror})"

    try:
        folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise CatalogError(message(error)) from error
    with _held(folder / "lock", message, LOOK_SECONDS) as ours:
        if not ours:
            msg = f"{folder}: another ocrsearch is learning; wait until it has finished"
            raise CatalogError(msg)
        yield
