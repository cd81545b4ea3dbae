"""From features to the finished track: on its path, feet on the ground, hands at their goals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.edit import resample
from text2sim.edit.feet import grounded, locked
from text2sim.maths import filters, ik, kinematics
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.sheet import SIDES, HandGoal
from text2sim.motion.ssm.blocking import Blocking
from text2sim.motion.ssm.features import FPS, Anchor, Array, decode
from text2sim.skeleton import HAND_LENGTH, INDEX, PARENTS
from text2sim.types import Motion, Scene, SceneActor, Track

_DRIFT = 8.0
"""Standard deviation of the Gaussian that separates drift from sway [frames]."""
_TOUCH = 0.06
"""A hand that is nearer to its goal reaches it [m]."""


def cleaned(
    scene: Scene, actor: SceneActor, plan: Blocking, features: Array, fps: float
) -> tuple[Track, list[str]]:
    """The track of an actor at `fps`, and what is doubtful about it."""
    first = plan.places[0]
    anchor = Anchor(x=first[0], y=first[1], yaw=first[2])
    track = decode(features, anchor, ground=plan.ground, actor=actor.id)
    root = track.root_positions.copy()
    off = plan.places[:, :2] - filters.gaussian(root[:, :2], min(_DRIFT, 0.2 * len(root)))
    root[:, :2] += filters.gaussian(off, min(_DRIFT, 0.2 * len(root)))
    track = replace(track, skeleton=actor.skeleton, root_positions=root * plan.scale)
    count = max(1, round(scene.plan.duration * fps))
    track = _at(track, fps, count)
    if track.contacts.any():
        track = grounded(track, fps, scene.ground_height)
        track = locked(track, fps)
    doubts: list[str] = []
    for goal in plan.goals:
        track, miss = _reached(track, goal, fps)
        if miss > _TOUCH:
            doubts.append(
                f"{actor.id}: the ssm model did not bend far enough: a hand stays "
                f"{miss * 100:.0f} cm short of what it should touch. motion='sine' reaches it."
            )
    return track, doubts


def _at(track: Track, fps: float, count: int) -> Track:
    """The track at another frame rate, with exactly so many frames."""
    if len(track.root_positions) > 1 and abs(fps - FPS) > 1e-9:
        track = resample(Motion(fps=FPS, tracks=(track,)), fps).tracks[0]
    lack = count - len(track.root_positions)
    if lack <= 0:
        return track.slice(0, count)
    return replace(
        track,
        root_positions=np.pad(track.root_positions, ((0, lack), (0, 0)), mode="edge"),
        rotations_wxyz=np.pad(track.rotations_wxyz, ((0, lack), (0, 0), (0, 0)), mode="edge"),
        contacts=np.pad(track.contacts, ((0, lack), (0, 0)), mode="edge"),
    )


def _reached(track: Track, goal: HandGoal, fps: float) -> tuple[Track, float]:
    """The track with a hand at its goal in the world, and by how much it misses it [m]."""
    count = len(track.root_positions)
    weight, points = _curves(goal, fps, count)
    if goal.frame != "world" or not weight.any():
        return track, 0.0
    positions, world = track.joints()
    side = SIDES[goal.side]
    joints = [INDEX[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist")]
    shoulder, elbow, wrist = (positions[:, joint] for joint in joints)
    palm = 0.5 * HAND_LENGTH * track.skeleton.scale
    line = points - shoulder
    far = np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), 1e-6)
    target = shoulder + line * np.maximum(1.0 - palm / far, 0.2)
    target = wrist + weight[:, None] * (target - wrist)
    upper, lower = (float(np.linalg.norm(track.skeleton.offsets[joint])) for joint in joints[1:])
    pole = elbow - 0.5 * (shoulder + wrist)
    first, second, _ = ik.two_bone(shoulder, target, pole, upper, lower)
    turned = world.copy()
    for joint, old, new in (
        (joints[0], elbow - shoulder, first),
        (joints[1], wrist - elbow, second),
    ):
        turned[:, joint] = quat.mul(quat.between(old, new), world[:, joint])
    turned[:, joints[2]] = quat.mul(
        turned[:, joints[1]], quat.inv_mul(world[:, joints[1]], world[:, joints[2]])
    )
    local = quat.unroll(quat.normalise(kinematics.to_local(PARENTS, turned)))
    active = weight[:, None, None] > 0.0
    moved = replace(track, rotations_wxyz=np.where(active, local, track.rotations_wxyz))
    reached = moved.positions()[:, joints[2]]
    gap = np.linalg.norm(reached - target, axis=-1)
    return moved, float(gap[weight > 0.98].min()) if (weight > 0.98).any() else 0.0


def _curves(goal: HandGoal, fps: float, count: int) -> tuple[Array, Array]:
    """Weight (T,) and points (T, 3) of a goal at another frame rate."""
    times = np.arange(count) / fps
    own = (goal.start + np.arange(len(goal.points))) / FPS
    points = np.column_stack([np.interp(times, own, goal.points[:, i]) for i in range(3)])
    weight = np.interp(times, own, goal.weight, left=0.0, right=0.0)
    return weight, points
