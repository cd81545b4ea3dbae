"""What a camera has to show: bodies as they really moved, and what they act on, when they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, Skeleton
from text2sim.types import Framing, Scene, SceneObject, Trace, Track

Array = np.ndarray

CROWN = 0.19
"""From the head joint to the top of the head of an adult [m]."""
FLESH, HAND = 0.09, 0.16
"""How far a body reaches beyond its joints, and a hand beyond the wrist, of an adult [m]."""
FACE = ("neck", "head", "left_shoulder", "right_shoulder")
UPPER = ("head", "spine3", "pelvis")
"""Joints that nothing should hide."""
TOGETHER = 1.4
"""Who is no farther than this from the first actor shares its close-up [m]."""
SEEN = 3.2
"""Things that are farther from everybody are not kept in the picture [m]."""
BIG = 1.6
"""Of bigger things only a part of this width is kept in the picture, nearest to the actor [m]."""
BEFORE, AFTER = 0.5, 0.8
"""A thing is shown from so long before it is used until so long after [s]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Subjects:
    """What must be seen in each of T frames; points [m], world.

    Attributes:
        bodies: (T, P, 3), with the radius of flesh around each point [m], (P,).
        upper: points that should not be hidden, (T, U, 3).
        goals: corners of things that are acted on, (T, G, 3), and when they matter, (T, G).
        heads: of every actor, (T, A, 3). facings: yaw of every actor [rad], unwrapped, (T, A).
    """

    bodies: Array
    radii: Array
    upper: Array
    goals: Array
    wanted: Array
    heads: Array
    facings: Array

    @property
    def centres(self) -> Array:
        """Middle of all that is to be seen, (T, 3)."""
        low, high = self.bodies.min(axis=1), self.bodies.max(axis=1)
        if self.goals.shape[1]:
            wanted = self.wanted[..., None]
            low = np.minimum(low, np.where(wanted, self.goals, np.inf).min(axis=1))
            high = np.maximum(high, np.where(wanted, self.goals, -np.inf).max(axis=1))
        return 0.5 * (low + high)


def find_subjects(trace: Trace, framing: Framing) -> Subjects:
    """Everybody, as close as the framing wants, and what they act on unless it is close."""
    scene = trace.world.motion.scene
    assert scene is not None
    frames = len(trace.object_positions)
    places = [track.positions() for track in trace.tracks]
    if not places:
        return _things_only(trace, scene)
    cast = _cast(places) if framing == "close" else range(len(places))
    shown = [_body(places[i], trace.tracks[i].skeleton, framing) for i in cast]
    goals = [] if framing == "close" else list(_goals(trace, scene, places))
    upper = [place[:, [INDEX[name] for name in UPPER]] for place in places]
    return Subjects(
        bodies=np.concatenate([points for points, _ in shown], axis=1),
        radii=np.concatenate([radii for _, radii in shown]),
        upper=np.concatenate(upper, axis=1),
        goals=np.concatenate([np.zeros((frames, 0, 3)), *(points for points, _ in goals)], axis=1),
        wanted=np.concatenate([np.zeros((frames, 0), bool), *(when for _, when in goals)], axis=1),
        heads=np.stack([place[:, INDEX["head"]] for place in places], axis=1),
        facings=np.stack([facing(track) for track in trace.tracks], axis=1),
    )


def _cast(places: list[Array]) -> list[int]:
    """Who is in a close-up: the first actor, and who is next to it all the time."""
    heads = np.stack([place[:, INDEX["head"]] for place in places], axis=1)
    apart = np.linalg.norm(heads - heads[:, :1], axis=2).max(axis=0)
    return [int(i) for i in np.flatnonzero(apart < TOGETHER)]


def facing(track: Track) -> Array:
    """Yaw of the pelvis [rad], unwrapped, (T,)."""
    return np.unwrap(quat.heading(track.rotations_wxyz[:, 0]))


def _things_only(trace: Trace, scene: Scene) -> Subjects:
    frames = len(trace.object_positions)
    corners = [_corners(trace, item, i) for i, item in enumerate(scene.objects)]
    points = np.concatenate([*corners, *([] if corners else [np.zeros((frames, 1, 3))])], axis=1)
    return Subjects(
        bodies=points, radii=np.zeros(points.shape[1]), upper=np.zeros((frames, 0, 3)),
        goals=np.zeros((frames, 0, 3)), wanted=np.zeros((frames, 0), bool),
        heads=points.mean(axis=1, keepdims=True), facings=np.zeros((frames, 1)),
    )  # fmt: skip


def _body(places: Array, skeleton: Skeleton, framing: Framing) -> tuple[Array, Array]:
    """Points (T, P, 3) of a body from its joints (T, 22, 3), and their radii (P,)."""
    size = skeleton.scale
    neck, head = places[:, INDEX["neck"]], places[:, INDEX["head"]]
    up = head - neck
    up = up / np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
    crown = (head + CROWN * size * up)[:, None]
    if framing == "close":
        points = np.concatenate([places[:, [INDEX[name] for name in FACE]], crown], axis=1)
        return points, np.full(points.shape[1], FLESH * size)
    radii = np.full(23, FLESH * size)
    radii[[INDEX["left_wrist"], INDEX["right_wrist"]]] = HAND * size
    radii[22] = 0.03
    return np.concatenate([places, crown], axis=1), radii


def _goals(trace: Trace, scene: Scene, places: list[Array]) -> Iterator[tuple[Array, Array]]:
    """Corners (T, 8, 3) of things, and when they matter, (T, 8)."""
    times = trace.start + np.arange(len(trace.object_positions)) / trace.fps
    for index, item in enumerate(scene.objects):
        for actor, place in zip(trace.tracks, places):
            when = np.zeros(len(times), bool)
            for start, end in _uses(trace, scene, actor.actor, item.id):
                when |= (times >= start - BEFORE) & (times <= end + AFTER)
            if when.any():
                corners = _corners(trace, item, index, place[:, 0])
                gaps = np.linalg.norm(corners[..., :2] - place[:, :1, :2], axis=-1).min(axis=1)
                yield corners, np.repeat((when & (gaps < SEEN))[:, None], 8, axis=1)


def _uses(trace: Trace, scene: Scene, actor: str, item: str) -> Iterator[tuple[float, float]]:
    """Spans of time [s] in which an actor means or touches a thing."""
    for segment in scene.plan.timeline:
        if segment.actor == actor and item in (segment.target, segment.holding):
            yield segment.start, segment.end
    for contact in trace.contacts:
        if (contact.a, contact.b) == (actor, item):
            yield contact.time, contact.time


def _corners(trace: Trace, item: SceneObject, index: int, viewer: Array | None = None) -> Array:
    """Corners of a thing in every frame, (T, 8, 3); of a big one the part nearest to (T, 3)."""
    vertices = np.concatenate([np.zeros((0, 3)), *(part.vertices for part in item.parts)])
    if not len(vertices):
        vertices = np.concatenate([visual.mesh.vertices for visual in item.visuals])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    position, rotation = trace.object_positions[:, index], trace.object_rotations_wxyz[:, index]
    signs = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    corners = np.broadcast_to(low + signs * (high - low), (len(position), 8, 3))
    if viewer is not None:
        nearest = np.clip(quat.inv_rotate(rotation, viewer - position), low, high)[:, None]
        corners = np.clip(corners, nearest - BIG / 2, nearest + BIG / 2)
    return quat.rotate(rotation[:, None], corners) + position[:, None]
