"""Links that people name: fetched, and posted to, at public addresses and at nothing else."""
