"""Photos that took the place of others, which were corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table, empty: what was replaced before is not known."""
    op.create_table(
        "replaced",
        sa.Column("photo_hash", sa.String(32), primary_key=True),
        sa.Column("former_hash", sa.String(32), primary_key=True),
    )
