"""Which clip a segment of the plan gets: by its words first, then by speed, length and posture."""

from __future__ import annotations

from typing import NamedTuple, final

import numpy as np

from text2sim.motion.retrieval.library import Entry, Library
from text2sim.types import Segment

TRAVELS = 0.3
"""A segment with a longer path [m] goes somewhere."""
CLOSE = 0.02
"""Clips whose marks differ by less are one as good as the other: the seed chooses."""
_AHEAD = {"backward": (-1.0, 0.0), "left": (0.0, 1.0), "right": (0.0, -1.0)}
"""Where a body moves, as it sees it: ahead and to its left."""
_REACH = 0.8
"""Logarithm of how much faster or slower pace and steps can be made together."""
_STYLISED = ("kay_", "uac_")
_COUNTS = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}
_PHRASES = {
    "stand": "stands idle", "turn": "turns", "spin": "spins around", "sit": "sits down on a chair",
    "stand_up": "stands up from a chair", "lie": "lies down on the floor",
    "fall": "falls to the ground", "kneel": "kneels down", "squat": "squats down",
    "pick_up": "picks something up", "put_down": "puts something down",
    "carry": "walks carrying something", "push": "pushes something heavy",
    "pull": "pulls something", "throw": "throws something", "catch": "catches something",
    "drink": "drinks something", "look": "looks around", "talk": "talks with gestures",
    "nod": "nods the head", "shake_head": "shakes the head", "reach": "reaches out with the hand",
    "raise_arms": "raises both arms", "climb": "climbs up", "dance": "dances",
    "stretch": "stretches the arms", "jump": "jumps on the spot",
}  # fmt: skip
_LIMBS = {
    "kick": "leg", "wave": "hand", "punch": "hand", "throw": "hand", "reach": "hand",
    "point": "hand",
}  # fmt: skip
_EVENTS = {
    "spin": ("turn",), "squat": ("crouch",), "bow": ("bend",), "raise_arms": ("raise",),
    "fall": ("lie",), "pick_up": ("reach_down", "bend"), "put_down": ("reach_down", "bend"),
}  # fmt: skip
"""How the captioner calls actions that it names otherwise."""
_WAYS = {"backward": "backward", "left": "sideways to the left", "right": "sideways to the right"}


@final
class Choice(NamedTuple):
    """A clip for a segment, how well its words fit (cosine), and what was asked for."""

    entry: Entry
    fit: float
    phrase: str


def phrase(segment: Segment) -> str:
    """The sentence that a segment is looked up by."""
    words = [_PHRASES.get(segment.action, f"{segment.action.replace('_', ' ')}s")]
    if segment.length > TRAVELS:
        words[0] = words[0].replace(" on the spot", "")
        words.append(_WAYS.get(segment.direction, "forward"))
        rise = segment.path[-1, 2] - segment.path[0, 2]
        if abs(rise) > 0.15:
            words.append("up some steps" if rise > 0 else "down some steps")
    turned = segment.heading_end - segment.heading_start
    if segment.action in ("turn", "spin") and abs(turned) > 0.2:
        words.append(
            f"{'left' if turned > 0 else 'right'} by {abs(np.degrees(turned)):.0f} degrees"
        )
    if segment.side in ("left", "right") and segment.action in _LIMBS:
        words.append(f"with the {segment.side} {_LIMBS[segment.action]}")
    words += list(segment.manner)
    words += [_COUNTS[segment.repetitions]] if segment.repetitions in _COUNTS else []
    return " ".join(["a person", *words]).replace("punchs", "punches")


def choose(
    segment: Segment, library: Library, height: float, rng: np.random.Generator
) -> Choice:  # fmt: skip
    """The best clip for a segment.

    Args:
        segment: to be performed.
        library: to look in.
        height: of the pelvis where the segment begins, over that of standing.
        rng: chooses among clips that fit as well.
    """
    text = phrase(segment)
    fits = library.scores(text)
    marks = fits - np.array([_misfit(entry, segment, height) for entry in library.entries])
    best = np.flatnonzero(marks >= marks.max() - CLOSE)
    place = int(best[rng.integers(len(best))])
    return Choice(library.entries[place], float(fits[place]), text)


def _misfit(entry: Entry, segment: Segment, height: float) -> float:
    """What speaks against a clip, beside its words."""
    way = float(np.hypot(*entry.way))
    extra = sum(kind != "stand" for kind, _, _ in entry.events) - 1
    result = 0.04 * max(0, extra) + 0.03 * entry.clip.startswith(_STYLISED)
    result += 0.4 * abs(entry.first - height) + 0.1 * max(0.0, 0.5 - entry.duration)
    turn = segment.heading_end - segment.heading_start
    if segment.length > TRAVELS:
        needed = segment.length / max(segment.duration, 0.1)
        mean = way / entry.duration
        straight = way > 0.4 and mean > 0.7 * entry.speed
        off = abs(float(np.log(needed / max(mean, 0.05))))
        result += 0.1 * entry.clip.startswith(_STYLISED) + 0.15 * (off + abs(entry.turned))
        ahead = np.dot(entry.way, _AHEAD.get(segment.direction, (1.0, 0.0))) / max(way, 1e-6)
        result += 0.5 * (1.0 - float(ahead)) + 0.3 * (off > _REACH)
        return result + (0.0 if straight else 0.6)
    turns = segment.action in ("turn", "spin")
    result += (0.15 if turns else 0.02) * abs(entry.turned - turn) + 0.15 * min(way, 2.0)
    if segment.action == "stand":
        return result + 0.5 * entry.speed + 0.8 * max(0.0, entry.arms)
    if event_of(entry, segment.action) is not None:
        return result
    return result + 0.08 * abs(float(np.log(entry.duration / max(segment.duration, 0.2))))


def event_of(entry: Entry, action: str) -> tuple[float, float] | None:
    """When in a clip an action is seen [s], by the automatic caption; None if it does not say."""
    kinds = _EVENTS.get(action, (action,))
    return next(((start, end) for kind, start, end in entry.events if kind in kinds), None)
