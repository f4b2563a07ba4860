"""Learning by simulated users: hands whose words are corrected, learned, and measured on others of the same hand.

    python benchmarks/learning.py LABELS.tsv… [--learn 200] [--seeds 1] [--only HAND…] [--others HAND…] [--shuffle]
                                  [--steps N] [--share .5] [--rate 3e-4] [--measure N]

Each labels.tsv holds image, text, hand[, page] a line. Words of some photos of a hand are learned, the others are
measured before and after, with the verdict; without pages, 25 words in a row are a photo. `--others` names hands that are read
before and after as well. With `--shuffle` the labels are on wrong images: such a run must not be called better. A JSON object a run is printed.

Hands of the dev sets may be learned here, and nowhere else: the weights are thrown away.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from indexer.config import Settings
from indexer.corrections import learning_words
from indexer.corrections.correction import CorrectionKind, LearningPart
from indexer.corrections.inked_word import InkedWord
from indexer.corrections.measured import figures, judge
from indexer.entities import Box
from indexer.ocr import learning
from indexer.ocr.builtin import weights_path
from recognizer.training import finetuning

PHOTO_WORDS = 25
"""Words of a simulated photo."""

MIN_MEASURED = 60

Row = tuple[Path, str, str, str]
"""Image, text, hand, page."""


def rows(tables: list[Path]) -> list[Row]:
    """The words of several tables."""
    found = []
    for table in tables:
        for line in table.read_text(encoding="utf-8").splitlines():
            name, text, hand, *page = line.split("\t")
            found.append((table.parent / name, text, hand, page[0] if page else ""))
    return found


def inked(row: Row, photo: str, text: str) -> InkedWord:
    """A correction of a simulated user."""
    path, *_ = row
    file = io.BytesIO()
    with Image.open(path) as picture:
        picture.save(file, "PNG")
    kind, part = CorrectionKind.TYPED, LearningPart.LEARN
    return InkedWord(photo, text, file.getvalue(), kind, "person", part, Box(0, 0, 1, 1), (9, 9))


def split(
    words: list[Row], count: int, seed: int, *, shuffled: bool
) -> tuple[list[InkedWord], list[InkedWord]]:
    """The words that are learned, and those that are measured: of other photos."""
    photos: dict[str, list[Row]] = defaultdict(list)
    for number, row in enumerate(words):
        photos[row[3] or f"{number // PHOTO_WORDS:05}"].append(row)
    names = sorted(photos)
    random.Random(seed).shuffle(names)
    of = [(row, name) for name in names for row in photos[name] if " " not in row[1]]
    texts = [row[1] for row, _ in of[:count]]
    if shuffled:
        random.Random(seed).shuffle(texts)
    learned = [inked(row, name, text) for (row, name), text in zip(of[:count], texts, strict=True)]
    return learned, [inked(row, name, row[1]) for row, name in of[count:]]


def run(
    hand: str,
    words: list[Row],
    options: argparse.Namespace,
    seed: int,
    others: list[learning.KnownWord],
) -> dict[str, object]:
    """Learn one hand and measure it."""
    settings = Settings(home=Path(tempfile.mkdtemp()))
    learned, held = split(words, options.learn, seed, shuffled=options.shuffle)
    held = held[: options.measure]
    folder = Path(tempfile.mkdtemp())
    start = time.process_time()
    exported = learning_words.write(learned, folder / "words")
    before = weights_path(settings)
    after = finetuning.finetune(before, exported, len(learned), folder / "run", seed=seed)
    seconds = time.process_time() - start
    asked = [learning.asked(word) for word in held]
    guard = learning.guard()
    old = learning.read(before, settings, asked + guard + others)
    new = learning.read(after, settings, asked + guard + others)
    a, b = len(asked), len(asked) + len(guard)
    judged = judge(old[:a], new[:a], old[a:b], new[a:b])
    return {
        "hand": hand,
        "seed": seed,
        "learned": len(learned),
        "seconds": round(seconds),
        "before": asdict(figures(old[:a])),
        "after": asdict(figures(new[:a])),
        "guard": [asdict(figures(each[a:b])) for each in (old, new)],
        "others": [asdict(figures(each[b:])) for each in (old, new)] if others else None,
        "interval": judged.interval,
        "verdict": str(judged.verdict),
        "why": judged.why,
    }


def main() -> None:
    """Run them all; a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--learn", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--shuffle", action="store_true")
    parser.add_argument(
        "--others", nargs="*", default=[], help="hands that are read before and after"
    )
    parser.add_argument("--steps", type=int, help="instead of as many as `learn` takes")
    parser.add_argument("--share", type=float, default=finetuning.SHARE)
    parser.add_argument("--rate", type=float, default=finetuning.RATE)
    parser.add_argument("--measure", type=int, help="measured words at most")
    options = parser.parse_args()
    finetuning.SHARE, finetuning.RATE = options.share, options.rate
    if options.steps:
        finetuning.steps = lambda words: options.steps  # noqa: ARG005
    hands: dict[str, list[Row]] = defaultdict(list)
    for row in rows(options.tables):
        hands[row[2]].append(row)
    others = [
        learning.KnownWord(hand, text, Image.open(path))
        for other in options.others
        for path, text, hand, _ in hands[other][:200]
    ]
    for hand in options.only or sorted(hands):
        if len(hands[hand]) < options.learn + MIN_MEASURED:
            continue
        for seed in range(options.seeds):
            found = run(hand, hands[hand], options, seed, others)
            print(json.dumps(found), flush=True)
            one, two = found["before"], found["after"]
            print(
                f"{hand} seed {seed}: {found['seconds']} s; wrong {one['folded_wrong_words']:.3f} → {two['folded_wrong_words']:.3f}, "
                f"folded CER {one['folded_cer']:.3f} → {two['folded_cer']:.3f}; guard {found['guard'][0]['folded_cer']:.4f} → "
                f"{found['guard'][1]['folded_cer']:.4f} ECE {found['guard'][0]['calibration_error']:.3f} {found['guard'][1]['calibration_error']:.3f}; {found['verdict']}: {found['why']}",
                file=sys.stderr,
                flush=True,
            )


if __name__ == "__main__":
    main()
