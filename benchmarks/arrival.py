"""How soon a new photo can be found while `watch` works off a backlog.

    python benchmarks/arrival.py [--backlog 120] [--arrivals 8] [--every 8]

The backlog are copies of the sample photos, each made unique. While they are read, one more copy
is dropped every few seconds and asked for until it is found.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from indexer import bootstrap, config
from indexer.errors import OcrsearchError
from indexer.search.searcher import Filters

SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*.jpg"))


def copy(photo, path):
    """Another photo of the same words."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    shutil.copy(photo, part)
    with part.open("ab") as file:
        file.write(path.name.encode())
    part.rename(path)


def found(settings, path, query="dijkstra"):
    """Whether a query finds this photo now."""
    try:
        with bootstrap.searching(settings) as searcher:
            hits = searcher.search(query, Filters(limit=None, folder=path.parent)).hits
    except OcrsearchError:
        return False
    return any(hit.photo == path for hit in hits)


def delay(settings, path):
    """Seconds from its appearance until a new photo is found."""
    start = time.monotonic()
    copy(SAMPLES[0], path)
    while not found(settings, path):
        time.sleep(0.1)
    return time.monotonic() - start


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backlog", type=int, default=120)
    parser.add_argument("--arrivals", type=int, default=8)
    parser.add_argument("--every", type=float, default=8)
    given = parser.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        photos, settings = Path(folder, "photos"), config.load(home=Path(folder, "home"))
        (photos / "new").mkdir(parents=True)
        for number in range(given.backlog):
            copy(chance.choice(SAMPLES), photos / f"{number:05d}.jpg")
        command = [sys.executable, "-m", "indexer", "--log-level", "warning", "watch", photos]
        with subprocess.Popen(
            command, env=os.environ | {"OCRSEARCH_HOME": f"{folder}/home"}
        ) as watch:
            time.sleep(15)
            delays = []
            for number in range(given.arrivals):
                delays.append(delay(settings, photos / "new" / f"{number}.jpg"))
                with bootstrap.reading_only(settings) as (catalog, _):
                    left = given.backlog + len(delays) - catalog.counts()["read"]
                print(f"{delays[-1]:.1f} s, {left} photos of the backlog left", flush=True)
                time.sleep(chance.uniform(0.5, 1.5) * given.every)
            watch.send_signal(signal.SIGTERM)
    print(f"median {statistics.median(delays):.1f} s, longest {max(delays):.1f} s")


if __name__ == "__main__":
    main()
