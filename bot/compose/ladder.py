"""The ladder of delivery, joined: what makes copies and draws pictures, over the store of kept videos."""

from contextlib import AsyncExitStack, closing

from adapters.media.apart import AnimationsApart, PostersApart
from adapters.media.fit import PyAVFitter
from bot.flow.ladder import Ladder
from bot.ports import MediaStore


def ladder(stack: AsyncExitStack, media: MediaStore | None) -> Ladder:
    """Open it. Without a store there are no links."""
    posters = stack.enter_context(closing(PostersApart()))
    return Ladder(PyAVFitter(), media, posters, AnimationsApart())
