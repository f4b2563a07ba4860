"""Fuzzing: seeded inputs of every kind, each of which must end in success or in a clear error.

`python -m tests.fuzz.run --minutes 60` takes the kinds in turn and prints how many inputs of each
there were; `--only KIND --number N` repeats one. An input that ends otherwise is kept in a file.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.faults import life
from tests.fuzz.targets import TARGETS, is_expected

BATCH = 25
"""Inputs of one kind in one process: a decoder may end it."""


def take(kind: str, seed: int, number: int) -> None:
    """Make one input and let the program take it; raises what is not expected."""
    content = made(kind, seed, number)
    with tempfile.TemporaryDirectory(prefix="ocrsearch-fuzz-") as folder:
        try:
            TARGETS[kind].take(content, Path(folder))
        except BaseException as error:
            if not is_expected(error):
                raise


def made(kind: str, seed: int, number: int) -> bytes:
    """The input of this number: the same one each time."""
    return TARGETS[kind].make(random.Random(f"{seed} {kind} {number}"))


def _batch(kind: str, seed: int, numbers: range, bad: Path) -> None:
    for number in numbers:
        try:
            take(kind, seed, number)
        except BaseException:
            bad.mkdir(exist_ok=True)
            (bad / f"{kind}-{seed}-{number}").write_bytes(made(kind, seed, number))
            (bad / f"{kind}-{seed}-{number}.txt").write_text(
                traceback.format_exc(), errors="replace"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--only", choices=sorted(TARGETS))
    parser.add_argument("--number", type=int, help="take this input alone, in this process")
    parser.add_argument(
        "--bad", type=Path, default=Path("fuzz-bad"), help="where such inputs are kept"
    )
    options = parser.parse_args()
    kinds = [options.only] if options.only else sorted(TARGETS)
    if options.number is not None:
        take(kinds[0], options.seed, options.number)
        return
    end, begin = time.monotonic() + options.minutes * 60, 0
    counts: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    while time.monotonic() < end:
        for kind in kinds:
            numbers = range(begin, begin + BATCH)
            code = life.ended(
                life.fork(lambda k=kind, n=numbers: _batch(k, options.seed, n, options.bad))
            )
            counts[kind] += BATCH
            ended[kind] += code != 0
        begin += BATCH
    for kind in kinds:
        crashes = f", {ended[kind]} processes that a decoder ended" if ended[kind] else ""
        print(f"{kind}: {counts[kind]} inputs{crashes}")
    bad = sorted(options.bad.glob("*.txt"))
    print(f"unexpected: {len(bad)}", *bad[:20], sep="\n  ")
    # photos are opened in a process of their own, which a decoder may end
    sys.exit(bool(bad) or any(ended[kind] for kind in kinds if kind != "images"))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
