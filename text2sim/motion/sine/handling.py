"""Taking, holding, putting down, throwing, catching, reaching, pushing and pulling."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.feet import Step
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIDES, SIGN
from text2sim.types import Grasp

SMALL = 0.17
"""A thing whose second largest side is below this [m] is held in one hand."""
HANDLED = frozenset(("bag", "suitcase", "bucket", "umbrella", "sword", "guitar"))
"""Kinds that one hand carries whatever their size."""
CONTACT, RELEASE, THROW_AT, CATCH_AT = 0.46, 0.55, 0.56, 0.50
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
            actor=performer.actor.id, hand="both" if len(hands) == 2 else SIDES[hands[0]],
            object=item, start=start, end=max(time, start),
        )  # fmt: skip
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
    reach = filters.minimum_jerk((shot.u - 0.08) / (CONTACT - 0.10)) * (1.0 - held)
    for side in hands:
        grasp_at, pole = hold_point(performer, item, hands)
        performer.reach(shot, side, grasp_at, held, pole=pole)
        performer.reach(
            shot, side, _palm(performer, shot, point, side, hands), reach, frame="world",
            pole=(-0.2, 0.9, -0.3),
        )  # fmt: skip
    if performer.object(item) is not None:
        grip(performer, item, hands, contact)


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
        performer.reach(shot, side, grasp_at, 1.0 - filters.minimum_jerk((shot.u - 0.45) / 0.2), pole=pole)
        performer.reach(
            shot, side, _palm(performer, shot, point, side, hands), reach, frame="world",
            pole=(-0.2, 0.9, -0.3),
        )  # fmt: skip
    let_go(performer, item, segment.start + RELEASE * segment.duration)


def _goal(performer: Performer, shot: Shot) -> np.ndarray:
    segment = shot.segment
    if segment.point is not None:
        return np.array(segment.point)
    return performer.to_world((0.42 * performer.scale, 0.0, 0.12), segment.path[-1], segment.heading_end)


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
    return performer.to_world((-0.03, 0.0, top), point, yaw)


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


def throw(performer: Performer, shot: Shot) -> None:
    """Wind up, step into it and let fly towards the point."""
    performer.settle(shot, time=0.25)
    segment, sheet, span, size = shot.segment, performer.sheet, shot.span, performer.scale
    item = segment.holding or segment.target or ""
    hands = performer.held.get(item, (hands_for(performer, shot, item), 0.0))[0]
    side = hands[0] if len(hands) == 1 else shot.side
    big = len(hands) == 2 and float(performer.size_of(item).max()) > 0.30
    _stride(performer, shot, 1 - side)
    if not big and len(hands) == 2 and item in performer.held:
        let_go(performer, item, segment.start + 0.12 * segment.duration)
        grip(performer, item, (side,), segment.start + 0.12 * segment.duration)
    u = shot.u
    wind = filters.envelope(u, 0.04, THROW_AT + 0.02, 0.26, 0.16)
    follow = filters.envelope(u, THROW_AT - 0.12, 0.98, 0.14, 0.28)
    if big:
        _two_handed(performer, shot, item)
    else:
        _overarm(performer, shot, side, item, hands)
        sheet.spine[span, 2] += SIGN[side] * (0.50 * wind - 0.55 * follow)
        sheet.tilt[span, 2] += SIGN[side] * (0.25 * wind - 0.25 * follow)
        sheet.arms[span, 1 - side, 0] += 1.1 * wind - 0.5 * follow
        sheet.arms[span, 1 - side, 1] += 0.4 * wind
    sheet.pelvis[span, 0] += size * (-0.06 * wind + 0.13 * follow)
    sheet.pelvis[span, 2] -= size * (0.02 * wind + 0.06 * follow)
    sheet.spine[span, 1] += -0.16 * wind + 0.30 * follow
    sheet.tilt[span, 1] += -0.04 * wind + 0.14 * follow
    let_go(performer, item, segment.start + THROW_AT * segment.duration)


_OVERHEAD = ((0.0, (0.5, -0.05, -0.5)), (0.30, (-0.02, -0.02, 0.80)), (0.44, (-0.12, -0.02, 0.82)),
             (0.51, (0.45, -0.05, 0.80)), (THROW_AT, (0.95, -0.08, 0.35)),
             (0.70, (0.80, -0.05, -0.35)), (1.0, (0.4, 0.0, -0.8)))  # fmt: skip


def _along(shot: Shot, keys: tuple[tuple[float, tuple[float, float, float]], ...]) -> np.ndarray:
    knots = np.array([u for u, _ in keys])
    values = np.array([point for _, point in keys])
    slopes = np.zeros_like(values)
    slopes[1:-1] = (values[2:] - values[:-2]) / (knots[2:] - knots[:-2])[:, None]
    return filters.hermite(knots, values, slopes, shot.u)


def _overarm(
    performer: Performer, shot: Shot, side: int, item: str, hands: tuple[int, ...]
) -> None:
    """The hand goes back over the shoulder and passes its release point at the launch velocity."""
    size, out = performer.scale, SIGN[side]
    base, yaw = shot.segment.path[-1], shot.segment.heading_end
    keys = np.array([
        (0.30, 0.12 * out, 1.15), (-0.22, 0.52 * out, 1.52), (-0.34, 0.46 * out, 1.60),
        (0.46, 0.20 * out, 1.66), (0.62, -0.06 * out, 1.10), (0.30, 0.10 * out, 0.95),
    ])  # fmt: skip
    knots = np.array([0.0, 0.30, 0.42, THROW_AT, 0.72, 1.0])
    points = np.stack([performer.to_world(tuple(key * size), base, yaw) for key in keys])
    slopes = np.zeros_like(points)
    slopes[1:-1] = 0.5 * (points[2:] - points[:-2]) / (knots[2:] - knots[:-2])[:, None]
    slopes[3] = launch_velocity(shot, points[3]) * shot.duration
    path = filters.hermite(knots, points, slopes, shot.u)
    weight = filters.envelope(shot.u, 0.0, 1.0, 0.18, 0.25)
    performer.reach(shot, side, path, weight, frame="world", pole=(-0.3, 1.0, -0.2))
    if len(hands) == 2:
        helping = 1.0 - filters.minimum_jerk(shot.u / 0.22)
        point, pole = hold_point(performer, item, hands)
        performer.reach(shot, 1 - side, point, helping, pole=pole)


def launch_velocity(shot: Shot, start: np.ndarray) -> np.ndarray:
    """Velocity [m/s] at which something let go at `start` lands at the segment's point."""
    goal = shot.segment.point
    ahead = np.array([np.cos(shot.segment.heading_end), np.sin(shot.segment.heading_end), 0.0])
    if goal is None:
        goal = shot.segment.path[-1] + 4.0 * ahead
    gap = goal - start
    flight = float(np.clip(np.linalg.norm(gap[:2]) / 6.0, 0.30, 1.3))
    velocity = gap / flight + [0.0, 0.0, 0.5 * 9.81 * flight]
    speed = float(np.linalg.norm(velocity))
    return velocity * min(1.0, 9.0 / speed)


