"""Taking, holding, putting down, reaching, pushing and pulling."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIDES, SIGN
from text2sim.types import Grasp

SMALL = 0.17
"""A thing whose second largest side is below this [m] is held in one hand."""
HANDLED = frozenset(("bag", "suitcase", "bucket", "umbrella", "sword", "guitar"))
"""Kinds that one hand carries whatever their size."""
CONTACT, RELEASE = 0.46, 0.55
"""When things are gripped and let go, as fractions of the segment's time."""


def hands_for(performer: Performer, shot: Shot, item: str | None) -> tuple[int, ...]:
    """The hand or hands that hold a thing of its size."""
    size = performer.size_of(item)
    known = performer.object(item)
    kind = known.kind if known is not None else ""
    if shot.segment.side in ("left", "right") or kind in HANDLED or np.sort(size)[1] < SMALL:
        return (shot.side,)
    return (LEFT, RIGHT)


def grip(performer: Performer, item: str, hands: tuple[int, ...], time: float) -> None:
    """Begin to hold a thing."""
    performer.held[item] = (hands, time)


def let_go(performer: Performer, item: str | None, time: float) -> None:
    """Stop holding a thing: from now on it moves by itself."""
    if item not in performer.held:
        return
    hands, start = performer.held.pop(item)
    performer.grasps.append(
        Grasp(
            actor=performer.actor.id,
            hand="both" if len(hands) == 2 else SIDES[hands[0]],
            object=item,
            start=start,
            end=max(time, start),
        )
    )


def hold(performer: Performer, shot: Shot, item: str, weight: np.ndarray | float = 1.0) -> None:
    """Keep a thing before the body, or a small one in the bent hand."""
    hands = performer.held.get(item, (hands_for(performer, shot, item), 0.0))[0]
    weight = np.broadcast_to(np.asarray(weight, np.float64), (len(shot.t),))
    for side in hands:
        point, pole = hold_point(performer, item, hands)
        performer.reach(shot, side, point, weight, pole=pole)


def hold_point(
    performer: Performer, item: str, hands: tuple[int, ...]
) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Palm in the chest's frame, arm lengths, of a hand that holds a thing; and its elbow."""
    size, arm = performer.size_of(item), performer.skeleton.arm_length
    shoulder = 0.185 * performer.scale
    known = performer.object(item)
    if len(hands) == 2:
        half = 0.5 * float(np.clip(np.sort(size)[1], 0.10, 0.62))
        ahead = 0.17 * performer.scale + 0.5 * float(np.clip(size[:2].min(), 0.1, 0.5))
        return np.array([ahead / arm, (half - shoulder) / arm, -0.52]), (-0.8, 0.35, -0.7)
    if known is not None and known.kind in HANDLED and known.kind not in ("sword", "umbrella"):
        return np.array([0.06, 0.16, -1.10]), (-0.8, 0.3, 0.0)
    return np.array([0.55, -0.02, -0.42]), (-0.5, 0.5, -0.9)


def pick_up(performer: Performer, shot: Shot) -> None:
    """Go down to the point, grip, and come up with the thing held before the body."""
    performer.settle(shot, time=0.3)
    segment = shot.segment
    item = segment.target or ""
    point = _goal(performer, shot)
    hands = hands_for(performer, shot, item)
    down = filters.envelope(shot.u, 0.04, 0.98, CONTACT - 0.06, 0.46)
    _stoop(performer, shot, point, down, hands)
    contact = segment.start + CONTACT * segment.duration
    held = filters.minimum_jerk((shot.u - CONTACT) / 0.38)
    # Over a table, hands rise before the chest first: straight up they would meet its underside.
    ready = filters.minimum_jerk((shot.u - 0.02) / 0.2) if _is_high(performer, shot, point) else 0.0
    begin = 0.17 if np.any(ready) else 0.08
    reach = filters.minimum_jerk((shot.u - begin) / (CONTACT - begin - 0.02)) * (1.0 - held)
    for side in hands:
        grasp_at, pole = hold_point(performer, item, hands)
        performer.reach(shot, side, grasp_at, np.maximum(held, ready), pole=pole)
        performer.reach(
            shot, side, _palm(performer, shot, point, side, hands), reach, frame="world",
            pole=(-0.2, 0.9, -0.3),
        )  # fmt: skip
    if performer.object(item) is not None:
        grip(performer, item, hands, contact)


def _is_high(performer: Performer, shot: Shot, point: np.ndarray) -> bool:
    """The point is about as high as the hips, as on a table."""
    ground = float(shot.segment.path[0, 2])
    return bool(point[2] - ground > 0.6 * performer.skeleton.pelvis_height)


def put_down(performer: Performer, shot: Shot) -> None:
    """Bring what is held to the point, let it go there and come up."""
    performer.settle(shot, time=0.3)
    segment = shot.segment
    item = segment.holding or segment.target or ""
    point = _goal(performer, shot)
    hands = performer.held.get(item, (hands_for(performer, shot, item), 0.0))[0]
    down = filters.envelope(shot.u, 0.02, 0.98, RELEASE - 0.08, 0.38)
    _stoop(performer, shot, point, down, hands)
    free = filters.minimum_jerk((shot.u - RELEASE - 0.03) / 0.30)
    reach = filters.minimum_jerk((shot.u - 0.05) / (RELEASE - 0.09)) * (1.0 - free)
    for side in hands:
        grasp_at, pole = hold_point(performer, item, hands)
        performer.reach(
            shot, side, grasp_at, 1.0 - filters.minimum_jerk((shot.u - 0.45) / 0.2), pole=pole
        )
        performer.reach(
            shot, side, _palm(performer, shot, point, side, hands), reach, frame="world",
            pole=(-0.2, 0.9, -0.3),
        )  # fmt: skip
    let_go(performer, item, segment.start + RELEASE * segment.duration)


