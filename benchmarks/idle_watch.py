"""Watches a quiet folder and says what that costs: CPU, wake-ups, memory, open files, threads.

    python benchmarks/idle_watch.py [--minutes 60] [--rescan 60] [--photos FOLDER]

A copy of the photos is indexed first; then nothing happens but a look at everything every `--rescan`
seconds. It fails if memory or open files have grown between the first quarter and the last one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

SAMPLES = Path(__file__).parent.parent / "samples"


def sample(process, started):
    """Minutes, CPU seconds, wake-ups, MB of its own, open files, threads; then its children's MB."""
    cpu, switches = process.cpu_times(), process.num_ctx_switches()
    return (
        (time.monotonic() - started) / 60,
        cpu.user + cpu.system,
        switches.voluntary,
        process.memory_full_info().uss / 1e6,
        process.num_fds(),
        process.num_threads(),
        sum(child.memory_full_info().uss for child in process.children()) / 1e6,
    )


def follow(process, minutes):
    """A sample every half minute, printed as it is taken."""
    started, samples = time.monotonic(), []
    while time.monotonic() - started < 60 * minutes:
        samples.append(sample(process, started))
        print("{:6.1f} min {:8.2f} s CPU {:8d} wake-ups {:7.1f} MB {:4d} files {:3d} threads "
              "{:7.1f} MB children".format(*samples[-1]), flush=True)  # fmt: skip
        time.sleep(30)
    return samples


def verdict(samples):
    """Figures of the whole, and whether something grew."""
    first, last = samples[: len(samples) // 4], samples[-len(samples) // 4 :]
    spent = 60 * (samples[-1][0] - samples[0][0])
    grown = []
    for name, column, slack in (("MB", 3, 3.0), ("files", 4, 0.0), ("threads", 5, 0.0)):
        before, after = (statistics.median(row[column] for row in rows) for rows in (first, last))
        print(f"{name}: {before:.1f} in the first quarter, {after:.1f} in the last")
        grown += [name] if after > before + slack else []
    print(f"CPU {100 * (samples[-1][1] - samples[0][1]) / spent:.3f} % of a core")
    print(f"{(samples[-1][2] - samples[0][2]) / spent:.2f} wake-ups a second of its main thread")
    return grown


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rescan", type=float, default=60)
    parser.add_argument("--photos", type=Path, default=SAMPLES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = shutil.copytree(given.photos, Path(folder, "photos"))
        variables = {
            "OCRSEARCH_HOME": f"{folder}/home",
            "OCRSEARCH_RESCAN_SECONDS": f"{given.rescan}",
        }
        command = [sys.executable, "-m", "indexer", "--log-level", "warning", "watch", photos]
        with subprocess.Popen(command, env=os.environ | variables) as watch:
            time.sleep(60)  # until the photos are read
            samples = follow(psutil.Process(watch.pid), given.minutes)
            watch.send_signal(signal.SIGTERM)
    if grown := verdict(samples):
        parser.exit(1, f"grown: {grown}\n")


if __name__ == "__main__":
    main()
