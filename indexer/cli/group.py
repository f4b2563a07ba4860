"""Command group that turns errors into messages and exit codes."""

from __future__ import annotations

import io
import os
import sys
import traceback
from contextlib import suppress
from typing import Any

import click

from indexer.cli.output_guard import guarded
from indexer.errors import ConfigError, UsageError, UserError, needs_extra, told_by_system
from recognizer.files.printable import ESCAPED, printable

EXTRAS = {
    "torch": "train",
    "torchvision": "train",
    "onnx": "train",
    "matplotlib": "train",
    "cv2": "train",
    "wordfreq": "train",
    "starlette": "web",
    "uvicorn": "web",
    "jinja2": "web",
    "segno": "web",
}
"""Packages that a plain installation lacks → the extra that brings each."""


class CommandError(click.ClickException):
    """An error as click prints it, with the exit code of its kind."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code

    @property
    def exit_code(self) -> int:  # type: ignore[override] # click has one code for the class
        """Exit code of the process."""
        return self.code


class CommandGroup(click.Group):
    """A group whose commands end with one message and an exit code instead of a trace."""

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run the program; where its output cannot be written, end it with a message."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            # file names need not be valid UTF-8, and a terminal need not know all letters
            sys.stdout.reconfigure(errors=ESCAPED)
        try:
            return super().main(*args, **extra)
        except OSError as error:
            if not _is_from_echo(error):
                raise
            # what stdout still holds would fail again at the end of Python, which complains
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            with suppress(OSError):  # stderr may be a full disk as well
                click.echo(f"Error: cannot write standard output ({error.strerror})", err=True)
            sys.exit(1)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a copy of a command, its outputs guarded."""
        super().add_command(guarded(cmd), name)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:  # noqa: ANN401 - as click has it
        """Parse the options of the group; see `click.Group`."""
        try:
            return super().make_context(*args, **extra)
        except click.ClickException as error:
            error.message = printable(error.message)  # type: ignore[misc]
            raise

    def invoke(self, ctx: click.Context) -> object:
        """Run a command.

        Raises:
            CommandError: the command failed; with --debug an unexpected error comes through as it is.

        """
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            error.message = printable(error.message)  # type: ignore[misc]
            raise
        except (click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                raise
            msg = needs_extra(str(ctx.invoked_subcommand), error.name, EXTRAS[error.name])
            raise CommandError(msg, UsageError.exit_code) from error
        except Exception as error:
            if ctx.params.get("debug") or (isinstance(error, OSError) and _is_from_echo(error)):
                raise
            code = error.exit_code if isinstance(error, UserError) else None
            lines = error.args if isinstance(error, ConfigError) else [error]
            text = "\n".join(map(printable, lines))
            if code is None and (told := told_by_system(error)):
                text = printable(told)
            elif code is None:
                text = (
                    f"unexpected {type(error).__name__}: {text}\n"
                    "Run the command again as `ocrsearch --debug …` to see where it happened."
                )
            raise CommandError(text, code or 1) from error


def _is_from_echo(error: OSError) -> bool:
    """Whether a text could not be written, for example because stdout is a file on a full disk."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code is click.echo.__code__ for frame, _ in frames)
