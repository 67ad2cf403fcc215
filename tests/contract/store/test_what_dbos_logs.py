"""What DBOS logs reaches the bot's log shortened, and not once a second."""

import logging

from structlog.testing import capture_logs

from adapters.store.dbos_setup import QUIET_S, Log


def test_the_same_is_said_once_in_a_while() -> None:
    """From one place once a minute, from another at once; of several lines the first, and no traceback."""
    now = 0.0
    logger = logging.Logger("dbos")  # noqa: LOG001  # of this test alone
    logger.addHandler(Log(lambda: now))

    def poll(said: str) -> None:
        logger.warning("polling: %s", said)

    with capture_logs() as logged:
        poll("refused\nSELECT 's3kret'")
        poll("refused")
        logger.warning("lock: %s", "Traceback (most recent call last):\n  s3kret")
        now = QUIET_S + 1
        poll("refused again")
    assert [each["said"] for each in logged] == ["polling: refused", "lock:", "polling: refused again"]
    assert "s3kret" not in str(logged)
