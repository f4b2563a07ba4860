"""A disk that can fail: the shim's controls, and what a power cut leaves of recorded changes."""

from __future__ import annotations

import ctypes
import mmap
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")


class Control(ctypes.Structure):
    """The shim's shared page; see shim.c."""

    _fields_ = tuple(
        (name, ctypes.c_int)
        for name in ("pid", "changes", "kill_at", "full_at", "refused", "record", "phase", "clock")
    )


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def under_shim(base: Path) -> None:
    """Start this program again with the shim before its disk, unless that has happened."""
    if "SHIM_CONTROL" in os.environ:
        return
    library, page, log = base / "shim.so", base / "control", base / "changes"
    found = compiler()
    if found is None:
        sys.exit("no C compiler: the disk cannot be made to fail")
    subprocess.run([found, "-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    page.write_bytes(bytes(mmap.PAGESIZE))
    log.write_bytes(b"")
    os.environ |= {
        "LD_PRELOAD": str(library),
        "SHIM_CONTROL": str(page),
        "SHIM_LOG": str(log),
        "SHIM_HOME": str(base / "homes"),
        "OMP_NUM_THREADS": "1",
    }
    os.execv(
        sys.executable, [sys.executable, "-m", sys.modules["__main__"].__spec__.name, *sys.argv[1:]]
    )


def control() -> Control:
    """The shared page of the running shim."""
    with open(os.environ["SHIM_CONTROL"], "r+b") as file:
        return Control.from_buffer(mmap.mmap(file.fileno(), mmap.PAGESIZE))


# power cuts ----------------------------------------------------------------------------------


@dataclass
class File:
    """What is in memory, what has reached the disk, and the writes between."""

    now: bytearray = field(default_factory=bytearray)
    safe: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def change(self, at: int, data: bytes | None) -> None:
        """Write `data` at a place, or cut the file off there."""
        self.since.append((at, data))
        _change(self.now, at, data)

    def sync(self) -> None:
        self.safe, self.since = bytes(self.now), []

    def torn(self, chance: random.Random | None) -> bytes:
        """What a power cut leaves: only what was synced, and by chance some of the rest."""
        left = bytearray(self.safe)
        for at, data in self.since if chance else ():
            if chance.random() < 0.5:
                _change(left, at, data)
        return bytes(left)


def _change(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
    else:
        content.extend(bytes(max(0, at - len(content))))
        content[at : at + len(data)] = data


class Replay:
    """Plays recorded changes, keeping apart what is seen and what would survive."""

    def __init__(self, home: Path) -> None:
        """`home` is where the changes were recorded."""
        self.home = str(home)
        self.files: dict[str, File] = {}
        self.safe: dict[str, File] = {}
        self.folders: set[str] = {self.home}

    def play(self, what: str, path: str, other: str, at: int, data: bytes) -> None:
        """One change of the log."""
        if what == "D":
            self.folders.add(path)
        elif what == "C":
            self.files[path] = File()
        elif what in "WT":
            # a path that was renamed over meanwhile is followed by /proc as "... (deleted)"
            if file := self.files.get(path):
                file.change(at, data if what == "W" else None)
        elif what == "R":
            self._rename(path, other)
        elif what == "U":
            self.files.pop(path, None)
            self.folders.discard(path)
        elif what == "S":
            self._sync(path)

    def _rename(self, old: str, new: str) -> None:
        for names in (self.files, self.safe) if old in self.folders else (self.files,):
            for name in [n for n in names if n == old or n.startswith(old + "/")]:
                names[new + name[len(old) :]] = names.pop(name)
        for name in [n for n in self.folders if n == old or n.startswith(old + "/")]:
            self.folders.discard(name)
            self.folders.add(new + name[len(old) :])

    def _sync(self, path: str) -> None:
        if path in self.folders:
            inside = {
                n for n in self.safe.keys() | self.files.keys() if str(Path(n).parent) == path
            }
            for name in inside:
                self.safe.pop(name, None)
                if name in self.files:
                    self.safe[name] = self.files[name]
        elif file := self.files.get(path):
            file.sync()

    def cut(self, into: Path, chance: random.Random | None) -> None:
        """Write what is left after a power cut now to the folder `into`.

        Args:
            into: made anew.
            chance: None leaves only what was synced; else some of the rest got through too.

        """
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True)
        names = self.safe
        if chance:
            both = self.safe.keys() | self.files.keys()
            picked = {n: (self.files if chance.random() < 0.5 else self.safe).get(n) for n in both}
            names = {name: file for name, file in picked.items() if file}
        for folder in sorted(self.folders):
            (into / os.path.relpath(folder, self.home)).mkdir(parents=True, exist_ok=True)
        for name, file in names.items():
            target = into / os.path.relpath(name, self.home)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.torn(chance))


def recorded(log: Path) -> list[tuple[str, str, str, int, bytes]]:
    """The changes that the shim wrote down."""
    changes = []
    raw, at = log.read_bytes(), 0
    while at < len(raw):
        end = raw.index(b"\n", at)
        what, place, size, paths = raw[at:end].decode().split(" ", 3)
        path, other = paths.split("\t")
        at = end + 1 + (int(size) if what == "W" else 0)
        changes.append((what, path, other, int(place), raw[end + 1 : at]))
    return changes
