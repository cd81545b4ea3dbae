"""What a body can be asked to do: the canonical actions that parser, planner and motion share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ActionSpec:
    """One canonical action.

    Attributes:
        travels: it moves along a path.
        speed: usual speed along the path [m/s] of an adult (0 on the spot).
        duration: usual length of one performance on the spot [s].
        layer: "full" takes the whole body; "upper" only torso, arms and head.
        reach: how far from the target the actor should stand [m]; None: no approach needed.
        verbs: lemmas that mean it, particles joined by a space.
    """

    travels: bool = False
    speed: float = 0.0
    duration: float = 2.0
    layer: Literal["full", "upper"] = "full"
    reach: float | None = None
    verbs: tuple[str, ...] = ()


ACTIONS: dict[str, ActionSpec] = {
    "stand": ActionSpec(verbs=("stand", "wait", "stay", "stop", "pause", "rest", "idle", "freeze")),
    "walk": ActionSpec(
        travels=True,
        speed=1.3,
        verbs=(
            "walk",
            "stroll",
            "go",
            "step",
            "pace",
            "wander",
            "move",
            "come",
            "approach",
            "stride",
            "amble",
            "head",
            "enter",
            "leave",
            "follow",
            "cross",
            "return",
            "travel",
            "stagger",
            "limp",
            "advance",
            "proceed",
            "hike",
            "saunter",
            "trudge",
            "shuffle",
            "strut",
        ),
    ),
    "run": ActionSpec(
        travels=True,
        speed=3.2,
        verbs=("run", "jog", "sprint", "rush", "dash", "race", "chase", "hurry", "flee", "charge"),
    ),
    "sneak": ActionSpec(
        travels=True, speed=0.6, verbs=("sneak", "creep", "tiptoe", "prowl", "stalk")
    ),
    "march": ActionSpec(travels=True, speed=1.2, verbs=("march", "parade", "patrol")),
    "crawl": ActionSpec(travels=True, speed=0.5, verbs=("crawl",)),
    "hop": ActionSpec(travels=True, speed=0.9, duration=2.0, verbs=("hop", "bounce")),
    "skip": ActionSpec(travels=True, speed=1.8, verbs=("skip", "prance", "gallop")),
    "jump": ActionSpec(travels=True, speed=1.6, duration=1.4, verbs=("jump", "leap", "vault")),
    "climb": ActionSpec(
        travels=True, speed=0.6, verbs=("climb", "ascend", "descend", "mount", "scale", "climb up")
    ),
    "turn": ActionSpec(duration=1.2, verbs=("turn", "rotate", "turn around", "face", "pivot")),
    "spin": ActionSpec(duration=1.6, verbs=("spin", "twirl", "whirl", "pirouette", "spin around")),
    "wave": ActionSpec(
        duration=2.5, layer="upper", verbs=("wave", "greet", "signal", "beckon", "hail", "salute")
    ),
    "clap": ActionSpec(duration=2.5, layer="upper", verbs=("clap", "applaud")),
    "point": ActionSpec(duration=2.0, layer="upper", verbs=("point", "gesture", "indicate")),
    "nod": ActionSpec(duration=1.5, layer="upper", verbs=("nod", "agree")),
    "shake_head": ActionSpec(duration=1.6, layer="upper", verbs=("shake head", "disagree")),
    "look": ActionSpec(
        duration=2.0,
        layer="upper",
        verbs=(
            "look",
            "watch",
            "see",
            "stare",
            "gaze",
            "look around",
            "observe",
            "glance",
            "search",
        ),
    ),
    "raise_arms": ActionSpec(
        duration=2.0,
        layer="upper",
        verbs=("raise", "raise arm", "cheer", "celebrate", "raise hand", "put up", "surrender"),
    ),
    "stretch": ActionSpec(duration=3.0, verbs=("stretch", "yawn", "warm up", "exercise")),
    "talk": ActionSpec(
        duration=2.5,
        layer="upper",
        verbs=(
            "talk",
            "speak",
            "say",
            "argue",
            "shout",
            "sing",
            "explain",
            "laugh",
            "call",
            "chat",
        ),
    ),
    "drink": ActionSpec(duration=2.5, layer="upper", verbs=("drink", "sip", "eat", "taste")),
    "bow": ActionSpec(
        duration=2.0, verbs=("bow", "bend", "lean", "bend over", "bend down", "curtsy")
    ),
    "squat": ActionSpec(
        duration=2.0, verbs=("squat", "crouch", "duck", "crouch down", "squat down")
    ),
    "kneel": ActionSpec(duration=2.4, verbs=("kneel", "kneel down", "pray", "propose")),
    "sit": ActionSpec(duration=2.5, reach=0.0, verbs=("sit", "sit down", "take seat")),
    "stand_up": ActionSpec(duration=1.6, verbs=("stand up", "get up", "rise", "arise")),
    "lie": ActionSpec(
        duration=3.0, verbs=("lie", "lie down", "lay", "lay down", "sleep", "collapse")
    ),
    "fall": ActionSpec(
        duration=2.2, verbs=("fall", "fall down", "fall over", "trip", "slip", "stumble", "faint")
    ),
    "kick": ActionSpec(duration=1.3, reach=0.45, verbs=("kick", "boot")),
    "punch": ActionSpec(
        duration=1.1,
        reach=0.6,
        verbs=("punch", "hit", "box", "strike", "fight", "slap", "knock", "jab", "beat", "smash"),
    ),
    "throw": ActionSpec(
        duration=1.6, verbs=("throw", "toss", "hurl", "pitch", "fling", "throw away", "lob", "roll")
    ),
    "catch": ActionSpec(duration=1.5, verbs=("catch", "receive")),
    "pick_up": ActionSpec(
        duration=2.2,
        reach=0.4,
        verbs=(
            "pick up",
            "pick",
            "lift",
            "grab",
            "take",
            "lift up",
            "collect",
            "get",
            "grasp",
            "hold",
        ),
    ),
    "put_down": ActionSpec(
        duration=2.2,
        reach=0.4,
        verbs=(
            "put",
            "put down",
            "place",
            "drop",
            "set",
            "set down",
            "lay down",
            "release",
            "leave",
        ),
    ),
    "carry": ActionSpec(
        travels=True, speed=1.0, reach=0.4, verbs=("carry", "bring", "deliver", "fetch", "take to")
    ),
    "push": ActionSpec(travels=True, speed=0.6, reach=0.45, verbs=("push", "shove", "slide")),
    "pull": ActionSpec(travels=True, speed=0.5, reach=0.45, verbs=("pull", "drag", "tug", "haul")),
    "reach": ActionSpec(
        duration=2.0, reach=0.5, verbs=("reach", "touch", "press", "open", "close")
    ),
    "dance": ActionSpec(duration=6.0, verbs=("dance", "boogie", "groove", "waltz", "party")),
}


def _verb_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for name, spec in ACTIONS.items():
        for verb in spec.verbs:
            table.setdefault(verb, name)
    return table


VERBS: dict[str, str] = _verb_table()
"""Lemma (with particle) -> canonical action; an earlier action wins where two list a verb."""
