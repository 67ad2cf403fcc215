"""What is suggested while somebody types: what they have asked for before."""

from tests.scenario.discord.studio import Studio
from tests.twins.discord import Choice

LONG = "the camera drifts over the harbour, " * 4 + "and the lighthouse goes on"
GONE = "The prompt of that suggestion is no longer stored, so nothing was taken or charged."


async def test_recent_prompts_and_seeds(studio: Studio) -> None:
    """The newest first, by what they hold; one of over 100 characters comes back whole; nobody sees another's."""
    bea = studio.somebody("Bea")
    async with studio.bot():
        for prompt, seed in (("dusk falls", 71), (LONG, 72), ("the door opens", 8)):
            card = await studio.tween(prompt, resolution="480p", seed=seed)
            await studio.finished()
            await studio.until(card, "Done")
        everything = await studio.ann.autocomplete(studio.room, "tween", "prompt", "")
        assert [each.name for each in everything] == ["the door opens", f"{LONG[:99].rstrip()}…", "dusk falls"]
        assert await studio.ann.autocomplete(studio.room, "tween", "prompt", "DUSK") == [
            Choice("dusk falls", "dusk falls")
        ]
        seeds = await studio.ann.autocomplete(studio.room, "tween", "seed", "7")
        assert [each.value for each in seeds] == [72, 71]
        assert seeds[1].name == "71 · dusk falls"
        assert await bea.autocomplete(studio.room, "tween", "prompt", "") == []
        assert await bea.autocomplete(studio.room, "tween", "seed", "") == []
        (long,) = await studio.ann.autocomplete(studio.room, "tween", "prompt", "harbour")
        await studio.tween(str(long.value), resolution="480p")
        assert (await studio.fal.next_job()).arguments["prompt"] == LONG
        # The words behind a suggestion are nobody else's either.
        assert GONE in await studio.refused(bea, studio.room, str(long.value), resolution="480p")
    assert LONG not in str([message.text for message in studio.room.messages if bea.mention in message.text])


async def test_a_suggestion_whose_words_are_gone(studio: Studio) -> None:
    """They were deleted between the choice and the command: refused, for its code would be paid for."""
    async with studio.bot():
        card = await studio.tween(LONG, resolution="480p")
        await studio.finished()
        await studio.until(card, "Done")
        (suggested,) = await studio.ann.autocomplete(studio.room, "tween", "prompt", "harbour")
        await (await studio.ann.click(card, "Delete")).shown()
        assert GONE in await studio.refused(studio.ann, studio.room, str(suggested.value))
        await studio.tween("recent: a door", resolution="480p")
        assert (await studio.fal.next_job()).arguments["prompt"] == "recent: a door"
    assert len(studio.fal.jobs) == 2
