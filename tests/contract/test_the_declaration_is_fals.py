"""Our declaration of a model against fal's own: the input types that its JavaScript client carries."""

import re
from pathlib import Path

import pytest

from config import catalogue

TYPES = Path(__file__).parents[1] / "node" / "node_modules" / "@fal-ai" / "client" / "src" / "types" / "endpoints.d.ts"


@pytest.mark.skipif(not TYPES.exists(), reason="fal's JavaScript client is not installed (npm ci in tests/node)")
def test_the_declaration_has_exactly_fals_fields_choices_and_defaults() -> None:
    """A field that fal adds, drops or renames, or a default that it changes, shows when the client is updated."""
    body = re.search(r"export type WanFlf2vInput = \{(.*?)\n\};", TYPES.read_text("utf-8"), re.DOTALL)
    assert body
    theirs = dict(re.findall(r"\n    (\w+)\??: ([^;]+);", body[1]))
    defaults = re.findall(r"Default value: `(.+?)`\s*\*/\s*(\w+)\?", body[1], re.DOTALL)
    model = catalogue.load()["fal-ai/wan-flf2v"]
    ours = {model.prompt_field, model.start_field, model.end_field} | {option.name for option in model.options}
    assert ours == set(theirs)
    for option in model.options:
        if option.choices:
            assert " | ".join(f'"{choice}"' for choice in option.choices) == theirs[option.name]
    declared = {option.name: option.default for option in model.options}
    assert {name: value.strip('"') for value, name in defaults} == {name: str(declared[name]) for _, name in defaults}
