"""The benchmark of delivery runs, and measures both ways over the same servers."""

import re
import subprocess
import sys

import pytest


@pytest.mark.alone
def test_the_quick_benchmark_compares_two_ways() -> None:
    """20 MB, three times each: the bot's delivery and curl's two transfers, in seconds above nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.delivery", "--quick"], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    medians = re.findall(r"^(the bot|curl) .* ([\d.]+) median", done.stdout, re.MULTILINE)
    assert [name for name, _ in medians] == ["the bot", "curl"]
    assert all(float(seconds) > 0 for _, seconds in medians)
