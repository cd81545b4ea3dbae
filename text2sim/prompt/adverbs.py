"""Adverbs, prepositions and set phrases: speed, manner, direction, place."""

from __future__ import annotations

from text2sim.prompt.words import words
from text2sim.types import Direction, PathKind, RelationKind

SPEED: dict[str, float] = {
    "slowly": 0.6, "slow": 0.6, "slower": 0.7, "quickly": 1.5, "quick": 1.5, "fast": 1.5,
    "faster": 1.5, "rapidly": 1.5, "swiftly": 1.4, "speedily": 1.5, "hastily": 1.4, "briskly": 1.25,
    "brisk": 1.25, "hurriedly": 1.4, "leisurely": 0.75, "carefully": 0.7, "cautiously": 0.7,
    "careful": 0.7, "cautious": 0.7, "casually": 0.85, "casual": 0.85, "gently": 0.8,
    "gradually": 0.7, "lazily": 0.7, "calmly": 0.85, "wearily": 0.7, "tiredly": 0.7, "sadly": 0.75,
    "energetically": 1.25, "frantically": 1.6, "steadily": 1.0, "abruptly": 1.2, "rapid": 1.5,
    "sharply": 1.0, "sluggishly": 0.6, "hurry": 1.4, "rush": 1.4, "fastly": 1.5, "relaxed": 0.85,
    "unhurriedly": 0.75, "urgently": 1.4, "vigorously": 1.3, "cheerfully": 1.1, "leisure": 0.75,
}  # fmt: skip
"""Word -> factor on the usual speed; the word is also part of the manner."""

INTENSITY: dict[str, float] = {
    "very": 1.5, "extremely": 2.0, "really": 1.5, "super": 1.5, "slightly": 0.5, "somewhat": 0.5,
    "quite": 1.0, "rather": 1.0, "too": 1.2, "more": 1.0, "pretty": 1.0, "fairly": 0.7,
    "relatively": 0.7, "incredibly": 2.0, "so": 1.2,
}  # fmt: skip
"""Word before a speed word -> exponent on its factor: 'very slowly' is 0.6 ** 1.5."""

MANNERS = words(
    "drunk hard high low tiptoe backwards upright still together alone barefoot "
    "blindfolded crosslegged upside slightly casual aimlessly sideways diagonally "
    "crouched bent normal smooth loudly apart deep wide tall tight sharp sideward"
)
"""Words without -ly that colour a motion."""

NOT_MANNERS = words(
    "only early approximately probably finally initially directly immediately exactly "
    "simultaneously repeatedly constantly continuously family ugly friendly elderly silly "
    "lovely apply fly partly really approximatly suddenly completely fully actually "
    "apparently clearly simply basically originally shortly firstly lastly secondly "
    "seemingly likely possibly roughly almost"
)

EMPTY_ADVERBS = words(
    "approximately probably initially directly immediately exactly suddenly completely "
    "fully actually apparently clearly simply basically shortly again still yet now "
    "nearby maybe perhaps about around roughly further normally usually partly really "
    "only just also too though constantly continuously originally afterwards later away "
    "possibly"
)
"""Adverbs that change nothing that can be shown."""

DIRECTIONS: dict[str, Direction] = {
    "forward": "forward", "forwards": "forward", "ahead": "forward", "onward": "forward",
    "onwards": "forward", "front": "forward", "backward": "backward", "backwards": "backward",
    "rearwards": "backward", "left": "left", "leftward": "left", "leftwards": "left",
    "right": "right", "rightward": "right", "rightwards": "right", "upward": "up",
    "upwards": "up", "downward": "down", "downwards": "down", "up": "up", "down": "down",
    "rear": "backward", "straightforward": "forward", "forth": "forward",
}  # fmt: skip
"""Word -> direction in the actor's own frame."""

OPPOSITE: dict[Direction, Direction] = {
    "forward": "backward", "backward": "forward", "left": "right", "right": "left",
    "up": "down", "down": "up",
}  # fmt: skip

PATHS: dict[str, PathKind] = {
    "up": "up", "down": "down", "around": "around", "round": "around", "towards": "towards",
    "toward": "towards", "to": "towards", "away from": "away_from", "through": "through",
    "over": "over", "along": "along", "across": "across", "past": "past", "by": "past",
    "onto": "onto", "on to": "onto", "into": "into", "off": "off", "off of": "off",
    "out of": "away_from", "from": "from", "up to": "towards", "over to": "towards",
    "down from": "off", "up onto": "onto", "up on": "onto", "back to": "towards",
    "down to": "towards", "inside": "into", "outside": "away_from", "on top of": "onto",
    "all around": "around", "after": "towards", "down onto": "onto",
}  # fmt: skip
"""Preposition -> way that a movement takes, relative to its object."""

PLACES_AT: dict[str, RelationKind] = {
    "on": "on", "on top of": "on", "upon": "on", "in": "in", "inside": "in", "inside of": "in",
    "under": "under", "beneath": "under", "underneath": "under", "below": "under",
    "above": "above", "over": "above", "next to": "next_to", "beside": "next_to",
    "besides": "next_to", "alongside": "next_to", "by": "next_to",
    "at the side of": "next_to", "to the left of": "left_of", "left of": "left_of",
    "on the left of": "left_of", "to the right of": "right_of", "right of": "right_of",
    "on the right of": "right_of", "on the left side of": "left_of",
    "on the right side of": "right_of", "behind": "behind", "in back of": "behind",
    "in front of": "in_front_of", "before": "in_front_of", "between": "between",
    "in between": "between", "near": "near", "close to": "near", "nearby": "near",
    "not far from": "near", "at": "at", "around": "around", "against": "against",
    "far from": "far_from", "far away from": "far_from", "among": "between",
    "opposite": "in_front_of", "across from": "in_front_of", "in the middle of": "in",
    "right next to": "next_to", "at the foot of": "near", "at the top of": "on", "onto": "on",
    "in the corner of": "in", "off": "next_to", "from": "on", "away from": "far_from",
    "at the bottom of": "near", "at the edge of": "near", "right behind": "behind",
}  # fmt: skip
"""Preposition -> where its subject stands, relative to its object."""

ROUTES: dict[PathKind, frozenset[str]] = {
    "circle": words(
    "circle circles loop loops oval ellipse spiral arc curve curves semicircle "
    "quartercircle round rounds"
),
    "zigzag": words("zigzag zigzags zig-zag slalom serpentine"),
    "straight": words("line straight"),
}  # fmt: skip
"""Shapes that a path can have, as nouns."""

ORDER_WORDS = words(
    "then next afterwards afterward finally later first firstly second secondly lastly "
    "subsequently eventually thereafter meanwhile simultaneously initially concurrently "
    "again before last thirdly third"
)
TOGETHER = words("meanwhile simultaneously concurrently")
REPEATED: dict[str, int] = {"once": 1, "twice": 2, "thrice": 3}
OFTEN: dict[str, int] = {"repeatedly": 3, "multiple times": 3}
