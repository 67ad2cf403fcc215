"""How the tables came to be, a revision a file; ``adapters.store.migrate`` runs them at start."""
