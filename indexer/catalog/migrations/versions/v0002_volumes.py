"""File systems of the photo folders."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table; it fills with the next pass."""
    op.create_table(
        "volume",
        sa.Column("path", sa.LargeBinary, primary_key=True),
        sa.Column("point", sa.LargeBinary, nullable=False),
        sa.Column("number", sa.String, nullable=False),
    )
