"""Slack as a platform of the bot, put together from its rooms."""

from dataclasses import dataclass
from pathlib import Path

from slack_bolt.async_app import AsyncApp

from adapters.slack.admin import Admin
from adapters.slack.attachments import SlackAttachments
from adapters.slack.clients import Clients, Tokens
from adapters.slack.commands import Commands
from adapters.slack.connection import Connection
from adapters.slack.files import Uploader
from adapters.slack.forms import Forms
from adapters.slack.installs import Installs
from adapters.slack.leave import Leavings
from adapters.slack.linked import Door, LinkedImages
from adapters.slack.outside import Outside
from adapters.slack.pressed import Presses
from adapters.slack.take import NAME, Taker
from adapters.slack.upload import SlackChannel
from bot.domain.job import Job
from bot.domain.model import Model
from bot.flow.desk import Desk
from bot.flow.office import Office
from bot.ports import JobStore, LastFrames, MediaStore, Previews


@dataclass(frozen=True)
class Tools:
    """The ports that the adapter is given. ``room`` is a folder for files under way.

    ``media`` has the videos that came by a link; None where there are no links. ``door`` fetches images by link.
    """

    store: JobStore
    previews: Previews
    last_frames: LastFrames
    media: MediaStore | None
    office: Office
    door: Door
    room: Path


class SlackPlatform:
    """``bot.ports.Platform`` of Slack. ``own_hosts`` are those of a moved API, whose files are Slack's own then."""

    name = NAME

    def __init__(
        self, connection: Connection, tokens: Tokens, tools: Tools, own_hosts: frozenset[str] = frozenset()
    ) -> None:
        self._tools = tools
        clients = Clients(tokens, connection.base_url, lambda: connection.session)
        self._outside = Outside(clients, lambda: connection.session, tools.previews, tools.store.load)
        self.attachments = SlackAttachments(
            clients, lambda: connection.session, tools.last_frames, tools.room, tools.media, own_hosts
        )

    def channel(self, job: Job) -> SlackChannel:
        """Open the channel of a job."""
        return SlackChannel(job, self._outside)

    def listen(self, app: AsyncApp, desk: Desk, model: Model, installs: Installs | None = None) -> None:
        """Have an app take commands for a desk; ``installs`` are there where the tokens come by OAuth."""
        # Before the listeners that take whatever is left.
        Leavings(self._tools.office, installs).add_to(app)
        taker, forms = Taker(self._outside, desk), Forms(model, desk)
        admin = Admin(model, self._tools.office, self._outside.session)
        linked = LinkedImages(self._tools.door, Uploader(self._outside.session))
        Commands(desk, taker, forms, Presses(desk, taker, forms), admin, linked).add_to(app)
