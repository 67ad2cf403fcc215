"""A model of the catalogue as a value: what it takes, what it costs, what shape its frames have.

Everything that depends on a model (checks, flags, modal blocks, price, crop) is derived from this one declaration, so
adding a model is adding a file. The declaration itself is data in ``config/models``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Level = Literal["basic", "advanced"]
Value = str | int | float | bool
"""An option's value. None never stands for one: an option without a default is left out."""


@dataclass(frozen=True)
class Option:
    """One option of a model.

    ``schema`` is a JSON Schema (draft 2020-12) of the value: type, and enum or minimum/maximum where there is a rule.
    ``default`` is None where the provider chooses (a random seed).
    """

    name: str
    schema: Mapping[str, object]
    help: str
    level: Level
    default: Value | None

    @property
    def type(self) -> str:
        """``integer``, ``number``, ``boolean`` or ``string``."""
        return str(self.schema["type"])

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed values, in the order to show them; empty where any value of the type goes."""
        enum = self.schema.get("enum", ())
        assert isinstance(enum, list | tuple)
        return tuple(str(choice) for choice in enum)

    @property
    def minimum(self) -> float | None:
        """The smallest allowed number, inclusive."""
        return _bound(self.schema.get("minimum"))

    @property
    def maximum(self) -> float | None:
        """The largest allowed number, inclusive."""
        return _bound(self.schema.get("maximum"))


def _bound(value: object) -> float | None:
    return value if isinstance(value, int | float) else None


@dataclass(frozen=True)
class ByValue:
    """Billing units that depend on an option's value: ``{"480p": 0.5, "720p": 1}``."""

    option: str
    units: Mapping[str, Decimal]

    def factor(self, options: Mapping[str, Value]) -> Decimal:
        """The units for the value that these options hold."""
        return self.units[str(options[self.option])]


@dataclass(frozen=True)
class Above:
    """A surcharge once an option's value exceeds a limit: more than 81 frames cost 1.25 times as much."""

    option: str
    limit: Decimal
    times: Decimal

    def factor(self, options: Mapping[str, Value]) -> Decimal:
        """The surcharge for the value that these options hold, or 1."""
        return self.times if Decimal(str(options[self.option])) > self.limit else Decimal(1)


@dataclass(frozen=True)
class PriceRule:
    """US dollars for a billing unit, and the factors whose product is the number of units."""

    unit_usd: Decimal
    factors: tuple[ByValue | Above, ...]

    def units(self, options: Mapping[str, Value]) -> Decimal:
        """Billing units of a job with these complete options."""
        units = Decimal(1)
        for factor in self.factors:
            units *= factor.factor(options)
        return units

    def usd(self, options: Mapping[str, Value]) -> Decimal:
        """US dollars, to the cent, of a job with these complete options."""
        return self.bill(self.units(options))

    def bill(self, units: Decimal) -> Decimal:
        """US dollars, to the cent, of so many billing units."""
        return (units * self.unit_usd).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True)
class FrameRule:
    """How large the model's frames are.

    ``sizes`` maps a value of the option ``resolution`` to the (width, height) at the native aspect ratio. Another
    aspect ratio keeps that area; both sides are multiples of ``multiple`` pixels.
    """

    resolution: str
    aspect_ratio: str
    multiple: int
    sizes: Mapping[str, tuple[int, int]]

    def size(self, options: Mapping[str, Value], start: tuple[int, int]) -> tuple[int, int]:
        """(width, height) in pixels of the video, for a start image of (width, height) pixels.

        ``auto`` takes the start image's own ratio. Images of another shape are scaled to cover this size and cropped
        at the centre.
        """
        native = self.sizes[str(options[self.resolution])]
        wanted = str(options[self.aspect_ratio])
        ratio = start[0] / start[1] if wanted == "auto" else _ratio(wanted)
        for size in (native, native[::-1]):
            if abs(ratio - size[0] / size[1]) <= NATIVE_TOLERANCE * ratio:
                return size
        area = native[0] * native[1]
        return self._snap((area * ratio) ** 0.5), self._snap((area / ratio) ** 0.5)

    def _snap(self, pixels: float) -> int:
        return max(self.multiple, round(pixels / self.multiple) * self.multiple)


NATIVE_TOLERANCE = 0.03
"""How far a ratio may be from the native one and still get the native size: 832x480 is 1.733, not 16:9."""


def _ratio(text: str) -> float:
    width, height = text.split(":")
    return int(width) / int(height)


@dataclass(frozen=True)
class Model:
    """One first-last-frame-to-video endpoint: the names of its three inputs, its options, its price and its frames.

    ``safety`` names the boolean option that turns the provider's safety checker off, and ``seed`` the one that makes
    two videos alike; None where the model has none.
    """

    endpoint: str
    title: str
    start_field: str
    end_field: str
    prompt_field: str
    options: tuple[Option, ...]
    price: PriceRule
    frame: FrameRule
    safety: str | None = None
    seed: str | None = None

    def option(self, name: str) -> Option | None:
        """The option of that name, if the model has it."""
        return next((option for option in self.options if option.name == name), None)

    def defaults(self) -> dict[str, Value]:
        """The value of every option that has a default."""
        return {option.name: option.default for option in self.options if option.default is not None}

    def arguments(self, start_url: str, end_url: str, prompt: str, options: Mapping[str, Value]) -> dict[str, Value]:
        """The JSON body of a submit."""
        return {
            self.prompt_field: prompt,
            self.start_field: start_url,
            self.end_field: end_url,
            **options,
        }
