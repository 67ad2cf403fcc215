"""Steps, percent and the time left come from what the provider says, and from nothing else."""

import pytest

from bot.domain.progress import Completed, InProgress, InQueue, Phase, Progress, Update, step_of
from bot.wording.card import status


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("12/81", (12, 81)),
        (" 33%|███▎      | 10/30 [00:05<00:10,  1.94it/s]", (10, 30)),
        ("step 3/30 then 4/30", (4, 30)),
        ("loading shard 1/7", (1, 7)),
        ("31/30", None),
        ("0/0", None),
        ("2026/11/22 starting", None),
        ("ratio 1/2.5", None),
        ("warming up", None),
    ],
)
def test_steps_are_read_from_log_lines(line: str, step: tuple[int, int] | None) -> None:
    """Models at fal log as tqdm does, the embedded engine as 12/81; dates and ratios are no steps."""
    assert step_of(line) == step


def test_the_card_tells_position_then_steps_percent_and_time_left() -> None:
    """One line says all there is to say, in each phase."""
    progress = Progress()
    told = []
    updates: list[Update] = [InQueue(2), InQueue(0), InProgress(), InProgress(("10/30",))]
    updates += [InProgress(("noise", "20/30")), Completed(3.0)]
    for at, update in enumerate(updates):
        progress = progress.after(update, now=float(at * 10))
        told.append(status(progress, now=float(at * 10)))
    assert told == [
        "In the queue · 2 before it",
        "Next in the queue",
        "Rendering",
        "Step 10/30 · 33 %",
        "Step 20/30 · 67 % · about 10 s left",
        "Fetching the video",
    ]


def test_the_time_left_runs_down_between_steps_and_never_below_nothing() -> None:
    """The rate is that of the steps seen; waiting for a step uses it up."""
    progress = Progress().after(InProgress(("10/30",)), 0.0).after(InProgress(("20/30",)), 10.0)
    assert [progress.seconds_left(now) for now in (10.0, 14.0, 99.0)] == [10.0, 6.0, 0.0]


def test_a_step_never_goes_back() -> None:
    """Log lines of a reconnected stream come again; the bar stays where it was."""
    progress = Progress().after(InProgress(("20/30",)), 1.0)
    again = progress.after(InProgress(("5/30",)), 2.0)
    assert again.step == 20
    assert again.fraction == pytest.approx(20 / 30)


def test_a_second_bar_of_another_length_starts_anew() -> None:
    """A model that loads in 7 shards and then renders 30 steps shows both, and rates only what it shows."""
    progress = Progress().after(InProgress(("7/7",)), 0.0).after(InProgress(("1/30",)), 50.0)
    assert (progress.step, progress.steps, progress.seconds_left(50.0)) == (1, 30, None)
    assert progress.phase is Phase.RENDERING
