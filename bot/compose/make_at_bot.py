"""``tweenbot make --to``: one job for somebody who waits for it, made by a running bot."""

from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from typing import Any

from adapters.local import terminal
from adapters.local.attachments import GivenAttachments
from adapters.local.commands import Make
from adapters.local.sent import Lost, NotTaken, SentJobs, bot_at
from adapters.local.upload import Output, facts_of
from adapters.media.contact_sheet import ContactSheet
from bot.compose.moderation import guarded_links
from bot.compose.outside import prepare
from bot.compose.signals import on_signals
from bot.domain.errors import BadImage, BadImages, TweenError, Which
from bot.flow.signals import Signals
from bot.ports import Attachments
from bot.wording import cli as words
from config.settings import Settings


async def make_at_bot(make: Make, to: str, settings: Settings) -> int:
    """Return the exit status, which is that of a job made right here."""
    signals, token = Signals(), settings.local_token
    try:
        async with AsyncExitStack() as stack:
            attachments = GivenAttachments(await guarded_links(stack, settings))
            images = await _images(make, attachments, settings.max_image_bytes)
        prepare(settings.data_dir)
        with on_signals(signals.stop), terminal.view(make) as view, closing(ContactSheet()) as sheets:
            output = Output(make.output, sheets)
            async with bot_at(to, None if token is None else token.get_secret_value(), view) as sent:
                job = await sent.run(make.command, images, signals)
                if job["state"] == "delivered":
                    await _take(sent, job, settings, output)
    except TweenError as error:
        return terminal.refuse(error, make)
    except NotTaken as error:
        terminal.say(str(error), make, "refused")
        return terminal.EXIT_MEND if error.is_mendable else terminal.EXIT_FAILED
    except Lost:
        terminal.say(words.lost_bot(to), make, "unclear")
        return terminal.EXIT_UNCLEAR
    return terminal.conclude_sent(job, make, output)


async def _images(make: Make, attachments: Attachments, limit: int) -> Mapping[Which, bytes]:
    found: dict[Which, bytes] = {}
    bad: list[BadImage] = []
    images: tuple[tuple[Which, Any], ...] = (("start", make.command.start), ("end", make.command.end))
    for which, image in images:
        try:
            found[which] = await attachments.fetch(which, image, limit)
        except BadImage as error:
            bad.append(error)
    if bad:
        raise bad[0] if len(bad) == 1 else BadImages(tuple(bad))
    return found


async def _take(sent: SentJobs, job: Mapping[str, Any], settings: Settings, output: Output) -> None:
    """Fetch the video and put it in its place; where that fails it stays in the data folder, and is named."""
    path = settings.data_dir / f"{job['id']}.mp4"
    await sent.fetch(job, path)
    facts = facts_of((job["width"], job["height"]), job["frames"], job["options"]["frames_per_second"])
    await output.put(path, job["prompt"], facts)
    path.unlink()
