"""Command whose arguments are words, of which those that begin with a minus are negated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from indexer.query.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHIELD = "\0"
"""Stands before a word that is no option; no argument of a process can hold it."""


class WordsCommand(click.Command):
    """A command that takes `-word` for a word where it follows one and names no option.

    `--word` is taken for `-word` then, unless it looks like the name of an option.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Raises click.UsageError for a mistyped `--option`."""
        try:
            rest = super().parse_args(ctx, self._shielded(ctx, args))
        except click.NoSuchOption as error:
            hint = "to look for a word that begins with a minus, write -- before the words"
            if not error.option_name.startswith("--"):
                hint = "-word leaves out photos with a word: write it behind a word to look for"
            if error.option_name in _names_above(ctx):
                hint = f"{error.option_name} stands before the command"
            msg = f"{error.format_message()} ({hint})"
            raise click.UsageError(msg, ctx) from error
        for name, value in ctx.params.items():
            if isinstance(value, tuple):
                ctx.params[name] = tuple(word.removeprefix(_SHIELD) for word in value)
        return rest

    def _shielded(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = _options(self, ctx)
        names = _names(options)
        above, bare = _names_above(ctx), {name.lstrip("-") for name in names}
        valued = {name for option in options if not option.is_flag for name in option.opts}
        shielded: list[str] = []
        follows, value = False, False
        for place, arg in enumerate(args):
            if arg == "--" and not value:
                return [*shielded, *args[place:]]
            name = arg.partition("=")[0] if arg.startswith("--") else arg
            is_option = name in names or (
                name.startswith("--") and (name in above or bool(nearest(name[2:], bare)))
            )
            word = follows and not value and arg.startswith("-") and not is_option
            shielded.append(_SHIELD + arg if word else arg)
            follows = follows or not (value or is_option or arg[:1] == "-")
            value = not value and arg in valued
        return shielded


def _options(command: click.Command, ctx: click.Context) -> list[click.Option]:
    return [option for option in command.get_params(ctx) if isinstance(option, click.Option)]


def _names_above(ctx: click.Context) -> set[str]:
    """Names of the options that stand before the command."""
    return _names(_options(ctx.parent.command, ctx.parent)) if ctx.parent else set()


def _names(options: Iterable[click.Option]) -> set[str]:
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}
