"""Score of each photo by the evidence for a query; pure functions."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.query import ast as q
from indexer.search.calibration import calibrated, calibrated_product
from indexer.search.evidence import QueryEvidence
from indexer.search.phrases import MIN_LIKELY, is_read, likely_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from indexer.entities import Evidence, PhotoId, WordIndex

UNLIKELY = 1e-4
"""Probability of a word without evidence on a photo that has evidence for other words."""

INFLECTED = 0.3
"""Factor of the score of another form of a word than the one that is asked for."""

MAX_ABSENT = 0.5
"""Probability up to which what stands below a Not counts as absent."""


def score(node: q.QueryNode, evidence: QueryEvidence) -> dict[PhotoId, float]:
    """Calibrated probability that each photo answers, for the photos with any evidence."""
    leaf_scores = {leaf: _calibrated(leaf, evidence) for leaf in evidence.leaf_scores}
    scores = raw_scores(node, replace(evidence, leaf_scores=leaf_scores))
    if not isinstance(node, q.And):
        return scores
    words = sum(not q.is_certain(part) for part in node.parts)
    return {photo_id: calibrated_product(p, words) for photo_id, p in scores.items()}


def _calibrated(leaf: q.Leaf, evidence: QueryEvidence) -> dict[PhotoId, float]:
    letters, seen = q.letters(leaf), evidence.seen[leaf]
    return {
        photo: calibrated(
            p,
            seen=seen.get(photo, p),  # without posteriorgrams nothing speaks against the readings
            letters=letters,
            read=is_read(leaf, evidence, photo),
        )
        for photo, p in evidence.leaf_scores[leaf].items()
    }


def raw_scores(node: q.QueryNode, evidence: QueryEvidence) -> dict[PhotoId, float]:
    """The same before calibration; for a whole query or a part of it."""
    scores, _ = _scores(node, evidence)
    photos = (evidence.photos() & scores.keys()) | found_without_words(node, evidence)
    return {photo_id: scores[photo_id] for photo_id in photos}


def found_without_words(node: q.QueryNode, evidence: QueryEvidence) -> set[PhotoId]:
    """Photos that answer by the fields they fulfil if none of the words of a query is on them."""
    if not q.is_found_without_words(node):
        return set()
    nothing: dict[q.Leaf, dict[PhotoId, float]] = {leaf: {} for leaf in evidence.leaf_scores}
    scores, _ = _scores(node, replace(evidence, leaf_scores=nothing))
    return {photo_id for photo_id, score in scores.items() if score == 1.0}


def _scores(node: q.QueryNode, evidence: QueryEvidence) -> tuple[Mapping[PhotoId, float], float]:
    """Scores of some photos, and the score of all others."""
    if isinstance(node, q.And):
        return _all(node, evidence)
    if isinstance(node, q.Or):
        parts = [_scores(part, evidence) for part in node.parts]
        photos = {photo_id for scores, _ in parts for photo_id in scores}
        any_of = {p: 1 - math.prod(1 - s.get(p, rest) for s, rest in parts) for p in photos}
        return any_of, 1 - math.prod(1 - rest for _, rest in parts)
    if isinstance(node, q.Inflected):
        return _inflected(node, evidence), 0.0
    if isinstance(node, q.Not):
        scores, rest = _scores(node.part, evidence)
        return {photo_id: _absent(p) for photo_id, p in scores.items()}, _absent(rest)
    if isinstance(node, q.Field):
        return dict.fromkeys(evidence.fields[node], 1.0), 0.0
    return evidence.leaf_scores[node], 0.0


def _inflected(node: q.Inflected, evidence: QueryEvidence) -> dict[PhotoId, float]:
    """Score by the word itself or by another form, whichever is more."""
    best = dict(evidence.leaf_scores[node.word])
    for photo_id, p in evidence.leaf_scores[node.other].items():
        best[photo_id] = max(INFLECTED * p, best.get(photo_id, 0.0))
    return best


def _all(node: q.And, evidence: QueryEvidence) -> tuple[Mapping[PhotoId, float], float]:
    """Multiply several parts; a word without evidence is unlikely, not impossible."""
    wanted = [_scores(part, evidence) for part in node.parts if not q.is_certain(part)]
    needed = [_scores(part, evidence) for part in node.parts if q.is_certain(part)]
    # what is wanted may be there without evidence only where it need not be: below an Or
    without = all(rest for _, rest in wanted)
    photos = {photo_id for scores, _ in wanted + needed * without for photo_id in scores}
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


# leaves --------------------------------------------------------------------------------------


def scored(
    node: q.QueryNode,
    leaves: Mapping[q.Leaf, Evidence],
    fields: Mapping[q.Field, set[PhotoId]],
) -> QueryEvidence:
    """Evidence for a query with the scores of its leaves; all words of a photo count as one line.

    Args:
        node: the query.
        leaves: posterior evidence for every leaf of the query, and for every word of its phrases.
        fields: photos that fulfil each field of the query.

    """
    asked = q.leaves(node, negated=True)
    unscored = QueryEvidence(leaves, fields, {}, {}, {}, {})
    scores = {leaf: _leaf_scores(leaf, unscored, _photos_with(leaf, leaves)) for leaf in asked}
    # what no posteriorgram can say has not been looked for in them
    seen = {leaf: {} if _holds_question_mark(leaf) else scores[leaf] for leaf in asked}
    return replace(unscored, leaf_scores=scores, seen=seen)


def _holds_question_mark(leaf: q.Leaf) -> bool:
    return any("?" in text for text in (leaf.texts if isinstance(leaf, q.Phrase) else [leaf.text]))


def rescored(
    evidence: QueryEvidence,
    photos: Collection[PhotoId],
    *,
    leaves: Mapping[q.Leaf, Evidence] | None = None,
    lines: Mapping[PhotoId, Mapping[WordIndex, int]] | None = None,
    read: Mapping[q.Leaf, Mapping[PhotoId, Collection[WordIndex]]] | None = None,
) -> QueryEvidence:
    """Score some photos anew by other evidence or lines; all others keep their scores.

    Args:
        evidence: what was known before.
        photos: all whose evidence or lines differ from those before.
        leaves: as in `QueryEvidence`; None if it stays.
        lines: as in `QueryEvidence`; None if it stays.
        read: as in `QueryEvidence`; None if it stays.

    """
    known = replace(
        evidence,
        leaves=evidence.leaves if leaves is None else leaves,
        lines=evidence.lines if lines is None else lines,
        read=evidence.read if read is None else read,
    )
    scores = {
        leaf: {**before, **_leaf_scores(leaf, known, photos)}
        for leaf, before in evidence.leaf_scores.items()
    }
    return replace(known, leaf_scores=scores)


def _photos_with(leaf: q.Leaf, leaves: Mapping[q.Leaf, Evidence]) -> Collection[PhotoId]:
    """Photos with evidence for a leaf; for a phrase that of its first word counts as well."""
    first = q.word(leaf.texts[0]) if isinstance(leaf, q.Phrase) else leaf
    return leaves[leaf].keys() | leaves[first].keys()


def _leaf_scores(
    leaf: q.Leaf, evidence: QueryEvidence, photos: Collection[PhotoId]
) -> dict[PhotoId, float]:
    """Score one leaf on some photos, whatever `leaf_scores` says."""
    return {n: _any(p for p, _ in likely_words(leaf, evidence, n).values()) for n in photos}


def _any(chances: Iterable[float]) -> float:
    """Probability that any word says it: the best one, and likely ones as if independent."""
    best, miss = 0.0, 1.0
    for p in chances:
        best = max(best, p)
        if p > MIN_LIKELY:
            miss *= 1 - p
    return max(best, 1 - miss)
