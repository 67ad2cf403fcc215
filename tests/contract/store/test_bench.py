"""The benchmark of what durability costs runs, and finds the figures that do not depend on the machine."""

import re
import subprocess
import sys

import pytest


@pytest.mark.alone
def test_the_quick_benchmark_tells_statements_and_steps() -> None:
    """Three recorded steps a job, and no more than a hundred statements."""
    command = [sys.executable, "-m", "bench.durable", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = re.search(r"recorded steps +([\d.]+)", done.stdout)
    statements = re.search(r"statements, ours \+ engine's +([\d.]+) \+ ([\d.]+)", done.stdout)
    assert steps is not None, done.stdout
    assert statements is not None, done.stdout
    assert float(steps[1]) == 3
    assert float(statements[1]) + float(statements[2]) < 100
