"""Photo folders that are changed at random, and the model that knows what they hold."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from tests.indexer.conftest import draw_photo

WORDS = [
    "helios",
    "selene",
    "queue",
    "tree",
    "heap",
    "node",
    "edge",
    "graph",
    "stack",
    "hash",
    "trie",
    "bloom",
    "cache",
    "index",
    "merge",
    "split",
    "commit",
    "rollback",
    "vector",
    "matrix",
    "tensor",
    "kernel",
    "epoch",
    "batch",
    "token",
    "parse",
    "lexer",
    "proof",
    "lemma",
    "axiom",
    "limit",
    "series",
    "prime",
    "modulo",
]

NAMES = (
    "board", *(unicodedata.normalize(form, "Ünïcode") for form in ("NFC", "NFD")),
    "na\udcefve\udcff", "with space", "日本", "quote'\"",
)  # fmt: skip
"""Among them both normal forms of one name, and one that is not valid UTF-8."""

JUNK = (
    ".syncthing.board.png.tmp", "~syncthing~board.png.tmp", ".trashed-1700-board.png",
    ".pending-1700-board.png", "._board.png", "board.png.part", "Thumbs.db", "board.png.crdownload",
    ".stfolder/board.png", "@eaDir/board.png", ".stversions/board.png", "#recycle/board.png",
    ".thumbnails/board.png",
)  # fmt: skip


MOST = 120
"""Photos beyond this are deleted rather than added to."""


@dataclass
class Photos:
    """The folders; `files` is what they should hold: path → content hash."""

    base: Path
    chance: random.Random
    files: dict[Path, str] = field(default_factory=dict)
    words: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    away: dict[Path, Path] = field(default_factory=dict)
    outside: list[tuple[Path, Path, dict[Path, str]]] = field(default_factory=list)
    count: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        """Two roots, with enough photos that the loss of a few is no alarm."""
        self.roots = [self.base / "photos" / name for name in ("one", "two")]
        for root in self.roots:
            for folder in ("", "a", "b/c"):
                (root / folder).mkdir(parents=True, exist_ok=True)
        for _ in range(50):
            self.add()

    # helpers -------------------------------------------------------------------------------

    def _root(self) -> Path:
        return self.chance.choice([root for root in self.roots if root not in self.away])

    def _folder(self) -> Path:
        folders = [path for path in self._root().rglob("*") if path.is_dir()]
        folders = [f for f in folders if not f.name.startswith((".", "@", "#"))]
        return self.chance.choice([*folders, self._root()])

    def _new(self) -> Path:
        self.count += 1
        suffix = self.chance.choice((".png", ".PNG", ".jpg"))
        return self._folder() / f"{self.chance.choice(NAMES)}{self.count}{suffix}"

    def _some(self) -> Path | None:
        here = [p for p in self.files if not any(p.is_relative_to(root) for root in self.away)]
        return self.chance.choice(sorted(here, key=os.fsencode)) if here else None

    def _content(self) -> bytes:
        """A drawn photo; sometimes one that is damaged, empty, or says nothing."""
        kind = self.chance.random()
        aside = self.base / "drawing"
        texts = tuple(self.chance.sample(WORDS, self.chance.randint(1, 3))) if kind > 0.05 else ()
        draw_photo(aside, *texts, salt=self.chance.randrange(256))
        content = aside.read_bytes()
        if 0.05 < kind < 0.1:
            content, texts = content[: len(content) // 2], None
        self.words[digest(content)] = texts
        return content

    def _put(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        self.files[path] = digest(content)
        for other in self.files:  # what is written to a file is seen under all its names
            if self._now(other).samefile(path):
                self.files[other] = digest(content)

    def _now(self, path: Path) -> Path:
        """Where a file really lies: perhaps in a folder that is away."""
        root = self._root_of(path)
        return self.away.get(root, root) / path.relative_to(root)

    def _may_lose(self, path: Path) -> bool:
        """Whether a file may go: a folder that loses too much is taken for unmounted."""
        left = sum(p.is_relative_to(root) for p in self.files for root in [self._root_of(path)])
        return left > 18 and self.lost < 6

    def _root_of(self, path: Path) -> Path:
        return next(root for root in self.roots if path.is_relative_to(root))

    # operations ----------------------------------------------------------------------------

    def add(self) -> str:
        self._put(path := self._new(), self._content())
        return f"add {path}"

    def add_many(self) -> str:
        if len(self.files) > MOST:
            return "nothing"
        for _ in range(self.chance.randint(5, 15)):
            self.add()
        return "add many"

    def save_atomically(self) -> str:
        """New or over an old one, as editors and phone sync do."""
        path = self._new() if self.chance.random() < 0.5 else self._some()
        content = self._content()
        aside = path.with_name(f".syncthing.{path.name}.tmp")
        aside.write_bytes(content)
        aside.replace(path)
        self.files[path] = digest(content)
        return f"save {path}"

    def grow(self) -> str:
        path, content = self._new(), self._content()
        with path.open("wb") as file:
            for start in range(0, len(content), len(content) // 4 + 1):
                file.write(content[start : start + len(content) // 4 + 1])
                file.flush()
                time.sleep(self.chance.random() * 0.03)
        self.files[path] = digest(content)
        return f"grow {path}"

    def replace(self) -> str:
        self._put(path := self._some(), self._content())
        return f"replace {path}"

    def rename(self) -> str:
        old, new = self._some(), self._new()
        old.rename(new)
        self.files[new] = self.files.pop(old)
        return f"rename {old} {new}"

    def change_case(self) -> str:
        old = self._some()
        new = old.with_name(old.name.swapcase())
        if new.exists():
            return "nothing"
        old.rename(new)
        self.files[new] = self.files.pop(old)
        return f"case {old} {new}"

    def move_over(self) -> str:
        """One photo takes the place of another."""
        old, new = self._some(), self._some()
        if old == new or not self._may_lose(new):
            return "nothing"
        same = old.samefile(new)  # a rename of hard links to one another does nothing
        old.replace(new)
        if same:
            return "nothing"
        self.files[new] = self.files.pop(old)
        self.lost += 1
        return f"move over {old} {new}"

    def swap(self) -> str:
        a, b = self._some(), self._some()
        aside = self.base / "aside"
        if a == b:
            return "nothing"
        a.rename(aside)
        b.rename(a)
        aside.rename(b)
        self.files[a], self.files[b] = self.files[b], self.files[a]
        return f"swap {a} {b}"

    def delete(self) -> str:
        path = self._some()
        while len(self.files) > MOST and self._may_lose(path):
            self._delete(path)
            path = self._some()
        if not self._may_lose(path):
            return "nothing"
        self._delete(path)
        return f"delete {path}"

    def _delete(self, path: Path) -> None:
        path.unlink()
        del self.files[path]
        self.lost += 1

    def delete_and_create(self) -> str:
        """The same content under another name is a move."""
        old, new = self._some(), self._new()
        content = old.read_bytes()
        old.unlink()
        self.files.pop(old)
        self._put(new, content)
        return f"delete {old} create {new}"

    def copy(self) -> str:
        old, new = self._some(), self._new()
        shutil.copy2(old, new)
        self.files[new] = self.files[old]
        return f"copy {old} {new}"

    def link(self) -> str:
        old, new = self._some(), self._new()
        os.link(old, new)
        self.files[new] = self.files[old]
        return f"hard link {old} {new}"

    def touch(self) -> str:
        os.utime(path := self._some())
        return f"touch {path}"

    def junk(self) -> str:
        path = self._folder() / self.chance.choice(JUNK)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(self._content())
        return f"junk {path}"

    def symbolic_link(self) -> str:
        path = self._new()
        path.symlink_to(self._some())
        return f"symbolic link {path}"

    def make_folder(self) -> str:
        self.count += 1
        folder = self._folder() / f"may {self.count}" / "boards"
        folder.mkdir(parents=True)
        self._put(folder / "first.png", self._content())
        return f"folder {folder}"

    def move_folder(self) -> str:
        """Within a root or to the other one."""
        old = self._folder()
        self.count += 1
        new = self._root() / f"moved {self.count}"
        inside = {p: h for p, h in self.files.items() if p.is_relative_to(old)}
        if old in self.roots or len(inside) > 6 or self.lost:
            return "nothing"
        old.rename(new)
        for path, content in inside.items():
            del self.files[path]
            self.files[new / path.relative_to(old)] = content
        self.lost += len(inside)
        return f"move folder {old} {new}"

    def move_folder_out(self) -> str:
        old = self._folder()
        inside = {p: h for p, h in self.files.items() if p.is_relative_to(old)}
        if old in self.roots or len(inside) > 6 or self.lost or self.outside:
            return "nothing"
        aside = self.base / "outside"
        old.rename(aside)
        for path in inside:
            del self.files[path]
        self.outside.append((old, aside, inside))
        self.lost += len(inside)
        return f"move folder out {old}"

    def move_folder_in(self) -> str:
        if not self.outside:
            return "nothing"
        old, aside, inside = self.outside.pop()
        if (
            any(old.is_relative_to(root) for root in self.away)
            or old.exists()
            or not old.parent.is_dir()
        ):
            self.outside.append((old, aside, inside))
            return "nothing"
        aside.rename(old)
        self.files |= {path: digest(path.read_bytes()) for path in inside}
        return f"move folder in {old}"

    def unmount(self) -> str:
        """The folder is gone, or an empty one is in its place; never both roots at once."""
        if self.away:
            return "nothing"
        root = self._root()
        aside = self.base / f"unmounted {root.name}"
        root.rename(aside)
        if self.chance.random() < 0.5:
            root.mkdir()
        self.away[root] = aside
        return f"unmount {root}"

    def mount(self) -> str:
        for root, aside in list(self.away.items()):
            if root.exists():
                root.rmdir()
            aside.rename(root)
            del self.away[root]
            return f"mount {root}"
        return "nothing"


def digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


OPERATIONS = {
    "add": 10, "add_many": 3, "save_atomically": 8, "grow": 4, "replace": 6, "rename": 6,
    "change_case": 3, "move_over": 3, "swap": 3, "delete": 6, "delete_and_create": 4, "copy": 4,
    "link": 3, "touch": 3, "junk": 4, "symbolic_link": 1, "make_folder": 3, "move_folder": 3,
    "move_folder_out": 2, "move_folder_in": 3, "unmount": 2, "mount": 4,
}  # fmt: skip
"""How often each is drawn."""
