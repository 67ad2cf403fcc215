"""The bot is away for a moment, or an answer is lost: nothing is paid twice, and what the page says of it is true."""

import signal
from pathlib import Path

import pytest

from tests.browser.chromium import FRAMES, drive, driving, tools
from tests.scenario.bot import Bot, free_port, running

PROMPT = "the tide comes in"


async def _made(bot: Bot, prompt: str) -> None:
    await bot.until(await bot.accepted(prompt=prompt), final=True)


async def test_a_job_whose_answer_is_lost_is_made_once(bot: Bot) -> None:
    """Also where its pictures came into sight only after it was sent: that makes no other job of it."""
    await _made(bot, "until dusk")
    seen = await drive("lostWhileLoading", bot, before="until dusk", prompt=PROMPT)
    assert "the job is made once" in seen["said"]
    assert (seen["isEmptied"], seen["cards"], len(await bot.listed())) == (True, 1, 2)


async def test_what_is_changed_is_another_job_and_is_not_said_to_be_the_same(bot: Bot) -> None:
    """What was promised of a job that was sent is not said of one that was changed since."""
    assert not await drive("lostAndChanged", bot, prompt=PROMPT, **FRAMES)


@pytest.mark.parametrize("label", ["Again, new seed", "Swap"])
async def test_a_press_whose_answer_is_lost_makes_one_job(bot: Bot, label: str) -> None:
    """Pressed again it is the same job; pressed once more after its answer it is another one."""
    await _made(bot, PROMPT)
    seen = await drive("lostPress", bot, before=PROMPT, label=label)
    assert seen["said"] == "The bot did not answer. Press the button again: nothing is done twice."
    assert (seen["after"], seen["cards"], seen["third"], len(await bot.listed())) == ("", 2, 3, 3)


async def test_a_stream_that_is_refused_is_opened_again_whatever_else_fails(bot: Bot) -> None:
    """A list of jobs that fails meanwhile does not keep the page from it."""
    assert not await drive("refusedStream", bot)


async def test_a_session_that_has_ended_leads_to_the_door(tmp_path: Path) -> None:
    """The page does not go on saying that the bot is away: it asks for the new token."""
    tools()
    port, env = free_port(), {"TWEENBOT_HTTP_HOST": "0.0.0.0", "TWEENBOT_LOCAL_TOKEN": "a token of enough characters"}
    async with (
        running(tmp_path, env, port=port) as bot,
        driving("endedSession", bot, token=env["TWEENBOT_LOCAL_TOKEN"]) as page,
    ):
        await page.reached("in")
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
        async with running(tmp_path, {**env, "TWEENBOT_LOCAL_TOKEN": "another token of enough characters"}, port=port):
            page.go_on()
            assert await page.seen()


async def test_what_was_asked_while_the_bot_was_away_is_answered_when_it_is_back(
    tmp_path: Path, images: dict[str, str]
) -> None:
    """As the page says: a search, and what the composer holds."""
    tools()
    port = free_port()
    async with running(tmp_path, {}, port=port) as bot, driving("askedWhileAway", bot, start=images["wide"]) as page:
        await page.reached("open")
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
        page.go_on()
        await page.reached("asked")
        async with running(tmp_path, {}, port=port):
            page.go_on()
            assert "cropped away" in await page.seen()
