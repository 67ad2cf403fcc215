"""The local channel: files on this disk, and a card in the terminal."""
