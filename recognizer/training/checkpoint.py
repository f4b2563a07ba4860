"""An interrupted run on disk: all that going on needs, never half written."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import torch

from recognizer.charset import Charset
from recognizer.errors import TrainingError
from recognizer.inference.card import Card, ModelConfig

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINT = "checkpoint.pt"


def write(path: Path, saved: dict[str, Any]) -> None:
    """Write what a run needs to go on, under a temporary name first."""
    partial = path.with_name(path.name + ".part")
    torch.save(saved, partial)
    partial.replace(path)


def read(path: Path, device: torch.device) -> dict[str, Any]:
    """What `write` wrote, its tensors on `device`.

    Raises:
        TrainingError: there is none, or it is damaged.

    """
    try:
        saved: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise _useless(path, error) from error
    return saved


def load_into(path: Path, saved: dict[str, Any], **parts: Any) -> None:  # noqa: ANN401 - modules, optimizer
    """Give each of the `parts` (a module or an optimizer) the state saved under its name.

    Raises:
        TrainingError: the checkpoint belongs to another network.

    """
    try:
        for name, part in parts.items():
            part.load_state_dict(saved[name])
    except (RuntimeError, KeyError, ValueError) as error:
        raise _useless(path, error) from error


def card(path: Path) -> Card:
    """The card of an interrupted run: its alphabet and network stay what they were.

    Raises:
        TrainingError: there is no checkpoint, or one of another program.

    """
    saved = read(path, torch.device("cpu"))
    try:
        described = saved["card"]
        charset = Charset(**described.pop("charset"))
        return Card(charset, ModelConfig(**described.pop("config")), **described)
    except (KeyError, TypeError) as error:
        raise _useless(path, error) from error


def random_numbers(generator: torch.Generator) -> dict[str, Any]:
    """Where the random numbers stand: ours (augmentation) and torch's own (dropout)."""
    state = {
        "generator": generator.get_state(),
        "torch": torch.get_rng_state(),
        "device": generator.device.type,
    }
    if generator.device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(generator.device)
    return state


def restore_random_numbers(saved: dict[str, Any], generator: torch.Generator) -> None:
    """Go on with the random numbers of `random_numbers`.

    Kinds of devices draw different numbers: on another kind the run goes on with fresh ones.
    """
    torch.set_rng_state(saved["torch"].cpu())
    if saved["device"] == generator.device.type:
        generator.set_state(saved["generator"].cpu())
        if "cuda" in saved:
            torch.cuda.set_rng_state(saved["cuda"].cpu(), generator.device)


def _useless(path: Path, error: Exception) -> TrainingError:
    return TrainingError(f"{path}: cannot resume from this checkpoint ({error!r})")
