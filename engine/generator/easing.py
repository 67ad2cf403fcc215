"""How time passes between the two pictures: a soft start and a soft stop around a steady middle."""

_STEADY = 0.6


def eased(share: float) -> float:
    """Map a share 0..1 of the video's length to the time of the motion: 60 % linear, 40 % smootherstep."""
    smoother = share**3 * (share * (share * 6 - 15) + 10)
    return _STEADY * share + (1 - _STEADY) * smoother


def times(num_frames: int) -> list[float]:
    """Give the time of every frame; the first is 0 and the last is 1."""
    last = num_frames - 1
    return [eased(index / last) for index in range(num_frames)]
