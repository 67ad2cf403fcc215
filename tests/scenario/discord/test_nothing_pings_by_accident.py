"""What people write is text wherever it is shown: it notifies nobody, links nowhere and looks like nothing else."""

import re

from tests.scenario.discord.studio import Studio, answer
from tests.twins.discord import Interaction, Message
from tests.twins.discord_values import MENTION_EVERYONE, ORDINARY

SHOWN = 250
"""Characters of a prompt that a card surely shows."""
SAYS = "What happens in between"


async def test_a_hostile_prompt_is_text(studio: Studio) -> None:
    """On the card, with the video, in the recipe, among the jobs: as it was written, and its author alone is pinged."""
    bea, role = studio.somebody("Bea"), studio.guild.role("animators", mentionable=True)
    loud = studio.guild.channel("loud", bot_permissions=ORDINARY | MENTION_EVERYONE)
    raw = [
        bea.mention,
        role.mention,
        f"<#{loud.id}>",
        "@everyone",
        "@here",
        "<t:0:R>",
        "<:wave:1>",
        "https://",
    ]
    prompts = (
        f"@everyone @here {bea.mention} {role.mention} <#{loud.id}> <t:0:R> <:wave:1>",
        "# big **bold** __under__ ||hidden|| ~~gone~~ `code` [here](https://evil.example/a_b_c) https://evil.example",
        "```js\nalert(1)\n``` ```` and `````",
        "@everyone " * 200,
        "\u202eback\u202c \u2067to\u2069 \u200bfront\u200d \ufeffagain",
    )
    async with studio.bot():
        for prompt in prompts:
            card = await studio.asked(studio.ann, loud, prompt, resolution="480p")
            video = await studio.finished(loud)
            await studio.until(card, "Done")
            assert card.pings == []
            assert video.pings == [studio.ann]
            assert _alive(raw, card.text + video.text) == []
            assert f"\n> {_bare(prompt)[:SHOWN]}" in _bare(card.text)
            assert card.text.count(studio.ann.mention) == 1
            assert " ".join(prompt.split())[:SHOWN] in str(video.attachment.description)
            await _recipe(prompt, await studio.ann.click(card, "Recipe"))
        jobs = await answer(await studio.ann.slash(loud, "jobs"))
    # The links that are there are the bot's own.
    assert _alive(raw, jobs.replace("](https://discord.com/", "](")) == []
    assert len(studio.fal.jobs) == len(prompts)
    assert [job.arguments["prompt"] for job in studio.fal.jobs] == [prompt.strip() for prompt in prompts]


async def _recipe(prompt: str, click: Interaction) -> None:
    recipe: Message = await click.shown()
    assert recipe.ephemeral
    assert recipe.pings == []
    if recipe.attachments:
        assert prompt.strip() in recipe.attachment.data.decode()
        return
    assert len(re.findall("```", recipe.text)) == 4
    assert recipe.text.replace("\u200b", "").count(prompt.replace("\u200b", "")) == 2


async def test_a_refusal_is_text(studio: Studio) -> None:
    """What was wrong is named as it was written, and mentions nobody."""
    role = studio.guild.role("animators", mentionable=True)
    images = await studio.ann.post(studio.room, files=[studio.start, studio.end])
    async with studio.bot():
        modal = await (await studio.ann.menu(images, "Tween these images")).modal()
        lines = f"acceleration = {role.mention}\n@everyone = 1"
        refusal = await answer(await studio.ann.submit(modal, {SAYS: "dusk falls", "Other options": lines}))
    explained, typed = refusal.split("What you had typed:")
    assert _alive([role.mention, "@everyone"], explained) == []
    assert f"acceleration is “{role.mention}”" in _bare(explained)
    assert f"```\n{lines}\n```" in typed


def _alive(raw: list[str], text: str) -> list[str]:
    """Return those that Discord would take for more than text: a backslash before it takes its meaning away."""
    return [each for each in raw if re.search(rf"(?<!\\){re.escape(each)}", text)]


def _bare(text: str) -> str:
    """Return a text as a reader sees it: without the backslashes, without what is of no width, on one line."""
    seen = text.replace("\\", "").replace("\u200b", "")
    return "\n".join(" ".join(line.split()) for line in seen.splitlines()) if "\n> " in seen else " ".join(seen.split())
