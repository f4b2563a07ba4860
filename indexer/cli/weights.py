"""`ocrsearch weights`: what is done with weights files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer import bootstrap
from indexer.cli import output_guard
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.config import Settings


@click.group()
def weights() -> None:
    """Work on weights files."""


@weights.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
def convert(load: Callable[..., Settings], files: tuple[Path, ...]) -> None:
    """Make the ONNX file of weights that lack one.

    Each of FILES holds weights of the recogniser or of the detector. CPUs read with the ONNX file,
    which lies beside the weights; `train` and `train-detector` make it, older versions did not.

    \b
    ocrsearch weights convert mine/best.safetensors
    """
    photo_folders = output_guard.known_photo_folders(load())
    for file in files:
        out, made_before = bootstrap.graph_of(file)
        output_guard.refuse_below(out, photo_folders)
        if not made_before:
            output_guard.refuse_replacing(out)
        bootstrap.convert_weights(file)
        click.echo(printable(out))
