"""Write the manual page and the completions of shells into packaging/share.

They are made from the commands themselves. Run it as `make share` after a change of a command.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from indexer.cli.commands import main as program

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARE = Path(__file__).resolve().parent / "share"
COMPLETIONS: dict[str, type[ShellComplete]] = {
    "bash-completion/completions/ocrsearch": BashComplete,
    "fish/vendor_completions.d/ocrsearch.fish": FishComplete,
    "zsh/site-functions/_ocrsearch": ZshComplete,
}


def files() -> dict[str, str]:
    """Content by path below `share`."""
    made = {"man/man1/ocrsearch.1": manual()}
    for path, shell in COMPLETIONS.items():
        completion = shell(program, {}, "ocrsearch", "_OCRSEARCH_COMPLETE")
        # BashComplete.source also runs the bash of this machine, to see its version
        made[path] = ShellComplete.source(completion).strip() + "\n"
    return made


def manual() -> str:
    """The manual page in the language of man(7)."""
    title, *about = paragraphs(program.help or "")
    lines = ['.TH OCRSEARCH 1 "" "" "User Commands"', ".SH NAME"]
    lines.append(rf"ocrsearch \- {roff(title[0].lower() + title[1:].rstrip('.'))}")
    lines += [".SH SYNOPSIS", r".B ocrsearch", r"[OPTIONS] COMMAND [ARGS]..."]
    lines += [".SH DESCRIPTION", *text(about), ".SH OPTIONS", *options(program), ".SH COMMANDS"]
    for name, command in sorted(commands(program)):
        arguments = (p for p in command.params if isinstance(p, click.Argument))
        context = click.Context(command)
        metavars = [argument.make_metavar(context) for argument in arguments]
        lines.append(f'.SS "{roff(" ".join(["ocrsearch", name, *metavars]))}"')
        lines += [*text(paragraphs(command.help or "")), *options(command)]
    return "\n".join(lines) + "\n"


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """All commands below a group with their full names, such as "synthesize words"."""
    for name, command in group.commands.items():
        yield prefix + name, command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")


def paragraphs(help_text: str) -> list[str]:
    """The paragraphs of a help text; one that begins with \\b keeps its lines."""
    return re.split(r"\n\s*\n", inspect.cleandoc(help_text))


def text(about: list[str]) -> Iterator[str]:
    """Paragraphs of a help text as those of a manual."""
    for paragraph in about:
        yield ".PP"
        if paragraph.startswith("\b"):
            yield from (".nf", *map(roff, paragraph.split("\n")[1:]), ".fi")
        else:
            yield from map(roff, paragraph.split("\n"))


def options(command: click.Command) -> Iterator[str]:
    """The options of a command with what they mean."""
    context = click.Context(command, info_name="ocrsearch")
    for option in command.params:
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record:
            yield from (".TP", f".B {roff(record[0])}", roff(re.sub(r"\s+", " ", record[1])))


def roff(line: str) -> str:
    """A line of text, escaped."""
    escaped = line.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return r"\&" + escaped if escaped.startswith((".", "'")) else escaped


def write() -> None:
    """Write all files."""
    for path, content in files().items():
        (SHARE / path).parent.mkdir(parents=True, exist_ok=True)
        (SHARE / path).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write()
