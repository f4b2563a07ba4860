"""A daemon among random changes, kills and faults, held against a model of what it must know.

`python -m tests.faults.run --seed 1 --operations 1000 --kills 100` uses real folders, the kernel's
real events, and SIGKILL; only the OCR engine is not real. `--only correct,undo,new_engine` leaves corrections and readings. At each quiet point catalog, full text,
posterior store and answers must equal the model; in the end, all that an undisturbed run makes.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from indexer.bootstrap import stores
from indexer.catalog.catalog import Catalog
from indexer.search.searcher import Filters, Searcher
from indexer.sync.hooks import Hooks
from tests.faults import disk, life, load, state
from tests.faults.corrections import Corrections
from tests.faults.photos import OPERATIONS, Photos
from tests.faults.victim import Daemon

PATIENCE = 300.0
"""Seconds until the daemon must have caught up; it takes one unless the machine is busy."""

FAULTS = {
    "delete_index": 3, "delete_posteriors": 2, "truncate": 5, "full_disk": 4, "busy": 2,
    "clock_jump": 2, "new_engine": 1, "correct": 6, "undo": 3,
}  # fmt: skip
"""How often each is drawn, beside the OPERATIONS on photos."""


class Run:
    """All that happens, in the order that the seed gives."""

    def __init__(self, base: Path, seed: int, only: str = "") -> None:
        """Folders with photos, and a daemon that watches them; `only` names what happens, "" for all."""
        weights = OPERATIONS | FAULTS
        self.weights = {name: weights[name] for name in (only.split(",") if only else weights)}
        self.chance = random.Random(seed)
        self.base = base
        self.photos = Photos(base, self.chance)
        self.daemon = Daemon(base, self.photos.roots, self.chance)
        self.corrections = Corrections(self.daemon.settings, self.chance)
        self.done: Counter[str] = Counter()
        self.quiet, self.slowest, self.asked = 0, 0.0, 0
        self.recent: list[str] = []
        self.logged = 0  # lines of the log at the last quiet point
        self.kept: dict[Path, str] = {}
        self.daemon.start()
        self.settle()

    # faults --------------------------------------------------------------------------------

    def delete_index(self) -> str:
        shutil.rmtree(self.daemon.settings.index, ignore_errors=True)
        self.photos.add()  # what is damaged is noticed with the next photo
        return "delete index"

    def delete_posteriors(self) -> str:
        shutil.rmtree(self.daemon.settings.posteriors, ignore_errors=True)
        self.photos.add()
        return "delete posteriors"

    def truncate(self) -> str:
        """Cut a file of a derived store short."""
        home = self.daemon.settings
        files = [p for d in (home.index, home.posteriors) for p in d.rglob("*") if p.is_file()]
        files = [
            p for p in files if p.suffix == ".seg" or p.name.endswith(".toc") or p.name == "CURRENT"
        ]
        if not files:
            return "nothing"
        path = self.chance.choice(sorted(files))
        try:
            os.truncate(path, self.chance.randrange(max(1, path.stat().st_size)))
        except FileNotFoundError:
            return "nothing"
        self.photos.add()
        return f"truncate {path}"

    def full_disk(self) -> str:
        with self.daemon.full_disk():
            self.photos.add_many()
        return "full disk"

    def busy(self) -> str:
        """Another program holds the catalog for a while."""
        connection = sqlite3.connect(self.daemon.settings.home / "catalog.db", timeout=10)
        try:
            connection.execute("BEGIN IMMEDIATE")
            self.photos.add()
            time.sleep(0.2)
        finally:
            connection.close()
        return "busy"

    def clock_jump(self) -> str:
        self.daemon.control.clock = self.chance.choice((0, 1, -1, 9, -30, 400))
        return f"clock {self.daemon.control.clock} days"

    def new_engine(self) -> str:
        self.daemon.version += 1
        self.daemon.stop()
        self.daemon.start()
        return f"engine {self.daemon.version}"

    def correct(self) -> str:
        """Another process says what a word is."""
        words = self.photos.words
        said = self.corrections.correct(
            {c for c in self.photos.files.values() if words[c]}, sorted(self._vocabulary())
        )
        self.photos.add()  # the daemon looks at the catalog with the next photo
        return said

    def undo(self) -> str:
        """Another process takes a correction back, or lets it count again."""
        said = self.corrections.undo()
        self.photos.add()
        return said

    def _vocabulary(self) -> set[str]:
        return set().union(*filter(None, self.photos.words.values()))

    # the course ----------------------------------------------------------------------------

    def go(self, operations: int, kills: int) -> None:
        deadly = set(self.chance.sample(range(operations), kills))
        for number in range(operations):
            if number in deadly:
                self.daemon.kill(self._operate)
                self._nothing_lost()
                if self.chance.random() < 0.5:
                    self._operate()  # unseen
                self.daemon.start()
            else:
                self._operate()
            if self.chance.random() < 0.12:
                self.settle()
            elif self.chance.random() < 0.5:
                time.sleep(self.chance.random() * 0.1)
        while self.photos.away:
            self.photos.mount()
        self.settle()
        self.daemon.stop()

    def _operate(self) -> None:
        weights = self.weights
        said = "nothing"
        while said == "nothing":  # what cannot be done now is drawn again
            [name] = self.chance.choices(list(weights), list(weights.values()))
            dying = self.daemon.control.kill_at or self.daemon.control.pid != self.daemon.pid
            if not (dying and name in {"new_engine", "full_disk"}):
                said = getattr(self if name in FAULTS else self.photos, name)()
        self.done[name] += 1
        self.recent.append(said)

    def settle(self) -> None:
        """Wait until the daemon knows all; fails if it does not come to that."""
        start = time.monotonic()
        wrong = ["nothing seen yet"]
        while wrong and time.monotonic() - start < PATIENCE:
            time.sleep(0.05)
            self.daemon.start_again()
            wrong = self.differences()
        if wrong:
            os.kill(self.daemon.pid, signal.SIGUSR1)  # where it is goes into the file "traces"
            time.sleep(0.5)
            said = ["", *self.recent[-40:], "", *wrong[:20], "", *self._last_of_the_log()]
            raise AssertionError("\n".join(said))
        self.slowest = max(self.slowest, time.monotonic() - start)
        self.quiet += 1
        self.recent.clear()
        self.logged = len((self.base / "log").read_text(errors="replace").splitlines())
        self.photos.lost = 0
        gone = {p: c for p, c in self.kept.items() if self._is_away(p)}
        self.kept = {p: c for p, c in self.photos.files.items() if not self._is_away(p)} | gone
        self._ask()

    def _last_of_the_log(self) -> list[str]:
        """Events, comparisons and results since the last quiet point: there the change was lost."""
        log = (self.base / "log").read_text(errors="replace").splitlines()
        return [line[:2000] for line in log[self.logged :][-200:]]

    def _is_away(self, path: Path) -> bool:
        return any(path.is_relative_to(root) for root in self.photos.away)

    def differences(self) -> list[str]:
        try:
            have = state.look(self.daemon.settings)
        except Exception as error:
            return [repr(error)]
        return have.faults + self._compared(have)

    def _compared(self, have: state.State) -> list[str]:
        files = self.photos.files
        words = {c: self.corrections.texts(c, read) for c, read in self.photos.words.items()}
        good = {path: content for path, content in files.items() if words[content] is not None}
        contents = set(good.values())
        engine = f"tiles-{self.daemon.version}"
        texts = {c: words[c] for c in contents if words[c]}
        pairs = {
            "places": ({Path(os.fsdecode(p)): c for p, c in have.places.items()}, good),
            "failures": (set(map(os.fsdecode, have.failures)), {str(p) for p in files.keys() - good.keys()}),
            "photos": (
                {c: (row[0], row[4], tuple(word[6] for word in row[5])) for c, row in have.photos.items()},
                {c: ("read" if words[c] else "empty", engine, words[c]) for c in contents},
            ),
            "index": (
                {c: set(terms) for c, terms in have.index.items()}, {c: set(t) for c, t in texts.items()},
            ),
            "posteriors": (
                {c: {place for place, _ in e} for c, e in have.posteriors.items()},
                {c: set(range(len(t))) for c, t in texts.items()},
            ),
        }  # fmt: skip
        made = {uid: (m.text, m.undone_at) for uid, (_, m) in self.corrections.made.items()}
        pairs["corrections"] = (
            {uid: (row[1], row[4]) for uid, row in have.corrections.items()},
            made,
        )
        if self.photos.away:
            return self._compared_while_away(*pairs["places"])
        return [
            f"{name}: {part} {str(left)[:600]}"
            for name, (a, b) in pairs.items()
            if a != b
            for part, left in _only(a, b)
        ]

    def _compared_while_away(self, have: dict[Path, str], want: dict[Path, str]) -> list[str]:
        """What is mounted is as it should be, and nothing is forgotten of what is not."""
        wrong = []
        for path in have.keys() | want.keys():
            away = self._is_away(path)
            # a hard link may have changed under its other name, which is not away
            same = path in want and self.kept.get(path) == want[path]
            if away and same and path not in have:
                wrong.append(f"{path!r} was forgotten while it was away")
            elif not away and have.get(path) != want.get(path):
                wrong.append(f"{path!r} is {have.get(path)}, not {want.get(path)}")
        return wrong

    def _nothing_lost(self) -> None:
        """Right after a kill: what was known and has not changed is known."""
        still = {p for p, content in self.kept.items() if self.photos.files.get(p) == content}
        with Catalog(self.daemon.settings.database) as catalog:
            known = catalog.places().keys()
        lost = {path for path in still if path not in known}
        # what went away and came back may be between two looks
        assert not lost or self.recent, f"lost by a kill: {lost}"

    def _ask(self) -> None:
        """Queries by another process's means answer as the model does."""
        if self.photos.away:
            return
        with Catalog(self.daemon.settings.database) as catalog:
            derived = stores(self.daemon.settings)
            searcher = Searcher(catalog, derived.index, derived.posteriors)
            for word in self.chance.sample(sorted(self._vocabulary()), 3):
                have = {
                    hit.photo
                    for hit in searcher.search(word, Filters(exact=True, limit=10_000)).hits
                }
                saying: dict[str, Path] = {}
                for path, content in sorted(
                    self.photos.files.items(), key=lambda f: os.fsencode(f[0])
                ):
                    said = self.corrections.texts(content, self.photos.words[content])
                    if word in (said or ()):
                        saying.setdefault(content, path)
                assert have == set(saying.values()), f"{word}: {have ^ set(saying.values())}"
                self.asked += 1

    def twin(self) -> list[str]:
        """How the end differs from that of one undisturbed pass over the same folders."""
        settings = life.settings(self.base / "homes" / "twin")

        def once() -> None:
            with Catalog(settings.database) as catalog:
                library = life.library(settings, catalog, self.daemon.version)
                library.sync(self.photos.roots, Hooks())
                # with the time of undoing, as they are now
                catalog.correct([made for _, made in self.corrections.made.values()])
                library.indexes.catch_up()

        assert life.ended(life.fork(once)) == 0
        return state.differences(state.look(self.daemon.settings), state.look(settings))

    def untouched(self) -> list[str]:
        """How what is there once all corrections are undone differs from a home that never had any."""
        ours, never = self.daemon.settings, life.settings(self.base / "homes" / "never")

        def undone() -> None:
            with Catalog(ours.database) as catalog:
                catalog.undo(list(self.corrections.made), time.time())
                life.library(ours, catalog, self.daemon.version).indexes.catch_up()

        def once() -> None:
            with Catalog(never.database) as catalog:
                life.library(never, catalog, self.daemon.version).sync(self.photos.roots, Hooks())

        for part in (undone, once):
            assert life.ended(life.fork(part)) == 0
        have = state.look(ours)
        have.corrections.clear()
        return state.differences(have, state.look(never))

    def read_twice(self) -> int:
        """Photos that one engine read again although nothing had been forgotten meanwhile."""
        lines = (self.base / "reads").read_text().splitlines()
        return sum(n - 1 for n in Counter(lines).values())


