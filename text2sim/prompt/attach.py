"""Where 'up the stairs', 'next to the chair' and 'to the woman' belong: to a thing or an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from text2sim.prompt.adverbs import PATHS, PLACES_AT
from text2sim.prompt.build import Draft
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.places import SENDING, Placement, place_in, way
from text2sim.prompt.spotting import Phrase
from text2sim.prompt.words import words
from text2sim.types import PathCue

if TYPE_CHECKING:
    from text2sim.prompt.work import Interpretation

_LINKS = words(
    "is are was stands standing sits sitting lying lies sit lie stand that which located placed"
)
"""What may stand between a thing and where it is."""


_GOING = words("towards away_from through along across around past")
"""Ways on which one stays upright."""


_GROUNDS = frozenset(["grass", "sand", "snow", "ice", "lawn"])
"""Grounds that tell where the scene is."""


def place_phrase(work: Interpretation, phrase: Phrase, draft: Draft | None) -> None:
    """Turn a prepositional phrase into a relation, path, target or recipient; or the setting."""
    chunk = phrase.chunk
    if chunk is None or chunk.start in work.agents:
        return
    work.claim(phrase.start, phrase.end)
    if draft is not None and PATHS.get(phrase.text) in _GOING:
        draft.stagger()
    if chunk.role in ("place", "ground"):
        work.claim(chunk.start, chunk.end)
    if chunk.role == "place" or chunk.noun in _GROUNDS:
        work.setting = work.setting or chunk.noun
    if chunk.role == "place":
        return
    ids = work.referents(chunk) + _second(work, phrase, chunk)
    if chunk.role == "ground" or not ids or _bears(work, phrase, chunk):
        return
    if phrase.text == "by" and draft is not None and draft.predicate.passive:
        work.relate("near", ids, draft.actors[:1])
        return
    owner = _described(work, phrase, draft)
    if owner is not None and PLACES_AT.get(phrase.text):
        work.relate(PLACES_AT[phrase.text], owner, ids)
    elif draft is not None:
        _attach(work, phrase, draft, chunk, ids)


def _bears(work: Interpretation, phrase: Phrase, chunk: Chunk) -> bool:
    """'a table with a lamp on it': 'on it' tells where the lamp is."""
    low = work.reading.low
    return phrase.text == "with" and low(chunk.end) in PLACES_AT and low(chunk.end + 1) == "it"


def _second(work: Interpretation, phrase: Phrase, chunk: Chunk) -> tuple[str, ...]:
    """'between a table and a chair'."""
    if PLACES_AT.get(phrase.text) != "between" or work.reading.low(chunk.end) != "and":
        return ()
    return next((work.referents(c) for c in work.chunks if c.start == chunk.end + 1), ())


def _described(work: Interpretation, phrase: Phrase, draft: Draft | None) -> tuple[str, ...] | None:
    """Ids of the noun phrase that a preposition right after it describes, or None."""
    end = phrase.start
    while work.reading.low(end - 1) in _LINKS:
        end -= 1
    left = next((chunk for chunk in work.chunks if chunk.end == end), None)
    ids = work.referents(left)
    if left is None or not ids or phrase.text not in PLACES_AT:
        return None
    if draft is None:
        return ids
    acting = ids[0] in work.cast.actors and set(ids) & set(draft.actors)
    if end != phrase.start and (acting or ids[0] in work.cast.actors):
        return None
    is_object = left is draft.predicate.object
    if is_object and (
        draft.action.name == "point"
        or draft.action.name == "put_down"
        or (phrase.text in PATHS and draft.action.name != "pick_up")
    ):
        return None
    if (
        is_object
        and draft.action.name in SENDING
        and phrase.text in ("on", "in", "against", "under", "at", "between")
    ):
        return None
    if phrase.text in PATHS and phrase.text not in ("around",) and not is_object:
        return None
    return ids


def _attach(
    work: Interpretation, phrase: Phrase, draft: Draft, chunk: Chunk, ids: tuple[str, ...]
) -> None:
    """A prepositional phrase that belongs to the action."""
    person = ids[0] in work.cast.actors
    first = not any(
        set(item.actors) & set(draft.actors) for item in work.drafts[: work.drafts.index(draft)]
    )
    carries = draft.action.target is not None
    use = place_in(draft.action.name, phrase.text, person=person, first=first, carries=carries)
    _use(work, phrase, draft, ids, use)


def _use(
    work: Interpretation, phrase: Phrase, draft: Draft, ids: tuple[str, ...], place: Placement
) -> None:
    kind = PLACES_AT.get(phrase.text, "near")
    aims = draft.predicate.verb == "point"
    if place.use == "relation":
        work.relate(kind, draft.actors, ids)
    elif place.use == "target" and (aims or draft.action.target is None):
        draft.set(target=ids[0])
    elif place.use == "object_on" and draft.action.target is not None:
        work.relate("in" if phrase.text == "out of" else kind, (draft.action.target,), ids)
    elif place.use in ("recipient", "goal"):
        draft.set(recipient=ids[0])
        if place.path is not None:
            draft.add_path(PathCue(kind=place.path, targets=ids))
    elif place.use == "companion":
        _join(draft, ids)
    elif place.use == "near":
        work.relate("near", ids, draft.actors[:1])
    else:
        draft.add_path(PathCue(kind=place.path or way(phrase.text), targets=ids))


def _join(draft: Draft, ids: tuple[str, ...]) -> None:
    """'dances with a woman': both dance."""
    draft.actors = (*draft.actors, *(key for key in ids if key not in draft.actors))
