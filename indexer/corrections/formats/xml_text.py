"""XML as written, and as read from files that may come from anybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 20_000_000
"""Bytes of a page, as it is when a packed file was unpacked."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def allowed(text: str) -> str:
    """The text with a replacement character for each that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def serialized(root: ET.Element, doctype: str = "") -> bytes:
    """An XML document in UTF-8 that ends with a line end; its elements are indented by the caller."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}'
    return f"{head}{ET.tostring(root, encoding='unicode')}\n".encode()


def parsed(content: bytes) -> ET.Element:
    """The root of an XML document.

    Raises:
        UsageError: it is no XML, too large, or defines entities, which may grow without end.

    """
    from defusedxml import ElementTree, common  # only reading needs it

    check_size(content)
    try:
        root: ET.Element = ElementTree.fromstring(content)
    except common.DefusedXmlException as error:
        msg = "it defines or names entities, which is not allowed; leave them out"
        raise UsageError(msg) from error
    except (ET.ParseError, ValueError, LookupError) as error:  # such as an unknown encoding
        msg = f"not XML ({error})"
        raise UsageError(msg) from error
    return root


def check_size(content: bytes) -> None:
    """Raise UsageError if a page is too large to be one."""
    if len(content) > MAX_BYTES:
        msg = f"it has {len(content)} bytes; a page may have at most {MAX_BYTES}"
        raise UsageError(msg)


def local_name(element: ET.Element) -> str:
    """The name of an element without its namespace: files of all versions are read alike."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def named(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """All elements with this local name, at any depth, in the order of the document."""
    return (inner for inner in element.iter() if local_name(inner) == name)


def child(element: ET.Element, name: str) -> ET.Element | None:
    """The first direct child with this local name."""
    return next((inner for inner in element if local_name(inner) == name), None)
