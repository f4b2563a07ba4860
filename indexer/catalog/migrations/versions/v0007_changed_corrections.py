"""Times of the last undo or redo of corrections and checks, and an index of corrections without an image."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

EDGES = ("left", "top", "right", "bottom")


def upgrade() -> None:
    """Add columns; of what was undone, that is the last change that is known."""
    op.add_column(
        "change",
        sa.Column("corrections", sa.BigInteger, nullable=False, server_default="0"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
    else:
        op.add_column("correction", sa.Column("changed_at", sa.Float))
    op.add_column("checked", sa.Column("changed_at", sa.Float))
    for name in ("correction", "checked"):
        table = sa.table(name, *map(sa.column, ("undone_at", "changed_at")))
        op.execute(sa.update(table).values(changed_at=table.c.undone_at))
    without = sa.column("ink").is_(None)
    op.create_index(
        "ix_correction_without_ink",
        "correction",
        ["photo_hash"],
        sqlite_where=without,
        postgresql_where=without,
    )


def _rebuild() -> None:
    """Put the new column before the images, behind which no row of a damaged file can be read."""
    op.drop_index("ix_correction_photo_hash", "correction")
    op.rename_table("correction", "old_correction")
    table = op.create_table(
        "correction",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uid", sa.String(32), nullable=False, unique=True),
        sa.Column("photo_hash", sa.String(32), nullable=False),
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
        sa.Column("changed_at", sa.Float),
        sa.Column("ink", sa.LargeBinary),
    )
    names = [column.name for column in table.columns if column.name != "changed_at"]
    old = sa.table("old_correction", *map(sa.column, names))
    op.execute(sa.insert(table).from_select(names, sa.select(old)))
    op.drop_table("old_correction")
    op.create_index("ix_correction_photo_hash", "correction", ["photo_hash"])
