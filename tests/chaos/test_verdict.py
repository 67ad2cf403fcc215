"""The chaos test's verdict sees every promise that is broken: books in order have no fault, each slip has its own."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.chaos.verdict import Books, faults

Raw = dict[str, Any]


def in_order() -> Raw:
    """Return the books of one job that was delivered."""
    card = {"nonce": "e-1:card", "history": [{"tone": "working"}, {"tone": "done"}], "file": None, "mentions": []}
    video = {"nonce": "e-1:video", "history": [], "file": {"sha256": "film"}, "mentions": ["ada"]}
    command = {"id": "e-1", "kind": "command", "answer": "accepted"}
    row = {"id": "e-1", "state": "delivered", "concluded": True, "author": "ada", "server": "s1", "prompt": "tween 1"}
    return {
        "board": {"messages": [card, video], "interactions": [command], "violations": []},
        "fal": {"jobs": [{"id": "r-1", "arguments": {"prompt": "tween 1"}, "billed": True}], "violations": []},
        "jobs": [row | {"request_id": "r-1", "owed_micros": 400_000}],
        "accounts": [{"micros": 400_000}, {"micros": 400_000}],
        "video": "film",
        "logs": "",
    }


def test_books_in_order_have_no_fault() -> None:
    """A delivered job with one card, one video, one bill and its sums is as it should be."""
    assert faults(Books(**in_order())) == []


def _second_bill(books: Raw) -> None:
    books["fal"]["jobs"].append(books["fal"]["jobs"][0] | {"id": "r-2"})


def _free_failure(books: Raw) -> None:
    books["jobs"][0] |= {"state": "failed", "owed_micros": 0}
    books["board"]["messages"] = [{**books["board"]["messages"][0], "history": [{"tone": "failed"}]}]
    books["accounts"] = []


SLIPS: Mapping[str, tuple[Callable[[Raw], object], str]] = {
    "violation": (lambda b: b["board"]["violations"].append("x"), "board would not take: x"),
    "violation at fal": (lambda b: b["fal"]["violations"].append("x"), "fal would not take: x"),
    "unanswered": (lambda b: b["board"]["interactions"][0].update(answer=None), "e-1 was never answered"),
    "refused": (lambda b: b["board"]["interactions"][0].update(answer="refused x"), "e-1 was refused and runs"),
    "unasked": (lambda b: b["board"]["interactions"].clear(), "e-1 was asked for by nobody"),
    "unfinished": (lambda b: b["jobs"][0].update(concluded=False), "e-1 still is delivered"),
    "no card": (lambda b: b["board"]["messages"].pop(0), "e-1 has 0 cards"),
    "two cards": (lambda b: b["board"]["messages"].append(b["board"]["messages"][0]), "e-1 has 2 cards"),
    "stale card": (
        lambda b: b["board"]["messages"][0]["history"].pop(),
        "the card of e-1, delivered, shows working",
    ),
    "no video": (lambda b: b["board"]["messages"].pop(1), "e-1, delivered, has 0 videos"),
    "two videos": (lambda b: b["board"]["messages"].append(b["board"]["messages"][1]), "e-1, delivered, has 2 videos"),
    "other video": (lambda b: b["board"]["messages"][1]["file"].update(sha256="x"), "the video of e-1 is another one"),
    "no mention": (lambda b: b["board"]["messages"][1]["mentions"].clear(), "the video of e-1 mentions []"),
    "paid twice": (_second_bill, "'tween 1' was paid 1 times by nobody's job"),
    "silent bill": (_free_failure, "e-1, failed, was billed and says that it owes nothing"),
    "sums": (lambda b: b["accounts"].pop(), "the accounts hold 400000, the jobs 800000"),
    "secret": (lambda b: b.update(logs="GET /files/f?signature=1"), "a log holds signature="),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_every_slip_is_seen(slip: str) -> None:
    """One thing is wrong, and it is named."""
    books = in_order()
    change, sentence = SLIPS[slip]
    change(books)
    assert faults(Books(**books)) == [sentence]


def test_a_lost_job_is_seen() -> None:
    """A command that was accepted and is in no table is lost, and what was paid for it is nobody's."""
    books = in_order()
    books["jobs"].clear()
    books["accounts"].clear()
    assert faults(Books(**books)) == ["e-1 is lost", "'tween 1' was paid 1 times by nobody's job"]
