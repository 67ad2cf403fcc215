"""What ``tweenbot make`` writes: the card while the job goes, then where the files are, or one JSON object."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO, assert_never, cast

from rich.console import Console
from rich.text import Text

from adapters.local.card import PlainCard
from adapters.local.commands import Make
from adapters.local.facts import ASKED, ENDING, asked, ending, is_mendable
from adapters.local.lasting import Lasting
from adapters.local.live import LiveCard
from adapters.local.upload import CardView, Output
from bot.domain.errors import TweenError, UserFixable
from bot.domain.job import (
    Accepted,
    Cancelled,
    Delivered,
    Failed,
    Finished,
    Job,
    Posting,
    Proposed,
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
    say(explain(error), make, "refused")
    return _status_of(error)


def leave() -> int:
    """Say what a second Ctrl-C leaves behind, and return the exit status."""
    sys.stderr.write(f"\n{words.LEFT}\n")
    return EXIT_CANCELLED


def conclude(job: Job, make: Make, output: Output) -> int:
    """Say how the job ended, and return the exit status."""
    if make.json:
        _print_json(_report(job, make, output))
    elif isinstance(job.state, Delivered):
        _print_files(make, output)
    match job.state:
        case Delivered():
            return EXIT_DONE
        case Failed(error=error):
            return _status_of(error)
        case Cancelled():
            return EXIT_CANCELLED
        case Unclear():
            return EXIT_UNCLEAR
        case Accepted() | Proposed() | Staged() | Submitting() | Submitted() | Finished() | Posting():
            raise AssertionError(f"{type(job.state).__name__} is no ending")
        case _:
            assert_never(job.state)


def conclude_sent(job: Mapping[str, Any], make: Make, output: Output) -> int:
    """Say how a job that a running bot has made ended, as that tells it, and return the exit status."""
    delivered, error = job["state"] == "delivered", job.get("error")
    if make.json:
        known = ("state", *ASKED, *ENDING)
        report = {name: job[name] for name in known if name in job}
        if delivered:
            report |= _files(make, output)
        if error:
            report["error"] = error["message"]
        _print_json(report)
    elif delivered:
        _print_files(make, output)
    if error:
        return EXIT_MEND if is_mendable(error["code"]) else EXIT_FAILED
    return {"delivered": EXIT_DONE, "cancelled": EXIT_CANCELLED, "unclear": EXIT_UNCLEAR}[job["state"]]


def say(told: str, make: Make, state: str) -> None:
    """Say, in a sentence, why there is no more to tell of a job; ``state`` is what ``--json`` calls it."""
    if make.json:
        _print_json({"state": state, "error": told})
    else:
        sys.stderr.write(f"{told}\n")


def _print_files(make: Make, output: Output) -> None:
    console = _console(sys.stdout)
    sheet = words.no_sheet(output.no_sheet) if output.no_sheet else str(output.contact_sheet)
    for name, told in ((words.VIDEO, str(make.output)), (words.CONTACT_SHEET, sheet)):
        console.print(Text.assemble((f"{name:<15}", "dim"), told), soft_wrap=True)


def _status_of(error: TweenError) -> int:
    return EXIT_MEND if isinstance(error, UserFixable) else EXIT_FAILED


def _print_json(report: dict[str, object]) -> None:
    stdout = Lasting(sys.stdout)
    stdout.write(f"{json.dumps(report, ensure_ascii=False, indent=2)}\n")
    stdout.flush()


def _report(job: Job, make: Make, output: Output) -> dict[str, object]:
    report: dict[str, object] = {"state": type(job.state).__name__.lower(), **asked(job), **ending(job)}
    match job.state:
        case Delivered():
            report |= _files(make, output)
        case Failed(error=error):
            report["error"] = explain(error)
        case _:
            pass
    return report


def _files(make: Make, output: Output) -> dict[str, object]:
    return {"video": str(make.output), "contact_sheet": None if output.no_sheet else str(output.contact_sheet)}
