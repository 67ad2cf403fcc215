"""The ways in: ``/tween``, the message shortcut, a mention, a direct message, the Home tab, and every button and form.

What is registered here is what the app's manifest names (``manifest.py``); nothing that Slack sends goes unheard, for
what nobody acknowledges is shown to people as an error, and sent again.
"""

import re
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import home, listing, seats
from adapters.slack.admin import Admin
from adapters.slack.buttons import PREFIX, action_of
from adapters.slack.errors import LIBRARY, code_of
from adapters.slack.forms import CALLBACK, MORE, About, Forms, errors_of, images_among
from adapters.slack.linked import LinkedImages, file_id, links_in, without
from adapters.slack.locales import Locales
from adapters.slack.pressed import Presses, refusal, say
from adapters.slack.take import Ask, Seat, Taker
from bot.domain.card import Action
from bot.domain.errors import TweenError
from bot.flow.desk import Desk
from bot.wording import slack as words

log = structlog.get_logger()

COMMAND = "/tween"
SHORTCUT = "tween_these_images"
EVENTS: Mapping[str, str] = {"app_mention": "app_mentions:read", "message.im": "im:history", "app_home_opened": ""}
"""What Slack is asked to tell of, and the scope that it takes; of messages, those to the bot alone."""
ANYTHING = re.compile(".*", re.DOTALL)
Payload = Mapping[str, Any]


