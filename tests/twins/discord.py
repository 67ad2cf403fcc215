"""A Discord that is strict, scriptable and local: REST v10, gateway v10 and CDN as discord.py sees them, on one port.

In a test::

    async with DiscordTwin() as discord:              # discord.env is what the bot's process needs in its environment
        guild = discord.guild("Studio")               # installed=False: only people bring the app along
        room, ann = guild.channel("films"), discord.user("Ann")
        guild.join(ann)
        ...                                           # start the bot
        await discord.until_online()                  # it is on the gateway, and its commands are synced
        asked = await ann.slash(room, "tween", start=File("a.png", a), end=File("b.png", b), prompt="the door opens")
        await asked.response()                        # Message, Modal, Deferred or choices; NotAcknowledged after 3 s
        status = await asked.shown()                  # the message, once it is more than "thinking"
        await ann.click(status, "Cancel")             # by label, or by how the custom_id begins
        await discord.until(lambda: "Cancelled" in status.text)
        assert (await room.next_message()).pings == [ann]

People (``discord_people``): slash, menu, click, submit, autocomplete, post, delete, ``dm``. They can only do what the
client would let them: anything else raises CannotDo. A message (``discord_messages``) has text, buttons, attachments,
shown, pings, reference, edits, ephemeral, accent_color, deleted; it is one object that changes when it is edited.

``discord.seen`` has every request (kind, path, body, files, auth, status), ``requests(kind)`` those of one kind;
``syncs`` counts overwritings of the commands, ``too_many`` the 429s. ``script(kind, *replies)`` says what the next
requests of a kind get (``discord_replies``); the kinds are those of ``discord_rest.ROUTES``, and ``cdn``.
``drop_gateway()`` cuts the sockets (a resume replays what was missed), ``refuse_resume()`` has the next resume fail,
``redeliver(interaction)`` sends one again, ``pass_time(seconds)`` is later without waiting.

Leaving the ``async with`` fails the test if anything came in that Discord would not take: an unknown path or method, a
wrong token, a malformed body, the bot's token shown to the CDN (``discord.violations``; ``forgive()`` empties it for a
test that means to send such a thing). Bad luck is no violation: a lost permission, a message that is gone, a late
response. ``contract(method, path, query, body)`` returns further problems, ``path`` starting after ``/api/v10``.
``DiscordTwin(limits=False)`` has no rate limits, hence discord.py never sleeps for one.
"""

from collections.abc import Callable, Mapping

from aiohttp import web

from tests.twins.discord_calls import Seen
from tests.twins.discord_cdn import Cdn
from tests.twins.discord_channels import Channels
from tests.twins.discord_gateway import PRIVILEGED, Doorway, Hub, Session
from tests.twins.discord_interactions import Choice, Deferred, Interaction, Modal, Terms
from tests.twins.discord_limits import Limits
from tests.twins.discord_messages import Attachment, Button, Message
from tests.twins.discord_people import Person
from tests.twins.discord_places import GROUP_DM, Channel, Guild, Member, Role, User
from tests.twins.discord_replies import Answer, RateLimited, Reply
from tests.twins.discord_rest import Rest
from tests.twins.discord_state import State
from tests.twins.discord_values import PATIENCE, CannotDo, Clock, File, Json, News, NotAcknowledged, T
from tests.twins.discord_wire import Front, first_events
from tests.twins.listening import Listening
from tests.twins.replies import HoldAnswer, LoseAnswer, Refuse, Usual

TOKEN = "dHdpbg.twin-bot.0123456789abcdef"
Contract = Callable[[str, str, Mapping[str, str], object], list[str]]


