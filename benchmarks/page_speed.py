"""Weight and speed of the page on a synthetic catalog.

    python benchmarks/page_speed.py HOME [--photos 100000] [--words 80] [--queries 200]

HOME is built by synthetic_catalog.py if it does not exist yet; its photos have no files, so pictures
are not measured here. Times are those of a client on the same machine, from the request to the last
byte, over one connection. Exits with 1 if a limit of LIMITS is passed.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import psutil
from query_speed import percentiles
from synthetic_catalog import build
from wordfreq import top_n_list

from indexer import config

PORT = 18_377
STATIC = ("base.js", "search.js", "photo.js", "manage.js", "style.css")
LIMITS = {
    "start": 1.5,
    "first": 0.5,
    "search": 0.25,
    "filtered": 0.3,
    "listed": 0.3,
    "html": 60_000,
    "script and style": 18_000,
    "memory": 100e6,
}
"""Seconds (95th percentiles) and bytes that must not be passed."""


class Page:
    """A running `ocrsearch serve`, and a client that is paired."""

    def __init__(self, home: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "indexer",
            "--home",
            str(home),
            "serve",
            "--port",
            str(PORT),
        ]
        self.log = Path(tempfile.mkdtemp()) / "serve.log"
        begin = time.perf_counter()
        with self.log.open("w") as out:
            self.process = subprocess.Popen(command, stderr=out)
        while not (code := re.search(r"pair#(\S+)", self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.01)
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT)
        self.headers = {"Origin": f"http://127.0.0.1:{PORT}", "Content-Type": "application/json"}
        body = json.dumps({"code": code.group(1)})
        token = json.loads(self.ask("/api/v1/pair", "POST", body)[1])["token"]
        self.seconds_to_start = time.perf_counter() - begin
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, path, method="GET", body=None):
        """Seconds, and what came."""
        begin = time.perf_counter()
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 400, (path, answer.status, content[:300])
        return time.perf_counter() - begin, content

    def memory(self):
        """Bytes that the process has for itself, without the maps of files."""
        return psutil.Process(self.process.pid).memory_full_info().uss

    def end(self):
        """End the server."""
        self.process.terminate()
        self.process.wait()


def measured(page, queries):
    """What is measured by its name, and all times by theirs."""
    first, _ = page.ask("/?" + urlencode({"q": queries[0]}))
    search, weights = zip(*(page.ask("/?" + urlencode({"q": q})) for q in queries), strict=True)
    filters = [
        {"folder": f"/photos/{n % 100:03d}", "since": "2003", "until": "2020"} for n in range(50)
    ]
    filtered = [
        page.ask("/?" + urlencode({"q": q} | f))[0] for q, f in zip(queries, filters, strict=False)
    ]
    listed = [page.ask("/")[0], page.ask("/?since=2010-03-04")[0]]
    listed += [page.ask("/?" + urlencode(f))[0] for f in filters[:10]]
    cursor = ""
    for _ in range(10):
        seconds, said = page.ask("/api/v1/photos?" + urlencode({"cursor": cursor, "limit": 100}))
        listed.append(seconds)
        cursor = json.loads(said)["next"]
    static = [gzip.compress(page.ask(f"/static/{name}")[1], 9) for name in STATIC]
    everything = {"search": search, "filtered": filtered, "listed": listed}
    figures = {name: float(np.percentile(times, 95)) for name, times in everything.items()}
    figures |= {
        "start": page.seconds_to_start,
        "first": first,
        "html": max(map(len, weights)),
        "script and style": sum(map(len, static)),
        "memory": page.memory(),
    }
    return figures, everything


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=80)
    parser.add_argument("--queries", type=int, default=200)
    given = parser.parse_args()
    os.environ.setdefault("OCRSEARCH_CONFIG", os.devnull)
    if not given.home.exists():
        build(given.home, given.photos, given.words, 0)
    settings, chance = config.load(home=given.home), np.random.default_rng(1)
    vocabulary = [w for w in top_n_list("en", 30_000) if w.isascii() and w.isalpha() and len(w) > 2]
    drawn = chance.choice(vocabulary, size=(given.queries, 2)).tolist()
    common = chance.choice(vocabulary[:500], size=(given.queries, 2)).tolist()
    queries = [" ".join((drawn, common)[n % 2][n][: 1 + n % 3 // 2]) for n in range(given.queries)]
    page = Page(settings.home)
    try:
        figures, everything = measured(page, queries)
        for name, times in everything.items():
            print(f"{name}: {percentiles(times)}")
        heavy = [n for n in ("torch", "onnxruntime", "cv2") if n in maps(page.process.pid)]
        print("loaded of what reads:", ", ".join(heavy) or "nothing")
        for _ in range(1000):
            page.ask("/pair")
        begin = page.memory()
        for _ in range(4000):
            page.ask("/pair")
        print(f"memory after 4,000 more requests: {(page.memory() - begin) / 1e6:+.1f} MB")
    finally:
        page.end()
    passed = []
    for name, figure in figures.items():
        large = LIMITS[name] > 1000
        shown = f"{figure / 1000:.1f} kB" if large else f"{figure * 1000:.0f} ms"
        print(f"{name}: {shown}, limit {LIMITS[name]:g}")
        passed += [name] if figure > LIMITS[name] else []
    print("median of searches:", f"{1000 * statistics.median(everything['search']):.0f} ms")
    sys.exit(f"passed: {', '.join(passed)}" if passed else 0)


def maps(pid):
    """Names of the files that a process has mapped."""
    return " ".join({mapped.path for mapped in psutil.Process(pid).memory_maps()})


if __name__ == "__main__":
    main()
