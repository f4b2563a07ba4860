"""XMP sidecars: the text of a photo as its description (ISO 16684-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from indexer.corrections.formats.plain import text_of
from indexer.corrections.formats.xml_text import allowed, serialized
from indexer.reports import version

if TYPE_CHECKING:
    from indexer.entities import Photo


def write_xmp(photo: Photo) -> bytes:
    """A sidecar whose `dc:description` is the text of the photo."""
    root = ET.Element(
        "x:xmpmeta", {"xmlns:x": "adobe:ns:meta/", "x:xmptk": f"ocrsearch {version()}"}
    )
    rdf = ET.SubElement(
        root, "rdf:RDF", {"xmlns:rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}
    )
    about = {"rdf:about": "", "xmlns:dc": "http://purl.org/dc/elements/1.1/"}
    description = ET.SubElement(ET.SubElement(rdf, "rdf:Description", about), "dc:description")
    choices = ET.SubElement(description, "rdf:Alt")
    text = ET.SubElement(choices, "rdf:li", {"xml:lang": "x-default"})
    text.text = allowed(text_of(photo).strip())
    return serialized(root)
