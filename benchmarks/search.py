"""Quality of search on photos with known words: four ways to search the same readings.

    ocrsearch --home HOME index PAGES
    python benchmarks/search.py HOME PAGES

PAGES holds photos with NAME.json beside them: {"words": [{"text": …}]}, the truth. Queries are all
words of three letters or more, and random pairs of words of one photo.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import time
from collections import defaultdict
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from indexer import bootstrap, config
from indexer.query.indexed_words import tokens
from indexer.search.searcher import Filters

ORDERS = 20
"""Random orders of photos with the same score, over which average precision is averaged."""


def truth_of(pages):
    """Word → names of the photos that hold it."""
    holds = defaultdict(set)
    for file in sorted(pages.glob("*.json")):
        for word in json.loads(file.read_text(encoding="utf-8"))["words"]:
            for token in re.findall(r"[a-z]{3,}(?![a-z0-9])", (word["text"] or "").lower()):
                holds[token].add(file.stem)
    return holds


def pairs_of(holds, count, seed):
    """Two-word queries whose words share a photo, with the photos that hold both."""
    chance, pairs = random.Random(seed), {}
    words = sorted(holds)
    while len(pairs) < count:
        one = chance.choice(words)
        name = chance.choice(sorted(holds[one]))
        other = chance.choice([w for w in words if name in holds[w]])
        if one != other:
            pairs[f"{one} {other}"] = holds[one] & holds[other]
    return pairs


class Readings:
    """First readings and alternatives of every photo, for the simple ways."""

    def __init__(self, first, alternatives):
        """Folded words by the name of their photo, and (folded words, probability) likewise."""
        self.first, self.all = first, alternatives

    @classmethod
    def of(cls, catalog):
        """Those of a catalog."""
        photos = [catalog.photo_at(path) for path in catalog.places()]
        return cls(
            {p.places[0].stem: [t for w in p.words for t in tokens(w.text)] for p in photos},
            {
                p.places[0].stem: [
                    (tokens(text), chance) for w in p.words for text, chance in w.alternatives
                ]
                for p in photos
            },
        )

    def exact(self, word):
        """Photos with the word as a first reading."""
        return {name: 1.0 for name, read in self.first.items() if word in read}

    def fuzzy(self, word):
        """Photos with a first reading within one edit, two for words of eight letters or more."""
        edits = 1 if len(word) <= 7 else 2
        found = {}
        for name, read in self.first.items():
            nearest = min(
                (Levenshtein.distance(word, r, score_cutoff=edits) for r in read), default=9
            )
            if nearest <= edits:
                found[name] = math.exp(-nearest)
        return found

    def alternatives(self, word):
        """Photos with the word among the kept readings, by the likeliest one."""
        found = {}
        for name, readings in self.all.items():
            best = max((p for said, p in readings if word in said), default=0.0)
            if best:
                found[name] = best
        return found


def several(search):
    """Several words multiply."""

    def both(query):
        answers = [search(word) for word in query.split()]
        names = set.intersection(*map(set, answers))
        return {name: math.prod(answer[name] for answer in answers) for name in names}

    return both


def average_precision(answer, relevant, chance):
    """Average precision; photos of the same score stand in an order of chance."""
    ranked = sorted(answer, key=lambda name: (-answer[name], chance.random()))
    hits, total = 0, 0.0
    for rank, name in enumerate(ranked, start=1):
        if name in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant)


def measure(search, queries):
    """MAP over queries, gAP over all query-photo pairs, recall, precision at 0.5, milliseconds."""
    precisions, pooled, seconds, chance = [], [], [], random.Random(0)
    for query, relevant in queries.items():
        start = time.perf_counter()
        answer = search(query)
        seconds.append(time.perf_counter() - start)
        orders = [average_precision(answer, relevant, chance) for _ in range(ORDERS)]
        precisions.append(sum(orders) / ORDERS)
        pooled += [(score, name in relevant) for name, score in answer.items()]
    chance.shuffle(pooled)
    pooled.sort(key=lambda pair: -pair[0])
    pairs, hits, gap = sum(map(len, queries.values())), 0, 0.0
    for rank, (_, good) in enumerate(pooled, start=1):
        hits += good
        gap += good * hits / rank
    sure = [good for score, good in pooled if score >= 0.5]
    seconds.sort()
    return {
        "mAP": sum(precisions) / len(precisions), "gAP": gap / pairs, "recall": hits / pairs,
        "precision@0.5": sum(sure) / max(1, len(sure)), "recall@0.5": sum(sure) / pairs,
        "p95 ms": 1000 * seconds[int(len(seconds) * 0.95)],
    }  # fmt: skip


def main():
    """Print one table for single words and one for pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("pages", type=Path)
    given = parser.parse_args()
    settings = config.load(home=given.home)
    holds = truth_of(given.pages)
    with (
        bootstrap.reading_only(settings) as (catalog, _),
        bootstrap.searching(settings) as searcher,
    ):
        readings = Readings.of(catalog)

        def ours(query):
            hits = searcher.search(query, Filters(limit=1000)).hits
            return {hit.photo.stem: hit.score for hit in hits}

        ways = {
            "exact": readings.exact,
            "fuzzy": readings.fuzzy,
            "alternatives": readings.alternatives,
        }
        for title, queries in (("one word", holds), ("two words", pairs_of(holds, 200, 0))):
            print(f"\n{title}: {len(queries)} queries, {len(readings.first)} photos")
            for name, way in [*((n, several(w)) for n, w in ways.items()), ("ours", ours)]:
                figures = measure(way, queries)
                print(f"{name:13}", "  ".join(f"{k} {v:.3f}" for k, v in figures.items()))
        words = catalog.counts()["words"]
    for name, folder in (("posteriors", settings.posteriors), ("index", settings.index)):
        size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        print(f"{name}: {size / words:.0f} bytes a word")


if __name__ == "__main__":
    main()
