"""Limits of the kernel on watched folders, and how to raise them."""

from __future__ import annotations

import errno

ADVICE = {
    errno.ENOSPC: "too many folders to watch; allow more, for example with: "
    "sysctl fs.inotify.max_user_watches=1000000",
    errno.EMFILE: "too many programs watch folders; allow more, for example with: "
    "sysctl fs.inotify.max_user_instances=1024",
}
"""Advice by the number of an error."""


def advice(error: OSError) -> str:
    """Why folders cannot be watched, and what to do about it."""
    return ADVICE.get(error.errno or 0, f"cannot watch folders ({error.strerror or error})")
