"""Places below roots, corners of words, a number of changes, and what stores have by that number."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CHUNK = 10_000
"""Rows that are moved at a time."""


def upgrade() -> None:
    """Change the tables; no photo has to be read or hashed again for it."""
    connection = op.get_bind()
    roots = _move_roots(connection)
    for name in ("place", "failure"):
        _move_files(connection, name, roots)
    _number_changes(connection)
    op.add_column("word", sa.Column("corners", sa.LargeBinary))


def _move_roots(connection: sa.Connection) -> dict[bytes, int]:
    """Give roots numbers; returns these by what the paths of files below them begin with."""
    old = connection.execute(sa.text("SELECT path, offline FROM root ORDER BY path")).all()
    op.drop_table("root")
    root = op.create_table(
        "root",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("path", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("offline", sa.Boolean, nullable=False),
    )
    # the first is that of files outside of all others
    rows = [(b"", False), *((bytes(path), bool(offline)) for path, offline in old)]
    connection.execute(
        sa.insert(root),
        [{"id": n, "path": path, "offline": away} for n, (path, away) in enumerate(rows)],
    )
    return {path.rstrip(b"/") + b"/" if path else b"": n for n, (path, _) in enumerate(rows)}


def _move_files(connection: sa.Connection, name: str, roots: dict[bytes, int]) -> None:
    """Split the paths of places or failures at the innermost root that they lie below."""
    if name == "place":
        op.drop_index("ix_place_photo_id", "place")
        own: list[sa.Column[Any]] = [
            sa.Column("photo_id", sa.Integer, sa.ForeignKey("photo.id"), nullable=False)
        ]
    else:
        own = [
            sa.Column("reason", sa.String, nullable=False),
            sa.Column("attempts", sa.Integer, nullable=False),
            sa.Column("next_try", sa.Float, nullable=False),
            sa.Column("engine", sa.String, nullable=False),
            sa.Column("readable", sa.Boolean, nullable=False),
        ]
    op.rename_table(name, f"old_{name}")
    table = op.create_table(
        name,
        sa.Column("root_id", sa.Integer, sa.ForeignKey("root.id"), primary_key=True),
        sa.Column("path", sa.LargeBinary, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("ctime_ns", sa.BigInteger, nullable=False),
        sa.Column("device", sa.BigInteger, nullable=False),
        sa.Column("inode", sa.BigInteger, nullable=False),
        *own,
    )
    starts = sorted(roots, key=len, reverse=True)
    unknown = {"ctime_ns": 0, "device": 0, "inode": 0}
    for chunk in _chunks(connection, f"old_{name}"):
        rows = []
        for row in chunk:
            path = bytes(row["path"])
            start = next(start for start in starts if path.startswith(start))
            added = unknown | ({} if name == "place" else {"readable": True})
            rows.append(
                row | added | {"root_id": roots[start], "path": path[len(start) :]},
            )
        connection.execute(sa.insert(table), rows)
    op.drop_table(f"old_{name}")
    if name == "place":
        op.create_index("ix_place_photo_id", "place", ["photo_id"])
        op.create_index("ix_place_inode", "place", ["inode"])


def _chunks(connection: sa.Connection, name: str) -> Iterator[list[dict[str, Any]]]:
    columns = [column["name"] for column in sa.inspect(connection).get_columns(name)]
    old = sa.table(name, *map(sa.column, columns))
    for part in connection.execute(sa.select(old)).mappings().partitions(CHUNK):
        yield [dict(row) for row in part]


def _number_changes(connection: sa.Connection) -> None:
    """Replace the generations of each photo by one row of changes, which a store is level with."""
    last = connection.scalar(sa.text("SELECT coalesce(max(id), 0) FROM photo"))
    change = op.create_table("change", sa.Column("number", sa.BigInteger, primary_key=True))
    delivered = op.create_table(
        "delivered",
        sa.Column("store", sa.String, primary_key=True),
        sa.Column("generation", sa.BigInteger, nullable=False),
    )
    connection.execute(sa.insert(change).values(number=2 * last))
    if last:
        connection.execute(sa.insert(delivered).values(store="home", generation=last))
    # what the store has not yet gets a number above that which the store is level with
    photo = sa.table("photo", *map(sa.column, ("id", "generation", "indexed_generation")))
    level = photo.c.generation == photo.c.indexed_generation
    number = photo.c.id + sa.case((level, 0), else_=last)
    connection.execute(sa.update(photo).values(generation=number))
    op.drop_column("photo", "indexed_generation")
    if connection.dialect.name != "sqlite":  # whose whole numbers have 64 bits anyway
        op.alter_column("photo", "generation", type_=sa.BigInteger)
    op.create_index("ix_photo_generation", "photo", ["generation"])
