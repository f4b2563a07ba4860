"""Commands as a user runs them."""

from __future__ import annotations

from click.testing import CliRunner, Result

from recognizer.cli.commands import COMMANDS


def invoke(name: str, *arguments: object) -> Result:
    command = next(command for command in COMMANDS if command.name == name)
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def ok(name: str, *arguments: object) -> Result:
    result = invoke(name, *arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result


def error_of(kind: type[Exception], name: str, *arguments: object) -> str:
    result = invoke(name, *arguments)
    assert isinstance(result.exception, kind), (result.output, result.exception)
    return str(result.exception)
