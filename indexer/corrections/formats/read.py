"""Pages of hOCR, ALTO and PAGE in files of other programs, alone or packed."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from indexer.corrections.formats.alto import read_alto
from indexer.corrections.formats.hocr import read_hocr
from indexer.corrections.formats.page_xml import read_page
from indexer.corrections.formats.xml_text import MAX_BYTES, local_name, parsed
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.corrections.formats.foreign_page import ForeignPage

MAX_ENTRIES = 10_000
"""Files in a packed one."""

MAX_UNPACKED = 2_000_000_000
"""Bytes of all files in a packed one."""

ZIP = b"PK\x03\x04"
"""Begin of a packed file."""

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What `zipfile` raises over a damaged file, depending on where the damage is."""

_READERS = {"alto": read_alto, "PcGts": read_page}
"""By the name of the root."""


def is_markup(content: bytes) -> bool:
    """Whether a file begins as XML and HTML do, in any encoding."""
    return content[:100].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] == b"<"


def pages_in(content: bytes) -> list[ForeignPage]:
    """The pages of a file of hOCR, ALTO or PAGE, of any version.

    Raises:
        UsageError: it is none of them, too large, or not what it says.

    """
    if b"ocrx_word" in content:
        return read_hocr(content)
    root = parsed(content)
    if local_name(root) not in _READERS:
        msg = f"<{local_name(root)}> is neither hOCR with words (ocrx_word), ALTO nor PAGE"
        raise UsageError(msg)
    return _READERS[local_name(root)](root)


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the files in a packed one (ZIP); nothing is written to disk.

    Raises:
        UsageError: it is damaged, or there are links in it, too many files, or too much in them.

    """
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > MAX_ENTRIES:
                msg = f"it holds {len(entries)} files; at most {MAX_ENTRIES} are allowed"
                raise UsageError(msg)
            for entry in entries:
                if stat.S_ISLNK(entry.external_attr >> 16):
                    msg = f"{entry.filename}: a link; pack the file itself"
                    raise UsageError(msg)
                with packed.open(entry) as file:
                    unpacked_file = file.read(MAX_BYTES + 1)  # whatever its header says
                total += len(unpacked_file)
                if total > MAX_UNPACKED:
                    msg = f"it unpacks to more than {MAX_UNPACKED} bytes"
                    raise UsageError(msg)
                yield entry.filename, unpacked_file
    except _DAMAGE as error:
        msg = f"it cannot be unpacked ({error})"
        raise UsageError(msg) from error
