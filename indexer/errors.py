"""Errors as the user meets them: what, where, what to do next, and an exit code."""

from __future__ import annotations

import errno


class OcrsearchError(Exception):
    """Base of every expected error; its text is one message that a user can act on."""

    exit_code = 1


class UsageError(OcrsearchError):
    """A command that cannot be understood, such as a query with an open quote."""

    exit_code = 2


class ConfigError(OcrsearchError):
    """A configuration key or value that is wrong; names the file and the key."""

    exit_code = 3


class CatalogError(OcrsearchError):
    """The catalog or the index is locked, damaged or of a newer version."""

    exit_code = 4


class DamageError(CatalogError):
    """A derived store is missing or damaged: a rebuild from the catalog mends it."""


class EngineError(OcrsearchError):
    """The recogniser or the detector cannot start, for example for damaged weights."""

    exit_code = 5


class PhotoError(OcrsearchError):
    """One photo cannot be read; it is recorded and the others go on."""

    exit_code = 6


_LACKING = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EROFS}


def is_resource_exhausted(error: BaseException) -> bool:
    """Whether an operation failed for want of something, such as space on the disk.

    What was there before is as good as it was then.
    """
    if isinstance(error, OSError):
        return error.errno in _LACKING
    return isinstance(error, MemoryError)
