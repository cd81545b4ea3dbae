"""Physical bodies as URDF (.urdf): an actor with its 22 segments, or an object.

A URDF file describes one robot, so a scene becomes a folder of them. Shapes of bodies are boxes,
cylinders and spheres; an object's hulls are .obj files beside its .urdf. Joints are of Bullet's
type "spherical", which the formats of ROS lack.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import numpy as np

from text2sim.errors import ConfigError
from text2sim.io.files import replacing, write_error
from text2sim.io.inertia import ball, faces, inertia
from text2sim.maths import euler
from text2sim.maths import quaternions as quat
from text2sim.physical_body import Box, PhysicalBody
from text2sim.skeleton import JOINTS, PARENTS
from text2sim.types.scene import ConvexPart

if TYPE_CHECKING:
    from text2sim.animation import Animation
    from text2sim.types import Scene, SceneActor, SceneObject

_ORIGIN = (0.0, 0.0, 0.0)


def write_urdf(animation: Animation, path: Path) -> None:
    """Write the body of an animation with one actor.

    Raises:
        ConfigError: there are several.
    """
    actors = animation.scene.actors
    if len(actors) != 1:
        raise ConfigError(
            f"A URDF file holds one body, and this scene has {len(actors)}; write a folder: "
            f"text2sim.io.urdf.save_scene(anim.scene, 'folder')."
        )
    _write(actor_urdf(actors[0]), path)


def save_scene(scene: Scene, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write every actor and object of a scene as `<id>.urdf`, with the hulls beside them.

    The file says nothing of where they stand: take `position` and `rotation_wxyz` of objects;
    an actor's pelvis is `actor.skeleton.offsets[0]` over its `position`.

    Returns:
        The .urdf files: actors, then objects.

    Raises:
        ResourceError: a file can't be written.
    """
    root, written = Path(folder), []
    try:
        root.mkdir(exist_ok=True)
    except OSError as error:
        raise write_error(root, error) from error
    trees = [(actor.id, actor_urdf(actor)) for actor in scene.actors]
    for item in scene.objects:
        names = [f"{item.id}_{number}.obj" for number in range(len(item.parts))]
        trees.append((item.id, object_urdf(item, names)))
        if ball(item) is None:
            for name, part in zip(names, item.parts):
                with replacing(root / name) as temporary:
                    temporary.write_text(_obj(part), encoding="utf-8")
    for name, tree in trees:
        with replacing(root / f"{name}.urdf") as temporary:
            _write(tree, temporary)
        written.append(root / f"{name}.urdf")
    return tuple(written)


def actor_urdf(actor: SceneActor) -> Xml.Element:
    """A body: links are named after their joints; the base link is the pelvis."""
    body = PhysicalBody.of_actor(actor)
    root = Xml.Element("robot", name=actor.id)
    for joint, name in enumerate(JOINTS):
        link = Xml.SubElement(root, "link", name=name)
        axes = body.axes_wxyz[joint]
        _inertial(
            link, body.masses[joint], np.diag(body.inertias[joint]), body.centres[joint], axes
        )
        for centre, turn, kind, sizes in _shapes(body, joint):
            for use in ("visual", "collision"):
                _geometry(Xml.SubElement(link, use), centre, turn, kind, sizes)
    for joint, parent in enumerate(PARENTS[1:], start=1):
        item = Xml.SubElement(root, "joint", name=f"{JOINTS[joint]}_joint", type="spherical")
        Xml.SubElement(item, "parent", link=JOINTS[parent])
        Xml.SubElement(item, "child", link=JOINTS[joint])
        Xml.SubElement(item, "origin", xyz=_text(actor.skeleton.offsets[joint]), rpy="0 0 0")
        Xml.SubElement(item, "axis", xyz="1 0 0")
        Xml.SubElement(item, "limit", effort=_text(body.strength[joint]), velocity="40")
    return root


