"""Where things stand: a growing set of placed objects that never overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from text2sim.scene.geometry import Array, Box, ground_height, heading_of, unit, wrap
from text2sim.scene.paths import CLEARANCE, route
from text2sim.scene.props import Model
from text2sim.types import PlannedObject

GAP = 0.15
"""Least distance between objects [m]."""
FLAT = 0.03
"""Lower things (a rug) are no obstacle [m]."""
BODY_GAP = 0.3
"""Least distance between an object and a standing body's box [m]."""

Pose = tuple[Array, float]
"""Position on the ground (2,) and heading."""


@dataclass(kw_only=True, eq=False)
class Layout:
    """The objects so far, where they are by now, and the ground that must stay free.

    Attributes:
        objects: as planned at the beginning of the clip, by id.
        now: present base centre [m] of objects that were moved since, by id.
        held: ids of objects in somebody's hands.
        bodies: present ground point of each actor (3,).
        taken: (N, 3) pieces of paths that were walked.
        nested: pairs of ids that may overlap (a ball under a table).
    """

    objects: dict[str, PlannedObject] = field(default_factory=dict)
    now: dict[str, Array] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    bodies: dict[str, Array] = field(default_factory=dict)
    taken: list[Array] = field(default_factory=list)
    nested: set[frozenset[str]] = field(default_factory=set)

    def position(self, item: str) -> Array:
        """Present base centre of an object, (3,)."""
        return self.now.get(item, self.objects[item].position)

    def box(self, item: str) -> Box:
        """Present bounding box of an object."""
        return Box.of(self.objects[item], self.position(item))

    def move(self, item: str, position: ArrayLike) -> None:
        """Remember that an object is elsewhere from now on."""
        self.now[item] = np.array(position, dtype=float)

    def fix(self, item: str, *, walkable: bool = True) -> None:
        """Somebody stands (or, if not walkable, sits) on it: it must bear that and not slip."""
        item_now = self.objects[item]
        walkable = walkable or item_now.walkable
        self.objects[item] = replace(item_now, fixed=True, walkable=walkable)

    def ground(self, points: ArrayLike) -> Array:
        """Points on the ground: (..., 2) gets its height, (..., 3)."""
        points = np.asarray(points, dtype=float)[..., :2]
        height = ground_height(self.objects.values(), points)
        return np.concatenate([points, height[..., None]], axis=-1)

    def obstacles(
        self, level: float, *, ignore: Iterable[str] = (), actor: str | None = None
    ) -> list[Box]:
        """What stands in a walker's way at a height: objects, and actors other than `actor`."""
        skipped = {*ignore, *self.held}
        boxes = [self.box(item) for item in self.objects if item not in skipped]
        boxes += [
            Box.of_body(p) for name, p in self.bodies.items() if name not in {actor, *skipped}
        ]
        return [box for box in boxes if box.high > level + FLAT and box.low < level + 1.8]

    def route(self, start: ArrayLike, goal: ArrayLike, boxes: Sequence[Box]) -> list[Array]:
        """Waypoints (2,) from start to goal past obstacles."""
        return route(np.asarray(start)[:2], np.asarray(goal)[:2], boxes)

    def fits(self, box: Box, *, ignore: Iterable[str] = (), on_ground: bool = True) -> bool:
        """Nothing is there: no object and, where people walk, no body or walked path."""
        ignore = set(ignore)
        for item in self.objects:
            if item not in ignore and box.overlaps(self.box(item), GAP):
                return False
        if not on_ground:
            return True
        for name, body in self.bodies.items():
            if name not in ignore and box.overlaps(Box.of_body(body), BODY_GAP):
                return False
        if box.high - box.low < FLAT:
            return True
        return not any(self._on_path(box, path) for path in self.taken)

    def _on_path(self, box: Box, path: Array) -> bool:
        near = box.distance(path[:, :2]) < CLEARANCE
        return bool((near & (path[:, 2] > box.low - 1.8) & (path[:, 2] < box.high - 1e-3)).any())

    def put(
        self,
        item: str,
        model: Model,
        poses: Iterable[Pose],
        *,
        support: str | None = None,
        height: float = 0.0,
        ignore: Iterable[str] = (),
    ) -> bool:
        """Place an object at the first pose where it fits, else at the first; tell which.

        `height` [m] is that of its base; `ignore` names what it may touch.
        """
        choices = list(poses)
        ignore = {*ignore, *([support] if support else [])}
        made = [self._planned(item, model, pose, support, height) for pose in choices]
        grounded = support is None or support.startswith("landing")
        fitting = [new for new in made if self.fits(Box.of(new), ignore=ignore, on_ground=grounded)]
        self.objects[item] = (fitting or made)[0]
        if support in self.objects and self.objects[support].kind == "platform":
            self.cover(support, Box.of(self.objects[item]).corners())
        return bool(fitting)

    @staticmethod
    def _planned(
        item: str, model: Model, pose: Pose, support: str | None, height: float
    ) -> PlannedObject:
        (x, y), heading = pose
        return PlannedObject(
            id=item, kind=model.kind, label=model.label, position=np.array([x, y, height]),
            heading=wrap(heading), size=model.size, colour=model.colour, material=model.material,
            fixed=model.fixed, count=model.count, support=support,
        )  # fmt: skip

    def cover(self, platform: str | None, points: ArrayLike, margin: float = 0.5) -> None:
        """Widen a landing so that its top holds points (N, 2); not towards its flight (own -X)."""
        if platform is None or not platform.startswith("landing"):
            return
        item = self.objects[platform]
        box = Box.of(item)
        local = box.local(points)
        low = np.minimum(-box.half, local.min(axis=0) - margin)
        high = np.maximum(box.half, local.max(axis=0) + margin)
        low[0] = -box.half[0]
        centre = box.world((low + high) / 2)
        size = np.append(high - low, item.size[2])
        position = np.append(centre, item.position[2])
        self.objects[platform] = replace(item, position=position, size=size)

    def supported(self, item: str) -> list[str]:
        """Ids of what stands on an object."""
        return [other.id for other in self.objects.values() if other.support == item]


def ahead(
    origin: ArrayLike, heading: float, gap: float, model: Model, facing: float | None = None
) -> Iterable[Pose]:
    """Poses in front of a point, near face at `gap`, then farther, then to the sides.

    The thing faces the point unless `facing` gives its heading relative to `heading`.
    """
    turned = heading + (np.pi if facing is None else facing)
    probe = Box(
        centre=np.zeros(2), heading=turned, half=model.size[:2] / 2, low=0.0, high=model.size[2]
    )
    first = gap + probe.edge(unit(heading))
    for farther in (0.0, 0.4, 0.9, 1.5):
        for aside in (0.0, 0.5, -0.5, 1.1, -1.1, 1.8, -1.8):
            spot = np.asarray(origin)[:2] + (first + farther) * unit(heading)
            yield spot + aside * unit(heading + np.pi / 2), turned
    for turn in (0.9, -0.9, 1.4, -1.4):
        yield np.asarray(origin)[:2] + first * unit(heading + turn), turned + turn


def facing(origin: ArrayLike, point: ArrayLike) -> float:
    """Heading [rad] from one place to another."""
    return heading_of(np.asarray(point, dtype=float)[:2] - np.asarray(origin, dtype=float)[:2])
