"""From the sheet, the foot plan and the hand goals to root positions and joint rotations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from text2sim.maths import filters, ik, kinematics
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.feet import FootPose
from text2sim.motion.sine.sheet import SIDES, SIGN, HandGoal, Sheet
from text2sim.skeleton import HAND_LENGTH, INDEX, JOINTS, PARENTS, Skeleton
from text2sim.types import Scene, Track

REACH = 0.9965
"""Leg extension, as a fraction of its length, that the pelvis leaves to a standing foot."""
TOUCH = 0.012
"""A sole point of a standing foot touches the ground if it is nearer than this [m]."""


def solve(
    sheet: Sheet,
    feet: FootPose,
    goals: Sequence[HandGoal],
    scene: Scene,
    actor: str,
    skeleton: Skeleton,
) -> Track:
    """Joint rotations that do what the sheet, the feet and the hand goals ask for."""
    count = len(sheet.times)
    world = np.zeros((count, len(JOINTS), 4))
    world[..., 0] = 1.0
    world[:, 0] = quat.mul(quat.about_z(sheet.yaw), quat.exp(sheet.tilt))
    root = sheet.base + quat.rotate(quat.about_z(sheet.yaw), sheet.pelvis)
    root = _within_reach(root, world[:, 0], feet, skeleton, sheet.times)
    _trunk(world, sheet)
    _legs(world, root, sheet.yaw, feet, skeleton)
    _arms(world, root, sheet, goals, skeleton)
    local = quat.unroll(quat.normalise(kinematics.to_local(PARENTS, world)))
    track = Track(
        actor=actor, skeleton=skeleton, root_positions=root, rotations_wxyz=local,
        contacts=np.zeros((count, 4), bool),
    )  # fmt: skip
    return _with_contacts(track, feet, scene)


def _within_reach(
    root: np.ndarray, pelvis: np.ndarray, feet: FootPose, skeleton: Skeleton, times: np.ndarray
) -> np.ndarray:
    """Lower the pelvis, smoothly, where a standing foot would be out of reach."""
    excess = np.maximum(_excess(root, pelvis, feet, skeleton), 0.0)
    if not excess.any():
        return root
    step = times[1] - times[0]
    width = max(1, round(0.07 / step))
    padded = np.pad(excess, width, mode="edge")
    held = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1).max(axis=-1)
    smooth = np.maximum(filters.gaussian(held, 0.5 * width), 0.0)
    lowered = root - np.stack([np.zeros_like(smooth)] * 2 + [smooth], axis=-1)
    rest = np.maximum(_excess(lowered, pelvis, feet, skeleton), 0.0)
    lowered[:, 2] -= rest
    return lowered


def _excess(root: np.ndarray, pelvis: np.ndarray, feet: FootPose, skeleton: Skeleton) -> np.ndarray:
    """How much too high the pelvis is for the standing feet [m], (T,)."""
    hips = root[:, None] + quat.rotate(pelvis[:, None], skeleton.offsets[1:3])
    gap = hips - feet.ankles
    level = np.linalg.norm(gap[..., :2], axis=-1)
    longest = REACH * skeleton.leg_length
    top = np.sqrt(np.maximum(longest**2 - level**2, 0.0))
    return np.where(feet.planted, gap[..., 2] - top, -np.inf).max(axis=1)


def _trunk(world: np.ndarray, sheet: Sheet) -> None:
    third = quat.exp(sheet.spine / 3.0)
    for joint in ("spine1", "spine2", "spine3"):
        index = INDEX[joint]
        world[:, index] = quat.mul(world[:, PARENTS[index]], third)
    chest = world[:, INDEX["spine3"]]
    for side in SIDES:
        world[:, INDEX[f"{side}_collar"]] = chest
    lean = quat.log(quat.inv_mul(chest, quat.about_z(sheet.yaw)))
    head = sheet.head + sheet.level[:, None] * 0.85 * np.clip(lean, -0.75, 0.75)
    half = quat.exp(0.5 * head)
    world[:, INDEX["neck"]] = quat.mul(chest, half)
    world[:, INDEX["head"]] = quat.mul(world[:, INDEX["neck"]], half)


def _legs(
    world: np.ndarray, root: np.ndarray, yaw: np.ndarray, feet: FootPose, skeleton: Skeleton
) -> None:
    pelvis = world[:, 0]
    offsets = skeleton.offsets
    # Knees point where pelvis and toes do, and ahead and up where these say nothing.
    usual = np.stack([0.6 * np.cos(yaw), 0.6 * np.sin(yaw), np.full_like(yaw, 0.35)], axis=-1)
    # A swinging leg stays short of straight, where its knee would snap; a standing one may not.
    near = np.lib.stride_tricks.sliding_window_view(
        np.pad(feet.planted, ((2, 2), (0, 0)), mode="edge"), 5, axis=0
    ).any(axis=-1)
    start_soft = filters.gaussian(np.where(near, 0.997, 0.955), 1.5)
    start_soft = np.where(feet.planted, 0.997, start_soft)
    for side in range(2):
        hip, knee, ankle, foot = (1 + side, 4 + side, 7 + side, 10 + side)
        upper, lower = (float(np.linalg.norm(offsets[j])) for j in (knee, ankle))
        start = root + quat.rotate(pelvis, offsets[hip])
        out = np.array([1.0, 0.10 * SIGN[side], 0.0])
        knees, toes = quat.rotate(pelvis, out), quat.rotate(feet.rotations_wxyz[:, side], out)
        alike = np.clip(np.sum(knees * toes, axis=-1, keepdims=True), 0.0, 1.0)
        pole = knees + alike**2 * toes + usual
        first, second, axis = ik.two_bone(
            start, feet.ankles[:, side], pole, upper, lower, start_soft[:, side, None]
        )
        world[:, hip] = ik.bone_rotation(offsets[knee], [0, 1, 0], first, axis)
        world[:, knee] = ik.bone_rotation(offsets[ankle], [0, 1, 0], second, axis)
        world[:, ankle] = feet.rotations_wxyz[:, side]
        world[:, foot] = quat.mul(world[:, ankle], quat.about_y(feet.toes[:, side]))


def _arms(
    world: np.ndarray, root: np.ndarray, sheet: Sheet, goals: Sequence[HandGoal], skeleton: Skeleton
) -> None:
    positions = _forward(world, root, skeleton)
    chest = world[:, INDEX["spine3"]]
    for side in range(2):
        shoulder, elbow, wrist = (
            INDEX[f"{SIDES[side]}_{n}"] for n in ("shoulder", "elbow", "wrist")
        )
        upper, lower = skeleton.offsets[elbow], skeleton.offsets[wrist]
        target, axis = _hanging(sheet.arms[:, side], side, upper, lower)
        line = target / np.linalg.norm(target, axis=-1, keepdims=True)
        pole = np.cross(line, axis)
        start = positions[:, shoulder]
        for goal in (goal for goal in goals if goal.side == side):
            _aim(goal, target, pole, start, chest, skeleton)
        _close_seams([g for g in goals if g.side == side], target, pole, sheet.times)
        _keep_away(target, skeleton)
        length = [float(np.linalg.norm(bone)) for bone in (upper, lower)]
        zero = np.zeros_like(target)
        first, second, hinge = ik.two_bone(zero, target, pole, *length)
        sign = -SIGN[side]
        rest_axis = np.array([0.0, 0.0, sign])
        turn = [ik.bone_rotation(upper, rest_axis, first, hinge),
                ik.bone_rotation(lower, rest_axis, second, hinge)]  # fmt: skip
        world[:, shoulder] = quat.mul(chest, turn[0])
        world[:, elbow] = quat.mul(chest, turn[1])
        mirror = np.array([SIGN[side], 1.0, SIGN[side]])
        world[:, wrist] = quat.mul(world[:, elbow], quat.exp(sheet.wrists[:, side] * mirror))


def _forward(world: np.ndarray, root: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    return skeleton.forward(root, kinematics.to_local(PARENTS, world))[0]


def _hanging(
    arm: np.ndarray, side: int, upper: np.ndarray, lower: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Wrist from the shoulder [m] and hinge axis, in the chest's frame, of an arm's four angles."""
    sign = SIGN[side]
    raised = quat.about_x(-sign * (0.5 * np.pi - arm[:, 1]))
    turn = quat.mul(quat.about_y(-arm[:, 0]), quat.mul(raised, quat.about_y(arm[:, 2])))
    bend = quat.about_z(-sign * np.maximum(arm[:, 3], 0.06))
    target = quat.rotate(turn, upper + quat.rotate(bend, lower))
    return target, quat.rotate(turn, np.array([0.0, 0.0, -sign]))


