"""Verbs: their forms, what they say about speed and path, and stand-ins for unknown ones."""

from __future__ import annotations

from functools import cache

from text2sim.actions import VERBS
from text2sim.prompt.words import words
from text2sim.types import PathKind

NEAREST: dict[str, str] = {
    verb: action
    for action, verbs in {
        "reach": "wipe clean wash scrub rub polish sweep paint write draw cook stir type ring mop "
        "fix repair build dust knead brush iron saw screw adjust use work operate interact "
        "tie water pour peel zip",
        "talk": "play strum drum conduct smile cry whistle act imitate impersonate mimic pretend "
        "complain weep recite present count",
        "crawl": "swim",
        "walk": "ride cycle drive skate ski surf fly evade avoid dodge sail recover exit "
        "balance sway",
        "spin": "cartwheel somersault flip backflip",
        "march": "stomp stamp",
        "punch": "swing hammer chop spar practice swat cut stab fence golf wrestle whip",
        "throw": "shoot serve drop-kick sling",
        "wave": "flap wiggle fan flutter shake blow",
        "look": "read listen examine search scan smell wonder check",
        "drink": "smoke brush",
        "kneel": "lunge",
        "sit": "meditate study chill lounge knit",
        "squat": "hide shelter land",
        "stretch": "train twist handstand headstand yoga pose perform do make pushup situp pullup",
        "point": "aim show",
        "bow": "sneeze cough vomit tip",
        "pull": "row paddle",
        "raise_arms": "hang",
        "push": "shovel dig rake vacuum plough",
        "pick_up": "pluck fish catch-up steal load",
        "dance": "ballet",
        "stand": "meet relax think",
        "jump": "dive",
    }.items()
    for verb in verbs.split()
    if verb not in VERBS
}
"""Verbs without an action of their own -> the action that looks nearest; using it is a warning."""

PLAYED: dict[str, str] = {
    "football": "kick", "soccer": "kick", "basketball": "throw", "volleyball": "throw",
    "tennis": "punch", "golf": "punch", "baseball": "throw", "badminton": "punch",
    "ball": "throw", "catch": "throw", "minigolf": "punch", "cricket": "throw", "hockey": "punch",
    "bowling": "throw", "frisbee": "throw", "darts": "throw", "handball": "throw",
}  # fmt: skip
"""'plays football' -> the action that looks nearest; also a warning."""

WITH_OBJECT: dict[str, str] = {
    "lay down": "put_down", "lay": "put_down", "move": "push", "raise": "pick_up",
    "bounce": "throw", "swing": "punch", "rest": "put_down", "turn over": "push", "head": "punch",
    "rock": "push", "spin": "spin", "stick": "put_down", "show": "carry", "shake": "wave",
    "take off": "pick_up", "put on": "pick_up", "balance": "pick_up", "stamp": "kick",
    "stomp": "kick", "leave": "walk", "throw up": "throw",
}  # fmt: skip
"""What verbs mean when they act upon a thing, where that differs from `VERBS`."""

WITHOUT_OBJECT: dict[str, str] = {
    "roll": "fall", "hold": "stand", "draw": "reach", "lift": "stand_up", "pass": "walk",
    "set": "stand", "slide": "walk", "place": "stand", "drop": "fall", "take": "stand",
    "shift": "walk", "roll over": "fall", "position": "stand", "lower": "squat",
    "raise": "stand_up", "get": "walk",
}  # fmt: skip
"""What verbs mean when nothing is acted upon."""

OBJECT_PATHS: dict[str, PathKind] = {
    "cross": "across", "enter": "into", "leave": "away_from", "exit": "away_from",
    "approach": "towards", "follow": "towards", "chase": "towards", "visit": "towards",
    "climb": "up", "climb up": "up", "ascend": "up", "scale": "up", "mount": "onto",
    "descend": "down", "vault": "over", "jump": "over", "leap": "over", "pass": "past",
    "circle": "around", "flee": "away_from", "escape": "away_from", "traverse": "across",
    "hop": "over", "skip": "over", "avoid": "around", "evade": "around", "dodge": "around",
    "walk": "along", "run": "along", "accompany": "towards", "race": "towards", "board": "onto",
    "patrol": "along", "navigate": "through", "stalk": "towards", "clamber": "up",
}  # fmt: skip
"""Verbs whose object is a part of the way: 'climbs the stairs' goes up them."""

