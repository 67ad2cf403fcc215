"""Forms: what Discord takes as one, and what a person's answers to it look like on the wire."""

from collections.abc import Mapping, Sequence

from tests.twins import discord_payloads as payloads
from tests.twins.discord_components import check_options
from tests.twins.discord_interactions import Modal
from tests.twins.discord_messages import Attachment, walk
from tests.twins.discord_state import State
from tests.twins.discord_values import CannotDo, File, Json, bad_form

TEXT_INPUT, STRING_SELECT, FILE_UPLOAD, LABEL, RADIO, CHECKBOXES, CHECKBOX = 4, 3, 19, 18, 21, 22, 23
_INPUTS = frozenset({TEXT_INPUT, STRING_SELECT, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX})
Answer = str | bool | File | Sequence[File] | Sequence[str]


def check_modal(data: Json) -> list[Json]:
    """Return a form's components with ids; raise the refusal of what Discord would not take."""
    for name, most in (("custom_id", 100), ("title", 45)):
        if not isinstance(data.get(name), str) or not 1 <= len(data[name]) <= most:
            raise bad_form(f"data.{name}", f"must be between 1 and {most} in length")
    components = data.get("components")
    if not isinstance(components, list) or not 1 <= len(components) <= 5:
        raise bad_form("data.components", "must be between 1 and 5 in length")
    for index, component in enumerate(components):
        _check(component, f"data.components.{index}")
    custom_ids = [c["custom_id"] for c in walk(components) if "custom_id" in c]
    if len(set(custom_ids)) != len(custom_ids):
        raise bad_form("data.components", "custom_id cannot be duplicated")
    for number, component in enumerate(walk(components), 1):
        component.setdefault("id", number)
    return components


def _check(component: Json, where: str) -> None:
    match component.get("type"):
        case 10:
            pass
        case 18:
            if not 1 <= len(component.get("label") or "") <= 45 or len(component.get("description") or "") > 100:
                raise bad_form(where, "a label is 1 to 45 characters, its description up to 100")
            _check_input(component.get("component") or {}, f"{where}.component")
        case 1 if [c.get("type") for c in component.get("components") or []] == [TEXT_INPUT]:
            _check_input(component["components"][0], f"{where}.components.0")
            if not 1 <= len(component["components"][0].get("label") or "") <= 45:
                raise bad_form(where, "a text input in an action row has a label of 1 to 45 characters")
        case kind:
            raise bad_form(where, f"a component of type {kind} is not allowed in a modal")


def _check_input(component: Json, where: str) -> None:
    kind = component.get("type")
    if kind not in _INPUTS:
        raise bad_form(where, f"an input of type {kind}; the twin knows {sorted(_INPUTS)}")
    if not 1 <= len(component.get("custom_id") or "") <= 100:
        raise bad_form(f"{where}.custom_id", "must be between 1 and 100 in length")
    if kind == TEXT_INPUT and component.get("style") not in (1, 2):
        raise bad_form(f"{where}.style", "is 1 or 2")
    if len(component.get("placeholder") or "") > (100 if kind == TEXT_INPUT else 150):
        raise bad_form(f"{where}.placeholder", "is too long")
    if kind == TEXT_INPUT and len(component.get("value") or "") > (component.get("max_length") or 4000):
        raise bad_form(f"{where}.value", "is longer than max_length")
    if kind == STRING_SELECT:
        check_options(component, where)
    if kind == FILE_UPLOAD:
        least, most = _bounds(component)
        if not (0 <= least <= 10 and 1 <= most <= 10 and least <= most):
            raise bad_form(where, "a file upload takes 0 to 10 files")


def _bounds(component: Json) -> tuple[int, int]:
    least, most = component.get("min_values"), component.get("max_values")
    return (1 if least is None else least), (1 if most is None else most)


class Filling:
    """A person's answers, made into the data of a MODAL_SUBMIT. Raises CannotDo where the client would not send it."""

    def __init__(self, state: State, modal: Modal) -> None:
        self._state, self._modal = state, modal
        self._files: dict[str, Attachment] = {}

    def data(self, answers: Mapping[str, Answer]) -> Json:
        """Return the data: components in the form's order, and the files that were chosen under ``resolved``."""
        names = {name for label, c in self._modal.fields for name in (label, c["custom_id"])}
        if unknown := set(answers) - names:
            raise CannotDo(f"the form has no {sorted(unknown)}; it has {self._modal.labels}")
        said = [self._component(component, answers) for component in self._modal.components]
        data: Json = {"custom_id": self._modal.custom_id, "components": said}
        if self._files:
            cdn = self._state.cdn
            data["resolved"] = {"attachments": {i: payloads.attachment(f, cdn) for i, f in self._files.items()}}
        return data

    def _component(self, component: Json, answers: Mapping[str, Answer]) -> Json:
        said: Json = {"type": component["type"], "id": component["id"]}
        if component["type"] == LABEL:
            said["component"] = self._input(component["component"], component["label"], answers)
        elif component["type"] == 1:
            row = component["components"][0]
            said["components"] = [self._input(row, row["label"], answers)]
        return said

    def _input(self, component: Json, label: str, answers: Mapping[str, Answer]) -> Json:
        given = answers.get(label, answers.get(component["custom_id"]))
        said: Json = {"type": component["type"], "id": component["id"], "custom_id": component["custom_id"]}
        required = component.get("required")
        needed = required is None or required
        match component["type"]:
            case 4:
                return said | {"value": _text(component, label, given, needed=needed)}
            case 23:
                return said | {"value": bool(given if given is not None else component.get("default"))}
            case 21:
                values = _chosen(component, label, given, needed=needed)
                return said | {"value": values[0] if values else None}
            case 19:
                return said | {"values": self._chosen_files(component, label, given, needed=needed)}
            case _:
                return said | {"values": _chosen(component, label, given, needed=needed)}

    def _chosen_files(self, component: Json, label: str, given: object, *, needed: bool) -> list[str]:
        files = [given] if isinstance(given, File) else list(given or [])  # type: ignore[call-overload]
        if not all(isinstance(file, File) for file in files):
            raise CannotDo(f"{label!r} takes files")
        _count(component, label, len(files), needed=needed)
        kept = [self._state.lend(file) for file in files]
        self._files |= {str(each.id): each for each in kept}
        return [str(each.id) for each in kept]


def _count(component: Json, label: str, count: int, *, needed: bool) -> None:
    least, most = _bounds(component)
    if count > most or (count < least and (needed or count > 0)):
        raise CannotDo(f"{label!r} takes {least} to {most}, not {count}")


def _text(component: Json, label: str, given: object, *, needed: bool) -> str:
    text = (component.get("value") or "") if given is None else given
    if not isinstance(text, str):
        raise CannotDo(f"{label!r} takes text")
    least, most = component.get("min_length") or (1 if needed else 0), component.get("max_length") or 4000
    if len(text) > most or (len(text) < least and (needed or text)):
        raise CannotDo(f"{label!r} takes {least} to {most} characters, not {len(text)}")
    return text


def _chosen(component: Json, label: str, given: object, *, needed: bool) -> list[str]:
    options = {o["value"]: o for o in component["options"]}
    if given is None:
        values = [value for value, option in options.items() if option.get("default")]
    else:
        values = [given] if isinstance(given, str) else list(given)  # type: ignore[call-overload]
    by_label = {o["label"]: o["value"] for o in component["options"]}
    values = [by_label.get(value, value) for value in values]
    if unknown := [value for value in values if value not in options]:
        raise CannotDo(f"{label!r} does not offer {unknown}")
    _count(component, label, len(values), needed=needed)
    return values
