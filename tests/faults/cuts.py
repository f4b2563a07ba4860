"""Ends a short story at each of its changes to the disk: by SIGKILL, a full disk, a power cut.

Run it with `python -m tests.faults.cuts --every 1`: after each end, the same program, started
again, must come to the state of a run that nothing disturbed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from indexer.catalog.catalog import Catalog
from indexer.config import Settings
from indexer.errors import CatalogError
from indexer.stores import compaction
from indexer.sync.hooks import Hooks
from tests.faults import disk, life, state
from tests.indexer.conftest import draw_photo

CHAPTERS = (
    ({"a": "helios", "b": "selene", "c": "queue", "d": "tree"}, 1),
    ({"a": "heap", "b": "selene", "moved": "queue", "e": "node"}, 1),
    ({"a": "heap", "copy": "heap", "moved": "queue", "e": "edge", "bad": ""}, 2),
    ({"a": "heap", "moved": "queue", "e": "edge", "d": "tree", "f": "graph", "bad": ""}, 2),
    ({"a": "heap", "moved": "queue", "e": "edge", "d": "tree", "bad": ""}, 2),
)
"""What lies in the folder (names and words), and the version of the engine, chapter by chapter.

The last one changes little: what was lost before is not mended by reading everything again.
"""


def turn_to(folder: Path, chapter: dict[str, str]) -> None:
    """Make `folder` look like the chapter says."""
    folder.mkdir(exist_ok=True)
    wanted = {folder / f"{name}.png": text for name, text in chapter.items()}
    for path in set(folder.iterdir()) - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        aside = folder.parent / "drawing.png"
        if text:
            draw_photo(aside, text)
        else:
            aside.write_bytes(b"not a picture")
        # the same content has the same time in every run, so that states can be compared
        time = 1_000_000_000 + sum(text.encode())
        os.utime(aside, (time, time))
        if not path.exists() or path.read_bytes() != aside.read_bytes():
            aside.replace(path)


def tell(settings: Settings, folder: Path, *, last_only: bool = False) -> None:
    """The story; each fault of the disk ends a chapter, as it ends a pass of the daemon."""
    for number, (chapter, version) in enumerate(CHAPTERS):
        if last_only and number < len(CHAPTERS) - 1:
            continue
        turn_to(folder, chapter)
        try:
            with Catalog(settings.database) as catalog:
                library = life.library(settings, catalog, version)
                library.sync([folder], Hooks(clock=lambda: 2e9))
                if number == 1:
                    library.rebuild()
        except CatalogError:
            if not disk.control().full_at:
                raise


class Stage:
    """Folders of one run, and what they should hold in the end."""

    def __init__(self, base: Path) -> None:
        """Tells the story once, undisturbed and written down."""
        self.base, self.folder, self.control = base, base / "photos", disk.control()
        self.log = Path(os.environ["SHIM_LOG"])
        compaction.MAX_SMALL_SEGMENTS = 3  # compaction comes after a few changes
        settings = life.settings(base / "homes" / "whole")
        changes = self._run(lambda: tell(settings, self.folder), record=1)
        assert changes == 0, "the undisturbed run failed"
        self.changes = self.control.changes
        self.whole = state.look(settings)
        assert not self.whole.faults, self.whole.faults

    def _run(self, story: Callable[[], None], **controls: int) -> int:
        def arm(pid: int) -> None:
            for name, value in (
                {"changes": 0, "kill_at": 0, "full_at": 0, "record": 0} | controls
            ).items():
                setattr(self.control, name, value)
            self.control.pid = pid

        return life.ended(life.fork(story, arm))

    def recovered(self, settings: Settings) -> list[str]:
        """Start again on a home folder; how it then differs from the undisturbed one."""
        code = self._run(lambda: tell(settings, self.folder, last_only=True))
        if code:
            return [f"the next start ended with {code}"]
        return state.differences(state.look(settings), self.whole)

    def killed(self, at: int) -> list[str]:
        """The story, killed before its change number `at`."""
        settings = self._fresh()
        code = self._run(lambda: tell(settings, self.folder), kill_at=at)
        assert code == -signal.SIGKILL, code
        return self.recovered(settings)

    def full(self, at: int) -> list[str]:
        """The story on a disk that is full from its change number `at` on, and then is not."""
        settings = self._fresh()

        def story() -> None:
            try:
                tell(settings, self.folder)
            finally:
                self.control.full_at = 0
            tell(settings, self.folder, last_only=True)

        code = self._run(story, full_at=at)
        return [f"ended with {code}"] if code else self.recovered(settings)

    def cut(self, at: int, chance: random.Random | None) -> list[str]:
        """The power fails after change number `at` of the undisturbed run."""
        replay = disk.Replay(self.base / "homes" / "whole")
        for change in disk.recorded(self.log)[:at]:
            replay.play(*change)
        settings = self._fresh()
        replay.cut(settings.home, chance)
        return self.recovered(settings)

    def _fresh(self) -> Settings:
        shutil.rmtree(self.base / "homes" / "cut", ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        return life.settings(self.base / "homes" / "cut")


def sweep(stage: Stage, every: int, seed: int) -> int:
    """All ends; prints figures, and each that goes wrong. Returns how many went wrong."""
    wrong = 0
    ends: dict[str, Callable[[int], list[str]]] = {
        "kill": stage.killed,
        "disk full": stage.full,
        "power cut, all unsynced writes lost": lambda at: stage.cut(at, None),
        "power cut, half of them lost": lambda at: stage.cut(at, random.Random(seed + at)),
    }
    for name, end in ends.items():
        places = range(1 + seed % every, stage.changes + 1, every)
        for at in places:
            if found := end(at):
                wrong += 1
                print(f"{name} at change {at}:", *found[:6], sep="\n  ", flush=True)
        print(f"{name}: {len(places)} of {stage.changes} changes to the disk", flush=True)
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only each so many changes")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if "SHIM_CONTROL" in os.environ:
        base = Path(os.environ["SHIM_CONTROL"]).parent
        try:
            wrong = sweep(Stage(base), options.every, options.seed)
        finally:
            shutil.rmtree(base)
        sys.exit(min(wrong, 1))
    disk.under_shim(Path(tempfile.mkdtemp(prefix="ocrsearch-cuts-")))


if __name__ == "__main__":
    main()
