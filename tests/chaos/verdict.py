"""What must hold when all is over, from the two services' own books and the bot's."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.twins.board import TOKEN
from tests.twins.fal import KEY

Row = Mapping[str, Any]

SECRETS = (KEY, KEY.partition(":")[2], TOKEN, "signature=", "/fal/webhook/", "base64,")
"""What no log, no message and no row may hold."""
TONES = {"delivered": "done", "failed": "failed", "cancelled": "cancelled", "unclear": "unclear"}


@dataclass(frozen=True)
class Books:
    """The board's report, fal's, and the rows of both tables.

    ``video`` is the digest of what fal delivers, ``logs`` all that the bots wrote.
    """

    board: Mapping[str, Any]
    fal: Mapping[str, Any]
    jobs: Sequence[Row]
    accounts: Sequence[Row]
    video: str
    logs: str


def faults(books: Books) -> list[str]:
    """Return every promise that was broken, as a sentence."""
    found = [
        f"{side} would not take: {said}" for side in ("board", "fal") for said in getattr(books, side)["violations"]
    ]
    found += _lost(books)
    for row in books.jobs:
        found += _messages(row, books)
    return found + _bills(books) + _money(books) + _secrets(books)


def _lost(books: Books) -> list[str]:
    commands = {each["id"]: each["answer"] or "" for each in books.board["interactions"] if each["kind"] == "command"}
    stored = {row["id"] for row in books.jobs}
    found = [f"{id_} was never answered" for id_, answer in commands.items() if not answer]
    found += [f"{id_} is lost" for id_, answer in commands.items() if answer == "accepted" and id_ not in stored]
    found += [
        f"{id_} was refused and runs" for id_, answer in commands.items() if "refused" in answer and id_ in stored
    ]
    found += [f"{row['id']} was asked for by nobody" for row in books.jobs if row["id"].rstrip("+") not in commands]
    buttons = [each for each in books.board["interactions"] if each["kind"] == "button"]
    return found + [f"button {each['id']} was never answered" for each in buttons if not each["answer"]]


def _messages(row: Row, books: Books) -> list[str]:
    cards = [each for each in books.board["messages"] if each["nonce"] == f"{row['id']}:card"]
    videos = [each for each in books.board["messages"] if each["nonce"] == f"{row['id']}:video"]
    found = []
    if row["state"] not in TONES or not row["concluded"]:
        found.append(f"{row['id']} still is {row['state']}")
    if len(cards) != 1:
        found.append(f"{row['id']} has {len(cards)} cards")
    found += [
        f"the card of {row['id']}, {row['state']}, shows {each['history'][-1]['tone']}"
        for each in cards
        if each["history"][-1]["tone"] != TONES.get(row["state"])
    ]
    if len(videos) != (row["state"] == "delivered"):
        found.append(f"{row['id']}, {row['state']}, has {len(videos)} videos")
    found += [f"the video of {row['id']} is another one" for each in videos if each["file"]["sha256"] != books.video]
    return found + [
        f"the video of {row['id']} mentions {each['mentions']}"
        for each in videos
        if each["mentions"] != [row["author"]]
    ]


def _bills(books: Books) -> list[str]:
    """Each request at fal is one of a job that is delivered, or that says that it may be charged."""
    known = {row["request_id"]: row for row in books.jobs if row["request_id"]}
    strays: Counter[str] = Counter()
    found = []
    for bill in books.fal["jobs"]:
        row = known.get(bill["id"])
        if row is None:
            strays[bill["arguments"]["prompt"]] += 1
        elif bill["billed"] and not owed(row):
            found.append(f"{row['id']}, {row['state']}, was billed and says that it owes nothing")
    unclear: defaultdict[str, int] = defaultdict(int)
    for row in books.jobs:
        unclear[row["prompt"]] += row["request_id"] is None and owed(row)
    found += [
        f"'{prompt}' was paid {count} times by nobody's job"
        for prompt, count in strays.items()
        if count > unclear[prompt]
    ]
    times = Counter(row["request_id"] for row in books.jobs if row["request_id"])
    return found + [f"{id_} belongs to {count} jobs" for id_, count in times.items() if count > 1]


def owed(row: Row) -> bool:
    """Whether a job's row says that it was, or may have been, charged."""
    return bool(row["owed_micros"] > 0)


def _money(books: Books) -> list[str]:
    """Every job counts for its author and for its server."""
    booked = sum(row["micros"] for row in books.accounts)
    owes = sum(row["owed_micros"] * (2 if row["server"] else 1) for row in books.jobs)
    return [] if booked == owes else [f"the accounts hold {booked}, the jobs {owes}"]


def _secrets(books: Books) -> list[str]:
    messages = str(books.board["messages"])
    places = {"a log": books.logs, "a message": messages, "a row": str([*books.jobs, *books.accounts])}
    return [f"{place} holds {each}" for place, text in places.items() for each in SECRETS if each in text]
