"""``tweenbot make`` on a terminal: one card that changes in its place, and a Ctrl-C typed at the keyboard."""

import asyncio
import fcntl
import os
import pty
import re
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.scenario.test_make_on_this_machine import END, PROMPT, START

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
CURSOR_UP = "\x1b[1A"
CTRL_C = b"\x03"


class Terminal:
    """A terminal with one program on it. ``screen`` is all that was written, control codes included."""

    def __init__(self, process: asyncio.subprocess.Process, keyboard: int) -> None:
        self._process = process
        self._keyboard = keyboard
        self.screen = ""

    async def until(self, text: str) -> None:
        """Return once the text has been written; fail if the program ends or dawdles before."""
        async with asyncio.timeout(90):
            while text not in CONTROL.sub("", self.screen):
                assert await self._read(), self.screen

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._keyboard, keys)

    async def end(self) -> int:
        """Return the exit status, with everything read."""
        async with asyncio.timeout(90):
            while await self._read():
                pass
            return await self._process.wait()

    async def _read(self) -> bool:
        try:
            data = await asyncio.to_thread(os.read, self._keyboard, 65536)
        except OSError:  # Linux says EIO where the last program on a terminal has ended
            data = b""
        self.screen += data.decode("utf-8", "replace")
        return bool(data)


@asynccontextmanager
async def terminal(folder: Path, *arguments: str | Path, term: str = "xterm-256color") -> AsyncIterator[Terminal]:
    """Start ``tweenbot`` on a terminal of its own, which it has as its controlling one, as at a desk."""
    ours, its = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *map(str, arguments)),
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": "", "TERM": term, "COLUMNS": "80", "LINES": "40"},
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(its)
        try:
            yield Terminal(process, ours)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
    finally:
        os.close(ours)


async def test_the_card_changes_in_its_place_and_is_left_standing(tmp_path: Path) -> None:
    """A bar, steps, percent and time left while it goes; the result and the files at its end."""
    async with terminal(tmp_path, "make", START, END, PROMPT, "--resolution", "480p", "-o", "out.mp4") as screen:
        await screen.until("Step ")
        assert await screen.end() == 0
    text = CONTROL.sub("", screen.screen)
    assert CURSOR_UP in screen.screen
    assert re.search(r"Step \d+/81 · \d+ %", text)
    assert "╭─  Tweenbot · Rendering" in text
    left_standing = text[text.rindex("╭─") :]
    assert "Tweenbot · Done" in left_standing
    assert "✓ Made in" in left_standing
    assert left_standing.split()[-5:] == ["Video", "out.mp4", "Contact", "sheet", "out.sheet.png"]


async def test_a_long_story_is_told_whole_and_a_long_prompt_does_not_push_it_off(tmp_path: Path) -> None:
    """The refusal is wrapped inside the card, not cut; 5,000 characters of prompt leave room for it."""
    async with terminal(tmp_path, "make", START, "nowhere.png", "and on it goes " * 333) as screen:
        assert await screen.end() == 2
    text = CONTROL.sub("", screen.screen)
    card = text[text.rindex("╭─") :]
    assert "No video" in card
    assert "check the file and attach it again." in " ".join(card.replace("│", " ").split())
    assert len(card.splitlines()) < 20


async def test_a_terminal_that_can_only_print_gets_lines(tmp_path: Path) -> None:
    """TERM=dumb: an editor's shell, a serial console."""
    async with terminal(tmp_path, "make", START, "nowhere.png", PROMPT, term="dumb") as screen:
        assert await screen.end() == 2
    assert screen.screen.splitlines()[0] == "Waiting: Preparing the images"
    assert CONTROL.search(screen.screen) is None


async def test_ctrl_c_at_the_keyboard_cancels_the_job_and_not_the_engine(tmp_path: Path) -> None:
    """The terminal signals every program on it; the engine is not on it, so it can still be asked to stop."""
    async with terminal(tmp_path, "make", START, END, PROMPT, "-o", "out.mp4") as screen:
        await screen.until("Step ")
        screen.type(CTRL_C)
        assert await screen.end() == 130
    text = CONTROL.sub("", screen.screen)
    assert "■ Nothing was charged." in text[text.rindex("╭─") :]
    assert not (tmp_path / "out.mp4").exists()
