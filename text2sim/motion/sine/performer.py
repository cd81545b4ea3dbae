"""What an action gets to work with: the actor, its sheet and foot plan, and one segment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

import numpy as np

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.feet import FootPlan, Placement, Step, beside
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIGN, HandGoal, Sheet, standing_height
from text2sim.motion.sine.style import Style, style_of
from text2sim.skeleton import Skeleton
from text2sim.types import Grasp, Scene, SceneActor, SceneObject, Segment

STANCE = 0.19
"""Distance between the ankles in easy standing [m] of an adult."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Performer:
    """One actor and all that is written for it."""

    scene: Scene
    actor: SceneActor
    sheet: Sheet
    feet: FootPlan
    rng: np.random.Generator
    words: tuple[str, ...] = ()
    goals: list[HandGoal] = field(default_factory=list)
    grasps: list[Grasp] = field(default_factory=list)
    held: dict[str, tuple[tuple[int, ...], float]] = field(default_factory=dict)
    """Object id -> the hands that hold it now, and since when [s]."""

    @property
    def skeleton(self) -> Skeleton:
        """The actor's skeleton."""
        return self.actor.skeleton

    @property
    def scale(self) -> float:
        """Size relative to the adult."""
        return self.skeleton.scale

    @property
    def stand(self) -> float:
        """Pelvis height in easy standing [m]."""
        return standing_height(self.skeleton)

    def style(self, segment: Segment) -> Style:
        """Colouring of a segment."""
        words = (*self.words, *segment.manner)
        return style_of(self.actor.character, tuple(dict.fromkeys(words)), segment.energy)

    def object(self, name: str | None) -> SceneObject | None:
        """The object of that id, or None."""
        return next((item for item in self.scene.objects if item.id == name), None)

    def size_of(self, name: str | None) -> np.ndarray:
        """Extents of an object [m], (3,); zeros where there is none."""
        plans = self.scene.plan.objects
        return next((item.size for item in plans if item.id == name), np.zeros(3))

    def frames(self, start: float, end: float) -> slice:
        """Frames in start <= time < end."""
        low, high = np.searchsorted(self.sheet.times, [start - 1e-9, end - 1e-9])
        return slice(int(low), int(high))

    def shot(self, segment: Segment, *, until: float | None = None) -> Shot:
        """A segment with its frames."""
        span = self.frames(segment.start, segment.end if until is None else until)
        return Shot(
            segment=segment, span=span, style=self.style(segment),
            t=self.sheet.times[span] - segment.start,
        )  # fmt: skip

    def settle(
        self,
        shot: Shot,
        *,
        width: float = 0.0,
        time: float = 0.7,
        place: int = -1,
        delay: float = 0.0,
    ) -> None:
        """Stand at the segment's place: base and heading, with the feet brought under the body.

        `place` is the point of the path to stand at, the last one unless said otherwise; the feet
        wait for `delay` [s].
        """
        segment, sheet, span = shot.segment, self.sheet, shot.span
        base = segment.path[place]
        ease = filters.minimum_jerk(shot.t / min(time, max(shot.duration, 1e-3)))
        before = max(span.start - 1, 0)
        sheet.base[span] = sheet.base[before] + (base - sheet.base[before]) * ease[:, None]
        turn = segment.heading_end - sheet.yaw[before]
        turn = float((turn + np.pi) % (2 * np.pi) - np.pi)
        sheet.yaw[span] = sheet.yaw[before] + turn * ease
        self.neutral(shot)
        self.place_feet(segment.start + delay, base, segment.heading_end, time, width=width)

    def neutral(self, shot: Shot) -> None:
        """Stand at ease in the segment's style."""
        sheet, span, style = self.sheet, shot.span, shot.style
        for name in ("pelvis", "tilt", "spine", "head", "wrists"):
            getattr(sheet, name)[span] = 0.0
        sheet.pelvis[span, 2] = self.stand - style.crouch
        sheet.level[span] = 1.0
        sheet.tilt[span, 1] = 0.4 * style.lean
        sheet.spine[span, 1] = 0.6 * style.lean + style.slump
        sheet.head[span, 1] = style.head
        sheet.arms[span] = (0.06, 0.17 + style.abduct, 0.20, 0.30 + style.elbow)
        sway = style.sway * np.sin(2.1 * sheet.times[span])
        sheet.tilt[span, 0] += 0.3 * sway
        sheet.spine[span, 0] += 0.6 * sway

    def place_feet(
        self, start: float, base: np.ndarray, yaw: float, time: float = 0.7, *, width: float = 0.0
    ) -> None:
        """Bring the feet under a body at `base`, if they are not, one after the other."""
        goals = [self.stance(base, yaw, side, width) for side in (LEFT, RIGHT)]
        off = [_misplaced(self.feet.now(side), goals[side]) for side in (LEFT, RIGHT)]
        order = (LEFT, RIGHT) if off[LEFT] >= off[RIGHT] else (RIGHT, LEFT)
        start = max(start, self.feet.free_at(LEFT), self.feet.free_at(RIGHT))
        for side in order:
            if off[side] > 0.05:
                end = start + 0.5 * time
                self.feet.step(
                    side, Step(start=start, end=end, to=goals[side], lift=0.04, toe_off=0.25)
                )
                start = end

    def stance(self, base: np.ndarray, yaw: float, side: int, width: float = 0.0) -> Placement:
        """Where one foot stands under a body at `base`."""
        return beside(self.scene, self.skeleton, base, yaw, side, STANCE * self.scale + width)

    def to_world(
        self, point: tuple[float, float, float], base: np.ndarray, yaw: float
    ) -> np.ndarray:
        """A point in the body's ground frame (forward, left, up) [m] in the world."""
        return np.asarray(base) + quat.rotate(quat.about_z(yaw), np.array(point))

    def reach(
        self, shot: Shot, side: int, points: np.ndarray, weight: np.ndarray,
        *, frame: str = "chest", pole: tuple[float, float, float] = (-0.3, 0.5, -0.8),
    ) -> None:  # fmt: skip
        """Add a goal for one hand over the frames of a shot; points are (3,) or (n, 3)."""
        points = np.broadcast_to(np.asarray(points, np.float64), (len(shot.t), 3)).copy()
        self.goals.append(
            HandGoal(
                start=shot.span.start, side=side, frame="world" if frame == "world" else "chest",
                points=points, weight=np.broadcast_to(weight, (len(shot.t),)).copy(), pole=pole,
            )
        )  # fmt: skip


def _misplaced(foot: Placement, goal: Placement) -> float:
    """How far a foot is from where it should stand [m], with turns and pitches counted."""
    turn = abs((foot.yaw - goal.yaw + np.pi) % (2 * np.pi) - np.pi)
    return float(
        np.linalg.norm(np.subtract(foot.point, goal.point)) + 0.18 * turn + 0.3 * abs(foot.pitch)
    )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Shot:
    """A segment, its frames, the time within it [s] (n,), and its style."""

    segment: Segment
    span: slice
    style: Style
    t: np.ndarray

    @property
    def duration(self) -> float:
        """Length of the segment [s]."""
        return self.segment.duration

    @property
    def u(self) -> np.ndarray:
        """Fraction of the segment, 0 to 1, (n,)."""
        return self.t / max(self.duration, 1e-6)

    @property
    def side(self) -> int:
        """The limb that acts; the right one where the segment does not say."""
        return LEFT if self.segment.side == "left" else RIGHT

    @property
    def hands(self) -> tuple[int, ...]:
        """Both hands, or the one that acts."""
        return (LEFT, RIGHT) if self.segment.side == "both" else (self.side,)


def outward(side: int) -> float:
    """+1 for left, -1 for right."""
    return float(SIGN[side])
