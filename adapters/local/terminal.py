"""What ``tweenbot make`` writes: the card while the job goes, then where the files are, or one JSON object."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, assert_never, cast

from rich.console import Console
from rich.text import Text

from adapters.local.card import PlainCard
from adapters.local.commands import Make
from adapters.local.facts import asked, ending
from adapters.local.lasting import Lasting
from adapters.local.live import LiveCard
from adapters.local.upload import CardView, LocalChannel
from bot.domain.errors import TweenError, UserFixable
from bot.domain.job import (
    Accepted,
    Cancelled,
    Delivered,
    Failed,
    Finished,
    Job,
    Posting,
    Staged,
    Submitted,
    Submitting,
    Unclear,
)
from bot.wording import cli as words
from bot.wording.refusals import explain

EXIT_DONE, EXIT_FAILED, EXIT_MEND, EXIT_UNCLEAR, EXIT_CANCELLED = 0, 1, 2, 3, 130


@contextmanager
def view(make: Make) -> Iterator[CardView]:
    """Open the way to show the card that fits: live on a terminal, plain in a pipe; on stderr beside JSON."""
    console = _console(sys.stderr if make.json else sys.stdout)
    if console.is_terminal and not console.is_dumb_terminal:
        with LiveCard(console) as live:
            yield live
    else:
        yield PlainCard(console)


def _console(stream: TextIO) -> Console:
    return Console(file=cast("TextIO", Lasting(stream)), highlight=False)


def refuse(error: TweenError, make: Make) -> int:
    """Say why there is no job at all, and return the exit status."""
    if make.json:
        _print_json({"state": "refused", "error": explain(error)})
    else:
        sys.stderr.write(f"{explain(error)}\n")
    return _status_of(error)


def leave() -> int:
    """Say what a second Ctrl-C leaves behind, and return the exit status."""
    sys.stderr.write(f"\n{words.LEFT}\n")
    return EXIT_CANCELLED


def conclude(job: Job, make: Make, channel: LocalChannel) -> int:
    """Say how the job ended, and return the exit status."""
    if make.json:
        _print_json(_report(job, make, channel))
    elif isinstance(job.state, Delivered):
        console = _console(sys.stdout)
        sheet = words.no_sheet(channel.no_sheet) if channel.no_sheet else str(channel.contact_sheet)
        for name, told in ((words.VIDEO, str(make.output)), (words.CONTACT_SHEET, sheet)):
            console.print(Text.assemble((f"{name:<15}", "dim"), told), soft_wrap=True)
    match job.state:
        case Delivered():
            return EXIT_DONE
        case Failed(error=error):
            return _status_of(error)
        case Cancelled():
            return EXIT_CANCELLED
        case Unclear():
            return EXIT_UNCLEAR
        case Accepted() | Staged() | Submitting() | Submitted() | Finished() | Posting():
            raise AssertionError(f"{type(job.state).__name__} is no ending")
        case _:
            assert_never(job.state)


def _status_of(error: TweenError) -> int:
    return EXIT_MEND if isinstance(error, UserFixable) else EXIT_FAILED


def _print_json(report: dict[str, object]) -> None:
    stdout = Lasting(sys.stdout)
    stdout.write(f"{json.dumps(report, ensure_ascii=False, indent=2)}\n")
    stdout.flush()


def _report(job: Job, make: Make, channel: LocalChannel) -> dict[str, object]:
    report: dict[str, object] = {"state": type(job.state).__name__.lower(), **asked(job), **ending(job)}
    match job.state:
        case Delivered():
            report["video"] = str(make.output)
            report["contact_sheet"] = None if channel.no_sheet else str(channel.contact_sheet)
        case Failed(error=error):
            report["error"] = explain(error)
        case _:
            pass
    return report
