"""Score of each photo by the evidence for a query; pure functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from indexer.query import ast as q

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.entities import PhotoId
    from indexer.search.evidence import QueryEvidence

UNLIKELY = 1e-4
"""Probability of a word without evidence on a photo that has evidence for other words."""

MAX_ABSENT = 0.5
"""Probability up to which what stands below a Not counts as absent."""

SLOPE = 0.55
"""Factor of a photo's log odds in calibration, fitted on training photos."""

SHIFT = -0.9
"""Summand of a photo's log odds in calibration, fitted on training photos."""


def score(node: q.QueryNode, evidence: QueryEvidence) -> dict[PhotoId, float]:
    """Calibrated probability that each photo answers, for the photos with any evidence."""
    return {photo_id: calibrated(p) for photo_id, p in raw_scores(node, evidence).items()}


def raw_scores(node: q.QueryNode, evidence: QueryEvidence) -> dict[PhotoId, float]:
    """The same before calibration, which keeps the order; for a whole query or a part of it."""
    scores, _ = _scores(node, evidence)
    return {photo_id: scores[photo_id] for photo_id in evidence.photos() & scores.keys()}


def calibrated(score: float) -> float:
    """Map the score of a photo to the probability that it answers; the order of scores stays.

    Much ink that is no word looks like one to a reader that expects words, so that middling scores
    promise too much. Source: Platt scaling (Platt 1999).
    """
    if not 0.0 < score < 1.0:
        return score
    odds = SLOPE * math.log(score / (1.0 - score)) + SHIFT
    return 1.0 / (1.0 + math.exp(-odds))


def _scores(node: q.QueryNode, evidence: QueryEvidence) -> tuple[Mapping[PhotoId, float], float]:
    """Scores of some photos, and the score of all others."""
    if isinstance(node, q.And):
        return _all(node, evidence)
    if isinstance(node, q.Or):
        parts = [_scores(part, evidence) for part in node.parts]
        photos = {photo_id for scores, _ in parts for photo_id in scores}
        any_of = {p: 1 - math.prod(1 - s.get(p, rest) for s, rest in parts) for p in photos}
        return any_of, 1 - math.prod(1 - rest for _, rest in parts)
    if isinstance(node, q.Not):
        scores, rest = _scores(node.part, evidence)
        return {photo_id: _absent(p) for photo_id, p in scores.items()}, _absent(rest)
    if isinstance(node, q.Field):
        return dict.fromkeys(evidence.fields[node], 1.0), 0.0
    return evidence.leaf_scores[node], 0.0


def _all(node: q.And, evidence: QueryEvidence) -> tuple[Mapping[PhotoId, float], float]:
    """Multiply several parts; a word without evidence is unlikely, not impossible."""
    wanted = [_scores(part, evidence) for part in node.parts if not q.is_certain(part)]
    needed = [_scores(part, evidence) for part in node.parts if q.is_certain(part)]
    photos = {photo_id for scores, _ in wanted or needed for photo_id in scores}
    every: dict[PhotoId, float] = {}
    for photo_id in photos:
        chances = [scores.get(photo_id, rest) for scores, rest in wanted]
        fulfilled = all(scores.get(photo_id, rest) for scores, rest in needed)
        every[photo_id] = fulfilled * _product(chances)
    return every, all(rest for _, rest in needed) * _product([rest for _, rest in wanted])


def _absent(probability: float) -> float:
    """Score of a Not: photos either may answer or may not, because a product would reorder them."""
    return 1.0 if probability <= MAX_ABSENT else 0.0


def _product(chances: list[float]) -> float:
    """Probability that all parts are there; 0 where none has evidence."""
    if chances and not any(chances):
        return 0.0
    return math.prod(max(chance, UNLIKELY) for chance in chances)
