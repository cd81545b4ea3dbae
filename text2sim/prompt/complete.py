"""What a sentence leaves unsaid: the seat just reached, the partner of a handshake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from text2sim.actions import ACTIONS
from text2sim.catalogue import KINDS, NOUNS
from text2sim.prompt.build import Draft
from text2sim.prompt.places import RESTING
from text2sim.prompt.verbs import inflect
from text2sim.prompt.words import words
from text2sim.types import PathCue

if TYPE_CHECKING:
    from text2sim.prompt.work import Interpretation

_AIRBORNE = words("jump fall spin hop climb skip")
_POSTURES = words("sit lie kneel squat stand")
_LOADED = words("carry push pull")
_MUTUAL = words("fight hug kiss embrace wrestle") | {"shake hand"}


def complete(work: Interpretation) -> None:
    """Fill in what follows from the other actions."""
    for draft in tuple(work.drafts):
        _merge_arrival(work, draft)
        _merge_fall(work, draft)
        _merge_landing(work, draft)
        _merge_pose(work, draft)
        _merge_load(work, draft)
        _merge_hold(work, draft)
    for index, draft in enumerate(work.drafts):
        _choose_seat(work, draft, work.drafts[:index])
        _choose_partner(work, draft)
        _choose_drink(draft, work.drafts[:index])
        _choose_side(work, draft)
        draft.settle(work.warnings)


def _merge_arrival(work: Interpretation, draft: Draft) -> None:
    """'runs until he reaches the wall' is one run to the wall."""
    index = work.drafts.index(draft)
    before = work.drafts[index - 1] if index else None
    target = draft.action.target
    if draft.predicate.verb != "reach" or target is None or before is None:
        return
    if ACTIONS[before.action.name].travels and before.actors == draft.actors:
        before.add_path(PathCue(kind="towards", targets=(target,)))
        _hand_over(draft, before)
        work.claimed |= set(range(before.predicate.index, draft.predicate.index))
        work.drafts.remove(draft)


def _hand_over(draft: Draft, other: Draft) -> None:
    """How the one is done is how the other is done."""
    for manner in draft.action.manner:
        other.add_manner(manner, draft.action.speed)


def _merge_fall(work: Interpretation, draft: Draft) -> None:
    """'slips and falls' is one fall."""
    index = work.drafts.index(draft) if draft in work.drafts else 0
    before = work.drafts[index - 1] if index else None
    if before is None or draft.action.paths or before.actors != draft.actors:
        return
    if before.action.name == draft.action.name == "fall":
        _hand_over(draft, before)
        work.drafts.remove(draft)


def _before(work: Interpretation, draft: Draft) -> Draft | None:
    """The action before this one if the same people do it."""
    index = work.drafts.index(draft) if draft in work.drafts else 0
    before = work.drafts[index - 1] if index else None
    return before if before is not None and before.actors == draft.actors else None


def _merge_landing(work: Interpretation, draft: Draft) -> None:
    """'jumps off the box and lands on the floor' is one jump."""
    before = _before(work, draft)
    if draft.predicate.verb == "land" and before is not None and before.action.name in _AIRBORNE:
        for cue in draft.action.paths:
            before.add_path(cue)
        _hand_over(draft, before)
        work.drafts.remove(draft)
        work.warnings[:] = [text for text in work.warnings if "'land'" not in text]


def _merge_pose(work: Interpretation, draft: Draft) -> None:
    """'sits down and crosses his legs' sits with crossed legs."""
    before, limb = _before(work, draft), draft.predicate.object
    posed = draft.action.name == "stand" and limb is not None and limb.role == "body"
    if posed and limb is not None and before is not None and before.action.name in _POSTURES:
        before.add_manner(f"{limb.head.low} {inflect(draft.predicate.verb.split()[0])[2]}")
        work.drafts.remove(draft)


def _merge_hold(work: Interpretation, draft: Draft) -> None:
    """'raises his leg and holds it for 5 seconds' keeps it up that long."""
    before, held = _before(work, draft), draft.predicate.object
    limb = before.predicate.object if before is not None else None
    if before is None or held is None or limb is None or limb.role != "body":
        return
    if draft.predicate.verb in ("hold", "keep") and held.noun in ("it", "them"):
        before.set(duration=draft.action.duration)
        work.drafts.remove(draft)


def _merge_load(work: Interpretation, draft: Draft) -> None:
    """'carries a box while walking up the stairs' carries it up the stairs."""
    before = _before(work, draft)
    if before is None or draft.predicate.head.tag != "VBG":
        return
    gap = range(before.predicate.index, draft.predicate.index)
    if not {work.reading.low(i) for i in gap} & {"while", "as"}:
        return
    load, way = (before, draft) if before.action.name in _LOADED else (draft, before)
    if load.action.name not in _LOADED or way.action.name not in ("walk", "run", "climb"):
        return
    if load.action.paths or load.action.target is None or way.action.target is not None:
        return
    load.set(paths=way.action.paths, direction=way.action.direction,
             distance=way.action.distance, duration=way.action.duration)  # fmt: skip
    _hand_over(way, load)
    work.drafts.remove(way)


def _choose_drink(draft: Draft, earlier: list[Draft]) -> None:
    """'picks up the bottle and drinks' drinks from it."""
    held = [item.action.target for item in earlier if item.action.name == "pick_up"]
    if draft.action.name == "drink" and draft.action.target is None and held:
        draft.set(target=held[-1])


def _choose_seat(work: Interpretation, draft: Draft, earlier: list[Draft]) -> None:
    """'walks to the chair and sits down' sits on that chair."""
    if draft.action.name not in RESTING or draft.action.target is not None or not earlier:
        return
    last = earlier[-1]
    if last.action.name in RESTING and last.actors == draft.actors:
        draft.set(target=last.action.target)
        return
    for cue in reversed(last.action.paths):
        for key in cue.targets:
            if key in work.cast.props and _is_seat(work.cast.props[key].noun):
                draft.set(target=key)
                return


def _is_seat(noun: str) -> bool:
    kind = NOUNS.get(noun) or NOUNS.get(noun.split()[-1])
    return kind is not None and KINDS[kind].seat is not None


def _choose_partner(work: Interpretation, draft: Draft) -> None:
    """'shakes his hand' and 'hits him' have a partner; two who fight have each other."""
    if (
        draft.predicate.verb != "shake hand"
        or draft.action.target is not None
        or len(draft.actors) > 1
    ):
        return
    others = [
        ids[0]
        for ids in work.cast.recent
        if ids[0] in work.cast.actors and ids[0] not in draft.actors
    ]
    if others:
        draft.set(target=others[-1])


def partner(draft: Draft, actor: str) -> str | None:
    """Whom an actor acts upon when several do it to each other."""
    others = [key for key in draft.actors if key != actor]
    mutual = draft.predicate.verb in _MUTUAL or draft.mutual
    return others[0] if mutual and others else None


def _choose_side(work: Interpretation, draft: Draft) -> None:
    if "sideways" in draft.action.manner and draft.action.direction is None:
        draft.set(direction="left")
        work.warnings.append("'sideways' names no side: left is taken.")
