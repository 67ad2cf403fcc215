"""What all tests share."""

import asyncio


def pytest_configure() -> None:
    """Have no event loop made behind a test's back: looptime asks for the current one also in tests that have none."""
    asyncio.set_event_loop(None)
