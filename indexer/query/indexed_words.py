"""Tokens of texts: what is indexed and looked for."""

from __future__ import annotations

import re

from indexer.query.folding import fold


def tokens(text: str) -> list[str]:
    """Split a reading into its searchable words: folded runs of letters and digits."""
    return re.findall(r"[^\W_]+", fold(text))


def parts(text: str) -> list[str]:
    """The tokens of a reading, and all of them as one word: people type `wellknown` as well."""
    found = tokens(text)
    return [*found, "".join(found)] if len(found) > 1 else found
