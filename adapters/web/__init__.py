"""The one HTTP server of the bot: listens, and serves the routes that the rooms bring."""
