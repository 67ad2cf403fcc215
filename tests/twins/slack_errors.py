"""How the Slack twin says no: to the bot with Slack's codes, to a test with what Slack's client does not offer."""

from typing import Any

MISTAKES = frozenset(
    {
        "bad_client_secret",
        "bad_redirect_uri",
        "duplicate_external_id",
        "exchanged_trigger_id",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_auth",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_client_id",
        "invalid_form_data",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_post_type",
        "invalid_trigger_id",
        "invalid_ts_latest",
        "missing_scope",
        "msg_too_long",
        "no_text",
        "not_allowed_token_type",
        "not_authed",
        "unknown_method",
    }
)
"""Codes that no state of the world explains: the program is wrong, and the test fails."""


class Refused(Exception):
    """An answer with ``ok: false``. ``why`` goes into ``response_metadata.messages``, the rest beside ``error``."""

    def __init__(self, code: str, *why: str, **beside: object) -> None:
        super().__init__(code, *why)
        self.code = code
        self.why = why
        self.beside = beside

    @property
    def mistake(self) -> bool:
        """Whether the program is to blame. A file that Slack has not processed yet is nobody's fault."""
        return self.code in MISTAKES and not (self.why and all("invalid slack file" in line for line in self.why))

    def body(self) -> dict[str, Any]:
        """The answer."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.beside}
        if self.why:
            body["response_metadata"] = {"messages": [f"[ERROR] {line}" for line in self.why]}
        return body


class NotOffered(AssertionError):
    """A test has a person do what Slack's own client does not offer: click a button that is not there."""
