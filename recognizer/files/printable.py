"""Texts that may hold file names, made safe to print: a name can hold anything but `/` and NUL."""

from __future__ import annotations

import codecs
import re

_ACTIVE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls: a terminal obeys them
    "\u2028\u2029"  # ends of lines and paragraphs
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls: a name can pretend another end
    "\xad\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # invisible
    "\ud800-\udfff"  # bytes that are not UTF-8, as Python holds them
    "]"
)

_BYTES = re.compile("[\udc80-\udcff]")


def printable(text: object, *, keep_bytes: bool = False) -> str:
    """One line of `text` in which what a terminal would obey, or a reader not see, is escaped.

    Args:
        text: what is printed as `str`; line breaks and tabs are escaped, too.
        keep_bytes: whether bytes that are not UTF-8 stay, for output that goes to a program.

    """
    return _ACTIVE.sub(lambda found: _escaped(found[0], keep_bytes=keep_bytes), str(text))


def _escaped(character: str, *, keep_bytes: bool) -> str:
    if _BYTES.match(character):
        return character if keep_bytes else f"\\x{ord(character) - 0xDC00:02x}"
    return ascii(character)[1:-1]


def json_safe(text: str) -> str:
    """A JSON text with the same values that holds no such character: each becomes its escape."""
    return _ACTIVE.sub(lambda found: _in_json(ord(found[0])), as_utf8(text))


def as_utf8(text: str) -> str:
    """A text in which bytes that Python could not decode are letters, if they are UTF-8.

    So are the arguments and file names of a user whose locale says ASCII, as C and POSIX do.
    """
    try:
        return text.encode(errors="surrogateescape").decode(errors="surrogateescape")
    except UnicodeEncodeError:  # surrogates that stand for no bytes
        return text


def _escaped_in_output(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character, after = error.object[error.start], error.start + 1
    if _BYTES.match(character):
        return bytes([ord(character) - 0xDC00]), after
    return _in_json(ord(character)), after


ESCAPED = "escaped"
"""Handler of encoding errors: bytes of file names are written as they are, and what the encoding does
not have as \\uXXXX, which in JSON stands for the same."""

codecs.register_error(ESCAPED, _escaped_in_output)


def _in_json(code: int) -> str:
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


_ABOUT_CODE = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError)
"""Kinds of errors whose texts speak of the code that failed, such as the key of a KeyError."""


_OBJECT = re.compile("<[^<>]* object at 0x[^<>]*>")
"""An object that stands in a text as Python shows it."""


def plainly(error: BaseException) -> str:
    """What an error says to a user, on one line; "" if its text would help nobody."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, _ABOUT_CODE):
        return ""
    return " ".join(_OBJECT.sub("", str(error)).split())


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with what is counted, such as "1 photo" and "2 photos"."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def in_brackets(text: str) -> str:
    """A text as an addition to what stands before it, if there is any."""
    return f" ({text})" if text else ""
