"""The benchmark runs, says what a reader needs to judge it, and finds us best."""

import subprocess
import sys

import pytest


@pytest.mark.alone
def test_the_quick_benchmark_finds_the_generator_best() -> None:
    """Cost and middle frames are printed beside the rivals', and the exit status says that none of them won."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.generator", "--quick"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("CPU s", "wall s", "encode only", "minterpolate", "dissolve", "PSNR", "SSIM", "ours is best"):
        assert word in done.stdout
    assert "BEATEN" not in done.stdout
