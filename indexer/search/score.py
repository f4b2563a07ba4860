"""Score of each photo by the evidence for a query; pure functions."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from indexer.entities import WordIndex
from indexer.query import ast as q
from indexer.search.evidence import QueryEvidence
from indexer.stores.broken_words import beginning_at, covered, is_broken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from indexer.entities import Evidence, PhotoId

MIN_LIKELY = 0.03
"""Probability from which a word counts beside the best one of its photo, and is a match to show."""

LINE_BREAK = 0.5
"""Factor of a phrase's probability for each line that ends within it."""

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


# leaves --------------------------------------------------------------------------------------


def scored(
    node: q.QueryNode,
    leaves: Mapping[q.Leaf, Evidence],
    fields: Mapping[q.Field, set[PhotoId]],
) -> QueryEvidence:
    """Evidence for a query with the scores of its leaves; all words of a photo count as one line.

    Args:
        node: the query.
        leaves: evidence for every leaf of the query, and for every word of its phrases.
        fields: photos that fulfil each field of the query.

    """
    asked = q.leaves(node, negated=True)
    unscored = QueryEvidence(leaves, fields, {}, {})
    scores = {leaf: _leaf_scores(leaf, unscored, _photos_with(leaf, leaves)) for leaf in asked}
    return replace(unscored, leaf_scores=scores)


def rescored(
    evidence: QueryEvidence,
    photos: Collection[PhotoId],
    *,
    leaves: Mapping[q.Leaf, Evidence] | None = None,
    lines: Mapping[PhotoId, Mapping[WordIndex, int]] | None = None,
) -> QueryEvidence:
    """Score some photos anew by other evidence or lines; all others keep their scores.

    Args:
        evidence: what was known before.
        photos: all whose evidence or lines differ from those before.
        leaves: as in `QueryEvidence`; None if it stays.
        lines: as in `QueryEvidence`; None if it stays.

    """
    known = replace(
        evidence,
        leaves=evidence.leaves if leaves is None else leaves,
        lines=evidence.lines if lines is None else lines,
    )
    scores = {
        leaf: {**before, **_leaf_scores(leaf, known, photos)}
        for leaf, before in evidence.leaf_scores.items()
    }
    return replace(known, leaf_scores=scores)


def likely_words(
    leaf: q.Leaf, evidence: QueryEvidence, photo_id: PhotoId
) -> Mapping[WordIndex, tuple[float, tuple[WordIndex, ...]]]:
    """Words of a photo that may say a leaf, with probabilities; of a phrase, where it begins.

    Beside each probability stand the words that say it: several if a phrase spans boxes.
    """
    within_a_box = evidence.leaves[leaf].get(photo_id, {})
    words: dict[WordIndex, tuple[float, tuple[WordIndex, ...]]]
    words = {index: (p, (index,)) for index, p in _once(within_a_box).items()}
    if not isinstance(leaf, q.Phrase):
        return words
    lines = evidence.lines.get(photo_id)
    first, *others = (evidence.leaves[q.Term(text)].get(photo_id, {}) for text in leaf.texts)
    for start, p in first.items():
        chance, run = p, [start]
        for other in others:
            following = beginning_at(covered(run[-1])[-1] + 1)
            run.append(max(following, key=lambda index: other.get(index, 0.0)))
            chance *= other.get(run[-1], 0.0)
            if not chance:
                break
        chance *= _line_breaks(lines, run)
        if chance > words.get(start, (0.0,))[0]:
            words[start] = chance, tuple(run)
    return words


def _once(words: Mapping[WordIndex, float]) -> Mapping[WordIndex, float]:
    """Evidence without that of pieces of broken words, where the whole is as likely, or of the whole."""
    broken = [index for index in words if is_broken(index)]
    if not broken:
        return words
    left = dict(words)
    for index in broken:
        pieces = [WordIndex(place) for place in covered(index) if place in words]
        if any(words[piece] > words[index] for piece in pieces):
            del left[index]
        else:
            left = {key: p for key, p in left.items() if key not in pieces}
    return left


def _photos_with(leaf: q.Leaf, leaves: Mapping[q.Leaf, Evidence]) -> Collection[PhotoId]:
    """Photos with evidence for a leaf; for a phrase that of its first word counts as well."""
    first = q.Term(leaf.texts[0]) if isinstance(leaf, q.Phrase) else leaf
    return leaves[leaf].keys() | leaves[first].keys()


def _leaf_scores(
    leaf: q.Leaf, evidence: QueryEvidence, photos: Collection[PhotoId]
) -> dict[PhotoId, float]:
    """Score one leaf on some photos, whatever `leaf_scores` says."""
    return {n: _any(p for p, _ in likely_words(leaf, evidence, n).values()) for n in photos}


def _line_breaks(lines: Mapping[WordIndex, int] | None, run: Sequence[WordIndex]) -> float:
    """Factor for the ends of lines between the words of a phrase; those within words are none."""
    if lines is None:
        return 1.0
    gaps = ((covered(one)[-1], covered(other)[0]) for one, other in pairwise(run))
    # lines without words between two of them do not tear a phrase further apart
    breaks = (lines.get(WordIndex(b), 0) > lines.get(WordIndex(a), 0) for a, b in gaps)
    return math.prod(LINE_BREAK for broken in breaks if broken)


def _any(chances: Iterable[float]) -> float:
    """Probability that any word says it: the best one, and likely ones as if independent."""
    best, miss = 0.0, 1.0
    for p in chances:
        best = max(best, p)
        if p > MIN_LIKELY:
            miss *= 1 - p
    return max(best, 1 - miss)
