"""Texts of any kind, as queries."""

from __future__ import annotations

import os

from hypothesis import strategies as st

PIECES = [
    *" \"()*?؟é:-–'“”«»‘’\0\u00ad\u200b\udcff[]!{}\\\n_~",
    *(
        "tree",
        "AND ",
        "OR ",
        "NOT ",
        "ANDNOT ",
        "date:",
        "2026",
        "..",
        "name:",
        "folder:",
        "-02-30",
    ),
]
"""What the query language is made of."""

ANY_TEXT = (
    st.text(st.characters(), max_size=20)
    | st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
    | st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=200).map(" ".join)
    | st.builds(str.__mul__, st.sampled_from(PIECES), st.integers(1, 3000))
    | st.binary(max_size=40).map(os.fsdecode)
)
"""Texts of any kind, surrogates as in arguments that are not UTF-8 among them."""
