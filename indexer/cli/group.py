"""Command group that turns errors into messages and exit codes."""

from __future__ import annotations

import io
import sys

import click

from indexer.errors import UserError


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

    def invoke(self, ctx: click.Context) -> object:
        """Run a command.

        Raises:
            CommandError: the command failed; with --debug an unexpected error comes through as it is.

        """
        if isinstance(sys.stdout, io.TextIOWrapper):
            # file names need not be valid UTF-8: they are written as the file system has them
            sys.stdout.reconfigure(errors="surrogateescape")
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            code = error.exit_code if isinstance(error, UserError) else None
            text = str(error)
            if code is None:
                text = (
                    f"unexpected {type(error).__name__}: {error}\n"
                    "Run the command again as `ocrsearch --debug …` to see where it happened."
                )
            raise CommandError(text, code or 1) from error
