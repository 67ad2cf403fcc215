"""Fixtures of the scenarios: a fal, an empty Postgres database, and two photographs."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from tests import bad_images
from tests.scenario.at_fal import small_video
from tests.scenario.heavy import Shelf
from tests.twins.fal import FalTwin

POSTGRES = os.environ.get("TWEENBOT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture
async def fal(tmp_path: Path) -> AsyncIterator[FalTwin]:
    async with FalTwin() as twin:
        twin.video = small_video(tmp_path / "made.mp4")
        twin.units = "0.5"
        yield twin


@pytest.fixture(scope="session")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Heavy videos, each made when it is first asked for."""
    return Shelf(tmp_path_factory.mktemp("heavy"))


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Path, Path]:
    """Two photographs, the first with its place and its camera in the metadata."""
    start, end = tmp_path / "IMG_0001.jpg", tmp_path / "IMG_0002.png"
    start.write_bytes(bad_images.jpeg_with_secrets())
    end.write_bytes(bad_images.plain(size=(96, 64)))
    return start, end


@pytest.fixture
def postgres() -> Iterator[str]:
    """Return the address of an empty database, which is dropped afterwards."""
    name = f"scenario_{uuid.uuid4().hex[:12]}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True)
    except psycopg.OperationalError:
        pytest.skip(f"no Postgres answers at {POSTGRES} (TWEENBOT_TEST_POSTGRES)")
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield POSTGRES.rpartition("/")[0] + f"/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
