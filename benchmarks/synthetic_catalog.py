"""Synthetic catalog: made-up photos whose words are misread as a recogniser misreads them.

    python benchmarks/synthetic_catalog.py HOME --photos 10000 --words 80

Words follow Zipf's law over an English word list. Each box holds a reading in which like letters
are taken for each other, alternatives, and a posteriorgram that agrees with them. Same seed, same
catalog. Rows are written in bulk: the builds that are timed are those of the derived stores.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
from pathlib import Path

import numpy as np
from wordfreq import top_n_list

from indexer import config
from indexer.bootstrap import stores
from indexer.catalog.catalog import Catalog
from indexer.home import make as make_home
from indexer.ocr.builtin import BuiltInEngine
from indexer.sync.library import Library
from recognizer.posteriors.charset import Charset
from recognizer.posteriors.packing import pack

LOOKALIKES = {
    "a": "oue", "b": "hk6", "c": "eol", "d": "acl", "e": "cai", "f": "tlp", "g": "qy9", "h": "nkb",
    "i": "lj1", "j": "iy1", "k": "hlx", "l": "it1", "m": "nwr", "n": "mru", "o": "ac0", "p": "rfn",
    "q": "g9a", "r": "nvs", "s": "rx5", "t": "lf1", "u": "nva", "v": "urw", "w": "mvu", "x": "kty",
    "y": "gjv", "z": "2x7",
}  # fmt: skip
"""Letters that each letter is most often misread as."""

MEAN_ERRORS = 0.06
"""Mean, over words, of the share of letters that are misread."""

ERRORS_DEVIATION = 0.08
"""Standard deviation of that share."""

VARIANTS = 12
"""Different images of each word, which many photos share."""

CHARSET = Charset()
CHUNK = 500
"""Photos that are written at a time."""


def misread(word: str, chance: np.random.Generator, rate: float) -> str:
    """A word with some letters taken for like ones, dropped or doubled."""
    out = []
    for letter, luck in zip(word, chance.random(len(word)), strict=True):
        if luck < 0.8 * rate:
            out.append(LOOKALIKES[letter][int(chance.integers(3))])
        elif luck < 0.9 * rate:
            continue
        elif luck < rate:
            out.append(letter * 2)
        else:
            out.append(letter)
    return "".join(out) or word


def seen(word: str, chance: np.random.Generator) -> tuple[str, float, str, bytes]:
    """Reading, confidence, alternatives and posteriorgram of an image of `word`, as columns."""
    rate = float(np.clip(chance.normal(MEAN_ERRORS, ERRORS_DEVIATION), 0.005, 0.6))
    best = misread(word, chance, rate)
    sure = float(np.clip(chance.normal(0.94 - 4 * rate, 0.1), 0.1, 0.97))
    others = {misread(word, chance, 0.3) for _ in range(3)} - {best}
    if best != word and chance.random() < 0.6:
        others.add(word)
    shares = chance.dirichlet(np.ones(len(others))) * (1 - sure) if others else []
    read = [(best, sure), *zip(sorted(others), map(float, shares), strict=True)]
    read.sort(key=lambda one: -one[1])
    alternatives = "\t".join(f"{text}\t{p:.3g}" for text, p in read)
    return *read[0], alternatives, pack(posteriors(best, word, sure, chance))


def posteriors(best: str, word: str, sure: float, chance: np.random.Generator) -> np.ndarray:
    """Frames that say `best`, with hints of `word` and of like letters: [T, labels]."""
    frames = np.full((2 * len(best) + 1, len(CHARSET)), 1e-5, np.float32)
    frames[::2, 0] = 1.0
    each = sure ** (1 / len(best))
    for place, letter in enumerate(best):
        row = frames[2 * place + 1]
        likes = chance.dirichlet(np.full(4, 0.5)) * (1 - each)
        row[0] = likes[3]
        row[CHARSET.encode(letter)[0]] += each
        for like, share in zip(LOOKALIKES.get(letter, "oil"), likes, strict=False):
            row[CHARSET.encode(like)[0]] += share
        if place < len(word) and word[place] != letter:
            row[CHARSET.encode(word[place])[0]] += 0.1
    return frames / frames.sum(axis=1, keepdims=True)


def fill(database: Path, photos: int, words: int, seed: int) -> None:
    """Write photos of about `words` words each into an empty catalog."""
    chance = np.random.default_rng(seed)
    vocabulary = [w for w in top_n_list("en", 30_000) if w.isascii() and w.isalpha()]
    odds = 1 / (np.arange(len(vocabulary)) + 10.0)
    odds /= odds.sum()
    images: dict[tuple[int, int], tuple[str, float, str, bytes]] = {}

    def image(word: int, variant: int) -> tuple[str, float, str, bytes]:
        if (word, variant) not in images:
            images[word, variant] = seen(vocabulary[word], chance)
        return images[word, variant]

    with sqlite3.connect(database) as db:
        db.execute("UPDATE change SET number = ?", [photos])
        db.execute("INSERT INTO root VALUES (1, ?, 0)", [b"/photos"])
        db.execute("INSERT INTO engine VALUES (1, 'synthetic', ?)", [CHARSET.symbols])
        for first in range(1, photos + 1, CHUNK):
            numbers = range(first, min(first + CHUNK, photos + 1))
            counts = chance.poisson(words, len(numbers)) + 1
            drawn = chance.choice(len(vocabulary), int(counts.sum()), p=odds).tolist()
            variants = chance.integers(VARIANTS, size=len(drawn)).tolist()
            places = [
                (n, at) for n, count in zip(numbers, counts, strict=True) for at in range(count)
            ]
            db.executemany(
                "INSERT INTO photo VALUES (?, ?, 'read', 4000, 3000, ?, 1, NULL, ?)",
                [
                    (n, f"{n:032x}", f"20{n % 25:02d}-03-{n % 28 + 1:02d} 12:00:00.000000", n)
                    for n in numbers
                ],
            )
            db.executemany(
                "INSERT INTO place VALUES (1, ?, 1, 1, 1, 1, ?, ?)",
                [(f"{n // 500:03d}/{n:06d}.jpg".encode(), n, n) for n in numbers],
            )
            db.executemany(
                "INSERT INTO word VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
                [
                    (n, at, at // 8, 500 * (at % 8), 60 * (at // 8), 500 * (at % 8) + 400,
                     60 * (at // 8) + 50, *image(word, variant))
                    for (n, at), word, variant in zip(places, drawn, variants, strict=True)
                ],
            )  # fmt: skip
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def build(home: Path, photos: int, words: int, seed: int) -> None:
    """Fill a new home; print how long the derived stores take and how large everything is."""
    settings = config.load(home=home)
    make_home(settings)
    with Catalog(settings.database) as catalog:
        start = time.perf_counter()
        fill(home / "catalog.db", photos, words, seed)
        print(f"catalog: {photos} photos in {time.perf_counter() - start:.0f} s", flush=True)
        start = time.perf_counter()
        Library(settings, catalog, stores(settings), BuiltInEngine(settings)).rebuild()
        print(f"derived stores: {time.perf_counter() - start:.0f} s")
        total = catalog.counts()["words"]
    for part in sorted(home.iterdir()):
        size = sum(f.stat().st_size for f in [part, *part.rglob("*")] if f.is_file())
        print(f"{part.name}: {size / 1e6:.0f} MB, {size / total:.0f} bytes a word")


def main() -> None:
    """Build what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=80)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    build(given.home, given.photos, given.words, given.seed)


if __name__ == "__main__":
    main()