class Commands:
    """Hears everything, and hands it on."""

    def __init__(
        self, desk: Desk, taker: Taker, forms: Forms, presses: Presses, admin: Admin, linked: LinkedImages
    ) -> None:
        self._linked = linked
        self._desk = desk
        self._taker = taker
        self._forms = forms
        self._presses = presses
        self._admin = admin
        self._locales = Locales()

    def add_to(self, app: AsyncApp) -> None:
        """Register every listener; the last ones take what the others leave."""
        app.command(COMMAND)(self.command)
        app.message_shortcut(SHORTCUT)(self.shortcut)
        told = {"app_mention": self.mentioned, "message.im": self.written, "app_home_opened": self.at_home}
        for name in EVENTS:
            app.event(name.partition(".")[0])(told[name])
        app.view(CALLBACK)(self.submitted)
        self._admin.add_to(app)
        app.action(MORE)(self.unfolded)
        app.action("tween_watch")(_heard)
        app.action(home.NEW)(self.begun_at_home)
        app.action(home.REFRESH)(self.refreshed)
        app.action(home.FORGET)(self.forgotten)
        names = "|".join(action.value for action in Action)
        app.action(re.compile(f"^{PREFIX}({names})$"))(self.pressed)
        app.event(ANYTHING)(_heard)
        app.action(ANYTHING)(_heard)
        app.view(ANYTHING)(_heard)
        app.view_closed(ANYTHING)(_heard)
        app.shortcut(ANYTHING)(_heard)
        app.options(ANYTHING)(_heard)

    async def command(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """``/tween``, with a word for what to show, or with a prompt to begin with."""
        await ack()
        seat, text = seats.of_command(body), str(body.get("text") or "").strip()
        try:
            match text.lower():
                case "help":
                    await respond(text=words.HELP)
                case "jobs":
                    entries = await self._desk.history(seat.author, listing.MOST)
                    await _listed(respond, listing.jobs(entries, await listing.cards_of(client, entries)))
                case "usage":
                    await _listed(respond, listing.usage(await self._desk.usage(seat.author)))
                case "admin":
                    await self._admin.open(client, seat, str(body["trigger_id"]), respond)
                case "admin log":
                    await self._admin.tell_log(client, seat, respond)
                case _:
                    locale = await self._locales.of(client, seat.user)
                    trigger = str(body["trigger_id"])
                    if not await self._forms.open(client, trigger, About(seat), locale=locale, prompt=text):
                        await respond(text=words.NOT_OPENED)
        except TweenError as error:
            await respond(text=refusal(error))

    async def shortcut(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """*Tween these images*: the first two images of a message; with one, the form asks for the last."""
        await ack()
        seat = seats.of_action(body)
        images = images_among(seat, body["message"].get("files") or [])
        if not images:
            await say(client, seat, words.TOO_FEW, respond)
            return
        known = [(image.name, image.locator) for image in images[:2]]
        about = About(seat, "menu.title", known[0], known[1] if len(known) > 1 else None)
        await self._open(client, body, about, respond)

    async def _open(
        self, client: AsyncWebClient, body: Payload, about: About, respond: AsyncRespond | None = None
    ) -> None:
        locale = await self._locales.of(client, about.seat.user)
        try:
            if not await self._forms.open(client, str(body["trigger_id"]), about, locale=locale):
                await say(client, about.seat, words.NOT_OPENED, respond)
        except TweenError as error:
            await say(client, about.seat, refusal(error), respond)

    async def mentioned(self, body: Payload, event: Payload, client: AsyncWebClient) -> None:
        """A mention with two images, or links to them, and a prompt, in a channel or a thread."""
        if event.get("bot_id") or "user" not in event:
            return
        await self._asked_in_words(body, event, client)

    async def written(self, body: Payload, event: Payload, client: AsyncWebClient) -> None:
        """A direct message with two images and a prompt."""
        if event.get("channel_type") != "im" or event.get("bot_id") or "user" not in event:
            return
        if event.get("subtype") in (None, "file_share"):
            await self._asked_in_words(body, event, client)

    async def _asked_in_words(self, body: Payload, event: Payload, client: AsyncWebClient) -> None:
        seat = seats.of_event(body, event)
        if not seat.thread:
            # The card goes under the message that asked for it.
            seat = Seat(seat.team, seat.enterprise, seat.user, seat.channel, str(event["ts"]))
        text = re.sub(r"<@[^>]+>", " ", str(event.get("text") or ""))
        images = images_among(seat, event.get("files") or [])[:2]
        links = links_in(text)[: 2 - len(images)]
        if len(images) + len(links) < 2:
            await say(client, seat, words.ONE_IMAGE if images or links else words.HELP)
            return
        prompt = words.unescaped(without(links, text).strip())
        # A message's own id: one that is edited, or told of again, is the same command.
        id_ = f"{seat.channel}:{event['ts']}"
        try:
            if links and await self._taker.has(seat, id_):
                return
            async with self._linked.brought(client, seat, links) as brought:
                start, end = [*images, *brought]
                ask = Ask(id_, start, end, prompt, brought=tuple(map(file_id, brought)))
                job = await self._taker.accept(seat, ask)
                if job.place.get("fetched", "").split() != list(ask.brought):
                    # It was told of twice at once, and the other telling was stored.
                    await self._linked.drop(client, brought)
        except TweenError as error:
            await say(client, seat, refusal(error))
            return
        await self._taker.post_card(job)

    async def submitted(self, ack: AsyncAck, view: Payload) -> None:
        """The form: stored, then acknowledged, then shown. What is wrong stands at its fields, and it stays open."""
        try:
            seat, ask = await self._forms.read(view)
            job = await self._taker.accept(seat, ask)
        except TweenError as error:
            await ack(response_action="errors", errors=errors_of(error, view))
            return
        await ack()
        await self._taker.post_card(job)

    async def unfolded(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """*More options*."""
        await ack()
        locale = await self._locales.of(client, str(body["user"]["id"]))
        try:
            await self._forms.unfold(client, body["view"], locale)
        except TweenError as error:
            # The form stays as it is, with all that is in it.
            log.warning("not_unfolded", error=str(error))

    async def pressed(
        self, ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        """A button of a card."""
        await ack()
        named, job_id = action_of(str(action["action_id"])), str(action["value"])
        opens = named in (Action.EDIT, Action.CONTINUE)
        locale = await self._locales.of(client, str(body["user"]["id"])) if opens else ""
        await self._presses.press(client, body, respond, (named, job_id), locale)

    async def at_home(self, body: Payload, event: Payload, client: AsyncWebClient) -> None:
        """The Home tab was opened; the Messages tab shows itself."""
        if event.get("tab") == "home":
            await self._show_home(client, seats.of_event(body, event))

    async def begun_at_home(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """*New video* on the Home tab: the card comes in the direct messages with the bot."""
        await ack()
        seat = seats.of_action(body)
        opened = await client.conversations_open(users=[seat.user])
        seat = Seat(seat.team, seat.enterprise, seat.user, str(opened["channel"]["id"]))
        await self._open(client, body, About(seat))

    async def refreshed(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """*Refresh* on the Home tab."""
        await ack()
        await self._show_home(client, seats.of_action(body))

    async def forgotten(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """*Delete my data*; Slack has asked once more."""
        await ack()
        seat = seats.of_action(body)
        try:
            await self._desk.forget(seat.author)
        except TweenError as error:
            log.warning("not_forgotten", error=str(error))
        await self._show_home(client, seat)

    async def _show_home(self, client: AsyncWebClient, seat: Seat) -> None:
        try:
            await home.publish(client, self._desk, seat)
        except LIBRARY as error:
            log.warning("home_not_shown", error=code_of(error) or type(error).__name__)


async def _listed(respond: AsyncRespond, blocks: list[Any]) -> None:
    await respond(text=words.LISTED, blocks=listing.as_json(blocks))


async def _heard(ack: AsyncAck) -> None:
    """Acknowledge what asks for nothing."""
    await ack()
