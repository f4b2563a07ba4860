"""Lines of text that `show` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.files.printable import printable

if TYPE_CHECKING:
    from indexer.entities import Photo


def photo_text(photo: Photo) -> str:
    """The text of a photo line by line; unsure words carry a question mark."""
    lines: dict[int, list[str]] = {}
    for word in photo.words:
        unsure = "?" if word.confidence < 0.5 else ""
        lines.setdefault(word.line, []).append(printable(word.text) + unsure)
    return "\n".join(" ".join(line) for line in lines.values()) or f"({photo.state}: no words)"
