"""Key poses of the whole body and the way from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from text2sim.maths import filters
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import ARMS_AT_REST, Sheet
from text2sim.motion.sine.style import Style

Vector = tuple[float, float, float]
Arm = tuple[float, float, float, float]

KEYED: tuple[str, ...] = ("pelvis", "tilt", "spine", "head", "level", "arms")


@final
@dataclass(frozen=True, kw_only=True)
class Pose:
    """One pose, in the terms of `Sheet`; pelvis in metres, the rest in radians."""

    pelvis: Vector
    tilt: Vector = (0.0, 0.0, 0.0)
    spine: Vector = (0.0, 0.0, 0.0)
    head: Vector = (0.0, 0.0, 0.0)
    level: float = 1.0
    arms: tuple[Arm, Arm] = (ARMS_AT_REST, ARMS_AT_REST)


def at_ease(performer: Performer, style: Style) -> Pose:
    """Standing, in a style."""
    arm = (0.06, 0.17 + style.abduct, 0.20, 0.30 + style.elbow)
    return Pose(
        pelvis=(0.0, 0.0, performer.stand - style.crouch),
        tilt=(0.0, 0.4 * style.lean, 0.0),
        spine=(0.0, 0.6 * style.lean + style.slump, 0.0),
        head=(0.0, style.head, 0.0),
        arms=(arm, arm),
    )


def now(sheet: Sheet, frame: int) -> Pose:
    """The pose on the sheet at a frame."""
    return Pose(
        pelvis=tuple(sheet.pelvis[frame]), tilt=tuple(sheet.tilt[frame]),
        spine=tuple(sheet.spine[frame]), head=tuple(sheet.head[frame]),
        level=float(sheet.level[frame]),
        arms=(tuple(sheet.arms[frame, 0]), tuple(sheet.arms[frame, 1])),
    )  # fmt: skip


def both(arm: Arm) -> tuple[Arm, Arm]:
    """The same for both arms."""
    return (arm, arm)


def arms(side: int, acting: Arm, other: Arm) -> tuple[Arm, Arm]:
    """One arm acts, the other does something else; left first."""
    return (acting, other) if side == 0 else (other, acting)


def play(performer: Performer, shot: Shot, keys: list[tuple[float, Pose]]) -> None:
    """Write the way through key poses at times [s] of the shot; it begins as the body is now."""
    begin = now(performer.sheet, max(shot.span.start - 1, 0))
    times = [0.0]
    poses = [begin]
    for time, pose in keys:
        times.append(max(time, times[-1] + 1e-3))
        poses.append(pose)
    for name in KEYED:
        values = np.array([getattr(pose, name) for pose in poses], dtype=np.float64)
        getattr(performer.sheet, name)[shot.span] = _ease(np.array(times), values, shot.t)
    performer.sheet.wrists[shot.span] = 0.0


def _ease(knots: np.ndarray, values: np.ndarray, t: np.ndarray) -> np.ndarray:
    smooth = filters.monotone(knots, values, t)
    if len(t) < 8:
        return smooth
    return filters.gaussian(smooth, 0.035 / (t[1] - t[0]))


def moved(pose: Pose, *, forward: float = 0.0, left: float = 0.0, up: float = 0.0) -> Pose:
    """The pose with the pelvis displaced [m]."""
    x, y, z = pose.pelvis
    return replace(pose, pelvis=(x + forward, y + left, z + up))
