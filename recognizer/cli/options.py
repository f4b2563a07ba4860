"""Options that several of the recogniser's commands share."""

from __future__ import annotations

from pathlib import Path

import click

PATH = click.Path(path_type=Path)

OUTPUT_FILE = click.Path(path_type=Path, writable=True, dir_okay=False)
"""A file that a command writes; `writable` is what the program around the commands guards outputs by."""

OUTPUT_FOLDER = click.Path(path_type=Path, writable=True, file_okay=False)
"""A folder that a command writes into, guarded in the same way."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
weights_option = click.option(
    "--weights", type=PATH, help="Weights file (default: the shipped one)."
)
words_option = click.option(
    "--words",
    multiple=True,
    metavar="FILE",
    help="Words to prefer: a file with one word a line and optionally its frequency, or `english`. "
    "May be repeated.",
)
language_option = click.option(
    "--language",
    default="english",
    show_default=True,
    metavar="MODEL",
    help="Character language model: `english`, an ARPA file (see train-language), or `none`.",
)
