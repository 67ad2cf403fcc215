"""What a server's words and the operator's check refuse: nothing is sent, or nothing is shown, and the bill is true."""

from bot.domain.server import Rules
from tests.scenario.chat.chat import Chat
from tests.scenario.check import checking
from tests.scenario.pictures import ALLOWED, HOST


async def test_what_is_refused_is_not_sent_and_not_shown(chat: Chat) -> None:
    """A word, the check before, the check after: only the last has cost anything, and the channel sees none of them."""
    await chat.decide(Rules(words=("pirate",)))
    async with checking() as check, chat.bot(**check.env, TWEENBOT_BUDGET_PER_USER="0.40"):
        assert "rules do not allow this prompt" in await chat.ask_in_vain("a P1RATE sails by")
        assert (check.asked, chat.fal.seen) == ([], [])
        before = await chat.ask("sunset before rain")
        await chat.until(before, "No video", "refused the request", "nothing was sent or charged")
        assert ("<@here>" in before.text, "https://rules.example" in before.text) == (False, False)
        assert (check.kinds, chat.fal.uploads, before.shows_frames) == (["before"], {}, False)
        # The whole budget is still there for one that is made, and gone with it.
        chat.fal.units = "1"
        after = await chat.ask("sunset after rain")
        (await chat.fal.next_job()).finish()
        await chat.until(after, "No video", "does not let it be shown", "This was charged.")
        assert (check.kinds, chat.videos()) == (["before", "before", "after"], [])
        assert [each["which"] for each in check.asked[-1]["images"]] == ["first", "middle", "last"]
        assert all(check.is_signed)
        assert "has $0.00 left" in await chat.ask_in_vain("one more")
    assert len(chat.fal.jobs) == 1
    told = [(each.actor, each.action, each.detail["what"]) for each in await chat.deeds() if each.action == "refused"]
    assert told == [("moderation", "refused", what) for what in ("prompt", "request", "video")]


async def test_a_servers_own_check_is_asked_too(chat: Chat) -> None:
    """At an address that it may have, unsigned, and after the operator's, which has let the job through."""
    async with checking() as operators, checking(HOST) as admins:
        await chat.decide(Rules(check_url=admins.url))
        async with chat.bot(**operators.env, **ALLOWED):
            card = await chat.ask("sunset before rain or after")
            await chat.until(card, "No video", "refused the request")
            assert (operators.kinds, admins.asked, admins.is_signed) == (["before"], [], [])
            card = await chat.ask("sunset")
            (await chat.fal.next_job()).finish()
            await chat.video()
            await chat.until(card, "Done")
    assert operators.kinds == ["before", "before", "after"]
    assert (admins.kinds, admins.is_signed) == (["before", "after"], [False, False])
