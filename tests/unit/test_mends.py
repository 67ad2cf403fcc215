"""What may be changed of a job that is proposed: never its price, and only what makes a difference."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.card import Action
from bot.domain.job import Job
from bot.domain.mend import cut_away, enlarged, mended, mends
from bot.domain.model import Above
from bot.domain.request import Author, Command, Fit, ImageRef
from bot.flow.accept import accept
from config import catalogue

WAN = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
A, B = ImageRef("a.png", "a"), ImageRef("b.png", "b")


def job(start: tuple[int, int], end: tuple[int, int], fit: Fit = Fit.CROP, **options: object) -> Job:
    """Return a job of images of these sizes."""
    command = Command("e1", Author("chat", "ann"), A, B, "it rains", options, fit=fit)
    return replace(accept(command, WAN, 0.0), image_sizes=(start, end))


def test_a_swap_is_undone_by_another() -> None:
    """The command's images stay what they were: what is first in the video changes."""
    request = job((16, 9), (16, 9)).request
    swapped = mended(request, Action.EXCHANGE)
    assert (request.images, swapped.images) == ((A, B), (B, A))
    assert mended(swapped, Action.EXCHANGE) == request


@pytest.mark.parametrize(
    ("shape", "ratio"), [(Action.WIDE, "16:9"), (Action.TALL, "9:16"), (Action.SQUARE, "1:1")], ids=str
)
def test_a_shape_is_the_models_own_option(shape: Action, ratio: str) -> None:
    """The model is asked for it, for the same money."""
    request = job((16, 9), (16, 9)).request
    assert mended(request, shape).options == {**request.options, "aspect_ratio": ratio}
    assert mended(request, shape).price == request.price


def test_a_shape_that_costs_more_is_not_taken() -> None:
    """What was reserved is what is paid: nothing that an author presses makes it more."""
    dear = replace(WAN.price, factors=(*WAN.price.factors, _ByShape("aspect_ratio", Decimal(0), Decimal(2))))
    request = replace(job((16, 9), (16, 9)).request, model=replace(WAN, price=dear))
    assert mended(request, Action.TALL) is request


class _ByShape(Above):
    def factor(self, options: object) -> Decimal:
        """Tall videos cost twice as much."""
        assert isinstance(options, dict)
        return self.times if options[self.option] == "9:16" else Decimal(1)


@pytest.mark.parametrize(
    ("start", "end", "offered"),
    [
        ((1280, 720), (1280, 720), (Action.EXCHANGE, Action.TALL, Action.SQUARE)),
        ((1280, 720), (720, 1280), (Action.EXCHANGE, Action.TALL, Action.SQUARE, Action.BLUR)),
        ((720, 1280), (720, 1280), (Action.EXCHANGE, Action.WIDE, Action.SQUARE)),
        ((1000, 300), (1000, 300), (Action.EXCHANGE, Action.WIDE, Action.TALL, Action.SQUARE)),
    ],
    ids=["both wide", "one wide, one tall", "both tall", "wider than any shape, and not cropped"],
)
def test_what_would_change_nothing_is_not_offered(
    start: tuple[int, int], end: tuple[int, int], offered: tuple[Action, ...]
) -> None:
    """The shape that the video has already, and borders where nothing is cropped."""
    assert mends(job(start, end)) == offered


def test_what_has_borders_can_be_cropped_instead() -> None:
    """Whatever the images' shapes: it is the way back."""
    bordered = job((1280, 720), (720, 1280), Fit.BLUR)
    assert mends(bordered)[-1] is Action.CROP
    assert mended(bordered.request, Action.CROP).fit is Fit.CROP


def test_shares_and_enlargements_are_those_of_the_picture() -> None:
    """Half of a square is cut for a video twice as wide; a border enlarges by the narrower side."""
    assert cut_away((100, 100), (200, 100)) == pytest.approx(0.5)
    assert cut_away((200, 100), (400, 200)) == 0
    assert enlarged((100, 100), (200, 100), Fit.CROP) == 2
    assert enlarged((100, 100), (200, 100), Fit.BLUR) == 1
