"""The tables. Times are epoch seconds, money whole millionths of a US dollar, so that sums are exact everywhere.

``jobs`` is the truth for users; what the engine records of its own work is beside it and may be lost. No signed URL, key
or image is in any column. The migrations in ``migrations/`` make these tables; a test holds the two together.
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    # Who asked.
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("server", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    # What was asked for; `again_of` is the unclear job that this one sends again.
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("images", sa.JSON, nullable=False),
    sa.Column("again_of", sa.Text),
    # Where it stands: the state's name, and what else the state holds.
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("place", sa.JSON, nullable=False),
    sa.Column("image_sizes", sa.JSON),
    sa.Column("request_id", sa.Text),
    sa.Column("seed", sa.BigInteger),
    # Who carries it. `waiting`: no process yet; `fence` grows with every claim; `run` with every workflow begun for it.
    sa.Column("waiting", sa.Boolean, nullable=False),
    sa.Column("node", sa.Text),
    sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("run", sa.Integer, nullable=False, server_default="1"),
    sa.Column("concluded", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("forget", sa.Boolean, nullable=False, server_default=sa.false()),
    # News from outside; `rung` is set with them, and cleared when the job's process has been told.
    sa.Column("stop_asked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("arrived", sa.Text),
    sa.Column("rung", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("token_digest", sa.Text),
    # Times and money: reserved at accept, owed once it is known. `month` is the one it counts in.
    sa.Column("accepted_at", sa.Float, nullable=False),
    sa.Column("started_at", sa.Float),
    sa.Column("submitted_at", sa.Float),
    sa.Column("finished_at", sa.Float),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("price_micros", sa.BigInteger, nullable=False),
    sa.Column("owed_micros", sa.BigInteger, nullable=False),
)
sa.Index("ix_jobs_waiting", jobs.c.accepted_at, postgresql_where=jobs.c.waiting, sqlite_where=jobs.c.waiting)
sa.Index("ix_jobs_node", jobs.c.node, postgresql_where=~jobs.c.concluded, sqlite_where=~jobs.c.concluded)
sa.Index("ix_jobs_rung", jobs.c.node, postgresql_where=jobs.c.rung, sqlite_where=jobs.c.rung)
sa.Index("ix_jobs_token_digest", jobs.c.token_digest, unique=True)
sa.Index("ix_jobs_author", jobs.c.platform, jobs.c.author, jobs.c.accepted_at)
sa.Index("ix_jobs_finished_at", jobs.c.finished_at)

accounts = sa.Table(
    "accounts",
    metadata,
    # A digest of whose money it is, so that the sums of a month outlive "delete my data".
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("micros", sa.BigInteger, nullable=False),
)

budgets = sa.Table(
    "budgets",
    metadata,
    sa.Column("platform", sa.Text, primary_key=True),
    sa.Column("server", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("micros", sa.BigInteger, nullable=False),
)

nodes = sa.Table(
    "nodes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("started_at", sa.Float, nullable=False),
    # By the database's clock, on Postgres; a node that is dead stays dead.
    sa.Column("lease_ends", sa.Float, nullable=False),
    sa.Column("dead", sa.Boolean, nullable=False, server_default=sa.false()),
)
