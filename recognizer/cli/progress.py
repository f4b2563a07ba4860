"""Progress bars of the recogniser's commands."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr where that is a terminal, else nothing.

    Yields a function to call with the number of items done so far, of `total`.
    """
    from tqdm import tqdm  # only for those that take long

    hidden = not sys.stderr.isatty()
    with tqdm(total=total, desc=label, file=sys.stderr, disable=hidden, dynamic_ncols=True) as bar:
        yield lambda done: bar.update(done - bar.n)
