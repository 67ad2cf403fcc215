"""The embedded engine, run as a process of its own: it is reached over fal's protocol and in no other way."""
