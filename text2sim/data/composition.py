"""New captioned clips from captioned clips: joined, layered, retimed, bent, mirrored.

The motion is edited by `text2sim.edit`; the events are put together in the same way, and the new
sentence tells those: "... then ..." where one thing follows another, "... while ..." where both
happen at once.

>>> rng = np.random.default_rng(0)
>>> walk, wave = captioned(a, rng), captioned(b, rng)
>>> then(walk, wave, rng=rng).text
'a person walks forward slowly, then waves with the left hand three times.'
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from text2sim.data.captioner import AutoCaption, caption, mirror_words, sentence
from text2sim.data.events import UPPER, Event, joined
from text2sim.errors import ConfigError
from text2sim.types import Motion

_LOW = ("lie", "crawl")
"""Postures that arms are busy with."""
_SAME = 0.03
"""Bones of clips that are put together may differ by so much [m]: one body, measured twice."""
_BENT = np.radians(20.0)
"""A path that is bent by less is not called a curve."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CaptionedMotion:
    """A motion of one actor and what is told of it."""

    motion: Motion
    caption: AutoCaption

    @property
    def text(self) -> str:
        """The sentence."""
        return self.caption.text


def captioned(motion: Motion, rng: np.random.Generator) -> CaptionedMotion | None:
    """A motion of one actor with its automatic caption; None where nothing was detected.

    Raises:
        ConfigError: there are several actors.
    """
    if len(motion.tracks) != 1:
        raise ConfigError(f"Give the motion of one actor; this one has {len(motion.tracks)}.")
    made = caption(motion.tracks[0], motion.fps, rng)
    return None if made is None else CaptionedMotion(motion=motion, caption=made)


def then(*clips: CaptionedMotion, rng: np.random.Generator, blend: float = 0.4) -> CaptionedMotion:
    """One clip after the other, each where and facing as the one before ends.

    Args:
        clips: two or more, of one frame rate and skeleton.
        rng: chooses words.
        blend: how long a jump in pose and velocity decays [s].

    Raises:
        ConfigError: there are fewer than two, or they don't fit together.
    """
    from text2sim.edit import concatenate

    if len(clips) < 2:
        raise ConfigError(f"Give two clips or more to join; got {len(clips)}.")
    first = clips[0].motion
    motion = concatenate(first, *(_alike(c.motion, first) for c in clips[1:]), blend=blend)
    events: list[Event] = []
    offset = 0.0
    for clip in clips:
        events += [_shifted(event, offset) for event in clip.caption.events]
        offset += clip.motion.duration
    return _told(motion, joined(_in_turn(events)), rng, styles=[c.caption.style for c in clips])


def during(
    upper: CaptionedMotion, lower: CaptionedMotion, *, rng: np.random.Generator, start: float = 0.0
) -> CaptionedMotion:
    """What arms and torso do in `upper`, on the legs and the path of `lower`.

    Args:
        upper: has at least one event of the upper body, and the body stands or sits in it.
        lower: is upright; what its own arms did is gone where `upper` covers it.
        rng: chooses words.
        start: when in `lower` the upper motion begins [s].

    Raises:
        ConfigError: they don't fit together, or no gesture would be seen.
    """
    from text2sim.edit import layer

    end = min(start + upper.motion.duration, lower.motion.duration)
    gestures = [_shifted(e, start) for e in upper.caption.events if e.kind in UPPER]
    gestures = [e for e in gestures if e.end <= end]
    if not gestures:
        raise ConfigError(
            "The upper motion has no gesture that fits into the lower one: give a clip in which "
            "arms wave, rise, clap or punch, and a lower one that is as long."
        )
    moved = [
        e for e in upper.caption.events if e.layer == "full" and e.kind not in ("stand", "sit")
    ]
    low = [e.kind for e in lower.caption.events if e.kind in _LOW]
    if moved or low:
        what = moved[0].kind if moved else low[0]
        raise ConfigError(f"Arms can't be taken from or put onto a body that does {what!r}.")
    kept = [e for e in lower.caption.events if e.kind not in UPPER or e.start >= end]
    kept = [e for e in kept if e.kind != "reach_down" or e.start >= end or e.end <= start]
    motion = layer(_alike(upper.motion, lower.motion), lower.motion, start=start)
    events = sorted([*kept, *gestures], key=lambda e: (e.start, e.end, e.kind))
    return _told(motion, events, rng, styles=[lower.caption.style])


def faster(clip: CaptionedMotion, factor: float, *, rng: np.random.Generator) -> CaptionedMotion:
    """The clip at `factor` times its speed; words of pace follow.

    Jumps and runs are told as such only while they still look it: from 0.7 to 1.4.

    Raises:
        ConfigError: the factor is not usable, or makes a flight impossible.
    """
    from text2sim.edit import retime

    flying = [e.kind for e in clip.caption.events if e.kind in ("run", "jump", "hop")]
    if flying and not 0.7 <= factor <= 1.4:
        raise ConfigError(
            f"A body can't {flying[0]} at {factor:g} times its speed: use a factor from 0.7 to 1.4."
        )
    motion = retime(clip.motion, factor)
    events = [
        replace(
            e, start=e.start / factor, end=e.end / factor,
            speed=None if e.speed is None else e.speed * factor,
        )
        for e in clip.caption.events
    ]  # fmt: skip
    return _told(motion, events, rng, styles=[_paced(clip.caption.style, events)])


