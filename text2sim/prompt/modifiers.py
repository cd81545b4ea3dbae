"""Give each spotted phrase to the action it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from text2sim.actions import ACTIONS
from text2sim.prompt import numbers
from text2sim.prompt.adverbs import DIRECTIONS, PATHS, SPEED
from text2sim.prompt.attach import place_phrase
from text2sim.prompt.build import Draft
from text2sim.prompt.spotting import Phrase
from text2sim.prompt.verbs import VERB_SPEED
from text2sim.types import Direction, PathCue, Side

if TYPE_CHECKING:
    from text2sim.prompt.work import Interpretation

_TURNING = frozenset({"turn", "spin"})
_STEPPING = frozenset(
    [
        "step",
        "jump",
        "hop",
        "leap",
        "lean",
        "stumble",
        "move",
        "lunge",
        "stagger",
        "skip",
        "retreat",
        "shuffle",
        "bend",
        "roll",
        "fall",
    ]
)


def apply_phrases(work: Interpretation, phrases: list[Phrase]) -> None:
    """Fill in the drafts, relations and setting; claims the words."""
    for phrase in phrases:
        draft = _owner(work, phrase)
        if (
            draft is not None
            and phrase.text == "after"
            and phrase.kind != "place"
            and draft is not work.drafts[0]
        ):
            draft = work.drafts[work.drafts.index(draft) - 1]
        if phrase.kind == "place":
            place_phrase(work, phrase, draft)
        elif phrase.kind == "empty" or (
            draft is not None and _APPLY[phrase.kind](work, phrase, draft)
        ):
            work.claim(phrase.start, phrase.end)


def _owner(work: Interpretation, phrase: Phrase) -> Draft | None:
    """The action whose verb governs the phrase; else the nearest verb before, or after."""
    owners = {index: draft for draft in work.drafts for index in draft.predicate.words}
    before = [draft for draft in work.drafts if draft.predicate.index < phrase.start]
    after = [draft for draft in work.drafts if draft.predicate.index >= phrase.end]
    word, seen, found = work.reading.words[phrase.start], set(), None
    while found is None and word.index not in seen:
        seen.add(word.index)
        found = owners.get(word.index)
        word = work.reading.head(word)
    if found is None:
        return before[-1] if before else after[0] if after else None
    if found in before and found is not before[-1] and not _closed(work, before[-1], phrase):
        return before[-1]
    if found in after and before and not _opens_clause(work, phrase):
        return before[-1]
    return found


def _closed(work: Interpretation, draft: Draft, phrase: Phrase) -> bool:
    """Whether a comma ends the nearer verb's clause, as after a relative clause."""
    gap = range(draft.predicate.index, phrase.start)
    return any(work.reading.low(i) == "," for i in gap)


def _opens_clause(work: Interpretation, phrase: Phrase) -> bool:
    """'... and slowly turns': only conjunctions, commas and adverbs since the last verb phrase."""
    before = work.reading.low(phrase.start - 1)
    return before in ("and", ",", "then", ".", "but", ";", "")


