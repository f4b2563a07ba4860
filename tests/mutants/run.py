"""Mutation testing: every promise is broken in a copy of the code, and some test must notice.

    python -m tests.mutants.run --seed 1 --count 36

runs the mutants with names (see `table`) and others that are drawn, prints for each which test
noticed it or where it survived, and ends with 1 if any survived.
"""

from __future__ import annotations

import argparse
import queue
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import temporary_root

from .draw import ROOT, Mutant, drawn, every_named
from .trial import Copies, Outcome, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FAST = ("-m", "not slow")

OUTSIDE = tuple(
    str(path.relative_to(ROOT))
    for path in sorted((ROOT / "tests").iterdir())
    if path.name == "faults" or path.match("test_*.py")
)
"""Tests of the whole, which are run last."""

DEPENDENTS = {
    "indexer": ("tests/indexer",),
    "recognizer": ("tests/recognizer", "tests/indexer"),
    "detector_stub": ("tests/detector_stub", "tests/indexer"),
}
"""Tests of each package and of those that import it; the import contracts rule out the others."""


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant, and in how many seconds; `killer` is None if it survived."""

    mutant: Mutant
    killer: str | None
    seconds: float

    def text(self, root: Path) -> str:
        where = f"{self.mutant.file}:{self.mutant.line}"
        name = self.mutant.name if self.mutant.promise else f"(drawn) {self.mutant.name}"
        if self.killer:
            return f"killed    {name}  by {self.killer}  ({self.seconds:.0f} s)"
        promise = f"\n  broken: {self.mutant.promise}" if self.mutant.promise else ""
        diff = "\n".join(f"  {line}" for line in self.mutant.diff(root).splitlines())
        return f"SURVIVED  {name}  {where}  ({self.seconds:.0f} s){promise}\n{diff}"


class Range:
    """Copies of the tree that mutants are tried on, several at a time."""

    def __init__(self, folder: Path, jobs: int, *, near: bool) -> None:
        """With `near`, only the tests nearest to a mutant are run."""
        self.copies = Copies(ROOT, folder, jobs)
        self._near = near
        self._free: queue.Queue[Path] = queue.Queue()
        for path in self.copies.paths:
            self._free.put(path)
        self._seconds: dict[str, float] = {}

    def measure(self, tests: Sequence[str]) -> Outcome:
        """Run tests without any mutant: they must pass, and what they take bounds later runs."""
        tree = self._free.get()
        try:
            outcome = self.copies.run(tree, [*FAST, *tests], 1800.0)
        finally:
            self._free.put(tree)
        self._seconds |= outcome.seconds
        return outcome

    def trial(self, mutant: Mutant) -> Verdict:
        start = time.monotonic()
        tree = self._free.get()
        file = tree / mutant.file
        shutil.copy2(file, f"{tree}.held")
        try:
            file.write_text(mutant.source, encoding="utf-8")
            # what is compiled is told from its source by seconds and size, which may be the same
            for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
                compiled.unlink()
            killer = next(filter(None, self._killers(tree, mutant)), None)
        finally:
            shutil.copy2(f"{tree}.held", file)
            self._free.put(tree)
        return Verdict(mutant, killer, time.monotonic() - start)

    def stages(self, mutant: Mutant) -> list[Sequence[str]]:
        """The tests that are nearest, those of its packages, those of the whole."""
        wider = [DEPENDENTS[mutant.file.split("/")[0]], OUTSIDE]
        return [mutant.tests, *([] if self._near else wider)]

    def _killers(self, tree: Path, mutant: Mutant) -> Iterator[str | None]:
        """Of each stage the first test that fails."""
        for tests in self.stages(mutant):
            limit = 60 + 5 * seconds_of(tests, self._seconds)
            yield self.copies.run(tree, [*FAST, *tests], limit).killer


def main() -> int:
    arguments = _arguments()
    mutants = [*every_named(), *drawn(arguments.seed, arguments.count)]
    mutants = [m for m in mutants if re.search(arguments.only, f"{m.name} {m.file}")]
    if arguments.list:
        for mutant in mutants:
            print(f"{mutant.file}:{mutant.line}  {mutant.name}  {mutant.promise}")
        return 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=temporary_root()) as folder:
        place = Range(Path(folder), arguments.jobs, near=arguments.near)
        verdicts = _run(place, arguments.jobs, mutants)
    survivors = [verdict for verdict in verdicts if not verdict.killer]
    hung = sum("a hang" in (verdict.killer or "") for verdict in verdicts)
    print(
        f"{len(verdicts)} mutants: {len(verdicts) - len(survivors)} killed, of which {hung} hung; "
        f"{len(survivors)} survived; seed {arguments.seed}; "
        f"{(time.monotonic() - start) / 60:.1f} minutes"
    )
    return 1 if survivors else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the mutants that are drawn")
    parser.add_argument("--count", type=int, default=36, help="how many are drawn")
    parser.add_argument("--only", default="", metavar="PATTERN", help="names or files that match")
    parser.add_argument("--jobs", type=int, default=2, help="copies that are tried at a time")
    parser.add_argument("--near", action="store_true", help="run the nearest tests alone")
    parser.add_argument("--list", action="store_true", help="list the mutants and run none")
    return parser.parse_args()


def _run(place: Range, jobs: int, mutants: Sequence[Mutant]) -> list[Verdict]:
    """Try all; raises SystemExit if the tests fail without any mutant."""
    stages = [tests for mutant in mutants for tests in place.stages(mutant)]
    needed = sorted({test for tests in stages for test in tests})
    # what lies in a folder that is run anyway need not be run twice
    apart = [test for test in needed if not any(test.startswith(f"{other}/") for other in needed)]
    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(place.measure, [[test] for test in apart]):
            if outcome.killer:
                sys.exit(f"without any mutant, this fails: {outcome.killer}")
        verdicts = []
        for done in as_completed([pool.submit(place.trial, mutant) for mutant in mutants]):
            verdicts.append(done.result())
            print(verdicts[-1].text(ROOT), flush=True)
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
