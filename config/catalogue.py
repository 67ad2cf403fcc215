"""Reads the catalogue of models: one TOML file a model, checked when it is read."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from bot.domain.model import Above, ByValue, FrameRule, Model, Option, PriceRule

DEFAULT_ENDPOINT = "fal-ai/wan-flf2v"


class BadDeclaration(Exception):
    """A model's file that declares nothing usable; the sentence names the file, the place and the rule."""


def load(unit_prices: Mapping[str, Decimal] | None = None) -> dict[str, Model]:
    """Return every declared model by its endpoint id.

    ``unit_prices`` replaces the declared US dollars a billing unit, by endpoint id, as accounts can have other prices.
    """
    models = {}
    for file in sorted((files(__package__) / "models").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            model = declared(file.name, file.read_text("utf-8"), unit_prices or {})
            models[model.endpoint] = model
    if strangers := sorted((unit_prices or {}).keys() - models.keys()):
        raise BadDeclaration(
            f"TWEENBOT_UNIT_PRICES names {strangers[0]}, which is not in the catalogue: use one of {', '.join(models)}."
        )
    return models


def declared(name: str, text: str, unit_prices: Mapping[str, Decimal]) -> Model:
    """Return the model that a file of this name and text declares, or raise :class:`BadDeclaration`."""
    try:
        return _model(tomllib.loads(text), unit_prices)
    except tomllib.TOMLDecodeError as error:
        raise BadDeclaration(f"{name} is not TOML: {error}.") from error
    except KeyError as error:
        raise BadDeclaration(f"{name} lacks {error}.") from error
    except ValueError as error:
        raise BadDeclaration(f"{name}: {error}.") from error


def _model(raw: dict[str, Any], unit_prices: Mapping[str, Decimal]) -> Model:
    options = tuple(_option(name, option) for name, option in raw["options"].items())
    endpoint = str(raw["endpoint"])
    model = Model(
        endpoint=endpoint,
        title=str(raw["title"]),
        start_field=str(raw["start_field"]),
        end_field=str(raw["end_field"]),
        prompt_field=str(raw["prompt_field"]),
        options=options,
        price=PriceRule(
            unit_usd=unit_prices.get(endpoint, Decimal(raw["price"]["unit_usd"])),
            factors=tuple(_factor(factor) for factor in raw["price"]["factors"]),
        ),
        frame=_frame(raw["frame"]),
        safety=raw.get("safety"),
        seed=raw.get("seed"),
    )
    for named in (model.safety, model.seed):
        if named is not None and model.option(named) is None:
            raise ValueError(f"{named} is named as the safety checker's or the seed's option, but is no option")
    for needed in (
        *(factor.option for factor in model.price.factors),
        model.frame.resolution,
        model.frame.aspect_ratio,
    ):
        if needed not in model.defaults():
            raise ValueError(f"the price and the frame depend on {needed}, which must be an option with a default")
    return model


def _option(name: str, raw: dict[str, Any]) -> Option:
    if raw["level"] not in ("basic", "advanced"):
        raise ValueError(f"options.{name}.level is {raw['level']!r}, but must be 'basic' or 'advanced'")
    rules = {key: value for key, value in raw["schema"].items() if key != "default"}
    default = raw["schema"].get("default")
    try:
        Draft202012Validator.check_schema(rules)
    except SchemaError as error:
        raise ValueError(f"options.{name}.schema is no JSON Schema: {error.message}") from error
    if default is not None and not Draft202012Validator(rules).is_valid(default):
        raise ValueError(f"options.{name}.schema.default breaks its own rule")
    return Option(name, rules, str(raw["help"]), raw["level"], default)


def _factor(raw: dict[str, Any]) -> Above | ByValue:
    if "above" in raw:
        return Above(raw["option"], Decimal(raw["above"]), Decimal(raw["times"]))
    return ByValue(raw["option"], {value: Decimal(units) for value, units in raw["units"].items()})


def _frame(raw: dict[str, Any]) -> FrameRule:
    sizes = {name: (int(width), int(height)) for name, (width, height) in raw["sizes"].items()}
    return FrameRule(str(raw["resolution"]), str(raw["aspect_ratio"]), int(raw["multiple"]), sizes)
