"""The MuJoCo model of a scene: bodies with servos, every pair that may touch, every possible hold.

MuJoCo takes the larger friction of a pair and has no restitution; so each pair of geoms that may
meet is written down, with what the pair has together.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree as Xml

import numpy as np

from text2sim.io.inertia import ball
from text2sim.io.mjcf_bodies import add_actor, add_object, text
from text2sim.physical_body import PhysicalBody
from text2sim.physics.materials import BODY_FRICTION, GRAVITY, ROLLING_FRICTION, bounce
from text2sim.skeleton import JOINTS
from text2sim.types import Scene

HANDS = ("left", "right")
SWING = 0.5
"""Phase [rad] that a bouncing contact goes through in a time step: small enough to be resolved."""
STEEPNESS = 2.0
"""Time constant of a contact that does not bounce, in time steps; MuJoCo allows no less."""
LEAST_BOUNCE = float(np.exp(-2.0))
"""Restitution of a critically damped contact; what should bounce less than that does not."""
SPIN_FRICTION = 0.01
"""Against turning on the spot [m]: about the radius of a sole's or a small thing's contact."""


class Owner(NamedTuple):
    """Who some geoms belong to, and what they bring to a contact."""

    name: str
    geoms: tuple[str, ...]
    friction: float
    bounce: float
    fixed: bool
    rolls: bool = False


def build(scene: Scene, bodies: dict[str, PhysicalBody], timestep: float, iterations: int) -> str:
    """The model as MJCF text."""
    root = Xml.Element("mujoco", model="text2sim")
    Xml.SubElement(root, "compiler", angle="radian", autolimits="true")
    Xml.SubElement(root, "size", memory="64M")
    Xml.SubElement(root, "option", timestep=repr(timestep), gravity=text([0, 0, -GRAVITY]),
                   integrator="implicitfast", cone="elliptic", impratio="10",
                   iterations=str(iterations))  # fmt: skip
    option = root[-1]
    Xml.SubElement(option, "flag", autoreset="disable")
    asset, world = Xml.SubElement(root, "asset"), Xml.SubElement(root, "worldbody")
    servos, holds = Xml.SubElement(root, "actuator"), Xml.SubElement(root, "equality")
    owners = _ground(world, scene) + _objects(world, asset, scene)
    for actor in scene.actors:
        add_actor(world, actor, bodies[actor.id], {"contype": "0", "conaffinity": "0"})
        names = tuple(f"{actor.id}_{joint}" for joint in JOINTS)
        owners.append(Owner(actor.id, names, BODY_FRICTION, 0.0, fixed=False))
        _servos(servos, actor.id, bodies[actor.id])
        _holds(holds, actor.id, scene)
    contact = Xml.SubElement(root, "contact")
    mounted = {frozenset((item.id, item.hinge.frame)) for item in scene.objects if item.hinge}
    for a, b in combinations(owners, 2):
        if not (a.fixed and b.fixed) and {a.name, b.name} not in mounted:
            _pairs(contact, a, b, timestep)
    return Xml.tostring(root, encoding="unicode")


def _ground(world: Xml.Element, scene: Scene) -> list[Owner]:
    Xml.SubElement(world, "geom", name="ground", type="plane", size="0 0 1", contype="0",
                   conaffinity="0")  # fmt: skip
    return [Owner("ground", ("ground",), scene.ground_friction, 1.0, fixed=True)]


def _objects(world: Xml.Element, asset: Xml.Element, scene: Scene) -> list[Owner]:
    silent = {"contype": "0", "conaffinity": "0"}
    return [
        Owner(
            name=item.id,
            geoms=tuple(add_object(world, asset, item, silent)),
            friction=item.friction,
            bounce=bounce(item),
            fixed=item.fixed,
            rolls=ball(item) is not None,
        )
        for item in scene.objects
    ]


def _servos(servos: Xml.Element, actor: str, body: PhysicalBody) -> None:
    """A motor with a damper about each axis of each joint, together within the joint's strength."""
    for joint, strength in zip(JOINTS[1:], body.strength[1:]):
        for axis, gear in zip("xyz", np.eye(3)):
            Xml.SubElement(servos, "general", name=f"{actor}_{joint}_{axis}",
                           joint=f"{actor}_{joint}", gear=text(gear), biastype="affine",
                           forcerange=text([-strength, strength]))  # fmt: skip


def _holds(holds: Xml.Element, actor: str, scene: Scene) -> None:
    """Every hold that an actor may take of an object, let go for the time being."""
    for item in scene.objects:
        for hand in HANDS:
            body1, body2 = f"{actor}_{hand}_wrist", item.id
            if not item.fixed:
                Xml.SubElement(holds, "weld", name=f"{actor} {hand} {item.id}", body1=body1,
                               body2=body2, active="false")  # fmt: skip
            Xml.SubElement(holds, "connect", name=f"{actor} {hand} point {item.id}", body1=body1,
                           body2=body2, anchor="0 0 0", active="false")  # fmt: skip


def _pairs(contact: Xml.Element, a: Owner, b: Owner, timestep: float) -> None:
    slide = float(np.sqrt(a.friction * b.friction))
    rolls = a.rolls or b.rolls
    roll = ROLLING_FRICTION if rolls else 0.0
    common = {
        "condim": "6" if rolls else "4",
        "friction": text([slide, slide, SPIN_FRICTION * slide, roll, roll]),
        **stiffness(a.bounce * b.bounce, timestep),
    }
    for first in a.geoms:
        for second in b.geoms:
            Xml.SubElement(contact, "pair", common, name=f"{first} {second}", geom1=first,
                           geom2=second)  # fmt: skip


def stiffness(restitution: float, timestep: float) -> dict[str, str]:
    """Attributes of a contact that gives back this share of the speed."""
    if restitution < LEAST_BOUNCE:
        return {"solref": text([STEEPNESS * timestep, 1.0]), "solimp": "0.9 0.97 0.001"}
    ratio = damping_ratio(restitution)
    return {"solref": text([timestep / (SWING * ratio), ratio]), "solimp": "0.97 0.97 0.001"}


def damping_ratio(restitution: float) -> float:
    """Of a spring and damper that push but do not pull, (0, 1).

    Contact ends when the force is zero, at the phase pi - 2 phi, sin phi the ratio, and gives back
    exp(-(pi - 2 phi) tan phi) of the speed; solved by bisection.
    """
    low, high = 0.0, 0.5 * np.pi - 1e-9
    for _ in range(60):
        phi = 0.5 * (low + high)
        bouncy = np.exp(-(np.pi - 2.0 * phi) * np.tan(phi)) > restitution
        low, high = (phi, high) if bouncy else (low, phi)
    return max(float(np.sin(low)), 1e-3)
