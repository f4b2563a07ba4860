"""Tables of the catalog, as the newest migration leaves them. Private to `catalog`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

METADATA = sa.MetaData()

EDGES = ("left", "top", "right", "bottom")
"""Columns of a box."""

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Numbers of 64 bits, in a column that SQLite made when it had no other name for them."""


class PathColumn(sa.types.TypeDecorator[Path]):
    """A path as the bytes of the file system: names that are not valid UTF-8 survive."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Path | None, dialect: Dialect) -> bytes | None:
        """Encode a path."""
        del dialect
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Path | None:
        """Decode a path."""
        del dialect
        return None if value is None else Path(os.fsdecode(value))


def _file_columns() -> list[sa.Column[Any]]:
    """Columns that name a file by its root and the path below it, and its stamp when last seen."""
    return [
        sa.Column("root_id", sa.ForeignKey("root.id"), primary_key=True),
        sa.Column("path", sa.LargeBinary, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("ctime_ns", sa.BigInteger, nullable=False),
        sa.Column("device", sa.BigInteger, nullable=False),
        sa.Column("inode", sa.BigInteger, nullable=False),
    ]


CHANGE = sa.Table(
    "change",
    METADATA,
    sa.Column("number", sa.BigInteger, primary_key=True),  # the only row: how many writes were
    # that number when corrections or checks were written last
    sa.Column("corrections", sa.BigInteger, nullable=False, default=0, server_default="0"),
)
ROOT = sa.Table(
    "root",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("path", PathColumn, nullable=False, unique=True),
    sa.Column("offline", sa.Boolean, nullable=False, default=False),
)
VOLUME = sa.Table(
    "volume",
    METADATA,
    sa.Column("path", PathColumn, primary_key=True),
    sa.Column("point", PathColumn, nullable=False),
    sa.Column("number", sa.String, nullable=False),
)
ENGINE = sa.Table(
    "engine",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.String, nullable=False, unique=True),
    sa.Column("alphabet", sa.String, nullable=False),
)
PHOTO = sa.Table(
    "photo",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("hash", sa.String(32), nullable=False, unique=True),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("width", sa.Integer, nullable=False, default=0),
    sa.Column("height", sa.Integer, nullable=False, default=0),
    sa.Column("taken", sa.DateTime),
    sa.Column("engine_id", sa.ForeignKey("engine.id")),
    sa.Column("orphaned_at", sa.Float),
    sa.Column("generation", _BIG, nullable=False, default=0, index=True),
)
DELIVERED = sa.Table(
    "delivered",
    METADATA,
    sa.Column("store", sa.String, primary_key=True),
    sa.Column("generation", sa.BigInteger, nullable=False),
)
PLACE = sa.Table(
    "place",
    METADATA,
    *_file_columns(),
    sa.Column("photo_id", sa.ForeignKey("photo.id"), nullable=False, index=True),
    sa.Index("ix_place_inode", "inode"),
)
FAILURE = sa.Table(
    "failure",
    METADATA,
    *_file_columns(),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try", sa.Float, nullable=False),
    sa.Column("engine", sa.String, nullable=False),
    sa.Column("readable", sa.Boolean, nullable=False),
)


def _word_columns() -> list[sa.Column[Any]]:
    """Columns of a word of a photo."""
    return [
        sa.Column("photo_id", sa.ForeignKey("photo.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("line", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in EDGES),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("alternatives", sa.String, nullable=False),
        sa.Column("posteriorgram", sa.LargeBinary, nullable=False),
        sa.Column("corners", sa.LargeBinary),
        sa.Column("folded", sa.String),
    ]


def _author_columns() -> list[sa.Column[Any]]:
    """Columns that say whose word it is."""
    return [
        sa.Column("by", sa.String, nullable=False),
        sa.Column("correction", sa.String, nullable=False),
    ]


# words are always fetched by photo: without row numbers they lie together on disk
READ_WORD = sa.Table("word", METADATA, *_word_columns(), sqlite_with_rowid=False)
"""What the engine read."""

CORRECTED = sa.Table(
    "corrected",
    METADATA,
    sa.Column("photo_id", sa.ForeignKey("photo.id"), primary_key=True),
)
"""Photos whose words are those of `shown_word`, even if that holds none of them."""

SHOWN_WORD = sa.Table(
    "shown_word", METADATA, *_word_columns(), *_author_columns(), sqlite_with_rowid=False
)
"""The words of photos with corrections; derived from what was read and from the corrections."""

WORD = sa.table("effective_word", *(sa.column(c.name, c.type) for c in SHOWN_WORD.columns))
"""A view: the words of each photo as they are searched and shown."""

CORRECTION = sa.Table(
    "correction",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("uid", sa.String(32), nullable=False, unique=True),
    sa.Column("photo_hash", sa.String(32), nullable=False, index=True),  # outlives its photo
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in EDGES),
    sa.Column("corners", sa.LargeBinary),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("device", sa.String, nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("seen_text", sa.String, nullable=False),
    sa.Column("seen_confidence", sa.Float, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("undone_at", sa.Float),
    sa.Column("changed_at", sa.Float),  # undone or redone last
    sa.Column("ink", sa.LargeBinary),  # the last one, see `salvage`
)
sa.Index(
    "ix_correction_without_ink",
    CORRECTION.c.photo_hash,
    sqlite_where=CORRECTION.c.ink.is_(None),
    postgresql_where=CORRECTION.c.ink.is_(None),
)
REPLACED = sa.Table(
    "replaced",
    METADATA,
    sa.Column("photo_hash", sa.String(32), primary_key=True),
    sa.Column("former_hash", sa.String(32), primary_key=True),
)
"""Photos that took the place of others, which were corrected."""

CHECKED = sa.Table(
    "checked",
    METADATA,
    sa.Column("photo_hash", sa.String(32), primary_key=True),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("undone_at", sa.Float),
    sa.Column("changed_at", sa.Float),  # undone or redone last
)
SKIPPED = sa.Table(
    "skipped",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("photo_hash", sa.String(32), nullable=False, index=True),
    *(sa.Column(name, sa.Integer, nullable=False) for name in EDGES),
    sa.Column("text", sa.String, nullable=False),
)
"""Words that nobody wants to be asked about as long as they are read like this."""
