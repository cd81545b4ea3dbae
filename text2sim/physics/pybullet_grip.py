"""What a hand holds: a PyBullet constraint from the moment of grasping until the release."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from text2sim.bullet import Client
from text2sim.maths import quaternions as quat
from text2sim.physics.pybullet_build import wxyz, xyzw
from text2sim.skeleton import INDEX, JOINTS

HANDS: dict[str, int] = {side: INDEX[f"{side}_wrist"] - 1 for side in ("left", "right")}
"""Link of each hand."""
STRENGTH = 2000.0
"""Largest force of a grip along each axis [N]."""
HANGING = 800.0
"""Largest force with which a hand holds on to a fixed thing [N]."""
FEET = [i for i, name in enumerate(JOINTS[1:]) if name.endswith(("ankle", "foot"))]


@final
@dataclass(frozen=True, kw_only=True)
class Grip:
    """A held object.

    Attributes:
        actor, item: Bullet bodies.
        hand: "left", "right" or "both".
        constraint: Bullet's id.
        offset, turn: pose of the object's centre of mass in the frame of the hold.
        gap: between the nearest hand and the object when it was grasped [m].
        anchor: where a hand holds on to a fixed thing [m], world, (3,).
        pivots: the thing turns about a hinge, and is held at a point.

    One hand holds by a fixed joint, so that weight loads the arm. Two hands would fight over a
    rigid object; they hold it in a level frame half way between the palms that turns with the line
    from palm to palm, and each palm bears half of the reaction.

    A fixed thing, a rung say, is held at a point about which the hand may turn, and not beyond the
    strength of a hand. Meanwhile only the feet collide with it.
    """

    actor: int
    item: int
    hand: str
    constraint: int
    offset: np.ndarray
    turn: np.ndarray
    gap: float
    anchor: np.ndarray | None = None
    pivots: bool = False


def grip(bullet: Client, actor: int, item: int, hand: str, *, pivots: bool = False) -> Grip:
    """Tie an object to a hand, or between both, as it lies now; at a point if it `pivots`."""
    position, rotation = hold_frame(bullet, actor, hand)
    place, orientation = bullet.getBasePositionAndOrientation(item)
    offset = quat.inv_rotate(rotation, np.subtract(place, position))
    turn = quat.inv_mul(rotation, wxyz(orientation))
    gap = _gap(bullet, actor, item, hand)
    anchor = position if is_fixed(bullet, item) else None
    new = Grip(
        actor=actor, item=item, hand=hand, constraint=-1, offset=offset, turn=turn, gap=gap,
        anchor=anchor, pivots=pivots,
    )  # fmt: skip
    return renew(bullet, new)


def is_fixed(bullet: Client, item: int) -> bool:
    """Whether an object never moves."""
    return bool(bullet.getDynamicsInfo(item, -1)[0] == 0.0)


def renew(bullet: Client, old: Grip) -> Grip:
    """The same hold as a new constraint: that of `old` has gone."""
    let_touch(bullet, old.actor, old.item, False, feet=old.anchor is None and not old.pivots)
    if old.anchor is not None:
        return replace(old, constraint=_hang(bullet, old.actor, old.hand, old.anchor))
    if old.pivots:
        return replace(old, constraint=_pivot(bullet, old))
    position, rotation = hold_frame(bullet, old.actor, old.hand)
    constraint = _tie(
        bullet, old.actor, old.item, old.hand, position, rotation, old.offset, old.turn
    )
    return replace(old, constraint=constraint)


def _tie(
    bullet: Client, actor: int, item: int, hand: str, position: np.ndarray, rotation: np.ndarray,
    offset: np.ndarray, turn: np.ndarray,
) -> int:  # fmt: skip
    still = [0.0, 0.0, 0.0, 1.0]
    if hand == "both":
        constraint = bullet.createConstraint(
            item, -1, -1, -1, bullet.JOINT_FIXED, [0, 0, 0], [0, 0, 0],
            (position + quat.rotate(rotation, offset)).tolist(), still,
            xyzw(quat.mul(rotation, turn)).tolist(),
        )  # fmt: skip
    else:
        constraint = bullet.createConstraint(
            actor, HANDS[hand], item, -1, bullet.JOINT_FIXED, [0, 0, 0],
            offset.tolist(), [0, 0, 0], xyzw(turn).tolist(), still,
        )  # fmt: skip
    bullet.changeConstraint(constraint, maxForce=STRENGTH)
    return constraint


def _pivot(bullet: Client, held: Grip) -> int:
    """A point of the hand and one of a thing on a hinge, which turns as the hand moves."""
    there = quat.inv_rotate(held.turn, -held.offset)
    constraint = bullet.createConstraint(
        held.actor, HANDS[held.hand], held.item, -1, bullet.JOINT_POINT2POINT, [0, 0, 0],
        [0, 0, 0], there.tolist(),
    )  # fmt: skip
    bullet.changeConstraint(constraint, maxForce=HANGING)
    return constraint


def _hang(bullet: Client, actor: int, hand: str, anchor: np.ndarray) -> int:
    constraint = bullet.createConstraint(
        actor, HANDS[hand], -1, -1, bullet.JOINT_POINT2POINT, [0, 0, 0], [0, 0, 0], anchor.tolist()
    )
    bullet.changeConstraint(constraint, maxForce=HANGING)
    return constraint


def follow(bullet: Client, held: Grip) -> None:
    """Move the hold of two hands along with the palms, and load them; call it before each step."""
    if held.hand != "both":
        return
    position, rotation = hold_frame(bullet, held.actor, "both")
    load = -0.5 * np.array(bullet.getConstraintState(held.constraint)[:3])
    for link in HANDS.values():
        palm = bullet.getLinkState(held.actor, link)[0]
        bullet.applyExternalForce(held.actor, link, load.tolist(), palm, bullet.WORLD_FRAME)
    bullet.changeConstraint(
        held.constraint,
        (position + quat.rotate(rotation, held.offset)).tolist(),
        jointChildFrameOrientation=xyzw(quat.mul(rotation, held.turn)).tolist(),
        maxForce=STRENGTH,
    )


def hold_frame(bullet: Client, actor: int, hand: str) -> tuple[np.ndarray, np.ndarray]:
    """Origin [m] (3,) and rotation wxyz (4,) of the frame in which an object is held."""
    if hand != "both":
        state = bullet.getLinkState(actor, HANDS[hand], computeForwardKinematics=1)
        return np.array(state[0]), wxyz(state[1])
    left, right = (
        np.array(bullet.getLinkState(actor, link, computeForwardKinematics=1)[0])
        for link in (HANDS["left"], HANDS["right"])
    )
    across = left - right
    return 0.5 * (left + right), quat.about_z(np.arctan2(-across[0], across[1]))


def let_touch(bullet: Client, actor: int, item: int, enabled: bool, *, feet: bool = True) -> None:
    """Whether an actor, with or without its feet, and an object collide."""
    for link in range(-1, len(JOINTS) - 1):
        if link in FEET and not feet:
            continue
        bullet.setCollisionFilterPair(actor, item, link, -1, int(enabled))


def overlap(bullet: Client, actor: int, item: int) -> bool:
    """Whether an actor and an object touch."""
    return bool(bullet.getClosestPoints(actor, item, 0.0))


def _gap(bullet: Client, actor: int, item: int, hand: str) -> float:
    links = HANDS.values() if hand == "both" else [HANDS[hand]]
    reach = 10.0
    points = [p for link in links for p in bullet.getClosestPoints(actor, item, reach, link, -1)]
    return max(0.0, min((point[8] for point in points), default=reach))
