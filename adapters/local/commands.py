"""The command ``tweenbot make``: its flags come from the model's declaration, its values from the command line."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import click
from yarl import URL

from adapters.local.upload import contact_sheet_of
from bot.domain.link import file_name, is_link
from bot.domain.model import Model, Option, Value
from bot.domain.request import Author, Command, Fit, ImageRef, as_typed, check_option
from bot.wording import cli as words
from bot.wording.faults import fault

_FITS = [fit.value for fit in Fit]


@dataclass(frozen=True)
class Make:
    """One call of ``tweenbot make``, as it was typed."""

    command: Command
    output: Path
    at: Literal["fal", "embedded"] | None
    to: str | None
    json: bool


def make_command(model: Model, run: Callable[[Make], int]) -> click.Command:
    """Return the command ``make`` for a model; ``run`` does the work and returns the exit status."""

    def callback(**given: Any) -> None:  # noqa: ANN401  # click hands over what the parameters below converted
        output = given["output"] or Path(f"tween-{uuid4().hex[:8]}.mp4")
        if unfit := _unfit(output) or _unfit_way(given["at"], given["to"]):
            raise click.UsageError(unfit)
        _keep_inputs([Path(each) for each in (given["start"], given["end"]) if not is_link(each)], output)
        command = Command(
            id=uuid4().hex,
            author=Author("local", "local"),
            start=_image(given["start"]),
            end=_image(given["end"]),
            prompt=given["prompt"],
            options={option.name: given[option.name] for option in model.options},
            fit=Fit(given["fit"]),
        )
        raise click.exceptions.Exit(run(Make(command, output, given["at"], given["to"], json=given["json"])))

    path = click.Path(path_type=Path)
    return _Sectioned(
        "make",
        callback=callback,
        help=words.MAKE_HELP,
        short_help=words.MAKE_SHORT,
        epilog=words.MAKE_EXITS,
        context_settings={"show_default": True},
        params=[
            click.Argument(["start"], type=click.Path()),
            click.Argument(["end"], type=click.Path()),
            click.Argument(["prompt"]),
            click.Option(["-o", "--output"], type=path, help=words.OUTPUT_HELP, metavar="OUT.mp4"),
            click.Option(["--fit"], type=click.Choice(_FITS), default=_FITS[0], help=words.FIT_HELP),
            click.Option(["--at"], type=click.Choice(["fal", "embedded"]), help=words.AT_HELP),
            click.Option(["--to"], metavar="URL", help=words.TO_HELP),
            click.Option(["--json"], is_flag=True, show_default=False, help=words.JSON_HELP),
            *(_flag(option) for option in model.options),
        ],
    )


def _image(given: str) -> ImageRef:
    return ImageRef(file_name(given, "image") if is_link(given) else Path(given).name, given)


def _keep_inputs(inputs: Sequence[Path], output: Path) -> None:
    for written in (output, contact_sheet_of(output)):
        if any(_are_one(image, written) for image in inputs):
            raise click.UsageError(words.would_replace(written))


def _are_one(image: Path, written: Path) -> bool:
    try:
        return image.samefile(written)
    except OSError:  # one of them is not there
        return False


def _unfit(output: Path) -> str | None:
    """Say why the video and its contact sheet could not be written there, before anything is spent."""
    if output.suffix.lower() != ".mp4":
        return words.not_mp4(output)
    try:
        return _in_the_way(output, contact_sheet_of(output))
    except OSError as error:
        return words.no_place(output, (error.strerror or str(error)).lower())


def _unfit_way(at: str | None, to: str | None) -> str | None:
    """Say why the job could not be sent to a running bot."""
    if to is None:
        return None
    if at is not None:
        return words.AT_OR_TO
    try:
        url = URL(to)
    except ValueError:
        return words.no_url(to)
    return None if url.scheme in ("http", "https") and url.host else words.no_url(to)


def _in_the_way(output: Path, sheet: Path) -> str | None:
    if not output.parent.is_dir():
        return words.no_folder(output.parent)
    if output.is_dir():
        return words.is_folder(output)
    if sheet.is_dir():
        return words.sheet_is_folder(sheet)
    closed = (path for path in (output.parent, output, sheet) if path.exists() and not os.access(path, os.W_OK))
    return next(map(words.not_writable, closed), None)


def _flag(option: Option) -> click.Option:
    name = option.name.replace("_", "-")
    names = [f"--{name}/--no-{name}"] if option.type == "boolean" else [f"--{name}"]
    boolean = option.type == "boolean"
    flag = _ModelFlag(
        [*names, option.name],
        type=None if boolean else _OptionValue(option),
        metavar=None if boolean else words.metavar(option),
        default=option.default,
        help=option.help,
        show_default=_shown(option.default),
    )
    flag.section = words.SECTIONS[option.level]
    return flag


def _shown(default: Value | None) -> str | bool:
    if isinstance(default, str) and len(default) > 40:
        return f"{default[:40].rpartition(',')[0]}, ..."
    return default is not None


class _ModelFlag(click.Option):
    """A flag that stands under a heading of its own in the help."""

    section = ""


class _OptionValue(click.ParamType[object]):
    """Converts and checks by the option's own schema, and refuses in the words that every platform uses."""

    name = "value"

    def __init__(self, option: Option) -> None:
        self._option = option

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:  # noqa: ANN401
        typed = as_typed(self._option, value) if isinstance(value, str) else value
        broken = check_option(self._option, typed)
        if broken is not None:
            self.fail(fault(broken), param, ctx)
        return typed


class _Sectioned(click.Command):
    """A command whose help lists the model's options under headings of their own."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                sections.setdefault(getattr(param, "section", words.SECTIONS["own"]), []).append(record)
        for section, records in sections.items():
            with formatter.section(section):
                formatter.write_dl(records)
