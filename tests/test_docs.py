"""What the documentation promises exists, and what exists is documented."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from indexer.cli.commands import main
from indexer.config import KINDS, Settings

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

    assert set(values) == set(KINDS)


def test_the_example_configuration_shows_the_defaults():
    uncommented = re.sub(r"(?m)^# ?(\w+ = )", r"\1", EXAMPLE)
    values = tomllib.loads(uncommented)
    defaults = Settings()

    paths = {"home", "folders", "weights", "detector_weights"}  # examples, no defaults
    shown = {key: value for key, value in values.items() if key not in paths}

    assert shown == {
        key: list(v) if isinstance(v := getattr(defaults, key), tuple) else v for key in shown
    }


def commands(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    """All commands below a group by their full names, such as "synthesize words"."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found[prefix + name] = command
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix}{name} ")
    return found


COMMANDS = {"": main, **commands(main)}


def options(command: click.Command) -> dict[str, click.Option]:
    """Options of a command itself by their long names."""
    return {
        name: parameter
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--")
    }


def sections(page: str) -> dict[str, str]:
    """The text below each heading of a page."""
    parts = re.split(r"(?m)^## (.*)$", page)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


REFERENCE = sections((ROOT / "docs" / "commands.md").read_text(encoding="utf-8"))


def heading(name: str) -> str:
    """The heading of a command: how it is called, with its arguments."""
    command = COMMANDS[name]
    context = click.Context(command)
    arguments = [
        parameter.make_metavar(context)
        for parameter in command.params
        if isinstance(parameter, click.Argument)
    ]
    return " ".join(["ocrsearch", *([name] if name else []), *arguments])


def rows(section: str) -> dict[str, tuple[str, str]]:
    """Value and meaning by long option, of the option table of a section."""
    table = re.findall(r"(?m)^\| ((?:`-\w`, )?)`(--[a-z-]+)(?: (.*?))?` \| (.*) \|$", section)
    return {name: ((value or "").replace("\\|", "|"), meaning) for _, name, value, meaning in table}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_its_section_in_the_command_reference(name):
    assert heading(name) in REFERENCE


def test_every_section_of_the_command_reference_is_about_a_command_that_exists():
    about = {title for title in REFERENCE if title.startswith("ocrsearch")}

    assert about == {heading(name) for name in COMMANDS}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_has_its_row_in_the_section_of_its_command(name):
    documented = rows(REFERENCE[heading(name)])

    assert set(documented) == set(options(COMMANDS[name]))


def test_every_row_of_the_command_reference_that_begins_with_an_option_is_checked():
    for title, section in REFERENCE.items():
        if title.startswith("ocrsearch"):
            assert len(re.findall(r"(?m)^\| `-", section)) == len(rows(section)), title


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_row_shows_value_and_default_of_its_option(name):
    context = click.Context(COMMANDS[name])
    documented = rows(REFERENCE[heading(name)])

    for option, parameter in options(COMMANDS[name]).items():
        value, meaning = documented[option]
        takes = "" if parameter.is_flag else parameter.make_metavar(context)
        assert (option, value) == (option, takes)
        default = f"Default: {parameter.default}." if parameter.show_default else ""
        assert default in meaning, (option, meaning)
        assert default or "Default: " not in meaning, (option, meaning)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_row_says_what_the_help_says(name):
    documented = rows(REFERENCE[heading(name)])

    for option, parameter in options(COMMANDS[name]).items():
        if option != "--version":
            assert documented[option][1].startswith(parameter.help), option


@pytest.mark.parametrize(
    "name", sorted(n for n, c in COMMANDS.items() if isinstance(c, click.Group))
)
def test_no_command_is_cut_in_the_list_of_commands(name):
    listed = CliRunner().invoke(main, [*name.split(), "--help"]).stdout.split("Commands:")[1]

    lines = [line for line in listed.splitlines() if line]
    assert len(lines) == len(COMMANDS[name].commands)
    assert [line for line in lines if line.endswith("...")] == []


def test_a_section_that_is_deleted_is_missed():
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    start = page.index("## ocrsearch train\n")
    shorter = page[:start] + page[page.index("## ocrsearch train-language") :]

    assert heading("train") not in sections(shorter)


def test_the_readme_only_names_commands_that_exist():
    named = set(re.findall(r"ocrsearch ([a-z]+)", README))

    assert named <= set(main.commands)


@pytest.mark.parametrize("page", PAGES)
def test_every_local_link_leads_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")

    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)

    assert [t for t in targets if not ((ROOT / page).parent / t).exists()] == []


def anchor(title: str) -> str:
    """What a link to a heading ends with, as GitHub and most others make it."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_local_link_to_a_heading_finds_it(page):
    text = (ROOT / page).read_text(encoding="utf-8")

    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", text)

    for target, place in links:
        linked = ((ROOT / page).parent / target if target else ROOT / page).read_text("utf-8")
        assert place in map(anchor, re.findall(r"(?m)^#+ (.*)$", linked)), (target, place)


def test_ci_runs_what_the_readme_tells_developers_to_run():
    assert "make check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make check" in README


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_says_what_it_does(name):
    silent = [n for n, option in options(COMMANDS[name]).items() if not option.help]

    assert silent == []
