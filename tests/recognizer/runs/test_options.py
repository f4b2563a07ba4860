"""The options file by itself; the options of each training are tested beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from recognizer.runs import options
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """Options of a run that counts."""

    names: tuple[str, ...] = ()
    end: int = 10
    start: int | None = None


def build(saved: dict[str, object]) -> Asked:
    return Asked(tuple(saved["names"]), saved["end"], saved["start"])


def test_what_was_asked_is_remembered(tmp_path: Path) -> None:
    options.save(tmp_path, asdict(Asked(("a", "ü"), 7, 3)))

    assert options.load(tmp_path, build, {}, ()) == Asked(("a", "ü"), 7, 3)
    assert json.loads((tmp_path / OPTIONS).read_text(encoding="utf-8"))["end"] == 7


def test_only_what_may_change_may_differ(tmp_path: Path) -> None:
    options.save(tmp_path, asdict(Asked(("a", "b"))))

    assert options.load(tmp_path, build, {"end": 99, "start": None}, {"end"}).end == 99
    with pytest.raises(TrainingError) as caught:
        options.load(tmp_path, build, {"names": ("a",)}, {"end"})

    assert str(caught.value) == (
        f"--names a: the run in {tmp_path} has a, b; leave --names out "
        "to continue it, or begin another run in another --out"
    )


def test_an_option_that_was_not_given_is_called_none(tmp_path: Path) -> None:
    options.save(tmp_path, asdict(Asked()))

    with pytest.raises(TrainingError, match=r"--start 4: the run in .* has none;"):
        options.load(tmp_path, build, {"start": 4}, ())


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=f"^{tmp_path}: holds no run to resume"):
        options.load(tmp_path, build, {}, ())


def test_options_are_given_on_the_line_or_by_a_variable_but_not_by_default() -> None:
    seen: list[dict[str, object]] = []

    @click.command()
    @click.option("--one", default=1)
    @click.option("--two", default=2)
    @click.option("--three", default=3)
    def command(**values: object) -> None:
        seen.append(options.given(values))

    CliRunner().invoke(command, ["--one", "1"], env={"X_TWO": "5"}, auto_envvar_prefix="X")

    assert seen == [{"one": 1, "two": 5}]
