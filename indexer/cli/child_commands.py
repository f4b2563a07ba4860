"""Commands in processes of their own, with the options of this one."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING

from click.core import ParameterSource

from indexer.ocr.worker_process import end_with_parent
from indexer.system.process_priority import lower_priority

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    import click

NICE = 10
"""Niceness of a command whose output nobody watches."""


def starter(
    ctx: click.Context, command: str, out: Path | None = None
) -> Callable[[], SpawnProcess]:
    """A function that starts a command with the options that the program of `ctx` was given.

    Environment and current folder are those of this process anyway. The process ends with this one.
    With `out`, it has a low priority and prints into that file, in place of what that held.
    """
    given = options_given(ctx.find_root())

    def start() -> SpawnProcess:
        arguments = ([*given, command], out)
        process = multiprocessing.get_context("spawn").Process(target=_run, args=arguments)
        process.start()
        return process

    return start


def options_given(ctx: click.Context) -> list[str]:
    """The options of a command as they stood on its command line."""
    given: list[str] = []
    for parameter in ctx.command.params:
        name = parameter.name or ""
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = ctx.params[name]
            given += [parameter.opts[-1]] if value is True else [parameter.opts[-1], str(value)]
    return given


def _run(given: list[str], out: Path | None) -> None:
    from indexer.cli.commands import main  # which imports this module

    end_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    if out is not None:
        with out.open("w") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        lower_priority(NICE, idle_io=False)
    main(given, prog_name="ocrsearch")
