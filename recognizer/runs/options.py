"""The options file of a run: the command-line options, read again on --resume."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)


def given(options: Mapping[str, object]) -> dict[str, object]:
    """Those of the current command's `options` that are not defaults, but given by the user."""
    context = click.get_current_context()
    explicit = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    return {k: v for k, v in options.items() if context.get_parameter_source(k) in explicit}


def save(folder: Path, options: Mapping[str, object]) -> None:
    """Write the options into the run folder, which exists."""
    text = json.dumps(options, indent=2, default=str, ensure_ascii=False)
    (folder / OPTIONS).write_text(text + "\n", encoding="utf-8")


def load(
    folder: Path,
    build: Callable[[dict[str, Any]], T],
    again: Mapping[str, Any],
    changeable: Collection[str],
) -> T:
    """The options of the run in `folder`, with those that are given `again`.

    Args:
        folder: of the run.
        build: makes the options of what `save` wrote.
        again: options by name, as the user gave them on resuming.
        changeable: names of those that may differ, because the run stays the same.

    Raises:
        TrainingError: no run is there, or another option differs, which would make it another run.

    """
    kept = _build_from(folder, build)
    for name, value in again.items():
        was = getattr(kept, name)
        if name not in changeable and value != was:
            flag = "--" + name.replace("_", "-")
            msg = (
                f"{flag} {_shown(value)}: the run in {folder} has {_shown(was)}; leave {flag} out "
                "to continue it, or begin another run in another --out"
            )
            raise TrainingError(msg)
    return replace(kept, **again)


def _build_from(folder: Path, build: Callable[[dict[str, Any]], T]) -> T:
    """What `build` makes of the options file; raises TrainingError if it cannot."""
    try:
        return build(json.loads((folder / OPTIONS).read_bytes()))
    except FileNotFoundError as error:
        msg = f"{folder}: holds no run to resume (no {OPTIONS}); see --out of the run"
        raise TrainingError(msg) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{folder / OPTIONS}: damaged, or of another version; begin another run in another --out"
        raise TrainingError(msg) from error


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value)
