"""What an interaction at the Slack twin hands the app: a trigger_id and a response URL, both soon worth nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.twins.slack_errors import Refused
from tests.twins.slack_state import Message, View

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin
    from tests.twins.slack_people import User
    from tests.twins.slack_places import Channel

TRIGGER_S = 3.0
URL_S = 30 * 60.0
URL_USES = 5


@dataclass(eq=False)
class Trigger:
    """A trigger_id: one use, TRIGGER_S seconds. ``view`` is the modal where it is from, ``opened`` what came of it."""

    id: str
    user: "User"
    born: float
    view: View | None = None
    used: bool = False
    opened: View | None = None


@dataclass(eq=False)
class ResponseUrl:
    """A response URL: URL_USES uses, URL_S seconds. ``source`` is the message that it may replace."""

    id: str
    user: "User"
    channel: "Channel"
    born: float
    source: Message | None = None
    uses: int = 0


class Tickets:
    """All triggers and response URLs of the twin."""

    def __init__(self, twin: "SlackTwin") -> None:
        self._twin = twin
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: "User", view: View | None = None) -> Trigger:
        """Make a trigger."""
        trigger = Trigger(self._twin.new_id("trigger."), user, self._twin.clock.now(), view)
        self._triggers[trigger.id] = trigger
        return trigger

    def url(self, user: "User", channel: "Channel", source: Message | None = None) -> ResponseUrl:
        """Make a response URL."""
        url = ResponseUrl(self._twin.new_id("R"), user, channel, self._twin.clock.now(), source)
        self._urls[url.id] = url
        return url

    def address(self, url: ResponseUrl, kind: str) -> str:
        """Return a response URL's address; ``kind`` is commands, actions or app."""
        return f"{self._twin.url}/{kind}/{url.user.workspace.id}/{url.id}"

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Take a trigger for its one use, or raise why it cannot be."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._twin.clock.now() - trigger.born > TRIGGER_S:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def use_url(self, url_id: str) -> ResponseUrl:
        """Take one of a response URL's uses, or raise why it cannot be."""
        url = self._urls.get(url_id)
        if url is None or self._twin.clock.now() - url.born > URL_S:
            raise Refused("expired_url")
        if url.uses >= URL_USES:
            raise Refused("used_url")
        url.uses += 1
        return url
