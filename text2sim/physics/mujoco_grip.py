"""What hands hold in MuJoCo: constraints that are part of the model, and active while they hold."""

from __future__ import annotations

from typing import Any, NamedTuple, final

import numpy as np

from text2sim.maths import quaternions as quat
from text2sim.physics.mujoco_build import HANDS
from text2sim.skeleton import JOINTS
from text2sim.types import Scene

NEVER = -1e3
"""Margin of a contact [m] at which nothing touches."""
REACH = 10.0
"""Gaps are measured up to this [m]."""
LEVEL = 25.0
"""How fast two hands level what they hold [1/s]: frequency of a critically damped spring."""
FEET = tuple(name for name in JOINTS if name.endswith(("ankle", "foot")))
Key = tuple[str, str, str]
"""Actor, hand ("left", "right", "both") and object."""


@final
class Hold(NamedTuple):
    """One hold: numbers of its constraints (see MuJoCo's `eq_data`), by name, and for two hands
    the rotation of the object in the level frame between the palms, wxyz (4,)."""

    constraints: dict[str, np.ndarray]
    turn: np.ndarray | None = None


@final
class Held(NamedTuple):
    """What is held, and which pairs of actor and object have yet to part."""

    grips: dict[Key, Hold]
    parting: frozenset[tuple[str, str]]


