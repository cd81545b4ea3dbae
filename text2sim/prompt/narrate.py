"""Drafts become actions with ids, one for each actor, in temporal order."""

from __future__ import annotations

from dataclasses import replace

from text2sim.actions import ACTIONS
from text2sim.prompt.build import Draft
from text2sim.prompt.complete import partner
from text2sim.prompt.order import Placed, arrange
from text2sim.prompt.work import Interpretation
from text2sim.types import Action, PathCue


def write_actions(work: Interpretation) -> tuple[Action, ...]:
    """All actions of the script; people without one stand."""
    if not work.drafts:
        return _standing(work)
    events = [draft.event() for draft in work.drafts]
    placed = arrange(work.reading, events)
    by_event = {id(event): draft for event, draft in zip(events, work.drafts)}
    actions: list[Action] = []
    made: list[dict[str, str]] = []
    for item in placed:
        made.append(_write(actions, made, item, by_event[id(item.event)]))
    return tuple(actions)


def _write(
    actions: list[Action], made: list[dict[str, str]], item: Placed, draft: Draft
) -> dict[str, str]:
    """One action for each actor and stage of an event; returns actor -> id of its last one."""
    last: dict[str, str] = {}
    first: str | None = None
    for actor in draft.actors:
        anchor = None if item.anchor is None else _anchor_of(made[item.anchor], actor)
        start = item.start
        if (first is not None and anchor is None) or (
            first is not None and item.anchor is not None and actor not in made[item.anchor]
        ):
            start, anchor = "with", first
        for stage in draft.stages():
            action = replace(
                stage, id=f"action{len(actions) + 1}", actor=actor, start=start, anchor=anchor
            )
            other = partner(draft, actor)
            if other is not None:
                action = _towards(action, other)
                if action.recipient == other and first is not None:
                    action = replace(action, start="after", anchor=first)
            action = _not_oneself(action)
            actions.append(action)
            first = first or action.id
            last[actor] = action.id
            start, anchor = "after", action.id
    return last


def _not_oneself(action: Action) -> Action:
    """Nobody acts upon or goes to themselves: 'turns to her left', 'throws it to himself'."""
    own = action.actor
    return replace(
        action,
        target=None if action.target == own else action.target,
        recipient=None if action.recipient == own else action.recipient,
        paths=tuple(cue for cue in action.paths if cue.targets != (own,)),
    )


def _towards(action: Action, other: str) -> Action:
    """The action with the other person as the one it is aimed at, or where it goes."""
    if ACTIONS[action.name].travels and action.target is None:
        cue = PathCue(kind="towards", targets=(other,))
        return replace(action, paths=(*action.paths, cue))
    return replace(action, recipient=other) if action.target else replace(action, target=other)


def _anchor_of(made: dict[str, str], actor: str) -> str:
    return made.get(actor) or next(iter(made.values()))


def _standing(work: Interpretation) -> tuple[Action, ...]:
    work.warnings.append("The prompt names no action; the person stands.")
    actions: list[Action] = []
    for key in work.cast.actors:
        anchor = actions[0].id if actions else None
        actions.append(
            Action(id=f"action{len(actions) + 1}", name="stand", verb="stand", actor=key,
                   start="with" if anchor else "after", anchor=anchor)
        )  # fmt: skip
    return tuple(actions)
