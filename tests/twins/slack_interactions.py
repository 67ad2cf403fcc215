"""What comes of an interaction: the app's acknowledgement, and what it makes Slack show."""

import asyncio
from typing import TYPE_CHECKING, Any

from tests.twins import slack_payloads, slack_views
from tests.twins.slack_delivery import Delivery
from tests.twins.slack_errors import Refused
from tests.twins.slack_state import Edit, Json, Message, View
from tests.twins.slack_tickets import ResponseUrl, Trigger

if TYPE_CHECKING:
    from tests.twins.slack_people import User

PATIENCE = 30.0
"""Seconds that a test waits for the app before it fails."""


class Interaction:
    """Something that a person did in the app, when it has been acknowledged or has failed.

    ``failed`` is the code that the person sees (``operation_timeout``, ``dispatch_failed``, ...), None where the app
    acknowledged; ``ack`` is the body of its acknowledgement; ``payload`` what the app got.
    """

    def __init__(self, delivery: Delivery, trigger: Trigger) -> None:
        self.payload = delivery.payload
        self.failed = delivery.failed
        self.ack = delivery.ack
        self._trigger = trigger

    @property
    def view(self) -> View | None:
        """The modal that its trigger has opened so far."""
        return self._trigger.opened

    async def modal(self) -> View:
        """Wait (PATIENCE at most) for the modal that its trigger opens."""
        return await self._trigger.user.workspace.twin.until(lambda: self._trigger.opened, PATIENCE)


async def brought(delivery: Delivery) -> Delivery:
    """Wait until the app has answered a delivery, or its time is over."""
    waits = [asyncio.ensure_future(event.wait()) for event in (delivery.acked, delivery.done)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return delivery


def said_at_once(url: ResponseUrl, ack: Json | str | None) -> None:
    """Post what the acknowledgement of a slash command says."""
    if not ack:
        return
    try:
        respond(url, {"text": ack} if isinstance(ack, str) else ack)
    except Refused as no:
        url.user.workspace.twin.violations.append(f"the answer to a command: {no.code} {' '.join(no.why)}")


def respond(url: ResponseUrl, said: Json) -> None:
    """Do what a response URL was posted: a new message (ephemeral by default), or another original."""
    user, source = url.user, url.source
    call = slack_views.as_the_app(user, "response_url")
    if source is not None and (said.get("delete_original") or said.get("replace_original")):
        source.deleted = bool(said.get("delete_original"))
        source.text = str(said.get("text") or "")
        source.blocks = _content(user, said) if said.get("blocks") else []
        source.edits.append(Edit(source.text, source.blocks, call.twin.clock.now()))
        call.twin.clock.tell()
        return
    blocks = _content(user, said) if said.get("blocks") else []
    text = str(said.get("text") or "")
    if not text and not blocks:
        raise Refused("no_text")
    message = Message(url.channel, call.twin.clock.ts(), text, blocks, thread_ts=said.get("thread_ts"))
    message.ephemeral_to = None if said.get("response_type") == "in_channel" else user
    url.channel.workspace.post(message)


def _content(user: "User", said: Json) -> list[dict[str, Any]]:
    call = slack_views.as_the_app(user, "response_url")
    call.twin.rules(call.installation).check(said["blocks"], "message")
    return call.twin.named(said["blocks"])


async def submit(view: View) -> Interaction:
    """Bring a submission, and do what the acknowledgement says."""
    twin = view.user.workspace.twin
    trigger = twin.tickets.trigger(view.user, view)
    payload = slack_payloads.submitted(view, trigger)
    delivery = await brought(twin.deliveries.start("interactive", payload, view.user.workspace))
    if delivery.failed is None:
        try:
            _after_submit(view, delivery.ack or {})
        except Refused as no:
            twin.violations.append(f"the answer to a view_submission: {no.code} {' '.join(no.why)}")
    twin.clock.tell()
    return Interaction(delivery, trigger)


def _after_submit(view: View, ack: Json | str) -> None:
    if not isinstance(ack, dict) or set(ack) - {"response_action", "errors", "view"}:
        raise Refused("invalid_arguments", f"no answer to a view_submission: {ack}")
    stack, call = view.user.views, slack_views.as_the_app(view.user, "view_submission")
    match ack.get("response_action"):
        case None:
            _close(view)
        case "clear":
            for one in stack:
                one.closed = True
            stack.clear()
        case "errors":
            view.errors = _errors(view, ack.get("errors"))
        case "update":
            slack_views.replace(call, view, slack_views.checked(call, ack.get("view"), view))
        case "push":
            if len(stack) >= slack_views.STACK:
                raise Refused("push_limit_reached")
            stack.append(slack_views.make(call, slack_views.checked(call, ack.get("view")), view.user, below=view))
        case other:
            raise Refused("invalid_arguments", f"response_action {other}")


def _errors(view: View, errors: object) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise Refused("invalid_arguments", f"errors for {errors}, where the inputs are {sorted(inputs)}")
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise Refused("invalid_arguments", "an error is a text")
    return dict(errors)


def _close(view: View) -> None:
    view.closed = True
    if view in view.user.views:
        view.user.views.remove(view)


async def close(view: View, *, cleared: bool = False) -> Interaction | None:
    """Close a modal; the app is told where it asked to be (notify_on_close)."""
    _close(view)
    twin = view.user.workspace.twin
    twin.clock.tell()
    if not view.content.get("notify_on_close"):
        return None
    payload = slack_payloads.closed(view, cleared=cleared)
    delivery = await brought(twin.deliveries.start("interactive", payload, view.user.workspace))
    return Interaction(delivery, Trigger("", view.user, twin.clock.now(), used=True))
