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

from text2sim.io.mjcf_bodies import add_actor, add_object, depth_first, text
from text2sim.io.moving import MovingScene
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import JOINTS

if TYPE_CHECKING:
    from text2sim.animation import Animation
    from text2sim.types import Track

_FRICTION = 0.9
"""Of bodies; MuJoCo takes the larger of two."""
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
    Xml.SubElement(root, "option", timestep=text(timestep), gravity="0 0 -9.81",
                   integrator="implicitfast")  # fmt: skip
    asset = Xml.SubElement(root, "asset")
    world = Xml.SubElement(root, "worldbody")
    Xml.SubElement(world, "light", pos="0 -3 6", dir="0 0.4 -1", directional="true")
    Xml.SubElement(world, "geom", name="ground", type="plane", size="0 0 1",
                   friction=text(scene.ground_friction), rgba=_colour(scene.ground.colour),
                   contype="1", conaffinity=str(_EVERYTHING))  # fmt: skip
    actuators, start = Xml.Element("actuator"), list[float]()
    for item, positions, turns in moving.things():
        colour = item.visuals[0].surface.colour if item.visuals else (0.5, 0.5, 0.5)
        add_object(world, asset, item, {
            "friction": text(item.friction), "rgba": _colour(colour), "contype": "1",
            "conaffinity": str(_EVERYTHING),
        })  # fmt: skip
        if item.hinge is not None:
            start.append(item.hinge_angle(turns[0]))
            continue
        start += [] if item.fixed else [*positions[0], *turns[0]]
    for number, (actor, track) in enumerate(moving.bodies()):
        shape, bit = PhysicalBody.of_actor(actor), 2 << number % _MOST_ACTORS
        add_actor(world, actor, shape, {
            "friction": text(_FRICTION), "contype": str(bit),
            "conaffinity": str(_EVERYTHING & ~bit),
        })  # fmt: skip
        for joint, strength in zip(JOINTS[1:], shape.strength[1:]):
            _motors(actuators, f"{actor.id}_{joint}", float(strength))
        start += _pose(track)
    root.append(actuators)
    key = Xml.SubElement(root, "keyframe")
    Xml.SubElement(key, "key", name="start", qpos=text(start))
    return root


def _pose(track: Track) -> list[float]:
    """Pelvis and rotations of the first frame, in the order of the tree."""
    return [*track.root_positions[0], *track.rotations_wxyz[0, depth_first()].ravel()]


def _motors(actuators: Xml.Element, joint: str, strength: float) -> None:
    for axis, gear in zip("xyz", np.eye(3)):
        Xml.SubElement(actuators, "motor", name=f"{joint}_{axis}", joint=joint, gear=text(gear),
                       ctrlrange=text([-strength, strength]))  # fmt: skip


def _colour(colour: Sequence[float]) -> str:
    return text([*(np.clip(colour, 0.0, 1.0) ** (1.0 / 2.2)).round(3), 1.0])
