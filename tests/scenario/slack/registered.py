"""What bolt has registered of the bot's listeners: by kind, what each of them is for."""

import inspect
import re
from collections import defaultdict
from typing import Any, cast

from slack_bolt.async_app import AsyncApp

from adapters.slack.authorize import OneWorkspace
from adapters.slack.connection import Connection
from adapters.slack.platform import SlackPlatform


def app() -> AsyncApp:
    """Return the bot's app with all of its listeners; what these work with is not touched while none of them runs."""
    connection, anything = Connection(None), cast("Any", _Anything())
    made = connection.app(OneWorkspace("", dict))
    SlackPlatform(connection, anything, anything).listen(made, anything, anything)
    return made


def listeners() -> dict[str, set[str]]:
    """Return the names, ids and patterns that bolt would call a listener for, by kind."""
    found = defaultdict[str, set[str]](set)
    for listener in app()._async_listeners:
        for matcher in listener.matchers:
            # Bolt's own matcher is in a wrapper, and what it compares with is in its closure.
            builtin = inspect.getclosurevars(matcher.func).nonlocals["func"]  # type: ignore[attr-defined]
            kind = builtin.__qualname__.partition(".")[0]
            for value in inspect.getclosurevars(builtin).nonlocals.values():
                if isinstance(value, str | re.Pattern):
                    found[kind].add(value if isinstance(value, str) else value.pattern)
    return dict(found)


class _Anything:
    """Has every attribute, and each of them is such another."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever is asked for
        return _Anything()
