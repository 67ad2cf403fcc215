"""Where somebody sits who clicked: in the channel, or in a thread of it."""

from adapters.slack.seats import of_action
from tests.contract.slack.conftest import Office
from tests.twins import slack_payloads
from tests.twins.slack import Message


def seat_at(office: Office, message: Message, kind: str) -> str:
    """Return the thread of somebody who presses a button of a message, or chooses a shortcut in its menu."""
    trigger, url = office.slack.tickets.trigger(office.ann), office.slack.tickets.url(office.ann, office.videos)
    if kind == "shortcut":
        body = slack_payloads.shortcut(message, office.ann, "tween_these_images", trigger, url)
    else:
        body = slack_payloads.pressed_in_message(message, office.ann, {"type": "button"}, trigger, url)
    return of_action(body).thread


async def test_a_message_that_has_a_thread_stands_in_the_channel(office: Office) -> None:
    """Slack gives it its own timestamp as its thread's: an answer in there would be seen by nobody who looks at it."""
    card = await office.ann.say(office.videos, "a card")
    reply = await office.ann.say(office.videos, "its video", thread=card)
    assert card.described()["thread_ts"] == card.ts
    for kind in ("press", "shortcut"):
        assert seat_at(office, card, kind) == ""
        assert seat_at(office, reply, kind) == card.ts
