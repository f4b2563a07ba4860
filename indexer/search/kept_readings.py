"""Second phase of a query: the kept readings of the shortlisted photos as evidence."""

from __future__ import annotations

import fnmatch
from itertools import chain
from typing import TYPE_CHECKING

from indexer.query import ast as q
from indexer.query.indexed_words import tokens
from indexer.query.stemming import forms_among, prefix_of
from indexer.search.score import raw_scores, rescored
from indexer.stores.broken_words import HYPHENS, broken_words, is_broken, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from indexer.catalog.queries import CatalogReader
    from indexer.entities import Evidence, PhotoId, WordIndex
    from indexer.search.evidence import QueryEvidence
    from indexer.search.shortlist import Shortlist

MIN_LINED = 1e-4
"""Probability of a phrase from which the lines of its photo are fetched: below, they decide nothing."""


def gather(
    node: q.QueryNode, listed: Shortlist, catalog: CatalogReader, *, exact: bool
) -> QueryEvidence:
    """Add the kept readings of the shortlisted photos, then the lines of the likeliest phrases.

    Args:
        node: the query.
        listed: the candidate photos, with the evidence so far.
        catalog: holds readings and lines.
        exact: only the best reading of each word counts.

    """
    if not listed.evidence.leaves:
        return listed.evidence
    leaves, read = _with_readings(listed.evidence.leaves, catalog, listed.photos, exact=exact)
    evidence = rescored(listed.evidence, listed.photos, leaves=leaves, read=read)
    lines = _phrase_lines(node, evidence, catalog)
    return rescored(evidence, lines, lines=lines) if lines else evidence


def _with_readings(
    leaves: Mapping[q.Leaf, Evidence],
    catalog: CatalogReader,
    photos: Sequence[PhotoId],
    *,
    exact: bool,
) -> tuple[dict[q.Leaf, Evidence], dict[q.Leaf, dict[PhotoId, set[WordIndex]]]]:
    """Replace posterior evidence by that of readings; a phrase may stand within one box.

    Returns:
        Evidence for the leaves, and the words of each photo whose best reading says them.

    """
    best: dict[q.Leaf, dict[PhotoId, set[WordIndex]]] = {leaf: {} for leaf in leaves}
    found = {leaf: dict(evidence) for leaf, evidence in leaves.items()}
    for photo_id, corrected in catalog.said_words(photos).items():
        # a posteriorgram leaves every text a small chance, and here somebody knows better
        for evidence in found.values():
            seen = evidence.get(photo_id, {})
            evidence[photo_id] = {index: seen[index] for index in seen.keys() - corrected}
    literals = {max(_literals(leaf), key=len) for leaf in leaves}
    broken = (
        (photo_id, index, joined(first, last))
        for photo_id, words in catalog.words_at_line_ends(
            [photo for photo in photos if _may_be_broken(photo, found)], HYPHENS
        ).items()
        for index, first, last in broken_words(words)
    )
    for photo_id, index, word in chain(catalog.words_like(photos, literals), broken):
        readings = ((word.text, word.confidence),) if exact else word.alternatives
        read = [(tokens(text), p) for text, p in readings]
        for leaf, evidence in found.items():
            said = sum(p for texts, p in read if _says(texts, leaf))
            if said:  # better calibrated than the posteriors, which have no word list
                evidence[photo_id] = {**evidence.get(photo_id, {}), index: min(1.0, said)}
                if _says(tokens(word.text), leaf):
                    best[leaf].setdefault(photo_id, set()).add(index)
    return found, best


def _may_be_broken(photo: PhotoId, leaves: Mapping[q.Leaf, Evidence]) -> bool:
    """Whether a leaf may stand there as a broken word, by the posterior evidence if there is any."""
    return any(
        photo not in evidence or any(map(is_broken, evidence[photo]))
        for leaf, evidence in leaves.items()
        if not isinstance(leaf, q.OtherForm)  # posteriorgrams are not asked for these
    )


def _literals(leaf: q.Leaf) -> Sequence[str]:
    """Texts that a reading must hold to say `leaf`."""
    if isinstance(leaf, q.OtherForm):
        return [prefix_of(leaf.text)]
    texts = leaf.texts if isinstance(leaf, q.Phrase) else (leaf.text,)
    return [part for text in texts for part in text.replace("?", "*").split("*")]


def _says(read: list[str], leaf: q.Leaf) -> bool:
    """Whether the tokens of a reading hold a leaf; signs and gaps between them do not matter."""
    if isinstance(leaf, q.Phrase):
        size = len(leaf.texts)
        windows = (read[i : i + size] for i in range(len(read) - size + 1))
        return any(all(map(_matches, window, leaf.texts)) for window in windows) or (
            len(read) == 1 and _matches(read[0], q.in_one_box(leaf))
        )
    whole = [*read, "".join(read)]
    if isinstance(leaf, q.OtherForm):
        return bool(forms_among(leaf.text, read))
    if isinstance(leaf, q.Term):
        return leaf.text in whole
    return any(_matches(token, leaf.text) for token in whole)


def _matches(token: str, text: str) -> bool:
    """Whether a token is this word, or fits this pattern."""
    wild = "*" in text or "?" in text
    return fnmatch.fnmatchcase(token, text) if wild else token == text


def _phrase_lines(
    node: q.QueryNode, evidence: QueryEvidence, catalog: CatalogReader
) -> dict[PhotoId, dict[WordIndex, int]]:
    """Lines of the words of the photos that may show a phrase."""
    photos: set[PhotoId] = set()
    for leaf in q.leaves(node, negated=True):
        if isinstance(leaf, q.Phrase):
            scores = raw_scores(leaf, evidence)
            photos.update(photo_id for photo_id, p in scores.items() if p >= MIN_LINED)
    return catalog.lines(sorted(photos))
