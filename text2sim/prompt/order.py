"""When things happen: 'then', 'after', 'before', 'while', 'and' become an order with anchors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from text2sim.actions import ACTIONS
from text2sim.prompt.adverbs import ORDER_WORDS, TOGETHER
from text2sim.prompt.predicates import Predicate
from text2sim.prompt.sentence import Reading
from text2sim.prompt.words import words

_DURING = words("while as whilst when during")
_MARKERS = _DURING | {"after", "before", "until", "once", "till"}
_UNTIMED = words("nod look talk shake_head")
"""Actions of head and mouth, which go with anything."""


@final
@dataclass(frozen=True, kw_only=True)
class Event:
    """A predicate with its canonical action and who takes part, ready to be put in order."""

    predicate: Predicate
    name: str
    actors: tuple[str, ...]
    others: tuple[str, ...] = ()
    """Actors acted upon."""
    goal: bool = False
    """It ends somewhere: 'walks to the table'."""
    cues: frozenset[str] = frozenset()
    """Order words that were spotted with it."""


@final
@dataclass(frozen=True, kw_only=True)
class Placed:
    """An event in its place: it begins "with" or "after" the event at index `anchor`."""

    event: Event
    start: Literal["after", "with"]
    anchor: int | None


def arrange(reading: Reading, events: list[Event]) -> list[Placed]:
    """Events in temporal order; an anchor is always an earlier one."""
    order, together = list(events), {}
    apart: set[int] = set()
    for event in events:
        described = _governor(reading, event, events)
        if described is not None and _is_state(event, described):
            _move(order, event, min(order.index(described), order.index(event)))
            together[id(described)] = event
    for event in events:
        marker, main = _marker(reading, event, events), _governor(reading, event, events)
        if main is None or marker is None:
            continue
        if marker in _DURING:
            if event.predicate.verb == "hold" or (marker == "as" and event is main):
                _move(order, event, order.index(main))
            else:
                late, early = (
                    (main, event) if order.index(main) > order.index(event) else (event, main)
                )
                together[id(late)] = early
        elif marker in ("after", "once"):
            apart.add(id(main))
            _move(order, event, min(order.index(main), order.index(event)))
        else:
            apart.add(id(event))
            if order.index(event) < order.index(main):
                _move(order, event, order.index(main))
    for event in events:
        main = _governor(reading, event, events)
        if (
            main is not None
            and event.predicate.verb == "hold"
            and event.predicate.head.tag == "VBG"
        ):
            _move(order, event, min(order.index(main), order.index(event)))
    return _anchored(reading, order, together, apart)


def _is_state(event: Event, main: Event) -> bool:
    """'walks to a man who is sitting': he sits already."""
    head = event.predicate.head
    still = event.name in ("sit", "stand", "lie") and head.tag == "VBG"
    return still and head.dep in ("relcl", "acl") and not set(event.actors) & set(main.actors)


def _move(order: list[Event], event: Event, index: int) -> None:
    order.remove(event)
    order.insert(index, event)


def _marker(reading: Reading, event: Event, events: list[Event]) -> str | None:
    """The conjunction that opens the event's clause, at most a subject away from its verb."""
    starts = {other.predicate.index for other in events if other is not event}
    i = event.predicate.index - 1
    while i >= 0 and i not in starts:
        low = reading.low(i)
        if low in _MARKERS and reading.words[i].dep in ("mark", "prep", "advmod", "cc"):
            return low
        if low in (",", ".", ";", "then") or (
            low == "and" and reading.words[i].dep == "cc" and _links_verbs(reading, i)
        ):
            return None
        i -= 1
    return None


def _links_verbs(reading: Reading, i: int) -> bool:
    return reading.head(reading.words[i]).is_verb


