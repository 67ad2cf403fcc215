"""Options that the model does not have, or not so: refused before it is stored, and no word that was typed is lost."""

from tests.scenario.chat.chat import PROMPT, TypedOptions

WRONG = "num_frames = 500\nshift = soft\nacceleration = turbo\nresolutoin = 480p"


async def test_a_bad_option_is_refused_with_field_rule_and_mend(chat: TypedOptions) -> None:
    """All faults are told at once, to their author alone, and what was typed comes back with them."""
    async with chat.bot() as bot:
        await chat.ask_by_form(WRONG, by="Ann")
        said = await chat.told()
        assert "num_frames is 500, but must be from 81 to 100: use 100" in plain(said)
        assert "shift is “soft”, which is not a number" in plain(said)
        assert "acceleration is “turbo”: use none or regular" in plain(said)
        assert "resolutoin is no option of this model: did you mean resolution?" in plain(said)
        assert PROMPT in said
        assert all(line in plain(said) for line in WRONG.splitlines())
        assert (await bot.health())["jobs"] == 0
        await chat.ask_by_form("num_frames = 100\nresolution: 480p")
        job = await chat.fal.next_job()
        assert (job.arguments["num_frames"], job.arguments["resolution"]) == (100, "480p")
        job.finish()
        await chat.video()
    assert len(chat.fal.jobs) == 1


def plain(said: str) -> str:
    """Return a text without the signs that keep a platform from reading markup into it."""
    return said.replace("\\", "")
