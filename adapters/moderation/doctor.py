"""Whether the operator's check answers, and takes what is sent to it for ours."""

import base64
from collections.abc import Callable

from adapters.moderation.check import Operators
from adapters.moderation.question import question
from bot.domain.check import Check, Mark
from bot.domain.errors import CheckAway
from bot.domain.request import Author
from bot.wording import doctor as words

WHO = Author("doctor", "doctor")
"""Tells a check that keeps what it is asked that nobody has sent this."""
_PROMPT = "a lighthouse at dusk"
_GREY = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAATUlEQVR42u3PQQ0AAAgEIDX5RTeFDzdoQCepz6aeExAQEBAQEBAQEBAQEBAQEBAQ"
    "EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQELi3oiwCAJt186UAAAAASUVORK5CYII="
)
"""A PNG of 64 x 64 grey pixels."""


async def check_moderation(operators: Operators, clock: Callable[[], float]) -> Check:
    """Ask the operator's check about a job that is none; it works, whatever it says. ``clock`` gives epoch seconds."""
    asked = operators.check(clock)
    assert asked is not None, "only where there is one"
    body = question("before", WHO, "doctor", _PROMPT, [(which, "image/png", _GREY) for which in ("start", "end")])
    try:
        said = await asked.refusal(body)
    except CheckAway as error:
        mend = words.check_mend(is_signed=operators.secret is not None)
        return Check(words.MODERATION, Mark.MEND, words.check_away(asked.host, str(error)), mend)
    if said is not None:
        return Check(words.MODERATION, Mark.LOOK, words.check_refuses(asked.host), words.CHECK_REFUSES_MEND)
    return Check(words.MODERATION, Mark.OK, words.check_answers(asked.host))
