"""Corrections of pages with known boxes through all that happens to photos: how many stay on their word.

    python benchmarks/corrections_survive.py PAGES [--corrections 1000] [--weights FILE]

PAGES holds photos, each with a JSON of its name, `{"words": [{"text", "box"}]}`, as shared/data/pages has them. A copy of the photos
is indexed, and words that were read are corrected: each to its label, or else to a text of its own. Then the photos are renamed, copied,
the derived stores are rebuilt, and the photos read with other weights (by default those of a network that nobody trained) and with the
classical detector; in the end they are gone until they are forgotten, and return. After each step every correction is looked for:

* on its word: it is shown in the box whose ink, by the labelled boxes, is the same as before; a word whose ink has no box there must keep
  its place (IoU of .3 or more, or one inside the other);
* doubtful: it is listed so; elsewhere: it is shown in another place; lost: none of these.

Exits with 1 if fewer than 95 of 100 are on their word, or one is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from indexer import bootstrap, config
from indexer.corrections.correction import Correction
from indexer.corrections.effective import MIN_INSIDE, MIN_IOU, inside, iou
from indexer.entities import Box

LEAST = 0.95
"""Share of corrections that must be on their word."""


class Made(NamedTuple):
    """A correction, and the number of the labelled box of its ink; None if that has none."""

    correction: Correction
    ink: int | None


def labelled(box: Box, boxes: list[Box]) -> int | None:
    """The number of the labelled box of the ink in `box`."""
    best = max(range(len(boxes)), key=lambda n: iou(box, boxes[n]), default=None)
    return best if best is not None and iou(box, boxes[best]) >= MIN_IOU else None


class Survival:
    """A home over copies of the pages."""

    def __init__(self, folder: Path, pages: Path) -> None:
        self.photos, self.home = folder / "photos", folder / "home"
        self.photos.mkdir()
        self.labels: dict[str, list[Box]] = {}
        self.texts: dict[str, list[str]] = {}
        for page in sorted(pages.glob("*.json")):
            photo = page.with_suffix(".jpg")
            shutil.copy2(photo, self.photos)
            words = [w for w in json.loads(page.read_text())["words"] if w["box"]]
            self.labels[photo.name] = [Box(*w["box"]) for w in words]
            self.texts[photo.name] = [w["text"] or "" for w in words]
        self.index()
        with bootstrap.reading_only(self.settings) as (catalog, _):
            self.names = {catalog.photo_at(p).hash: p.name for p in self.photos.iterdir()}
        self.made: list[Made] = []

    @property
    def settings(self) -> config.Settings:
        """Those of the home."""
        return config.load(home=self.home)

    def run(self, *arguments: object, **environment: str) -> None:
        """Run a command of the program on it."""
        command = [sys.executable, "-m", "indexer", "--home", self.home, *arguments]
        given = os.environ | {"OCRSEARCH_PHOTO_SECONDS": "600"} | environment  # on a busy machine
        done = subprocess.run(
            list(map(str, command)), env=given, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def index(self, **environment: str) -> None:
        """Read what is new, or was read by another engine."""
        self.run("index", self.photos, **environment)

    def correct(self, count: int) -> None:
        """Correct so many of all words, by chance."""
        with bootstrap.correcting(self.settings) as catalog:
            words = [
                (content, photo, word)
                for content in sorted(self.names)
                for photo in [catalog.photo_with(content)]
                for word in photo.words
            ]
            for content, photo, word in random.Random(0).sample(words, min(count, len(words))):
                name = self.names[content]
                ink = labelled(word.box, self.labels[name])
                text = (self.texts[name][ink] if ink is not None else "") or f"w{len(self.made)}"
                size = (photo.width, photo.height)
                made = Correction(
                    uuid.uuid4().hex, content, size, word.box, text[:60], corners=word.corners,
                    created_at=time.time(),
                )  # fmt: skip
                self.made.append(Made(made, ink))
            catalog.correct([made.correction for made in self.made])
        bootstrap.deliver(self.settings)

    def look(self) -> Counter[str]:
        """How many corrections are on their word, doubtful, elsewhere and lost."""
        found: Counter[str] = Counter()
        with bootstrap.reading_only(self.settings) as (catalog, _):
            shown = {
                word.correction: word.box
                for content in self.names
                for photo in [catalog.photo_with(content)]
                for word in photo.words
                if word.correction
            }
            doubtful = {c.uid for content in self.names for c in catalog.doubtful(content)}
        for made in self.made:
            uid = made.correction.uid
            if uid not in shown:
                found["doubtful" if uid in doubtful else "lost"] += 1
                continue
            same = self._same(made, shown[uid])
            found["on its word" if same else "elsewhere"] += 1
            found["of them by a labelled box"] += same and made.ink is not None
        return found

    def _same(self, made: Made, box: Box) -> bool:
        boxes, before = self.labels[self.names[made.correction.content]], made.correction.box
        if made.ink is not None and (now := labelled(box, boxes)) is not None:
            return now == made.ink
        return (
            iou(box, before) >= MIN_IOU
            or max(inside(box, before), inside(before, box)) >= MIN_INSIDE
        )

    def steps(self, weights: Path):
        """Let it all happen, step by step."""
        yield "said"
        for photo in sorted(self.photos.iterdir()):
            photo.rename(self.photos / f"renamed-{photo.name}")
        self.index()
        yield "renamed"
        (self.photos / "copies").mkdir()
        for photo in sorted(self.photos.glob("*.jpg")):
            shutil.copy2(photo, self.photos / "copies")
        self.index()
        yield "copied"
        self.run("rebuild")
        yield "rebuilt"
        self.index(OCRSEARCH_WEIGHTS=str(weights))
        yield "read with other weights"
        self.index(OCRSEARCH_DETECTOR="classical")
        yield "read with the classical detector"
        away = self.photos.with_name("away")
        self.photos.rename(away)
        self.photos.mkdir()
        shutil.copy2(next(away.glob("*.jpg")), self.photos / "stays.jpg")  # else all is offline
        for _ in range(2):
            self.index(OCRSEARCH_KEEP_DAYS="0")
        with bootstrap.reading_only(self.settings) as (catalog, _):
            assert sum(catalog.photo_with(content) is not None for content in self.names) == 1
        shutil.rmtree(self.photos)
        away.rename(self.photos)
        self.index()
        yield "forgotten and returned"


def untrained(path: Path) -> Path:
    """Weights of a small network that nobody trained."""
    import torch

    from recognizer.inference.card import Card, ModelConfig
    from recognizer.network import weights
    from recognizer.network.model import CRNN
    from recognizer.posteriors.charset import Charset

    torch.manual_seed(0)
    charset = Charset()
    small = {"channels": (8, 8, 16, 16, 24), "depth": (1, 1, 1, 1), "hidden": 16}
    model = CRNN(ModelConfig(labels=len(charset), **small)).eval()
    weights.save(path, model, Card(charset, model.config))
    return path


def main() -> int:
    """Print a line a step; 1 if a promise does not hold."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("pages", type=Path)
    options.add_argument("--corrections", type=int, default=1000)
    options.add_argument("--weights", type=Path)
    chosen = options.parse_args()
    os.environ.setdefault("OCRSEARCH_CONFIG", os.devnull)
    broken = False
    with tempfile.TemporaryDirectory(prefix="corrections-") as name:
        weights = chosen.weights or untrained(Path(name) / "others.safetensors")
        survival = Survival(Path(name), chosen.pages)
        survival.correct(chosen.corrections)
        inks = sum(made.ink is not None for made in survival.made)
        print(f"{len(survival.made)} corrections, of {inks} the ink has a labelled box", flush=True)
        for step in survival.steps(weights):
            found = survival.look()
            print(
                f"{step}: " + ", ".join(f"{n} {what}" for what, n in found.most_common()),
                flush=True,
            )
            broken |= found["on its word"] < LEAST * len(survival.made) or found["lost"] > 0
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
