"""Settings, and the catalogue of models as data."""
