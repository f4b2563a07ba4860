"""The first catalog."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "root",
        sa.Column("path", sa.LargeBinary, primary_key=True),
        sa.Column("offline", sa.Boolean, nullable=False),
    )
    op.create_table(
        "engine",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False, unique=True),
        sa.Column("alphabet", sa.String, nullable=False),
    )
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String(32), nullable=False, unique=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("taken", sa.DateTime),
        sa.Column("engine_id", sa.Integer, sa.ForeignKey("engine.id")),
        sa.Column("orphaned_at", sa.Float),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("indexed_generation", sa.Integer, nullable=False),
    )
    op.create_table(
        "place",
        sa.Column("path", sa.LargeBinary, primary_key=True),
        sa.Column("photo_id", sa.Integer, sa.ForeignKey("photo.id"), nullable=False, index=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "failure",
        sa.Column("path", sa.LargeBinary, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try", sa.Float, nullable=False),
        sa.Column("engine", sa.String, nullable=False),
    )
    op.create_table(
        "word",
        sa.Column("photo_id", sa.Integer, sa.ForeignKey("photo.id"), primary_key=True),
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
        sqlite_with_rowid=False,
    )
