"""Alembic's way in: runs on the connection, and in the transaction, that ``adapters.store.migrate`` gives."""

from alembic import context

from adapters.store.migrate import VERSION_TABLE
from adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
