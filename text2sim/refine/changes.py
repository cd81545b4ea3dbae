"""Windows of a motion through a refiner's network, and its changes onto a track."""

from __future__ import annotations

import dataclasses
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.ssm.features import BODY, encode, steady_facing
from text2sim.refine.config import CHANGES, PhysicsSSMConfig
from text2sim.refine.state import DIM as STATE
from text2sim.types import Track

Array = NDArray[np.floating]


class Network(Protocol):
    """A trained network: `PhysicsSSM` by onnxruntime or torch."""

    config: PhysicsSSMConfig
    mean: Array
    scale: Array

    def changes(self, motion: Array, state: Array, mask: Array) -> Array:
        """See `PhysicsSSM.forward`, of one window: (C + W, F), (C + W, S), (C + W,)."""
        ...


def reference_ground(heights: Array) -> Array:
    """Height of the smooth ground under a body [m], (T,), of that under its soles (T, 4)."""
    mean = np.asarray(heights, dtype=np.float64).mean(axis=-1)
    return filters.gaussian(mean, min(5.0, 0.2 * len(mean)))


def refined_changes(network: Network, track: Track, state: Array, ground: Array) -> Array:
    """Changes (T, `CHANGES`) of a whole track, window by window.

    A window sees what was corrected before it, and `ahead` frames more than it settles; those the
    next one corrects again, and the two are faded into one another.

    Args:
        network: trained.
        track: of `BODY`, at 20 frames/s.
        state: its physical state, (T, `STATE`).
        ground: height of the reference ground [m], (T,).
    """
    config, count = network.config, len(track.root_positions)
    features, _ = encode(track, ground)
    normal = (features - network.mean) / network.scale
    result = np.zeros((count, CHANGES))
    stride = config.window - config.ahead
    for start in range(0, max(count - config.ahead, 1), stride):
        stop = min(start + config.window, count)
        past = _past(network, track, result, ground, start)
        found = network.changes(*_window(config, past, normal[start:stop], state[start:stop]))
        found = found[: stop - start]
        shared = min(config.ahead, stop - start) if start else 0
        weight = filters.smoothstep((np.arange(shared) + 1.0) / (shared + 1.0))[:, None]
        joined = slice(start, start + shared)
        result[joined] += weight * (found[:shared] - result[joined])
        result[start + shared : stop] = found[shared:]
    return result


def _past(network: Network, track: Track, changes: Array, ground: Array, start: int) -> Array:
    """Normalised features of the corrected frames before a window, at most `context`."""
    back = min(start, network.config.context)
    if not back:
        return np.zeros((0, network.config.features))
    # One frame more, so that the first has a frame to come from.
    part = slice(max(start - back - 1, 0), start)
    done = changed(track.slice(part.start, part.stop), changes[part])
    return ((encode(done, ground[part])[0] - network.mean) / network.scale)[-back:]


def _window(
    config: PhysicsSSMConfig, past: Array, now: Array, state: Array
) -> tuple[Array, Array, Array]:
    """Arguments of the network: context without a state, then the window, padded."""
    total = config.context + config.window
    motion = np.zeros((total, config.features), dtype=np.float32)
    states, mask = np.zeros((total, STATE), dtype=np.float32), np.zeros(total, dtype=bool)
    first = config.context - len(past)
    motion[first : config.context] = past
    here = slice(config.context, config.context + len(now))
    motion[here], states[here] = now, state
    mask[first : here.stop] = True
    return motion, states, mask


def changed(track: Track, changes: Array, scale: float = 1.0) -> Track:
    """A track after changes (T, `CHANGES`): pelvis [m] as the body faces, turns of joints [rad].

    `scale` is the size of the body relative to `BODY`.
    """
    home = quat.about_z(steady_facing(track.positions()))
    root = track.root_positions + scale * quat.rotate(home, changes[:, :3])
    turns = quat.exp(changes[:, 3:].reshape(len(changes), -1, 3))
    rotations = quat.unroll(quat.normalise(quat.mul(track.rotations_wxyz, turns)))
    return dataclasses.replace(track, root_positions=root, rotations_wxyz=rotations)


def on_body(track: Track) -> tuple[Track, float]:
    """The track of a body of any size on `BODY`, and the size relative to it."""
    scale = track.skeleton.pelvis_height / BODY.pelvis_height
    root = track.root_positions / scale
    return dataclasses.replace(track, skeleton=BODY, root_positions=root), scale


def at_rate(changes: Array, fps: float, other: float, count: int) -> Array:
    """Changes of frames at `fps` for `count` frames at another rate."""
    times, own = np.arange(count) / other, np.arange(len(changes)) / fps
    return np.stack([np.interp(times, own, column) for column in changes.T], axis=1)
