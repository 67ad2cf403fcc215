"""The generator beside its rivals, in one run: what a video costs, and how near its middle frames come to the truth.

    python -m bench.generator [--quick]

Costs are CPU seconds (user and system, all threads of this process) and wall seconds for 81 frames, on a warm
process, beside the encoder alone and ffmpeg's minterpolate for as many frames. Quality is luma PSNR and SSIM against
the true frames of drawn motions at a quarter, a half and three quarters of the way, before encoding.
"""

import argparse
import io
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench.generator_rivals import (
    Picture,
    dissolve,
    encode_only,
    minterpolate,
    minterpolate_to_and_fro,
    where_minterpolate_is,
)
from bench.generator_scenes import Scene, scenes
from engine.generator import Order
from engine.generator.easing import times
from engine.generator.pixels import from_rgb
from engine.generator.render import frames, pictures, render

SIZES = {"480p": (832, 480), "720p": (1280, 720)}
LIMITS = {"480p": 6.0, "720p": 12.0}
FRAMES = 81
_STEPS = 4
_MINTERPOLATED = 16  # steps an interval on which minterpolate is timed, to be scaled to all frames


@dataclass(frozen=True)
class Score:
    """Luma PSNR in dB and SSIM, a mean over the frames looked at."""

    psnr: float
    ssim: float


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds."""

    cpu: float
    wall: float


def score(pairs: list[tuple[Picture, Picture]]) -> Score:
    """Score (made, true) luma planes."""
    return Score(
        float(np.mean([psnr(made, true) for made, true in pairs])),
        float(np.mean([ssim(made, true) for made, true in pairs])),
    )


def psnr(made: Picture, true: Picture) -> float:
    """Give the peak signal-to-noise ratio of 8-bit samples in dB."""
    error = float(np.mean((made.astype(np.float64) - true) ** 2))
    return 10 * float(np.log10(255**2 / max(error, 1e-3)))


def ssim(made: Picture, true: Picture) -> float:
    """Give the structural similarity (Wang 2004: Gaussian window of 1.5 pixels)."""
    x, y = made.astype(np.float64), true.astype(np.float64)

    def mean(plane: Picture) -> Picture:
        return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5))

    mean_x, mean_y = mean(x), mean(y)
    var_x, var_y, both = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2, mean(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    return float(np.mean(top / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))))


def middles(scene: Scene, size: tuple[int, int]) -> dict[str, Score]:
    """Score every method on a scene's middle frames."""
    start, end = scene.at(0, *size), scene.at(1, *size)
    order = _order(start, end, "480p", _STEPS + 1, Path("unused.mp4"))
    ours = [packed[: size[1]] for packed in frames(start, end, order, lambda: None)]
    inner = range(1, _STEPS)
    eased = times(_STEPS + 1)
    ours_true = [_luma(scene.at(eased[i], *size)) for i in inner]
    true = [_luma(scene.at(i / _STEPS, *size)) for i in inner]
    dissolved = [_luma(dissolve(start, end, i / _STEPS)) for i in inner]
    scores = {
        "ours": score([(ours[i], ours_true[i - 1]) for i in inner]),
        "dissolve": score(list(zip(dissolved, true, strict=True))),
    }
    if where_minterpolate_is():
        made = minterpolate(start, end, _STEPS)
        scores["minterpolate"] = score([(made[i], true[i - 1]) for i in inner])
    return scores


def costs(resolution: str, scene: Scene, count: int, folder: Path) -> dict[str, Cost]:
    """Time our render, the encoder alone and minterpolate for `count` frames; each once before, to be warm."""
    size = SIZES[resolution]
    start, end = scene.at(0, *size), scene.at(1, *size)
    path = folder / f"{resolution}.mp4"
    order = _order(start, end, resolution, count, path)
    short = _order(start, end, resolution, 3, path)
    timed = {}
    render(short, lambda _done, _total: None, lambda: False)
    timed["ours"] = cost(lambda: render(order, lambda _done, _total: None, lambda: False))
    drawn = list(frames(*pictures(order), order, lambda: None))
    timed["encode only"] = cost(lambda: encode_only(drawn, path))
    if where_minterpolate_is():
        made: list[int] = []
        few = cost(lambda: made.append(minterpolate_to_and_fro(start, end, min(_MINTERPOLATED, count))))
        share = count / made[0]
        timed["minterpolate"] = Cost(few.cpu * share, few.wall * share)
    return timed


def cost(work: Callable[[], object]) -> Cost:
    """Time a call; child processes count too."""
    cpu, wall = _cpu(), time.perf_counter()
    work()
    return Cost(_cpu() - cpu, time.perf_counter() - wall)


def main() -> int:
    """Print both tables; 1 when a rival won or a limit was broken, else 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.generator", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small pictures, few frames: a check, not a measure")
    quick: bool = parser.parse_args().quick
    print(_minterpolate_line())
    ok = _print_costs(quick=quick)
    return 0 if _print_middles(quick=quick) and ok else 1


def _print_costs(*, quick: bool) -> bool:
    count = 9 if quick else FRAMES
    print(f"\n{count} frames{'':12}CPU s   wall s")
    ok = True
    scene = scenes(quick=True)[1]
    with tempfile.TemporaryDirectory() as folder:
        for resolution in ("480p",) if quick else tuple(SIZES):
            for name, spent in costs(resolution, scene, count, Path(folder)).items():
                print(f"{resolution}  {name:<14}{spent.cpu:7.2f}  {spent.wall:7.2f}")
                ok = ok and (name != "ours" or spent.cpu <= LIMITS[resolution])
            print(f"{resolution}  {'limit, ours':<14}{LIMITS[resolution]:7.2f}")
    return ok


def _print_middles(*, quick: bool) -> bool:
    size = (416, 240) if quick else SIZES["480p"]
    print(f"\nmiddle frames at {size[0]}x{size[1]}: luma PSNR dB / SSIM")
    ok = True
    for scene in scenes(quick=quick):
        found = middles(scene, size)
        line = "  ".join(f"{name} {one.psnr:5.2f} / {one.ssim:.3f}" for name, one in found.items())
        ours = found.pop("ours")
        won = all(ours.psnr > one.psnr and ours.ssim > one.ssim for one in found.values())
        print(f"{scene.kind + ': ' + scene.name:<22}{line}  {'ours is best' if won else 'OURS IS BEATEN'}")
        ok = ok and won
    return ok


def _minterpolate_line() -> str:
    where = where_minterpolate_is()
    if where is None:
        return "minterpolate: absent (neither PyAV's libavfilter nor an ffmpeg on the path has it); left out"
    version = "PyAV's libavfilter" if where == "PyAV" else "the ffmpeg on the path"
    return f"minterpolate: {version}, mi_mode=mci, aobmc, bidir, vsbmc; timed on a part and scaled to all frames"


def _order(start: Picture, end: Picture, resolution: str, count: int, path: Path) -> Order:
    return Order(_png(start), _png(end), "", count, 16, resolution, "auto", 1, path)


def _png(picture: Picture) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _luma(picture: Picture) -> Picture:
    return from_rgb(picture).luma


def _cpu() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


if __name__ == "__main__":
    raise SystemExit(main())