def _aim(
    goal: HandGoal, target: np.ndarray, pole: np.ndarray, start: np.ndarray, chest: np.ndarray,
    skeleton: Skeleton,
) -> None:  # fmt: skip
    """Draw wrist target and elbow pole (both in the chest's frame, in place) towards a goal."""
    span = slice(goal.start, goal.start + len(goal.points))
    mirror = np.array([1.0, SIGN[goal.side], 1.0])
    if goal.frame == "chest":
        points = goal.points * mirror * skeleton.arm_length
    else:
        points = quat.inv_rotate(chest[span], goal.points - start[span])
    far = np.maximum(np.linalg.norm(points, axis=-1, keepdims=True), 1e-6)
    palm = 0.5 * HAND_LENGTH * skeleton.scale
    points = points * np.maximum(1.0 - palm / far, 0.2)
    weight = goal.weight[:, None]
    target[span] += weight * (points - target[span])
    pole[span] += weight * (np.array(goal.pole) * mirror - pole[span])


def _close_seams(
    goals: Sequence[HandGoal], target: np.ndarray, pole: np.ndarray, times: np.ndarray
) -> None:
    """Let the hand glide where a goal begins or ends at once."""
    edges = {goal.start for goal in goals} | {goal.start + len(goal.points) for goal in goals}
    for edge in sorted(edges):
        if not 2 <= edge < len(times) - 2:
            continue
        step = times[1] - times[0]
        for curve in (target, pole):
            jump = curve[edge - 1] - curve[edge]
            if np.linalg.norm(jump) > 0.03:
                local = times[edge:] - times[edge] + step
                curve[edge:] += filters.decaying_offset(jump, np.zeros(3), local, 0.45)


def _keep_away(target: np.ndarray, skeleton: Skeleton) -> None:
    """Keep the hand from passing through the shoulder: it goes round in front."""
    near = 0.45 * skeleton.arm_length
    distance = np.linalg.norm(target, axis=-1)
    target[:, 0] += 1.1 * np.maximum(near - distance, 0.0)


def _with_contacts(track: Track, feet: FootPose, scene: Scene) -> Track:
    soles = track.soles()
    low = soles[..., 2] - scene.ground_height(soles[..., :2]) < TOUCH
    # A leg that is too short for its foothold, as in getting up, drags the foot: no contact.
    ankles = track.positions()[:, [7, 8]]
    reached = np.linalg.norm(ankles - feet.ankles, axis=-1) < 0.003
    on = low & feet.bearing & np.repeat(reached, 2, axis=1)
    return Track(
        actor=track.actor, skeleton=track.skeleton, root_positions=track.root_positions,
        rotations_wxyz=track.rotations_wxyz, contacts=on,
    )  # fmt: skip
