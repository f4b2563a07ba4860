"""How fast queries are: fresh processes and one warm process, on a synthetic catalog.

    python benchmarks/query_speed.py [HOME] [--photos 10000]

HOME is built by synthetic_catalog.py if it does not exist yet.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from synthetic_catalog import build
from wordfreq import top_n_list

FRESH, WARM = 15, 100


def percentiles(seconds):
    """Median and 95th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return f"p50 {statistics.median(ordered) * 1000:.0f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1000:.0f} ms"


def command(home, *arguments, **options):
    """Run `ocrsearch query` in a process of its own."""
    program = Path(sys.executable).with_name("ocrsearch")
    return subprocess.run(
        [program, "--home", home, "query", *arguments],
        check=False, capture_output=True, text=True, **options,
    )  # fmt: skip


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, nargs="?")
    parser.add_argument("--photos", type=int, default=10_000)
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp()) / "home"
    if not home.exists():
        build(home, given.photos, 60, 0)
    chance = np.random.default_rng(1)
    words = [w for w in top_n_list("en", 20_000) if w.isascii() and w.isalpha() and len(w) > 3]
    drawn = chance.choice(words, size=(WARM, 3)).tolist()
    fresh = []
    for one, _, _ in drawn[:FRESH]:
        start = time.perf_counter()
        command(str(home), one)
        fresh.append(time.perf_counter() - start)
    print("fresh process, one word:", percentiles(fresh))
    for count in (1, 2, 3):
        lines = "\n".join(" ".join(row[:count]) for row in drawn)
        answers = command(str(home), "--batch", "-", "--json", input=lines).stdout.splitlines()
        print(f"warm, {count} words:", percentiles([json.loads(a)["seconds"] for a in answers]))


if __name__ == "__main__":
    main()
