"""Branch coverage of packages, held to a floor.

    coverage json -o .coverage.json
    python -m tests.branch_coverage .coverage.json indexer=90 detector_stub=90

prints the covered branches of each package, and ends with 1 if one is below its floor. The floor of
`coverage report` is no help here: it counts lines and branches together.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def percent(files: Mapping[str, Any], package: str) -> float:
    """Covered branches of a package in percent; raises ValueError if none was measured."""
    summaries = [file["summary"] for name, file in files.items() if Path(name).parts[0] == package]
    branches = sum(summary["num_branches"] for summary in summaries)
    if not branches:
        msg = f"{package}: no branches were measured; run the tests with --cov first"
        raise ValueError(msg)
    return 100 * sum(summary["covered_branches"] for summary in summaries) / branches


def main(arguments: Sequence[str]) -> int:
    report, *floors = arguments
    files = json.loads(Path(report).read_text(encoding="utf-8"))["files"]
    low = 0
    for package, floor in (entry.split("=") for entry in floors):
        covered = percent(files, package)
        low += covered < float(floor)
        print(f"{package}: {covered:.1f} % of the branches are covered; the floor is {floor} %")
    return int(bool(low))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
