"""A command that breaks the model's rules is refused with field, rule and mend, before anything is spent."""

import math

import pytest

from bot.domain.errors import BadRequest
from bot.domain.model import Model
from bot.domain.request import Author, Command, ImageRef, TweenRequest, checked
from bot.wording.refusals import explain
from config import catalogue


@pytest.fixture
def wan() -> Model:
    return catalogue.load()[catalogue.DEFAULT_ENDPOINT]


def command(options: dict[str, object], prompt: str = "it rains") -> Command:
    """Return a command with these options set."""
    return Command("1", Author("test", "ann"), ImageRef("a.png", "a"), ImageRef("b.png", "b"), prompt, options)


def refusal(model: Model, command: Command) -> str:
    """Return the words that refuse the command."""
    with pytest.raises(BadRequest) as caught:
        checked(command, model)
    return explain(caught.value)


def test_what_is_not_set_takes_the_models_default(wan: Model) -> None:
    """The request is complete: nothing depends on what the provider's defaults are that day."""
    request = checked(command({"num_frames": 90, "seed": None, "resolution": "480p"}), wan)
    assert isinstance(request, TweenRequest)
    assert dict(request.options) == {**wan.defaults(), "num_frames": 90, "resolution": "480p"}
    assert "seed" not in request.options
    assert str(request.price) == "0.25"


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("num_frames", 120, "num_frames is 120, but must be from 81 to 100: use 100."),
        ("num_frames", 5, "num_frames is 5, but must be from 81 to 100: use 81."),
        ("num_frames", 81.5, "num_frames is 81.5, which is not a whole number: give a whole number, such as 81."),
        ("num_frames", "many", "num_frames is “many”, which is not a whole number: give a whole number, such as 81."),
        ("num_frames", True, "num_frames is True, which is not a whole number: give a whole number, such as 81."),
        ("num_inference_steps", 0, "num_inference_steps is 0, but must be at least 1: use 1."),
        ("guide_scale", -5, "guide_scale is -5, but must be at least 1: use 1."),
        ("resolution", "1080p", "resolution is “1080p”: use 480p or 720p."),
        ("aspect_ratio", "4:3", "aspect_ratio is “4:3”: use auto, 16:9, 9:16 or 1:1."),
        ("guide_scale", math.nan, "guide_scale is nan, which is not a number: give a number, such as 5.5."),
        ("guide_scale", math.inf, "guide_scale is inf, which is not a number: give a number, such as 5.5."),
        (
            "enable_safety_checker",
            "yes",
            "enable_safety_checker is “yes”, which is not true or false: give true or false, such as true.",
        ),
        ("frames_per_secnd", 16, "frames_per_secnd is no option of this model: did you mean frames_per_second?"),
    ],
)
def test_a_broken_rule_is_told_with_field_rule_and_mend(wan: Model, option: str, value: object, says: str) -> None:
    """Each sentence names the field, what it may be, and what to use."""
    assert refusal(wan, command({option: value})) == says


def test_a_name_like_no_option_lists_the_options(wan: Model) -> None:
    """Where nothing is near, the whole list helps."""
    said = refusal(wan, command({"zzz": 1}))
    assert said.startswith("zzz is no option of this model: use resolution, aspect_ratio, num_frames, ")
    assert said.endswith(" or enable_prompt_expansion.")


def test_an_empty_prompt_is_refused(wan: Model) -> None:
    """Blanks are no prompt."""
    assert (
        refusal(wan, command({}, " \n ")) == "prompt is empty: say in a sentence what happens between the two images."
    )


def test_all_faults_are_told_at_once(wan: Model) -> None:
    """Nobody has to send a command three times to learn of three faults."""
    said = refusal(wan, command({"resolution": "8k", "num_frames": 1}, ""))
    assert [part in said for part in ("prompt is empty", "resolution is “8k”", "num_frames is 1,")] == [True] * 3


def test_text_that_cannot_be_stored_is_refused(wan: Model) -> None:
    """No Postgres holds a NUL: the prompt, or the option, is told like any other value of the wrong kind."""
    assert "prompt is “it\0rains”, which is not a text" in refusal(wan, command({}, prompt="it\0rains"))
    assert "negative_prompt is" in refusal(wan, command({"negative_prompt": "\0"}))
