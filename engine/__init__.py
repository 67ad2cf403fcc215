"""The embedded engine: fal's queue protocol in front of a CPU generator, in a process of its own."""
