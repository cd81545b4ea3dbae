"""What stands in a glTF scene: bodies, objects, ground, camera and light."""

from __future__ import annotations

import numpy as np

from text2sim.io.gltf_document import Document, lib, quaternions, vectors
from text2sim.io.moving import FAR, NEAR, SUN_COLOUR, MovingScene, looks_of, parts_of
from text2sim.io.textures import Texture, picture
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, PARENTS
from text2sim.types import SceneActor, SceneObject, SkinnedMesh, Surface

LIGHTS = "KHR_lights_punctual"
SUN_STRENGTH = 3.0
"""Illuminance as engines take it (pi makes white of a white matt surface), not in real lux."""


def add_actor(document: Document, actor: SceneActor) -> list[int]:
    """A node where the actor begins, 22 joints under it in a T-pose, and a skin; the joints."""
    offsets = vectors(actor.skeleton.offsets)
    joints = [
        document.node(name, root=False, translation=offset.tolist())
        for name, offset in zip(JOINTS, offsets)
    ]
    for joint, parent in zip(joints[1:], PARENTS[1:]):
        document.gltf.nodes[joints[parent]].children.append(joint)
    place = {"translation": vectors(actor.position).tolist()}
    place["rotation"] = quaternions(quat.about_z(actor.heading)).tolist()
    root = document.node(actor.id, children=[joints[0]], **place)
    skin = lib.Skin(
        name=actor.id,
        joints=joints,
        skeleton=root,
        inverseBindMatrices=_inverse_bind(document, actor),
    )
    document.gltf.skins.append(skin)
    # A skinned mesh goes where its joints go, whatever is above it: so it hangs under nothing.
    name = f"{actor.id}_body"
    mesh = document.mesh(name, _skin_primitives(document, actor.id, actor.skin))
    document.node(name, mesh=mesh, skin=len(document.gltf.skins) - 1)
    return joints


def _inverse_bind(document: Document, actor: SceneActor) -> int:
    """Accessor of matrices from the rest pose to each joint; glTF stores columns one by one."""
    matrices = np.tile(np.eye(4, dtype=np.float32), (len(JOINTS), 1, 1))
    matrices[:, 3, :3] = -vectors(actor.skeleton.rest_positions())
    return document.accessor(matrices)


def _skin_primitives(
    document: Document, name: str, skin: SkinnedMesh
) -> list[tuple[dict[str, int], int, int]]:
    """One primitive for each look, with vertices of its own."""
    joints, weights = _influences(skin)
    primitives = []
    for number, (surface, roughness, chosen) in enumerate(looks_of(skin), start=1):
        used, faces = np.unique(skin.faces[chosen], return_inverse=True)
        attributes = {
            "POSITION": document.accessor(vectors(skin.vertices[used]), "vertex", bounds=True),
            "NORMAL": document.accessor(vectors(skin.normals[used]), "vertex"),
            "JOINTS_0": document.accessor(joints[used], "vertex"),
            "WEIGHTS_0": document.accessor(weights[used], "vertex", normalised=True),
        }
        if surface is None:
            colours = _levels(skin.colours[used])
            attributes["COLOR_0"] = document.accessor(colours, "vertex", normalised=True)
            surface = Surface(colour=(1.0, 1.0, 1.0), roughness=roughness, texture=skin.texture)
        own = picture(surface)
        if own and skin.uv is not None:
            attributes["TEXCOORD_0"] = _places(document, skin.uv[used], own, surface)
        material = document.material(
            surface, double_sided=True, name=f"{name}_{number}", texture=own
        )
        primitives.append((attributes, document.indices(faces, len(used)), material))
    return primitives


def _levels(colours: np.ndarray) -> np.ndarray:
    """Opaque colours in 65535ths, (V, 4) uint16."""
    rgba = np.concatenate([np.clip(colours, 0.0, 1.0), np.ones((len(colours), 1))], axis=1)
    return (rgba * 65535.0 + 0.5).astype(np.uint16)


def _influences(skin: SkinnedMesh) -> tuple[np.ndarray, np.ndarray]:
    """Joints uint8 and weights in 65535ths, (V, 4); what rounding leaves goes to the strongest."""
    weights = np.floor(skin.weights.astype(np.float64) * 65535.0 + 0.5).astype(np.int64)
    rows, strongest = np.arange(len(weights)), weights.argmax(axis=1)
    weights[rows, strongest] += 65535 - weights.sum(axis=1)
    joints = np.where(weights > 0, skin.joints, 0).astype(np.uint8)
    return joints, weights.astype(np.uint16)