def object_urdf(item: SceneObject, meshes: Sequence[str]) -> Xml.Element:
    """An object as one link; `meshes` are the files of its parts. A fixed one has no mass."""
    root = Xml.Element("robot", name=item.id)
    link = Xml.SubElement(root, "link", name=item.id)
    contact = Xml.SubElement(link, "contact")
    Xml.SubElement(contact, "lateral_friction", value=_text(item.friction))
    Xml.SubElement(contact, "restitution", value=_text(item.restitution))
    mass, tensor = (0.0, np.zeros((3, 3))) if item.fixed else (item.mass, inertia(item))
    _inertial(link, mass, tensor, item.centre_of_mass, quat.IDENTITY)
    sphere = ball(item)
    for use in ("visual", "collision"):
        if sphere is not None:
            size = {"radius": _text(sphere[1])}
            _geometry(Xml.SubElement(link, use), sphere[0], quat.IDENTITY, "sphere", size)
            continue
        for name in meshes:
            size = {"filename": name}
            _geometry(Xml.SubElement(link, use), _ORIGIN, quat.IDENTITY, "mesh", size)
    return root


_Shape = tuple[np.ndarray, np.ndarray, str, dict[str, str]]


def _shapes(body: PhysicalBody, joint: int) -> list[_Shape]:
    """Centre, rotation, kind and sizes of a segment: URDF has no capsules."""
    shape = body.shapes[joint]
    if isinstance(shape, Box):
        return [(shape.centre, shape.axes_wxyz, "box", {"size": _text(shape.extents)})]
    radius = {"radius": _text(shape.radius)}
    ends = [shape.start, shape.end] if shape.length else [shape.start]
    spheres: list[_Shape] = [(end, quat.IDENTITY, "sphere", radius) for end in ends]
    if not shape.length:
        return spheres
    turn = quat.between([0.0, 0.0, 1.0], shape.end - shape.start)
    return [(shape.centre, turn, "cylinder", {**radius, "length": _text(shape.length)}), *spheres]


def _geometry(
    parent: Xml.Element,
    centre: Sequence[float] | np.ndarray,
    turn: np.ndarray,
    kind: str,
    sizes: dict[str, str],
) -> None:
    Xml.SubElement(parent, "origin", xyz=_text(centre), rpy=_rpy(turn))
    Xml.SubElement(Xml.SubElement(parent, "geometry"), kind, sizes)


def _inertial(
    link: Xml.Element, mass: float, tensor: np.ndarray, centre: np.ndarray, axes: np.ndarray
) -> None:
    inertial = Xml.SubElement(link, "inertial")
    Xml.SubElement(inertial, "origin", xyz=_text(centre), rpy=_rpy(axes))
    Xml.SubElement(inertial, "mass", value=_text(mass))
    names = {
        "ixx": (0, 0),
        "ixy": (0, 1),
        "ixz": (0, 2),
        "iyy": (1, 1),
        "iyz": (1, 2),
        "izz": (2, 2),
    }
    Xml.SubElement(inertial, "inertia", {name: _text(tensor[at]) for name, at in names.items()})


def _rpy(rotation_wxyz: np.ndarray) -> str:
    """Turns about the fixed axes X, Y, Z [rad]."""
    return _text(np.asarray(euler.to_euler(rotation_wxyz, "ZYX"))[::-1])


def _obj(part: ConvexPart) -> str:
    lines = [f"v {_text(vertex)}" for vertex in part.vertices]
    lines += [f"f {a} {b} {c}" for a, b, c in (faces(part) + 1).tolist()]
    return "\n".join(lines) + "\n"


def _text(values: float | Sequence[float] | np.ndarray) -> str:
    return " ".join(f"{float(x) + 0.0:.9g}" for x in np.atleast_1d(values))


def _write(model: Xml.Element, path: Path) -> None:
    Xml.indent(model)
    Xml.ElementTree(model).write(path, encoding="utf-8", xml_declaration=True)
