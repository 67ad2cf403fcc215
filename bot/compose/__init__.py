"""Puts the program together, a command a file: the rooms are chosen and joined here, and nowhere else."""
