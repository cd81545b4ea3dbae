"""Sentences about a motion, made from what is detected in it.

>>> caption(track, fps=20.0, rng=np.random.default_rng(0)).text
'a person walks forward slowly, turns left by 90 degrees and waves with the right hand twice.'
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, final

import numpy as np

from text2sim.data.captions import Caption
from text2sim.data.event_signals import Signals
from text2sim.data.events import Event, detect
from text2sim.data.phrases import Clause, clause
from text2sim.language.sides import side_words
from text2sim.types import Motion, Track

SUBJECT = "a person"
LONGEST = 10.0
"""Longer clips are captioned in windows [s]."""
_WINDOW = (4.0, 8.0)
_MOST = 5
"""Clauses of a sentence."""
_BASES = ("walk", "run", "move", "march", "crouch", "sit", "kneel", "lie", "bend")
_SIDES = {
    "left": "right", "right": "left", "clockwise": "counterclockwise",
    "counterclockwise": "clockwise", "counter-clockwise": "clockwise", "anticlockwise": "clockwise",
    "anti-clockwise": "clockwise", "counter clockwise": "clockwise",
}  # fmt: skip


@final
@dataclass(frozen=True, kw_only=True)
class AutoCaption:
    """A true sentence about a part of a clip; layer and style stay out of the sentence.

    Attributes:
        events: what the sentence tells, in its order, with times from the beginning of the clip.
        layer: "upper" where only arms and torso do something.
        style: how it is done: "slow", "fast", "stooped".
        start, end: the part [s].
    """

    text: str
    events: tuple[Event, ...]
    layer: Literal["full", "upper"]
    style: tuple[str, ...]
    start: float
    end: float

    def as_caption(self) -> Caption:
        """As data sets have it."""
        return Caption(text=self.text, start=self.start, end=self.end)


def mirror_words(text: str) -> str:
    """The sentence for the mirrored motion: left and right, and both turns of a clock, swapped.

    "right away", "left the room" and the like stay.
    """
    pieces, done = [], 0
    for match in side_words(text):
        word = match.group()
        other = _SIDES.get(word.lower(), word)
        if word.isupper():
            other = other.upper()
        elif word[0].isupper():
            other = other.capitalize()
        pieces += [text[done : match.start()], other]
        done = match.end()
    return "".join(pieces) + text[done:]


def captions(motion: Motion, rng: np.random.Generator, *, actor: int = 0) -> list[AutoCaption]:
    """Captions of a clip: one, or one a window; see `windows`.

    Windows in which nothing was detected have none.
    """
    track = motion.tracks[actor]
    found = []
    for start, stop in windows(track, motion.fps):
        made = caption(track.slice(start, stop), motion.fps, rng)
        if made is not None:
            found.append(_later(made, start / motion.fps))
    return found


def windows(track: Track, fps: float) -> list[tuple[int, int]]:
    """Where a clip is cut, (first, last + 1) frames: at calm moments, 2.5 to 8 s apart.

    A clip of up to `LONGEST` is cut only where more happens than a sentence has room for.
    """
    parts = []
    for start, stop in _evenly(track, fps):
        events = [e for e in detect(track.slice(start, stop), fps) if e.kind != "stand"]
        ends = [start + round(e.end * fps) for e in events[:_MOST]]
        room = [cut for cut in ends[1:] if min(cut - start, stop - cut) >= 2.5 * fps]
        if len(events) > _MOST and room:
            parts += [(start, room[-1]), (room[-1], stop)]
        else:
            parts.append((start, stop))
    return parts


def _evenly(track: Track, fps: float) -> list[tuple[int, int]]:
    """Windows of 4 to 8 s, cut where the body moves least; all of it if it is no longer."""
    frames = len(track.root_positions)
    if frames <= LONGEST * fps:
        return [(0, frames)]
    calm = Signals(track=track, fps=fps).activity
    cuts, shortest = [0], _WINDOW[0] * fps
    while frames - cuts[-1] > LONGEST * fps:
        low = cuts[-1] + int(shortest)
        high = min(cuts[-1] + int(_WINDOW[1] * fps), frames - int(shortest))
        cuts.append(low + int(calm[low:high].argmin()))
    return list(zip(cuts, [*cuts[1:], frames]))


def caption(track: Track, fps: float, rng: np.random.Generator) -> AutoCaption | None:
    """One sentence about all of a track, or None where nothing was detected."""
    events = _told(detect(track, fps))
    if not events:
        return None
    return AutoCaption(
        text=sentence(events, rng), events=tuple(events), style=_style(track, fps, events),
        layer="upper" if all(e.layer == "upper" or e.kind == "stand" for e in events)
        and any(e.layer == "upper" for e in events) else "full",
        start=0.0, end=len(track.root_positions) / fps,
    )  # fmt: skip


def _later(made: AutoCaption, by: float) -> AutoCaption:
    events = tuple(replace(e, start=e.start + by, end=e.end + by) for e in made.events)
    return replace(made, events=events, start=made.start + by, end=made.end + by)


def _told(events: tuple[Event, ...]) -> list[Event]:
    """The events that a sentence has room for, in order; the least important go first."""
    told = list(events)
    gestures = [e for e in told if e.layer == "upper"]
    if len([e for e in told if e.kind != "stand"]) > 1 and not gestures:
        told = [e for e in told if e.kind != "stand" or e.end - e.start > 1.5]
    stands = [a for a, b in pairwise(told) if a.kind == b.kind == "stand"]
    told = [e for e in told if not any(e is s for s in stands)]
    for kinds in (("stand",), ("move", "bend"), ("raise", "march")):
        if len(told) > _MOST:
            spare = [e for e in told if e.kind in kinds]
            drop = sorted(spare, key=lambda e: (e.end - e.start, e.start))[: len(told) - _MOST]
            told = [e for e in told if not any(e is d for d in drop)]
    return told[:_MOST]


def sentence(events: list[Event], rng: np.random.Generator) -> str:
    """Events in order as one sentence, with what happens at the same time told as such."""
    groups: list[tuple[Event, list[Event]]] = []
    for event in events:
        base = next((g for g in groups if _during(event, g[0])), None)
        if base is not None:
            base[1].append(event)
        else:
            groups.append((event, []))
    clauses = [_grouped(base, inner, rng) for base, inner in groups]
    return f"{SUBJECT} {_chained(clauses, rng)}."


def _during(event: Event, base: Event) -> bool:
    """Whether a gesture happens while the body does something that lasts."""
    inside = min(event.end, base.end) - max(event.start, base.start)
    lasts = base.kind in _BASES or base.kind == "stand"
    fits = event.layer == "upper" or (event.kind == "reach_down" and base.kind in _BASES)
    fits = fits or (event.kind in ("walk", "move") and base.kind == "crouch")
    return lasts and fits and inside > 0.7 * (event.end - event.start)


def _grouped(base: Event, inner: list[Event], rng: np.random.Generator) -> str:
    words = clause(base, rng)
    if not inner:
        return words.finite
    if base.kind == "crouch" and inner[0].kind in ("walk", "move"):
        return _and([f"{g.finite} while crouching" for g in [clause(e, rng) for e in inner]])
    gestures = [clause(event, rng) for event in inner]
    if base.kind in ("stand", "crouch", "bend") or len(gestures) > 1:
        if base.kind == "stand" and rng.random() < 0.5:
            return _and([g.finite for g in gestures])
        return _and([words.finite, *(g.finite for g in gestures)])
    return _while(words, gestures[0], rng)


def _while(base: Clause, gesture: Clause, rng: np.random.Generator) -> str:
    choice = int(rng.integers(3))
    if choice == 0:
        return f"{gesture.finite} while {base.gerund}"
    return f"{base.finite} while {gesture.gerund}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _chained(clauses: list[str], rng: np.random.Generator) -> str:
    """Clauses one after the other."""
    style = int(rng.integers(3))
    if len(clauses) == 1 or (style == 0 and not any(" and " in c for c in clauses)):
        return _and(clauses)
    if style == 1 and len(clauses) == 2:
        return f"{clauses[0]}, then {clauses[1]}"
    links = ["then " if rng.random() < 0.6 else "" for _ in clauses[1:-1]]
    middle = [f"{link}{words}" for link, words in zip(links, clauses[1:-1])]
    return f"{', '.join([clauses[0], *middle])} and then {clauses[-1]}"


def _style(track: Track, fps: float, events: list[Event]) -> tuple[str, ...]:
    """Tags of the manner."""
    tags = []
    paces = [e for e in events if e.kind in ("walk", "run") and e.speed is not None]
    if paces and all((e.speed or 0.0) < (1.6 if e.kind == "run" else 0.65) for e in paces):
        tags.append("slow")
    if paces and all((e.speed or 0.0) > (4.0 if e.kind == "run" else 1.6) for e in paces):
        tags.append("fast")
    signals = Signals(track=track, fps=fps)
    stooped = (signals.upright < 0.88) & (signals.upright > 0.5) & (signals.pelvis > 0.8)
    if float(np.mean(stooped)) > 0.7:
        tags.append("stooped")
    return tuple(tags)
