"""Words that somebody does not want to be asked about again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "skipped",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("photo_hash", sa.String(32), nullable=False),
        *(
            sa.Column(edge, sa.Integer, nullable=False)
            for edge in ("left", "top", "right", "bottom")
        ),
        sa.Column("text", sa.String, nullable=False),
    )
    op.create_index("ix_skipped_photo_hash", "skipped", ["photo_hash"])
