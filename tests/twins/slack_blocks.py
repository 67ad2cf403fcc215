"""Slack's rules for blocks and views (docs.slack.dev/reference/block-kit and /surfaces, read 2026-11)."""

from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

from tests.twins import slack_elements as elements
from tests.twins.slack_elements import Problems
from tests.twins.slack_errors import Refused

Surface = Literal["message", "modal", "home"]
_MOST = {"message": 50, "modal": 100, "home": 100}
_EVERYWHERE = {"section", "divider", "image", "actions", "context", "header", "rich_text", "video", "input", "markdown"}
_TYPES = {"message": _EVERYWHERE | {"table"}, "modal": _EVERYWHERE, "home": _EVERYWHERE}
_MARKDOWN = 12000
"""Characters of all markdown blocks of one payload."""


class BlockRules:
    """The rules, with what only Slack can know: ``sees`` says whether the app may see a slack_file."""

    def __init__(self, sees: Callable[[dict[str, Any]], bool], unfurls: frozenset[str]) -> None:
        self._sees = sees
        self._unfurls = unfurls

    def check(self, blocks: object, surface: Surface, code: str = "invalid_blocks") -> None:
        """Raise Refused with ``code`` and every problem, where Slack would not take these blocks."""
        problems = Problems()
        self._blocks(problems, blocks, surface, "/blocks")
        if problems.found:
            raise Refused(code, *problems.found)

    def check_view(self, view: object) -> None:
        """Raise Refused where Slack would not take this view."""
        if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
            raise Refused("invalid_arguments", "a view is a modal or a home [json-pointer:/view/type]")
        problems = Problems()
        surface: Surface = view["type"]
        problems.string(view.get("private_metadata"), "/view/private_metadata", 3000)
        problems.string(view.get("callback_id"), "/view/callback_id", 255)
        problems.string(view.get("external_id"), "/view/external_id", 255)
        if surface == "modal":
            problems.text(view.get("title"), "/view/title", 24)
            problems.optional_text(view, "submit", "/view", 24)
            problems.optional_text(view, "close", "/view", 24)
            inputs = any(isinstance(b, dict) and b.get("type") == "input" for b in view.get("blocks") or [])
            if inputs and not view.get("submit"):
                problems.add("/view", "missing required field: submit")
        self._blocks(problems, view.get("blocks"), surface, "/view/blocks")
        if problems.found:
            raise Refused("invalid_arguments", *problems.found)

    def _blocks(self, problems: Problems, blocks: object, surface: Surface, at: str) -> None:
        if not isinstance(blocks, list):
            problems.add(at, "must be a list")
            return
        if len(blocks) > _MOST[surface]:
            problems.add(at, f"no more than {_MOST[surface]} items allowed")
        for index, block in enumerate(blocks):
            here = f"{at}/{index}"
            if not isinstance(block, dict) or block.get("type") not in _TYPES[surface]:
                problems.add(here, f"unsupported type: {block.get('type') if isinstance(block, dict) else block}")
                continue
            problems.string(block.get("block_id"), f"{here}/block_id", 255)
            self._block(problems, block, surface, here)
            _unique_actions(problems, block, here)
        known = [block["block_id"] for block in blocks if isinstance(block, dict) and block.get("block_id")]
        for name in sorted({name for name in known if known.count(name) > 1}):
            problems.add(at, f"block_id {name!r} already exists")
        written = [str(b.get("text", "")) for b in blocks if isinstance(b, dict) and b.get("type") == "markdown"]
        if sum(map(len, written)) > _MARKDOWN:
            problems.add(at, f"markdown of more than {_MARKDOWN} characters")

    def _block(self, problems: Problems, block: dict[str, Any], surface: Surface, at: str) -> None:
        match block["type"]:
            case "section":
                self._section(problems, block, at)
            case "header":
                problems.text(block.get("text"), f"{at}/text", 150)
            case "image":
                self._image(problems, block, at)
            case "actions":
                _elements(problems, block, at, 25)
                for index, element in enumerate(block.get("elements") or []):
                    elements.check(problems, element, f"{at}/elements/{index}", elements.IN_ACTIONS)
            case "context":
                self._context(problems, block, at)
            case "input":
                _input(problems, block, surface, at)
            case "video":
                self._video(problems, block, at)

    def _section(self, problems: Problems, block: dict[str, Any], at: str) -> None:
        fields = block.get("fields")
        if block.get("text") is None and not fields:
            problems.add(at, "missing required field: text or fields")
        if block.get("text") is not None:
            problems.text(block["text"], f"{at}/text", 3000, plain=False)
        if fields is not None:
            if not 1 <= len(fields) <= 10:
                problems.add(f"{at}/fields", "must have from 1 to 10 items")
            for index, field in enumerate(fields):
                problems.text(field, f"{at}/fields/{index}", 2000, plain=False)
        if (accessory := block.get("accessory")) is not None:
            elements.check(problems, accessory, f"{at}/accessory", elements.IN_SECTION)
            if isinstance(accessory, dict) and accessory.get("type") == "image":
                self._image(problems, accessory, f"{at}/accessory")

    def _context(self, problems: Problems, block: dict[str, Any], at: str) -> None:
        _elements(problems, block, at, 10)
        for index, element in enumerate(block.get("elements") or []):
            if isinstance(element, dict) and element.get("type") == "image":
                self._image(problems, element, f"{at}/elements/{index}")
            else:
                problems.text(element, f"{at}/elements/{index}", 2000, plain=False)

    def _image(self, problems: Problems, image: dict[str, Any], at: str) -> None:
        if not image.get("alt_text"):
            problems.add(f"{at}/alt_text", "missing required field: alt_text")
        problems.string(image.get("alt_text"), f"{at}/alt_text", 2000)
        problems.string(image.get("image_url"), f"{at}/image_url", 3000, least=1)
        problems.optional_text(image, "title", at, 2000)
        if ("image_url" in image) == ("slack_file" in image):
            problems.add(at, "one of image_url and slack_file is required")
        if (url := image.get("image_url")) and urlsplit(url).scheme not in {"http", "https"}:
            problems.add(f"{at}/image_url", "is no URL that can be fetched")
        if (file := image.get("slack_file")) is not None:
            if not isinstance(file, dict) or len(set(file) & {"id", "url"}) != 1 or set(file) - {"id", "url"}:
                problems.add(f"{at}/slack_file", "one of id and url is required")
            elif not self._sees(file):
                problems.add(f"{at}/slack_file", "invalid slack file")

    def _video(self, problems: Problems, block: dict[str, Any], at: str) -> None:
        problems.text(block.get("title"), f"{at}/title", 200)
        for name in ("alt_text", "video_url", "thumbnail_url"):
            if not block.get(name):
                problems.add(f"{at}/{name}", f"missing required field: {name}")
        if urlsplit(str(block.get("video_url"))).hostname not in self._unfurls:
            problems.add(f"{at}/video_url", "is not on one of the app's unfurl domains")


def _elements(problems: Problems, block: dict[str, Any], at: str, most: int) -> None:
    found = block.get("elements")
    if not isinstance(found, list) or not 1 <= len(found) <= most:
        problems.add(f"{at}/elements", f"must have from 1 to {most} items")


def _input(problems: Problems, block: dict[str, Any], surface: Surface, at: str) -> None:
    problems.text(block.get("label"), f"{at}/label", 2000)
    problems.optional_text(block, "hint", at, 2000)
    allowed = elements.IN_INPUT if surface == "modal" else elements.IN_INPUT - {"file_input"}
    elements.check(problems, block.get("element"), f"{at}/element", allowed)


def _unique_actions(problems: Problems, block: dict[str, Any], at: str) -> None:
    inside = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
    names = [str(one["action_id"]) for one in inside if isinstance(one, dict) and one.get("action_id")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add(at, f"action_id {name!r} already exists in this block")
