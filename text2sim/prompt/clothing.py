"""What people wear, and their hair: 'in a red shirt and blue jeans', 'with long blond hair'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from text2sim.catalogue import COLOURS
from text2sim.prompt.cast import Cast, colour_of
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.lexicon import BARE, TAILS
from text2sim.prompt.sentence import Reading
from text2sim.prompt.words import words
from text2sim.types import Garment

_CUES = frozenset(
    ["in", "with", "wearing", "wears", "wear", "wore", "has", "having", "have", "dressed"]
)
_BEARDS = words("beard moustache mustache")


@final
@dataclass(frozen=True, kw_only=True)
class Outfit:
    """Words `start` to `end` (exclusive) say what somebody wears; "clothes" if only a colour.

    `cut` is the adjective for what the phrase says of the hair: "long-haired".
    """

    start: int
    end: int
    noun: str
    colour: str | None
    cut: str | None = None


def find_outfits(reading: Reading, chunks: tuple[Chunk, ...]) -> list[Outfit]:
    """All phrases about clothing and hair."""
    found: list[Outfit] = []
    for chunk in chunks:
        before = reading.low(chunk.start - 1)
        joined = bool(found) and before in ("and", ",") and found[-1].end >= chunk.start - 1
        if (before in _CUES or joined) and _is_worn(reading, chunk):
            two_words = reading.low(chunk.start - 2) in (*_CUES, "is")
            start = chunk.start - 1 - (two_words and before in _CUES)
            found.append(
                Outfit(
                    start=start,
                    end=chunk.end,
                    noun=_noun(chunk),
                    colour=_colour(chunk),
                    cut=_cut(chunk),
                )
            )
    return sorted(found + _bare_colours(reading, chunks), key=lambda outfit: outfit.start)


def _bare_colours(reading: Reading, chunks: tuple[Chunk, ...]) -> list[Outfit]:
    """'a woman in red'."""
    found = []
    inside = {i for chunk in chunks for i in range(chunk.start, chunk.end)}
    for word in reading.words:
        colour = reading.low(word.index + 1)
        if (
            word.low in ("in", "wearing", "wears")
            and colour in COLOURS
            and word.index + 1 not in inside
        ):
            start = word.index - (reading.low(word.index - 1) == "dressed")
            found.append(Outfit(start=start, end=word.index + 2, noun="clothes", colour=colour))
    return found


def _is_worn(reading: Reading, chunk: Chunk) -> bool:
    if chunk.noun in COLOURS:
        return True
    if chunk.role == "garment":
        return reading.low(chunk.start - 2) not in ("play", "plays", "playing", "dances")
    return chunk.noun.split()[-1] in ("hair", *_BEARDS, *TAILS) or _cut(chunk) is not None


def _noun(chunk: Chunk) -> str:
    if chunk.noun in COLOURS:
        return "clothes"
    noun = chunk.noun.split()[-1]
    if noun in TAILS or _cut(chunk):
        return "hair"
    return noun if noun in ("hair", *_BEARDS) else chunk.noun.replace("tshirt", "t-shirt")


def _cut(chunk: Chunk) -> str | None:
    """'long hair', 'a ponytail', 'a shaved head'."""
    noun = chunk.noun.split()[-1]
    if noun in TAILS:
        return "ponytailed"
    if noun == "head" and any(word.low in BARE for word in chunk.adjectives):
        return "bald"
    lengths = [word.low for word in chunk.adjectives if word.low in ("long", "short")]
    return f"{lengths[0]}-haired" if noun == "hair" and lengths else None


def _colour(chunk: Chunk) -> str | None:
    return chunk.noun if chunk.noun in COLOURS else colour_of(chunk)


def put_on(cast: Cast, outfits: list[Outfit]) -> None:
    """Dress whoever is named last before each phrase."""
    for outfit in outfits:
        before = [ids for index, ids in sorted(cast.referents.items())
                  if index < outfit.start and ids and ids[0] in cast.actors]  # fmt: skip
        for key in before[-1] if before else tuple(cast.actors)[:1]:
            actor = cast.actors[key]
            if outfit.noun == "hair":
                cut = (outfit.cut,) if outfit.cut else ()
                cast.actors[key] = replace(
                    actor,
                    hair=outfit.colour or actor.hair,
                    adjectives=(*actor.adjectives, *cut),
                )
            elif outfit.noun in _BEARDS:
                cast.actors[key] = replace(actor, adjectives=(*actor.adjectives, "bearded"))
            else:
                garment = Garment(kind=outfit.noun, colour=outfit.colour)
                cast.actors[key] = replace(actor, clothing=(*actor.clothing, garment))