PURSUITS = words("follow chase race stalk accompany")
"""Verbs that go after their object, which also stays the target."""

VERB_SPEED: dict[str, float] = {
    "jog": 0.75, "sprint": 1.8, "dash": 1.5, "stroll": 0.75, "amble": 0.7, "wander": 0.75,
    "saunter": 0.75, "trudge": 0.65, "plod": 0.65, "limp": 0.6, "hobble": 0.6, "shuffle": 0.5,
    "stagger": 0.6, "stride": 1.2, "rush": 1.2, "hurry": 1.2, "slow down": 0.6, "slow": 0.6,
    "speed up": 1.3, "accelerate": 1.3, "waddle": 0.6, "lurch": 0.6, "meander": 0.75, "mosey": 0.7,
    "bolt": 1.5, "power walk": 1.3, "totter": 0.5, "promenade": 0.8, "roam": 0.8,
}  # fmt: skip
"""Verb -> factor on the usual speed of its action."""

VERB_MANNER: dict[str, str] = {
    "limp": "limping", "hobble": "limping", "stagger": "staggering", "lurch": "staggering",
    "reel": "staggering", "totter": "staggering", "shuffle": "shuffling", "strut": "proudly",
    "trudge": "wearily", "plod": "wearily", "stroll": "leisurely", "saunter": "leisurely",
    "amble": "leisurely", "waddle": "waddling", "tiptoe": "quietly", "stomp": "heavily",
    "stamp": "heavily",
}  # fmt: skip
"""Verb -> manner that it implies."""

AUXILIARY = frozenset(
    [
        "be",
        "have",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "must",
        "shall",
        "should",
        "let",
    ]
)
CATENATIVE = words(
    "start begin keep continue try attempt seem appear want proceed resume prepare need "
    "like love decide get go come use happen manage finish practise practice perform"
)
"""Verbs that give way to the action after them: 'starts to run', 'keeps walking'."""

LIGHT = words(
    "do make perform take give execute have practice practise show complete describe "
    "finish start begin continue go demonstrate repeat"
)
"""Verbs that give way to an action noun: 'performs a jump', 'takes two steps'."""

WEARING = words("wear dress")

TRANSITIVE_PARTICLES = words(
    "pick put lift set throw take hold scoop raise pull hand bring give push knock lay get place"
)
"""Verbs whose particle may stand before their object: 'picks up the ball'."""

ACTION_NOUNS: dict[str, str] = {
    "step": "step", "steps": "step", "kick": "kick", "jump": "jump", "leap": "leap", "hop": "hop",
    "punch": "punch", "bow": "bow", "squat": "squat", "turn": "turn", "spin": "spin",
    "walk": "walk",
    "run": "run", "dance": "dance", "wave": "wave", "stretch": "stretch", "throw": "throw",
    "twirl": "twirl", "pirouette": "pirouette", "salute": "salute", "nod": "nod", "clap": "clap",
    "stroll": "stroll", "sprint": "sprint", "jog": "jog", "waltz": "waltz", "lunge": "lunge",
    "cartwheel": "cartwheel", "handstand": "handstand", "sidestep": "sidestep", "fall": "fall",
    "somersault": "somersault", "push": "push", "pull": "pull", "rotation": "rotate",
    "look": "look", "stumble": "stumble", "crouch": "crouch", "hit": "hit", "jab": "jab",
    "uppercut": "uppercut", "slap": "slap", "drink": "drink", "sip": "sip", "rest": "rest",
    "nap": "take nap", "pause": "pause", "break": "rest", "swing": "swing", "backflip": "backflip",
    "flip": "flip", "tango": "tango", "salsa": "salsa", "bend": "bend", "gesture": "gesture",
    "headstand": "headstand", "cheer": "cheer", "stop": "stop", "hike": "hike", "dash": "dash",
    "lap": "run", "curtsy": "curtsy", "toss": "toss", "stride": "stride", "stagger": "stagger",
    "skip": "skip", "sidekick": "kick", "hug": "hug", "shove": "shove", "pose": "pose",
    "foxtrot": "foxtrot", "chachacha": "dance", "cha-cha-cha": "dance", "macarena": "dance",
    "warmup": "warm up", "exercise": "exercise", "strike": "strike", "ballet": "dance",
    "hopscotch": "hop", "layup": "throw", "yoga": "stretch", "gymnastics": "stretch",
    "twist": "twist", "speech": "talk", "song": "sing", "walking": "walk", "running": "run",
    "jumping": "jump", "dancing": "dance", "boxing": "box", "kicking": "kick", "movement": "move",
    "goodbye": "wave", "glance": "glance", "visit": "visit", "quickstep": "dance", "rumba": "dance",
    "samba": "dance", "pushup": "pushup",
    "situp": "situp", "pullup": "pullup", "jumping jack": "jump", "knee bend": "squat",
    "high five": "clap", "karate": "punch", "prayer": "pray", "moonwalk": "moonwalk",
}  # fmt: skip
"""Nouns that name an action after a light verb -> verb."""

