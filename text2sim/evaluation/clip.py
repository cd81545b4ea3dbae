"""A simulated clip measured: frame by frame for pictures, and as a table of figures.

What can be said of a motion without physics is said twice: of the clip, and of the motion that it
was to follow. The quantities are those of `text2sim.evaluation.metrics`; docs/metrics.md tells all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.data.convert import resample
from text2sim.evaluation.metrics import (
    GRAVITY,
    SLIDE_FPS,
    Height,
    Metric,
    Metrics,
    clearance,
    completed_fraction,
    jerks,
    joint_errors,
    local_joint_errors,
    max_metric,
    mean_metric,
    penetration_depths,
    skate_speeds,
    slip_course,
    touching,
)
from text2sim.types import Trace, Track

Array = NDArray[np.floating]
SOLES: tuple[str, ...] = ("left heel", "left toe", "right heel", "right toe")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Feet:
    """How the soles of one actor meet the ground; T frames.

    Attributes:
        penetration: depth of the deepest sole point in the ground [m], (T,).
        clearance: height of the lowest sole point above the ground [m], (T,); negative below.
        slip: fastest sole point in contact [m/s], (T,); NaN in frames without one.
        contacts: of the four sole points in the order of `SOLES`, (T, 4).
    """

    penetration: Array
    clearance: Array
    slip: Array
    contacts: NDArray[np.bool_]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """One actor's figures at every frame of a clip; T frames.

    Attributes:
        times: on the clock of the motion [s], (T,).
        error, error_local: mean distance of the joints from the motion [m], in the world and with
            the pelvises aligned, (T,).
        before, after: the feet of the motion and of the clip.
        assist: external force on the pelvis, of the body's weight, (T,).
        power: of all joints [W], (T,); None where the controller drives none.
        saturation: share of the joints at their strength, (T,); None likewise.
    """

    actor: str
    times: Array
    error: Array
    error_local: Array
    before: Feet
    after: Feet
    assist: Array
    power: Array | None
    saturation: Array | None


@final
@dataclass(frozen=True, kw_only=True)
class ContactSpan:
    """A sole point of an actor is on the ground from `start` to `end` [s]."""

    actor: str
    point: str
    start: float
    end: float


def courses(trace: Trace) -> tuple[Course, ...]:
    """The figures of every actor, frame by frame."""
    height, weights = _height(trace), _weights(trace)
    result = []
    for number, track in enumerate(trace.tracks):
        reference = _reference(trace, track)
        positions, wanted = track.positions(), reference.positions()
        result.append(
            Course(
                actor=track.actor,
                times=trace.start + np.arange(len(positions)) / trace.fps,
                error=joint_errors(positions, wanted).mean(axis=-1),
                error_local=local_joint_errors(positions, wanted).mean(axis=-1),
                before=_feet(reference, trace.fps, height),
                after=_feet(track, trace.fps, height),
                assist=trace.assist_force[:, number] / weights[number],
                power=None if trace.power is None else trace.power[:, number],
                saturation=None if trace.saturation is None else trace.saturation[:, number],
            )
        )
    return tuple(result)


def contact_timeline(trace: Trace) -> tuple[ContactSpan, ...]:
    """When each sole point was on the ground, by the engine's contacts, in order of time."""
    found = [
        ContactSpan(
            actor=track.actor,
            point=point,
            start=trace.start + first / trace.fps,
            end=trace.start + last / trace.fps,
        )
        for track in trace.tracks
        for number, point in enumerate(SOLES)
        for first, last in spans(track.contacts[:, number])
    ]
    return tuple(sorted(found, key=lambda span: (span.start, span.actor)))


