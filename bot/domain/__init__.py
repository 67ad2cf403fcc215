"""Values: models, requests, jobs, progress, cards, errors. No input, no output, no clock."""
