"""Bake the people: `python -m bake [folder]` in an environment with anny and SciPy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from bake import coarse, half, head, phenotypes, rig, sewn, wardrobe
from bake.measures import girths_of
from bake.people import Person, Shared, halve, make_person
from bake.store import store
from bake.wardrobe import Array, Part
from text2sim.skeleton import INDEX

COARSE = 0.21
"""Share of the vertices that the coarse level keeps."""


def main(folder: Path) -> None:
    """Evaluate, dress and store everybody."""
    raw = phenotypes.evaluate()
    template = rig.make_template(raw)
    shared, chosen = halve(template)
    people = [
        [
            planted(make_person(raw, template, shared, chosen, g, v))
            for v in range(len(phenotypes.VARIANTS))
        ]
        for g in range(len(phenotypes.GROUPS))
    ]
    mean = average(people[0][0], people[1][0], shared)
    parts, makers = make_parts(mean, shared)
    points = [
        np.stack([np.concatenate([maker(person) for maker in makers]) for person in group])
        for group in people
    ]
    first = points[0][0]
    low, begin = [], 0
    for part in parts:
        own = first[begin : begin + len(part.middle)]
        keep = 1.0 if part.name.startswith("eye_p") else 0.5 if part.name[:4] == "eye_" else COARSE
        low.append(coarse.collapse(own, part.faces, part.middle, int(keep * len(own))))
        begin += len(own)
    store(
        folder / "people.npz",
        parts=parts,
        low=low,
        points=dict(zip(phenotypes.GROUPS, points)),
        variants=tuple(phenotypes.VARIANTS),
        joints=np.array([[person.joints for person in group] for group in people]),
        girths=np.array([[girths_of(person, shared) for person in group] for group in people]),
    )


def planted(person: Person) -> Person:
    """Ankle and ball of the foot where the skeleton expects them between heel and toe."""
    heel, toe = sewn.shoe_ends(person)
    joints = person.joints.copy()
    for side in ("left", "right"):
        joints[INDEX[f"{side}_ankle"], 0] = heel + 0.055
        joints[INDEX[f"{side}_foot"], 0] = toe - 0.065
    return replace(person, joints=joints)


def average(one: Person, two: Person, shared: Shared) -> Person:
    """The person on whom hems and hairlines are drawn."""
    points = 0.5 * (one.points + two.points)
    return Person(
        points=points,
        outward=half.normals(points, shared.faces, shared.middle),
        joints=0.5 * (one.joints + two.joints),
        eye=0.5 * (one.eye + two.eye),
        eye_radius=0.5 * (one.eye_radius + two.eye_radius),
    )


def make_parts(mean: Person, shared: Shared) -> tuple[list[Part], list[Callable[[Person], Array]]]:
    """Everything that can be worn or seen: the body first."""
    body = Part(
        name="body", faces=shared.faces, middle=shared.middle, weights=shared.weights, tone="skin",
        shade=head.face_shade(mean),
    )  # fmt: skip
    made = [(body, lambda person: person.points)]
    made += zip(*head.make_eyes())
    made.append(head.make_brows(mean, shared))
    made += [wardrobe.make_part(garment, mean, shared) for garment in wardrobe.GARMENTS]
    made.append(sewn.make_skirt(mean))
    made += zip(*sewn.make_shoes(mean))
    made += head.make_hair(mean, shared)
    parts, makers = zip(*made)
    return list(parts), list(makers)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "assets/characters"))
