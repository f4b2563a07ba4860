"""A catalog of photos that nobody took, with words read as badly as a recogniser would.

    python benchmarks/synthetic_catalog.py HOME --photos 10000

Words follow Zipf's law over an English word list; each box holds a reading with confusions of
like letters, alternatives, and a posteriorgram that agrees with them. Same seed, same catalog.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from wordfreq import top_n_list

from indexer import config
from indexer.bootstrap import BuiltInEyes, stores
from indexer.catalog import Catalog
from indexer.library import Library
from indexer.photo import Box, Engine, Reading, Stamp, Word
from recognizer.charset import Charset
from recognizer.posteriorgram import pack

LIKE = {"a": "o", "o": "a", "e": "c", "c": "e", "n": "m", "m": "n", "r": "n", "u": "v", "v": "u",
        "i": "l", "l": "i", "t": "l", "s": "r", "g": "q", "q": "g", "h": "k", "d": "a", "y": "g"}  # fmt: skip
CHARSET = Charset()
VARIANTS = 12


def misread(word: str, chance: np.random.Generator, rate: float) -> str:
    """A word with some letters taken for like ones, dropped or doubled."""
    out = []
    for letter in word:
        luck = chance.random()
        if luck < 0.7 * rate:
            out.append(LIKE.get(letter, chance.choice(list("aeinorst"))))
        elif luck < 0.85 * rate:
            continue
        elif luck < rate:
            out.append(letter * 2)
        else:
            out.append(letter)
    return "".join(out) or word


def seen(word: str, chance: np.random.Generator) -> Word:
    """What a recogniser could have made of an image of `word`."""
    rate = float(np.clip(chance.normal(0.17, 0.12), 0.01, 0.6))
    best = misread(word, chance, rate)
    sure = float(np.clip(chance.normal(1 - 2 * rate, 0.15), 0.1, 0.98))
    others = {misread(best, chance, 0.3) for _ in range(4)} - {best}
    if best != word and chance.random() < 0.6:
        others.add(word)
    shares = chance.dirichlet(np.ones(len(others))) * (1 - sure) if others else []
    alternatives = sorted(
        [(best, sure), *zip(sorted(others), map(float, shares), strict=True)], key=lambda a: -a[1]
    )
    packed = pack(posteriors(best, word, sure, chance))
    return Word(Box(0, 0, 1, 1), 0, best, sure, tuple(alternatives), packed)


def posteriors(best: str, word: str, sure: float, chance: np.random.Generator) -> np.ndarray:
    """Frames that say `best` with a hint of `word` and of like letters: [T, labels]."""
    frames = np.full((2 * len(best) + 1, len(CHARSET)), 1e-5, np.float32)
    frames[:, 0] += 1.0
    for place, letter in enumerate(best):
        row = frames[2 * place + 1]
        row[0] = 0.02
        row[CHARSET.encode(letter)[0]] += sure ** (1 / len(best))
        row[CHARSET.encode(LIKE.get(letter, "o"))[0]] += 0.1 * chance.random()
        if place < len(word):
            row[CHARSET.encode(word[place])[0]] += 0.1
    return frames / frames.sum(axis=1, keepdims=True)


def build(home: Path, photos: int, words: int, seed: int) -> None:
    """Fill a new home with `photos` photos of about `words` words."""
    chance = np.random.default_rng(seed)
    vocabulary = [w for w in top_n_list("en", 30_000) if w.isascii() and w.isalpha()]
    odds = 1 / (np.arange(len(vocabulary)) + 10.0)
    odds /= odds.sum()
    settings = config.load(home=home)
    home.mkdir(parents=True, exist_ok=True)
    cache: dict[tuple[int, int], Word] = {}
    with Catalog(settings.database) as catalog:
        start = time.perf_counter()
        for number in range(photos):
            drawn = chance.choice(len(vocabulary), size=int(chance.poisson(words)), p=odds)
            row = []
            for place, index in enumerate(drawn.tolist()):
                key = index, int(chance.integers(VARIANTS))
                if key not in cache:
                    cache[key] = seen(vocabulary[index], chance)
                w = cache[key]
                box = Box(100 * (place % 8), 60 * (place // 8), 100 * (place % 8) + 90, 60)
                row.append(
                    Word(box, place // 8, w.text, w.confidence, w.alternatives, w.posteriorgram)
                )
            content = f"{number:032x}"
            path = Path(f"/photos/{number // 500:03d}/{number:06d}.jpg")
            catalog.put_places([(path, Stamp(1, 1), content)], 0.0)
            catalog.put_reading(
                content, Reading(4000, 3000, None, tuple(row)), Engine("synthetic", CHARSET.symbols)
            )
        print(f"catalog: {photos} photos in {time.perf_counter() - start:.0f} s")
        start = time.perf_counter()
        Library(settings, catalog, stores(settings), BuiltInEyes(settings)).rebuild()
        print(f"derived stores: {time.perf_counter() - start:.0f} s")
    size = {
        p.name: sum(f.stat().st_size for f in [p, *p.rglob("*")] if f.is_file())
        for p in home.iterdir()
    }
    print({name: f"{bytes_ / photos / 1000:.1f} kB a photo" for name, bytes_ in size.items()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    build(given.home, given.photos, given.words, given.seed)
