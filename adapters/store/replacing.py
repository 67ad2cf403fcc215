"""A row that takes the place of the one with the same key."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def replace(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> None:
    """Store a whole row, whether there is one of that primary key or not."""
    key = [column.name for column in table.primary_key]
    storing = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    others = {name: storing.excluded[name] for name in row if name not in key}
    connection.execute(storing.on_conflict_do_update(index_elements=key, set_=others), row)
