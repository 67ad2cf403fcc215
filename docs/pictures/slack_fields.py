"""Block Kit's interactive elements as HTML: what is pressed, what is chosen, what is filled in."""

from docs.pictures.page import Draw, Json, icon, text
from docs.pictures.slack_markup import Markup, plain


def button(element: Json) -> str:
    """Draw a button: plain, primary or danger."""
    return f'<button class="{element.get("style", "plain")}">{plain(element["text"]["text"])}</button>'


def select(element: Json) -> str:
    """Draw a closed static_select."""
    chosen = element.get("initial_option")
    hint = element.get("placeholder", {}).get("text", "Select an option")
    shown = plain(chosen["text"]["text"]) if chosen else f'<span class="placeholder">{plain(hint)}</span>'
    return f'<div class="select"><span>{shown}</span>{icon("chevron")}</div>'


def _radios(element: Json) -> str:
    chosen = element.get("initial_option")
    return _options(element, [] if chosen is None else [chosen["value"]], "radio")


def _checkboxes(element: Json) -> str:
    return _options(element, [option["value"] for option in element.get("initial_options", ())], "check")


def _options(element: Json, chosen: list[str], kind: str) -> str:
    markup, drawn = Markup(), []
    for option in element["options"]:
        on = option["value"] in chosen
        tick = icon("tick") if on and kind == "check" else ""
        more = f"<small>{markup.of(option['description'])}</small>" if option.get("description") else ""
        mark = f'<span class="{kind}{" on" if on else ""}">{tick}</span>'
        drawn.append(f'<div class="option">{mark}<div>{markup.of(option["text"])}{more}</div></div>')
    return f'<div class="options">{"".join(drawn)}</div>'


def _line(element: Json) -> str:
    value, hint = element.get("initial_value"), element.get("placeholder", {}).get("text", "")
    shown = text(value) if value else f'<span class="placeholder">{plain(hint)}</span>'
    return f'<div class="input{" tall" if element.get("multiline") else ""}">{shown}</div>'


def _upload(element: Json) -> str:
    several = element.get("max_files", 10) > 1
    return f'<div class="upload"><button>{icon("upload")}Upload {"files" if several else "a file"}</button></div>'


PRESSED: dict[str, Draw] = {"button": button, "static_select": select}
CHOSEN: dict[str, Draw] = {"radio_buttons": _radios, "checkboxes": _checkboxes}
FILLED: dict[str, Draw] = {"plain_text_input": _line, "number_input": _line, "file_input": _upload}
