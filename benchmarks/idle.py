"""An idle `ocrsearch watch`: its memory, open files, threads and CPU time, minute by minute.

python benchmarks/idle.py --minutes 60 --out idle.tsv
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"
TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """A process and all that it has started."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += children(int(child))
    return found


def measure(pid: int) -> tuple[int, int, int, float]:
    """Resident kB, open files, threads, and CPU seconds of a process and its children."""
    memory = files = threads = 0
    seconds = 0.0
    for each in children(pid):
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{each}/status").read_text().splitlines()
        )
        memory += int(status["VmRSS"].split()[0])
        threads += int(status["Threads"])
        files += len(list(Path(f"/proc/{each}/fd").iterdir()))
        fields = Path(f"/proc/{each}/stat").read_text().rsplit(") ", 1)[1].split()
        seconds += (int(fields[11]) + int(fields[12])) / TICKS
    return memory, files, threads, seconds


def main() -> None:
    """Watch, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--photos", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("idle.tsv"))
    options = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="ocrsearch-idle-"))
    photos = [p for p in sorted(SAMPLES.rglob("*")) if p.suffix in {".jpg", ".png"}]
    (base / "photos").mkdir()
    for photo in photos[: options.photos]:
        shutil.copy(photo, base / "photos")
    command = [sys.executable, "-m", "indexer", "--home", str(base / "home"), "watch"]
    watching = subprocess.Popen([*command, str(base / "photos")])
    try:
        with options.out.open("w") as out:
            print("minute", "kB", "files", "threads", "cpu_seconds", sep="\t", file=out, flush=True)
            for minute in range(options.minutes + 1):
                time.sleep(60)  # the first minute is for reading
                print(minute, *measure(watching.pid), sep="\t", file=out, flush=True)
    finally:
        watching.send_signal(signal.SIGTERM)
        watching.wait(timeout=30)
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
