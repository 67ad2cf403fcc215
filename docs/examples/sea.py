"""What moves and glows: the sky from dusk to night, sun and moon, the far shore, the water, the boat.

``night`` runs from 0, dusk, to 1.
"""

import numpy as np
from paint import (
    HEIGHT,
    SCALE,
    WIDTH,
    Field,
    X,
    Y,
    below,
    blurred,
    gradient,
    lay,
    line,
    mixed,
    noise,
    polygon,
    relief,
    rgb,
    smooth,
    spot,
)

HORIZON = 424.0
_DUSK = (
    (0.0, rgb(52, 76, 128)),
    (0.32, rgb(104, 112, 164)),
    (0.58, rgb(190, 144, 168)),
    (0.8, rgb(238, 164, 142)),
    (1.0, rgb(250, 196, 146)),
)
_NIGHT = (
    (0.0, rgb(9, 15, 42)),
    (0.32, rgb(18, 31, 74)),
    (0.58, rgb(36, 54, 108)),
    (0.8, rgb(74, 84, 136)),
    (1.0, rgb(132, 122, 150)),
)


def between(dusk: Field, night_: Field, night: float) -> Field:
    """Return a colour on its way from dusk to night."""
    return dusk + (night_ - dusk) * np.float32(night)


def disc(night: float) -> tuple[float, float, float]:
    """Return the place and radius, in points, of the light in the sky: the sun, low, or the moon, high."""
    return 318 + 28 * night, 366 - 240 * night, 31 - 3 * night


def sky(night: float) -> Field:
    """Return the sky, down to the horizon, with clouds, stars, and the sun or the moon."""
    height = Y[:, :1] / HORIZON
    plain = between(gradient(height, _DUSK), gradient(height, _NIGHT), night)
    sky = np.broadcast_to(plain, (HEIGHT, WIDTH, 3)).astype(np.float32)
    x, y, radius = disc(night)
    sky = sky + spot(x, HORIZON, 420, 1.4)[..., None] * between(rgb(26, 12, 2), rgb(22, 20, 26), night)
    density = np.roll(noise(3, (460, 84), 7), round(36 * night), axis=1)
    cover = smooth(density, 0.15, 1.9) * smooth(Y, 20, 150) * (1 - 0.75 * smooth(Y, 330, 424))
    stars = _stars() * night * (1 - cover) * (1 - smooth(Y, 220, 400))
    sky = sky + stars[..., None] * rgb(225, 232, 255)
    sky = _with_disc(sky, (x, y, radius), night)
    lit = np.clip((density - np.roll(density, -34, axis=0)) * 0.9 + 0.35, 0, 1)
    dark = between(rgb(122, 98, 142), rgb(20, 28, 62), night)
    bright = between(rgb(255, 178, 148), rgb(112, 116, 160), night)
    cloud = mixed(dark, bright, lit) + spot(x, y, 150, 1.2)[..., None] * between(
        rgb(60, 40, 20), rgb(70, 70, 74), night
    )
    return mixed(sky, cloud, cover * 0.85)


def _stars() -> Field:
    random = np.random.default_rng(11)
    field = np.zeros((HEIGHT, WIDTH), np.float32)
    size = random.random(520) ** 5
    xs, ys = random.integers(2, WIDTH - 2, 520), random.integers(2, 840, 520)
    for right, down, share in (
        (0, 0, 1.0),
        (1, 0, 0.55),
        (-1, 0, 0.55),
        (0, 1, 0.55),
        (0, -1, 0.55),
        (1, 1, 0.25),
        (-1, -1, 0.25),
    ):
        np.add.at(field, (ys + down, xs + right), ((0.35 + 1.3 * size) * share).astype(np.float32))
    return field


def _with_disc(sky: Field, place: tuple[float, float, float], night: float) -> Field:
    x, y, radius = place
    glow = between(rgb(66, 40, 18), rgb(96, 100, 122), night)
    sky = sky + (spot(x, y, radius * 2.2, 1.0) * 0.9 + spot(x, y, radius * 6, 1.1) * 0.35)[..., None] * glow
    distance = np.hypot(X - np.float32(x), Y - np.float32(y))
    face_mask = np.clip((np.float32(radius) - distance) * 1.6, 0, 1)
    seas = spot(x - 9, y - 8, 9) + spot(x + 6, y - 3, 8) + spot(x - 3, y + 10, 10) * 0.8 + spot(x + 12, y + 10, 6) * 0.5
    face = between(rgb(292, 262, 206), rgb(256, 251, 238), night) * (1 - 0.2 * night * np.clip(seas, 0, 1)[..., None])
    return mixed(sky, face, face_mask)


