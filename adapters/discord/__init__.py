"""Discord: its commands become jobs, its messages carry their cards and videos. The one room that knows discord.py."""
