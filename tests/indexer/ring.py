"""A folder of sample photos, and the whole program on them: read, corrected, learned, read again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from indexer.corrections.correction import is_held_out
from indexer.ocr.content_hash import digest

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("short_learning.py")
SAMPLES = sorted((ROOT / "samples").glob("*.jpg"))

HELD_OUT = 2
"""Photos that measure what is learned: by what follows the end of the picture, their hashes say so."""


@dataclass
class Ring:
    """Photos, a home, and weights that read something else."""

    folder: Path

    def __post_init__(self) -> None:
        self.photos.mkdir()
        for number, sample in enumerate(SAMPLES):
            copy = Path(shutil.copy2(sample, self.photos))
            while is_held_out(digest(copy.read_bytes()).hexdigest()) is not (number < HELD_OUT):
                copy.write_bytes(copy.read_bytes() + b" ")

    @property
    def photos(self) -> Path:
        return self.folder / "photos"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def others(self) -> Path:
        """Weights of a small network that nobody trained."""
        path = self.folder / "others.safetensors"
        if not path.exists():
            import torch

            from recognizer.inference.card import Card, ModelConfig
            from recognizer.network import weights
            from recognizer.network.model import CRNN
            from recognizer.posteriors.charset import Charset

            torch.manual_seed(0)
            charset = Charset("aceinost")
            small = {"channels": (8, 8, 16, 16, 24), "depth": (1, 1, 1, 1), "hidden": 16}
            model = CRNN(ModelConfig(labels=len(charset), **small)).eval()
            weights.save(path, model, Card(charset, model.config))
        return path

    def environment(self, **more: str) -> dict[str, str]:
        return os.environ | {
            "OCRSEARCH_CONFIG": os.devnull, "OCRSEARCH_LANGUAGES": "none", "PYTHONPATH": str(ROOT),
            "OCRSEARCH_SETTLE_SECONDS": "0", **more,
        }  # fmt: skip

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, str(SCRIPT), "--home", str(self.home), *map(str, arguments)]

    def run(self, *arguments: object, **more: str) -> str:
        """Run a command to its end; what it prints."""
        done = subprocess.run(
            self.command(*arguments), check=False, env=self.environment(**more), capture_output=True,
            text=True,
        )  # fmt: skip
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout

    def state(self) -> list[tuple[str, bytes, int]]:
        """Names, contents and times of the photo folder."""
        entries = [self.photos, *self.photos.rglob("*")]
        return sorted(
            (str(entry), b"" if entry.is_dir() else entry.read_bytes(), entry.stat().st_mtime_ns)
            for entry in entries
        )

    def read_by(self, engine: int) -> int:
        """Photos that the engine with this number read; they count from 1 in the order of their first use."""
        with closing(sqlite3.connect(self.home / "catalog.db")) as connection:
            asked = "select count(*) from photo where engine_id = ?"
            [(count,)] = connection.execute(asked, [engine])
            return int(count)

    def wait_until_all_are_read_by(self, engine: int, program: subprocess.Popen[bytes]) -> None:
        """Wait while a program reads."""
        end = time.monotonic() + 600
        while (count := self.read_by(engine)) < len(SAMPLES):
            assert time.monotonic() < end, f"{count} photos read"
            with suppress(subprocess.TimeoutExpired):
                program.wait(0.3)
                raise AssertionError