def far_shore(picture: Field, night: float) -> Field:
    """Lay three ranges of hills, bluer and paler the farther, along the horizon."""
    haze = between(rgb(232, 168, 156), rgb(92, 96, 140), night)
    ranges = (
        (((0, 376), (150, 352), (300, 388), (520, 400), (760, 366), (1000, 350), (1280, 372)), 26.0, 0.72, 21),
        (((0, 392), (120, 396), (260, 420), (420, 424), (560, 398), (760, 392), (1280, 380)), 18.0, 0.5, 22),
        (((0, 402), (70, 410), (190, 428), (420, 436), (620, 420), (700, 410), (1280, 400)), 9.0, 0.25, 23),
    )
    near = between(rgb(88, 74, 104), rgb(20, 27, 54), night)
    for points, rough, pale, seed in ranges:
        crest = line(points, seed, rough, 170)
        folds = relief(noise(seed, (60, 34), 6, 0.62), (0.9, -0.5), 2.4)
        mist = smooth(Y, float(crest.min()), HORIZON + 6)
        hill = mixed(near, haze, pale) * (0.72 + 0.28 * folds[..., None])
        picture = mixed(picture, mixed(hill, haze, mist * 0.55), below(crest) * (Y < HORIZON))
    return picture


def water(above: Field, night: float) -> Field:
    """Return the sea: the mirrored sky, broken by waves that shrink towards the horizon, with a path of light."""
    depth = np.clip((Y - HORIZON) / (720 - HORIZON), 0, 1)
    swell = _waves(night)
    rows = np.clip(2 * HORIZON - Y[:, 0] * 1.0 - 3, 0, HORIZON - 2)
    shift = (swell * (4 + 60 * depth)).astype(np.float32)
    source = np.clip((rows[:, None] + shift) * SCALE, 0, HORIZON * SCALE - 3).astype(np.int32)
    mirrored = above[source, np.arange(WIDTH)[None, :]]
    deep = between(rgb(44, 74, 104), rgb(8, 18, 44), night)
    sea = mixed(mirrored * 0.9, deep, smooth(depth, -0.15, 1.1) * 0.82)
    sea = sea * (1 + 0.20 * swell * smooth(depth, 0.0, 0.25))[..., None]
    x, _, _ = disc(night)
    path = np.exp(-(((X - np.float32(x)) / (20 + 150 * depth)) ** 2)) * smooth(depth, -0.02, 0.02)
    sparkle = smooth(swell, 0.25, 1.5) * 1.1 + 0.16
    light = between(rgb(255, 196, 136), rgb(214, 218, 232), night)
    return sea + (path * sparkle * (1 - 0.55 * depth))[..., None] * light


def _waves(night: float) -> Field:
    """Return the water's height: one flat sheet of noise, looked at from above the sea, so that it has perspective."""
    sheet = np.roll(noise(40, (300, 90), 3), round(9 * night), axis=1)
    sheet = sheet + 0.6 * np.roll(noise(41, (150, 45), 3), round(15 * night), axis=1)
    far = np.clip(Y - HORIZON, 0.0, None) + 5
    u = (X - 640) * 150 / far + 640
    v = 15_000 / far
    rows, columns = (v * SCALE).astype(np.int32) % HEIGHT, (u * SCALE).astype(np.int32) % WIDTH
    perspective = sheet[rows, columns]
    ripples = noise(60, (36, 5), 4)
    return (perspective * 0.55 + ripples * 0.75).astype(np.float32)


def with_boat(picture: Field, night: float) -> Field:
    """Let the boat sail: from the left towards the headland."""
    x, y, size = 196 + 60 * night, 470 + 8 * night, 1.0 + 0.06 * night

    def at(*points: tuple[float, float], flip: float = 1.0) -> list[tuple[float, float]]:
        return [(x + px * size, y + py * size * flip) for px, py in points]

    hull = ((-30, -8), (34, -10), (24, 4), (-22, 4))
    sails = (((2, -76), (2, -13), (36, -15)), ((-2, -70), (-2, -14), (-27, -15)))

    def mask(shape: tuple[tuple[float, float], ...], flip: float = 1.0) -> Field:
        return polygon(*at(*shape, flip=flip))

    broken = np.clip(0.62 + 0.4 * noise(77, (40, 3), 3), 0, 1) * (y + 3 < Y)
    cloth = between(rgb(255, 226, 192), rgb(150, 160, 196), night)
    wood = between(rgb(92, 50, 44), rgb(26, 26, 46), night)
    for shape, colour in ((sails[0], cloth * 0.8), (sails[1], cloth * 0.7), (hull, wood)):
        lay(picture, colour * 0.8, blurred(mask(shape, -0.8), 2) * broken * 0.6)
    fold = 1.05 - 0.28 * np.clip(np.abs(X - np.float32(x)) / 40, 0, 1)
    lay(picture, cloth, mask(sails[0]), fold)
    lay(picture, cloth * 0.86, mask(sails[1]), fold)
    lay(picture, wood, mask(hull))
    lay(picture, wood * 1.9, mask(((-30, -8), (34, -10), (33, -7.6), (-29, -5.6))))
    lamp = spot(x - 24 * size, y - 15 * size, 3) + 0.5 * spot(x - 24 * size, y - 15 * size, 14, 1.0)
    return picture + (lamp * np.float32(0.25 + 0.75 * night))[..., None] * rgb(255, 190, 110)
