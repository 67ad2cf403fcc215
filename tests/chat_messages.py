"""Messages and modals with every type that the docs' pictures draw, and the words that their readers see."""

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

NOW = 1_790_000_000


def a_picture(size: tuple[int, int] = (32, 18)) -> bytes:
    """Return a small PNG of one colour."""
    content = io.BytesIO()
    Image.new("RGB", size, "teal").save(content, "PNG")
    return content.getvalue()


FILES = {"first.png": a_picture(), "recipe.json": b"{}", "F1": a_picture(), "https://x/last.png": a_picture()}
BUTTON = {"type": 2, "style": 1, "label": "Again", "emoji": {"name": "🔁"}}
CHOICES = [
    {"label": "480p", "value": "480p", "description": "cheap", "default": True},
    {"label": "720p", "value": "720p"},
]
IMAGE = {"media": {"url": "attachment://first.png"}, "description": "the first image"}
DISCORD: Mapping[str, Any] = {
    "author": "Tweenbot",
    "avatar_emoji": "🎞️",
    "now": NOW,
    "flags": 64,
    "reply_to": {"author": "mira", "text": "please"},
    "attachments": FILES,
    "components": [
        {
            "type": 17,
            "accent_color": 0xE67E22,
            "components": [
                {
                    "type": 9,
                    "components": [{"type": 10, "content": "### Rendering\n> dusk"}],
                    "accessory": {"type": 11, **IMAGE},
                },
                {"type": 12, "items": [IMAGE, IMAGE]},
                {"type": 12, "items": [{"media": {"url": "attachment://tween.mp4"}}]},
                {"type": 13, "file": {"url": "attachment://recipe.json"}},
                {"type": 14, "spacing": 2},
                {"type": 1, "components": [BUTTON, {**BUTTON, "style": 4, "disabled": True}]},
                {"type": 1, "components": [{"type": 3, "placeholder": "Choose", "options": []}]},
            ],
        }
    ],
}
DISCORD_MODAL: Mapping[str, Any] = {
    "title": "Edit",
    "components": [
        {"type": 10, "content": "Two images and a sentence."},
        *(
            {"type": 18, "label": f"Field {inner['type']}", "description": "what it is", "component": inner}
            for inner in (
                {"type": 3, "options": CHOICES},
                {"type": 4, "style": 2, "value": "dusk", "max_length": 800},
                {"type": 4, "style": 1, "placeholder": "a number", "required": False},
                {"type": 19, "max_values": 2},
                {"type": 21, "options": CHOICES},
                {"type": 22, "options": CHOICES},
                {"type": 23, "default": True},
            )
        ),
    ],
}


def plain(words: str) -> dict[str, str]:
    """A plain_text object."""
    return {"type": "plain_text", "text": words}


SLACK_IMAGE = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "the first image"}
SLACK_BUTTON = {"type": "button", "text": plain("Again"), "style": "primary"}
SLACK_CHOICES = [{"text": plain("480p"), "value": "480p", "description": plain("cheap")}]
SLACK: Mapping[str, Any] = {
    "author": "Tweenbot",
    "avatar_emoji": "🎞️",
    "now": NOW,
    "ephemeral": True,
    "blocks": [
        {"type": "header", "text": plain("Rendering")},
        {"type": "section", "text": {"type": "mrkdwn", "text": "&gt; dusk"}, "accessory": SLACK_IMAGE},
        {"type": "section", "fields": [plain("Seed"), plain("7")], "accessory": {"type": "overflow"}},
        {"type": "image", "image_url": "https://x/last.png", "alt_text": "the last image", "title": plain("last")},
        {"type": "context", "elements": [SLACK_IMAGE, plain("small")]},
        {"type": "divider"},
        {"type": "actions", "elements": [SLACK_BUTTON, {"type": "static_select", "options": SLACK_CHOICES}]},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [{"type": "text", "text": "one", "style": {"bold": True}}],
                        }
                    ],
                },
                {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://x"}]},
                {"type": "rich_text_preformatted", "elements": [{"type": "emoji", "name": "tada"}]},
            ],
        },
    ],
}
SLACK_MODAL: Mapping[str, Any] = {
    "title": plain("Edit"),
    "submit": plain("Render"),
    "blocks": [
        {"type": "input", "label": plain("Field"), "hint": plain("what it is"), "element": element}
        for element in (
            {"type": "plain_text_input", "multiline": True, "initial_value": "dusk"},
            {"type": "number_input", "placeholder": plain("a number")},
            {"type": "file_input", "max_files": 2},
            {"type": "static_select", "options": SLACK_CHOICES, "initial_option": SLACK_CHOICES[0]},
            {"type": "radio_buttons", "options": SLACK_CHOICES, "initial_option": SLACK_CHOICES[0]},
            {"type": "checkboxes", "options": SLACK_CHOICES, "initial_options": SLACK_CHOICES},
        )
    ],
}
DISCORD_WORDS = (
    "M @mira please 🎞️ Tweenbot APP Today at 14:13 Rendering dusk recipe.json 2 bytes 🔁 Again 🔁 Again Choose "
    "Only you can see this • Dismiss message"
)
DISCORD_MODAL_WORDS = (
    "Edit 🤖 This form will be submitted to the app . Do not share passwords or other sensitive information. "
    "Two images and a sentence. Field 3 * what it is 480p Field 4 * what it is dusk 4/800 Field 4 what it is a number "
    "Field 19 * what it is Drop up to 2 files here or browse Field 21 * what it is 480p cheap 720p "
    "Field 22 * what it is 480p cheap 720p Field 23 what it is Cancel Submit"
)
SLACK_WORDS = (
    "Only visible to you 🎞️ Tweenbot APP 2:13 PM Rendering dusk Seed 7 last ▾ small Again Select an option "
    "one https://x 🎉"
)
SLACK_MODAL_WORDS = (
    "Edit Field dusk what it is Field a number what it is Field Upload files what it is Field 480p what it is "
    "Field 480p cheap what it is Field 480p cheap what it is Cancel Render"
)
