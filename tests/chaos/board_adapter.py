"""The board as a platform of the bot: its channels, its files, and its cards, which are the core's own as JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.domain.card import Card
from bot.domain.errors import BadImage, ImageFault, Which
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.request import ImageRef
from bot.ports import Attachments, Parcel
from tests.chaos.board_client import BoardClient

NAME = "board"
PACE_S = 0.2


class BoardPlatform:
    """The board, through one client."""

    def __init__(self, client: BoardClient) -> None:
        self._client = client

    @property
    def name(self) -> str:
        """As in the authors."""
        return NAME

    @property
    def attachments(self) -> Attachments:
        """Fetches images by their ids."""
        return BoardAttachments(self._client)

    def channel(self, job: Job) -> "BoardChannel":
        """Open the channel that the job's place names."""
        return BoardChannel(self._client, job)


class BoardAttachments:
    """Files are known by their ids; a link is made when it is needed, and never stored."""

    def __init__(self, client: BoardClient) -> None:
        self._client = client

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the file."""
        data = await self._client.read(await self._client.link(image.locator), limit)
        if data is None:
            raise BadImage(which, ImageFault.MISSING)
        if len(data) > limit:
            raise BadImage(which, ImageFault.TOO_HEAVY)
        return data


class BoardChannel:
    """One job's channel. Its messages carry ``<job id>:card`` and ``<job id>:video`` as nonces."""

    def __init__(self, client: BoardClient, job: Job) -> None:
        self._client = client
        self._job_id = job.id
        self._place = dict(job.place)

    @property
    def pace(self) -> float:
        """Seconds between two edits."""
        return PACE_S

    @property
    def place(self) -> Mapping[str, str]:
        """``channel``, and ``card`` once there is one."""
        return self._place

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Do nothing: the board shows no pictures."""

    async def show(self, card: Card) -> None:
        """Edit the card, or post it. A message that was there before its id was stored is found by its nonce."""
        shown = described(card)
        if "card" not in self._place and not await self._post_card(shown):
            return
        await self._client.edit(self._place["channel"], self._place["card"], shown)

    async def begin(self, card: Card) -> None:
        """Post the first card, unless there is one, which is left as it is: somebody carries the job already."""
        await self._post_card(described(card))

    async def limit(self) -> None:
        """There is none."""

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Do nothing: a message carries its file."""

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Post the video, which stays where it lies."""
        body = {"nonce": f"{job.id}:video", "enforce_nonce": True, "mentions": [job.request.author.id]}
        await self._client.post(self._place["channel"], body, parcel.file)

    async def posted(self, job: Job) -> bool:
        """Look for the video by its nonce."""
        return bool(await self._client.find(self._place["channel"], f"{job.id}:video"))

    async def _post_card(self, shown: Mapping[str, Any]) -> bool:
        """Post the card where there is none, and note its id; return whether it is still to be edited."""
        channel, nonce = self._place["channel"], f"{self._job_id}:card"
        # Looked for first: the board keeps a second one away for a few minutes only.
        found = await self._client.find(channel, nonce)
        body = {"nonce": nonce, "enforce_nonce": True, "card": shown}
        told = found[0] if found else await self._client.post(channel, body)
        self._place = self._place | {"card": told.id}
        return told.card != shown


def described(card: Card) -> dict[str, Any]:
    """Return a card as the board takes it."""
    plain = asdict(card)
    return plain | {
        "tone": card.tone.value,
        "phase": card.phase.value if card.phase else None,
        "actions": [each.value for each in card.actions],
        "fields": [list(each.values()) for each in plain["fields"]],
        "notices": list(card.notices),
    }
