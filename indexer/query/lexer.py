"""Tokens of the query language: words, quotes, brackets, operators, names of fields.

What keyboards and text programs put in place of ASCII is taken for it: full-width forms,
typographic quotation marks and dashes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.query.ast import FIELDS
from indexer.query.folding import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

INFIX = ("AND", "OR", "ANDNOT")
OPERATORS = (*INFIX, "NOT")
"""Words in capitals that are no words to look for."""

_ASCII: dict[int, int | str] = {
    # the full-width question mark ends sentences, as the one of Arabic does: no wildcard
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "？＂"},
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012–\u2212\ufe63"), "-"),
}
"""Each character becomes one, so that a token stands at the same place of the text as typed."""

_QUOTES = {
    '"': '"',
    "＂": "＂",
    "“": "”“",
    "„": "“”„",
    "”": "”",
    "«": "»",
    "»": "«»",
    "‚": "‘’",
    "‘": "’",
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
}
"""Quotation marks that open, and those that close what each of them opened."""

_END = r"(?:~\d+)?(?=[,;.!?]*(?:[\s)]|$))"
"""What follows a closing mark, because `5" pipe` and `don’t` hold none."""

_START = r"(?<![^\s(])"
"""Where a word begins; `well-known` holds no NOT."""

_NAMES = rf"(?:{_START}|(?<=\))|(?<=[(\s]-)|(?<=^-)|(?<=[(\s]--)|(?<=^--))(?:{'|'.join(FIELDS)})"
"""Names of fields, where they begin a word, a group, or what is negated."""

_CHARACTER = rf'(?:[^\s()"]|"(?!.*?"{_END}))'
"""A character of a word."""

_BEGIN = r"(?<![^\s(:-])"
"""Where a quotation may begin, beside these: behind the name of a field, or a minus."""

_TOKEN = re.compile(
    "|".join(
        [
            r"(?P<gap>\s+)",
            r"(?P<open>\()",
            r"(?P<close>\))",
            *(
                rf"{_BEGIN if number else ''}{opening}(?P<quoted{number}>.*?)[{closing}]{_END}"
                for number, (opening, closing) in enumerate(_QUOTES.items())
            ),
            rf"{_START}(?P<minus>--?)(?=[^\s)-])",
            rf"(?P<empty>{_NAMES})(?:\s+:|:(?=[\s)]|$))",
            rf"(?P<field>{_NAMES}):",
            # names of files hold brackets, as `IMG(1).jpg` does
            rf"(?<=:)(?P<value>{_CHARACTER}(?:{_CHARACTER}|\([^\s()]*\))*)",
            rf"(?P<word>{_CHARACTER}+)",
            r"(?P<sign>.)",
        ]
    ),
    re.DOTALL | re.IGNORECASE,  # phones begin a line with a capital
)


@dataclass(frozen=True)
class Token:
    """A piece of a query.

    Attributes:
        kind: open, close, quoted, word, one of OPERATORS, field, value (of the field before it), or
            empty, which is a field with a gap on either side of its colon.
        text: in ASCII where that says the same.
        typed: as it was typed, but for invisible characters; names of files are compared with it.

    """

    kind: str
    text: str
    typed: str


def scan(text: str) -> Iterator[Token]:
    """Split a query into tokens; what is neither is a sign, and left out."""
    typed = visible(text)
    plain = typed.translate(_ASCII)
    before = ""
    for match in _TOKEN.finditer(plain):
        kind = (match.lastgroup or "").rstrip("0123456789")
        first, last = match.span(match.lastgroup or 0)
        said = match[match.lastgroup or 0]
        if kind == "minus":
            yield Token("NOT", "-", "-")
        elif kind == "word" and said in OPERATORS and before != "minus":
            yield Token(said, said, said)
        elif kind in ("field", "empty"):
            yield Token(kind, said.lower(), said)
        elif kind not in ("gap", "sign"):
            yield Token(kind, said, typed[first:last])
        before = kind
