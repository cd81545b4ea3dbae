"""The bodies as OpenPose draws them: eighteen points in COCO's order, in its colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import quaternions as quat
from text2sim.maths.camera import project
from text2sim.skeleton import INDEX
from text2sim.types import Frames

POINTS: tuple[str, ...] = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow",
    "left_wrist", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
LIMBS: tuple[tuple[int, int], ...] = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12),
    (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
"""Pairs of points with a limb between them; limb i has colour i."""
COLOURS = np.array(
    [(255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0),
     (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255),
     (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85)],
    dtype=np.uint8,
)  # fmt: skip
FACE = {"nose": (0.105, 0.0, 0.035), "eye": (0.085, 0.032, 0.07), "ear": (0.005, 0.075, 0.05)}
"""Places in the frame of the head joint of a body of 1.75 m [m]; the left ones."""
HIDDEN = {"nose": -0.35, "eye": -0.2}
"""A point of the face is drawn if the face looks at the camera by more than this cosine."""


def points(frames: Frames) -> tuple[NDArray, NDArray]:
    """Pixels of the eighteen points, (T, A, 18, 2), and whether they are drawn, (T, A, 18)."""
    count, places, shown = len(frames.rgb), [], []
    scene = frames.trace.world.motion.scene
    for number, track in enumerate(frames.trace.tracks):
        joints, turns = track.joints()
        joints, head = joints[:count], turns[:count, INDEX["head"]]
        tall = scene.actors[number].character.stature / 1.75 if scene is not None else 1.0
        body = _body_points(joints, head, tall)
        forward = quat.rotate(head, np.array([1.0, 0.0, 0.0]))
        left = quat.rotate(head, np.array([0.0, 1.0, 0.0]))
        sight = frames.camera.eye - joints[:, INDEX["head"]]
        sight = sight / np.linalg.norm(sight, axis=-1, keepdims=True)
        ahead, beside = (forward * sight).sum(-1), (left * sight).sum(-1)
        drawn = np.ones(body.shape[:2], dtype=bool)
        drawn[:, 0] = ahead > HIDDEN["nose"]
        drawn[:, 14] = ahead - 0.3 * beside > HIDDEN["eye"]
        drawn[:, 15] = ahead + 0.3 * beside > HIDDEN["eye"]
        drawn[:, 16], drawn[:, 17] = beside < 0.35, beside > -0.35
        places.append(body)
        shown.append(drawn)
    if not places:
        return np.zeros((count, 0, 18, 2)), np.zeros((count, 0, 18), dtype=bool)
    world = np.stack(places, axis=1)
    eye, target = frames.camera.eye[:, None, None], frames.camera.target[:, None, None]
    pixels, depth = project(world, eye, target, frames.camera.fov, frames.size)
    inside = (pixels >= 0.0).all(-1) & (pixels < np.array(frames.size)).all(-1) & (depth > 0.05)
    return pixels, np.stack(shown, axis=1) & inside


def _body_points(joints: NDArray, head: NDArray, tall: float) -> NDArray:
    """The eighteen points in the world, (T, 18, 3)."""
    rows = []
    for name in POINTS:
        side, _, part = name.rpartition("_")
        if name == "neck":
            both = [joints[:, INDEX[f"{s}_shoulder"]] for s in ("left", "right")]
            rows.append(0.5 * (both[0] + both[1]))
        elif part in FACE:
            place = np.array(FACE[part]) * [1.0, -1.0 if side == "right" else 1.0, 1.0] * tall
            rows.append(joints[:, INDEX["head"]] + quat.rotate(head, place))
        else:
            rows.append(joints[:, INDEX[name]])
    return np.stack(rows, axis=1)


def poses(frames: Frames) -> NDArray:
    """Pictures (T, H, W, 3) uint8: limbs as ellipses at 0.6 of their colour, points as discs."""
    pixels, drawn = points(frames)
    width, height = frames.size
    made = np.zeros((len(frames.rgb), height, width, 3), dtype=np.uint8)
    radius = 4.0 * min(width, height) / 512.0
    for frame, picture in enumerate(made):
        for body, seen in zip(pixels[frame], drawn[frame]):
            draw_body(picture, body, seen, max(radius, 1.0))
    return made


def draw_body(picture: NDArray, body: NDArray, seen: NDArray, radius: float) -> None:
    """Draw one body, points (18, 2) [px], into a picture (H, W, 3)."""
    for colour, (a, b) in zip(COLOURS, LIMBS):
        if seen[a] and seen[b]:
            _ellipse(picture, body[a], body[b], radius, (0.6 * colour).astype(np.uint8))
    for colour, place, here in zip(COLOURS, body, seen):
        if here:
            _ellipse(picture, place, place, radius, colour)


def _ellipse(picture: NDArray, a: NDArray, b: NDArray, radius: float, colour: NDArray) -> None:
    """Fill the ellipse from a to b (a disc if they are one), `radius` wide to either side."""
    middle, axis = 0.5 * (a + b), 0.5 * (b - a)
    half = float(np.linalg.norm(axis))
    along = axis / half if half > 1e-6 else np.array([1.0, 0.0])
    reach = max(half, radius) + 1.0
    low = np.maximum(np.floor(middle - reach).astype(int), 0)
    high = np.minimum(np.ceil(middle + reach).astype(int) + 1, picture.shape[1::-1])
    if (high <= low).any():
        return
    y, x = np.mgrid[low[1] : high[1], low[0] : high[0]]
    dx, dy = x + 0.5 - middle[0], y + 0.5 - middle[1]
    u, v = dx * along[0] + dy * along[1], dy * along[0] - dx * along[1]
    inside = (u / max(half, radius)) ** 2 + (v / radius) ** 2 <= 1.0
    picture[low[1] : high[1], low[0] : high[0]][inside] = colour
