"""Where the process starts: `ocrsearch` and `python -m indexer`."""

from __future__ import annotations

import gc


def run() -> None:
    """Run the command line.

    What is imported stays until the end: looking through it for garbage, again and again while it
    grows, costs a tenth of the time of a query.
    """
    gc.disable()
    from indexer.cli.commands import main  # the very import that this speeds up

    gc.freeze()
    gc.enable()
    main()


if __name__ == "__main__":
    run()
