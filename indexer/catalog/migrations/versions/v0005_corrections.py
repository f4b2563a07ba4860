"""Corrections of words, checked photos, and the words of photos as corrections change them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

EDGES = ("left", "top", "right", "bottom")


def upgrade() -> None:
    """Add tables and the view of all words; what was read stays as it is."""
    op.create_table(
        "corrected", sa.Column("photo_id", sa.Integer, sa.ForeignKey("photo.id"), primary_key=True)
    )
    op.create_table(
        "shown_word",
        sa.Column("photo_id", sa.Integer, sa.ForeignKey("photo.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("line", sa.Integer, nullable=False),
        *_edges(),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("alternatives", sa.String, nullable=False),
        sa.Column("posteriorgram", sa.LargeBinary, nullable=False),
        sa.Column("corners", sa.LargeBinary),
        sa.Column("folded", sa.String),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("correction", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uid", sa.String(32), nullable=False, unique=True),
        sa.Column("photo_hash", sa.String(32), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        *_edges(),
        sa.Column("corners", sa.LargeBinary),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("device", sa.String, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("seen_text", sa.String, nullable=False),
        sa.Column("seen_confidence", sa.Float, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("undone_at", sa.Float),
        sa.Column("ink", sa.LargeBinary),
    )
    op.create_index("ix_correction_photo_hash", "correction", ["photo_hash"])
    op.create_table(
        "checked",
        sa.Column("photo_hash", sa.String(32), primary_key=True),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("undone_at", sa.Float),
    )
    _make_view()


def _edges() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in EDGES]


def _make_view() -> None:
    """The words of photos with corrections from one table, those of all others from the other."""
    quote = op.get_bind().dialect.identifier_preparer.quote
    columns = [
        "photo_id", "position", "line", *EDGES, "text", "confidence", "alternatives",
        "posteriorgram", "corners", "folded",
    ]  # fmt: skip
    names = ", ".join(map(quote, columns))
    by, correction = quote("by"), quote("correction")
    op.execute(
        f"CREATE VIEW effective_word AS SELECT {names}, 'engine' AS {by}, '' AS {correction} "  # noqa: S608 - no input
        "FROM word WHERE photo_id NOT IN (SELECT photo_id FROM corrected) "
        f"UNION ALL SELECT {names}, {by}, {correction} FROM shown_word"
    )
