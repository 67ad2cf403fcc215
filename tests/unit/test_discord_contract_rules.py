"""Each rule of the contract with Discord refuses what breaks it, and tells where and how."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.twins import discord_contract
from tests.twins.discord_contract import problems
from tests.twins.discord_contract_shapes import Shapes, faults

pytestmark = pytest.mark.skipif(not discord_contract.is_available(), reason=discord_contract.WHY_SKIPPED)

V2 = 1 << 15
Json = dict[str, Any]


def text(content: str = "x", **more: object) -> Json:
    return {"type": 10, "content": content, **more}


def button(custom_id: str = "a", **more: object) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id, **more}


def link(**more: object) -> Json:
    return {"type": 2, "style": 5, "label": "See", "url": "https://example.org", **more}


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def select(count: int = 1, **more: object) -> Json:
    options = [{"label": f"{n}", "value": f"{n}"} for n in range(count)]
    return {"type": 3, "custom_id": "s", "options": options, **more}


def container(*components: Json) -> Json:
    return {"type": 17, "components": list(components)}


def gallery(*urls: str) -> Json:
    return {"type": 12, "items": [{"media": {"url": url}} for url in urls]}


def v2(*components: Json, **more: object) -> Json:
    return {"flags": V2, "components": list(components), **more}


def label(component: Json, **more: object) -> Json:
    return {"type": 18, "label": "Label", "component": component, **more}


def field(**more: object) -> Json:
    return {"type": 4, "style": 1, "custom_id": "t", **more}


def upload(**more: object) -> Json:
    return {"type": 19, "custom_id": "f", **more}


def modal(*components: Json, **more: object) -> Json:
    return {"custom_id": "m", "title": "Title", "components": list(components), **more}


def refused(method: str, path: str, body: object) -> str:
    """Return the one sentence about a body, without its request."""
    (sentence,) = problems(method, path, {}, body)
    return sentence.partition("}: ")[2] if "}: " in sentence else sentence.split(": ", 1)[1]


PICTURE = "https://example.org/a.png"
MESSAGES = [
    # Shapes: what the document says, closed.
    ({"content": "x", "colour": 1}, "colour: a key that Discord does not know"),
    (v2(container(row(button(labels="x")))), "components[0].components[0].components[0]: labels: a key that"),
    (v2(container(container(text()))), "components[0].components[0]: type 17 is none of"),
    (v2(row(button("a" * 101))), "components[0].components[0].custom_id: "),
    (v2(row(button(label="x" * 81))), "components[0].components[0].label: "),
    (v2(row(*(button(str(n)) for n in range(6)))), "components[0].components: "),
    (v2({"type": 9, "components": [text()]}), "'accessory' is a required property"),
    (v2(gallery()), "components[0].items: [] "),
    (v2(gallery(*[PICTURE] * 11)), "components[0].items: "),
    (v2(row(select(26))), "components[0].components[0].options: "),
    (v2(row(select(0))), "components[0].components[0].options: "),
    (v2(row(select(placeholder="x" * 151))), "components[0].components[0].placeholder: "),
    (v2(row({"type": 3, "options": [{"label": "a", "value": "a"}]})), "'custom_id' is a required property"),
    (v2(text("x" * 4001)), "components[0].content: "),
    ({"content": "x", "nonce": "n" * 26}, "nonce: "),
    ({"content": "x", "embeds": [{"timestamp": "today"}]}, "embeds[0].timestamp: 'today' is not a 'date-time'"),
    ({"content": "x", "embeds": [{"url": "nowhere"}]}, "embeds[0].url: 'nowhere' is not a 'uri'"),
    (v2(text(id=2**31)), "components[0].id: "),
    ({"content": 5}, "content: 5 is not of type"),
    # Components V2 and the old fields.
    (v2(text(), content="x"), "content: cannot stand beside Components V2"),
    (v2(text(), embeds=[]), "embeds: cannot stand beside Components V2"),
    (v2(text(), sticker_ids=["1"]), "sticker_ids: cannot stand beside Components V2"),
    (
        v2(text(), poll={"question": {"text": "?"}, "answers": [{"poll_media": {"text": "!"}}]}),
        "poll: cannot stand beside Components V2",
    ),
    ({"components": [text()]}, "flags: components other than action rows need IS_COMPONENTS_V2"),
    ({"flags": V2, "components": [], "attachments": [{"id": 0}]}, "a message of Components V2 without components"),
    ({"components": [row(button(str(n))) for n in range(6)]}, "6 action rows, where 5 are allowed"),
    (v2(*(container(*[text()] * 9) for _ in range(4)), text()), "41 components, where 40 are allowed"),
    (v2(text("x" * 2000), container(text("x" * 2001))), "4001 characters in text displays"),
    # Components by themselves and together.
    (v2(row({"type": 2, "style": 1, "label": "Go"})), "a button of style 1 without custom_id"),
    (v2(row(link(custom_id="a"))), "components[0].components[0]: a button of style 5 with custom_id"),
    (v2(row(button(url=PICTURE))), "a button of style 1 with url"),
    (v2(row({"type": 2, "style": 5, "label": "See"})), "a button of style 5 without url"),
    (v2(row(link(url="ftp://example.org"))), "a button's url that is not http, https or discord"),
    (v2(row(button(label=None))), "a button with neither label nor emoji"),
    (v2(row({"type": 2, "style": 6, "sku_id": "1", "label": "Buy"})), "a premium button with label"),
    (v2(row(button("a"), button("a"))), "custom_id 'a' is given to 2 components"),
    (v2(text(id=7), text(id=7)), "id 7 is given to 2 components"),
    (v2(row(button(), select())), "an action row holds buttons alone or one select"),
    (v2(row(select(2, max_values=3))), "2 options, fewer than max_values 3"),
    (v2(row(select(3, min_values=2))), "min_values 2 is over max_values 1"),
    (v2(row(select(min_values=0, required=True))), "required cannot be true with min_values 0"),
    (v2(row(select(options=[{"label": "a", "value": "a"}, {"label": "b", "value": "a"}]))), "'a' is there twice"),
    (
        v2(row({"type": 5, "custom_id": "u", "default_values": [{"type": "user", "id": n} for n in (1, 2)]})),
        "more default_values than max_values 1",
    ),
    (
        v2(row(select(options=[{"label": value, "value": value, "default": True} for value in "ab"]))),
        "more options are defaults than max_values 1",
    ),
    (v2({"type": 13, "file": {"url": PICTURE}}), "a file component shows attachment:// alone"),
    # Files, mentions, flags, lengths.
    (
        v2(gallery("attachment://b.mp4"), attachments=[{"id": 0, "filename": "a.mp4"}]),
        "attachment://b.mp4 names no file",
    ),
    (v2(gallery("attachment://b.mp4"), attachments=[]), "attachment://b.mp4 names no file"),
    (
        {"embeds": [{"image": {"url": "attachment://b.png"}}], "attachments": [{"id": 0, "filename": "a.png"}]},
        "embeds[0].image.url: attachment://b.png names no file",
    ),
    (v2(gallery("attachment://ein Bild.png")), "names a file in other than ASCII letters"),
    (v2(gallery("file:///etc/passwd")), "a url that is not http, https or attachment"),
    ({"attachments": [{"id": 0}, {"id": "0"}]}, "attachments: the id 0 is there twice"),
    ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions: parse has 'users'"),
    ({"content": "x", "allowed_mentions": {"parse": ["roles"], "roles": [1]}}, "allowed_mentions: parse has 'roles'"),
    ({"content": "x", "flags": 64}, "flags: 1 << 6 cannot be set by this request"),
    ({"content": "x" * 2001}, "content: over 2000 characters"),
    ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, "embeds: 6001 characters in all"),
    ({"tts": False, "content": ""}, "an empty message"),
]


@pytest.mark.parametrize(("body", "told"), MESSAGES, ids=[told[:60] for _, told in MESSAGES])
def test_a_new_message_that_breaks_a_rule_is_told(body: Json, told: str) -> None:
    """One broken rule, one sentence, to a channel; the same in an answer to an interaction, under ``data``."""
    assert told in refused("POST", "/channels/1/messages", body)
    if "nonce" in body or "sticker_ids" in body or body.get("flags") == 64 or told.startswith("content: over"):
        return  # What an answer has not, may, or holds to in its shape.
    assert told in refused("POST", "/interactions/1/token/callback", {"type": 4, "data": body})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"flags": 64}, "flags: 1 << 6 cannot be set by this request"),
        ({"flags": 0, "components": [text()]}, "flags: components other than action rows need IS_COMPONENTS_V2"),
        ({"content": "x", "components": [text()]}, "content: cannot stand beside Components V2"),
        (v2(text(), embeds=[{"title": "x"}]), "embeds: cannot stand beside Components V2"),
        ({"components": [], "nonce": "1"}, "nonce: a key that Discord does not know"),
    ],
)
def test_an_edit_that_breaks_a_rule_is_told(body: Json, told: str) -> None:
    """With the bot's token, with an interaction's, and as the answer to a click."""
    for path in ("/channels/1/messages/2", "/webhooks/1/token/messages/2", "/webhooks/1/token/messages/@original"):
        assert told in refused("PATCH", path, body)
    assert told in refused("POST", "/interactions/1/token/callback", {"type": 7, "data": body})


MODALS = [
    (modal(label(field()), title="x" * 46), "data.title: "),
    (modal(*(label(field(custom_id=str(n))) for n in range(6))), "6 components, where a modal holds 5"),
    (modal(row(field(label="x"))), "data.components[0]: a modal holds labels and text displays"),
    (modal(field()), "data.components[0]: type 4 is none of 1, 18, 10"),
    (modal(label(field(), label="x" * 46)), "data.components[0].label: "),
    (modal(label(field(), description="x" * 101)), "data.components[0].description: "),
    (modal(label(field(placeholder="x" * 101))), "data.components[0].component.placeholder: "),
    (modal(label(field(value="x" * 4001))), "data.components[0].component.value: "),
    (modal(label(field(min_length=9, max_length=8))), "min_length 9 is over max_length 8"),
    (modal(label(field(max_length=2, value="abc"))), "a value of 3 characters, where 0 to 2 are allowed"),
    (modal(label(upload(max_values=11))), "data.components[0].component.max_values: 11 is greater"),
    (modal(label(upload(min_values=-1))), "data.components[0].component.min_values: -1 is less"),
    (modal(label(upload(min_values=2))), "min_values 2 is over max_values 1"),
    (modal(label(upload(min_values=0))), "min_values 0 needs required false"),
    (modal(label(select(disabled=True))), "disabled, which nothing in a modal can be"),
    (modal(label(field()), label(field())), "custom_id 't' is given to 2 components"),
    (modal(label({"type": 19})), "'custom_id' is a required property"),
]


@pytest.mark.parametrize(("data", "told"), MODALS, ids=[told[:60] for _, told in MODALS])
def test_a_modal_that_breaks_a_rule_is_told(data: Json, told: str) -> None:
    """One broken rule, one sentence."""
    assert told in refused("POST", "/interactions/1/token/callback", {"type": 9, "data": data})


def test_a_checkbox_group_may_have_all_its_options_chosen() -> None:
    """Its max_values is the number of its options where it is not said."""
    options = [{"label": value, "value": value, "default": True} for value in "abc"]
    group = {"type": 22, "custom_id": "c", "options": options, "min_values": 2}
    assert problems("POST", "/interactions/1/token/callback", {}, {"type": 9, "data": modal(label(group))}) == []


def test_what_a_deferred_answer_would_lose_is_told() -> None:
    """Only its flags count."""
    body = {"type": 5, "data": {"content": "x", "flags": 64}}
    assert refused("POST", "/interactions/1/token/callback", body) == "data.content: is lost in a deferred answer"


def _objects(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


def test_an_unknown_key_is_refused_at_every_depth() -> None:
    """In whichever object of a message it stands, and it alone is told."""
    section = {"type": 9, "components": [text()], "accessory": {"type": 11, "media": {"url": PICTURE}}}
    whole = v2(
        container(section, gallery(PICTURE), row(button(emoji={"name": "x"}))),
        row(select(2)),
        attachments=[{"id": 0}],
        allowed_mentions={"parse": []},
        message_reference={"message_id": "1"},
    )
    assert problems("POST", "/channels/1/messages", {}, whole) == []
    count = len(list(_objects(whole)))
    assert count == 19
    for place in range(count):
        body = copy.deepcopy(whole)
        list(_objects(body))[place]["stranger"] = 1
        assert "stranger: a key that Discord does not know" in refused("POST", "/channels/1/messages", body)


@pytest.mark.parametrize(
    ("value", "is_right"), [({"a": 1, "b": 2}, True), ({"a": 1, "c": 2}, False), ({"a": "1", "b": 2}, False)]
)
def test_a_schema_of_several_parts_is_closed_around_all_of_them(value: Mapping[str, object], is_right: bool) -> None:  # noqa: FBT001 - a table's column
    """The keys of every part are known, through references, and no others."""
    part: Json = {"type": "object", "properties": {"a": {"type": "integer"}}}
    other: Json = {"type": "object", "properties": {"b": {}}}
    shapes = Shapes({"Part": part})
    schema: Json = {"type": "object", "allOf": [{"$ref": "#/components/schemas/Part"}, other]}
    assert (list(faults(shapes.validator(schema), value)) == []) is is_right