def _duration(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    draft.set(duration=round(phrase.value, 3))
    return True


def _distance(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    if "distance" in draft.touched:
        draft.begin_share(work.warnings)
    draft.touched.add("distance")
    draft.set(distance=round(phrase.value, 3))
    return True


def _steps(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    draft.stagger()
    if not ACTIONS[draft.action.name].travels:
        return False
    for word in phrase.chunk.adjectives if phrase.chunk is not None else ():
        if word.low in DIRECTIONS:
            draft.set(direction=DIRECTIONS[word.low])
        elif word.low in SPEED:
            draft.add_manner(word.low, SPEED[word.low])
        elif word.low in ("small", "little", "short", "tiny", "big", "large", "long"):
            draft.add_manner(f"{word.low} steps")
    return _distance(work, replace(phrase, value=phrase.value * numbers.STEP_LENGTH), draft)


def _angle(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    draft.fraction = phrase.value
    return True


def _times(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    draft.set(repetitions=max(1, int(phrase.value + 0.5)))
    return True


def _route(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    if phrase.text == "circle":
        draft.fraction = phrase.value
        if phrase.chunk is not None and phrase.chunk.count not in (None, 1.0) and phrase.value > 6:
            draft.set(repetitions=phrase.chunk.number)
    if draft.action.name in _TURNING and phrase.text == "circle":
        return True
    draft.add_path(PathCue(kind=phrase.text))  # type: ignore[arg-type]
    for word in phrase.chunk.adjectives if phrase.chunk is not None else ():
        if word.low in ("left", "right"):
            draft.sign = 1.0 if word.low == "left" else -1.0
        elif word.low in ("small", "large", "big", "wide", "tight", "narrow", "little", "sharp"):
            draft.add_manner(f"{word.low} circle" if phrase.text == "circle" else word.low)
    return True


def _side(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    if phrase.text and draft.action.name != "look":
        if draft.action.side not in (None, phrase.text) and _listed(work, phrase):
            draft.begin_share(work.warnings)
        draft.set(side=cast(Side, phrase.text))
    return True


def _turning(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    draft.sign = phrase.value
    return True


def _direction(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    text = phrase.text
    if text in ("left", "right") and _tells_apart(work, phrase, draft):
        return True
    if text == "side":
        work.warnings.append("The side is not named: left is taken.")
        text = "left"
    if text.startswith("from "):
        return _from_direction(draft, cast(Direction, text.removeprefix("from ")))
    if text == "back" and draft.action.name in ("throw", "kick", "carry") and draft.action.target:
        return _give_back(work, draft)
    if text in ("back", "return"):
        text = "backward" if text == "back" and _goes_backward(work, draft) else ""
    if not text:
        return True
    sideways = text in ("left", "right")
    circling = any(cue.kind == "circle" for cue in draft.action.paths)
    if sideways and (draft.action.name in _TURNING or circling or draft.fraction is not None):
        if "sign" in draft.touched:
            draft.begin_share(work.warnings)
        draft.sign = 1.0 if text == "left" else -1.0
        draft.touched.add("sign")
        return True
    if "direction" in draft.touched and draft.action.direction != text and _listed(work, phrase):
        draft.begin_share(work.warnings)
    if text in ("forward", "backward") and draft.predicate.verb == "stumble":
        draft.stagger()
    draft.set(direction=cast(Direction, text))
    draft.touched.add("direction")
    return True


def _tells_apart(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    """'the man on the left' stands left of the others."""
    chunk = next((chunk for chunk in work.chunks if chunk.end == phrase.start), None)
    ids = work.referents(chunk)
    everybody = work.cast.actors if ids and ids[0] in work.cast.actors else work.cast.props
    others = tuple(key for key in everybody if key not in ids)
    named = work.reading.starts(phrase.start, f"on the {phrase.text}")
    if chunk is None or not named or not others or chunk is draft.predicate.object:
        return False
    told = any(r.kind in ("left_of", "right_of") and r.references == ids for r in work.relations)
    if not told:
        work.relate(f"{phrase.text}_of", ids[:1], others[:1])
    return True


def _listed(work: Interpretation, phrase: Phrase) -> bool:
    low = work.reading.low
    return any(low(i) in ("and", "then", ",") for i in range(phrase.start - 4, phrase.start))


def _from_direction(draft: Draft, towards: Direction) -> bool:
    """'is pushed from behind' moves forward."""
    draft.set(direction=towards)
    return True


def _give_back(work: Interpretation, draft: Draft) -> bool:
    """'throws the ball to her and she throws it back'."""
    for item in work.drafts[: work.drafts.index(draft)]:
        if item.action.recipient in draft.actors and draft.action.recipient is None:
            draft.set(recipient=item.actors[0])
    return True


def _goes_backward(work: Interpretation, draft: Draft) -> bool:
    """'steps back' moves backward; 'turns around and walks back' returns."""
    if draft.predicate.verb in ("look", "turn", "come", "return", "get up", "stand up", "sit"):
        return draft.predicate.verb == "look"
    if (
        draft.action.name == "walk"
        and draft.predicate.verb not in _STEPPING
        and draft.action.distance is None
    ):
        earlier = work.drafts[: work.drafts.index(draft)]
        return not any(item.action.name in _TURNING for item in earlier[-2:])
    earlier = work.drafts[: work.drafts.index(draft)]
    return not (
        earlier and earlier[-1].action.name in _TURNING and draft.predicate.verb not in _STEPPING
    )


def _manner(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    if draft.action.manner and work.reading.low(phrase.start - 1) == "then":
        draft.begin_share(work.warnings)
        draft.set(manner=(), speed=VERB_SPEED.get(draft.predicate.verb, 1.0))
    draft.add_manner(phrase.text, phrase.value)
    return True


def _order(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    later = [item for item in work.drafts if item.predicate.index >= phrase.end]
    target = draft
    if later and (
        phrase.start < 1 or _opens_clause(work, phrase) or draft.predicate.index > phrase.start
    ):
        target = later[0]
    if phrase.text not in ("first", "firstly", "initially"):
        target.cues.add(phrase.text)
    return True


def _shuttle(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    draft.add_manner(phrase.text)
    return True


def _way(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    if not ACTIONS[draft.action.name].travels:
        return phrase.text == "around"
    draft.add_path(PathCue(kind=PATHS.get(phrase.text, "away_from")))
    return True


def _mutual(work: Interpretation, phrase: Phrase, draft: Draft) -> bool:
    draft.mutual = True
    return True


_APPLY: dict[str, Callable[[Interpretation, Phrase, Draft], bool]] = {
    "duration": _duration, "distance": _distance, "steps": _steps, "angle": _angle,
    "times": _times, "route": _route, "side": _side, "turning": _turning,
    "direction": _direction, "manner": _manner, "order": _order, "shuttle": _shuttle,
    "way": _way, "mutual": _mutual,
}  # fmt: skip
