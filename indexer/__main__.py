"""Entry point of `ocrsearch` and `python -m indexer`."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

_ABOUT_ITSELF = {"--help", "-h", "--version"}
"""Options with which the program tells of itself, and needs none of its parts."""


def run() -> None:
    """Run the command line, with the garbage collector off while modules are imported.

    What is imported stays until the end, and collecting garbage again and again while it grows
    would cost a tenth of the time of a query.
    """
    _open_streams()
    gc.disable()
    from indexer.bootstrap import import_parts  # the very imports that this speeds up
    from indexer.cli.commands import main

    if not _ABOUT_ITSELF.intersection(sys.argv):
        import_parts()
    gc.freeze()
    gc.enable()
    main()


def _open_streams() -> None:
    """Let standard streams that are closed lead nowhere: a catalog opened in their place is lost."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end


if __name__ == "__main__":
    run()
