"""Renders a job's card: as a live panel on a terminal, as plain lines in a pipe."""

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bot.domain.card import Card, Tone

COLOURS = {
    Tone.WAITING: "bright_black",
    Tone.WORKING: "cyan",
    Tone.DONE: "green",
    Tone.FAILED: "red",
    Tone.CANCELLED: "yellow",
    Tone.UNCLEAR: "magenta",
}
MARKS = {Tone.DONE: "✓", Tone.FAILED: "✗", Tone.CANCELLED: "■", Tone.UNCLEAR: "?"}
WIDTH = 76
PROMPT_ROOM = 200
"""Characters of the prompt: a panel that is higher than the terminal loses its lower part, which holds the status."""


def panel(card: Card, spinner: Spinner, elapsed: str = "") -> RenderableType:
    """Return the card as a panel; the ``spinner`` is the caller's, so that it turns on from one drawing to the next."""
    colour = COLOURS[card.tone]
    rows: list[RenderableType] = [Text(f"“{_shortened(card.prompt)}”", style="italic"), Text()]
    if card.fraction is not None:
        rows.append(_bar(card.fraction, colour))
    rows += [_status(card, spinner, colour), Text(), _facts(card)]
    rows += [Padding(Text(f"! {notice}", style="yellow"), (1, 0, 0, 0)) for notice in card.notices]
    rows.append(Text())
    title = Text.assemble((" Tweenbot ", "bold"), ("· ", "dim"), (f"{card.title} ", colour))
    return Panel(
        Group(*rows),
        title=title,
        title_align="left",
        subtitle=f" {elapsed} " if elapsed else None,
        subtitle_align="right",
        border_style=colour,
        padding=(1, 2, 0, 2),
        width=WIDTH,
    )


def _shortened(prompt: str) -> str:
    line = " ".join(prompt.split())
    return line if len(line) <= PROMPT_ROOM else f"{line[:PROMPT_ROOM].rstrip()}…"


def _bar(fraction: float, colour: str) -> RenderableType:
    row = Table.grid(expand=True)
    row.add_row(ProgressBar(total=1, completed=fraction, complete_style=colour, finished_style=colour))
    return row


def _status(card: Card, spinner: Spinner, colour: str) -> RenderableType:
    if card.phase is None:
        return Text.assemble((f"{MARKS[card.tone]} ", f"bold {colour}"), card.status)
    row = Table.grid(padding=(0, 1))
    spinner.style = colour
    row.add_row(spinner, Text(card.status))
    return row


def _facts(card: Card) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for field in card.fields:
        grid.add_row(Text(field.name, style="dim"), Text(field.value))
    return grid


class PlainCard:
    """Writes one line a change: what a log or a pipe can hold."""

    pace = 1.0

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: set[str] = set()

    def show(self, card: Card) -> None:
        """Write what is new on the card."""
        for line in (f"{card.title}: {card.status}", *card.notices):
            if line not in self._told:
                self._told.add(line)
                self._console.out(line, highlight=False)
