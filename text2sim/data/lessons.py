"""Short takes that show one thing each: turns by so many degrees, so many waves, a stop.

Clips tell several things at once, and seldom the same thing a known number of times. Lessons cut
single events out of them, put standing before and after, repeat them, and bring turns to the size
that the sentence names. The detector must find in the result what the sentence says, or the lesson
is thrown away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

import numpy as np

from text2sim.data.events import Event, detect
from text2sim.edit import concatenate, crop
from text2sim.edit.common import facing
from text2sim.errors import Text2SimError
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.types import Motion, Track

if TYPE_CHECKING:
    from text2sim.data.corpus import Take

TOPICS = {
    "turn": 0.22, "stop": 0.18, "kick": 0.13, "punch": 0.11, "wave": 0.1, "jump": 0.08,
    "hop": 0.08, "pick": 0.06, "raise": 0.04,
}  # fmt: skip
"""What lessons show, and the share of each."""
_SOURCES = {"pick": ("reach_down",), "stop": ("walk", "run")}
_TIMES = ("", "", "twice", "three times", "four times", "five times")
_DEGREES = (45, 90, 135, 180)
_MARGIN = {"wave": 0.5, "kick": 0.35, "punch": 0.3, "raise": 0.5, "pick": 0.7}
"""How much of what surrounds an event belongs to it [s]."""
_BESIDE = {
    "kick": ("stand", "raise", "turn", "move", "bend", "punch"),
    "punch": ("stand", "raise", "turn", "move", "kick", "crouch"),
    "reach_down": ("stand", "bend", "crouch", "stand_up"),
}
"""What may be seen at the same time without making the sentence untrue."""
_PER_TAKE = 6
"""Events that one take gives to a topic: one recording must not be all of it."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """One event in the motion that it is in."""

    motion: Motion
    event: Event

    def cut(self, margin: float) -> Motion:
        """The event with so much before and after it [s]."""
        start, end = self.event.start - margin, self.event.end + margin
        return crop(self.motion, max(start, 0.0), min(end, self.motion.duration))


Pieces = Mapping[str, Sequence[Piece]]


def pieces(takes: Sequence[Take]) -> Pieces:
    """Events of takes on a floor that can be cut out, by what they are."""
    found: dict[str, list[Piece]] = defaultdict(list)
    for take in takes:
        if take.ground is not None or take.motion.frames > 4000:
            continue
        events = detect(take.motion.tracks[0], take.motion.fps)
        many: dict[str, int] = defaultdict(int)
        for event in events:
            many[event.kind] += 1
            piece = Piece(motion=take.motion, event=event)
            if _usable(event, events) and many[event.kind] <= _PER_TAKE and _on_its_leg(piece):
                found[event.kind].append(piece)
    return found


def lessons(takes: Sequence[Take], count: int, rng: np.random.Generator) -> list[Take]:
    """About `count` lessons; topics that the takes have nothing of are left out."""
    found = pieces(takes)
    made: list[Take] = []
    if not found.get("stand"):
        return []
    for topic, share in TOPICS.items():
        tries, wanted = 0, round(share * count)
        done = 0
        while done < wanted and tries < 4 * wanted:
            tries += 1
            try:
                lesson = _lesson(topic, found, rng, len(made))
            except Text2SimError:
                continue
            if lesson is not None:
                made.append(lesson)
                done += 1
    return made


def _usable(event: Event, events: Sequence[Event]) -> bool:
    """Whether an event is whole and, but for gestures, alone while it lasts."""
    if event.kind == "stand":
        return event.end - event.start >= 0.8
    others = (e for e in events if e is not event and e.start < event.end and e.end > event.start)
    alone = all(e.kind in _BESIDE.get(event.kind, ("stand", "raise")) for e in others)
    whole = event.whole or event.kind in ("kick", "punch", "reach_down")
    return event.kind in ("walk", "run") or (whole and alone)


def _on_its_leg(piece: Piece) -> bool:
    """That a hop does not land on the other foot."""
    event = piece.event
    if event.kind != "hop" or event.side not in ("left", "right"):
        return True
    contacts = np.any(piece.cut(0.0).tracks[0].contacts.reshape(-1, 2, 2), axis=2)
    stands = np.count_nonzero(contacts, axis=0)
    own = ("left", "right").index(event.side)
    return bool(stands[own] >= stands[1 - own])


def _lesson(topic: str, found: Pieces, rng: np.random.Generator, number: int) -> Take | None:
    from text2sim.data.corpus import Segment, Take

    sources = [p for kind in _SOURCES.get(topic, (topic,)) for p in found.get(kind, ())]
    makers = {"turn": _turn, "stop": _stop, "wave": _waves}
    if not sources:
        return None
    made = makers.get(topic, _repeated)(topic, sources, rng)
    if made is None:
        return None
    core, kind, texts, times = made
    before, after = [_still(found, rng)], _still(found, rng)
    if topic == "stop":
        after = _still(found, rng, longest=2.5, shortest=0.8)
        before = before if rng.random() < 0.3 else []
    whole = concatenate(*before, core, after, blend=0.4)
    if not _shows(whole.tracks[0], topic, kind, times):
        return None
    texts = tuple(f"a person {text}." for text in texts)
    segment = Segment(start=0, stop=whole.frames, texts=texts, kind=f"lesson {kind}")
    return Take(id=f"lesson:{number}:{kind}", motion=whole, segments=(segment,))


_Made = tuple[Motion, str, tuple[str, ...], float]
"""The motion without standing, its kind, its sentences, how often or by how many degrees."""


def _still(
    found: Pieces, rng: np.random.Generator, shortest: float = 0.15, longest: float = 0.9
) -> Motion:
    """Somebody who stands for a while."""
    piece = _pick(found["stand"], rng)
    event = piece.event
    length = min(float(rng.uniform(shortest, longest)), event.end - event.start)
    start = float(rng.uniform(event.start, event.end - length + 1e-6))
    return crop(piece.motion, start, min(start + length, piece.motion.duration))


def _pick(sources: Sequence[Piece], rng: np.random.Generator) -> Piece:
    return sources[int(rng.integers(len(sources)))]


def _turn(topic: str, sources: Sequence[Piece], rng: np.random.Generator) -> _Made | None:
    """A turn on the spot, made a little larger or smaller to be of a round number of degrees."""
    goal = int(rng.choice(_DEGREES, p=(0.15, 0.35, 0.15, 0.35)))
    near = [p for p in sources if 0.7 < goal / _degrees(p.event) < 1.4]
    if not near:
        return None
    piece = _pick(near, rng)
    core = piece.cut(0.3)
    track = core.tracks[0]
    angle = float(np.degrees(_turned(track)))
    if abs(angle) < 20.0 or not 0.65 < goal / abs(angle) < 1.5 or _way(track) > 0.7:
        return None
    core = replace(core, tracks=(_turned_more(track, goal / abs(angle)),))
    side, clock = ("left", "counterclockwise") if angle > 0 else ("right", "clockwise")
    texts: tuple[str, ...] = (
        f"turns to the {side} by {goal} degrees", f"turns to the {side} by {goal} degrees",
        f"turns {side} by {goal} degrees", f"turns {goal} degrees to the {side}",
        f"turns {clock} by {goal} degrees",
    )  # fmt: skip
    if goal == 180:
        texts += (f"turns around to the {side}", f"turns around {clock}")
    return core, f"turn {side} {goal}", texts, float(np.copysign(goal, angle))


def _stop(topic: str, sources: Sequence[Piece], rng: np.random.Generator) -> _Made | None:
    """A walk or a run whose sentence goes on to standing."""
    runs = rng.random() < 0.35
    forward = [
        p for p in sources
        if (p.event.kind == "run") == runs and p.event.direction == "forward"
        and p.event.end - p.event.start >= 1.0
    ]  # fmt: skip
    if not forward:
        return None
    piece = _pick(forward, rng)
    event = piece.event
    length = min(float(rng.uniform(1.0, 4.0)), event.end - event.start)
    start = float(rng.uniform(event.start, event.end - length + 1e-6))
    core = crop(piece.motion, start, min(start + length, piece.motion.duration))
    verb = "runs" if runs else "walks"
    texts = tuple(
        f"{verb} {way}{link}"
        for way in ("forward", "forward", "ahead")
        for link in (
            " and stands",
            " and then stands",
            ", then stands",
            " and stops",
            ", then stops",
        )
    )
    return core, f"stop {verb}", texts, 1.0


def _waves(topic: str, sources: Sequence[Piece], rng: np.random.Generator) -> _Made | None:
    """A wave whose middle is played so often that it is waved as often as the sentence says."""
    piece, times = _pick(sources, rng), int(rng.choice((1, 2, 3, 4), p=(0.1, 0.25, 0.4, 0.25)))
    event = piece.event
    if not event.count:
        return None
    period = (event.end - event.start) / event.count
    middle = event.start + 0.5 * (event.count // 2) * 2 * period / 2
    begin = crop(piece.motion, max(event.start - 0.5, 0.0), middle)
    cycle = crop(piece.motion, middle, min(middle + period, piece.motion.duration))
    end = crop(piece.motion, middle, min(event.end + 0.6, piece.motion.duration))
    extra = times - event.count
    if extra < 0 or extra > 3:
        core = piece.cut(0.5)
        times = event.count
    else:
        core = concatenate(begin, *[cycle] * extra, end, blend=0.15)
    hand = "both hands" if event.side == "both" else f"the {event.side} hand"
    often = _often(times)
    texts = tuple(f"{verb} {hand}{often}" for verb in ("waves with", "waves with", "waves"))
    return core, f"wave {event.side} {times}", texts, float(times)


def _repeated(topic: str, sources: Sequence[Piece], rng: np.random.Generator) -> _Made | None:
    """The same thing so often."""
    upward = [p for p in sources if p.event.direction == "up"]
    if topic == "jump" and upward and rng.random() < 0.6:
        sources = upward
    piece = _pick(sources, rng)
    event = piece.event
    most = 1 if topic in ("raise", "pick") else 4 if topic in ("jump", "hop") else 3
    times = int(rng.integers(1, most + 1)) if rng.random() < 0.6 else 1
    if topic not in ("raise", "pick"):
        if event.count != 1:
            return None
        if topic in ("jump", "hop") and rng.random() < 0.7:
            times = int(rng.integers(2, most + 1))
    core = piece.cut(_MARGIN.get(topic, 0.2))
    if times > 1:
        core = concatenate(core, *[core] * (times - 1), blend=0.2)
    texts = tuple(f"{text}{_often(times)}" for text in _words(topic, event))
    return core, f"{topic} {event.side or event.direction or ''} {times}", texts, float(times)


def _words(topic: str, event: Event) -> tuple[str, ...]:
    side = event.side
    hand, hands = f"the {side} hand", "both hands"
    if topic == "kick":
        return tuple(f"kicks with the {side} {part}" for part in ("leg", "leg", "foot"))
    if topic == "punch":
        return tuple(f"punches with the {side} {part}" for part in ("hand", "hand", "fist"))
    if topic == "hop":
        return tuple(f"hops on the {side} {part}" for part in ("leg", "leg", "foot"))
    if topic == "raise":
        parts = ("hands", "arms") if side == "both" else ("hand", "arm")
        who = "both" if side == "both" else f"the {side}"
        return tuple(f"raises {who} {part}" for part in parts)
    if topic == "pick":
        whose = hands if side == "both" else hand
        return ("bends over and picks something up", f"picks something up with {whose}",
                f"bends over and picks something up with {whose}")  # fmt: skip
    ways = {"up": ("up", "up", "on the spot"), "left": ("sideways to the left", "to the left"),
            "right": ("sideways to the right", "to the right")}  # fmt: skip
    way = event.direction
    return tuple(f"jumps {words}".strip() for words in ways.get(way or "", (way or "",)))


def _often(times: int) -> str:
    return f" {_TIMES[times]}" if 1 < times < len(_TIMES) else ""


def _shows(track: Track, topic: str, kind: str, times: float) -> bool:
    """Whether the detector finds what the sentence says."""
    if topic == "turn":
        return bool(abs(np.degrees(_turned(track)) - times) < 20.0)
    if topic == "stop":
        step = np.linalg.norm(np.diff(track.root_positions[-9:, :2], axis=0), axis=1)
        return bool(step.max() * 20.0 < 0.25)
    names = {"pick": ("reach_down",), "jump": ("jump",), "hop": ("hop", "jump")}
    wanted = names.get(topic, (topic,))
    side = kind.split()[1] if topic in ("kick", "punch", "wave", "hop", "raise") else None
    events = [
        e for e in detect(track, 20.0)
        if e.kind in wanted and (side is None or e.side in (side, None))
    ]  # fmt: skip
    if topic in ("raise", "pick"):
        return bool(events)
    return sum(e.count or 1 for e in events) == times


def _degrees(event: Event) -> float:
    return max(abs(float(np.degrees(event.angle or 0.0))), 1.0)


def _turned(track: Track) -> float:
    yaw = np.unwrap(facing(track.positions()))
    return float(yaw[-2:].mean() - yaw[:2].mean())


def _way(track: Track) -> float:
    root = track.root_positions[:, :2]
    return float(np.linalg.norm(root - root[0], axis=1).max())


def _turned_more(track: Track, factor: float) -> Track:
    """The track with its turning times a factor; steps turn with it."""
    yaw = filters.gaussian(np.unwrap(facing(track.positions())), 2.0)
    more = quat.about_z((factor - 1.0) * (yaw - yaw[0]))
    steps = np.diff(track.root_positions, axis=0, prepend=track.root_positions[:1])
    root = track.root_positions[0] + np.cumsum(quat.rotate(more, steps), axis=0)
    rotations = track.rotations_wxyz.copy()
    rotations[:, 0] = quat.mul(more, rotations[:, 0])
    return replace(track, root_positions=root, rotations_wxyz=rotations)
