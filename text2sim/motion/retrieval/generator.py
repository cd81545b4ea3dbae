"""The stage: every segment of the plan gets the clip that fits it best, and all are joined."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.data.told import FPS
from text2sim.edit import concatenate, foot_lock, ground_clean, layer, onto_terrain
from text2sim.edit.timing import sampled
from text2sim.motion.retrieval.choose import Choice, choose
from text2sim.motion.retrieval.library import Library, library
from text2sim.motion.retrieval.perform import gesture, held, perform, raised
from text2sim.motion.stage import MotionGenerator
from text2sim.resources import resource
from text2sim.stage import Context
from text2sim.types import Motion, Scene, SceneActor, Segment, Track

DOUBTFUL = 0.5
"""Below this likeness of words (cosine) a clip does not show what was asked for."""
_HANDLING = ("pick_up", "put_down", "throw", "catch", "carry", "push", "pull", "drink", "reach")


@final
@dataclass(frozen=True, kw_only=True)
class RetrievalMotion(MotionGenerator):
    """Recorded motion: the nearest captioned clip for each action, edited onto path and terrain.

    Attributes:
        blend: how long a seam between two clips takes to decay [s].
    """

    name: ClassVar[str] = "retrieval"
    options: ClassVar[tuple[str, ...]] = ("seed", "fps")
    blend: float = 0.4

    def fingerprint(self) -> str:
        """Of class and fields, and of the library."""
        content = resource("models", "retrieval", "library.json").read_bytes()
        text = MotionGenerator.fingerprint(self) + hashlib.sha256(content).hexdigest()
        return hashlib.sha256(text.encode()).hexdigest()

    def run(self, value: Scene, ctx: Context) -> Motion:
        """Look up and join the motion of every actor over the length of the plan.

        Raises:
            ResourceError: the library or the motion pack is missing.
        """
        tracks, warnings = [], []
        streams = ctx.rng().spawn(len(value.actors))
        for number, actor in enumerate(value.actors):
            ctx.report(number, len(value.actors))
            made = _Performer(scene=value, actor=actor, library=library(), rng=streams[number])
            tracks.append(_at_rate(made.track(self.blend), value.plan.duration, ctx.fps))
            warnings += made.warnings
        ctx.report(len(value.actors), len(value.actors))
        return Motion(
            scene=value, fps=ctx.fps, tracks=tuple(tracks), warnings=tuple(dict.fromkeys(warnings))
        )


@final
class _Performer:
    """One actor: what is done so far, and what could not be met."""

    def __init__(
        self, *, scene: Scene, actor: SceneActor, library: Library, rng: np.random.Generator
    ) -> None:
        self.scene, self.actor, self.library, self.rng = scene, actor, library, rng
        self.warnings: list[str] = []
        mine = sorted(
            (s for s in scene.plan.timeline if s.actor == actor.id), key=lambda s: s.start
        )
        self.full = [s for s in mine if ACTIONS[s.action].layer == "full" or s.length > 0.3]
        self.upper = [s for s in mine if ACTIONS[s.action].layer == "upper" and s.length <= 0.3]

    def track(self, blend: float) -> Track:
        """All segments, joined, layered, on the ground."""
        motion = self._joined(blend)
        for segment in self.upper:
            motion = self._layered(motion, segment)
        motion = foot_lock(ground_clean(motion))
        if self._uneven(motion.tracks[0]):
            motion = onto_terrain(motion, self.scene)
        track = raised(motion.tracks[0], self.scene.ground_height)
        return dataclasses.replace(track, actor=self.actor.id)

    def _joined(self, blend: float) -> Motion:
        total = max(2, round(self.scene.plan.duration * FPS))
        result: Motion | None = None
        for segment in self.full:
            done = result.frames if result else 0
            frames = min(total, round(segment.end * FPS)) - done
            if frames < 3:
                continue
            part = self._performed(segment, result, frames)
            result = part if result is None else concatenate(
                result, part, blend=min(blend, part.duration), align=False
            )  # fmt: skip
        if result is None:
            result = self._performed(self._waiting(), None, total)
        track = held(result.tracks[0], total)
        return dataclasses.replace(result, tracks=(track,))

    def _performed(self, segment: Segment, before: Motion | None, frames: int) -> Motion:
        height = 1.0
        if before is not None:
            track = before.tracks[0]
            height = float(track.root_positions[-1, 2] / track.skeleton.pelvis_height)
        if segment.action == "stand" and before is not None and height < 0.8:
            return dataclasses.replace(before, tracks=(_last(before.tracks[0], frames),))
        choice = choose(segment, self.library, height, self.rng)
        motion, note = perform(segment, choice.entry, self.actor.skeleton, frames)
        self._warn(segment, choice, note)
        return dataclasses.replace(motion, tracks=(held(motion.tracks[0], frames),))

    def _layered(self, motion: Motion, segment: Segment) -> Motion:
        choice = choose(segment, self.library, 1.0, self.rng)
        start = min(segment.start, motion.duration - 0.5)
        frames = round((min(segment.end, motion.duration) - start) * FPS)
        if start < 0.0 or frames < 3:
            return motion
        upper = gesture(choice.entry, self.actor.skeleton, frames)
        self._warn(segment, choice, "")
        return layer(upper, motion, start=start)

    def _warn(self, segment: Segment, choice: Choice, note: str) -> None:
        if choice.fit < DOUBTFUL:
            self.warnings.append(
                f"No clip of the motion pack shows that {choice.phrase}; the nearest was taken: "
                f"{choice.entry.texts[0]!r}."
            )
        if note:
            self.warnings.append(f"{self.actor.id}, {segment.action}: {note}.")
        if segment.holding or (segment.target and segment.action in _HANDLING):
            thing = segment.holding or segment.target
            self.warnings.append(
                f"Looked-up motion does not aim hands: {self.actor.id} does not touch {thing}."
            )

    def _waiting(self) -> Segment:
        """Standing all the time, where the plan says nothing."""
        return Segment(
            actor=self.actor.id, action="stand", start=0.0, end=self.scene.plan.duration,
            path=self.actor.position[None], heading_start=self.actor.heading,
            heading_end=self.actor.heading,
        )  # fmt: skip

    def _uneven(self, track: Track) -> bool:
        soles = track.soles()
        below = self.scene.ground_height(soles[..., :2])
        return bool(track.contacts.any() and np.abs(below).max() > 1e-3)


def _last(track: Track, frames: int) -> Track:
    """The last frame, held."""
    return held(track.slice(len(track.root_positions) - 1, len(track.root_positions)), frames)


def _at_rate(track: Track, duration: float, fps: float) -> Track:
    """The track at the frames of a clip."""
    count = max(1, round(duration * fps))
    at = np.minimum(np.arange(count) * (FPS / fps), len(track.root_positions) - 1)
    return sampled(track, at)
