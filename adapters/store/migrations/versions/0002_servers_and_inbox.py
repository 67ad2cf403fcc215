"""What servers have decided, what adapters note, and images that a platform hands over once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables; those that are there stay as they are."""
    _servers()
    _notes()
    _inbox()


def _servers() -> None:
    op.create_table(
        "servers",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=True),
        sa.Column("running_per_author", sa.Integer(), nullable=True),
        sa.Column("waiting_per_author", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "server", name="pk_servers"),
    )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_notes"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("which", sa.Text(), nullable=False),
        sa.Column("put_at", sa.Float(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "which", name="pk_inbox"),
    )
