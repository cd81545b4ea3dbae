"""Sentences for the segments of a plan, in the style of the captions of the training."""

from __future__ import annotations

from collections.abc import Sequence

from text2sim.types import Segment

_ON_THE_SPOT = {
    "stand": "stands", "spin": "spins around", "stretch": "stretches both arms above the head",
    "bow": "bows", "squat": "crouches", "kneel": "kneels on the ground", "sit": "sits down",
    "stand_up": "gets up and stands", "lie": "lies down on the ground", "fall": "falls down",
    "throw": "throws a ball", "catch": "catches a ball",
    "pick_up": "bends over and picks something up",
    "put_down": "bends over and puts something down", "reach": "reaches forward",
    "dance": "dances",
}  # fmt: skip
_TRAVELS = {
    "walk": "walks", "run": "runs", "sneak": "sneaks", "march": "marches", "crawl": "crawls",
    "hop": "hops", "skip": "skips", "jump": "jumps", "climb": "walks", "carry": "walks",
    "push": "walks", "pull": "walks",
}  # fmt: skip
_GESTURES = {
    "wave": "waves with the {side} hand", "clap": "claps the hands",
    "point": "raises the {side} arm",
    "nod": "nods", "shake_head": "shakes the head", "look": "looks around",
    "raise_arms": "raises the {side} arm above the head", "talk": "talks",
    "drink": "drinks with the {side} hand",
}  # fmt: skip
_WAYS = {
    "forward": "forward", "backward": "backward", "left": "sideways to the left",
    "right": "sideways to the right",
}  # fmt: skip
_TIMES = ("", "", "twice", "three times", "four times", "five times", "six times")
_CLIMB, _TURN = 0.12, 0.35
"""A rise [m] that is called stairs, and a turn of a path [rad] that is called a curve."""


def sentence(segment: Segment, gestures: Sequence[Segment] = ()) -> str:
    """What an actor does in a segment, and the gestures over it, as one sentence."""
    parts = [_gesture(gesture) for gesture in gestures]
    words = _full(segment)
    if parts and segment.action == "stand":
        return f"a person {' and '.join(parts)}."
    if parts:
        return f"a person {words} and {' and '.join(parts)}."
    return f"a person {words}."


def _full(segment: Segment) -> str:
    action = segment.action
    manner = " ".join(segment.manner[:2])
    if action == "turn":
        words = _turn(segment)
    elif action in ("kick", "punch"):
        limb = "leg" if action == "kick" else "hand"
        words = f"{action}{'es' if action == 'punch' else 's'} with the {_side(segment)} {limb}"
    elif action in _TRAVELS and (segment.length > 0.2 or action in ("jump", "hop")):
        words = _travel(segment)
    elif action in _TRAVELS:
        words = f"{_TRAVELS[action]} in place"
    else:
        words = _ON_THE_SPOT.get(action, "stands")
    times = _TIMES[min(segment.repetitions, len(_TIMES) - 1)]
    return " ".join(part for part in (words, times, manner) if part)


def _travel(segment: Segment) -> str:
    verb, rise = _TRAVELS[segment.action], float(segment.path[-1, 2] - segment.path[0, 2])
    if segment.length < 0.2:
        return f"{verb} up" if segment.action == "jump" else f"{verb} on the {_side(segment)} leg"
    if abs(rise) > _CLIMB and segment.action != "jump":
        return f"{verb} {'up' if rise > 0 else 'down'} the stairs"
    turned = segment.heading_end - segment.heading_start
    if abs(turned) > 5.0:
        return f"{verb} in a circle to the {'left' if turned > 0 else 'right'}"
    way = _WAYS[segment.direction]
    if segment.direction == "forward" and abs(turned) > _TURN:
        return f"{verb} {way} in a curve to the {'left' if turned > 0 else 'right'}"
    return f"{verb} {way}"


def _turn(segment: Segment) -> str:
    turned = segment.heading_end - segment.heading_start
    side = "left" if turned > 0 else "right"
    degrees = round(abs(turned) * 180.0 / 3.14159 / 45.0) * 45
    return f"turns to the {side} by {degrees} degrees" if degrees else f"turns to the {side}"


def _gesture(segment: Segment) -> str:
    words = _GESTURES.get(segment.action, "stands").format(
        side=segment.side or ("both" if segment.action == "raise_arms" else "right")
    )
    times = _TIMES[min(segment.repetitions, len(_TIMES) - 1)]
    for limb in ("hand", "arm"):
        words = words.replace(f"the both {limb}", f"both {limb}s")
    return f"{words} {times}".strip()


def _side(segment: Segment) -> str:
    return segment.side or "right"
