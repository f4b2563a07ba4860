"""What the documentation promises exists, and what exists is documented."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from indexer.cli.commands import main
from indexer.config import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in (
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("recognizer/**/*.md"),
    )
)
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")


def test_the_example_configuration_is_valid_and_names_every_key():
    uncommented = re.sub(r"(?m)^# ?(\w+ = )", r"\1", EXAMPLE)

    values = tomllib.loads(uncommented)

    assert set(values) == set(Settings.model_fields)


def test_the_example_configuration_shows_the_defaults():
    uncommented = re.sub(r"(?m)^# ?(\w+ = )", r"\1", EXAMPLE)
    values = tomllib.loads(uncommented)
    defaults = Settings()

    paths = {"home", "folders", "weights", "detector_weights"}  # examples, no defaults
    shown = {key: value for key, value in values.items() if key not in paths}

    assert shown == {
        key: list(v) if isinstance(v := getattr(defaults, key), tuple) else v for key in shown
    }


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_stands_in_the_command_reference(name):
    reference = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    assert f"ocrsearch {name}" in reference


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_stands_in_the_command_reference(name):
    reference = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    command = main.commands[name]
    commands = command.commands.values() if isinstance(command, click.Group) else [command]

    options = [
        option
        for each in commands
        for parameter in each.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    ]

    assert [option for option in options if f"`{option}" not in reference] == []


def test_the_readme_only_names_commands_that_exist():
    named = set(re.findall(r"ocrsearch ([a-z]+)", README))

    assert named <= set(main.commands)


@pytest.mark.parametrize("page", PAGES)
def test_every_local_link_leads_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")

    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)

    assert [t for t in targets if not ((ROOT / page).parent / t).exists()] == []


def test_ci_runs_what_the_readme_tells_developers_to_run():
    assert "make check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make check" in README


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_says_what_it_does(name):
    command = main.commands[name]
    commands = command.commands.values() if isinstance(command, click.Group) else [command]

    silent = [
        parameter.name
        for each in commands
        for parameter in each.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]

    assert silent == []
