"""The error of a training run."""

from __future__ import annotations

from recognizer.errors import RecognizerError


class TrainingError(RecognizerError):
    """Options that contradict each other, or a run that cannot begin, continue or go on."""
