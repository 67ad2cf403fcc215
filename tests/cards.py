"""Every card that the core could make, for the tests of what platforms make of it."""

from hypothesis import strategies as st

from bot.domain.card import Action, Card, Field, Tone
from bot.domain.progress import Phase
from bot.wording.card import WEIGHED

TEXTS = st.text(max_size=6000)
OFFERED = (
    (Action.CANCEL,),
    (Action.LOOK_AGAIN, Action.SEND_AGAIN),
    (Action.RERUN, Action.EDIT, Action.SWAP, Action.CONTINUE, Action.RECIPE, Action.DELETE),
    (Action.GO, Action.EXCHANGE, Action.WIDE, Action.TALL, Action.SQUARE, Action.BLUR, Action.CANCEL),
    (Action.GO, Action.EXCHANGE, Action.CROP, Action.CANCEL),
    (),
)
"""What the core offers together."""


def cards(job_id: str, status: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[Card]:
    """Return cards of a job, of every tone and phase, with texts that are longer than any platform takes."""
    return st.builds(
        Card,
        job_id=st.just(job_id),
        tone=st.sampled_from(Tone),
        title=st.just("Rendering"),
        prompt=TEXTS,
        phase=st.none() | st.sampled_from(Phase),
        status=status,
        fraction=st.none() | st.floats(0, 1),
        fields=st.lists(st.builds(Field, st.sampled_from(("Seed", *WEIGHED)), TEXTS), max_size=6).map(tuple),
        notices=st.lists(TEXTS, max_size=3).map(tuple),
        actions=st.sampled_from(OFFERED),
        since=st.floats(0, 4e9),
    )
