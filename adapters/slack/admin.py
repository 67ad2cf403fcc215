"""``/tween admin``: a workspace's rules and budgets in one form, and ``/tween admin log``: what was decided with it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.models.blocks import InputBlock
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import admin_fields as fields
from adapters.slack.errors import LIBRARY, code_of
from adapters.slack.files import Uploader
from adapters.slack.form_fields import values_of
from adapters.slack.forms import opened
from adapters.slack.take import NAME, Seat
from adapters.slack.text import day, plain
from bot.domain.budget import Budget, Kind
from bot.domain.errors import BadRequest, BadRules, RuleFault, TweenError
from bot.domain.model import Model
from bot.domain.option_lines import read_lines
from bot.domain.rule_check import limit_of_field, lines_of_field, sum_of_field
from bot.domain.server import Rules
from bot.flow.office import Admin as Deciding
from bot.flow.office import Office
from bot.wording import audit
from bot.wording import slack as words
from bot.wording.refusals import explain
from bot.wording.rules import bad_rule

log = structlog.get_logger()
T = TypeVar("T")

CALLBACK = "tween_admin"
BUDGETS: tuple[tuple[str, Kind], ...] = (("budget_server", "server"), ("budget_everyone", "everyone"))


class Admin:
    """The form, and the log."""

    def __init__(self, model: Model, office: Office, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._model = model
        self._office = office
        self._uploader = Uploader(session)

    def add_to(self, app: AsyncApp) -> None:
        """Register the form's listener."""
        app.view(CALLBACK)(self.submitted)

    async def open(self, client: AsyncWebClient, seat: Seat, trigger_id: str, respond: AsyncRespond) -> None:
        """Open the form for an admin; tell anybody else that it is not for them."""
        if (why := await _not_an_admin(client, seat)) is not None:
            await respond(text=why)
            return
        rules, budgets = await self._office.look(NAME, seat.team)
        if await opened(client, trigger_id, self._view(seat, rules, budgets)) is None:
            await respond(text=words.NOT_OPENED)

    async def tell_log(self, client: AsyncWebClient, seat: Seat, respond: AsyncRespond) -> None:
        """Tell an admin the newest deeds, and send all of them as a sheet to their direct messages with the bot."""
        if (why := await _not_an_admin(client, seat)) is not None:
            await respond(text=why)
            return
        deciding = Deciding(NAME, seat.team, seat.user)
        deeds = await self._office.newest(deciding)
        told = f"*{audit.TITLE}*\n{audit.newest(deeds, day, plain)}"
        sheet = await self._office.sheet(deciding)
        try:
            direct = await client.conversations_open(users=[seat.user])
            id_ = await self._uploader.put(client, audit.FILE, sheet, audit.TITLE)
            await client.files_completeUploadExternal(
                files=[{"id": id_, "title": audit.FILE}], channel_id=str(direct["channel"]["id"])
            )
        except LIBRARY as error:
            log.warning("log_not_sent", error=code_of(error) or type(error).__name__)
            await respond(text=f"{told}\n{words.LOG_NOT_SENT}")
        else:
            await respond(text=f"{told}\n{words.LOG_SENT}")

    async def submitted(self, ack: AsyncAck, view: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Store what was filled in; what is wrong stands at its field, and then nothing is stored."""
        team = str(json.loads(view["private_metadata"])["team"])
        deciding = Deciding(NAME, team, str(body["user"]["id"]))
        filled = _Filled(view, self._model)
        errors = {**filled.errors, **_at_fields(self._office.faults(filled.rules(Rules())))}
        if not errors:
            try:
                await self._office.change(deciding, filled.rules)
                for name, kind in BUDGETS:
                    await self._office.set_budget(deciding, kind, "", filled.sums[name])
            except BadRules as error:
                errors = _at_fields(error.faults)
            except TweenError as error:
                errors = {fields.DEFAULTS: explain(error)}
        if errors:
            await ack(response_action="errors", errors=errors)
        else:
            await ack()

    def _view(self, seat: Seat, rules: Rules, budgets: Sequence[Budget]) -> View:
        sums = {each.kind: each.usd for each in budgets if not each.id}
        blocks: list[InputBlock] = [
            fields.channels(rules),
            *fields.limits(rules, self._office.terms),
            *(fields.money(name, sums.get(kind)) for name, kind in BUDGETS),
            fields.money("ask_over", rules.ask_over),
            fields.defaults(rules),
            *fields.moderation(rules),
        ]
        return View(
            type="modal",
            callback_id=CALLBACK,
            title=words.ADMIN_TITLE,
            submit=words.SAVE,
            close=words.CLOSE,
            private_metadata=json.dumps({"team": seat.team}),
            blocks=blocks,
        )


class _Filled:
    """What the form holds; ``errors`` are what cannot be read of it, by field."""

    def __init__(self, view: Mapping[str, Any], model: Model) -> None:
        self._typed = {name: str(value or "") for name, value in values_of(view).items()}
        self._channels = fields.chosen_channels(view)
        self.errors: dict[str, str] = {}
        self.sums = {name: self._sum(name) for name in (*dict(BUDGETS), "ask_over")}
        self._limits = {name: self._limit(name) for name in fields.LIMITS}
        self._defaults: dict[str, Any] = {}
        try:
            self._defaults = dict(read_lines(self._text(fields.DEFAULTS), model))
        except BadRequest as error:
            self.errors[fields.DEFAULTS] = explain(error)

    def rules(self, before: Rules) -> Rules:
        """Return the rules as the form has them; what it has no field for stays."""
        limits: dict[str, Any] = self._limits
        set_anew = replace(
            before, channels=self._channels, defaults=self._defaults, ask_over=self.sums["ask_over"], **limits
        )
        entries = {name: lines_of_field(self._text(name)) for name in ("words", "patterns")}
        return set_anew.moderated(entries["words"], entries["patterns"], self._text("check_url").strip() or None)

    def _text(self, name: str) -> str:
        return self._typed.get(name, "")

    def _sum(self, name: str) -> Decimal | None:
        return self._read(sum_of_field(name, self._text(name)))

    def _limit(self, name: str) -> int | None:
        return self._read(limit_of_field(name, self._text(name)))

    def _read(self, value: T | RuleFault) -> T | None:
        if isinstance(value, RuleFault):
            self.errors[value.field] = bad_rule(value)
            return None
        return value


def _at_fields(faults: Sequence[RuleFault]) -> dict[str, str]:
    said: dict[str, str] = {}
    for fault in faults:
        said[fault.field] = f"{said.get(fault.field, '')} {bad_rule(fault)}".strip()
    return said


async def _not_an_admin(client: AsyncWebClient, seat: Seat) -> str | None:
    """Return why somebody is not served as an admin; None for an admin."""
    try:
        person = (await client.users_info(user=seat.user))["user"]
    except LIBRARY as error:
        log.warning("admin_unknown", error=code_of(error) or type(error).__name__)
        return words.ADMIN_UNKNOWN
    return None if person.get("is_admin") or person.get("is_owner") else words.NOT_FOR_YOU
