"""The flow on its stage."""

from pathlib import Path

import pytest

from tests.unit.flow.staged import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)