def _two_handed(performer: Performer, shot: Shot, item: str) -> None:
    half = 0.5 * float(np.clip(np.sort(performer.size_of(item))[1], 0.1, 0.6))
    shift = (half - 0.185 * performer.scale) / performer.skeleton.arm_length
    weight = filters.envelope(shot.u, 0.0, 1.0, 0.10, 0.25)
    for side in (LEFT, RIGHT):
        points = _along(shot, _OVERHEAD) + [0.0, shift, 0.0]
        performer.reach(shot, side, points, weight, pole=(0.2, 1.0, -0.3))


def _stride(performer: Performer, shot: Shot, side: int) -> None:
    """Step forward into a throw and back."""
    segment, size = shot.segment, performer.scale
    base, yaw = segment.path[-1], segment.heading_end
    ahead = performer.stance(performer.to_world((0.32 * size, 0.0, 0.0), base, yaw), yaw, side)
    start = max(segment.start + 0.26 * shot.duration, performer.feet.free_at(0), performer.feet.free_at(1))
    land = max(segment.start + 0.47 * shot.duration, start + 0.15)
    performer.feet.step(side, Step(start=start, end=land, to=ahead, lift=0.07, toe_off=0.25, strike=-0.1))
    back = max(segment.start + 0.76 * shot.duration, land + 0.1)
    home = performer.stance(base, yaw, side)
    performer.feet.step(side, Step(start=back, end=max(segment.end - 0.03, back + 0.2), to=home, lift=0.05, toe_off=0.3))


def catch(performer: Performer, shot: Shot) -> None:
    """Raise both hands to what comes, close them at the point and draw it in."""
    performer.settle(shot, width=0.06, time=0.3)
    segment, sheet, span, size = shot.segment, performer.sheet, shot.span, performer.scale
    item = segment.target or ""
    ready = filters.envelope(shot.u, 0.0, 1.0, 0.30, 0.20)
    meet = filters.envelope(shot.u, CATCH_AT - 0.30, CATCH_AT + 0.28, 0.26, 0.26)
    thrown = _was_thrown(performer, item, segment.start + CATCH_AT * segment.duration)
    half = 0.5 * float(np.clip(np.sort(performer.size_of(item))[1], 0.16, 0.6))
    for side in (LEFT, RIGHT):
        performer.reach(shot, side, np.array([0.68, -0.20, -0.15]), ready, pole=(-0.3, 0.9, -0.7))
        if thrown:
            point, pole = hold_point(performer, item, (LEFT, RIGHT))
            kept = filters.minimum_jerk((shot.u - CATCH_AT - 0.05) / 0.35)
            performer.reach(shot, side, point, kept, pole=pole)
        if segment.point is not None:
            palm = performer.to_world((0.0, SIGN[side] * half, 0.0), segment.point, segment.heading_end)
            performer.reach(shot, side, palm, meet, frame="world", pole=(-0.3, 0.9, -0.6))
    sheet.pelvis[span, 2] -= size * (0.05 * ready + 0.05 * meet)
    sheet.tilt[span, 1] += 0.10 * ready
    sheet.spine[span, 1] += 0.06 * ready + 0.06 * meet
    if thrown:
        grip(performer, item, (LEFT, RIGHT), segment.start + CATCH_AT * segment.duration)


def _was_thrown(performer: Performer, item: str, time: float) -> bool:
    """Whether somebody else throws this thing before the catch."""
    return any(
        s.action == "throw" and s.actor != performer.actor.id and s.start < time
        and item in (s.target, s.holding)
        for s in performer.scene.plan.timeline
    )  # fmt: skip


def reach(performer: Performer, shot: Shot) -> None:
    """Stretch a hand out to the point, touch it and take the hand back."""
    performer.settle(shot, time=0.3)
    segment, size = shot.segment, performer.scale
    goal = segment.point
    if goal is None:
        goal = performer.to_world((0.60 * size, 0.0, 1.35 * size), segment.path[-1], segment.heading_end)
    weight = filters.envelope(shot.t, 0.05, shot.duration - 0.05, 0.42 * shot.duration, 0.36 * shot.duration)
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
