"""The live panel: one card that changes in its place on a terminal."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner

from adapters.local.card import panel
from bot.domain.card import Card
from bot.wording.units import duration


class LiveCard:
    """A card on a terminal, redrawn in its place while the context is open, and left standing after it."""

    pace = 0.1

    def __init__(self, console: Console) -> None:
        self._spinner = Spinner("dots")
        self._card: Card | None = None
        self._since = time.monotonic()
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=10)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.refresh()
        self._live.stop()

    def show(self, card: Card) -> None:
        """Show this card from now on."""
        self._card = card

    def _render(self) -> RenderableType:
        if self._card is None:
            return ""
        under_way = self._card.phase is not None
        return panel(self._card, self._spinner, duration(time.monotonic() - self._since) if under_way else "")
