"""Hand-made segments and what is measured on the motion that comes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests import samples
from text2sim.actions import ACTIONS
from text2sim.maths import quaternions as quat
from text2sim.motion.sine import SineMotion
from text2sim.skeleton import INDEX
from text2sim.stage import Context, Options
from text2sim.types import (
    Character,
    Motion,
    PlannedActor,
    PlannedObject,
    ScenePlan,
    Segment,
    Track,
)

POINTS = {
    "kick": (0.45, -0.09, 0.11), "punch": (0.6, 0.0, 1.3), "pick_up": (0.42, 0.0, 0.11),
    "put_down": (0.42, 0.0, 0.11), "throw": (4.0, 0.0, 0.0), "catch": (0.4, 0.0, 1.15),
    "sit": (-0.45, 0.0, 0.45), "reach": (0.55, -0.1, 1.2), "push": (0.45, 0.0, 0.8),
    "pull": (0.45, 0.0, 0.8),
}  # fmt: skip
LENGTHS = {"jump": 1.2, "crawl": 1.6}


def line(length: float, heading: float = 0.0) -> np.ndarray:
    along = np.append(np.arange(0.0, length, 0.08), length)
    return np.column_stack([along * np.cos(heading), along * np.sin(heading), np.zeros_like(along)])


def segment(action: str, **changes: object) -> Segment:
    """A usual segment of an action, from the origin and facing +X."""
    spec = ACTIONS[action]
    length = LENGTHS.get(action, 3.0)
    made = Segment(
        actor="man1", action=action, start=0.0,
        end=length / spec.speed if spec.travels else spec.duration,
        path=line(length) if spec.travels else np.zeros((1, 3)),
        heading_end=np.pi / 2 if action == "turn" else 0.0,
        point=POINTS.get(action), target="ball1" if action in POINTS else None,
        holding="ball1" if action in ("put_down", "throw", "carry") else None,
    )  # fmt: skip
    if action == "pull":
        made = replace(made, direction="backward", path=line(2.0, np.pi))
    return replace(made, **changes)


def stand(
    start: float, end: float, place: object = (0.0, 0.0, 0.0), heading: float = 0.0
) -> Segment:
    return Segment(
        actor="man1", action="stand", start=start, end=end, path=np.array([place], dtype=float),
        heading_start=heading, heading_end=heading,
    )  # fmt: skip


def plan(
    *segments: Segment,
    objects: tuple[PlannedObject, ...] = (),
    character: Character | None = None,
    heading: float = 0.0,
) -> ScenePlan:
    """A plan of one actor; where only gestures are given, it stands beneath them."""
    end = max(item.end for item in segments) + 0.4
    whole = [item for item in segments if ACTIONS[item.action].layer == "full"]
    timeline = list(segments) if whole else [stand(0.0, end), *segments]
    if whole and whole[-1].action not in ("sit", "lie", "kneel", "fall"):
        last = whole[-1]
        timeline.append(stand(last.end, end, last.path[-1], last.heading_end))
    elif whole:
        timeline[timeline.index(whole[-1])] = replace(whole[-1], end=end)
    base = samples.stairs_plan()
    ball = PlannedObject(
        id="ball1", kind="ball", label="ball", size=[0.22] * 3, position=[0.45, 0, 0]
    )
    start = segments[0].path[0] if whole else np.zeros(3)
    actor = PlannedActor(
        id="man1", character=character or samples.man(), position=start, heading=heading
    )
    return replace(
        base, objects=(ball, *objects), timeline=tuple(timeline), duration=end, actors=(actor,)
    )


def context(seed: int = 0, fps: float = 30.0) -> Context:
    return Context(request=Options(seed=seed, fps=fps), stage="motion", allowed=SineMotion.options)


def perform(scene_plan: ScenePlan, seed: int = 0, fps: float = 30.0) -> Motion:
    return SineMotion().run(samples.make_scene(scene_plan), context(seed, fps))


def animate(action: str, **changes: object) -> Motion:
    return perform(plan(segment(action, **changes)))


def joint(track: Track, name: str) -> np.ndarray:
    """World positions of a joint [m], (T, 3)."""
    return track.positions()[:, INDEX[name]]


def lean(track: Track) -> np.ndarray:
    """Forward lean of the chest against the vertical [rad], (T,)."""
    up = quat.rotate(track.joints()[1][:, INDEX["spine3"]], np.array([0.0, 0.0, 1.0]))
    ahead = quat.heading(track.rotations_wxyz[:, 0])
    forward = up[:, 0] * np.cos(ahead) + up[:, 1] * np.sin(ahead)
    return np.arctan2(forward, up[:, 2])


def slide(motion: Motion) -> np.ndarray:
    """Speed along the ground of sole points while they touch it [m/s]."""
    track = motion.tracks[0]
    soles, on = track.soles(), track.contacts
    speed = np.linalg.norm(np.diff(soles[..., :2], axis=0), axis=-1) * motion.fps
    return speed[on[1:] & on[:-1]]


def sunk(motion: Motion) -> float:
    """Deepest sole point below the ground [m]; a riser within 1.5 cm does not count."""
    soles = motion.tracks[0].soles()
    around = [(0, 0), (0.015, 0), (-0.015, 0), (0, 0.015), (0, -0.015)]
    ground = np.min([motion.scene.ground_height(soles[..., :2] + d) for d in around], axis=0)
    return float(np.max(ground - soles[..., 2]))


def jolt(motion: Motion) -> float:
    """Largest acceleration of any joint [m/s2]."""
    return float(
        np.linalg.norm(np.diff(motion.tracks[0].positions(), 2, axis=0), axis=-1).max()
        * motion.fps**2
    )
