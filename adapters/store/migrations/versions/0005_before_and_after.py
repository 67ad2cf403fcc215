"""Jobs that ask first, what they are expected to take; files under addresses of their own; what admins have done."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what is new; jobs that are there ask for nothing, and are cropped."""
    op.add_column("jobs", sa.Column("fit", sa.Text(), nullable=False, server_default="crop"))
    op.add_column("jobs", sa.Column("swapped", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("expected", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("jobs", sa.Column("asks", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_jobs_asks",
        "jobs",
        ["platform", "author", "asks"],
        unique=False,
        postgresql_where=sa.text("asks"),
        sqlite_where=sa.text("asks = 1"),
    )
    op.create_index(
        "ix_jobs_delivered",
        "jobs",
        ["endpoint", "finished_at"],
        unique=False,
        postgresql_where=sa.text("state = 'delivered'"),
        sqlite_where=sa.text("state = 'delivered'"),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("job_id"),
    )
    op.create_index("ix_media_expires_at", "media", ["expires_at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_server", "audit", ["platform", "server", "at"], unique=False)
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
