"""The words of a photo as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer import reports
from indexer.corrections.formats.text_lines import lines_of

if TYPE_CHECKING:
    from indexer.entities import Photo


class PhotoDetails(reports.PhotoReport):
    """A photo with its id, files and date; `version` changes with its words."""

    id: str
    places: list[str]
    taken: str | None
    version: int


def details_of(photo: Photo) -> PhotoDetails:
    """What was read on a photo, with its id, files and date."""
    return {
        **reports.photo_json(photo.places[0], photo),
        "id": photo.hash,
        "places": [str(place) for place in photo.places],
        "taken": photo.taken.isoformat() if photo.taken else None,
        "version": photo.version,
    }


def write_json(photo: Photo) -> bytes:
    """An object on one line, as the page of a photo has it."""
    return (reports.dumps(details_of(photo)) + "\n").encode("utf-8", "replace")


def text_of(photo: Photo) -> str:
    """What was read on a photo, a line each."""
    return "".join(" ".join(word.text for word in line) + "\n" for line in lines_of(photo))


def write_text(photo: Photo) -> bytes:
    """The text in UTF-8."""
    return text_of(photo).encode("utf-8", "replace")
