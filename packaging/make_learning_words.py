"""Makes the word images that `ocrsearch learn` mixes with those of the user, and its guard.

    python packaging/make_learning_words.py TRAIN.zip TRAIN-NOTES.zip

Both hold a labels.tsv: image, text, hand, page. Boards are read from the first, paper from the second. The hands
that the shipped weights never learned from (recognizer/EXPERIMENTS.md) make the guard, all others the replay.
"""

from __future__ import annotations

import random
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

OUT = Path(__file__).parent.parent / "recognizer" / "training" / "words"
BOARDS_HELD_OUT = "hand10"
BOARD_WORDS, PAPER_WORDS = 20, 4
"""Words of each hand of the replay."""
PAPER_HANDS = 145
GUARD_BOARD, GUARD_PAPER = 60, 9
"""Words of each hand of the guard; with the hands of which fewer are needed, 300 of 28."""
GUARD = 300
Word = tuple[bytes, str]


def by_hand(path: str) -> dict[str, list[Word]]:
    """(image, text) of each word, by its hand."""
    hands: dict[str, list[Word]] = defaultdict(list)
    with zipfile.ZipFile(path) as archive:
        for line in archive.read("labels.tsv").decode().splitlines():
            name, text, hand, *_ = line.split("\t")
            hands[hand].append((archive.read(name), text))
    return hands


def write(path: Path, chosen: dict[str, list[Word]]) -> None:
    """A zip with the images and a labels.tsv, the same bytes for the same words."""
    lines = []
    with zipfile.ZipFile(path, "w") as archive:
        for hand, words in chosen.items():
            for number, (image, text) in enumerate(words):
                name = f"{hand}/{number:02}.webp"
                archive.writestr(zipfile.ZipInfo(name), image)
                lines.append(f"{name}\t{text}\t{hand}\n")
        archive.writestr(zipfile.ZipInfo("labels.tsv"), "".join(lines))
    print(path, len(lines), "words", len(chosen), "hands", path.stat().st_size, "bytes")


def main(boards_zip: str, paper_zip: str) -> None:
    """Draw and write both."""
    draw = random.Random(0)  # noqa: S311 - no secret
    boards, paper = by_hand(boards_zip), by_hand(paper_zip)
    held = sorted(paper)[9::10]
    guard = {BOARDS_HELD_OUT: draw.sample(boards.pop(BOARDS_HELD_OUT), GUARD_BOARD)}
    rest = GUARD - GUARD_BOARD
    for number, hand in enumerate(held):
        share = min(GUARD_PAPER, rest - (len(held) - 1 - number) * 8)
        guard[hand] = draw.sample(paper[hand], share)
        rest -= share
    others = [hand for hand in sorted(paper) if hand not in held]
    replay = {hand: draw.sample(words, BOARD_WORDS) for hand, words in boards.items()}
    for hand in sorted(draw.sample(others, PAPER_HANDS)):
        replay[hand] = draw.sample(paper[hand], min(PAPER_WORDS, len(paper[hand])))
    OUT.mkdir(exist_ok=True)
    write(OUT / "replay.zip", replay)
    write(OUT / "guard.zip", guard)


if __name__ == "__main__":
    main(*sys.argv[1:])
