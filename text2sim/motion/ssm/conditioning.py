"""What a window is told beside the text: where to go, over which ground, how long, how.

Every part can be absent: its channels are then zero, its flag among them. Training leaves each out
by chance, so the network knows what to do without.

`plan` channels of a frame (`PLAN`), lengths in metres, seen from the anchor, which is the place and
facing of the frame before the window:

    0:2    where the body should be
    2:4    sine and cosine of the way it should face
    4:6    velocity of the plan in the facing of the plan [0.1 m/frame]
    6      turn of the plan [0.1 rad/frame]
    7, 8   1 where place, where facing are given
    9:16   height of the ground above the reference ground at `REACH` ahead [0.1 m]
    16     climb of the reference ground [0.1 m/frame]
    17     1 where the ground is given
    18:20  time since the action began, and until it ends [4 s], the latter at most 2
    20     1 where times are given

`manner` channels of a window (`MANNER`): speed over ground [m/s] and 1 where it is given; then 1
for each of `TAGS` that holds, and 1 where tags are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from text2sim.motion.ssm.features import Anchor

Array = NDArray[np.floating]
Height = Callable[[Array], Array]

REACH = (-0.3, 0.0, 0.15, 0.3, 0.45, 0.6, 0.9)
"""Where the ground is felt, along the facing of the plan [m]."""
TAGS = ("slow", "fast", "stooped", "upper", "keyframed", "acted", "terrain", "joined")
"""How a motion is done and how it was made."""
PLAN, MANNER = 21, 3 + len(TAGS)
PLACE, FACING, FLOW = slice(0, 2), slice(2, 4), slice(4, 7)
PLACE_KNOWN, FACING_KNOWN = 7, 8
GROUND, GROUND_KNOWN = slice(9, 18), 17
TIMES, TIMES_KNOWN = slice(18, 21), 20
_LONG = 4.0


def path_channels(places: Array, anchor: Anchor, before: Array | None = None) -> Array:
    """Plan channels (T, 9) of places (T, 3): x, y [m] and yaw [rad], world.

    Args:
        places: where the body should be at each frame.
        anchor: where it is in the frame before the first.
        before: the plan's own place of that frame (3,); the first one's if None.
    """
    way, turn = _seen(places[:, :2] - [anchor.x, anchor.y], anchor.yaw), places[:, 2] - anchor.yaw
    steps = np.diff(places, axis=0, prepend=(places[0] if before is None else before)[None])
    flow = _seen(steps[:, :2], places[:, 2])
    return np.column_stack(
        [way, np.sin(turn), np.cos(turn), 10.0 * flow, 10.0 * steps[:, 2], np.ones((len(way), 2))]
    )


def ground_channels(places: Array, ground: Array, height: Height) -> Array:
    """Plan channels (T, 9) of the ground around places (T, 3) above the reference ground (T,)."""
    ahead = np.stack([np.cos(places[:, 2]), np.sin(places[:, 2])], axis=1)
    points = places[:, None, :2] + np.array(REACH)[:, None] * ahead[:, None]
    rises = height(points) - ground[:, None]
    climb = np.diff(ground, prepend=ground[:1])
    return np.column_stack([10.0 * rises, 10.0 * climb, np.ones(len(places))])


def time_channels(since: Array, until: Array) -> Array:
    """Plan channels (T, 3) of the time since the action began and until it ends [s], (T,)."""
    late = np.minimum(np.asarray(until) / _LONG, 2.0)
    return np.column_stack([np.minimum(np.asarray(since) / _LONG, 2.0), late, np.ones(len(late))])


def manner_channels(speed: float | None, tags: Iterable[str] | None) -> Array:
    """Manner channels (`MANNER`,): speed over ground [m/s] and the `TAGS` that hold."""
    result = np.zeros(MANNER)
    if speed is not None:
        result[:2] = speed, 1.0
    if tags is not None:
        held = set(tags)
        result[2:-1] = [tag in held for tag in TAGS]
        result[-1] = 1.0
    return result


def _seen(vectors: Array, yaw: Array | float) -> Array:
    """Vectors (T, 2) of the world as seen by somebody who faces yaw [rad], () or (T,)."""
    cosine, sine = np.cos(yaw), np.sin(yaw)
    x, y = vectors[..., 0], vectors[..., 1]
    return np.stack([cosine * x + sine * y, cosine * y - sine * x], axis=-1)
