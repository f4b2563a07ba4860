"""Conditions on the place and the time of photos, in SQL as far as it can decide them.

A database compares bytes and folds the case of ASCII only, where the query language folds that of
every letter. So for names SQL passes over the files that cannot match, and Python decides the rest.
Private to `catalog`.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer.catalog.roots import RAW_ROOT
from indexer.catalog.schema import PHOTO, PLACE
from indexer.query.name_patterns import folder_matcher, name_matcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from indexer.query.ast import Field


def taken_between(since: datetime | None, until: datetime | None) -> sa.ColumnElement[bool]:
    """Photos taken in this half-open span; where both ends are open, all photos."""
    return sa.and_(
        sa.true() if since is None else PHOTO.c.taken >= since,
        sa.true() if until is None else PHOTO.c.taken < until,
    )


def may_match(field: Field, dialect: str) -> sa.ColumnElement[bool]:
    """Places, joined to their roots, that may fulfil `folder:` or `name:`.

    `place_matcher` decides on each of them.

    Of other databases than SQLite all places: each has its own functions on bytes.
    """
    value = field.value.casefold()
    if field.name == "folder":
        # the folder "/" alone ends in two slashes when one is added, and its files have but one
        value = value.strip("/") and f"/{value.strip('/')}/"
    literal = _literal(value)
    if not literal or dialect != "sqlite":
        return sa.true()
    # some letters fold to ASCII, such as the sign of Kelvin, so names that hold others pass as well
    raw = sa.type_coerce(PLACE.c.path, sa.types.NullType())
    odd = [
        sa.func.length(part) != sa.func.length(sa.cast(part, sa.Text))
        for part in (raw, RAW_ROOT.element)
    ]
    # a name stands below its root, but a folder may begin in the path of that
    whole = raw if field.name == "name" else RAW_ROOT.element.concat("/").concat(raw)
    return (sa.func.instr(sa.func.lower(whole), literal) > 0) | odd[0] | odd[1]


def place_matcher(field: Field) -> Callable[[bytes], bool]:
    """Decide whether a raw path fulfils `folder:` or `name:`."""
    if field.name == "name":
        named = name_matcher(field.value)
        return lambda path: named(os.fsdecode(path.rpartition(b"/")[2]))
    in_folder = folder_matcher(field.value)
    # folders are few compared to photos
    in_raw_folder = cache(lambda folder: in_folder(os.fsdecode(folder) or "/"))
    return lambda path: in_raw_folder(path.rpartition(b"/")[0])


def _literal(pattern: str) -> str:
    """The longest run of ASCII without gaps and wildcards, which every match must hold."""
    return max(re.split(r"[^!-~]+|[*?]", pattern), key=len)