def _governor(reading: Reading, event: Event, events: list[Event]) -> Event | None:
    """The event whose clause this one depends on; else its neighbour."""
    owners = {index: other for other in events for index in other.predicate.words}
    word, seen = event.predicate.head, set()
    while word.index not in seen:
        seen.add(word.index)
        owner = owners.get(word.index)
        if owner is not None and owner is not event:
            return owner
        word = reading.head(word)
    position = events.index(event)
    fronted = [other for other in events[position + 1 :] if _governed_by(reading, other, event)]
    if position == 0:
        return next(iter((*fronted, *events[1:2])), None)
    return events[position - 1]


def _governed_by(reading: Reading, event: Event, head: Event) -> bool:
    return reading.head(event.predicate.head).index in head.predicate.words


def _anchored(
    reading: Reading, order: list[Event], together: dict[int, Event], apart: set[int]
) -> list[Placed]:
    placed: list[Placed] = []
    for index, event in enumerate(order):
        partner = together.get(id(event))
        if index == 0:
            placed.append(Placed(event=event, start="after", anchor=None))
        elif partner is not None and partner in order[:index]:
            placed.append(Placed(event=event, start="with", anchor=order.index(partner)))
        elif id(event) in apart:
            placed.append(Placed(event=event, start="after", anchor=len(placed) - 1))
        else:
            placed.append(_after_or_with(reading, placed, event))
    return placed


def _after_or_with(reading: Reading, placed: list[Placed], event: Event) -> Placed:
    previous = _previous(placed, event)
    last = placed[previous].event
    if _simultaneous(reading, last, event):
        return Placed(event=event, start="with", anchor=previous)
    return Placed(event=event, start="after", anchor=_main(placed, previous, event))


def _previous(placed: list[Placed], event: Event) -> int:
    """The last event of the same actor if it just happened or the text goes back to them."""
    involved = set(event.actors)
    for index in reversed(range(len(placed))):
        other = placed[index].event
        if involved & set(other.actors):
            later = [item.event for item in placed[index + 1 :]]
            reacts = any(involved & set(item.others) for item in later)
            return len(placed) - 1 if reacts or event.cues & {"then", "finally"} else index
    return len(placed) - 1


def _main(placed: list[Placed], index: int, event: Event) -> int:
    """Of the events that happen together, the one of the whole body is what others wait for."""
    group = [index]
    while placed[group[-1]].start == "with" and placed[group[-1]].anchor is not None:
        group.append(placed[group[-1]].anchor or 0)
    same = [i for i in group if set(placed[i].event.actors) & set(event.actors)] or group
    full = [i for i in same if ACTIONS[placed[i].event.name].layer == "full"]
    return (full or same)[0]


def _simultaneous(reading: Reading, last: Event, event: Event) -> bool:
    if event.cues & TOGETHER:
        return True
    if event.cues & ORDER_WORDS:
        return False
    if not set(last.actors) & set(event.actors):
        return not set(last.others) & set(event.actors)
    return _same_actor(reading, last, event)


def _same_actor(reading: Reading, last: Event, event: Event) -> bool:
    upper = ACTIONS[event.name].layer == "upper"
    gap = [reading.low(i) for i in range(last.predicate.index, event.predicate.index)]
    if "." in gap or ";" in gap or event.name in ("pick_up", "put_down"):
        return False
    head = event.predicate.head
    both_going = head.tag == "VBG" and last.predicate.head.tag == "VBG" and "and" in gap
    hanging = (
        head.tag == "VBG" and head.dep in ("advcl", "acl", "dep", "xcomp") and "and" not in gap
    )
    if both_going and "," not in gap:
        return upper or (ACTIONS[last.name].travels and event.name in ("turn", "spin", "wave"))
    if hanging:
        return upper
    flowing = ACTIONS[last.name].travels or last.name in ("stand", "dance") or last.name in _UNTIMED
    if event.name in _UNTIMED and last.name not in _UNTIMED and ACTIONS[last.name].layer == "upper":
        return "and" in gap and "," not in gap
    return upper and flowing and not last.goal and "and" in gap and "," not in gap