_IRREGULAR = {
    "sits": "sit", "sat": "sit", "stood": "stand", "ran": "run", "went": "go", "gone": "go",
    "threw": "throw", "thrown": "throw", "caught": "catch", "took": "take", "taken": "take",
    "fell": "fall", "fallen": "fall", "lying": "lie", "lies": "lie", "came": "come",
    "bent": "bend", "swam": "swim", "rode": "ride", "ridden": "ride", "held": "hold", "got": "get",
    "gotten": "get", "leapt": "leap", "crept": "creep", "knelt": "kneel", "spun": "spin",
    "struck": "strike", "drank": "drink", "ate": "eat", "eaten": "eat", "sang": "sing",
    "rose": "rise", "risen": "rise", "shook": "shake", "shaken": "shake", "gave": "give",
    "given": "give", "brought": "bring", "spoke": "speak", "slept": "sleep", "fought": "fight",
    "beaten": "beat", "made": "make", "did": "do", "done": "do", "does": "do", "led": "lead",
    "lay": "lay", "laid": "lay", "goes": "go", "fled": "flee", "sung": "sing", "said": "say",
    "began": "begin", "begun": "begin", "kept": "keep", "slid": "slide", "saw": "see",
    "seen": "see", "drew": "draw", "drawn": "draw", "swung": "swing", "waves": "wave",
    "dropped": "drop", "strode": "stride", "leaves": "leave", "left": "leave", "dying": "die",
    "drove": "drive", "flew": "fly", "told": "tell", "knew": "know", "met": "meet", "rung": "ring",
    "wore": "wear", "worn": "wear", "lit": "light", "wove": "weave", "shot": "shoot", "has": "have",
    "tying": "tie", "hung": "hang", "dove": "dive", "flung": "fling", "sped": "speed",
}  # fmt: skip


def _doubles(verb: str) -> bool:
    return (
        len(verb) > 2
        and verb[-1] not in "aeiouwxy"
        and verb[-2] in "aeiou"
        and verb[-3] not in "aeiou"
        and (len(verb) <= 4 or verb in ("squat", "chitchat"))
    )


def inflect(verb: str) -> tuple[str, str, str]:
    """The -s, -ing and -ed forms of a regular verb."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies", verb + "ing", verb[:-1] + "ied"
    third = verb + ("es" if verb.endswith(("s", "x", "ch", "sh", "z", "o")) else "s")
    if _doubles(verb):
        return third, verb + verb[-1] + "ing", verb + verb[-1] + "ed"
    if verb.endswith("e") and not verb.endswith(("ee", "oe")):
        return third, verb[:-1] + "ing", verb + "d"
    return third, verb + "ing", verb + ("d" if verb.endswith("e") else "ed")


@cache
def verb_forms() -> dict[str, str]:
    """Every form of every verb that the tables know -> lemma."""
    known = {verb.split()[0] for verb in (*VERBS, *NEAREST)} | CATENATIVE | LIGHT | WEARING
    table: dict[str, str] = {}
    for verb in sorted(known - {"tip", "goose"}):
        table.setdefault(verb, verb)
        for form in inflect(verb):
            table.setdefault(form, verb)
    return {**table, **_IRREGULAR}


def is_third_person(form: str) -> bool:
    """Whether it is an -s form of a known verb."""
    lemma = verb_forms().get(form)
    return lemma is not None and form != lemma and form.endswith("s")
