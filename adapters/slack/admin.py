"""``/tween admin``: a workspace's rules and budgets in one form, for its admins."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.models.blocks import InputBlock, NumberInputElement, PlainTextInputElement
from slack_sdk.models.blocks.block_elements import ChannelMultiSelectElement
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import form_fields as fields
from adapters.slack.take import NAME, Seat
from bot.domain.budget import Budget, Kind
from bot.domain.errors import TweenError
from bot.domain.model import Model
from bot.domain.option_lines import lines_of, read_lines
from bot.domain.server import Rules, narrower
from bot.ports import JobStore, Servers, Terms
from bot.wording import slack as words
from bot.wording.refusals import explain

log = structlog.get_logger()

CALLBACK = "tween_admin"
LIMITS = ("running", "running_per_author", "waiting_per_author")
BUDGETS: tuple[tuple[str, Kind], ...] = (("budget_server", "server"), ("budget_everyone", "everyone"))
CHANNELS, DEFAULTS = "channels", "defaults"


class Admin:
    """The form. ``terms`` are the operator's, which a workspace's own limits only narrow."""

    def __init__(self, model: Model, servers: Servers, store: JobStore, terms: Terms) -> None:
        self._model = model
        self._servers = servers
        self._store = store
        self._terms = terms

    def add_to(self, app: AsyncApp) -> None:
        """Register the form's listener."""
        app.view(CALLBACK)(self.submitted)

    async def open(self, client: AsyncWebClient, seat: Seat, trigger_id: str, respond: AsyncRespond) -> None:
        """Open the form for an admin; tell anybody else that it is not for them."""
        person = (await client.users_info(user=seat.user))["user"]
        if not (person.get("is_admin") or person.get("is_owner")):
            await respond(text=words.NOT_FOR_YOU)
            return
        rules = await self._store.rules(NAME, seat.team)
        budgets = {each.kind: each.usd for each in await self._store.budgets(NAME, seat.team)}
        await client.views_open(trigger_id=trigger_id, view=self._view(seat, rules, budgets))

    async def submitted(self, ack: AsyncAck, view: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Store what was filled in; what is wrong stands at its field, and then nothing is stored."""
        team, values = json.loads(view["private_metadata"])["team"], fields.values_of(view)
        errors: dict[str, str] = {}
        sums = {name: _usd(name, values, errors) for name, _ in BUDGETS}
        defaults: dict[str, Any] = {}
        try:
            defaults = read_lines(str(values.get(DEFAULTS) or ""), self._model)
        except TweenError as error:
            errors[DEFAULTS] = explain(error)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        limits: dict[str, Any] = {name: int(values[name]) if values.get(name) else None for name in LIMITS}
        try:
            rules = await self._store.rules(NAME, team)
            chosen = _channels(view)
            await self._servers.set_rules(NAME, team, replace(rules, channels=chosen, defaults=defaults, **limits))
            for name, kind in BUDGETS:
                usd = sums[name]
                budget = Budget(NAME, team, kind, "", usd or Decimal(0))
                await (self._store.drop_budget(budget) if usd is None else self._store.set_budget(budget))
        except TweenError as error:
            await ack(response_action="errors", errors={DEFAULTS: explain(error)})
            return
        await ack()
        log.info("admin_changed", server=team, by=str(body["user"]["id"]))

    def _view(self, seat: Seat, rules: Rules, budgets: Mapping[Kind, Decimal]) -> View:
        most = (self._terms.running_per_server, self._terms.running_per_author, self._terms.waiting_per_author)
        blocks = [_channels_field(rules)]
        for name, limit in zip(LIMITS, most, strict=True):
            own = getattr(rules, name)
            blocks.append(
                _number(name, words.ADMIN[name], "" if own is None else str(narrower(own, limit)), str(limit))
            )
        for name, kind in BUDGETS:
            usd = budgets.get(kind)
            blocks.append(_number(name, words.ADMIN[name], "" if usd is None else f"{usd:f}", decimals=True))
        element = PlainTextInputElement(
            action_id=fields.VALUE, multiline=True, initial_value=lines_of(rules.defaults) or None
        )
        label = words.ADMIN[DEFAULTS]
        blocks.append(InputBlock(block_id=DEFAULTS, label=label, hint=words.LINES, optional=True, element=element))
        return View(
            type="modal",
            callback_id=CALLBACK,
            title=words.ADMIN_TITLE,
            submit=words.SAVE,
            close=words.CLOSE,
            private_metadata=json.dumps({"team": seat.team}),
            blocks=blocks,
        )


def _number(name: str, label: str, value: str, most: str | None = None, *, decimals: bool = False) -> InputBlock:
    element = NumberInputElement(
        action_id=fields.VALUE,
        is_decimal_allowed=decimals,
        initial_value=value or None,
        min_value="0" if decimals else "1",
        max_value=most,
    )
    return InputBlock(block_id=name, label=label, optional=True, element=element)


def _channels_field(rules: Rules) -> InputBlock:
    element = ChannelMultiSelectElement(action_id=fields.VALUE, initial_channels=list(rules.channels) or None)
    return InputBlock(block_id=CHANNELS, label=words.ADMIN[CHANNELS], optional=True, element=element)


def _channels(view: Mapping[str, Any]) -> tuple[str, ...]:
    chosen = view["state"]["values"].get(CHANNELS, {}).get(fields.VALUE, {}).get("selected_channels") or []
    return tuple(map(str, chosen))


def _usd(name: str, values: Mapping[str, Any], errors: dict[str, str]) -> Decimal | None:
    text = str(values.get(name) or "")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        errors[name] = words.NO_SUM
        return None
