"""What lies between the pictures: motion where there is one, taste where there is none."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from bench.generator import psnr
from bench.generator_scenes import Pose, Scene, clouds, layer_scene, seen
from engine.generator import Order
from engine.generator.camera import Similarity
from engine.generator.easing import times
from engine.generator.exposure import evened
from engine.generator.field import Mixer
from engine.generator.invent import Invention, accompanied, invented
from engine.generator.pixels import from_rgb
from engine.generator.plan import make_plan
from engine.generator.render import frames

Picture: TypeAlias = npt.NDArray[Any]
Ordering: TypeAlias = Callable[..., Order]


def _frames(order: Order, start: Picture, end: Picture) -> list[Picture]:
    return list(frames(start, end, order, lambda: None))


def _middle(order: Ordering, start: Picture, end: Picture) -> Picture:
    return _frames(order(b"", b"", num_frames=3), start, end)[1][: start.shape[0]]


def _dissolved(start: Picture, end: Picture) -> Picture:
    return from_rgb(((start.astype(int) + end) // 2).astype(np.uint8)).luma


def test_camera_motion_is_followed(zoom: Scene, order: Ordering) -> None:
    """Half-way through a zoom and turn the frame is the true one, by 12 dB nearer than a dissolve."""
    start, true, end = (zoom.at(t, 416, 240) for t in (0, 0.5, 1))
    wanted = from_rgb(true).luma
    ours = psnr(_middle(order, start, end), wanted)
    assert ours > 32
    assert ours > psnr(_dissolved(start, end), wanted) + 12


def test_moving_things_are_followed(order: Ordering) -> None:
    """Cut-outs that move their own ways are carried along, not dissolved: 6 dB nearer to the truth."""
    scene = layer_scene("layers", 4, 0.12)
    start, true, end = (scene.at(t, 416, 240) for t in (0, 0.5, 1))
    wanted = from_rgb(true).luma
    ours = psnr(_middle(order, start, end), wanted)
    assert ours > 26
    assert ours > psnr(_dissolved(start, end), wanted) + 6


def test_a_change_of_light_moves_nothing(land: Picture, order: Ordering) -> None:
    """Day and night of one place: the middle is the even mix, with no patch that turns before the others."""
    day = seen(land, Pose(550, 380, 800), 416, 240)
    night = (day * np.array([0.25, 0.3, 0.55])).astype(np.uint8)
    assert psnr(_middle(order, day, night), _dissolved(day, night)) > 34


def test_the_light_of_what_only_one_picture_shows_changes_too(zoom: Scene, order: Ordering) -> None:
    """While the camera moves in and night falls, the rim that the end no longer shows darkens like all the rest."""
    dusk = np.array([0.4, 0.45, 0.7])
    start, end = zoom.at(0, 416, 240), (zoom.at(1, 416, 240) * dusk).astype(np.uint8)
    wanted = from_rgb((zoom.at(0.5, 416, 240) * (1 + dusk) / 2).astype(np.uint8)).luma
    middle = _middle(order, start, end)
    assert psnr(middle, wanted) > 26
    for rim in (np.s_[:10], np.s_[-10:], np.s_[:, :10], np.s_[:, -10:]):
        assert abs(float(middle[rim].mean()) - float(wanted[rim].mean())) < 8


def test_both_ends_are_verbatim_and_reached_without_a_pop(zoom: Scene, order: Ordering) -> None:
    """Frame 0 and the last are the pictures; their neighbours are nearer to them than the middle is."""
    start, end = zoom.at(0, 208, 112), zoom.at(1, 208, 112)
    drawn = _frames(order(b"", b"", num_frames=41), start, end)
    assert np.array_equal(drawn[0], from_rgb(start).packed())
    assert np.array_equal(drawn[-1], from_rgb(end).packed())
    steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in pairwise(drawn)]
    assert max(steps[0], steps[-1]) < 2 * float(np.median(steps))


def test_unrelated_pictures_turn_region_by_region(land: Picture, other_land: Picture, order: Ordering) -> None:
    """Half-way most pixels belong to one picture, not to a double exposure of both, and the ends are reached softly."""
    start, end = seen(land, Pose(500, 380, 700), 208, 112), seen(other_land, Pose(600, 340, 720), 208, 112)
    plan = make_plan(start, end, "", 1, lambda: None)
    assert not plan.matched
    drawn = _frames(order(b"", b"", num_frames=41), start, end)
    steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in pairwise(drawn)]
    assert max(steps) < 5 * float(np.median(steps))
    contrast = float(drawn[20][:112].std())
    assert contrast > 0.9 * min(float(drawn[0][:112].std()), float(drawn[-1][:112].std()))


def test_a_thing_replaced_by_another_is_no_double_exposure(land: Picture) -> None:
    """In a scene that stays, textures that have nothing in common turn region by region, each crisply at its time."""
    start = seen(land, Pose(550, 380, 800), 416, 240)
    end = start.copy()
    for picture, seed in ((start, 61), (end, 62)):
        texture = np.clip(128 + 45 * clouds((120, 160), seed, 4, 14.0), 0, 255).astype(np.uint8)
        picture[60:180, 130:290] = texture[..., None]
    plan = make_plan(start, end, "", 3, lambda: None)
    assert plan.matched
    weight = Mixer(plan, 416, 240, 4).at(0.5).weight_b[1:-1, 1:-1]
    replaced = weight[18:42, 36:70]
    assert float((np.abs(replaced - 0.5) > 0.2).mean()) > 0.5
    assert float(np.abs(weight[:10] - 0.5).max()) < 0.05


def test_one_light_is_found_for_two() -> None:
    """A gain and an offset a channel are undone; a change that differs from place to place leaves only the detail."""
    texture = np.clip(120 + 40 * clouds((120, 200), 5, 5, 50.0)[..., None] * [1, 0.8, 0.6], 0, 255).astype(np.uint8)
    where = np.ones((120, 200), bool)
    night = (texture * np.array([0.4, 0.5, 0.7]) + 8).astype(np.uint8)
    same, relit = evened(texture, night, where)
    assert np.array_equal(same, texture)
    assert psnr(relit, texture) > 35
    lamp = np.linspace(0.2, 1.0, 200)[None, :, None] * [1.0, 0.6, 0.9] + np.linspace(0, 0.5, 120)[:, None, None]
    even_a, even_b = evened(texture, np.clip(texture * lamp, 0, 255).astype(np.uint8), where)
    assert abs(float(even_b[:, :60].mean()) - float(even_a[:, :60].mean())) < 12


def test_a_seed_gives_the_same_frames_again_and_another_gives_others(
    land: Picture, other_land: Picture, order: Ordering
) -> None:
    """Frames depend on the order alone; where chance plays, the seed decides."""
    start, end = seen(land, Pose(500, 380, 700), 208, 112), seen(other_land, Pose(600, 340, 720), 208, 112)
    drawn = [_frames(order(b"", b"", num_frames=5, seed=seed), start, end) for seed in (7, 7, -8)]
    assert all(np.array_equal(a, b) for a, b in zip(drawn[0], drawn[1], strict=True))
    assert not np.array_equal(drawn[0][2], drawn[2][2])


def test_identical_pictures_breathe(land: Picture, order: Ordering) -> None:
    """A video of one picture is no still: a small zoom comes and goes."""
    picture = seen(land, Pose(550, 380, 800), 208, 112)
    drawn = _frames(order(b"", b"", num_frames=5), picture, picture)
    assert np.array_equal(drawn[0], drawn[-1])
    assert 14 < psnr(drawn[2], drawn[0]) < 40


@pytest.mark.parametrize("values", [(80, 200), (0, 255), (128, 128)])
def test_flat_pictures_stay_flat_in_colour(values: tuple[int, int], order: Ordering) -> None:
    """Pictures of a single colour give frames between the two colours, and no crash."""
    start, end = (np.full((112, 208, 3), value, np.uint8) for value in values)
    drawn = _frames(order(b"", b"", num_frames=5), start, end)
    low, high = int(drawn[0].min()), int(drawn[-1].max())
    assert all(low - 1 <= int(frame.min()) <= int(frame.max()) <= max(high, 128) + 1 for frame in drawn)


@pytest.mark.parametrize("size", [(112, 208), (160, 160), (208, 112), (368, 48)])
def test_every_shape_of_frame_is_drawn(size: tuple[int, int], land: Picture, order: Ordering) -> None:
    """Wide, square, tall and narrow."""
    width, height = size
    start, end = (seen(land, Pose(x, 350, 500), width, height) for x in (500, 560))
    drawn = _frames(order(b"", b"", num_frames=4), start, end)
    assert [frame.shape for frame in drawn] == [(height * 3 // 2, width)] * 4


def test_the_prompt_chooses_the_move_of_unrelated_pictures() -> None:
    """Words decide direction and kind, whatever the seed."""
    for seed in range(5):
        chance = np.random.default_rng(seed)
        assert abs(invented("the camera zooms out slowly", chance).move.a) < 1
        assert abs(invented("Zoom in on the door", chance).move.a) > 1
        assert invented("pan left along the wall", chance).move.b.real > 0
        assert invented("pan to the right", chance).move.b.real < 0
        assert abs(invented("it starts to spin", chance).move.a.imag) > 0


def test_the_prompt_moves_the_camera_over_related_pictures_there_and_back() -> None:
    """Between pictures with a motion of their own, a camera word adds a small move; both ends keep their place."""
    added = accompanied("the camera pans right over the hills")
    assert added.drift(0.5) != Similarity()
    for end in (0.0, 1.0):
        assert added.drift(end).a == pytest.approx(1)
        assert added.drift(end).b == pytest.approx(0)
    assert accompanied("a dog turns into a cat") == Invention()


def test_powers_of_a_camera_move_compose() -> None:
    """Two halves of a move are the move, also when it turns, zooms and shifts at once."""
    for move in (Similarity(1.3 * np.exp(0.8j), 0.2 - 0.1j), Similarity(1 + 0j, 0.3j), Similarity(1 + 1e-7j, 0.1 + 0j)):
        half = move.power(0.5)
        points = np.array([0.1 + 0.2j, -0.4 + 0j], np.complex64)
        assert np.allclose(half(half(points)), move(points), atol=1e-5)
        assert np.allclose(move.power(0)(points), points, atol=1e-6)


def test_time_starts_and_ends_softly() -> None:
    """Easing is monotone, symmetric, slower at both ends, and exact there."""
    passed = times(81)
    steps = np.diff(passed)
    assert (passed[0], passed[40], passed[-1]) == (0.0, 0.5, 1.0)
    assert (steps > 0).all()
    assert steps[0] < 0.7 * steps[40]
    assert np.allclose(steps, steps[::-1])
