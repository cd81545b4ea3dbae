"""How good a state is: terms by name, each with its weight."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.pd import Plan
from text2sim.errors import ConfigError
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import INDEX, JOINTS
from text2sim.types import Scene

Array = NDArray[np.floating]

TOUCH = 0.012
"""A sole point touches below this gap [m]."""
LOOK_AHEAD = 0.25
"""How far a body's momentum carries its centre of mass, as the balance sees it [s]."""
_FEET = [INDEX["left_ankle"], INDEX["right_ankle"]]
# How much the place and turn of a segment matter.
_SHARES = {
    "pelvis": 1.5, "spine": 0.7, "neck": 0.3, "head": 0.7, "hip": 0.7, "knee": 1.5, "ankle": 2.0,
    "foot": 0.7, "collar": 0.2, "shoulder": 0.3, "elbow": 0.5, "wrist": 0.5,
}  # fmt: skip
_MATTER = np.array([_SHARES[name.rpartition("_")[2].rstrip("123")] for name in JOINTS])
_MATTER /= _MATTER.sum()


@final
@dataclass(frozen=True, kw_only=True)
class Weights:
    """What counts, and how much; 0 leaves a term out.

    Attributes:
        pose: squared turns of the segments away from the motion's [rad2].
        root: squared distance of the pelvis [m2], and a tenth of its squared turn [rad2].
        ends: squared distances of the joints [m2], those of the legs most.
        balance: squared distance of the centre of mass from where it should be seen from the feet,
            and of where its momentum carries it [m2].
        slip: squared speed of sole points that touch, beyond the motion's [m2/s2].
        effort: squared offsets, relative to their scales.
    """

    pose: float = 0.6
    root: float = 2.0
    ends: float = 8.0
    balance: float = 30.0
    slip: float = 0.5
    effort: float = 0.003

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0.0 <= value < math.inf:
                raise ConfigError(
                    f"The weight of {item.name!r} must be a number from 0 upward; got {value}."
                )


@final
class Look(NamedTuple):
    """A crowd of bodies as the cost sees it, all in world frame [m]: joints (..., 22, 3), their
    turns wxyz (..., 22, 4), sole points (..., 4, 3) and centre of mass (..., 3)."""

    joints: Array
    turns_wxyz: Array
    soles: Array
    centre: Array


def look(body: PhysicalBody, roots: Array, rotations_wxyz: Array) -> Look:
    """See bodies with pelvises at `roots` (..., 3) and local rotations (..., 22, 4)."""
    joints, turns = body.skeleton.forward(roots, rotations_wxyz)
    centres = joints + quat.rotate(turns, body.centres)
    share = (body.masses / body.masses.sum())[:, None]
    soles = body.skeleton.sole_points(joints, turns)
    return Look(joints, turns, soles, (centres * share).sum(axis=-2))


@final
class Judge:
    """Compares one actor's bodies with its motion, frame by frame."""

    def __init__(
        self, plan: Plan, body: PhysicalBody, scene: Scene, steps: int, fps: float, weights: Weights
    ) -> None:
        self._scene, self._fps, self._weights = scene, fps, weights
        to = plan.reference
        self._wanted = look(body, to.root_positions[::steps], to.rotations_wxyz[::steps])

    def costs(self, frame: int, now: Look, before: Look) -> Array:
        """Weighted sum of the terms that a window ends with, (N,)."""
        terms = self.terms(frame, now, before)
        return np.sum([getattr(self._weights, name) * term for name, term in terms.items()], axis=0)

    def terms(self, frame: int, now: Look, before: Look) -> dict[str, Array]:
        """The terms by name, each (N,)."""
        want, last = self._at(frame), self._at(frame - 1)
        away = now.joints - want.joints
        far = _squares(away)
        turned = _squares(quat.log(quat.mul_inv(want.turns_wxyz, now.turns_wxyz)))
        lean = now.centre - want.centre
        drift = lean - (before.centre - last.centre)
        seen = _squares(lean[:, None] - away[:, _FEET]).mean(axis=1)
        carried = _squares((lean + LOOK_AHEAD * self._fps * drift)[:, :2])
        return {
            "pose": turned @ _MATTER,
            "root": far[:, 0] + 0.1 * turned[:, 0],
            "ends": far @ _MATTER,
            "balance": seen + 0.3 * carried + 0.04 * _squares(self._fps * drift),
        }

    def slips(self, frame: int, now: Look, before: Look) -> Array:
        """The weighted term of slip, (N,)."""
        want, last = self._at(frame), self._at(frame - 1)
        speed = self._fps * np.linalg.norm((now.soles - before.soles)[..., :2], axis=-1)
        asked = self._fps * np.linalg.norm((want.soles - last.soles)[..., :2], axis=-1)
        down = self.gaps(now.soles) < TOUCH
        extra = np.maximum(0.0, speed - asked)
        return self._weights.slip * (down * extra**2).sum(axis=1)

    def gaps(self, points: Array) -> Array:
        """Heights above what is stood on [m], (...), of points (..., 3)."""
        return points[..., 2] - self._scene.ground_height(points[..., :2])

    def error(self, frame: int, now: Look) -> Array:
        """Mean distance of the joints from the motion's [m], (N,)."""
        return np.linalg.norm(now.joints - self._wanted.joints[frame], axis=-1).mean(axis=-1)

    def _at(self, frame: int) -> Look:
        return Look(*(values[frame] for values in self._wanted))


def _squares(vectors: Array) -> Array:
    return (vectors * vectors).sum(axis=-1)
