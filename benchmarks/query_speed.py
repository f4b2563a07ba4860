"""How fast queries and updates are, on a synthetic catalog.

    python benchmarks/query_speed.py [HOME] [--photos 10000]

HOME is built by synthetic_catalog.py if it does not exist yet. Queries are words of the catalog's
vocabulary, drawn evenly: common and rare ones. Seconds of the CPU stand beside those of the clock,
which other work on the machine makes longer.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from synthetic_catalog import CHARSET, build, seen
from wordfreq import top_n_list

from indexer import bootstrap, config
from indexer.entities import Box, EngineId, Reading, Word
from indexer.search.searcher import Filters

FRESH, WARM, UPDATES = 15, 60, 10


def percentiles(seconds):
    """Median, 95th percentile and maximum, in milliseconds."""
    ordered = sorted(1000 * s for s in seconds)
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"p50 {statistics.median(ordered):.0f}, p95 {p95:.0f}, max {ordered[-1]:.0f} ms"


def timed(work, items):
    """Seconds by the clock, and by the CPU, of work on each item."""
    clock, cpu = [], []
    for item in items:
        start = time.perf_counter(), time.process_time()
        work(item)
        clock.append(time.perf_counter() - start[0])
        cpu.append(time.process_time() - start[1])
    return clock, cpu


def fresh(home, word):
    """Run `ocrsearch query` in a process of its own."""
    command = [sys.executable, "-m", "indexer", "--home", str(home), "query", word]
    subprocess.run(command, check=False, capture_output=True)


def update(library, number, chance):
    """Read one known photo anew, and let the derived stores follow."""
    rows = [seen("update", chance) for _ in range(80)]
    words = tuple(
        Word(Box(0, 0, 9, 9), 0, text, sure, ((text, sure),), packed)
        for text, sure, _, packed in rows
    )
    engine = EngineId("synthetic", CHARSET.symbols)
    library.catalog.put_reading(f"{number:032x}", Reading(99, 99, None, words), engine)
    library.indexes.catch_up()


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, nargs="?")
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=80)
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp()) / "home"
    if not home.exists():
        build(home, given.photos, given.words, 0)
    settings, chance = config.load(home=home), np.random.default_rng(1)
    vocabulary = [w for w in top_n_list("en", 30_000) if w.isascii() and w.isalpha() and len(w) > 2]
    drawn = chance.choice(vocabulary, size=(WARM, 3)).tolist()
    common = chance.choice(vocabulary[:500], size=(WARM, 3)).tolist()
    clock, _ = timed(lambda row: fresh(home, row[0]), drawn[:FRESH])
    print("fresh process, one word:", percentiles(clock))
    with bootstrap.searching(settings) as searcher:
        searcher.search("first", Filters())
        kinds = {
            **{f"{n} words": [" ".join(row[:n]) for row in drawn] for n in (1, 2, 3)},
            **{f"{n} common words": [" ".join(row[:n]) for row in common] for n in (1, 3)},
            "phrases of two": [f'"{a} {b}"' for a, b, _ in common],
            "beginnings": [f"{row[0][:4]}*" for row in drawn],
            "parts": [f"*{row[0][1:-1]}*" for row in drawn],
        }
        for kind, queries in kinds.items():
            clock, cpu = timed(lambda text: searcher.search(text, Filters()), queries)
            print(f"warm, {kind}: {percentiles(clock)}; CPU {percentiles(cpu)}", flush=True)
        words = [row[0] for row in drawn]
        clock, cpu = timed(lambda text: searcher.search(text, Filters(exact=True)), words)
        print(f"warm, one word, exact: {percentiles(clock)}; CPU {percentiles(cpu)}")
    with bootstrap.writing(settings, 1) as library:
        clock, cpu = timed(lambda n: update(library, n, chance), range(1, UPDATES + 1))
    print(f"update of one photo: {percentiles(clock)}; CPU {percentiles(cpu)}")


if __name__ == "__main__":
    main()
