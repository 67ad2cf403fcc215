"""Images on their way into the inbox: written once, on the disk before their job is, and gone where there is none."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.domain.errors import BudgetSpent, Draining, FolderUnusable, QueueFull, UserFixable
from bot.domain.link import is_link

REFUSALS = (UserFixable, QueueFull, BudgetSpent, Draining)
"""What a desk says of a job that it surely has not stored."""
LONGEST_LINK = 4096


@contextmanager
def removed_on(written: list[Path], *errors: type[BaseException]) -> Iterator[None]:
    """Remove the images that were written by then, where one of these errors says that no job will need them."""
    try:
        yield
    except errors:
        remove(written)
        raise


def remove(paths: Iterable[Path]) -> None:
    """Remove images, as far as they are there."""
    for path in paths:
        path.unlink(missing_ok=True)


def new_file(path: Path) -> BinaryIO:
    """Open a new image, for its user alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def make_last(file: BinaryIO) -> None:
    """Have it on the disk: a job that is acknowledged has its images after a power cut too."""
    file.flush()
    os.fsync(file.fileno())


def copied_in(picture: Path, to: Path) -> int | None:
    """Copy a picture into the inbox, and return its bytes; None where it is gone. Raises :class:`FolderUnusable`."""
    try:
        with picture.open("rb") as source, new_file(to) as file:
            shutil.copyfileobj(source, file)
            make_last(file)
            return file.tell()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderUnusable(to.parent, (error.strerror or str(error)).lower()) from error


def link_in(path: Path) -> str | None:
    """Return the link that was sent in the place of an image, and remove it; None where it is something else."""
    with path.open("rb") as file:
        text = file.read(LONGEST_LINK + 1)
    link = text.decode("utf-8", "replace").strip()
    if len(text) > LONGEST_LINK or not is_link(link):
        return None
    path.unlink()
    return link


def written_in(data: bytes, to: Path) -> None:
    """Write an image into the inbox. Raises :class:`FolderUnusable`."""
    try:
        with new_file(to) as file:
            file.write(data)
            make_last(file)
    except OSError as error:
        raise FolderUnusable(to.parent, (error.strerror or str(error)).lower()) from error
