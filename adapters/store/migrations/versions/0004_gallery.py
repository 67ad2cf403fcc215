"""All jobs by their time, and those under way by their author, for whoever looks through them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_jobs_accepted_at", "jobs", ["accepted_at"], unique=False)
    op.create_index(
        "ix_jobs_under_way",
        "jobs",
        ["platform", "author", "concluded"],
        unique=False,
        postgresql_where=sa.text("NOT concluded"),
        sqlite_where=sa.text("concluded = 0"),
    )
