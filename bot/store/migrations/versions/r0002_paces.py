"""How often things have happened lately, for rates that several servers keep together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """A row for each thing that is counted."""
    op.create_table(
        "paces",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("times", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_paces"),
    )
    op.create_index("ix_paces_until", "paces", ["until"])
