"""The physical scene as MuJoCo's MJCF (.xml): ground, objects, and bodies with motors.

Every body part is a segment of `text2sim.physical_body.PhysicalBody`; joints are balls, each with
three motors up to its strength. Hulls stand in the file as points, so that it needs no other file.
The keyframe "start" is the first frame of the motion.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import numpy as np

from text2sim.io.inertia import ball, corners, inertia
from text2sim.io.moving import MovingScene
from text2sim.physical_body import Box, PhysicalBody
from text2sim.skeleton import JOINTS, PARENTS

if TYPE_CHECKING:
    from text2sim.animation import Animation
    from text2sim.types import SceneActor, SceneObject, Track

_SKIN = "0.75 0.62 0.52 1"
_FRICTION = 0.9
"""Of bodies; MuJoCo takes the larger of two."""
_PASSIVE, _ARMATURE = 0.05, 0.005
"""Of a limp body's joints: the part of the controller's damping that flesh has, and an inertia
[kg m2] that keeps light segments calm between heavy ones."""
_EVERYTHING = 2**31 - 1
_MOST_ACTORS = 29
"""Collision masks have a bit for each actor, as the parts of one body don't meet each other."""


def write_mjcf(animation: Animation, path: Path) -> None:
    """Write the scene of an animation."""
    model = mjcf(MovingScene.of_animation(animation), animation.world.timestep)
    Xml.indent(model)
    Xml.ElementTree(model).write(path, encoding="utf-8", xml_declaration=True)


def mjcf(moving: MovingScene, timestep: float) -> Xml.Element:
    """The model as an XML tree.

    Args:
        moving: its scene is the model, its first frame the keyframe.
        timestep: of the simulation [s].
    """
    scene = moving.scene
    root = Xml.Element("mujoco", model="text2sim")
    Xml.SubElement(root, "compiler", angle="radian", autolimits="true")
    Xml.SubElement(root, "option", timestep=_text(timestep), gravity="0 0 -9.81",
                   integrator="implicitfast")  # fmt: skip
    asset = Xml.SubElement(root, "asset")
    world = Xml.SubElement(root, "worldbody")
    Xml.SubElement(world, "light", pos="0 -3 6", dir="0 0.4 -1", directional="true")
    Xml.SubElement(world, "geom", name="ground", type="plane", size="0 0 1",
                   friction=_text(scene.ground_friction), rgba=_colour(scene.ground.colour),
                   contype="1", conaffinity=str(_EVERYTHING))  # fmt: skip
    actuators, start = Xml.Element("actuator"), list[float]()
    for item, positions, turns in moving.things():
        _object(world, asset, item)
        start += [] if item.fixed else [*positions[0], *turns[0]]
    for number, (actor, track) in enumerate(moving.bodies()):
        start += _actor(world, actuators, actor, track, number % _MOST_ACTORS)
    root.append(actuators)
    key = Xml.SubElement(root, "keyframe")
    Xml.SubElement(key, "key", name="start", qpos=_text(start))
    return root


