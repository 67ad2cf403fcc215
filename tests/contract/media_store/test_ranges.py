"""What a request for a file wants of it, by RFC 9110: every form of a range and of a condition."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.media_store.ranges import Facts, Part, wanted

FACTS = Facts(1000, '"tag"', 1_790_000_000)
WHOLE = Part(200, 0, 1000)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", Part(206, 0, 1)),
        ("bytes=0-99", Part(206, 0, 100)),
        ("bytes=0-999", Part(206, 0, 1000)),
        ("bytes=0-5000", Part(206, 0, 1000)),
        ("bytes=999-", Part(206, 999, 1)),
        ("bytes=0-", Part(206, 0, 1000)),
        ("bytes=-1", Part(206, 999, 1)),
        ("bytes=-5000", Part(206, 0, 1000)),
        ("BYTES= 10-19 ", Part(206, 10, 10)),
        ("bytes=1000-", Part(416)),
        ("bytes=1000-2000", Part(416)),
        ("bytes=9999999999999999999-", Part(416)),
        ("bytes=-0", Part(416)),
        # What is no range of ours is none at all.
        ("bytes=5-4", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=", WHOLE),
        ("bytes=0-9,20-29", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=\u0661-\u0662", WHOLE),
        ("bytes 0-9", WHOLE),
        ("items=0-9", WHOLE),
        ("bytes=00000000000000000000-1", WHOLE),
    ],
)
def test_a_single_range_is_exact(asked: str, part: Part) -> None:
    """What goes beyond the end stops there; what begins there cannot be had; several, or none, are the whole file."""
    assert wanted("GET", {"Range": asked}, FACTS) == part


def test_a_range_is_for_get_alone() -> None:
    """HEAD tells of the whole file (RFC 9110, 14.2)."""
    assert wanted("HEAD", {"Range": "bytes=0-9"}, FACTS) == WHOLE
    assert wanted("GET", {}, FACTS) == WHOLE


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"tag"', 206),
        ("Mon, 21 Sep 2026 14:13:20 GMT", 206),
        ('"other"', 200),
        ('W/"tag"', 200),
        ("Mon, 21 Sep 2026 14:13:19 GMT", 200),
        ("Mon, 21 Sep 2026 14:13:21 GMT", 200),
        ("rubbish", 200),
    ],
)
def test_a_range_goes_on_only_with_the_same_file(condition: str, status: int) -> None:
    """If-Range fits exactly, or the whole file comes."""
    assert wanted("GET", {"Range": "bytes=5-", "If-Range": condition}, FACTS).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": '"tag"'}, 304),
        ({"If-None-Match": 'W/"tag"'}, 304),
        ({"If-None-Match": '"a", "tag"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"a"'}, 200),
        ({"If-None-Match": '"a"', "If-Modified-Since": "Mon, 21 Sep 2026 14:13:20 GMT"}, 200),
        ({"If-Modified-Since": "Mon, 21 Sep 2026 14:13:20 GMT"}, 304),
        ({"If-Modified-Since": "Mon, 21 Sep 2026 14:13:19 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Match": '"tag"'}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"a"'}, 412),
        ({"If-Match": 'W/"tag"'}, 412),
        ({"If-Unmodified-Since": "Mon, 21 Sep 2026 14:13:19 GMT"}, 412),
        ({"If-Unmodified-Since": "Mon, 21 Sep 2026 14:13:20 GMT"}, 200),
        ({"If-Match": '"tag"', "If-Unmodified-Since": "Mon, 21 Sep 2026 14:13:19 GMT"}, 200),
        ({"If-None-Match": '"tag"', "Range": "bytes=0-1"}, 304),
        ({"If-Match": '"a"', "If-None-Match": '"tag"'}, 412),
    ],
)
def test_conditions_are_weighed_in_their_order(headers: dict[str, str], status: int) -> None:
    """Before any range; a tag counts for more than a time."""
    assert wanted("GET", headers, FACTS).status == status


@pytest.mark.parametrize("moment", ["Mon Sep 21 14:13:20 2026", "Monday, 21-Sep-26 14:13:20 GMT"])
def test_a_moment_is_read_in_every_form_of_http_wherever_the_bot_runs(
    monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The two old forms too (RFC 9110, 5.6.7): one without a zone is in UTC, and not in the machine's own."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        assert wanted("GET", {"Range": "bytes=5-", "If-Range": moment}, FACTS).status == 206
        assert wanted("GET", {"If-Modified-Since": moment}, FACTS).status == 304
    time.tzset()


@given(
    st.dictionaries(st.sampled_from(["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since"]), st.text())
)
def test_nothing_that_is_sent_breaks_it(headers: dict[str, str]) -> None:
    """Whatever a header holds, what is answered lies within the file."""
    part = wanted("GET", headers, FACTS)
    assert 0 <= part.first <= part.first + part.count <= FACTS.size


@given(st.integers(0, 1200), st.integers(0, 1200), st.integers(1, 1100))
def test_a_part_is_what_python_slices(first: int, last: int, size: int) -> None:
    """For every range of every small file."""
    data = bytes(number % 251 for number in range(size))
    part = wanted("GET", {"Range": f"bytes={first}-{last}"}, Facts(size, '"t"', 0))
    sent = data[part.first : part.first + part.count]
    match part.status:
        case 206:
            assert sent == data[first : last + 1] != b""
        case 416:
            assert first >= size
        case _:
            assert (last < first, sent) == (True, data)
