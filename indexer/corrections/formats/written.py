"""The table of formats that words of a photo are written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.corrections.formats.alto import write_alto
from indexer.corrections.formats.hocr import write_hocr
from indexer.corrections.formats.page_xml import write_page
from indexer.corrections.formats.plain import write_json, write_text
from indexer.corrections.formats.xmp import write_xmp

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.entities import Photo


@dataclass(frozen=True)
class WrittenFormat:
    """A format.

    Attributes:
        ending: of the name of a file, after that of its photo.
        kind: media type.
        write: the content of the file of a photo.

    """

    ending: str
    kind: str
    write: Callable[[Photo], bytes]


FORMATS = {
    "txt": WrittenFormat(".txt", "text/plain", write_text),
    "json": WrittenFormat(".json", "application/json", write_json),
    "hocr": WrittenFormat(".hocr", "text/html", write_hocr),
    "alto": WrittenFormat(".alto.xml", "application/xml", write_alto),
    "page": WrittenFormat(".page.xml", "application/xml", write_page),
    "xmp": WrittenFormat(".xmp", "application/rdf+xml", write_xmp),
}
"""By the names that the command and the REST interface give them; a PDF may be of several photos."""

PDF = "pdf"
