"""The program allows itself as many open files as the system does, and says where those are few."""

import subprocess
import sys

_PROGRAM = """
import resource
from bot.compose.files import open_files
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
open_files()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def _run(soft: int, hard: str) -> str:
    command = [sys.executable, "-c", _PROGRAM.format(soft=soft, hard=hard)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_soft_limit_is_raised_to_the_hard_one() -> None:
    """A shell's 1024 would end a bot of a thousand streams."""
    soft, hard = _run(64, "resource.getrlimit(resource.RLIMIT_NOFILE)[1]").split()[-2:]
    assert soft == hard
    assert int(soft) > 64


def test_a_low_hard_limit_is_said() -> None:
    """The log names what is allowed, what is enough, and the mend."""
    said = _run(64, "128")
    assert "few_open_files" in said
    assert "allowed=128" in said
    assert "ulimit -Hn" in said
