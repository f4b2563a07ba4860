"""Seeded mutations of texts and of bytes."""

from __future__ import annotations

import random

ODD = (
    "", " ", "\0", "\x1b]0;title\x07", "\n", "\r", "\t", "\ufeff", "\u200b", "\u00ad", "\u202e", "\udcff", "é", "e\u0301",
    "’", "„", "日本", "🖊", "nan", "inf", "-1", "0", "1e400", "9" * 40, "true", "null", "[]", "{}", '"', "'", "\\", "/",
    "../..", "*", "?", "(" * 50, "a" * 5000, "#", "=", "=\n", ":", "<s>", "\\data\\", "-99",
)  # fmt: skip
"""Pieces that files and queries rarely hold."""


def text(chance: random.Random, valid: str) -> str:
    """A text in which pieces are replaced by odd ones, repeated, swapped, or left out."""
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        start = chance.randrange(len(valid) + 1)
        end = min(len(valid), start + chance.choice((0, 1, 3, 10, 100)))
        piece = chance.choice((chance.choice(ODD), valid[start:end] * chance.choice((0, 2, 9))))
        valid = valid[:start] + piece + valid[end:]
    return valid[:100_000]


def encoded(chance: random.Random, valid: str) -> bytes:
    """A mutated text as some editor might save it, or with wrong bytes."""
    mutated = text(chance, valid)
    form = chance.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"))
    content = mutated.encode(form, "surrogatepass" if form.startswith("utf") else "replace")
    return damaged(chance, content) if chance.random() < 0.3 else content


def damaged(chance: random.Random, content: bytes) -> bytes:
    """Bytes of which some are wrong, missing, repeated, or cut off."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 2, 8))):
        if not data:
            break
        place = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                data[place : place + 8] = chance.randbytes(chance.randrange(9))
            case 2:
                del data[place:]
            case 3:
                del data[place : place + chance.randrange(1, 64)]
            case 4:
                data[place:place] = data[place : place + 64]
    return bytes(data)