def _goal(performer: Performer, shot: Shot) -> np.ndarray:
    segment = shot.segment
    if segment.point is not None:
        return np.array(segment.point)
    return performer.to_world(
        (0.42 * performer.scale, 0.0, 0.12), segment.path[-1], segment.heading_end
    )


def _palm(
    performer: Performer, shot: Shot, point: np.ndarray, side: int, hands: tuple[int, ...]
) -> np.ndarray:
    """Where a palm touches the thing: at its side, or at its near side with one hand."""
    yaw = shot.segment.heading_end
    size = performer.size_of(shot.segment.holding or shot.segment.target)
    if len(hands) == 2:
        half = 0.5 * float(np.clip(np.sort(size)[1], 0.08, 0.62))
        return performer.to_world((-0.02, SIGN[side] * half, 0.0), point, yaw)
    top = 0.5 * float(size[2]) if size[2] > 0.30 else 0.0
    before = -0.03 if top else -0.03 - 0.4 * float(size[:2].min())
    return performer.to_world((before, 0.0, top), point, yaw)


def _stoop(
    performer: Performer, shot: Shot, point: np.ndarray, down: np.ndarray, hands: tuple[int, ...]
) -> None:
    """Bend hips and knees until the hands come to the height of the point."""
    sheet, span, size = performer.sheet, shot.span, performer.scale
    base, yaw = shot.segment.path[-1], shot.segment.heading_end
    local = quat.inv_rotate(quat.about_z(yaw), point - base)
    lack = np.clip(1.02 * size - float(local[2]), 0.0, 1.0 * size) / size
    far = np.clip((float(local[0]) / size - 0.35) / 0.4, 0.0, 1.0)
    lean = min(0.25 * lack + 0.55 * lack**2 + 0.30 * far, 0.95)
    sheet.tilt[span, 1] += lean * down
    sheet.spine[span, 1] += (0.40 * lack + 0.15 * far) * down
    sheet.pelvis[span, 2] -= 0.46 * size * lack**1.3 * down
    sheet.pelvis[span, 0] += size * (0.10 * far - 0.16 * lack**1.5) * down
    sheet.head[span, 1] += 0.25 * down
    sheet.level[span] = 1.0 - 0.45 * down
    if len(hands) == 1:
        sheet.spine[span, 2] += SIGN[hands[0]] * -0.22 * down
        sheet.arms[span, 1 - hands[0], 0] += 0.35 * down


def reach(performer: Performer, shot: Shot) -> None:
    """Stretch a hand out to the point, touch it and take the hand back."""
    performer.settle(shot, time=0.3)
    segment, size = shot.segment, performer.scale
    goal = segment.point
    if goal is None:
        goal = performer.to_world(
            (0.60 * size, 0.0, 1.35 * size), segment.path[-1], segment.heading_end
        )
    weight = filters.envelope(
        shot.t, 0.05, shot.duration - 0.05, 0.42 * shot.duration, 0.36 * shot.duration
    )
    local = quat.inv_rotate(quat.about_z(segment.heading_end), goal - segment.path[-1])
    if local[2] < 0.85 * size:
        _stoop(performer, shot, goal, weight, shot.hands)
    else:
        performer.sheet.spine[shot.span, 1] += 0.22 * weight
        performer.sheet.tilt[shot.span, 1] += 0.10 * weight
        performer.sheet.pelvis[shot.span, 0] += 0.03 * size * weight
    for side in shot.hands:
        performer.reach(shot, side, goal, weight, frame="world", pole=(-0.2, 0.8, -0.7))
        performer.sheet.spine[shot.span, 2] -= SIGN[side] * 0.20 * weight


def hands_on(performer: Performer, shot: Shot) -> None:
    """Hands on what is pushed or pulled along, while the legs work.

    The hands hold on to it, so that it neither tips nor slips away from them.
    """
    segment, sheet, span, size = shot.segment, performer.sheet, shot.span, performer.scale
    pulls = segment.action == "pull"
    height, ahead = 1.05 * size, 0.62 * size
    if segment.point is not None:
        local = quat.inv_rotate(
            quat.about_z(segment.heading_start), segment.point - segment.path[0]
        )
        height = float(np.clip(local[2], 0.45 * size, 1.35 * size))
        ahead = float(np.clip(local[0], 0.30 * size, 0.75 * size))
    weight = filters.envelope(shot.t, 0.0, shot.duration, 0.40, 0.40)
    low = np.clip((1.15 * size - height) / size, 0.0, 0.7)
    sheet.tilt[span, 1] += (0.45 * low) * weight
    sheet.spine[span, 1] += (0.35 * low) * weight
    sheet.pelvis[span, 2] -= 0.16 * size * low * weight
    width = 0.20 * size if not pulls else 0.12 * size
    for side in (LEFT, RIGHT):
        local = np.stack([np.full_like(weight, ahead), np.full_like(weight, SIGN[side] * width),
                          np.full_like(weight, height)], axis=1)  # fmt: skip
        points = sheet.base[span] + quat.rotate(quat.about_z(sheet.yaw[span]), local)
        performer.reach(shot, side, points, weight, frame="world", pole=(-0.4, 0.5, -0.8))
    if segment.target and performer.object(segment.target) is not None:
        grip(performer, segment.target, (LEFT, RIGHT), segment.start + 0.40)
        let_go(performer, segment.target, segment.end - 0.35)
