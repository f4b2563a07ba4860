"""Files as a teacher: what another program wrote about photos as hOCR, ALTO or PAGE. It reads words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from indexer.corrections.formats.foreign_page import box_of
from indexer.corrections.formats.read import pages_in
from indexer.errors import EngineError
from indexer.sync.teaching.teacher import TaughtReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.entities import Box
    from indexer.sync.teaching.teacher import TaughtPhoto

_ENDINGS = {".hocr", ".html", ".xml"}


class Files:
    """A folder with a file for each photo, of the same name: `board.jpg.hocr` or `board.xml`."""

    name, words, local = "files", True, True

    def __init__(self, folder: str) -> None:
        """List the files. Raises EngineError if there is no such folder."""
        self._folder = Path(folder).expanduser()
        if not folder or not self._folder.is_dir():
            msg = f"teacher files: {folder or 'name a folder, files:FOLDER'}: no such folder"
            raise EngineError(msg)
        self.version = "".join(self._folder.resolve().name.split()) or "1"
        files = sorted(p for p in self._folder.iterdir() if p.suffix.lower() in _ENDINGS)
        self._files = {p.name.partition(".")[0]: p for p in files}
        self._files |= {p.stem: p for p in files}

    def read(self, photo: TaughtPhoto, boxes: Sequence[Box]) -> list[TaughtReading]:
        """The words in the file of a photo; none if it has no file, or that has several pages."""
        del boxes
        named = photo.path.name, photo.path.stem
        file = next((self._files[name] for name in named if name in self._files), None)
        pages = [] if file is None else pages_in(file.read_bytes())
        if len(pages) != 1:
            return []
        [page] = pages
        height, width = photo.pixels.shape[:2]
        wide, high = page.size if all(page.size) else (width, height)
        scale = width / wide, height / high
        return [TaughtReading(w.text, None, box_of(w.edges, scale)) for w in page.words]