def _only(a: object, b: object) -> list[tuple[str, object]]:
    """What only one of two sets or mappings has, or has otherwise."""
    if isinstance(a, dict) and isinstance(b, dict):
        a, b = set(map(repr, a.items())), set(map(repr, b.items()))
    return [("too much", a - b), ("missing", b - a)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--operations", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument(
        "--load", type=int, default=0, help="processes that compute beside it, and one that writes"
    )
    parser.add_argument("--only", default="", help="what happens, by names with commas between")
    parser.add_argument("--keep", action="store_true", help="keep the folders of a run that fails")
    options = parser.parse_args()
    if "SHIM_CONTROL" not in os.environ:
        disk.under_shim(Path(tempfile.mkdtemp(prefix="ocrsearch-faults-")))
    base = Path(os.environ["SHIM_CONTROL"]).parent
    start = time.monotonic()
    run = None
    try:
        with load.beside(options.load, base):
            run = Run(base, options.seed, options.only)
            run.go(options.operations, options.kills)
        wrong = run.twin() + run.untouched()
        print(
            f"seed {options.seed}: {options.operations} operations in "
            f"{time.monotonic() - start:.0f} s beside a load of {options.load}"
        )
        print("operations:", ", ".join(f"{n} {name}" for name, n in run.done.most_common()))
        print(f"kills: {sum(run.daemon.kills.values())}", dict(run.daemon.kills.most_common()))
        print(f"full disks that refused something: {run.daemon.refused}")
        print(f"quiet points: {run.quiet}, slowest after {run.slowest:.1f} s; queries: {run.asked}")
        print(f"photos in the end: {len(run.photos.files)}, read twice: {run.read_twice()}")
        print("differences from an undisturbed run:", len(wrong), *wrong[:20], sep="\n  ")
        code = min(1, len(wrong))
    except BaseException:
        if run and run.daemon.control.pid:
            with suppress(ProcessLookupError):
                os.kill(run.daemon.pid, signal.SIGKILL)
        if options.keep:
            print(f"kept: {base}", file=sys.stderr)
        raise
    finally:
        if not options.keep:
            shutil.rmtree(base, ignore_errors=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
