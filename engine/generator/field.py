"""Where every part of frame t comes from in the two pictures, and how much each of them counts there.

Both flows are splatted forward to time t (so that what moves carries its motion with it), which gives one motion V a
place u of the middle canvas. The start picture then lies at u - t·V and the end picture at u + (1-t)·V, each behind
its half of the camera's move. A picture counts where its own flow agrees with V: a hidden place does not.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.generator.arrays import Array
from engine.generator.camera import grid, to_map
from engine.generator.flow import sampled
from engine.generator.plan import Plan
from engine.generator.trust import Field

_STRIDE = 2  # canvas pixels a cell of the splat
_FAINT = 0.02
_FRONT = np.float32(16.0)  # canvas pixels beside the background from which a motion simply lies in front
_FLOOR = 0.012  # of a hidden picture's weight: both ends are reached without a pop
_AGREE = 1.2  # cells of disagreement at which a picture counts half
_MATCHED = 0.35  # trust from which a linear blend is right
_SOFT = 0.22  # share of the time that an unmatched place needs to turn
_SOFTER = 0.6  # the same for light and colour
_FEATHER = 0.008  # of the long side
_WIDE_FEATHER = 0.11


@dataclass(frozen=True)
class Mixture:
    """Frame t on a coarse raster: places (points) in either picture, float32 weights of the end picture.

    `weight_b` holds for detail. Light and colour pass on evenly: they are `ahead` of detail by a share of the change of
    light, which is looked up at the points `middle` of the middle canvas.
    """

    places_a: Array
    places_b: Array
    weight_b: Array
    ahead: Array
    middle: Array


class Mixer:
    """Computes mixtures for one plan; holds what does not depend on time."""

    def __init__(self, plan: Plan, width: int, height: int, cell: int) -> None:
        self._plan = plan
        self._frame = (width, height)
        self._points = _margined(width, height, cell)
        self._forward = _Source(plan.forward, 1.0)
        self._backward = _Source(plan.backward, -1.0)
        rows, columns = plan.arrival.shape
        self._size = (columns // _STRIDE, rows // _STRIDE)
        self._arrival = cv2.resize(plan.arrival, self._size, interpolation=cv2.INTER_AREA)

    def at(self, t: float) -> Mixture:
        """Give the mixture at time t, 0..1."""
        plan = self._plan
        seen = plan.invention.drift(t)(self._points)
        u = plan.camera.power(0.5 - t)(seen)
        v_cells = sampled(self._motion(t), to_map(u, *self._size)) if plan.matched else None
        if v_cells is None:
            return self._unmatched(u, t)
        v = np.ascontiguousarray(v_cells).view(np.complex64)[..., 0] / np.float32(max(self._size))
        u_a, u_b = u - np.float32(t) * v, u + np.float32(1 - t) * v
        flow_a, even_a = self._forward.sampled(to_map(u_a, *self._size))
        flow_b, even_b = self._backward.sampled(to_map(u_b, *self._size))
        places_a, places_b = plan.camera.power(-0.5)(u_a), plan.camera.power(0.5)(u_b)
        sees_a = _agreement(flow_a, v_cells) * self._within(places_a)
        sees_b = _agreement(flow_b, v_cells) * self._within(places_b)
        matched = np.clip(np.maximum(even_a, even_b) / np.float32(_MATCHED), 0, 1)
        matched = np.maximum(matched, cv2.absdiff(sees_a, sees_b))  # what one picture hides is no matter of chance
        turn = matched * np.float32(t) + (1 - matched) * self._turned(u, t)
        share = _share(turn, sees_a, sees_b)
        return Mixture(places_a, places_b, share, np.float32(t) - share, u)

    def _unmatched(self, u: Array, t: float) -> Mixture:
        camera = self._plan.camera
        places_a, places_b = camera.power(-0.5)(u), camera.power(0.5)(u)
        # Borders that mean nothing come and go softly; at both ends they are where they belong.
        feather = _FEATHER + _WIDE_FEATHER * min(1.0, 5 * t, 5 * (1 - t))
        sees_a, sees_b = self._within(places_a, feather), self._within(places_b, feather)
        alone = cv2.absdiff(sees_a, sees_b)
        turns = [alone * np.float32(t) + (1 - alone) * self._turned(u, t, soft) for soft in (_SOFT, _SOFTER)]
        share, soft_share = (_share(turn, sees_a, sees_b) for turn in turns)
        return Mixture(places_a, places_b, share, soft_share - share, u)

    def _motion(self, t: float) -> Array:
        """Splat both flows to time t; give the motion V in cells, holes filled from around."""
        width, height = self._size
        total = np.zeros(width * height * 3)
        for source, way in ((self._forward, t), (self._backward, 1 - t)):
            total += source.splatted(np.float32(way), width, height)
        weight, sum_x, sum_y = total.reshape(3, height, width).astype(np.float32)
        packed: Array = cv2.merge([weight, sum_x, sum_y])
        spread = packed
        for reach in (5, 15, 41):
            holes = packed[..., :1] < np.float32(_FAINT / 4)
            if not holes.any():
                break
            spread = cv2.blur(spread, (reach, reach))
            packed = np.where(holes, spread, packed)
        packed[..., 1:] /= np.maximum(packed[..., :1], np.float32(1e-6))
        return np.ascontiguousarray(cv2.medianBlur(packed, 5)[..., 1:])

    def _turned(self, u: Array, t: float, soft: float = _SOFT) -> Array:
        when = sampled(self._arrival, to_map(u, *self._size))
        way = np.clip((np.float32(t * (1 + soft)) - when) / np.float32(soft), 0, 1)
        return np.asarray(way * way * (3 - 2 * way))

    def _within(self, places: Array, feather: float = _FEATHER) -> Array:
        """Give 1 inside a picture, falling to 0 over a feathered border."""
        width, height = self._frame
        long = max(width, height)
        depth = np.minimum(width / 2 / long - abs(places.real), height / 2 / long - abs(places.imag))
        return np.asarray(np.clip(depth / np.float32(feather), 0, 1).astype(np.float32))


class _Source:
    """One of the two flows, in cells of the splat."""

    def __init__(self, field: Field, sign: float) -> None:
        flow = field.flow[::_STRIDE, ::_STRIDE] / np.float32(_STRIDE)
        rows, columns = flow.shape[:2]
        offset = np.float32((1 / _STRIDE - 1) / 2)
        self._x = (np.arange(columns, dtype=np.float32) + offset)[None, :]
        self._y = (np.arange(rows, dtype=np.float32) + offset)[:, None]
        self._flow = np.ascontiguousarray(flow)
        trust = field.trust[::_STRIDE, ::_STRIDE]
        front = field.front[::_STRIDE, ::_STRIDE]
        self._weight = trust * trust * (1 + np.minimum(front, _FRONT) ** 2) + np.float32(_FAINT)
        self._motion = self._flow * np.float32(sign)
        even = np.maximum(trust, field.calm[::_STRIDE, ::_STRIDE])
        self._mixable = cv2.GaussianBlur(np.ascontiguousarray(even), (0, 0), 1.5)

    def splatted(self, t: np.float32, width: int, height: int) -> Array:
        """Give the sums of weight, weight·Vx, weight·Vy a cell after going the share t of the flow."""
        x, y = (self._x + t * self._flow[..., 0]).ravel(), (self._y + t * self._flow[..., 1]).ravel()
        left, top = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
        part_x, part_y = x - left, y - top
        cells, weights, rows = [], [], []
        base = self._weight.ravel()
        motion = self._motion.reshape(-1, 2)
        for step_x, step_y in ((0, 0), (1, 0), (0, 1), (1, 1)):
            column, row = left + step_x, top + step_y
            weight = base * (part_x if step_x else 1 - part_x) * (part_y if step_y else 1 - part_y)
            ok = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            cells.append((row * width + column)[ok])
            weights.append(weight[ok])
            rows.append(motion[ok])
        cell, weight, moved = np.concatenate(cells), np.concatenate(weights), np.concatenate(rows)
        size = width * height
        sums = [np.bincount(cell, part, size) for part in (weight, weight * moved[:, 0], weight * moved[:, 1])]
        return np.concatenate(sums)

    def sampled(self, places: Array) -> tuple[Array, Array]:
        """Give this picture's own motion (sign of V) at places, and how far an even mix is right there."""
        return sampled(self._motion, places), sampled(self._mixable, places)


def _agreement(flow: Array, motion: Array) -> Array:
    apart = flow - motion
    return 1 / (1 + (cv2.magnitude(apart[..., 0], apart[..., 1]) / np.float32(_AGREE)) ** 4)


def _share(turn: Array, sees_a: Array, sees_b: Array) -> Array:
    a = (1 - turn) * (sees_a + np.float32(_FLOOR))
    b = turn * (sees_b + np.float32(_FLOOR))
    return np.asarray((b / np.maximum(a + b, np.float32(1e-6))).astype(np.float32))


def _margined(width: int, height: int, cell: int) -> Array:
    """Give the points of the cells' centres with one row and column more on every side."""
    outer = grid(width // cell + 2, height // cell + 2)
    return outer * np.complex64(max(outer.shape) * cell / max(width, height))
