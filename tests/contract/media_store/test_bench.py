"""The benchmark of the links runs, and finds that slow readers take no memory to speak of."""

import re
import subprocess
import sys

import pytest


@pytest.mark.alone
def test_slow_readers_hold_no_memory() -> None:
    """Twenty of a file of 40 MB: from the disk next to nothing, from a bucket less than the file."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.links", "--quick"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = dict(re.findall(r"^(\S.*?) {2,}([\d. -]+)$", done.stdout, re.MULTILINE))
    disk, bucket = (float(rows[way].split()[-1]) for way in ("ours, the disk", "ours, a bucket"))
    assert disk < 5
    assert bucket < 30
