"""The tables. Times are epoch seconds, money whole millionths of a US dollar, so that sums are exact everywhere.

``jobs`` is the truth for users; what the engine records of its own work is beside it and may be lost. No signed URL or
key is in any column but the vault's, where it is sealed, and no image in any but the inbox's, for as long as its job is
under way. The migrations in ``migrations/`` make these tables; a test holds the two together.
"""

import sqlalchemy as sa


class Text(sa.TypeDecorator[str]):
    """Text that both databases take: NUL and lone surrogates, which Postgres or SQLite refuse, become U+FFFD."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's own
        """Replace what cannot be stored."""
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


metadata = sa.MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", Text, primary_key=True),
    # Who asked.
    sa.Column("platform", Text, nullable=False),
    sa.Column("server", Text, nullable=False),
    sa.Column("author", Text, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    # What was asked for; `again_of` is the unclear job that this one sends again.
    sa.Column("endpoint", Text, nullable=False),
    sa.Column("prompt", Text, nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("images", sa.JSON, nullable=False),
    sa.Column("again_of", Text),
    sa.Column("fit", Text, nullable=False, server_default="crop"),
    sa.Column("swapped", sa.Boolean, nullable=False, server_default=sa.false()),
    # Where it stands: the state's name, and what else the state holds.
    sa.Column("state", Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("place", sa.JSON, nullable=False),
    sa.Column("image_sizes", sa.JSON(none_as_null=True)),
    sa.Column("request_id", Text),
    sa.Column("seed", sa.BigInteger),
    # Seconds that it is expected to take, as it was told: from, to, and from how many jobs that is known.
    sa.Column("expected", sa.JSON(none_as_null=True)),
    # Who carries it. `waiting`: no process yet; `fence` grows with every claim; `run` with every workflow begun for it.
    # `asks`: nothing is sent for it before its author says so; one that rests until then has no process.
    sa.Column("asks", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("waiting", sa.Boolean, nullable=False),
    sa.Column("node", Text),
    sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("run", sa.Integer, nullable=False, server_default="1"),
    sa.Column("concluded", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("forget", sa.Boolean, nullable=False, server_default=sa.false()),
    # News from outside; `rung` is set with them, and cleared when the job's process has been told.
    sa.Column("stop_asked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("arrived", Text),
    sa.Column("rung", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("token_digest", Text),
    # Times and money: reserved at accept, owed once it is known. `month` is the one it counts in.
    sa.Column("accepted_at", sa.Float, nullable=False),
    sa.Column("started_at", sa.Float),
    sa.Column("submitted_at", sa.Float),
    sa.Column("finished_at", sa.Float),
    sa.Column("month", Text, nullable=False),
    sa.Column("price_micros", sa.BigInteger, nullable=False),
    sa.Column("owed_micros", sa.BigInteger, nullable=False),
)
# On SQLite a query's condition must be spelled as the index's is to use it: SQLAlchemy writes ``= 1`` there.
sa.Index("ix_jobs_waiting", jobs.c.accepted_at, postgresql_where=jobs.c.waiting, sqlite_where=sa.text("waiting = 1"))
sa.Index(
    "ix_jobs_waiting_author",
    jobs.c.platform,
    jobs.c.author,
    jobs.c.waiting,  # always true: with it SQLite counts in the index alone
    postgresql_where=jobs.c.waiting,
    sqlite_where=sa.text("waiting = 1"),
)
sa.Index(
    "ix_jobs_asks",
    jobs.c.platform,
    jobs.c.author,
    jobs.c.asks,  # always true, as above
    postgresql_where=jobs.c.asks,
    sqlite_where=sa.text("asks = 1"),
)
sa.Index("ix_jobs_node", jobs.c.node, postgresql_where=~jobs.c.concluded, sqlite_where=~jobs.c.concluded)
sa.Index("ix_jobs_rung", jobs.c.node, postgresql_where=jobs.c.rung, sqlite_where=sa.text("rung = 1"))
sa.Index("ix_jobs_token_digest", jobs.c.token_digest, unique=True)
sa.Index("ix_jobs_author", jobs.c.platform, jobs.c.author, jobs.c.accepted_at)
sa.Index("ix_jobs_finished_at", jobs.c.finished_at)
sa.Index(
    "ix_jobs_delivered",
    jobs.c.endpoint,
    jobs.c.finished_at,
    postgresql_where=sa.text("state = 'delivered'"),
    sqlite_where=sa.text("state = 'delivered'"),
)
sa.Index("ix_jobs_accepted_at", jobs.c.accepted_at)
sa.Index(
    "ix_jobs_under_way",
    jobs.c.platform,
    jobs.c.author,
    jobs.c.concluded,  # always false: with it SQLite takes this index and not the one of all jobs
    postgresql_where=~jobs.c.concluded,
    sqlite_where=~jobs.c.concluded,
)

accounts = sa.Table(
    "accounts",
    metadata,
    # A digest of whose money it is, so that the sums of a month outlive "delete my data".
    sa.Column("scope", Text, primary_key=True),
    sa.Column("month", Text, primary_key=True),
    sa.Column("micros", sa.BigInteger, nullable=False),
)

budgets = sa.Table(
    "budgets",
    metadata,
    sa.Column("platform", Text, primary_key=True),
    sa.Column("server", Text, primary_key=True),
    sa.Column("kind", Text, primary_key=True),
    sa.Column("id", Text, primary_key=True),
    sa.Column("micros", sa.BigInteger, nullable=False),
)

nodes = sa.Table(
    "nodes",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("started_at", sa.Float, nullable=False),
    # By the database's clock, on Postgres; a node that is dead stays dead.
    sa.Column("lease_ends", sa.Float, nullable=False),
    sa.Column("dead", sa.Boolean, nullable=False, server_default=sa.false()),
)

servers = sa.Table(
    "servers",
    metadata,
    sa.Column("platform", Text, primary_key=True),
    sa.Column("server", Text, primary_key=True),
    sa.Column("rules", sa.JSON, nullable=False),
    # The limits are columns, since admission works with them; NULL leaves the operator's.
    sa.Column("running", sa.Integer),
    sa.Column("running_per_author", sa.Integer),
    sa.Column("waiting_per_author", sa.Integer),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("value", Text, nullable=False),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("job_id", Text, primary_key=True),
    sa.Column("which", Text, primary_key=True),
    sa.Column("put_at", sa.Float, nullable=False),
    # Either why there is no image, or the image, which is last: SQLite reads through all that stands before a column.
    sa.Column("fault", Text),
    sa.Column("detail", Text),
    sa.Column("data", sa.LargeBinary),
)

vault = sa.Table(
    "vault",
    metadata,
    sa.Column("name", Text, primary_key=True),
    # Sealed by whoever keeps it.
    sa.Column("value", sa.LargeBinary, nullable=False),
)

media = sa.Table(
    "media",
    metadata,
    # Files that are handed out under an address that nobody can guess: the id is a part of it.
    sa.Column("id", Text, primary_key=True),
    sa.Column("job_id", Text, nullable=False, unique=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
sa.Index("ix_media_expires_at", media.c.expires_at)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", sa.Float, nullable=False),
    # Who did what, where: ids as the platform gives them; an operator's deeds have no platform.
    sa.Column("platform", Text, nullable=False),
    sa.Column("server", Text, nullable=False),
    sa.Column("actor", Text, nullable=False),
    sa.Column("action", Text, nullable=False),
    sa.Column("subject", Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
)
sa.Index("ix_audit_server", audit.c.platform, audit.c.server, audit.c.at)
sa.Index("ix_audit_at", audit.c.at)
