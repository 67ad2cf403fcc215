"""The command line, and the one place that reads settings; ``bot.compose`` puts each command together."""

import io
import logging
import sys

import click
import structlog
from pydantic import ValidationError

from bot.compose import doctor, engine, make, manifest, operator, run
from bot.domain.model import Model
from bot.wording import cli as words
from config import catalogue
from config.settings import Settings


def main() -> None:
    """Run the command line."""
    _write_any_character()
    _log_to_stderr()
    try:
        settings = Settings()
        models = catalogue.load(settings.unit_prices)
    except ValidationError as error:
        sys.exit("\n".join(words.bad_setting(fault["loc"], fault["msg"]) for fault in error.errors()))
    except UnicodeDecodeError:
        sys.exit(words.bad_env_file("not UTF-8"))
    except OSError as error:
        sys.exit(words.bad_env_file((error.strerror or str(error)).lower()))
    except catalogue.BadDeclaration as error:
        sys.exit(str(error))
    cli(settings, models[catalogue.DEFAULT_ENDPOINT])()


def _write_any_character() -> None:
    # A terminal or a pipe in another encoding, a file's name in none: a question mark is better than no video.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _log_to_stderr() -> None:
    # stdout belongs to the card and to --json.
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        # Looked up anew for each line: while a live card is shown, stderr is what prints above it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def cli(settings: Settings, model: Model) -> click.Group:
    """Return the command line for these settings."""
    group = click.Group("tweenbot", help=words.HELP)
    group = click.version_option(package_name="tweenbot", prog_name="tweenbot")(group)
    group.add_command(make.command(model, settings))
    group.add_command(run.command(settings))
    group.add_command(engine.command(settings))
    group.add_command(doctor.command(model, settings))
    group.add_command(manifest.command(settings))
    for each in operator.commands(settings):
        group.add_command(each)
    return group


if __name__ == "__main__":
    main()
