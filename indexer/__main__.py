"""Entry point of `ocrsearch` and `python -m indexer`."""

from __future__ import annotations

import gc


def run() -> None:
    """Run the command line, with the garbage collector off while modules are imported.

    What is imported stays until the end, and collecting garbage again and again while it grows
    would cost a tenth of the time of a query.
    """
    gc.disable()
    from indexer.cli.commands import main  # the very import that this speeds up

    gc.freeze()
    gc.enable()
    main()


if __name__ == "__main__":
    run()
