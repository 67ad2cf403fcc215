"""Turns a page into a PNG, through a headless Chromium that reaches no network."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

SCALE = 2
"""Pixels of the PNG to a CSS pixel: sharp on the screens that most people read on."""
TALLEST = 4000
"""CSS pixels that a page may be high."""
PATIENCE = 60.0
"""Seconds for the browser; it takes two to three."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    f"--force-device-scale-factor={SCALE}",
)


def chromium() -> str | None:
    """Return where Chromium is, or None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def shoot(html: str, to: Path, *, width: int = 620) -> None:
    """Write the page as a PNG of ``width`` CSS pixels, cut off below its content.

    The page's ground has to be of one colour; as much of it stays below the content as lies above. Raises
    FileNotFoundError without Chromium, RuntimeError when it draws nothing, ValueError for an empty or too high page.
    """
    browser = chromium()
    if browser is None:
        raise FileNotFoundError("there is no chromium on the PATH: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        page, whole = Path(folder) / "page.html", Path(folder) / "page.png"
        page.write_text(html, "utf-8")
        profile, size = f"--user-data-dir={folder}/profile", f"--window-size={width},{TALLEST}"
        command = [browser, *FLAGS, profile, size, f"--screenshot={whole}", page.as_uri()]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603
        if not whole.exists():
            raise RuntimeError(f"chromium drew nothing (status {ran.returncode}): {ran.stderr[-2000:]}")
        with Image.open(whole) as image:
            cut(image.convert("RGB")).save(to, "PNG", optimize=True)


def cut(image: Image.Image) -> Image.Image:
    """Cut the plain ground off below the content: RGB in, RGB out; the ground's colour is the lowest left pixel's."""
    ground = Image.new("RGB", image.size, image.getpixel((0, image.height - 1)))
    box = ImageChops.difference(image, ground).getbbox()
    if box is None:
        raise ValueError("the page is empty: nothing on it differs from its ground")
    _, top, _, bottom = box
    if bottom == image.height:
        raise ValueError(f"the page is higher than {TALLEST} CSS pixels: shoot it in parts")
    return image.crop((0, 0, image.width, min(image.height, bottom + top)))
