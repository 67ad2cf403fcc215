"""What links have become goes with the job that it was for, and not before."""

import aiohttp
import pytest

from adapters.slack.files import Uploader
from adapters.slack.linked import Door, LinkedImages
from adapters.slack.take import Seat
from bot.domain.errors import Draining, StoreAway, TweenError, Which
from tests.contract.slack.conftest import PNG, Office


class Everywhere:
    """A picture behind every link."""

    async def fetch(self, which: Which, link: str, limit: int) -> bytes:
        """Return it."""
        return PNG


@pytest.mark.parametrize(("error", "stays"), [(Draining(), False), (StoreAway("the commit broke"), True)])
async def test_a_job_that_was_not_taken(office: Office, error: TweenError, *, stays: bool) -> None:
    """Where it surely is not, its images go; where the store did not answer, it may be there, and would need them."""
    seat = Seat(office.acme.id, "", office.ann.id, office.videos.id)
    async with aiohttp.ClientSession() as session:
        linked = LinkedImages(Door(Everywhere(), lambda _which, _data: None, 1000), Uploader(lambda: session))
        with pytest.raises(type(error)):
            async with linked.brought(office.client(), seat, ["<https://a/1.png>", "<https://a/2.png>"]):
                raise error
    assert [not file.deleted for file in office.acme.files] == [stays, stays]
