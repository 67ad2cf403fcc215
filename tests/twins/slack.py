"""A Slack that is strict, scriptable and local: what slack_bolt and slack_sdk see of Slack, on one real socket.

In a test::

    async with SlackTwin() as slack:
        acme = slack.workspace("Acme")                        # the app is installed in it
        ann, videos = acme.user("ann", "de-DE"), acme.channel("videos")
        start_the_bot(slack.env("socket"))                    # its environment; or "http", or "oauth"
        await slack.until(lambda: slack.sockets.open)         # waits on news, 30 s at most
        did = await ann.slash(videos, "/tween", "a door opens")
        form = await did.modal()                              # the View that its trigger_id opened
        did = await ann.submit(form, {"First image": File("a.png", png), "Last image": File("b.png", png)})
        card = await slack.until(lambda: videos.last)
        await ann.click(card, "Cancel")                       # a label or an action_id
        assert card.pings == {ann.id}
        await slack.settled()                                 # everything was acknowledged

People (``slack_people.User``) do what Slack's client lets them: slash, shortcut, mention, say, say_in_dm, edit, delete,
click, choose, submit, close, open_home, invite_bot, install; what it does not offer raises NotOffered. Those that the
app must acknowledge return an Interaction: ``failed`` is what the person sees where it did not within three seconds.

Leaving the ``async with`` fails the test where the program did what no state of Slack excuses: an unknown method,
blocks or views against Slack's rules or its types, a scope that it lacks, an envelope or event that it did not
acknowledge, an upload of another length (``slack.violations``; ``forgive()`` returns and clears them, and
``slack.expects_no_ack = True`` says that the program is down). A refusal that the world explains is in
``slack.refused`` as (method, code). ``slack.seen`` has every request, ``slack.too_many`` counts the 429s.

What can be set: ``slack.script("chat.update", LoseAnswer(), RateLimited(2))``, what the next calls of a method get
(``slack_replies``; also ``upload``, ``download``, ``response_url``); ``slack.limits.on``, the rate limits;
``slack.shares.delay``, the seconds until an uploaded file's message is there (None: at ``shares.now()``);
``slack.request_url``, the app's URL, which switches from Socket Mode to HTTP; ``slack.deliveries.pauses``, the seconds
before an event is brought again; ``slack.pass_time(seconds)``, a jump of Slack's clock (triggers, deadlines, limits);
``await slack.sockets.drop()``, with a reason for Slack's polite way; ``slack.http.forge(...)``, requests that are not
Slack's. ``App`` (``slack_app``) is the app's manifest: the commands, shortcuts, events and scopes it has.
"""

import asyncio
import functools
import itertools
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Literal, TypeVar
from urllib.parse import urljoin

from aiohttp import web

from tests.twins import slack_files, slack_wire
from tests.twins.listening import Listening
from tests.twins.replies import Usual
from tests.twins.slack_app import APP_ID, APP_TOKEN, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, VERIFICATION_TOKEN, App
from tests.twins.slack_blocks import BlockRules
from tests.twins.slack_call import Seen
from tests.twins.slack_clock import Clock
from tests.twins.slack_delivery import Deliveries, Delivery
from tests.twins.slack_events import Events
from tests.twins.slack_http_events import HttpEvents
from tests.twins.slack_interactions import PATIENCE, brought
from tests.twins.slack_limits import Limits
from tests.twins.slack_oauth import Code
from tests.twins.slack_people import User
from tests.twins.slack_places import Enterprise, Installation, Workspace
from tests.twins.slack_replies import Reply
from tests.twins.slack_shares import Shares
from tests.twins.slack_socket_mode import Sockets
from tests.twins.slack_state import File, Json, Message, SlackFile, View
from tests.twins.slack_tickets import Tickets

__all__ = ["App", "File", "Message", "SlackTwin", "User", "View", "Workspace"]

_Found = TypeVar("_Found")