def bent(clip: CaptionedMotion, angle: float, *, rng: np.random.Generator) -> CaptionedMotion:
    """A clip that travels straight, along an arc that turns by `angle` [rad], left if positive.

    Raises:
        ConfigError: it is not one straight travel, or the angle is over 150 degrees.
    """
    from text2sim.edit import along

    travels = [e for e in clip.caption.events if e.kind in ("walk", "run", "move")]
    turns = [e for e in clip.caption.events if e.kind == "turn"]
    straight = len(travels) == 1 and not turns and travels[0].shape == "straight"
    if not straight or abs(angle) > np.radians(150.0):
        raise ConfigError(
            "Only a clip with one straight travel can be bent, by up to 150 degrees; this one has "
            f"{len(travels)} travels and {len(turns)} turns."
        )
    motion = along(clip.motion, _arc(clip.motion, angle))
    changed = replace(travels[0], shape="curve", angle=angle, count=None)
    if abs(angle) < 2.0 * _BENT:
        changed = replace(changed, shape=None, angle=None)
    events = [changed if e is travels[0] else e for e in clip.caption.events]
    return _told(motion, events, rng, styles=[clip.caption.style])


def mirrored(clip: CaptionedMotion) -> CaptionedMotion:
    """The clip in a mirror, with the words for it."""
    from text2sim.edit import mirror

    made = clip.caption
    changed = replace(
        made, text=mirror_words(made.text), events=tuple(e.mirrored() for e in made.events)
    )
    return CaptionedMotion(motion=mirror(clip.motion), caption=changed)


def _alike(motion: Motion, model: Motion) -> Motion:
    """A motion on the skeleton of another, where bones differ by no more than `_SAME`.

    Rotations stay, and the way is scaled by the leg, so that feet stay on the ground.
    """
    track, skeleton = motion.tracks[0], model.tracks[0].skeleton
    if np.abs(track.skeleton.offsets - skeleton.offsets).max() > _SAME:
        return motion
    factor = skeleton.leg_length / track.skeleton.leg_length
    changed = replace(track, skeleton=skeleton, root_positions=track.root_positions * factor)
    return replace(motion, tracks=(changed,))


def _arc(motion: Motion, angle: float) -> np.ndarray:
    """An arc as long as the way [m], (N, 2), that begins as the way does."""
    path = motion.tracks[0].root_positions[:, :2]
    net = path[-1] - path[0]
    length = float(np.linalg.norm(net))
    ways = np.arctan2(net[1], net[0]) + angle * np.linspace(0.0, 1.0, 100)
    steps = np.stack([np.cos(ways), np.sin(ways)], axis=1) * length / 99.0
    return path[0] + np.concatenate([np.zeros((1, 2)), np.cumsum(steps[:-1], axis=0)])


def _shifted(event: Event, by: float) -> Event:
    return replace(event, start=event.start + by, end=event.end + by)


def _in_turn(events: list[Event]) -> list[Event]:
    """Events of joined clips: standing between two things goes without saying."""
    inner = events[1:-1]
    short = [e for e in inner if e.kind == "stand" and len(events) > 2]
    return [e for e in events if not any(e is s for s in short)]


def _paced(style: tuple[str, ...], events: Iterable[Event]) -> tuple[str, ...]:
    """Style tags without those of the pace that no event has any more."""
    kept = [tag for tag in style if tag not in ("slow", "fast")]
    paces = [(e.speed, e.kind == "run") for e in events if e.kind in ("walk", "run") and e.speed]
    if paces and all(speed < (1.6 if runs else 0.65) for speed, runs in paces):
        kept.append("slow")
    if paces and all(speed > (4.0 if runs else 1.6) for speed, runs in paces):
        kept.append("fast")
    return tuple(kept)


def _told(
    motion: Motion, events: list[Event], rng: np.random.Generator, styles: list[tuple[str, ...]]
) -> CaptionedMotion:
    """A motion with a new sentence about events; tags stay that all parts have."""
    style = tuple(tag for tag in styles[0] if all(tag in other for other in styles[1:]))
    gestures = any(e.layer == "upper" for e in events)
    upper = gestures and all(e.layer == "upper" or e.kind == "stand" for e in events)
    made = AutoCaption(
        text=sentence(events, rng), events=tuple(events), layer="upper" if upper else "full",
        style=style, start=0.0, end=motion.duration,
    )  # fmt: skip
    return CaptionedMotion(motion=motion, caption=made)
