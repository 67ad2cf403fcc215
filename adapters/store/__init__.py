"""The job store and the durable runtime: on a SQLite file by default, on Postgres by its URL."""
