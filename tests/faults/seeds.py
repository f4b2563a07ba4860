"""Runs many seeds of the random operations one after the other, and goes on where it stopped.

`python -m tests.faults.seeds 1-20 --operations 1000 --kills 100 --load 4 --record FILE` appends a
line of JSON to FILE for each seed; a seed that FILE has for this commit and these options is left
out, so that a long series can be spread over several days.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", help="for example 1-20")
    parser.add_argument("--operations", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--load", type=int, default=0)
    parser.add_argument("--record", type=Path, default=Path("faults.jsonl"))
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    asked = {name: getattr(options, name) for name in ("operations", "kills", "load")}
    asked["commit"] = _commit()
    records = [record for record in _records(options.record) if asked.items() <= record.items()]
    for seed in seeds:
        if any(record["seed"] == seed for record in records):
            continue
        record = {"seed": seed, **asked, **_run(seed, options)}
        records.append(record)
        with options.record.open("a") as file:
            file.write(json.dumps(record) + "\n")
        print(
            f"seed {seed}: {'same' if record['same'] else 'DIFFERENT'}, {record['seconds']} s",
            flush=True,
        )
    same = sum(record["same"] for record in records if record["seed"] in seeds)
    print(f"{same} of {len(seeds)} seeds without a difference")
    sys.exit(same != len(seeds))


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def _records(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _run(seed: int, options: argparse.Namespace) -> dict:
    start = time.monotonic()
    named = ("operations", "kills", "load")
    given = [word for name in named for word in (f"--{name}", str(getattr(options, name)))]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.run", "--seed", str(seed), *given],
        capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    said = done.stdout if done.returncode == 0 else (done.stdout + done.stderr)[-200_000:]
    same = done.returncode == 0
    return {"same": same, "seconds": round(time.monotonic() - start), "said": said.splitlines()}


if __name__ == "__main__":
    main()