def add_object(document: Document, item: SceneObject) -> int:
    """A node at the object's origin, with its meshes; its extras hold what physics needs."""
    primitives = []
    for number, part in enumerate(parts_of(item), start=1):
        attributes = {
            "POSITION": document.accessor(vectors(part.vertices), "vertex", bounds=True),
            "NORMAL": document.accessor(vectors(part.normals), "vertex"),
        }
        own = picture(part.surface)
        if own and part.places is not None:
            attributes["TEXCOORD_0"] = _places(document, part.places, own, part.surface)
        if part.colours is not None:
            colours = _levels(part.colours)
            attributes["COLOR_0"] = document.accessor(colours, "vertex", normalised=True)
        material = document.material(
            part.surface,
            double_sided=not part.closed,
            name=f"{item.kind}_{number}",
            texture=own,
        )
        primitives.append((attributes, document.indices(part.faces, len(part.vertices)), material))
    extras = {"kind": item.kind, "label": item.label, "fixed": item.fixed,
              "friction": item.friction, "restitution": item.restitution}  # fmt: skip
    if not item.fixed:
        extras["mass"] = item.mass
    mesh = document.mesh(item.kind, primitives) if primitives else None
    return document.node(
        item.id,
        mesh=mesh,
        extras=extras,
        translation=vectors(item.position).tolist(),
        rotation=quaternions(item.rotation_wxyz).tolist(),
    )


def _places(document: Document, places: np.ndarray, own: Texture, surface: Surface) -> int:
    """Accessor of places on a texture, as a `Part` has them (V, 2); glTF counts rows from the top.

    Which way up a pattern lies does not matter.
    """
    places = np.asarray(places, dtype=np.float64) / own.span
    if surface.texture is not None:
        places = places * [1.0, -1.0] + [0.0, 1.0]
    return document.accessor(places.astype(np.float32), "vertex")


def add_ground(document: Document, moving: MovingScene) -> None:
    """A square of the ground under all that happens."""
    centre, half = moving.floor()
    corners = np.array([[-half, -half, 0], [half, -half, 0], [half, half, 0], [-half, half, 0]])
    attributes = {
        "POSITION": document.accessor(vectors(corners), "vertex", bounds=True),
        "NORMAL": document.accessor(vectors(np.tile([0.0, 0.0, 1.0], (4, 1))), "vertex"),
    }
    ground = moving.scene.ground
    own = picture(ground, ground=True)
    if own:
        places = corners[:, :2] + centre[:2]
        attributes["TEXCOORD_0"] = _places(document, places, own, ground)
    material = document.material(ground, double_sided=False, name="ground", texture=own)
    indices = document.indices(np.array([[0, 1, 2], [0, 2, 3]]), 4)
    mesh = document.mesh("ground", [(attributes, indices, material)])
    document.node("ground", mesh=mesh, translation=vectors(centre).tolist())


def add_camera(document: Document, moving: MovingScene) -> int:
    """A node with the camera of the pictures, at its first place."""
    lens = lib.Perspective(yfov=moving.upright(), aspectRatio=moving.aspect, znear=NEAR, zfar=FAR)
    camera = lib.Camera(name="camera", type="perspective", perspective=lens)
    document.gltf.cameras.append(camera)
    assert moving.camera is not None
    return document.node(
        "camera",
        camera=len(document.gltf.cameras) - 1,
        translation=vectors(moving.camera.eye[0]).tolist(),
        rotation=turned(moving.camera_axes()[0]).tolist(),
    )


def turned(axes: np.ndarray) -> np.ndarray:
    """Rotations xyzw of cameras and lights, which look along -Z in our axes and in glTF's.

    Args:
        axes: columns are right, up and backward in the world, (..., 3, 3).
    """
    columns = np.swapaxes(np.swapaxes(axes, -1, -2)[..., [1, 2, 0]], -1, -2)
    return quat.from_matrix(columns)[..., [1, 2, 3, 0]].astype(np.float32)


def add_sun(document: Document, moving: MovingScene) -> None:
    """A directional light."""
    light = {"name": "sun", "type": "directional", "color": list(SUN_COLOUR),
             "intensity": SUN_STRENGTH}  # fmt: skip
    document.gltf.extensionsUsed = [LIGHTS]
    document.gltf.extensions = {LIGHTS: {"lights": [light]}}
    rotation = turned(moving.sun_axes()).tolist()
    above = vectors(moving.floor()[0] + 10.0 * moving.sun_axes()[:, 2]).tolist()
    document.node("sun", translation=above, rotation=rotation, extensions={LIGHTS: {"light": 0}})