@final
class Grips:
    """The holds of a simulation.

    One hand holds by a weld, so that weight loads the arm. Two hands hold a point each, as they
    would fight over a rigid object, and together keep it level about the line from palm to palm.
    A thing that is fixed or turns about a hinge is held at a point too. Meanwhile holder and thing
    don't collide, but for feet on a fixed one.
    """

    def __init__(self, mujoco: Any, model: Any, data: Any, scene: Scene) -> None:
        self._mujoco, self._model, self._data = mujoco, model, data
        self._fixed = {item.id: item.fixed or item.hinge is not None for item in scene.objects}
        self._geoms = {
            item.id: np.flatnonzero(model.geom_bodyid == model.body(item.id).id)
            for item in scene.objects
        }
        self.held = Held({}, frozenset())

    def attach(self, actor: str, hand: str, item: str) -> float:
        """Tie an object as it lies now; returns the gap to the nearest hand [m]."""
        self._mujoco.mj_kinematics(self._model, self._data)
        self._mujoco.mj_comPos(self._model, self._data)
        hands = HANDS if self._fixed[item] and hand == "both" else (hand,)
        for each in hands if self._fixed[item] else (None,):
            self.release(actor, item, each)
        grips = dict(self.held.grips)
        for each in hands:
            grips[actor, each, item] = self._hold(actor, each, item)
        self.renew(Held(grips, self.held.parting))
        return max(self._gap(actor, each, item) for each in hands)

    def release(self, actor: str, item: str, hand: str | None) -> None:
        """Untie an object from a hand, or from all."""
        wanted = (*HANDS, "both") if hand in (None, "both") else (hand,)
        keys = {(actor, each, item) for each in wanted} & self.held.grips.keys()
        if keys:
            left = {key: grip for key, grip in self.held.grips.items() if key not in keys}
            self.renew(Held(left, self.held.parting | {(actor, item)}))

    def renew(self, held: Held) -> None:
        """Hold this and nothing else."""
        for hold in self.held.grips.values():
            for name in hold.constraints:
                self._data.eq_active[self._model.equality(name).id] = 0
        for hold in held.grips.values():
            for name, numbers in hold.constraints.items():
                self._model.eq_data[self._model.equality(name).id] = numbers
                self._data.eq_active[self._model.equality(name).id] = 1
        for pair in _apart(self.held) - _apart(held):
            self._let_touch(*pair, True)
        for pair in _apart(held) - _apart(self.held):
            self._let_touch(*pair, False)
        self.held = held

    def level(self) -> None:
        """Turn what two hands hold to where it was between them; before each step."""
        for (actor, _, item), hold in self.held.grips.items():
            if hold.turn is None:
                continue
            data, thing = self._data, self._data.body(item)
            _, frame = self._between(actor)
            off = quat.log(quat.mul_inv(quat.mul(frame, hold.turn), thing.xquat))
            spin = thing.cvel[:3]
            axes = thing.ximat.reshape(3, 3)
            inertia = axes * self._model.body(item).inertia @ axes.T
            push = inertia @ (LEVEL**2 * off - 2.0 * LEVEL * spin)
            data.xfrc_applied[self._model.body(item).id, 3:] += push

    def part(self) -> None:
        """Let those touch again who have let go and come apart; after each step."""
        holding = {(actor, item) for actor, _, item in self.held.grips}
        apart = {pair for pair in self.held.parting - holding if not self._overlap(*pair)}
        if apart:
            self.renew(Held(self.held.grips, self.held.parting - apart))

    def _hold(self, actor: str, hand: str, item: str) -> Hold:
        thing = self._data.body(item)
        if hand == "both":
            points = [self._point(actor, side, item) for side in HANDS]
            return Hold(
                {name: numbers for point in points for name, numbers in point.items()},
                quat.inv_mul(self._between(actor)[1], thing.xquat),
            )
        if self._fixed[item]:
            return Hold(self._point(actor, hand, item))
        name, wrist = f"{actor} {hand} {item}", self._data.body(f"{actor}_{hand}_wrist")
        numbers = self._model.eq_data[self._model.equality(name).id].copy()
        numbers[:3] = 0.0
        numbers[3:6] = quat.inv_rotate(wrist.xquat, thing.xpos - wrist.xpos)
        numbers[6:10] = quat.inv_mul(wrist.xquat, thing.xquat)
        return Hold({name: numbers})

    def _point(self, actor: str, hand: str, item: str) -> dict[str, np.ndarray]:
        """A tie between the middle of the hand and the place of the object that is there."""
        name, wrist = f"{actor} {hand} point {item}", self._data.body(f"{actor}_{hand}_wrist")
        thing = self._data.body(item)
        numbers = self._model.eq_data[self._model.equality(name).id].copy()
        numbers[:3] = quat.inv_rotate(wrist.xquat, wrist.xipos - wrist.xpos)
        numbers[3:6] = quat.inv_rotate(thing.xquat, wrist.xipos - thing.xpos)
        return {name: numbers}

    def _between(self, actor: str) -> tuple[np.ndarray, np.ndarray]:
        """Middle of the palms [m] (3,), and a level rotation along the line between them, wxyz."""
        left, right = (self._data.body(f"{actor}_{side}_wrist").xipos for side in HANDS)
        across = left - right
        return 0.5 * (left + right), quat.about_z(np.arctan2(-across[0], across[1]))

    def _let_touch(self, actor: str, item: str, enabled: bool) -> None:
        feet = enabled or not self._fixed[item]
        limbs = [self._limb(actor, joint) for joint in JOINTS if feet or joint not in FEET]
        first, second = self._model.pair_geom1, self._model.pair_geom2
        things = self._geoms[item]
        pairs = np.isin(first, limbs) & np.isin(second, things)
        pairs |= np.isin(second, limbs) & np.isin(first, things)
        self._model.pair_margin[pairs] = 0.0 if enabled else NEVER

    def _limb(self, actor: str, joint: str) -> int:
        return int(self._model.geom(f"{actor}_{joint}").id)

    def _overlap(self, actor: str, item: str) -> bool:
        return any(self._distance(actor, joint, item, 1e-3) <= 0.0 for joint in JOINTS)

    def _gap(self, actor: str, hand: str, item: str) -> float:
        sides = HANDS if hand == "both" else (hand,)
        gaps = [self._distance(actor, f"{side}_wrist", item, REACH) for side in sides]
        return max(0.0, min(gaps))

    def _distance(self, actor: str, joint: str, item: str, most: float) -> float:
        """Between a limb and an object [m], at most `most`; below 0 they overlap."""
        limb, line = self._limb(actor, joint), np.zeros(6)
        return min(
            self._mujoco.mj_geomDistance(self._model, self._data, limb, int(geom), most, line)
            for geom in self._geoms[item]
        )


def _apart(held: Held) -> set[tuple[str, str]]:
    """Pairs of actor and object that don't collide."""
    return {(actor, item) for actor, _, item in held.grips} | held.parting
