"""Builds PyBullet bodies from scenes and characters."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from text2sim.bullet import Client
from text2sim.maths import quaternions as quat
from text2sim.physical_body import Box, Capsule, PhysicalBody
from text2sim.physics.materials import BODY_FRICTION, ROLLING_FRICTION, bounce
from text2sim.skeleton import JOINTS, PARENTS
from text2sim.types import ConvexPart, Scene, SceneObject

FASTEST_JOINT = 40.0
"""No joint turns faster than this [rad/s], about that of a hard throw."""


def xyzw(q: np.ndarray) -> np.ndarray:
    """Our quaternions in Bullet's order."""
    return q[..., [1, 2, 3, 0]]


def wxyz(q: Any) -> np.ndarray:
    """Bullet's quaternions in our order."""
    return np.asarray(q)[..., [3, 0, 1, 2]]


def build_ground(bullet: Client, scene: Scene) -> int:
    """The plane z = 0."""
    shape = bullet.createCollisionShape(bullet.GEOM_PLANE)
    ground = bullet.createMultiBody(0.0, shape)
    bullet.changeDynamics(
        ground, -1, lateralFriction=np.sqrt(scene.ground_friction), restitution=1.0
    )
    return ground


def build_object(bullet: Client, item: SceneObject) -> int:
    """A rigid body of an object's convex parts; Bullet's frame is at the centre of mass."""
    radius = ball_radius(item)
    with TemporaryDirectory() as folder:
        body = bullet.createMultiBody(
            0.0 if item.fixed else item.mass,
            _hulls(bullet, item, Path(folder)) if radius is None else _ball(bullet, item, radius),
            basePosition=item.position.tolist(),
            baseOrientation=xyzw(item.rotation_wxyz).tolist(),
            baseInertialFramePosition=item.centre_of_mass.tolist(),
        )
    bullet.changeDynamics(
        body, -1,
        lateralFriction=np.sqrt(item.friction),
        restitution=bounce(item),
        rollingFriction=0.0 if radius is None else ROLLING_FRICTION,
        linearDamping=0.0, angularDamping=0.0,
    )  # fmt: skip
    if item.inertia is not None and not item.fixed:
        # About the object's axes: Bullet knows no products of inertia here.
        bullet.changeDynamics(body, -1, localInertiaDiagonal=np.diag(item.inertia).tolist())
    return body


def ball_radius(item: SceneObject) -> float | None:
    """Radius [m] of an object that is one ball, else None: a hull of facets would not roll."""
    if len(item.parts) != 1 or len(item.parts[0].vertices) < 12:
        return None
    vertices = item.parts[0].vertices
    radius = 0.5 * float(np.ptp(vertices, axis=0).max())
    distances = np.linalg.norm(vertices - _middle(item.parts[0]), axis=1)
    return radius if np.abs(distances - radius).max() < 0.02 * radius else None


def _middle(part: ConvexPart) -> np.ndarray:
    return 0.5 * (part.vertices.min(axis=0) + part.vertices.max(axis=0))


def _ball(bullet: Client, item: SceneObject, radius: float) -> int:
    return bullet.createCollisionShape(
        bullet.GEOM_SPHERE, radius=radius, collisionFramePosition=_middle(item.parts[0]).tolist()
    )


def _hulls(bullet: Client, item: SceneObject, folder: Path) -> int:
    """A compound of convex hulls; only from a file does PyBullet make more than one."""
    path = folder / "parts.obj"
    path.write_text(_obj(item.parts))
    return bullet.createCollisionShape(bullet.GEOM_MESH, fileName=str(path))


def _obj(parts: tuple[ConvexPart, ...]) -> str:
    lines, first = [], 1
    for number, part in enumerate(parts):
        count = len(part.vertices)
        lines.append(f"o part{number}")
        lines += [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in part.vertices]
        # Bullet hulls the points of an object's faces, whatever these are.
        lines += [f"f {first + i} {first + (i + 1) % count} {first + (i + 2) % count}"
                  for i in range(count)]  # fmt: skip
        first += count
    return "\n".join(lines) + "\n"


def build_actor(bullet: Client, body: PhysicalBody) -> int:
    """A tree of spherical joints in the rest pose; link i carries joint i + 1.

    The frame of a link has the principal axes of its segment. Bullet's stable PD needs that: it
    works out inertias from the shapes, and takes every capsule to lie along its link's Y.
    """
    axes, parents = body.axes_wxyz, list(PARENTS[1:])
    count, still = len(JOINTS) - 1, [0.0, 0.0, 0.0, 1.0]
    centres = quat.inv_rotate(axes, body.centres)
    shapes = [_shape(bullet, shape, centre) for shape, centre in zip(body.shapes, centres)]
    actor = bullet.createMultiBody(
        body.masses[0],
        shapes[0],
        basePosition=body.skeleton.offsets[0].tolist(),
        baseInertialFramePosition=centres[0].tolist(),
        linkMasses=body.masses[1:].tolist(),
        linkCollisionShapeIndices=shapes[1:],
        linkVisualShapeIndices=[-1] * count,
        linkPositions=quat.inv_rotate(axes[parents], body.skeleton.offsets[1:]).tolist(),
        linkOrientations=xyzw(quat.inv_mul(axes[parents], axes[1:])).tolist(),
        linkInertialFramePositions=centres[1:].tolist(),
        linkInertialFrameOrientations=[still] * count,
        linkParentIndices=parents,
        linkJointTypes=[bullet.JOINT_SPHERICAL] * count,
        linkJointAxis=[[0.0, 0.0, 1.0]] * count,
        flags=bullet.URDF_MAINTAIN_LINK_ORDER,
    )
    bullet.changeDynamics(actor, -1, maxJointVelocity=FASTEST_JOINT)
    for link, inertia in enumerate(body.inertias, start=-1):
        bullet.changeDynamics(
            actor, link, localInertiaDiagonal=inertia.tolist(),
            lateralFriction=np.sqrt(BODY_FRICTION), restitution=0.0,
            linearDamping=0.0, angularDamping=0.0, jointDamping=0.0,
        )  # fmt: skip
    for link in range(count):  # a new joint is braked until its motor is told otherwise
        bullet.setJointMotorControlMultiDof(
            actor, link, bullet.POSITION_CONTROL, targetPosition=still, force=[0.0, 0.0, 0.0]
        )
    return actor


def _shape(bullet: Client, shape: Capsule | Box, centre: np.ndarray) -> int:
    if isinstance(shape, Box):
        return bullet.createCollisionShape(
            bullet.GEOM_BOX,
            halfExtents=(0.5 * shape.extents).tolist(),
            collisionFramePosition=centre.tolist(),
        )
    return bullet.createCollisionShape(
        bullet.GEOM_CAPSULE,
        radius=shape.radius,
        height=shape.length,
        collisionFramePosition=centre.tolist(),
        collisionFrameOrientation=xyzw(quat.between([0, 0, 1], [0, 1, 0])).tolist(),
    )
