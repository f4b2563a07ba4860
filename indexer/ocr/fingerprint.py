"""Fingerprint of the engine: the recipe by which photos are read again or not."""

from __future__ import annotations

PIPELINE_VERSION = "transcription-4"
"""Changes whenever the same boxes and weights could give other words or posteriorgrams."""

OPENER_VERSION = "opener-1"
"""Changes whenever files could be opened that were failed or empty before; only those are read
again then."""


def engine_fingerprint(detector: str, weights: str, prior: str | None) -> str:
    """The fingerprint of an engine with these parts, given by their own fingerprints.

    Args:
        detector: changes with the boxes.
        weights: of the recogniser.
        prior: of language model and word lists; None without any.

    """
    return "+".join(filter(None, [PIPELINE_VERSION, detector, weights, prior]))
