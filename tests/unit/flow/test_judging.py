"""What is refused is neither made nor shown, costs what it must and no more, and is written down."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import (
    BadVideo,
    Charge,
    CheckAway,
    Moderated,
    NotHandedOver,
    StoreAway,
    TweenError,
    Withheld,
)
from bot.domain.job import Delivered, Failed, Job
from bot.domain.media import Frame
from bot.domain.request import Author, Command, ImageRef, Where
from bot.domain.server import Rules
from bot.flow.card import CardMaker
from bot.flow.desk import Desk
from bot.flow.judge import Judge
from bot.ports import Deed
from bot.wording.moderation import UNCHECKED, UNDRAWN
from config import catalogue
from tests.fakes_moderation import FakeAudit, FakeModerator, FakePosters
from tests.fakes_store import MemoryStore
from tests.unit.flow.staged import Stage
from tests.unit.flow.test_at_the_desk import TERMS

ANN = Author("chat", "ann", "studio")


class Court:
    """A judge, and what it works with."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.moderator, self.audit = FakeModerator(), FakeAudit()
        self.store = store or MemoryStore()
        self.posters = FakePosters()
        self.judge = Judge(self.moderator, self.posters, lambda: 7.0, self.store.rules, self.audit)


@pytest.fixture
def court() -> Court:
    return Court()


@pytest.fixture
def judged(stage: Stage, court: Court) -> Stage:
    """Return a flow whose jobs are judged."""
    stage.judge = court.judge
    return stage


def failed(job: Job) -> TweenError:
    """Return why a job has failed."""
    assert isinstance(job.state, Failed), job.state
    return job.state.error


async def test_a_prompt_is_judged_before_anything_is_stored(court: Court) -> None:
    """The refused command leaves nothing but a line in the log, which does not repeat it; the next is taken."""
    model = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
    desk = Desk(court.store, model, TERMS, CardMaker(charges=True), lambda: 1.0, lambda: None, judge=court.judge)
    court.store.table.rules["chat", "studio"] = Rules(words=("rains",))
    command = Command("c1", ANN, ImageRef("a", "a"), ImageRef("b", "b"), "it rains", {}, where=Where(("films",)))
    with pytest.raises(Moderated):
        await desk.accept(command, {})
    assert (court.store.table.rows, court.audit.written) == (
        {},
        [Deed(7.0, "chat", "studio", "moderation", "refused", "c1", {"what": "prompt"})],
    )
    assert (await desk.accept(replace(command, prompt="it snows"), {})).id == "c1"


async def test_a_server_without_words_costs_no_time(court: Court) -> None:
    """Nothing is looked for, and there is no thread to wait for."""
    await court.judge.prompt(Stage(Path()).job())
    assert court.moderator.asked == []


async def test_rules_that_cannot_be_read_let_nothing_through(court: Court) -> None:
    """They are like a check that is away: nobody is asked, for nobody can tell what about."""
    court.store.table.rules["test", "studio"] = Rules(unreadable=("words",))
    job = Stage(Path()).job()
    job = replace(job, request=replace(job.request, author=replace(job.request.author, server="studio")))
    start, end = (Frame(which, b"", "image/png", 1, 1) for which in ("start", "end"))
    for asking in (court.judge.prompt(job), court.judge.frames(job, start, end), court.judge.video(job, Path())):
        with pytest.raises(CheckAway):
            await asking
    assert (court.moderator.asked, court.audit.written) == ([], [])


async def test_a_job_that_is_let_through_is_asked_about_twice(judged: Stage, court: Court) -> None:
    """Before its upload with both images, and before its video is posted with three pictures."""
    job = await judged.run()
    assert isinstance(job.state, Delivered)
    assert court.moderator.asked == ["before start end", "after 3"]
    assert court.audit.written == []