def spans(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of True as pairs of first frame and the one after the last."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges > 0).tolist(), np.flatnonzero(edges < 0).tolist()))


def evaluate(trace: Trace) -> Metrics:
    """All metrics of a trace; with several actors, means over all of them and the worst maximum.

    The reference is the motion before physics (`trace.world.motion`).
    """
    duration = _duration(trace)
    metrics = {
        "duration": Metric(value=duration, unit="s", meaning="length of the clip"),
        "completed": Metric(
            value=completed_fraction(_end(trace), trace.start, _wanted(trace)), unit="",
            meaning="part of the clip before a fall or divergence",
        ),
        "fall_time": Metric(value=_fall(trace), unit="s", meaning="when a body first fell"),
        **_tracking(trace), **_ground(trace), **_assist(trace), **_effort(trace),
    }  # fmt: skip
    return Metrics(metrics)


def _feet(track: Track, fps: float, height: Height) -> Feet:
    soles = track.soles()
    return Feet(
        penetration=penetration_depths(soles, height).max(axis=-1),
        clearance=clearance(soles, height),
        slip=slip_course(soles, track.contacts, fps),
        contacts=track.contacts,
    )


def _tracking(trace: Trace) -> dict[str, Metric]:
    positions = [track.positions() for track in trace.tracks]
    references = [_reference(trace, track).positions() for track in trace.tracks]
    world = [joint_errors(p, r) for p, r in zip(positions, references)]
    local = [local_joint_errors(p, r) for p, r in zip(positions, references)]
    meaning = "third derivative of the joint positions"
    jerk, was = (
        mean_metric((jerks(p, trace.fps) for p in part), "m/s3", meaning)
        for part in (positions, references)
    )
    return {
        "tracking_error": mean_metric(
            world, "mm", "distance of the joints from the motion, world (MPJPE)", 1000
        ),
        "tracking_error_local": mean_metric(
            local, "mm", "the same with the pelvis aligned (root-relative MPJPE)", 1000
        ),
        "jerk": replace(jerk, before=was.value),
    }


def _reference(trace: Trace, track: Track) -> Track:
    """The motion that a simulated track should follow, at the times of its frames."""
    motion = trace.world.motion
    reference = next(item for item in motion.tracks if item.actor == track.actor)
    times = trace.start + np.arange(len(track.root_positions)) / trace.fps
    index = np.clip(np.floor(times * motion.fps + 0.5).astype(int), 0, motion.frames - 1)
    return Track(
        actor=track.actor,
        skeleton=reference.skeleton,
        root_positions=reference.root_positions[index],
        rotations_wxyz=reference.rotations_wxyz[index],
        contacts=reference.contacts[index],
    )


def _ground(trace: Trace) -> dict[str, Metric]:
    before = _meeting([_reference(trace, track) for track in trace.tracks], trace)
    after = _meeting(trace.tracks, trace)
    return {name: replace(item, before=before[name].value) for name, item in after.items()}


def _meeting(tracks: Iterable[Track], trace: Trace) -> dict[str, Metric]:
    """How feet meet the ground."""
    height, tracks = _height(trace), list(tracks)
    soles = [track.soles() for track in tracks]
    slow = [resample(track, trace.fps, SLIDE_FPS).soles() for track in tracks]
    slips = [skate_speeds(p, track.contacts, trace.fps) for p, track in zip(soles, tracks)]
    slides = [skate_speeds(p, touching(p, height), SLIDE_FPS) / SLIDE_FPS for p in slow]
    below = [penetration_depths(points, height).max(axis=-1) for points in soles]
    above = [np.maximum(0.0, clearance(points, height)) for points in soles]
    deepest = "depth of the deepest sole point in the ground"
    return {
        "foot_skate": mean_metric(slips, "m/s", "slip speed of sole points in contact"),
        "foot_slide": mean_metric(
            slides, "mm/frame", "way of a sole point near the ground in 1/20 s", 1000
        ),
        "penetration": mean_metric(below, "mm", deepest, 1000),
        "penetration_max": max_metric(below, "mm", "the same, in the worst frame", 1000),
        "float": mean_metric(above, "mm", "height of the lowest sole point, jumps included", 1000),
    }


def _assist(trace: Trace) -> dict[str, Metric]:
    # A body that lies needs no help: frames after a fall would flatter.
    frames = _frames_up(trace)
    force, torque = trace.assist_force[:frames], trace.assist_torque[:frames]
    share = force / _weights(trace)
    return {
        "assist": mean_metric([share], "of body weight", "external force that holds the body"),
        "assist_max": max_metric([share], "of body weight", "the same, in the worst frame"),
        "assist_force": mean_metric([force], "N", "the same in newtons"),
        "assist_force_max": max_metric([force], "N", "the same, in the worst frame"),
        "assist_torque": mean_metric([torque], "N m", "external torque on the pelvis"),
    }


def _effort(trace: Trace) -> dict[str, Metric]:
    frames = _frames_up(trace)
    saturation = [] if trace.saturation is None else [trace.saturation[:frames]]
    # Frame 0 is the start, before any step was made.
    power = [] if trace.power is None else [trace.power[1:].sum(axis=0) / trace.fps]
    return {
        "saturation": mean_metric(saturation, "", "share of the joints that are at their strength"),
        "energy": mean_metric(power, "J", "mechanical work of the joints, braking counted too"),
    }


def _height(trace: Trace) -> Height:
    scene = trace.world.motion.scene
    return scene.ground_height if scene else _flat


def _flat(points: Array) -> Array:
    return np.zeros(points.shape[:-1])


def _weights(trace: Trace) -> Array:
    """Of the actors' bodies [N], (A,)."""
    scene = trace.world.motion.scene
    mass = {actor.id: actor.character.mass for actor in scene.actors} if scene else {}
    return np.array([mass.get(track.actor, math.nan) * GRAVITY for track in trace.tracks])


def _frames_up(trace: Trace) -> int:
    """Number of frames before the fall."""
    duration = _duration(trace)
    return round(completed_fraction(_end(trace), trace.start, duration) * duration * trace.fps)


def _duration(trace: Trace) -> float:
    return len(trace.object_positions) / trace.fps


def _wanted(trace: Trace) -> float:
    """Length that the clip should have [s]: longer than it is if the simulation diverged."""
    if trace.outcome.status != "diverged":
        return _duration(trace)
    return max(trace.world.motion.duration - trace.start, _duration(trace))


def _fall(trace: Trace) -> float:
    """When a body lost the motion or, planned or not, came to lie; NaN if none did."""
    times = [event.time for event in trace.events if event.kind == "fall"]
    lost = [trace.outcome.time] if trace.outcome.status == "fell" else []
    first = min([*lost, *times], default=math.inf)
    return first if math.isfinite(first) else math.nan


def _end(trace: Trace) -> float:
    """When the body fell or the simulation diverged [s]; infinity if neither happened."""
    return math.inf if trace.outcome.status == "completed" else trace.outcome.time
