"""Time that a correction takes, and whether the next query finds it, while `watch` reads photos.

    python benchmarks/correction_speed.py [--photos 1000] [--corrections 100]

The sample photos are indexed; then `ocrsearch watch` gets so many copies of them, each with another
content, and reads on while words of the first ones are corrected by REST. After each correction two
queries ask: the new text must find its photo, and, `exact`, what was read must not find that word.
Times are those of a client on the same machine. Exits with 1 if a query is wrong, or the 95th
percentile of the answers passes a tenth of a second of the processor of the server.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from page_speed import Page
from query_speed import percentiles

from indexer import bootstrap, config

SAMPLES = Path(__file__).parent.parent / "samples"
LIMIT = 0.1
"""Seconds of the server's processor that a correction may take."""


def main() -> int:
    """Measure; 1 if a promise does not hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--photos", type=int, default=1000)
    options.add_argument("--corrections", type=int, default=100)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="correction-speed-") as name:
        return _measured(Path(name), chosen.photos, chosen.corrections)


def _measured(folder: Path, photos: int, corrections: int) -> int:
    os.environ.setdefault("OCRSEARCH_CONFIG", os.devnull)
    first, more, home = folder / "first", folder / "more", folder / "home"
    pictures = sorted(SAMPLES.glob("*.jpg"))
    for picture in pictures:
        _copy(picture, first / picture.name, b"first")
    more.mkdir()
    command = [sys.executable, "-m", "indexer", "--home", str(home)]
    subprocess.run([*command, "index", str(first), str(more)], check=True, capture_output=True)
    for number, picture in zip(range(photos), itertools.cycle(pictures), strict=False):
        _copy(picture, more / f"{number}.jpg", str(number).encode())
    page = Page(home)
    page.headers["Content-Type"] = "application/json"
    with (folder / "watch.log").open("w") as log:
        watch = subprocess.Popen([*command, "watch", str(first), str(more)], stderr=log)
    try:
        while not (before := _read(home) - len(pictures)):
            assert watch.poll() is None, (folder / "watch.log").read_text()
        page.connection.close()  # it was idle for longer than the server waits
        times, wrong = _corrected(page, first, corrections)
        after = _read(home) - len(pictures)
        writing = watch.poll() is None and after < photos
    finally:
        watch.terminate()
        watch.wait()
        page.end()
    print(f"photos that were read meanwhile: {before} to {after} of {photos}")
    for name, at in (("clock", 0), ("CPU of the server", 1)):
        print(f"{name}: {percentiles([answer[at] for answer in times])}")
    high = sorted(answer[1] for answer in times)[int(len(times) * 0.95)]
    print(f"queries that were wrong: {wrong} of {2 * len(times)}")
    return int(wrong > 0 or high > LIMIT or not writing)


def _copy(picture: Path, to: Path, salt: bytes) -> None:
    """The same picture with another content hash: what follows its end is not shown."""
    to.parent.mkdir(exist_ok=True)
    to.write_bytes(picture.read_bytes() + salt)


def _read(home: Path) -> int:
    with bootstrap.reading_only(config.load(home=home)) as (catalog, _):
        return catalog.counts().get("read", 0)


def _corrected(page: Page, folder: Path, count: int) -> tuple[list[tuple[float, float]], int]:
    """Correct so many words in turn; times of the answers, and how many queries were wrong."""
    asked = "/api/v1/photos?" + urlencode({"folder": str(folder), "limit": 200})
    ids = [photo["id"] for photo in json.loads(page.ask(asked)[2])["photos"]]
    words = [
        (content, word)
        for content in ids
        for word in json.loads(page.ask(f"/api/v1/photos/{content}")[2])["words"]
    ]
    times, wrong = [], 0
    for number, (content, word) in enumerate(words[:count]):
        said = "quz" + "".join(chr(97 + int(digit)) * 2 for digit in str(number))
        body = json.dumps({"box": word["box"], "text": said})
        times.append(page.ask(f"/api/v1/photos/{content}/corrections", "POST", body)[:2])
        wrong += content not in _found(page, folder, said)
        wrong += word["box"] in _found(page, folder, word["text"], exact=True).get(content, [])
    return times, wrong


def _found(page: Page, folder: Path, query: str, **more: object) -> dict[str, list[list[int]]]:
    """Boxes of the words that answer, by photo."""
    quoted = '"' + query.replace('"', " ") + '"'
    asked = urlencode({"q": quoted, "folder": str(folder), "limit": 200, **more})
    answer = json.loads(page.ask(f"/api/v1/search?{asked}")[2])
    return {hit["id"]: [word["box"] for word in hit["words"]] for hit in answer["hits"]}


if __name__ == "__main__":
    sys.exit(main())
