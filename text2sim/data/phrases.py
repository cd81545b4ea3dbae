"""Words for events: clauses such as ("walks", "walking", "forward slowly") in one style.

Choices are drawn from a generator and never depend on sides, so that a mirrored motion with the
same seed gets the mirrored words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from text2sim.data.events import Event

T = TypeVar("T")
_TIMES = ("", "once", "twice", "three times", "four times", "five times", "six times")
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_WAYS = {
    "forward": ("forward", "forward", "ahead"),
    "backward": ("backward", "backwards", "backward"),
    "left": ("sideways to the left", "to the left", "left"),
    "right": ("sideways to the right", "to the right", "right"),
}


class Clause(NamedTuple):
    """A verb in both forms and what follows it."""

    verb: str
    ing: str
    rest: str = ""

    @property
    def finite(self) -> str:
        """As after "a person"."""
        return f"{self.verb} {self.rest}".strip()

    @property
    def gerund(self) -> str:
        """As after "while"."""
        return f"{self.ing} {self.rest}".strip()


def clause(event: Event, rng: np.random.Generator) -> Clause:
    """Words for one event."""
    return _WORDS[event.kind](event, rng)


def _pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def _maybe(rng: np.random.Generator, chance: float, words: str) -> str:
    return words if rng.random() < chance else ""


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _times(count: int | None) -> str:
    """How often, in words; nothing where once goes without saying."""
    if count is None or count < 2:
        return ""
    return _TIMES[count] if count < len(_TIMES) else "several times"


def _travel(event: Event, rng: np.random.Generator) -> Clause:
    verb = _gait(event, rng)
    way = _pick(rng, _WAYS[event.direction]) if event.direction else ""
    pace = _maybe(rng, 0.8, _pace(event, rng))
    if event.rise:
        way = event.rise if event.direction in (None, "forward") else f"{way} and {event.rise}"
    path = _path(event, rng)
    if event.shape == "straight" and rng.random() < 0.5:
        path = ""
    extent = _extent(event, rng)
    if path and rng.random() < 0.5:
        return Clause(*verb, _join(way, pace, path, extent))
    return Clause(*verb, _join(way, path, pace, extent))


def _gait(event: Event, rng: np.random.Generator) -> tuple[str, str]:
    if event.kind == "run":
        return ("jogs", "jogging") if (event.speed or 0.0) < 2.0 else ("runs", "running")
    if event.kind == "walk":
        return _pick(rng, (("walks", "walking"), ("walks", "walking"), ("goes", "going")))
    return _pick(rng, (("moves", "moving"), ("goes", "going")))


def _pace(event: Event, rng: np.random.Generator) -> str:
    """Slow or fast for this gait; now and then normal."""
    slow, fast = (1.6, 4.0) if event.kind == "run" else (0.65, 1.6)
    speed = event.speed or 0.0
    words = ("slowly", "slowly", "at a slow pace"), ("fast", "quickly", "at a fast pace")
    choice, named = int(rng.integers(3)), rng.random() < 0.4
    if slow <= speed <= fast:
        usual = (2.2, 3.6) if event.kind == "run" else (0.9, 1.4)
        return "at a normal pace" if named and usual[0] < speed < usual[1] else ""
    return words[0][choice] if speed < slow else words[1][choice]


def _path(event: Event, rng: np.random.Generator) -> str:
    choice = int(rng.integers(2))
    if event.shape == "straight":
        return ("in a straight line", "straight")[choice] if event.direction == "forward" else ""
    if event.shape == "zigzag":
        return ("in a zigzag", "in zigzags")[choice]
    if event.angle is None or event.shape is None:
        return ""
    side, clock = ("left", "counterclockwise") if event.angle > 0 else ("right", "clockwise")
    if event.shape == "circle":
        return f"in a {clock} circle" if choice else f"{clock} in a circle"
    if event.direction != "forward":
        return ""
    return (f"in a curve to the {side}", f"curving to the {side}")[choice]


def _extent(event: Event, rng: np.random.Generator) -> str:
    """Steps or metres, now and then."""
    chance, metres = rng.random(), round(event.distance or 0.0)
    if event.count and event.count <= 8 and chance < 0.4:
        return f"for {_NUMBERS[event.count]} steps"
    exact = event.whole and 2 <= metres <= 12 and abs((event.distance or 0.0) - metres) < 0.3
    return f"for about {_NUMBERS[metres]} metres" if exact and chance > 0.7 else ""


def _turn(event: Event, rng: np.random.Generator) -> Clause:
    angle = event.angle or 0.0
    side, clock = ("left", "counterclockwise") if angle > 0 else ("right", "clockwise")
    degrees = abs(math.degrees(angle))
    choice, named = int(rng.integers(4)), rng.random() < 0.85
    if degrees > 310:
        full = round(degrees / 360)
        often = f" {_times(full)}" if full > 1 else ""
        return Clause("spins", "spinning", f"around{often} to the {side}" if choice % 2 else
                      f"{clock} around{often}")  # fmt: skip
    if 155 < degrees < 205 and choice < 3:
        way = (f"around to the {side}", f"around {clock}", f"to the {side} by 180 degrees")[choice]
        return Clause("turns", "turning", way)
    size = f"{_rounded(degrees)} degrees"
    if not named or not event.whole:
        return Clause("turns", "turning", (side, f"to the {side}")[choice % 2])
    return (
        Clause("turns", "turning", f"{side} by {size}"),
        Clause("turns", "turning", f"{size} to the {side}"),
        Clause("turns", "turning", f"{clock} by {size}"),
        Clause("makes", "making", f"a {side} turn of {size}"),
    )[choice]


def _rounded(degrees: float) -> str:
    """A multiple of 45 where it is near, or else "about" a multiple of 10."""
    nearest = 45 * round(degrees / 45)
    return str(nearest) if abs(degrees - nearest) < 13 else f"about {10 * round(degrees / 10)}"


def _jump(event: Event, rng: np.random.Generator) -> Clause:
    count = _maybe(rng, 0.9, _times(event.count))
    if event.kind == "hop":
        way = f"{event.direction}" if event.direction in ("forward", "backward") else ""
        return Clause("hops", "hopping", _join(way, f"on the {event.side} foot", count))
    choice, height = int(rng.integers(3)), event.height or 0.0
    ways = {**_WAYS, "up": ("up", "straight up", "on the spot")}
    way = ways[event.direction][choice] if event.direction else ""
    high = _maybe(rng, 0.5, "high") if height > 0.3 and event.direction == "up" else ""
    return Clause("jumps", "jumping", _join(high, "" if high and choice == 0 else way, count))


def _step(event: Event, rng: np.random.Generator) -> Clause:
    size = f"about {10 * round(10 * (event.height or 0.0))} centimetres"
    extent = _maybe(rng, 0.3, f"by {size}")
    verb = _pick(rng, (("steps", "stepping"), ("climbs", "climbing")))
    return Clause(*verb, _join(event.rise or "", extent))


def _low(event: Event, rng: np.random.Generator) -> Clause:
    """Low postures: "sits down" where it begins, "sits" where it is held all the time."""
    choice = int(rng.integers(2))
    floor = (event.height or 1.0) < 0.35
    words: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
        "crouch": (("crouches", "crouching", "down"), ("squats", "squatting", "down")),
        "kneel": (("kneels", "kneeling", "down"), ("goes", "going", "down on the knees")),
        "sit": (("sits", "sitting", "down"), ("takes", "taking", "a seat")),
        "lie": (("lies", "lying", "down"), ("gets", "getting", "down to the ground")),
        "crawl": (("gets", "getting", "down on all fours"), ("drops", "dropping", "on all fours")),
    }
    if event.kind == "sit" and floor:
        choice = 0
    verb, ing, rest = words[event.kind][choice]
    if not event.enters:
        verb, ing, rest = words[event.kind][0]
        rest = {"lie": "on the ground"}.get(event.kind, "")
        if event.kind == "crawl":
            return Clause("is", "being", "on all fours")
    return Clause(verb, ing, _join(rest, "on the floor" if event.kind == "sit" and floor else ""))


def _plain(*options: tuple[str, str, str]) -> Callable[[Event, np.random.Generator], Clause]:
    return lambda event, rng: Clause(*_pick(rng, options))


def _stand(event: Event, rng: np.random.Generator) -> Clause:
    rest = _pick(rng, ("still", "still", "motionless")) if event.speed == 0.0 else ""
    return Clause("stands", "standing", rest)


def _limb(event: Event, part: str) -> str:
    """ "the left hand", "both hands"."""
    plural = {"foot": "feet"}.get(part, f"{part}s")
    return f"both {plural}" if event.side == "both" else f"the {event.side} {part}"


def _raise(event: Event, rng: np.random.Generator) -> Clause:
    part = _pick(rng, ("arm", "hand"))
    if not event.enters:
        above = _pick(rng, ("up", "above the head"))
        return Clause("holds", "holding", f"{_limb(event, part)} {above}")
    verb = _pick(rng, (("raises", "raising"), ("lifts", "lifting")))
    return Clause(*verb, _join(_limb(event, part), _maybe(rng, 0.4, "above the head")))


def _wave(event: Event, rng: np.random.Generator) -> Clause:
    part, count = _pick(rng, ("hand", "hand", "arm")), _maybe(rng, 0.8, _times(event.count))
    link = _pick(rng, ("with ", ""))
    return Clause("waves", "waving", _join(link + _limb(event, part), count))


def _clap(event: Event, rng: np.random.Generator) -> Clause:
    hands = _pick(rng, ("", "the hands"))
    return Clause("claps", "clapping", _join(hands, _maybe(rng, 0.85, _times(event.count))))


def _kick(event: Event, rng: np.random.Generator) -> Clause:
    way = _maybe(rng, 0.6, "forward") if event.direction == "forward" else ""
    part = _pick(rng, ("foot", "leg"))
    return Clause("kicks", "kicking", _join(way, f"with {_limb(event, part)}", _times(event.count)))


def _punch(event: Event, rng: np.random.Generator) -> Clause:
    part = _pick(rng, ("hand", "fist", "arm"))
    return Clause("punches", "punching", _join(f"with {_limb(event, part)}", _times(event.count)))


def _reach_down(event: Event, rng: np.random.Generator) -> Clause:
    rest = f"down to the {_pick(rng, ('floor', 'ground'))} with {_limb(event, 'hand')}"
    return Clause("reaches", "reaching", rest)


_WORDS: dict[str, Callable[[Event, np.random.Generator], Clause]] = {
    "walk": _travel, "run": _travel, "move": _travel, "turn": _turn, "jump": _jump, "hop": _jump,
    "step": _step, "crouch": _low, "kneel": _low, "sit": _low, "lie": _low, "crawl": _low,
    "march": _plain(("steps", "stepping", "on the spot"), ("steps", "stepping", "in place")),
    "bend": _plain(("bends", "bending", "forward"), ("bends", "bending", "over")),
    "stand_up": _plain(("stands", "standing", "up"), ("gets", "getting", "up")),
    "stand": _stand, "raise": _raise, "wave": _wave, "clap": _clap, "kick": _kick,
    "punch": _punch, "reach_down": _reach_down,
}  # fmt: skip
