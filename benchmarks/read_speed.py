"""Reading speed in words a second, from image in memory to text: each backend, and RapidOCR.

    python benchmarks/read_speed.py LABELS.TSV [--threads 1] [--words 400] [--language none]
        [--rapidocr-python PATH]

RapidOCR may live in an environment of its own, whose Python is then named. Every reader has its
turn in every round, so that other work on the machine slows all of them alike; medians count.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import torch
from PIL import Image

from recognizer.decoding import prior
from recognizer.inference import pretrained
from recognizer.network import torch_backend, weights
from recognizer.recognize import Recognizer

READERS = ("torch", "torch float32", "onnxruntime")

RAPIDOCR = Path(__file__).with_name("read_rapidocr.py")


def ours(recognizer, pictures, loaded):
    """Seconds that one recogniser takes with the prior `loaded`."""
    start = time.perf_counter()
    recognizer.read(pictures, prior=loaded)
    return time.perf_counter() - start


def rapidocr(python, paths, threads):
    """Seconds that RapidOCR's recogniser takes in a process of its own, None without it."""
    command = [python, RAPIDOCR, str(threads)]
    done = subprocess.run(command, input="\n".join(paths), capture_output=True, text=True)  # noqa: PLW1510
    return float(done.stdout.split()[-1]) if done.returncode == 0 else None


def recognizers(threads):
    """A recogniser for each backend."""
    torch.set_num_threads(threads)
    readers = {name: Recognizer(device="cpu", threads=threads) for name in READERS}
    for name in ("torch", "torch float32"):
        model, _ = weights.load(pretrained.WEIGHTS)
        readers[name].backend = torch_backend.TorchBackend(model)
    return readers


def measure(given, paths):
    """Seconds of every round of each reader."""
    pictures = [Image.open(path).convert("L") for path in paths]
    readers, mixed = recognizers(given.threads), torch_backend.mixed_precision
    loaded = prior.load(given.language, ())
    seconds = {name: [] for name in [*readers, "RapidOCR"]}
    for reader in readers.values():
        ours(
            reader, pictures, loaded
        )  # compiles for each width; read_rapidocr.py warms up likewise
    for _ in range(given.rounds):
        for name, reader in readers.items():
            full = name == "torch float32"
            torch_backend.mixed_precision = (lambda device: nullcontext()) if full else mixed  # noqa: ARG005
            seconds[name].append(ours(reader, pictures, loaded))
        seconds["RapidOCR"].append(rapidocr(given.rapidocr_python, paths, given.threads))
    return seconds


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--words", type=int, default=400)
    parser.add_argument("--language", default="english")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rapidocr-python", default=sys.executable)
    given = parser.parse_args()
    lines = given.labels.read_text(encoding="utf-8").splitlines()
    step = max(1, len(lines) // given.words)
    paths = [str(given.labels.parent / line.split("\t")[0]) for line in lines[::step]]
    seconds = measure(given, paths)
    theirs = seconds.pop("RapidOCR")
    speeds = {name: len(paths) / statistics.median(taken) for name, taken in seconds.items()}
    if None in theirs:
        print(f"RapidOCR: not installed for {given.rapidocr_python}")
    else:
        speeds["RapidOCR"] = len(paths) / statistics.median(theirs)
    print(f"{len(paths)} words, threads: {given.threads}, rounds: {given.rounds}")
    for name, speed in speeds.items():
        ratio = f", {speed / speeds['RapidOCR']:.1f} × RapidOCR" if "RapidOCR" in speeds else ""
        print(f"{name}: {speed:.0f} words/s{ratio}")


if __name__ == "__main__":
    main()
