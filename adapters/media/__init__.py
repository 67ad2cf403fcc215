"""The files themselves: pictures made fit to send, videos looked into, contact sheets drawn."""
