"""Sitting down, lying down and getting up."""

from __future__ import annotations

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene.geometry import unit, wrap
from text2sim.scene.placement import add_implied, ensure
from text2sim.scene.stations import FEET_BEFORE_SEAT, NEARBY, seat_of, seat_points
from text2sim.scene.story import Beat, Performer, Story
from text2sim.types import Action


def sit(story: Story, who: Performer, action: Action) -> None:
    """Walk up to a seat, turn the back to it and sit down; also used to lie down on a bed."""
    if action.name == "lie" and seat_of(story, action) is None:
        story.rise(who, action)
        story.add(who, Beat(name="lie", duration=story.single_time(action, "lie")), action)
        return
    if action.name == "sit" and _on_ground(action):
        story.rise(who, action)
        story.add(who, Beat(name="sit", duration=story.single_time(action, "sit")), action)
        return
    seat = seat_of(story, action) or add_implied(
        story, "chair", note="Nothing was named to sit on: a chair was added."
    )
    planned = ensure(story, who, seat, NEARBY)
    _steady(story, seat)
    point, feet = seat_points(story, who, seat)
    if np.linalg.norm(feet - who.position[:2]) > 0.1:
        boxes = story.layout.obstacles(float(who.position[2]), actor=who.id)
        way = story.layout.route(who.position, feet, boxes)[1:]
        story.go(who, who.gait, way, action, target=seat)
    story.turn(who, _turn_back(who, planned.heading), action)
    duration = story.single_time(action, action.name)
    story.add(who, Beat(name=action.name, duration=duration, target=seat, point=point), action)


def _steady(story: Story, seat: str) -> None:
    """A seat must not be kicked over by who turns before it, unless it is to be moved."""
    moved = any(
        action.target == seat
        and action.name in ("pick_up", "carry", "push", "pull", "throw", "kick")
        for action in story.script.actions
    )
    if not moved:
        story.layout.fix(seat, walkable=False)


def _turn_back(who: Performer, heading: float) -> float:
    angle = wrap(heading - who.heading)
    return np.pi if abs(abs(angle) - np.pi) < 1e-6 else angle


def _on_ground(action: Action) -> bool:
    words = " ".join((action.verb, *action.manner))
    return any(word in words for word in ("ground", "floor", "cross-legged"))


def stand_up(story: Story, who: Performer, action: Action) -> None:
    """Get up; one who isn't down begins on a chair."""
    if who.posture == "standing":
        seat = seat_of(story, action) or add_implied(
            story, "chair", note="Somebody gets up: a chair to sit on before was added."
        )
        if seat not in story.layout.objects:
            _start_seated(story, who, seat)
        _steady(story, seat)
        point, _ = seat_points(story, who, seat)
        story.add(who, Beat(name="sit", duration=1.6, target=seat, point=point), action)
    story.add(who, Beat(name="stand_up", duration=ACTIONS["stand_up"].duration), action)


def _start_seated(story: Story, who: Performer, seat: str) -> None:
    """Place a seat right behind one who stands."""
    model = story.models[seat]
    back = FEET_BEFORE_SEAT + model.size[0] / 2
    spot = who.position[:2] - back * unit(who.heading)
    story.layout.put(seat, model, [(spot, who.heading)], ignore=[who.id])
