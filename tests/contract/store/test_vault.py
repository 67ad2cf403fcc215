"""The vault keeps what it is given, for every process of the store, and hands a thing out once where it is taken."""

import asyncio

import pytest

from adapters.store.database import Database
from adapters.store.vault import StoredVault

LONG = bytes(range(256)) * 20


@pytest.fixture
def vault(database: Database) -> StoredVault:
    return StoredVault(database)


async def test_what_is_put_is_there(vault: StoredVault, database: Database) -> None:
    """Any bytes; a second value replaces the first; another process sees it."""
    assert await vault.get("a") is None
    await vault.put("a", b"first")
    await vault.put("a", LONG)
    other = Database(database.url)
    assert await StoredVault(other).get("a") == LONG
    other.close()


async def test_what_is_taken_is_gone(vault: StoredVault) -> None:
    """Of several who take at once, one gets it."""
    await vault.put("a", b"once")
    taken = await asyncio.gather(*(vault.take("a") for _ in range(8)))
    assert sorted(filter(None, taken)) == [b"once"]
    assert await vault.get("a") is None


async def test_a_prefix_names_many(vault: StoredVault) -> None:
    """Names are compared as they are: no case is folded, no sign is a wildcard."""
    for name in ("x/1", "x/2", "X/3", "x_4", "y/5"):
        await vault.put(name, b"v")
    assert await vault.names("x/") == ["x/1", "x/2"]
    assert await vault.names("x_") == ["x_4"]
    assert await vault.names("%") == []
    assert await vault.drop("x/") == 2
    assert sorted(await vault.names("")) == ["X/3", "x_4", "y/5"]


async def test_a_swap_needs_what_it_expects(vault: StoredVault) -> None:
    """Nothing is overwritten that somebody else has put in the meantime."""
    assert not await vault.swap("a", b"old", b"new")
    assert await vault.swap("a", None, b"first")
    assert not await vault.swap("a", None, b"second")
    assert not await vault.swap("a", b"other", b"second")
    assert await vault.swap("a", b"first", b"second")
    assert await vault.get("a") == b"second"


async def test_of_several_swaps_at_once_one_succeeds(vault: StoredVault) -> None:
    """From nothing, and from a value."""
    values = [bytes([number]) for number in range(8)]
    for old in (None, None):
        await vault.drop("")
        won = await asyncio.gather(*(vault.swap("a", old, value) for value in values))
        assert won.count(True) == 1
        first = values[won.index(True)]
        assert await vault.get("a") == first
        won = await asyncio.gather(*(vault.swap("a", first, value + b"2") for value in values))
        assert won.count(True) == 1
        assert await vault.get("a") == values[won.index(True)] + b"2"