async def test_images_that_are_refused_go_nowhere(judged: Stage, court: Court) -> None:
    """Neither to the provider nor onto the card; nothing is charged."""
    court.moderator.before = [Moderated("request", "a face")]
    error = failed(await judged.run())
    assert (type(error), error.charge) == (Moderated, Charge.NONE)
    assert (judged.provider.asked, judged.channel.pictures) == ([], [])
    assert [deed.detail for deed in court.audit.written] == [{"what": "request"}]
    assert judged.last_words()[1] == (
        "The check that every job goes through here refused the request: a face. Change the prompt or the images and "
        "send it again; nothing was sent or charged."
    )


@pytest.mark.looptime
async def test_a_check_that_is_away_is_asked_again(judged: Stage, court: Court) -> None:
    """As long as there is patience; then the job ends, and nothing was sent."""
    judged.limit(patience=60.0)
    court.moderator.before = [CheckAway(), CheckAway()]
    assert isinstance((await judged.run()).state, Delivered)
    judged.provider.asked.clear()
    court.moderator.before = [CheckAway() for _ in range(20)]
    error = failed(await judged.run())
    assert (type(error), error.charge, judged.provider.asked) == (CheckAway, Charge.NONE, [])


async def test_a_video_that_is_refused_is_not_shown_and_was_charged(judged: Stage, court: Court) -> None:
    """Its file is gone, too, and the author is told both."""
    court.moderator.after = [Withheld("blood")]
    error = failed(await judged.run())
    assert (type(error), error.charge) == (Withheld, Charge.BILLED)
    assert (judged.channel.videos, list(judged.workroom.iterdir())) == ([], [])
    assert [deed.detail for deed in court.audit.written] == [{"what": "video"}]
    assert "This was charged." in judged.last_words()[1]


@pytest.mark.looptime
async def test_a_video_that_nobody_could_judge_is_kept_and_not_shown(judged: Stage, court: Court) -> None:
    """After all patience: the operator has the file, the channel has not."""
    judged.limit(posting=60.0)
    court.moderator.after = [CheckAway(), StoreAway()]
    assert isinstance((await judged.run()).state, Delivered)
    judged.channel.videos.clear()
    court.moderator.after = [CheckAway() for _ in range(20)]
    error = failed(await judged.run())
    assert isinstance(error, NotHandedOver)
    assert (error.said, error.charge, error.kept.read_bytes()) == (UNCHECKED, Charge.BILLED, b"mp4")
    assert judged.channel.videos == []


async def test_a_video_whose_pictures_cannot_be_drawn_is_kept_and_not_shown(judged: Stage, court: Court) -> None:
    """It plays, and was paid for: that a busy machine takes too long to draw it makes it nobody's rubbish."""
    court.posters.error = BadVideo("not drawn within 60 s")
    error = failed(await judged.run())
    assert isinstance(error, NotHandedOver)
    assert (error.said, error.charge, error.kept.read_bytes()) == (UNDRAWN, Charge.BILLED, b"mp4")
    assert judged.channel.videos == []


async def test_a_refusal_holds_also_where_it_cannot_be_written_down(judged: Stage, court: Court) -> None:
    """The log's trouble lets nothing through."""
    court.audit.error = StoreAway()
    court.moderator.after = [Withheld()]
    assert isinstance(failed(await judged.run()), Withheld)


async def test_a_video_under_rules_that_cannot_be_read_any_more_is_kept(judged: Stage, court: Court) -> None:
    """They could be read before it was sent; the operator has the file, the channel has not."""
    job = judged.job()
    job = replace(job, request=replace(job.request, author=ANN))
    judged.provider.during_submit = lambda: court.store.table.rules.update(
        {("chat", "studio"): Rules(unreadable=("check_url",))}
    )
    error = failed(await judged.run(job))
    assert isinstance(error, NotHandedOver)
    assert (error.charge, error.kept.read_bytes(), judged.channel.videos) == (Charge.BILLED, b"mp4", [])
