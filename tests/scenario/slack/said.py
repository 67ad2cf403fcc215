"""What the bot says to one person alone, and how it ends."""

import signal

from tests.scenario.bot import Bot
from tests.scenario.slack.office import Office
from tests.twins.slack import User
from tests.twins.slack_places import Channel


async def told(office: Office, person: User, channel: Channel, count: int = 1) -> str:
    """Wait until somebody has been told so many things in a channel that nobody else sees there; return the last."""
    messages = await office.slack.until(lambda: found if len(found := _told(person, channel)) >= count else None)
    return messages[-1]


def _told(person: User, channel: Channel) -> list[str]:
    return [message.all_text for message in channel.messages if message.ephemeral_to is person]


async def ended(bot: Bot) -> str:
    """Stop the bot as its operator does; return its log, in which there is no traceback."""
    bot.process.interrupt(signal.SIGTERM)
    end = await bot.process.end()
    assert end.status == 0, end
    assert "Traceback" not in end.err, end.err
    return end.err
