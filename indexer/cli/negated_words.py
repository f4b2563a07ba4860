"""Command whose arguments are words, of which those that begin with a minus are negated."""

from __future__ import annotations

import click

_SHIELD = "\0"
"""Stands before a word that is no option; no argument of a process can hold it."""


class WordsCommand(click.Command):
    """A command that takes `-word` for a word where it follows one and names no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Raises click.UsageError for a mistyped `--option`."""
        try:
            rest = super().parse_args(ctx, self._shielded(ctx, args))
        except click.NoSuchOption as error:
            hint = "to look for a word that begins with a minus, write -- before the words"
            if not error.option_name.startswith("--"):
                hint = "-word leaves out photos with a word: write it behind a word to look for"
            msg = f"{error.format_message()} ({hint})"
            raise click.UsageError(msg, ctx) from error
        for name, value in ctx.params.items():
            if isinstance(value, tuple):
                ctx.params[name] = tuple(word.removeprefix(_SHIELD) for word in value)
        return rest

    def _shielded(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [option for option in self.get_params(ctx) if isinstance(option, click.Option)]
        names = {name for option in options for name in (*option.opts, *option.secondary_opts)}
        valued = {name for option in options if not option.is_flag for name in option.opts}
        shielded: list[str] = []
        follows, value = False, False
        for place, arg in enumerate(args):
            if arg == "--" and not value:
                return [*shielded, *args[place:]]
            is_option = arg.startswith("--") or arg in names
            word = follows and not value and arg.startswith("-") and not is_option
            shielded.append(_SHIELD + arg if word else arg)
            follows = follows or not (value or is_option or arg[:1] == "-")
            value = not value and arg in valued
        return shielded
