"""Stairs, ramps and ladders: placing them with their landing, and the way up and down.

Stairs and ramps rise along their own +X, so the first step is at the -X end. The landing is as
high as the flight and adjoins its +X end.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.scene.geometry import Array, Box, unit, wrap
from text2sim.scene.placement import add_implied
from text2sim.scene.props import Model, implied_model
from text2sim.scene.story import Performer, Story
from text2sim.types import PlannedObject

FLIGHTS = ("stairs", "ramp")
LEAD = 1.15
"""Distance from the walker to the first step [m]."""
BEYOND = 1.0
"""How far one walks on after a flight [m]."""
LANDING = 1.7
"""Least depth of a landing [m]."""


def flight_ends(item: PlannedObject) -> tuple[Array, Array, Array]:
    """Middle of the foot and of the head of a flight, and the unit vector up it; all (2,)."""
    up = unit(item.heading)
    half = up * item.size[0] / 2
    return item.position[:2] - half, item.position[:2] + half, up


def landing_of(story: Story, flight: str) -> str:
    """Id of the landing at the head of a flight, or of the one that will be."""
    return f"landing_{flight}" if f"landing_{flight}" in story.layout.objects else ""


def place_up(story: Story, who: Performer, item: str, heading: float) -> None:
    """Place a flight ahead of the actor, rising away from it, with a landing behind it."""
    if item in story.layout.objects:
        return
    model = story.models[item]
    landing = _landing_model(model)
    whole = replace(model, size=model.size + np.array([landing.size[0], 0.0, 0.0]))
    origin, direction = who.position[:2], unit(heading)
    for lead in (LEAD, 1.6, 2.2, 3.0, 4.0, 0.0):
        centre = origin + (lead + whole.size[0] / 2) * direction
        probe = _at(whole, centre, heading)
        if lead and story.layout.fits(Box.of(probe)):
            break
    else:
        lead = LEAD
        story.warn(f"There was no free place for the {model.label}; it may overlap something.")
    foot = origin + lead * direction
    story.layout.put(item, model, [(foot + direction * model.size[0] / 2, heading)])
    top = foot + direction * (model.size[0] + landing.size[0] / 2)
    story.layout.put(_landing_id(story, item), landing, [(top, heading)], ignore=[item])


def place_top(story: Story, who: Performer, item: str) -> None:
    """Put the actor on the landing of a flight that is yet to be placed, at the beginning."""
    name = _landing_id(story, item)
    if name not in story.layout.objects:
        landing = _landing_model(story.models[item])
        story.layout.put(
            name, landing, [(who.position[:2], who.heading + np.pi)], ignore=story.people
        )
    story.layout.cover(name, who.position[None, :2])
    who.level = name
    who.position = story.layout.ground(who.position)
    story.layout.bodies[who.id] = who.position


def place_down(story: Story, who: Performer, item: str) -> float:
    """Place a flight that leads down from the landing on which the actor stands.

    Returns the heading in which it leads down, a right angle of the landing's.
    """
    layout = story.layout
    landing = layout.objects[_landing_id(story, item)]
    down = landing.heading + np.pi
    box = Box.of(landing)
    middle = box.local(who.position[:2])
    gap = max(LEAD - (box.half[0] + middle[0]), 0.0)
    low = np.array([-box.half[0] - gap, -box.half[1]])
    centre = box.world((low + box.half) / 2)
    layout.objects[landing.id] = replace(
        landing,
        position=np.append(centre, 0.0),
        size=np.append(box.half - low, landing.size[2]),
    )
    model = story.models[item]
    head = box.world(np.array([low[0], middle[1]]))
    layout.put(
        item, model, [(head + unit(down) * model.size[0] / 2, down + np.pi)], ignore=[landing.id]
    )
    return wrap(down)


def _landing_id(story: Story, flight: str) -> str:
    flights = [name for name, model in story.models.items() if model.kind in FLIGHTS]
    return f"landing{flights.index(flight) + 1}"


def landing_id(story: Story, flight: str) -> str:
    """Id of the landing that belongs to a flight."""
    return _landing_id(story, flight)


def _landing_model(flight: Model) -> Model:
    size = np.array([LANDING, flight.size[1], flight.size[2]])
    return replace(
        implied_model("platform", size, "landing"),
        colour=flight.colour,
        material=flight.material or {"stairs": "stone", "ramp": "concrete"}.get(flight.kind),
    )


def _at(model: Model, centre: Array, heading: float) -> PlannedObject:
    return PlannedObject(
        id="probe", kind=model.kind, label="", position=np.append(centre, 0.0), heading=heading,
        size=model.size,
    )  # fmt: skip


def flight_for(story: Story, targets: tuple[str, ...], verb: str) -> str:
    """The flight that a cue means; stairs are added where the prompt names none."""
    for target in targets:
        if target in story.models:
            return target
    known = [name for name, model in story.models.items() if model.kind in FLIGHTS]
    if known:
        return known[0]
    note = f"{verb!r} goes up or down, but nothing to climb was named: stairs were added."
    return add_implied(story, "stairs", note=note)


def way_up(story: Story, who: Performer, item: str, beyond: float) -> list[Array]:
    """Waypoints (2,) from before the first step to the landing."""
    flight = story.layout.objects[item]
    foot, head, up = flight_ends(flight)
    start = foot - 0.55 * up
    points = [] if np.linalg.norm(start - who.position[:2]) < 0.7 else [start]
    return [*points, foot, head, head + beyond * up]


def way_down(story: Story, item: str, beyond: float) -> list[Array]:
    """Waypoints (2,) from the landing before the head of a flight to the ground."""
    foot, head, up = flight_ends(story.layout.objects[item])
    return [head + 0.45 * up, head, foot, foot - beyond * up]
