"""Text files as editors of all systems save them: byte order marks, UTF-16, CRLF, odd blanks."""

from __future__ import annotations

import codecs
import unicodedata

from recognizer.errors import DataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_INVISIBLE = "\ufeff\u200b\u2060"


class NotTextError(DataError):
    """Bytes that are no text; the message says in which line."""


def decode(content: bytes) -> str:
    """The text of a file, in UTF-8 or as its byte order mark says; each line ends with a line feed.

    Raises:
        NotTextError: it is not UTF-8; names the line.

    """
    mark, encoding = next((m for m in _MARKS if content.startswith(m[0])), (b"", "utf-8"))
    content = content[len(mark) :]
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="replace")
        name = encoding[:6].upper().rstrip("-") if mark else "UTF-8"
        msg = f"line {_plain(before).count(chr(10)) + 1}: not {name}; save the file as UTF-8"
        raise NotTextError(msg) from error
    return _plain(text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines(text: str) -> list[str]:
    """The lines of a text from `decode`; unlike `splitlines`, only line feeds end one."""
    return text.split("\n")


def stripped(field: str) -> str:
    """A field in normal form C, without blanks of any kind or invisible characters at its ends."""
    before = ""
    while field != before:
        before, field = field, field.strip().strip(_INVISIBLE)
    return unicodedata.normalize("NFC", field)