def _object(world: Xml.Element, asset: Xml.Element, item: SceneObject) -> None:
    """Add an object where the scene puts it."""
    body = Xml.SubElement(world, "body", name=item.id, pos=_text(item.position),
                          quat=_text(item.rotation_wxyz))  # fmt: skip
    if not item.fixed:
        Xml.SubElement(body, "freejoint", name=f"{item.id}_free")
        tensor = inertia(item)[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
        Xml.SubElement(body, "inertial", pos=_text(item.centre_of_mass), mass=_text(item.mass),
                       fullinertia=_text(tensor))  # fmt: skip
    colour = item.visuals[0].surface.colour if item.visuals else (0.5, 0.5, 0.5)
    common = {"friction": _text(item.friction), "rgba": _colour(colour), "contype": "1",
              "conaffinity": str(_EVERYTHING)}  # fmt: skip
    sphere = ball(item)
    if sphere is not None:
        Xml.SubElement(body, "geom", common, name=f"{item.id}_0", type="sphere",
                       pos=_text(sphere[0]), size=_text(sphere[1]))  # fmt: skip
    else:
        for number, part in enumerate(item.parts):
            name = f"{item.id}_{number}"
            Xml.SubElement(asset, "mesh", name=name, inertia="shell",
                           vertex=_text(corners(part).vertices.ravel()))  # fmt: skip
            Xml.SubElement(body, "geom", common, name=name, type="mesh", mesh=name)


def _actor(
    world: Xml.Element, actuators: Xml.Element, actor: SceneActor, track: Track, number: int
) -> list[float]:
    """Add a body in its rest pose; returns its first pose, joints in the order of the tree."""
    shape = PhysicalBody.of(actor.skeleton, actor.character)
    bit = 2 << number
    mask = {"contype": str(bit), "conaffinity": str(_EVERYTHING & ~bit)}
    pelvis = actor.position + actor.skeleton.offsets[0]
    half = 0.5 * actor.heading
    quaternion = [np.cos(half), 0.0, 0.0, np.sin(half)]
    bodies: dict[int, Xml.Element] = {-1: world}
    for joint, parent in enumerate(PARENTS):
        name = f"{actor.id}_{JOINTS[joint]}"
        place = {"pos": _text(pelvis if parent < 0 else actor.skeleton.offsets[joint])}
        if parent < 0:
            place["quat"] = _text(quaternion)
        body = bodies[joint] = Xml.SubElement(bodies[parent], "body", place, name=name)
        if parent < 0:
            Xml.SubElement(body, "freejoint", name=name)
        else:
            Xml.SubElement(body, "joint", name=name, type="ball", armature=_text(_ARMATURE),
                           damping=_text(_PASSIVE * shape.damping[joint]))  # fmt: skip
            _motors(actuators, name, float(shape.strength[joint]))
        Xml.SubElement(body, "inertial", pos=_text(shape.centres[joint]),
                       quat=_text(shape.axes_wxyz[joint]), mass=_text(shape.masses[joint]),
                       diaginertia=_text(shape.inertias[joint]))  # fmt: skip
        Xml.SubElement(body, "geom", {**_shape(shape, joint), **mask}, name=name, rgba=_SKIN,
                       friction=_text(_FRICTION))  # fmt: skip
    return _pose(track)


def _pose(track: Track) -> list[float]:
    """Pelvis and rotations of the first frame, each joint before its children, depth first."""
    order, waiting = list[int](), [0]
    while waiting:
        joint = waiting.pop()
        order.append(joint)
        waiting += [child for child in range(len(JOINTS) - 1, 0, -1) if PARENTS[child] == joint]
    return [*track.root_positions[0], *track.rotations_wxyz[0, order].ravel()]


def _motors(actuators: Xml.Element, joint: str, strength: float) -> None:
    for axis, gear in zip("xyz", np.eye(3)):
        Xml.SubElement(actuators, "motor", name=f"{joint}_{axis}", joint=joint, gear=_text(gear),
                       ctrlrange=_text([-strength, strength]))  # fmt: skip


def _shape(body: PhysicalBody, joint: int) -> dict[str, str]:
    shape = body.shapes[joint]
    if isinstance(shape, Box):
        return {"type": "box", "pos": _text(shape.centre), "size": _text(0.5 * shape.extents)}
    line = _text([*shape.start, *shape.end])
    if not shape.length:
        return {"type": "sphere", "pos": _text(shape.start), "size": _text(shape.radius)}
    return {"type": "capsule", "fromto": line, "size": _text(shape.radius)}


def _colour(colour: Sequence[float]) -> str:
    return _text([*(np.clip(colour, 0.0, 1.0) ** (1.0 / 2.2)).round(3), 1.0])


def _text(values: float | Sequence[float] | np.ndarray) -> str:
    return " ".join(f"{float(x) + 0.0:.9g}" for x in np.atleast_1d(values))
