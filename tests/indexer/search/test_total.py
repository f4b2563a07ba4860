"""The number of photos that answer, of which only the likeliest are judged one by one."""

from __future__ import annotations

import pytest

from indexer.query.parser import parse
from indexer.search import shortlist
from indexer.search.filters import Filters
from indexer.search.score import raw_scores, score, scored


@pytest.mark.parametrize(
    "query",
    [
        "tree",
        "tree garden",
        "tree garden wall",
        "tre*",
        "tree OR garden",
        "tree -garden",
        '"tree garden"',
    ],
)
@pytest.mark.parametrize("least", [0.0, Filters.least, 1e-8, 1e-7, 0.001, 0.5])
def test_it_is_that_of_the_calibrated_scores(query, least):
    chances = [0.0, 1e-300, 1e-17, 1e-12, 1e-9, 1e-6, 0.001, 0.03, 0.4, 0.6, 1.0]
    node = parse(query)
    words = [parse(word) for word in ("tree", "garden", "wall", "tre*")]
    leaves = {
        word: {n: {k: chances[(n * (k + 1)) % len(chances)]} for n in range(len(chances))}
        for k, word in enumerate(words)
    }
    leaves.setdefault(node, {})
    evidence = scored(node, leaves, {})

    found = shortlist._reaching(least, node, evidence, raw_scores(node, evidence))

    assert found == {n for n, p in score(node, evidence).items() if p >= least}
