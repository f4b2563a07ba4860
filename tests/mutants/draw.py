"""Mutants: those with names, and others drawn by a seed from the lines of the indexer."""

from __future__ import annotations

import difflib
import functools
import hashlib
import random
import re
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from .operators import changes, is_another_program
from .table import EXCEPTED, NAMED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .operators import Change
    from .table import Named

ROOT = Path(__file__).parents[2]

FOLDERS = tuple(f"indexer/{name}" for name in ("sync", "stores", "catalog", "search", "ocr"))
"""Where the drawn mutants come from: what is lost or wrong there is lost or wrong silently."""


@dataclass(frozen=True)
class Mutant:
    """A file with one change.

    Attributes:
        name: said on the command line.
        file: relative to the root of the repository.
        line: of the change.
        source: the whole file, changed.
        promise: what it breaks; "" if it was drawn.
        tests: what is run first.

    """

    name: str
    file: str
    line: int
    source: str
    promise: str
    tests: tuple[str, ...]

    def diff(self, root: Path) -> str:
        before = (root / self.file).read_text(encoding="utf-8").splitlines()
        lines = difflib.unified_diff(before, self.source.splitlines(), n=1, lineterm="")
        return "\n".join(list(lines)[2:])


def named(entry: Named, root: Path = ROOT) -> Mutant:
    """Raises ValueError if its pattern does not match at one place."""
    source = (root / entry.file).read_text(encoding="utf-8")
    found = list(re.finditer(entry.pattern, source))
    if len(found) != 1:
        msg = f"{entry.name}: the pattern matches {len(found)} times in {entry.file}"
        raise ValueError(msg)
    line = source.count("\n", 0, found[0].start()) + 1
    changed = re.sub(entry.pattern, lambda match: match.expand(entry.replacement), source)
    return Mutant(entry.name, entry.file, line, changed, entry.promise, entry.tests)


def every_named(root: Path = ROOT) -> list[Mutant]:
    return [named(entry, root) for entry in NAMED]


def drawn(seed: int, count: int, root: Path = ROOT) -> list[Mutant]:
    """As many mutants, no two of one line; a line that stays is drawn again whatever others become."""
    mutants: list[Mutant] = []
    for chance, file, source, found in sorted(_lines(seed, root), key=itemgetter(0)):
        if len(mutants) == count:
            break
        possible = [change for change in found if is_another_program(source, change)]
        if possible:
            mutants.append(_mutant(file, source, random.Random(chance).choice(possible)))
    return mutants


def _lines(seed: int, root: Path) -> Iterator[tuple[bytes, str, str, list[Change]]]:
    """The changes of each line that has any: its place in the draw, file, source, changes."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            file, source = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
            text = source.splitlines()
            by_line: dict[int, list[Change]] = {}
            for change in _changes(source):
                if not _is_excepted(file, text[change.line - 1]):
                    by_line.setdefault(change.line, []).append(change)
            for line in sorted(by_line):
                said = text[line - 1].strip()
                again = sum(other.strip() == said for other in text[: line - 1])
                chance = hashlib.sha256(f"{seed} {file} {said} {again}".encode()).digest()
                yield chance, file, source, by_line[line]


@functools.cache
def _changes(source: str) -> tuple[Change, ...]:
    return tuple(changes(source))


def _is_excepted(file: str, line: str) -> bool:
    return any(
        re.fullmatch(entry.file, file) and re.search(entry.pattern, line) for entry in EXCEPTED
    )


def _mutant(file: str, source: str, change: Change) -> Mutant:
    name = f"{file}:{change.line} {change.operator}"
    return Mutant(name, file, change.line, change.applied(source), "", mirrored(file))


def mirrored(file: str) -> tuple[str, ...]:
    """Tests of a file: those named after it, then those of its folder."""
    path = Path("tests", file)
    own = path.with_name(f"test_{path.name}")
    folder = path.parent
    while not (ROOT / folder).is_dir():
        folder = folder.parent
    return tuple(str(p) for p in (own, folder) if (ROOT / p).exists())
