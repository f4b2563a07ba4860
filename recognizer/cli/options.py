"""Options that several of the recogniser's commands have."""

from __future__ import annotations

from pathlib import Path

import click

PATH = click.Path(path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
weights_option = click.option("--weights", type=PATH, help="Weights (default: the shipped ones).")
words_option = click.option(
    "--words",
    multiple=True,
    metavar="FILE",
    help="Words to prefer: one a line, perhaps with a frequency; or `english`. May be repeated.",
)
language_option = click.option(
    "--language",
    default="english",
    show_default=True,
    metavar="MODEL",
    help="Which letter follows which: `english`, an ARPA file (see train-language), or `none`.",
)
