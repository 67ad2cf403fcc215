"""fal-ai/wan-flf2v is declared in full, and prices, checks and frame sizes follow from the declaration."""

from decimal import Decimal

import pytest

from bot.domain.model import Model
from config import catalogue


@pytest.fixture
def wan() -> Model:
    return catalogue.load()[catalogue.DEFAULT_ENDPOINT]


@pytest.mark.parametrize(
    ("resolution", "num_frames", "usd"),
    [
        ("480p", 81, "0.20"),
        ("480p", 82, "0.25"),
        ("480p", 100, "0.25"),
        ("720p", 81, "0.40"),
        ("720p", 82, "0.50"),
        ("720p", 100, "0.50"),
    ],
)
def test_the_price_is_right_to_the_cent(wan: Model, resolution: str, num_frames: int, usd: str) -> None:
    """480p costs half of 720p, and more than 81 frames 1.25 times as much."""
    assert wan.price.usd({**wan.defaults(), "resolution": resolution, "num_frames": num_frames}) == Decimal(usd)


def test_an_accounts_own_unit_price_replaces_the_public_one() -> None:
    """The price of a billing unit is configuration."""
    wan = catalogue.load({"fal-ai/wan-flf2v": Decimal("0.36")})["fal-ai/wan-flf2v"]
    assert wan.price.usd({**wan.defaults(), "resolution": "480p"}) == Decimal("0.18")


def test_a_unit_price_for_a_stranger_is_refused() -> None:
    """A typing error in the setting would otherwise show a wrong price for ever."""
    with pytest.raises(
        catalogue.BadDeclaration, match=r"fal-ai/wan-flf, which is not in the catalogue: use one of fal-ai/"
    ):
        catalogue.load({"fal-ai/wan-flf": Decimal("0.36")})


def test_every_option_of_the_endpoint_is_declared_with_its_default(wan: Model) -> None:
    """The twelve options of fal's reference, each with the default that fal gives it."""
    defaults = {option.name: option.default for option in wan.options}
    negative = str(defaults.pop("negative_prompt"))
    assert negative.startswith("bright colors, overexposed")
    assert negative.endswith("walking backwards")
    assert defaults == {
        "resolution": "720p",
        "aspect_ratio": "auto",
        "num_frames": 81,
        "frames_per_second": 16,
        "seed": None,
        "num_inference_steps": 30,
        "guide_scale": 5,
        "shift": 5,
        "acceleration": "regular",
        "enable_safety_checker": True,
        "enable_prompt_expansion": False,
    }
    assert (wan.start_field, wan.end_field, wan.prompt_field) == ("start_image_url", "end_image_url", "prompt")
    assert all(option.help.endswith(".") for option in wan.options)


@pytest.mark.parametrize(
    ("resolution", "aspect_ratio", "start", "size"),
    [
        ("480p", "auto", (1920, 1080), (832, 480)),
        ("720p", "auto", (1920, 1080), (1280, 720)),
        ("720p", "auto", (832, 480), (1280, 720)),
        ("480p", "auto", (1080, 1920), (480, 832)),
        ("480p", "9:16", (1920, 1080), (480, 832)),
        ("720p", "9:16", (1920, 1080), (720, 1280)),
        ("480p", "1:1", (1920, 1080), (624, 624)),
        ("720p", "1:1", (1920, 1080), (960, 960)),
        ("480p", "auto", (2000, 3000), (512, 768)),
    ],
)
def test_the_video_has_the_area_of_its_resolution_and_the_shape_asked_for(
    wan: Model, resolution: str, aspect_ratio: str, start: tuple[int, int], size: tuple[int, int]
) -> None:
    """Sides are multiples of 16; auto follows the start image."""
    options = {**wan.defaults(), "resolution": resolution, "aspect_ratio": aspect_ratio}
    assert wan.frame.size(options, start) == size


MINIMAL = """
endpoint = "acme/between"
title = "Between"
start_field = "image_url"
end_field = "end_image_url"
prompt_field = "prompt"
[options.quality]
level = "basic"
help = "How good."
schema = { type = "string", enum = ["low", "high"], default = "low" }
[options.shape]
level = "basic"
help = "How wide."
schema = { type = "string", enum = ["auto", "1:1"], default = "auto" }
[price]
unit_usd = "1"
factors = [{ option = "quality", units = { low = "0.1", high = "0.3" } }]
[frame]
resolution = "quality"
aspect_ratio = "shape"
multiple = 16
sizes = { low = [640, 352], high = [1280, 720] }
"""


def test_another_model_is_another_file() -> None:
    """Nothing but the declaration is needed for a model with other names and another price rule."""
    between = catalogue.declared("between.toml", MINIMAL, {})
    assert between.price.usd({"quality": "high", "shape": "auto"}) == Decimal("0.30")
    assert between.arguments("a", "b", "go", {"quality": "low"}) == {
        "prompt": "go",
        "image_url": "a",
        "end_image_url": "b",
        "quality": "low",
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "Between"\n', "", r"between.toml lacks 'title'\."),
        ('default = "low"', 'default = "middle"', r"options.quality.schema.default breaks its own rule"),
        (
            'level = "basic"',
            'level = "expert"',
            r"options.quality.level is 'expert', but must be 'basic' or 'advanced'",
        ),
        ('option = "quality"', 'option = "speed"', r"depend on speed, which must be an option with a default"),
        ("[price]", "[price", r"between.toml is not TOML"),
        ('type = "string", enum = ["low"', 'type = "text", enum = ["low"', r"options.quality.schema is no JSON Schema"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    """The file, the place and the rule are named, at start-up and not at the first job."""
    with pytest.raises(catalogue.BadDeclaration, match=says):
        catalogue.declared("between.toml", MINIMAL.replace(old, new, 1), {})
