"""The words of the command line."""

from collections.abc import Sequence
from pathlib import Path

from bot.domain.model import Option

HELP = "Give it a first image, a last image and a sentence: it makes the video that happens in between."

ENGINE_HELP = """Run the embedded engine alone: a server that speaks fal's queue protocol and renders on the CPU.
All flags are the engine's own: tweenbot engine --help."""

RUN_SHORT = "Run the bot, until it is stopped."
RUN_HELP = """Run the bot: it takes commands, and carries their jobs until each has its video or a clear ending.

Jobs are stored in the data folder, or in the database that TWEENBOT_DATABASE_URL names; several processes on one
Postgres database share the work. Whatever ends the bot, its jobs go on at the next start. SIGTERM and Ctrl-C end it
within ten seconds; a second Ctrl-C ends it at once."""
ROLE_HELP = "What this process does: take commands, carry jobs, or both. Roles of their own need Postgres."

MANIFEST_SHORT = "Print what a platform's app is made from."
MANIFEST_HELP = "Print what a chat platform's app is made from."
MANIFEST_SLACK_SHORT = "Print the manifest of the Slack app, as JSON."
MANIFEST_SLACK_HELP = """Print the manifest of the Slack app, as JSON. Paste it at api.slack.com/apps: Create New App,
then From a manifest.

For Socket Mode, unless there is a public address that Slack can send its requests to."""
MANIFEST_URL_HELP = "The bot's public address, for HTTP and installations by OAuth.  [default: TWEENBOT_PUBLIC_URL]"
MANIFEST_SOCKET_HELP = "For Socket Mode, whatever TWEENBOT_PUBLIC_URL is."
NO_ORIGIN = "give a bare https address, such as https://bot.example.org"
ONE_WAY = "give --url or --socket, not both"

MAKE_SHORT, ENGINE_SHORT = "Make a video from two images and a prompt.", "Run the embedded engine alone."

MAKE_HELP = """Make the video that leads from the image START to the image END, as the sentence PROMPT describes it.

An image is a file, or a link to one that anybody can open. Renders at fal when FAL_KEY is set, at TWEENBOT_FAL_URL
when that is set, and else, for nothing, on this machine.
Beside the video lies its contact sheet, as .sheet.png. Ctrl-C cancels the job, and the card says what was
charged."""

MAKE_EXITS = (
    "Exit status: 0 the video is there, 1 no video, 2 something to mend in the request, "
    "3 unclear and perhaps charged, 130 cancelled."
)

OUTPUT_HELP = "Where the video goes; a file that is there is replaced.  [default: tween-….mp4 in this folder]"
FIT_HELP = (
    "What is done with an image of another shape than the video's: crop it at the centre, or show all of it between "
    "borders that are a blurred copy of it (blur)."
)
AT_HELP = (
    "Where to render: at fal, also with the login of fal auth login, or embedded, on this machine.  "
    "[default: fal with a key or TWEENBOT_FAL_URL, else embedded]"
)
TO_HELP = (
    "Send the job to a running bot, such as http://127.0.0.1:8080, which renders it; with TWEENBOT_LOCAL_TOKEN "
    "where the bot asks for it.  [default: no bot]"
)
AT_OR_TO = "--at is where this command renders, and with --to the bot does: give one of the two."
JSON_HELP = "Print one JSON object about the job at its end, and progress on stderr."

SECTIONS = {"own": "Options", "basic": "Options of the model", "advanced": "Options of the model, advanced"}

VIDEO, CONTACT_SHEET = "Video", "Contact sheet"

LEFT = "Ended at once, without waiting for the provider: a job that was sent may go on there, and be charged."


def metavar(option: Option) -> str:
    """Return an option's rule as help texts give it: ``480p|720p``, ``81..100``, ``1..``, ``INTEGER``."""
    if option.choices:
        return "|".join(option.choices)
    low, high = option.minimum, option.maximum
    if low is None and high is None:
        return {"string": "TEXT"}.get(option.type, option.type.upper())
    return f"{'' if low is None else low}..{'' if high is None else high}"


def running(url: str, role: str, store: str, renders: str) -> str:
    """Say, in the one line that ``run`` writes to its standard output, that it is ready, and where everything is."""
    return f"tweenbot ready on {url} (role {role}, jobs in {store}, rendered by {renders})"


def bad_setting(place: Sequence[str | int], rule: str) -> str:
    """Refuse a setting by the name that it has in the environment."""
    name = ".".join((str(place[0]).upper(), *map(str, place[1:])))
    said = rule if rule[:2].isupper() else f"{rule[:1].lower()}{rule[1:]}"
    return f"{name}: {said}. Mend it in the environment or in .env."


def bad_env_file(why: str) -> str:
    """Refuse a .env that cannot be read at all."""
    return f".env in this folder cannot be read ({why}): make it a readable file of plain UTF-8 text, or remove it."


def no_url(text: str) -> str:
    """Refuse an address that no bot has."""
    return f"--to is “{text}”: give the address of a running bot, such as http://127.0.0.1:8080."


def no_bot(url: str) -> str:
    """Tell that there is no bot."""
    return f"No tweenbot answers at {url}: start one with tweenbot run, or name another address. Nothing was sent."


def lost_bot(url: str) -> str:
    """Tell that a bot does not answer any more, and may have the job."""
    return (
        f"The bot at {url} does not answer any more, or has deleted the job. If it has the job, that goes on there, "
        "and may be charged: tweenbot jobs lists it."
    )


def not_mp4(path: Path) -> str:
    """Refuse a name that is no MP4's."""
    return f"{path} does not end in .mp4, which is what the video is: use {path.with_suffix('.mp4')}."


def no_folder(folder: Path) -> str:
    """Refuse a folder that is not there."""
    return f"the folder {folder} does not exist: make it, or choose another."


def not_writable(path: Path) -> str:
    """Refuse a place that cannot be written to."""
    return f"{path} cannot be written: choose another place, or change its permissions."


def no_place(path: Path, why: str) -> str:
    """Refuse a name that the disk does not take."""
    return f"{_shortened(path)} cannot be written ({why}): choose another name or place."


def _shortened(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 80 else f"{text[:40]}…{text[-39:]}"


def would_replace(path: Path) -> str:
    """Refuse to write over an image that was given."""
    return f"{path} is one of the two images and would be replaced: name another file with --output."


def is_folder(path: Path) -> str:
    """Refuse a folder in the place of a file."""
    return f"{path} is a folder: name a file in it, such as {path / 'video.mp4'}."


def sheet_is_folder(path: Path) -> str:
    """Refuse a name beside which the contact sheet has no place."""
    return f"{path} is a folder, in the place of the contact sheet: choose another name for the video."


def no_sheet(why: str) -> str:
    """Tell that there is no contact sheet, though there is a video."""
    return f"not drawn ({why})"
