"""Judges prompts by words and patterns, and has others judge pictures over HTTP."""
