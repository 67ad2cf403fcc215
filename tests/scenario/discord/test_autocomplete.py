"""What is suggested while somebody types: what they have asked for before."""

from tests.scenario.discord.studio import Studio
from tests.twins.discord import Choice

LONG = "the camera drifts over the harbour, " * 4 + "and the lighthouse goes on"


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
        await studio.asked(bea, studio.room, str(long.value), resolution="480p")
        assert LONG not in (await studio.fal.next_job()).arguments["prompt"]
