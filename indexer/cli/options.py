"""Options that several commands have."""

from __future__ import annotations

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="CPU threads to use (default: all cores)."
)
