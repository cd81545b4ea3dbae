"""Objects and people as MJCF elements: what the exported scene and the MuJoCo engine share.

Every body part is a segment of `text2sim.physical_body.PhysicalBody`; joints are balls. Hulls stand
in the file as points, so that it needs no other file.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

import numpy as np

from text2sim.io.inertia import ball, corners, inertia
from text2sim.physical_body import Box, PhysicalBody
from text2sim.skeleton import JOINTS, PARENTS
from text2sim.types import SceneActor, SceneObject

SKIN = "0.75 0.62 0.52 1"
PASSIVE, ARMATURE = 0.05, 0.005
"""Of a limp body's joints: the part of the controller's damping that flesh has, and an inertia
[kg m2] that keeps light segments calm between heavy ones."""


def add_object(
    world: Xml.Element, asset: Xml.Element, item: SceneObject, common: dict[str, str]
) -> list[str]:
    """Add an object where the scene puts it; returns the names of its geoms.

    Args:
        world, asset: the model's elements.
        item: its frame is the body's.
        common: attributes of every geom.
    """
    body = Xml.SubElement(world, "body", name=item.id, pos=text(item.position),
                          quat=text(item.rotation_wxyz))  # fmt: skip
    if item.hinge is not None:
        Xml.SubElement(body, "joint", name=f"{item.id}_hinge", type="hinge",
                       pos=text(item.hinge.point), axis=text(item.hinge.axis),
                       range=text([item.hinge.low, item.hinge.high]),
                       damping=text(item.hinge.damping))  # fmt: skip
    elif not item.fixed:
        Xml.SubElement(body, "freejoint", name=f"{item.id}_free")
    if not item.fixed:
        tensor = inertia(item)[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
        Xml.SubElement(body, "inertial", pos=text(item.centre_of_mass), mass=text(item.mass),
                       fullinertia=text(tensor))  # fmt: skip
    sphere = ball(item)
    if sphere is not None:
        Xml.SubElement(body, "geom", common, name=f"{item.id}_0", type="sphere",
                       pos=text(sphere[0]), size=text(sphere[1]))  # fmt: skip
        return [f"{item.id}_0"]
    names = [f"{item.id}_{number}" for number in range(len(item.parts))]
    for name, part in zip(names, item.parts):
        Xml.SubElement(asset, "mesh", name=name, inertia="shell",
                       vertex=text(corners(part).vertices.ravel()))  # fmt: skip
        Xml.SubElement(body, "geom", common, name=name, type="mesh", mesh=name)
    return names


def add_actor(
    world: Xml.Element, actor: SceneActor, shape: PhysicalBody, common: dict[str, str]
) -> None:
    """Add a body in its rest pose; bodies, joints and geoms are called `<actor>_<joint>`.

    Args:
        world: the model's element.
        actor: who, and where it stands.
        shape: its physical body.
        common: attributes of every geom.
    """
    half = 0.5 * actor.heading
    bodies: dict[int, Xml.Element] = {-1: world}
    for joint, parent in enumerate(PARENTS):
        name, offset = f"{actor.id}_{JOINTS[joint]}", actor.skeleton.offsets[joint]
        place = {"pos": text(offset if parent >= 0 else actor.position + offset)}
        if parent < 0:
            place["quat"] = text([np.cos(half), 0.0, 0.0, np.sin(half)])
        body = bodies[joint] = Xml.SubElement(bodies[parent], "body", place, name=name)
        if parent < 0:
            Xml.SubElement(body, "freejoint", name=name)
        else:
            Xml.SubElement(body, "joint", name=name, type="ball", armature=text(ARMATURE),
                           damping=text(PASSIVE * shape.damping[joint]))  # fmt: skip
        Xml.SubElement(body, "inertial", pos=text(shape.centres[joint]),
                       quat=text(shape.axes_wxyz[joint]), mass=text(shape.masses[joint]),
                       diaginertia=text(shape.inertias[joint]))  # fmt: skip
        Xml.SubElement(body, "geom", {**_shape(shape, joint), **common}, name=name, rgba=SKIN)


def depth_first() -> list[int]:
    """Joints in the order of MuJoCo's tree: each before its children, depth first."""
    order, waiting = list[int](), [0]
    while waiting:
        joint = waiting.pop()
        order.append(joint)
        waiting += [child for child in range(len(JOINTS) - 1, 0, -1) if PARENTS[child] == joint]
    return order


def _shape(body: PhysicalBody, joint: int) -> dict[str, str]:
    shape = body.shapes[joint]
    if isinstance(shape, Box):
        return {"type": "box", "pos": text(shape.centre), "size": text(0.5 * shape.extents)}
    if not shape.length:
        return {"type": "sphere", "pos": text(shape.start), "size": text(shape.radius)}
    line = text([*shape.start, *shape.end])
    return {"type": "capsule", "fromto": line, "size": text(shape.radius)}


def text(values: float | Sequence[float] | np.ndarray) -> str:
    """Numbers as MJCF writes them."""
    return " ".join(f"{float(x) + 0.0:.9g}" for x in np.atleast_1d(values))
