"""The wheel holds all that the program needs: the rooms, the catalogue, the engine's schema."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_the_rooms_and_their_data(tmp_path: Path) -> None:
    """An installed Tweenbot works without the checkout, and carries neither tests nor examples."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    needed = {
        str(path.relative_to(ROOT))
        for room in ("adapters", "bot", "config", "engine")
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".toml", ".json")
    }
    assert needed <= names
    assert {name.split("/")[0] for name in names} - {"adapters", "bot", "config", "engine"} == {
        "tweenbot-0.1.0.dist-info"
    }
