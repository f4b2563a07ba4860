"""Folded readings of words with letters beyond ASCII, which a database cannot fold."""

import sqlalchemy as sa
from alembic import op

from indexer.catalog.rows import folded_readings

revision = "0004"
down_revision = "0003"

CHUNK = 10_000
"""Rows that are looked at at a time."""


def upgrade() -> None:
    """Add the column and fill it; no photo has to be read again for it."""
    op.add_column("word", sa.Column("folded", sa.String))
    connection = op.get_bind()
    after = {"photo": -1, "place": -1}
    while rows := connection.execute(
        sa.text(
            "SELECT photo_id AS photo, position AS place, alternatives FROM word "
            "WHERE (photo_id, position) > (:photo, :place) "
            "ORDER BY photo_id, position LIMIT :chunk"
        ),
        {"chunk": CHUNK, **after},
    ).all():
        found = [
            {"photo": row.photo, "place": row.place, "folded": folded}
            for row in rows
            if (folded := folded_readings(row.alternatives.split("\t")[::2]))
        ]
        if found:
            fill = "UPDATE word SET folded = :folded WHERE photo_id = :photo AND position = :place"
            connection.execute(sa.text(fill), found)
        after = {"photo": rows[-1].photo, "place": rows[-1].place}
