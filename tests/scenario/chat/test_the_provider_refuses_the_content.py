"""The provider's content policy refuses a job: the card says what, how to go on, and whether it was charged."""

from bot.domain.card import Action
from tests.scenario.chat.chat import Chat
from tests.twins.replies import Answer

REFUSED = {"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation", "input": "base64"}
TOLD = ("Nothing was charged.", "This was charged.", "This may have been charged")


async def test_a_refused_prompt_is_told_with_the_truth_about_the_charge(chat: Chat) -> None:
    """Billed by nobody, by the provider, or by nobody knows: three different words; then it can be edited."""
    async with chat.bot():
        for units, words in zip(("0", "1", None), TOLD, strict=True):
            card = await chat.ask()
            headers = {} if units is None else {"X-Fal-Billable-Units": units}
            (await chat.fal.next_job()).finish(Answer(422, {"detail": [REFUSED]}, headers))
            await chat.until(
                card, "No video", "content policy refused the prompt", "Change it and send it again.", words
            )
            assert [each for each in TOLD if each in card.text] == [words]
            assert "base64" not in card.text
        await chat.press(card, Action.EDIT)
        await chat.fill(prompt="a calm sea")
        edited = await chat.next_card()
        job = await chat.fal.next_job()
        assert job.arguments["prompt"] == "a calm sea"
        job.finish()
        assert (await chat.video()).card == edited
    assert len(chat.fal.jobs) == 4
