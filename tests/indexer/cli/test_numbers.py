"""Numbers that no run can have are wrong usage, for every option of every command."""

from __future__ import annotations

import click
import pytest

from indexer import config
from indexer.cli.commands import main
from indexer.errors import ConfigError
from recognizer.runs.budget import Budget

BAD = [
    "nan",
    "NaN",
    "-nan",
    "inf",
    "-inf",
    "infinity",
    "1e400",
    "-1e400",
    "",
    " ",
    "1,5",
    "0x10",
    "-1",
    "-0.5",
]
"""None of these is accepted by any number."""

ODD = ["0", "-0", "1e-400", str(10**30), str(-(10**30)), "9" * 5000, "1e308"]
"""Each of these is accepted or refused, quickly and by name."""


def leaves(group, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


NUMBERS = [
    (name, command, parameter)
    for name, command in leaves(main)
    for parameter in command.params
    if isinstance(parameter.type, click.types.IntParamType | click.types.FloatParamType | Budget)
]
each_number = pytest.mark.parametrize(
    ("command", "parameter"),
    [(command, parameter) for _, command, parameter in NUMBERS],
    ids=[f"{name} {parameter.opts[0]}" for name, _, parameter in NUMBERS],
)


def outcome(command, parameter, value):
    """None if the value is taken, else the usage error; nothing is run."""
    ctx = click.Context(command)
    try:
        parameter.process_value(ctx, value)
    except click.UsageError as error:
        return error
    return None


def test_all_numbers_are_found():
    assert len(NUMBERS) > 20


@each_number
@pytest.mark.parametrize("value", BAD)
def test_a_number_that_is_none_or_below_zero_is_refused_by_name(command, parameter, value):
    error = outcome(command, parameter, value)

    assert error is not None
    assert error.exit_code == 2
    assert parameter.opts[0] in error.format_message().lower()


@each_number
@pytest.mark.parametrize("value", ODD)
def test_an_extreme_number_is_taken_or_refused_by_name(command, parameter, value):
    error = outcome(command, parameter, value)

    assert error is None or (
        error.exit_code == 2 and parameter.opts[0] in error.format_message().lower()
    )


@pytest.mark.parametrize(
    "value", ["90", "m", "-5m", "nanm", "0m", "infh", "1e400s", "5 d", "m5", "1h30"]
)
def test_a_time_that_is_none_is_refused(value):
    with pytest.raises(click.UsageError, match="expected a number and s, m or h"):
        Budget().convert(value, None, None)


SETTINGS = [name for name, kind in config.KINDS.items() if "number" in kind.wanted]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "1e400", str(10**400), "x"])
@pytest.mark.parametrize("place", ["file", "variable"])
def test_a_setting_that_no_run_can_have_is_refused_by_name(
    tmp_path, monkeypatch, name, value, place
):
    file = tmp_path / "config.toml"
    file.write_text(
        f"{name} = {value}\n" if place == "file" and value != "x" else "", encoding="utf-8"
    )
    if place == "variable" or value == "x":
        monkeypatch.setenv(f"OCRSEARCH_{name.upper()}", value)

    with pytest.raises(ConfigError) as caught:
        config.load(file)

    assert name in str(caught.value).lower() or "line 1" in str(caught.value)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("value", ["0", str(10**30), "1e308", "1e-300"])
def test_an_extreme_setting_is_taken_or_refused_by_name(tmp_path, name, value):
    file = tmp_path / "config.toml"
    file.write_text(f"{name} = {value}\n", encoding="utf-8")

    try:
        config.load(file)
    except ConfigError as error:
        assert name in str(error)  # noqa: PT017 - both are right
