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


def _verbs(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


ACTIONS: dict[str, ActionSpec] = {
    "stand": ActionSpec(
        verbs=_verbs(
            "stand, wait, stay, stop, pause, rest, idle, freeze, halt, remain, stand still, "
            "stop walking, hesitate, breathe, catch breath, take breath"
        ),
    ),
    "walk": ActionSpec(
        travels=True,
        speed=1.3,
        verbs=_verbs(
            "walk, stroll, go, step, pace, wander, move, come, approach, stride, amble, head, "
            "enter, leave, follow, cross, return, travel, stagger, limp, advance, proceed, "
            "hike, saunter, trudge, shuffle, strut, roam, pass, exit, sidestep, retreat, "
            "tread, plod, waddle, hobble, lurch, drift, back up, back off, walk "
            "around, meander, slow down, slow, circle, continue, promenade, traverse, "
            "backpedal, accompany, reel, wade, lumber, totter, mosey, ramble, visit, zigzag, "
            "navigate, shamble, strafe"
        ),
    ),
    "run": ActionSpec(
        travels=True,
        speed=3.2,
        verbs=_verbs(
            "run, jog, sprint, rush, dash, race, chase, hurry, flee, charge, escape, "
            "accelerate, speed up, speed, bolt, scurry"
        ),
    ),
    "sneak": ActionSpec(
        travels=True,
        speed=0.6,
        verbs=_verbs("sneak, creep, tiptoe, prowl, stalk, slink, tip toe"),
    ),
    "march": ActionSpec(
        travels=True,
        speed=1.2,
        verbs=_verbs("march, parade, goose step, patrol"),
    ),
    "crawl": ActionSpec(
        travels=True,
        speed=0.5,
        verbs=_verbs("crawl, slither"),
    ),
    "hop": ActionSpec(
        travels=True,
        speed=0.9,
        duration=2.0,
        verbs=_verbs("hop, bounce"),
    ),
    "skip": ActionSpec(
        travels=True,
        speed=1.8,
        verbs=_verbs("skip, prance, gallop, frolic, bound"),
    ),
    "jump": ActionSpec(
        travels=True,
        speed=1.05,
        duration=1.4,
        verbs=_verbs("jump, leap, vault, spring"),
    ),
    "climb": ActionSpec(
        travels=True,
        speed=0.6,
        verbs=_verbs("climb, ascend, descend, mount, scale, climb up, clamber"),
    ),
    "turn": ActionSpec(
        duration=1.2,
        verbs=_verbs(
            "turn, rotate, turn around, face, pivot, turn round, swivel, turn back, make "
            "turn, rotate around"
        ),
    ),
    "spin": ActionSpec(
        duration=1.6,
        verbs=_verbs(
            "spin, twirl, whirl, pirouette, spin around, twirl around, whirl around, spin round"
        ),
    ),
    "wave": ActionSpec(
        duration=2.5,
        layer="upper",
        verbs=_verbs(
            "wave, greet, signal, beckon, hail, salute, wave hand, wave arm, say goodbye, say hello"
        ),
    ),
    "clap": ActionSpec(
        duration=2.5,
        layer="upper",
        verbs=_verbs("clap, applaud, clap hand"),
    ),
    "point": ActionSpec(
        duration=2.0,
        layer="upper",
        verbs=_verbs("point, gesture, indicate, point finger"),
    ),
    "nod": ActionSpec(
        duration=1.5,
        layer="upper",
        verbs=_verbs("nod, agree, nod head"),
    ),
    "shake_head": ActionSpec(
        duration=1.6,
        layer="upper",
        verbs=_verbs("shake head, disagree"),
    ),
    "look": ActionSpec(
        duration=2.0,
        layer="upper",
        verbs=_verbs(
            "look, watch, see, stare, gaze, look around, observe, glance, search, peer, look "
            "at, inspect, examine, turn head, look for, notice, admire, spot, peek, peep"
        ),
    ),
    "raise_arms": ActionSpec(
        duration=2.0,
        layer="upper",
        verbs=_verbs(
            "raise, raise arm, cheer, celebrate, raise hand, put up, surrender, lift arm, "
            "lift hand, hold up, throw up, put arm up, put hand up, stretch arm, raise fist, "
            "spread arm"
        ),
    ),
    "stretch": ActionSpec(
        duration=3.0,
        verbs=_verbs("stretch, yawn, warm up, exercise, stretch out, work out"),
    ),
    "talk": ActionSpec(
        duration=2.5,
        layer="upper",
        verbs=_verbs(
            "talk, speak, say, argue, shout, sing, explain, laugh, call, chat, yell, whisper, "
            "scream, discuss, converse, ask, answer, tell, preach, gesticulate, lecture"
        ),
    ),
    "drink": ActionSpec(
        duration=2.5,
        layer="upper",
        verbs=_verbs("drink, sip, eat, taste, gulp, swallow, chew, nibble"),
    ),
    "bow": ActionSpec(
        duration=2.0,
        verbs=_verbs(
            "bow, bend, lean, bend over, bend down, curtsy, bow down, stoop, lean over, bow head"
        ),
    ),
    "squat": ActionSpec(
        duration=2.0,
        verbs=_verbs(
            "squat, crouch, duck, get down, crouch down, squat down, duck down, hunker, "
            "hunker down, bend knee, cower"
        ),
    ),
    "kneel": ActionSpec(
        duration=2.4,
        verbs=_verbs(
            "kneel, kneel down, pray, propose, genuflect, get down on knee, go down on knee"
        ),
    ),
    "sit": ActionSpec(
        duration=2.5,
        reach=0.0,
        verbs=_verbs("sit, sit down, take seat, be seated, seat, have seat, plop down"),
    ),
    "stand_up": ActionSpec(
        duration=1.6,
        verbs=_verbs(
            "stand up, get up, rise, arise, stand back up, get back up, get to foot, rise up, "
            "sit up, wake up, wake, awaken"
        ),
    ),
    "lie": ActionSpec(
        duration=3.0,
        verbs=_verbs(
            "lie, lie down, lay, lay down, sleep, collapse, recline, take nap, nap, fall asleep"
        ),
    ),
    "fall": ActionSpec(
        duration=2.2,
        verbs=_verbs(
            "fall, fall down, fall over, trip, slip, stumble, faint, tumble, topple, trip "
            "over, fall off, topple over, pass out"
        ),
    ),
    "kick": ActionSpec(
        duration=1.3,
        reach=0.45,
        verbs=_verbs("kick, boot, dribble, kick off"),
    ),
    "punch": ActionSpec(
        duration=1.1,
        reach=0.6,
        verbs=_verbs(
            "punch, hit, box, strike, fight, slap, knock, jab, beat, smash, attack, thump, "
            "knock down, knock over, uppercut, smack, shadowbox, kickbox, pummel"
        ),
    ),
    "throw": ActionSpec(
        duration=1.6,
        verbs=_verbs(
            "throw, toss, hurl, pitch, fling, throw away, lob, roll, pass, bowl, chuck, throw "
            "out, pass over, juggle"
        ),
    ),
    "catch": ActionSpec(
        duration=1.5,
        verbs=_verbs("catch, receive, intercept"),
    ),
    "pick_up": ActionSpec(
        duration=2.2,
        reach=0.4,
        verbs=_verbs(
            "pick up, pick, lift, grab, take, lift up, collect, get, grasp, hold, seize, "
            "snatch, gather, take out, take away, scoop up, raise up, hoist, grip, pull up, "
            "take up, pick back up"
        ),
    ),
    "put_down": ActionSpec(
        duration=2.2,
        reach=0.4,
        verbs=_verbs(
            "put, put down, place, drop, set, set down, lay down, release, deposit, lower, "
            "put back, put away, place down, drop off, stack, position, put back down, set "
            "back down, let go, plant"
        ),
    ),
    "carry": ActionSpec(
        travels=True,
        speed=1.0,
        reach=0.4,
        verbs=_verbs(
            "carry, bring, deliver, fetch, take to, transport, hand, give, lug, hand over, "
            "give back, bring back, offer, tote"
        ),
    ),
    "push": ActionSpec(
        travels=True,
        speed=0.6,
        reach=0.45,
        verbs=_verbs("push, shove, slide, nudge, push over, roll over, shift"),
    ),
    "pull": ActionSpec(
        travels=True,
        speed=0.5,
        reach=0.45,
        verbs=_verbs("pull, drag, tug, haul, tow, draw"),
    ),
    "reach": ActionSpec(
        duration=2.0,
        reach=0.5,
        verbs=_verbs(
            "reach, touch, press, open, close, reach out, tap, pat, pet, poke, shake hand, grope, "
            "stroke, feel, hug, embrace, kiss, push button, knock on, shut"
        ),
    ),
    "dance": ActionSpec(
        duration=6.0,
        verbs=_verbs(
            "dance, boogie, groove, waltz, party, tango, breakdance, salsa, foxtrot, disco, "
            "dance around, sway, moonwalk"
        ),
    ),
}


def _verb_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for name, spec in ACTIONS.items():
        for verb in spec.verbs:
            table.setdefault(verb, name)
    return table


VERBS: dict[str, str] = _verb_table()
"""Lemma (with particle) -> canonical action; an earlier action wins where two list a verb."""
