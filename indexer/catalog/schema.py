"""Tables of the catalog, as the newest migration leaves them. Private to `catalog`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

METADATA = sa.MetaData()


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


ROOT = sa.Table(
    "root",
    METADATA,
    sa.Column("path", PathColumn, primary_key=True),
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
    sa.Column("generation", sa.Integer, nullable=False, default=0),
    sa.Column("indexed_generation", sa.Integer, nullable=False, default=0),
)
PLACE = sa.Table(
    "place",
    METADATA,
    sa.Column("path", PathColumn, primary_key=True),
    sa.Column("photo_id", sa.ForeignKey("photo.id"), nullable=False, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
)
FAILURE = sa.Table(
    "failure",
    METADATA,
    sa.Column("path", PathColumn, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try", sa.Float, nullable=False),
    sa.Column("engine", sa.String, nullable=False),
)
WORD = sa.Table(
    "word",
    METADATA,
    sa.Column("photo_id", sa.ForeignKey("photo.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("left", sa.Integer, nullable=False),
    sa.Column("top", sa.Integer, nullable=False),
    sa.Column("right", sa.Integer, nullable=False),
    sa.Column("bottom", sa.Integer, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("alternatives", sa.String, nullable=False),
    sa.Column("posteriorgram", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,  # words are always fetched by photo: keep them together on disk
)
