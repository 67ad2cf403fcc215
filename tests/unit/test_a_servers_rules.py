"""What a server's admins decide holds for every command given in it, within what the operator allows."""

import pytest

from bot.domain.errors import NotHere, NotThem, UnsafeRefused
from bot.domain.model import Model
from bot.domain.request import Author, Where
from bot.domain.server import Rules, narrower
from bot.wording.refusals import explain
from config import catalogue

ANN = Author("chat", "ann", "studio", roles=("editors",))


@pytest.fixture
def wan() -> Model:
    return catalogue.load()[catalogue.DEFAULT_ENDPOINT]


@pytest.mark.parametrize("channels", [(), ("films",), ("parent", "other")])
def test_videos_are_made_where_the_channel_or_its_parent_is_listed(channels: tuple[str, ...]) -> None:
    """An empty list leaves every channel open, and a thread is as open as the channel that it is in."""
    thread = Where(("thread", "parent"))
    where = thread if "parent" in channels else Where(("films",))
    Rules(channels=channels).check(ANN, where)


def test_any_other_channel_is_refused_with_those_that_are_open() -> None:
    """The refusal carries the ids, so that a platform can link to the channels."""
    with pytest.raises(NotHere) as caught:
        Rules(channels=("films",)).check(ANN, Where(("kitchen",)))
    assert caught.value.channels == ("films",)
    assert "other channels only" in explain(caught.value)


def test_one_listed_role_is_enough_and_none_is_too_few() -> None:
    """Roles are alternatives."""
    Rules(roles=("staff", "editors")).check(ANN, Where(("films",)))
    with pytest.raises(NotThem) as caught:
        Rules(roles=("staff",)).check(ANN, Where(("films",)))
    assert caught.value.roles == ("staff",)


def test_the_servers_defaults_stand_in_for_what_the_author_left_out(wan: Model) -> None:
    """What the author sets wins; None means that it was not set."""
    rules = Rules(defaults={"resolution": "480p", "num_frames": 90})
    assert rules.complete({"num_frames": 100, "seed": None}, wan) == {"resolution": "480p", "num_frames": 100}


@pytest.mark.parametrize(
    "defaults",
    [{"gone": 1}, {"num_frames": 500}, {"enable_safety_checker": False}],
    ids=["an option that has left the model", "a value that it takes no more", "no safety checker"],
)
def test_a_default_that_must_not_count_is_passed_over(
    wan: Model, defaults: dict[str, str | int | float | bool]
) -> None:
    """An old default must not refuse everybody's commands, and none turns the safety checker off for all."""
    assert Rules(defaults=defaults).complete({}, wan) == {}


@pytest.mark.parametrize(
    ("unsafe", "age_restricted", "says"),
    [
        (False, True, "where the server's admins allow it"),
        (False, False, "where the server's admins allow it"),
        (True, False, "in an age-restricted channel"),
    ],
)
def test_the_safety_checker_stays_on_without_the_admins_and_the_channel(
    wan: Model, *, unsafe: bool, age_restricted: bool, says: str
) -> None:
    """Both must allow it, and the refusal names the one that does not."""
    with pytest.raises(UnsafeRefused) as caught:
        Rules(unsafe=unsafe).check_safety({"enable_safety_checker": False}, wan, Where(("films",), age_restricted))
    assert says in explain(caught.value)


def test_the_safety_checker_goes_off_where_both_allow_it(wan: Model) -> None:
    """And leaving it on is asked of nobody."""
    where = Where(("late",), age_restricted=True)
    Rules(unsafe=True).check_safety({"enable_safety_checker": False}, wan, where)
    Rules().check_safety({"enable_safety_checker": True}, wan, Where(("films",)))


@pytest.mark.parametrize(("own", "holds"), [(None, 20), (5, 5), (50, 20)])
def test_a_servers_own_limit_only_narrows(own: int | None, holds: int) -> None:
    """The operator pays, so the operator's limit is the last word."""
    assert narrower(own, 20) == holds
