"""Checkpoints: an interrupted run on disk, never half written."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import torch

from recognizer.runs.errors import TrainingError

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, saved: dict[str, Any]) -> None:
    """Write the state of a run, under a temporary name first."""
    partial = path.with_name(path.name + ".part")
    torch.save(saved, partial)
    partial.replace(path)


def read(path: Path, device: torch.device, *parts: str) -> dict[str, Any]:
    """What `write` wrote, its tensors on `device`.

    Raises:
        TrainingError: there is none, it is damaged, or it lacks one of the `parts`.

    """
    try:
        saved: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        for part in parts:
            saved[part]
    except (OSError, RuntimeError, EOFError, KeyError, pickle.UnpicklingError) as error:
        raise unusable(path, error) from error
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
        raise unusable(path, error) from error


def random_numbers(generator: torch.Generator) -> dict[str, Any]:
    """State of the random numbers: of `generator` and of torch's own (dropout)."""
    state = {
        "generator": generator.get_state(),
        "torch": torch.get_rng_state(),
        "device": generator.device.type,
    }
    if generator.device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(generator.device)
    return state


def restore_random_numbers(saved: dict[str, Any], generator: torch.Generator) -> None:
    """Continue with the random numbers that `random_numbers` saved.

    On another kind of device the run continues with fresh ones, because kinds of devices draw
    different numbers.
    """
    torch.set_rng_state(saved["torch"].cpu())
    if saved["device"] == generator.device.type:
        generator.set_state(saved["generator"].cpu())
        if "cuda" in saved:
            torch.cuda.set_rng_state(saved["cuda"].cpu(), generator.device)


def unusable(path: Path, error: Exception) -> TrainingError:
    """The error of a checkpoint that is missing, damaged or of another network."""
    match error:
        case OSError(strerror=str(said)):
            reason = said
        case KeyError(args=[key]):
            reason = f"it has no {key}"
        case _:  # torch tells of its own code, on many lines
            reason = "damaged, or of another network"
    return TrainingError(
        f"{path}: cannot resume from this checkpoint ({reason}); begin another run in another --out"
    )