class SlackTwin(Listening):
    """The twin; see the module's docstring."""

    SERVICE = "Slack"

    def __init__(self, app: App | None = None) -> None:
        super().__init__()
        self.app = app or App()
        self.request_url = ""
        self.clock = Clock()
        self.limits = Limits(self.clock.now)
        self.workspaces: list[Workspace] = []
        self.installations: list[Installation] = []
        self.seen: list[Seen] = []
        self.refused: list[tuple[str, str]] = []
        self.violations: list[str] = []
        self.too_many = 0
        self.expects_no_ack = False
        self.codes: dict[str, Code] = {}
        self.deliveries = Deliveries(self)
        self.events = Events(self)
        self.sockets = Sockets(self)
        self.http = HttpEvents(self)
        self.shares = Shares(self)
        self.tickets = Tickets(self)
        self._scripts: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._numbers = itertools.count(1)

    async def close(self) -> None:
        """Bring nothing more, stop listening, and drop every connection."""
        await self.deliveries.close()
        await self.sockets.close()
        await self.http.close()
        await super().close()

    def env(self, mode: Literal["socket", "http", "oauth"] = "socket") -> dict[str, str]:
        """Return the app's environment: one workspace over sockets or HTTP, or many workspaces by OAuth."""
        env = {"TWEENBOT_SLACK_API_URL": f"{self.url}/api/"}
        if mode == "oauth":
            env |= {"SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET}
        else:
            env["SLACK_BOT_TOKEN"] = self.installations[0].token
        if mode == "socket":
            return env | {"SLACK_APP_TOKEN": APP_TOKEN}
        return env | {"SLACK_SIGNING_SECRET": SIGNING_SECRET}

    def workspace(self, name: str, enterprise: Enterprise | str | None = None, *, installed: bool = True) -> Workspace:
        """Make a workspace; ``enterprise`` is its organization, by name where it is new."""
        if isinstance(enterprise, str):
            enterprise = Enterprise(self.new_id("E"), enterprise)
        bot = next(
            ((w.bot_user_id, w.bot_id) for w in self.workspaces if enterprise and w.enterprise == enterprise),
            (self.new_id("U"), self.new_id("B")),
        )
        workspace = Workspace(self, self.new_id("T"), name, enterprise, *bot)
        self.workspaces.append(workspace)
        for installation in self.installations:
            if installation.wide and installation.enterprise == enterprise:
                installation.workspaces.append(workspace)
                return workspace
        if installed:
            self._install([workspace], self.app.scopes)
        return workspace

    def install(self, user: User, scopes: frozenset[str], *, everywhere: bool) -> Installation:
        """Install the app for a person; again in the same place keeps the token, with the scopes of both."""
        home = user.workspace
        places = [w for w in self.workspaces if w is home or (everywhere and w.enterprise == home.enterprise)]
        before = home.installation
        if before is not None and before.wide == everywhere:
            before.scopes |= scopes
            return before
        installation = self._install(places, scopes)
        installation.wide, installation.installer = everywhere, user
        return installation

    def script(self, method: str, *replies: Reply) -> None:
        """Say what the next calls of a method get; when these are used up, the usual happens again."""
        self._scripts[method].extend(replies)

    def next_reply(self, method: str) -> Reply:
        """Return what this call gets."""
        return self._scripts[method].popleft() if self._scripts[method] else Usual()

    def calls(self, method: str) -> list[Seen]:
        """Return the requests of one method, in order."""
        return [seen for seen in self.seen if seen.method == method]

    async def until(self, predicate: Callable[[], _Found | None], seconds: float = PATIENCE) -> _Found:
        """Wait on news, for so many real seconds at most, until this is true; return it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not (found := predicate()):
            if (left := deadline - loop.time()) <= 0:
                raise AssertionError(f"not within {seconds:g} s; seen: {[seen.method for seen in self.seen][-20:]}")
            await self.clock.news(min(left, 0.25))
        return found

    def pass_time(self, seconds: float) -> None:
        """Let Slack's clock jump."""
        self.clock.jump(seconds)

    def forgive(self) -> list[str]:
        """Return the violations so far, and forget them."""
        found, self.violations = self.violations, []
        return found

    async def settled(self) -> None:
        """Wait until the app has acknowledged everything so far, or has missed it: what it leaves is a violation."""
        await self.deliveries.settled()

    async def redeliver(self, what: Delivery | Message) -> Delivery:
        """Bring an event again, as Slack does when an acknowledgement got lost; of a message, its latest event."""
        if isinstance(what, Message):
            what = [one for one in self.deliveries.all if one.payload.get("event", {}).get("ts") == what.ts][-1]
        return await brought(self.deliveries.again(what.payload, what.workspace))

    def tell_rate_limited(self, workspace: Workspace) -> Delivery:
        """Tell the app that it gets no more events for this minute (app_rate_limited)."""
        told: Json = {"type": "app_rate_limited", "token": VERIFICATION_TOKEN, "team_id": workspace.id}
        told |= {"minute_rate_limited": int(self.clock.now()) // 60 * 60, "api_app_id": APP_ID}
        return self.deliveries.start("events_api", told, workspace)

    def new_id(self, prefix: str) -> str:
        """Return an id that nothing else has."""
        return f"{prefix}0TW{next(self._numbers):05d}"

    def redirect_url(self) -> str:
        """Where OAuth sends people back to, when the app does not say."""
        known = self.app.redirect_urls
        return known[0] if known else urljoin(self.request_url, "/slack/oauth_redirect")

    def installed_with(self, token: str) -> Installation | None:
        """Return the live installation that has this token."""
        return next((one for one in self.installations if one.token == token and one.state == "live"), None)

    def find_file(self, file_id: str, installation: Installation | None) -> SlackFile | None:
        """Return a file, where the installation reaches it (None: anywhere)."""
        for file in (file for place in self.workspaces for file in place.files):
            if file.id == file_id:
                homes = {file.workspace, *(channel.workspace for channel in file.in_channels)}
                return file if installation is None or homes & set(installation.workspaces) else None
        return None

    def rules(self, installation: Installation) -> BlockRules:
        """Return the rules for blocks of an installation."""
        return BlockRules(functools.partial(slack_files.sees, installation), self.app.unfurl_domains)

    def named(self, blocks: list[Json]) -> list[Json]:
        """Return blocks as Slack keeps them: each with a block_id, each element that acts with an action_id."""
        return [slack_wire.named(block, self.new_id) for block in blocks]

    def turn_away(self, status: int, problem: str) -> web.Response:
        """Refuse what Slack would refuse, and remember it."""
        self.violations.append(problem)
        return web.Response(status=status, text=problem)

    def _not_taken(self) -> list[str]:
        return self.violations

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            return await slack_wire.handle(self, request)
        except Exception as error:
            self.violations.append(f"the twin broke at {request.path}: {error!r}")
            raise

    def _install(self, places: list[Workspace], scopes: frozenset[str]) -> Installation:
        installation = Installation(f"xoxb-{self.new_id('twin-')}", scopes, places, places[0].enterprise)
        self.installations.append(installation)
        return installation
