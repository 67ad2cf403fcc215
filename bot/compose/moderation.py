"""What strangers may have fetched, and who judges their jobs."""

from collections.abc import Callable
from contextlib import AsyncExitStack, closing

from adapters.links.addresses import ANYWHERE
from adapters.links.fetch import GuardedLinks
from adapters.media.apart import PostersApart
from adapters.moderation.check import Operators
from bot.flow.judge import Judge, RulesOf, no_rules
from bot.ports import AuditLog
from config.settings import Settings


async def guarded_links(stack: AsyncExitStack, settings: Settings) -> GuardedLinks:
    """Open the door to links that people name."""
    return await stack.enter_async_context(GuardedLinks(settings.links_allow))


async def operators(stack: AsyncExitStack, settings: Settings) -> Operators:
    """Return the check of whoever runs the bot, if there is one, and the way to it."""
    url, secret = settings.moderation_url, settings.moderation_secret
    return Operators(
        # The operator's own address may be anywhere, on this machine too.
        await stack.enter_async_context(GuardedLinks(ANYWHERE)),
        None if url is None else str(url),
        None if secret is None else secret.get_secret_value(),
    )


async def judge(
    stack: AsyncExitStack,
    settings: Settings,
    clock: Callable[[], float],
    rules_of: RulesOf = no_rules,
    audit: AuditLog | None = None,
) -> Judge:
    """Open the moderation; without ``rules_of``, of the operator alone. ``clock`` gives epoch seconds."""
    # What a command that judges nothing does not need: RE2.
    from adapters.moderation.moderator import WebModerator  # noqa: PLC0415

    asked, guarded = await operators(stack, settings), await guarded_links(stack, settings)
    posters = stack.enter_context(closing(PostersApart()))
    return Judge(WebModerator(asked, guarded, clock), posters, clock, rules_of, audit)
