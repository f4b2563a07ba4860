"""Name patterns: the meaning of `folder:` and `name:` in a query, with wildcards."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def folder_matcher(value: str) -> Callable[[str], bool]:
    """Match paths of folders that `value` names, or that lie below one that it names.

    It may name several, one in the other, and hold wildcards; case does not matter.
    """
    matches = re.compile(fnmatch.translate(f"*/{value.casefold().strip('/')}/*")).match
    return lambda folder: matches(f"{folder}/".casefold()) is not None


def name_matcher(value: str) -> Callable[[str], bool]:
    """Match names of files, with or without their suffix; wildcards and case as for folders."""
    pattern = value.casefold()
    matches = re.compile(f"{fnmatch.translate(pattern)}|{fnmatch.translate(pattern + '.*')}").match
    return lambda name: matches(name.casefold()) is not None
