"""The Slack twin's views.* methods: modals in a stack of three at most, and home tabs."""

from typing import TYPE_CHECKING

from tests.twins.slack_call import Call
from tests.twins.slack_errors import Refused
from tests.twins.slack_state import Json, View
from tests.twins.slack_tickets import Trigger

if TYPE_CHECKING:
    from tests.twins.slack_people import User
    from tests.twins.slack_places import Installation

STACK = 3


def open_(call: Call) -> Json:
    """Open a modal for whoever pressed, within the trigger's three seconds."""
    content = _content(call, "modal")
    trigger = _trigger(call)
    view = make(call, content, trigger.user)
    trigger.user.views[:] = [view]
    return _shown(call, trigger, view)


def push(call: Call) -> Json:
    """Put a modal upon the one where the trigger is from."""
    content = _content(call, "modal")
    trigger = _trigger(call)
    stack = trigger.user.views
    if trigger.view is None or trigger.view not in stack:
        raise Refused("invalid_arguments", "views.push needs a trigger_id from a modal")
    if len(stack) >= STACK:
        raise Refused("push_limit_reached")
    view = make(call, content, trigger.user, below=stack[-1])
    stack.append(view)
    return _shown(call, trigger, view)


def update(call: Call) -> Json:
    """Change a modal that is open."""
    view = _wanted(call)
    if (given := call.arguments.get("hash")) is not None and given != view.hash:
        raise Refused("hash_conflict")
    replace(call, view, _content(call, "modal", besides=view))
    return {"ok": True, "view": view.described()}


def publish(call: Call) -> Json:
    """Set a person's home tab."""
    user = call.user("user_id")
    if not call.twin.app.home_tab:
        raise Refused("not_enabled")
    content = _content(call, "home")
    given = call.arguments.get("hash")
    if given is not None and user.home is not None and given != user.home.hash:
        raise Refused("hash_conflict")
    user.home = make(call, content, user)
    call.twin.clock.tell()
    return {"ok": True, "view": user.home.described()}


def checked(call: Call, content: object, besides: View | None = None) -> Json:
    """Return a view's content with block_ids filled in, or raise Refused."""
    rules = call.twin.rules(call.installation)
    rules.check_view(content)
    assert isinstance(content, dict)
    external = content.get("external_id")
    if external and any(
        view.content.get("external_id") == external and view is not besides
        for workspace in call.installation.workspaces
        for user in workspace.users
        for view in user.views
    ):
        raise Refused("duplicate_external_id")
    if "files:read" not in call.installation.scopes and any(
        block["type"] == "input" and block["element"]["type"] == "file_input" for block in content["blocks"]
    ):
        raise Refused("missing_scope", needed="files:read", provided=",".join(sorted(call.installation.scopes)))
    return content | {"blocks": call.twin.named(content["blocks"])}


def make(call: Call, content: Json, user: "User", below: View | None = None) -> View:
    """Make a view."""
    view = View(call.twin.new_id("V"), user, content, _hash(call))
    if below is not None:
        view.previous_id, view.root_id = below.id, below.root_id or below.id
    return view


def replace(call: Call, view: View, content: Json) -> None:
    """Change what a view shows; what was entered stays where the block and its element are still there."""
    kept = {block["block_id"] for block in content["blocks"]}
    view.content, view.hash, view.errors = content, _hash(call), {}
    view.values = {block: values for block, values in view.values.items() if block in kept}
    call.twin.clock.tell()


def as_the_app(user: "User", method: str) -> Call:
    """Return a call in the name of the app, for what it answers to an interaction."""
    installation: Installation | None = user.workspace.installation
    if installation is None:
        raise Refused("account_inactive")
    return Call(user.workspace.twin, method, {}, installation)


def _content(call: Call, kind: str, besides: View | None = None) -> Json:
    content = call.arguments.get("view")
    if isinstance(content, dict) and content.get("type") != kind:
        raise Refused("invalid_arguments", f"a view of type {kind} is wanted here [json-pointer:/view/type]")
    return checked(call, content, besides)


def _trigger(call: Call) -> Trigger:
    return call.twin.tickets.use_trigger(call.text("trigger_id"))


def _wanted(call: Call) -> View:
    by_id, external = call.arguments.get("view_id"), call.arguments.get("external_id")
    if by_id is None and external is None:
        raise Refused("invalid_arguments", "view_id or external_id is needed")
    for workspace in call.installation.workspaces:
        for user in workspace.users:
            for view in user.views:
                if view.id == by_id or (external and view.content.get("external_id") == external):
                    return view
    raise Refused("not_found")


def _shown(call: Call, trigger: Trigger, view: View) -> Json:
    trigger.opened = view
    call.twin.clock.tell()
    return {"ok": True, "view": view.described()}


def _hash(call: Call) -> str:
    return f"{call.twin.clock.ts()}.twin"
