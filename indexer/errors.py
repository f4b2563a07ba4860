"""Expected errors: what happened, where, what to do next, and an exit code."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

IN_DELETED_FOLDER = (
    "a relative path, but the current folder was deleted; give the whole path, or go elsewhere (cd)"
)
"""Why a relative path leads nowhere."""


@runtime_checkable
class UserError(Protocol):
    """An error that a user can act on; its text is the whole message.

    The families of the three packages, which do not import each other, have this in common:
    `isinstance(error, UserError)` tells them from faults of the program.
    """

    exit_code: int
    """What the process ends with."""


def concerns_one_photo(error: BaseException) -> bool:
    """Whether an error is about a single photo, so that others may be read after it."""
    return isinstance(error, UserError) and error.exit_code == PhotoError.exit_code


class OcrsearchError(Exception):
    """Base of the expected errors of this package."""

    exit_code = 1


class UsageError(OcrsearchError):
    """A command that cannot be understood, such as a query with an open quote."""

    exit_code = 2


class ConfigError(OcrsearchError):
    """Configuration keys or values that are wrong, one argument for each; names file and key."""

    exit_code = 3

    def __str__(self) -> str:
        """One line a fault."""
        return "\n".join(map(str, self.args))


class CatalogError(OcrsearchError):
    """The catalog or the index is locked, damaged or of a newer version."""

    exit_code = 4


class DamageError(CatalogError):
    """A derived store is missing or damaged; a rebuild from the catalog makes it anew."""


class EngineError(OcrsearchError):
    """The recogniser or the detector cannot start, for example for damaged weights."""

    exit_code = 5


class PhotoError(OcrsearchError):
    """One photo cannot be read; it is recorded and the others go on."""

    exit_code = 6


_EXHAUSTED = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EROFS}


_DISK = "check its disk and the connection to it"

_ADVICE = {
    errno.EACCES: "check its permissions and those of the folders above",
    errno.EPERM: "check its permissions and those of the folders above",
    errno.ENOSPC: "free some disk space and run the command again",
    errno.EDQUOT: "free some disk space and run the command again",
    errno.EROFS: "make its disk writable, or choose another place",
    errno.EMFILE: "close other programs, or raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs, or raise the limit of open files (ulimit -n)",
    errno.ENOMEM: "close other programs and run the command again",
    errno.EAGAIN: "close other programs, or raise the limit of processes (ulimit -u)",
    errno.ENAMETOOLONG: "give a shorter name",
    errno.ELOOP: "the links on the way to it lead in a circle; mend them",
    errno.EIO: _DISK,
    errno.ESTALE: _DISK,
    errno.ENOTCONN: _DISK,
    errno.ENODEV: _DISK,
    errno.EHOSTDOWN: _DISK,
    errno.ETIMEDOUT: _DISK,
}
"""What to do about a refusal of the system."""


def advice_on(error: BaseException, otherwise: str = "") -> str:
    """What to do about an error of the system; `otherwise` where it is none that is known."""
    if isinstance(error, MemoryError):
        return _ADVICE[errno.ENOMEM]
    return _ADVICE.get(error.errno or 0, otherwise) if isinstance(error, OSError) else otherwise


def told_by_system(error: BaseException) -> str | None:
    """The sentence for an error of the system that concerns no fault of the program; else None."""
    if isinstance(error, MemoryError):
        return f"there is not enough memory; {advice_on(error)}"
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return f"the system starts no more threads; {_ADVICE[errno.EAGAIN]}"
    if not isinstance(error, OSError) or not error.strerror:
        return None
    if error.filename is not None:
        named = os.fsdecode(error.filename) if not isinstance(error.filename, int) else "a file"
        return f"{named}: {error.strerror}; {advice_on(error, 'check this path')}"
    return f"{error.strerror}; {advice}" if (advice := advice_on(error)) else None


def needs_extra(what: str, package: str, extra: str) -> str:
    """What is said where a package is missing that only an extra brings."""
    return (
        f"{what} needs {package}, which a plain installation does without; "
        f"install the extra {extra}: pip install 'ocrsearch[{extra}]'"
    )


def not_in_catalog(given: Path, index: Path | None = None) -> UsageError:
    """The error that a path is none of a photo in the catalog.

    Args:
        given: the path as a user gave it.
        index: what to index for it to be in there; None for the folder of a file.

    """
    try:
        is_folder = stat.S_ISDIR(given.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return UsageError(f"{given}: no such file; check the name")
    except (OSError, ValueError) as error:
        return UsageError(told_by_system(error) or f"{given}: no path that a file can have")
    if is_folder and index is None:
        return UsageError(f"{given}: a folder; give a photo in it")
    return UsageError(f"{given}: not in the catalog; run: ocrsearch index {index or given.parent}")


def is_resource_exhausted(error: BaseException) -> bool:
    """Whether an operation failed for want of disk space, memory or file handles.

    Files that were there before are as good as they were then: nothing is damaged.
    """
    if isinstance(error, OSError):
        return error.errno in _EXHAUSTED
    return isinstance(error, MemoryError)
