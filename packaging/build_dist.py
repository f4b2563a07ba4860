"""Build wheel and sdist, and check that both rebuild byte for byte from the sdist alone.

Run it as `make dist`. What to build with must be installed: nothing is downloaded.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def build(source: Path, out: Path) -> dict[str, bytes]:
    """Content by file name of the wheel and the sdist that are built from `source` into `out`."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel"]
    subprocess.run([*command, "--outdir", out, source], check=True, stdout=subprocess.DEVNULL)
    return {file.name: file.read_bytes() for file in sorted(out.iterdir())}


def unpacked(out: Path, folder: Path) -> Path:
    """Root of the one sdist in `out`, unpacked into `folder`."""
    [sdist] = out.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / sdist.name.removesuffix(".tar.gz")


def main() -> None:
    """Leave both files in the folder that is asked for; exit with 1 if a rebuild differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="ocrsearch-dist-") as name:
        folder = Path(name)
        first = build(ROOT, folder / "first")
        second = build(unpacked(folder / "first", folder), folder / "second")
        differing = {file for file in {*first, *second} if first.get(file) != second.get(file)}
        if differing:
            sys.exit(f"rebuilt from the sdist, these differ: {', '.join(sorted(differing))}")
        out.mkdir(parents=True, exist_ok=True)
        for file in first:
            shutil.copyfile(folder / "first" / file, out / file)
            print(f"{out / file}: {len(first[file]) / 1e6:.1f} MB, the same when built again")


if __name__ == "__main__":
    main()