class DiscordTwin(Listening):
    """The twin; see the module's docstring. ``intents`` are the privileged ones that the application has enabled."""

    SERVICE = "Discord"
    LARGEST = 512 * 1024 * 1024

    def __init__(
        self,
        *,
        limits: bool = True,
        token_life: float = 900.0,
        ack_deadline: float = 3.0,
        url_life: float = 86_400.0,
        intents: int = 0,
        shards: int = 1,
    ) -> None:
        super().__init__()
        self.token = TOKEN
        self.clock, self.news = Clock(), News()
        self.hub = Hub(self.news)
        self.cdn = Cdn(self.clock, url_life)
        self.state = State(self.clock, self.news, self.cdn, self.hub)
        self.contract: Contract | None = None
        counted = Limits(self.clock) if limits else None
        channels = Channels(self.state, counted)
        flags = sum(flag for bit, flag in ((1 << 1, 1 << 15), (1 << 8, 1 << 13), (1 << 15, 1 << 19)) if intents & bit)
        rest = Rest(self.state, channels, lambda: self.gateway_url, flags, shards)
        self.front = Front(self.state, rest, counted, TOKEN)
        self._rest, self._terms = rest, Terms(ack_deadline, token_life)
        self.hub.doorway = Doorway(TOKEN, intents & PRIVILEGED, self._first_events, self._delivered)

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        await super().start(port)
        self.cdn.base = self.url

    async def close(self) -> None:
        """Stop listening, and drop every connection."""
        self.hub.cut()
        await super().close()

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return f"ws{self.url.removeprefix('http')}/gateway"

    @property
    def env(self) -> dict[str, str]:
        """What the bot's process reads from its environment to find this Discord."""
        return {
            "DISCORD_TOKEN": self.token,
            "TWEENBOT_DISCORD_API_URL": f"{self.url}/api/v10",
            "TWEENBOT_DISCORD_GATEWAY_URL": self.gateway_url,
        }

    # Who and where.

    @property
    def bot(self) -> User:
        """The bot's own account; its id is the application's too."""
        return self.state.bot

    def guild(self, name: str, *, boost_tier: int = 0, installed: bool = True) -> Guild:
        """Make a server."""
        made = Guild(self.state, name, boost_tier=boost_tier, installed=installed)
        self.state.appeared(made)
        return made

    def user(self, name: str, *, locale: str = "en-US", dms_open: bool = True, user_installed: bool = False) -> Person:
        """Make a person. ``user_installed`` says that they brought the app along for themselves."""
        made = Person(self.state, self._terms, name)
        made.locale, made.dms_open, made.user_installed = locale, dms_open, user_installed
        self.state.users[made.id] = made
        return made

    def group(self, name: str, *people: Person) -> Channel:
        """Make a group conversation, which the bot is never part of."""
        made = Channel(self.state, GROUP_DM, name, people=people)
        self.state.channels[made.id] = made
        return made

    # What happens.

    def script(self, kind: str, *replies: Reply) -> None:
        """Say what the next requests of a kind get; when these are used up, the usual happens again."""
        self.front.script(kind, *replies)

    def pass_time(self, seconds: float) -> None:
        """Be later: tokens and addresses age, messages get old, rate limits are over."""
        self.clock.pass_time(seconds)
        self.news.tell()

    def drop_gateway(self) -> None:
        """Cut every socket of the gateway; the sessions wait for a resume."""
        self.hub.cut()

    def refuse_resume(self) -> None:
        """Have the next resume fail: the session is over, and the client has to identify anew."""
        self.hub.refusing_resume = True

    def redeliver(self, interaction: Interaction) -> None:
        """Send an interaction once more, to the letter."""
        self.hub.tell("INTERACTION_CREATE", interaction.payload, interaction.channel.guild)

    async def until(self, predicate: Callable[[], T], seconds: float = PATIENCE) -> T:
        """Return what the predicate says as soon as it is true; looks whenever something happens in here."""
        return await self.news.until(predicate, seconds)

    async def until_online(self, *, shards: int = 1, commands: bool = True) -> None:
        """Wait until the bot is on the gateway, and (``commands``) has commands that people can use."""
        await self.until(lambda: len(self.hub.live) >= shards and (self.commands or not commands))

    # What came in.

    @property
    def seen(self) -> list[Seen]:
        """Every request so far."""
        return self.front.seen

    def requests(self, kind: str) -> list[Seen]:
        """Return the requests of one kind, in order."""
        return [seen for seen in self.seen if seen.kind == kind]

    @property
    def violations(self) -> list[str]:
        """What Discord would not have taken."""
        return self.front.violations

    def forgive(self) -> list[str]:
        """Return the violations so far, and forget them."""
        forgiven = list(self.front.violations)
        self.front.violations.clear()
        return forgiven

    @property
    def too_many(self) -> int:
        """How many 429s were served."""
        return self.front.too_many

    @property
    def commands(self) -> list[Json]:
        """The commands that are synced now."""
        return self.state.commands

    @property
    def application(self) -> Json:
        """Fields of the application that are to be other than usual, as its owner changes them in the portal."""
        return self._rest.application

    def leave_starts(self, count: int) -> None:
        """Have so many connections to the gateway left for today."""
        self._rest.starts_left = count

    @property
    def syncs(self) -> int:
        """How often the commands were overwritten."""
        return self._rest.syncs

    @property
    def identifies(self) -> int:
        """How many sessions were begun on the gateway."""
        return self.hub.identifies

    @property
    def resumes(self) -> int:
        """How many sessions were resumed."""
        return self.hub.resumes

    @property
    def interactions(self) -> list[Interaction]:
        """Everything that people did, in order."""
        return list(self.state.interactions.values())

    def _route(self, router: web.UrlDispatcher) -> None:
        router.add_get("/gateway", self.hub.serve)
        super()._route(router)

    def _not_taken(self) -> list[str]:
        return self.violations

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        return await self.front.handle(request, self.contract)

    def _first_events(self, session: Session) -> list[tuple[str, Json]]:
        return first_events(self.state, session, self.gateway_url)

    def _delivered(self, payload: Json) -> None:
        interaction = self.state.interactions[payload["token"]]
        if interaction.delivered_at is None:
            interaction.delivered_at = self.clock.now()
        self.news.tell()


__all__ = [
    "Answer",
    "Attachment",
    "Button",
    "CannotDo",
    "Channel",
    "Choice",
    "Deferred",
    "DiscordTwin",
    "File",
    "Guild",
    "HoldAnswer",
    "Interaction",
    "LoseAnswer",
    "Member",
    "Message",
    "Modal",
    "NotAcknowledged",
    "Person",
    "RateLimited",
    "Refuse",
    "Role",
    "Usual",
]
