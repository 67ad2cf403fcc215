"""The benchmark of the fal path runs, and finds our way far cheaper than the client's own."""

import re
import subprocess
import sys

import pytest


@pytest.mark.alone
def test_the_quick_benchmark_compares_three_ways() -> None:
    """Fifty short jobs: a tenth of the CPU at most, three requests a job, and the result at once."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.fal_path", "--quick"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = dict(re.findall(r"^(\S.*?) {2,}([\d. ]+)$", done.stdout, re.MULTILINE))
    theirs, ours = ([float(cell) for cell in rows[way].split()] for way in ("fal_client.subscribe_async", "ours"))
    assert ours[0] == 3
    assert ours[1] * 10 <= theirs[1]
    assert ours[4] < 0.5
