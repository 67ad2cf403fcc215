"""What the admins of a server (guild, workspace) have decided for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.domain.errors import NotHere, NotThem, RulesUnreadable, UnsafeRefused
from bot.domain.model import Model, Value
from bot.domain.request import Author, Where, check_option


@dataclass(frozen=True)
class Rules:
    """One server's rules. Empty ``channels`` or ``roles``: everywhere, everyone.

    ``defaults`` are option values in the place of the model's own. ``unsafe`` is whether the provider's safety checker
    may be turned off in age-restricted channels. ``running`` (jobs of the server at the same time),
    ``running_per_author`` and ``waiting_per_author`` narrow the operator's limits, and never widen them; None leaves
    them. ``ask_over``: a job that costs more US dollars than this waits for its author's *Go*; None leaves
    the operator's limit.

    ``words`` must not stand in a prompt (in capitals or not), and no ``patterns`` (regular expressions) match it;
    ``check_url`` is asked about every job before it is sent, and about its video before that is posted.

    ``unreadable`` names what is stored of ``words``, ``patterns`` and ``check_url`` and cannot be read: until an admin
    sets it again, nothing is made.
    """

    channels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    defaults: Mapping[str, Value] = field(default_factory=dict)
    unsafe: bool = False
    running: int | None = None
    running_per_author: int | None = None
    waiting_per_author: int | None = None
    ask_over: Decimal | None = None
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    check_url: str | None = None
    unreadable: tuple[str, ...] = ()

    def check(self, author: Author, where: Where) -> None:
        """Raise :class:`NotHere` or :class:`NotThem` where the rules do not let this author make videos there.

        Raises :class:`RulesUnreadable` where nobody can tell what may be made.
        """
        self.check_readable()
        if self.channels and not set(self.channels) & set(where.channels):
            raise NotHere(self.channels)
        if self.roles and not set(self.roles) & set(author.roles):
            raise NotThem(self.roles)

    def check_readable(self) -> None:
        """Raise :class:`RulesUnreadable` where a rule of what may be made cannot be read, and so not be kept."""
        if self.unreadable:
            raise RulesUnreadable(self.unreadable)

    def moderated(self, words: tuple[str, ...], patterns: tuple[str, ...], check_url: str | None) -> "Rules":
        """Return the rules with what may be made set anew, and so readable."""
        return replace(self, words=words, patterns=patterns, check_url=check_url, unreadable=())

    def complete(self, options: Mapping[str, object], model: Model) -> dict[str, object]:
        """Return the options with the server's defaults where the author set none.

        A default that the model does not take any more, or that would turn the safety checker off, is passed over.
        """
        known = {option.name: option for option in model.options}
        defaults = {
            name: value
            for name, value in self.defaults.items()
            if name in known and name != model.safety and check_option(known[name], value) is None
        }
        return {**defaults, **{name: value for name, value in options.items() if value is not None}}

    def check_safety(self, options: Mapping[str, object], model: Model, where: Where) -> None:
        """Raise :class:`UnsafeRefused` where the safety checker is off, and must not be."""
        if model.safety is None or options.get(model.safety) is not False:
            return
        if not self.unsafe or not where.age_restricted:
            raise UnsafeRefused(model.safety, by_admins=not self.unsafe)


def narrower(own: int | None, limit: int) -> int:
    """Return the limit that holds where a server has one of its own."""
    return limit if own is None else min(own, limit)
