"""What is wrong with a request or an image: the field, the rule and the mend."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from bot.domain.errors import BadImage, Fault, ImageFault
from bot.wording.units import IMAGE


def fault(fault: Fault) -> str:
    """Name the field, the rule and the mend of one broken rule."""
    given = _given(fault.given)
    match fault.rule:
        case "required":
            return f"{fault.field} is empty: say in a sentence what happens between the two images."
        case "unknown":
            names = _names(fault.allowed)
            hint = f"did you mean {names[0]}?" if len(names) == 1 else f"use {listed(names, 'or')}."
            return f"{fault.field} is no option of this model: {hint}"
        case "type":
            kind, example = _KINDS[str(fault.allowed["type"])]
            return f"{fault.field} is {given}, which is not {kind}: give {kind}, such as {example}."
        case "choice":
            return f"{fault.field} is {given}: use {listed(_names(fault.allowed), 'or')}."
        case "range":
            return f"{fault.field} is {given}, but must be {_range(fault.allowed)}: use {_nearest(fault):g}."
        case _:
            assert_never(fault.rule)


_KINDS = {
    "integer": ("a whole number", "81"),
    "number": ("a number", "5.5"),
    "boolean": ("true or false", "true"),
    "string": ("a text", '"slow pan"'),
    "line": ("an option with its value", "num_frames = 100"),
}


def _given(value: object) -> str:
    text = str(value)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”" if isinstance(value, str) else text


def _names(schema: Mapping[str, object]) -> list[str]:
    enum = schema["enum"]
    assert isinstance(enum, list | tuple)
    return [str(name) for name in enum]


def listed(names: Sequence[str], last: str) -> str:
    """Join names, with this word before the last one."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def _range(schema: Mapping[str, object]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"from {low} to {high}"


def _nearest(fault: Fault) -> float:
    low, high = fault.allowed.get("minimum"), fault.allowed.get("maximum")
    given = fault.given
    assert isinstance(given, int | float)
    if isinstance(low, int | float) and given < low:
        return low
    assert isinstance(high, int | float)
    return high


def bad_image(error: BadImage) -> str:
    """Say what is wrong with one of the two images, and the mend."""
    detail = f" ({error.detail})" if error.detail else ""
    return f"The {IMAGE[error.which]} {_IMAGE_FAULTS[error.fault].format(detail=detail)}"


_FORMATS = "JPEG, PNG or WebP"


_IMAGE_FAULTS = {
    ImageFault.MISSING: "cannot be read{detail}: check the file and attach it again.",
    ImageFault.EMPTY: "is an empty file: attach it again.",
    ImageFault.TOO_HEAVY: "is too big a file{detail}: save it smaller, for example as JPEG.",
    ImageFault.TOO_LARGE: "has too many pixels{detail}: scale it down to 4096 pixels a side or less.",
    ImageFault.TOO_SMALL: "has too few pixels{detail}: take a larger one, best 1280 x 720 or more.",
    ImageFault.NOT_AN_IMAGE: f"is not an image{{detail}}, whatever its name says: attach a {_FORMATS} file.",
    ImageFault.UNSUPPORTED: f"has a format that is not taken{{detail}}: save it as {_FORMATS} and attach that.",
    ImageFault.DAMAGED: "is damaged or incomplete{detail}: open it, save it again and attach that.",
}
