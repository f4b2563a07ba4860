"""`ocrsearch watch` in a process of its own, with the options of this one."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING

from click.core import ParameterSource

from indexer.ocr.worker_process import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import SpawnProcess

    import click


def starter(ctx: click.Context) -> Callable[[], SpawnProcess]:
    """A function that starts `watch` with the options that the program of `ctx` was given.

    Environment and current folder are those of this process anyway. The process ends with this one.
    """
    given = options_given(ctx.find_root())

    def start() -> SpawnProcess:
        process = multiprocessing.get_context("spawn").Process(target=_watch, args=(given,))
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


def _watch(given: list[str]) -> None:
    from indexer.cli.commands import main  # which imports this module

    end_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    main([*given, "watch"], prog_name="ocrsearch")
