"""Universal Scene Description (.usd, .usda, .usdz): the same moving scene as in .glb files.

Importing it needs the extra `usd`. docs/export.md tells what goes where.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from text2sim.io.moving import FAR, NEAR, SUN_COLOUR, MovingScene, looks_of, parts_of, placed
from text2sim.io.textures import Texture, picture
from text2sim.io.usd_stage import ROOT, Stage, ints, place, quats, vec2, vec3
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, PARENTS
from text2sim.types import SceneActor, SceneObject, SkinnedMesh, Surface, Track

# After ours, which says what to install where it is missing.
from pxr import Gf, Sdf, UsdGeom, UsdLux, UsdShade, UsdSkel, Vt  # isort: skip

if TYPE_CHECKING:
    from text2sim.animation import Animation

FOCAL_LENGTH = 0.35
"""Of the camera, in tenths of a metre as USD wants it: 35 mm."""
SUN, SKY, SKY_COLOUR = 2.0, 0.6, (0.75, 0.85, 1.0)
"""Strengths of the lights that make colours look as in our pictures."""


def write_usd(animation: Animation, path: Path) -> None:
    """Write what the simulation did."""
    write_moving(MovingScene.of_animation(animation), path)


def write_moving(moving: MovingScene, path: Path) -> None:
    """Write a moving scene, for example `MovingScene.of_motion(motion)`."""
    stage = Stage(moving.fps, moving.frames, textures=path.suffix.lower() == ".usdz")
    layer = stage.usd.GetRootLayer()
    layer.documentation = moving.title
    layer.customLayerData = {k: v for k, v in moving.about.items() if isinstance(v, (str, int))}
    times = np.arange(moving.frames, dtype=float)
    _add_ground(stage, moving)
    for item, positions, rotations in moving.things():
        prim = _add_object(stage, item)
        place(prim, positions, rotations, times)
    for actor, track in moving.bodies():
        _add_actor(stage, actor, track)
    _add_camera(stage, moving)
    _add_lights(stage, moving)
    stage.save(path)


def _add_ground(stage: Stage, moving: MovingScene) -> None:
    centre, half = moving.floor()
    corners = half * np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) + centre
    up = np.tile([0.0, 0.0, 1.0], (4, 1))
    mesh = stage.mesh(f"{ROOT}/ground", corners, up, np.array([[0, 1, 2], [0, 2, 3]]))
    own = picture(moving.scene.ground, ground=True)
    _lay(mesh, corners[:, :2], own)
    _bind(mesh.GetPrim(), stage.material(moving.scene.ground, own))


def _add_object(stage: Stage, item: SceneObject) -> Any:
    """An Xform at the object's origin with one mesh for each surface."""
    path = stage.path(item.id)
    prim = UsdGeom.Xform.Define(stage.usd, path).GetPrim()
    prim.SetDisplayName(item.label)
    for number, part in enumerate(parts_of(item), start=1):
        name = f"{path}/{path.rpartition('/')[2]}_part{number}"
        mesh = stage.mesh(name, part.vertices, part.normals, part.faces)
        mesh.CreateDoubleSidedAttr(not part.closed)
        mesh.CreateDisplayColorAttr(vec3(np.array([part.surface.colour])))
        own = picture(part.surface)
        _lay(mesh, part.places, own)
        if part.colours is None or (own and stage.textures):
            _bind(mesh.GetPrim(), stage.material(part.surface, own))
        else:  # The preview surface has no product of a picture and the colours of vertices.
            colours = mesh.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex)
            colours.Set(vec3(part.colours * np.array(part.surface.colour)))
            _bind(mesh.GetPrim(), stage.vertex_material(part.surface))
    return prim


def _lay(mesh: Any, places: np.ndarray | None, own: Texture | None) -> None:
    """Lay a texture onto a mesh by places, as a `Part` has them (V, 2)."""
    if own is not None and places is not None:
        kind, per = Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.vertex
        st = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", kind, per)
        st.Set(vec2(places / own.span))


def _bind(prim: Any, material: Any) -> None:
    UsdShade.MaterialBindingAPI.Apply(prim).Bind(material)


def _add_actor(stage: Stage, actor: SceneActor, track: Track) -> None:
    """A SkelRoot where the actor begins, with skeleton, animation and skinned mesh."""
    path = stage.path(actor.id)
    root = UsdSkel.Root.Define(stage.usd, path)
    begin = quat.about_z(actor.heading)[None]
    place(root.GetPrim(), actor.position[None], begin, np.zeros(1))
    positions, rotations = placed(actor, track)
    root.CreateExtentAttr(vec3(_reach(positions, actor)))
    inner = f"{path}/{path.rpartition('/')[2]}"  # Programs that forget paths see names that tell.
    skeleton = _add_skeleton(stage, f"{inner}_skeleton", actor)
    animation = _add_animation(stage, f"{inner}_skeleton/motion", actor, positions, rotations)
    binding = UsdSkel.BindingAPI.Apply(skeleton.GetPrim())
    binding.CreateAnimationSourceRel().SetTargets([animation.GetPath()])
    _add_skin(stage, f"{inner}_body", actor.skin, skeleton)


def _reach(positions: np.ndarray, actor: SceneActor) -> np.ndarray:
    """A box around all that the body may touch, (2, 3)."""
    margin = 1.3 * actor.skeleton.pelvis_height
    return np.stack([positions.min(axis=0) - margin, positions.max(axis=0) + margin])


def _joint_paths() -> list[str]:
    """Names of the joints as USD wants them: "pelvis/left_hip/left_knee"."""
    paths: list[str] = []
    for name, parent in zip(JOINTS, PARENTS):
        paths.append(name if parent < 0 else f"{paths[parent]}/{name}")
    return paths


def _add_skeleton(stage: Stage, path: str, actor: SceneActor) -> Any:
    skeleton = UsdSkel.Skeleton.Define(stage.usd, path)
    skeleton.CreateJointsAttr(_joint_paths())
    skeleton.CreateBindTransformsAttr(_translations(actor.skeleton.rest_positions()))
    skeleton.CreateRestTransformsAttr(_translations(actor.skeleton.offsets))
    return skeleton


def _translations(vectors: np.ndarray) -> Any:
    """Matrices that move by vectors (J, 3); USD multiplies rows from the left."""
    matrices = np.tile(np.eye(4), (len(vectors), 1, 1))
    matrices[:, 3, :3] = vectors
    return Vt.Matrix4dArray.FromNumpy(matrices)


def _add_animation(
    stage: Stage, path: str, actor: SceneActor, positions: np.ndarray, rotations: np.ndarray
) -> Any:
    animation = UsdSkel.Animation.Define(stage.usd, path)
    animation.CreateJointsAttr(_joint_paths())
    animation.CreateScalesAttr(Vt.Vec3hArray(len(JOINTS), Gf.Vec3h(1, 1, 1)))
    translations, turns = animation.CreateTranslationsAttr(), animation.CreateRotationsAttr()
    offsets = np.array(actor.skeleton.offsets)
    for time in range(len(positions)):
        offsets[0] = positions[time]
        translations.Set(vec3(offsets), time)
        turns.Set(quats(rotations[time]), time)
    return animation


def _add_skin(stage: Stage, path: str, skin: SkinnedMesh, skeleton: Any) -> None:
    mesh = stage.mesh(path, skin.vertices, skin.normals, skin.faces)
    mesh.CreateDoubleSidedAttr(True)
    colours = mesh.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex)
    colours.Set(vec3(skin.colours))
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
    binding.CreateJointIndicesPrimvar(False, 4).Set(ints(skin.joints.reshape(-1)))
    weights = Vt.FloatArray.FromNumpy(np.ascontiguousarray(skin.weights.reshape(-1)))
    binding.CreateJointWeightsPrimvar(False, 4).Set(weights)
    binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1.0))
    shading = UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim())
    white = Surface(colour=(1.0, 1.0, 1.0), texture=skin.texture)
    if own := picture(white):
        _lay(mesh, skin.uv, own)
    for number, (surface, roughness, chosen) in enumerate(looks_of(skin), start=1):
        subset = shading.CreateMaterialBindSubset(f"look{number}", ints(chosen))
        plain = surface or dataclasses.replace(white, roughness=roughness)
        by_vertex = surface is None and not (own and stage.textures)
        material = stage.vertex_material(plain) if by_vertex else stage.material(plain, own)
        _bind(subset.GetPrim(), material)
    shading.SetMaterialBindSubsetsFamilyType(UsdGeom.Tokens.partition)


def _add_camera(stage: Stage, moving: MovingScene) -> None:
    if moving.camera is None:
        return
    camera = UsdGeom.Camera.Define(stage.usd, stage.path("camera"))
    height = 2.0 * FOCAL_LENGTH * np.tan(0.5 * moving.upright())
    camera.CreateFocalLengthAttr(FOCAL_LENGTH)
    camera.CreateVerticalApertureAttr(float(height))
    camera.CreateHorizontalApertureAttr(float(height * moving.aspect))
    camera.CreateClippingRangeAttr(Gf.Vec2f(NEAR, FAR))
    rotations = quat.unroll(quat.from_matrix(moving.camera_axes()))
    times = np.arange(len(rotations)) * moving.fps / moving.camera_fps
    place(camera.GetPrim(), moving.camera.eye, rotations, times)


def _add_lights(stage: Stage, moving: MovingScene) -> None:
    """A sun behind the camera's shoulder and an even sky."""
    sun = UsdLux.DistantLight.Define(stage.usd, stage.path("sun"))
    sun.CreateIntensityAttr(SUN)
    sun.CreateAngleAttr(0.53)
    sun.CreateNormalizeAttr(True)  # The strength is that of all its light, however small its disc.
    sun.CreateColorAttr(Gf.Vec3f(*SUN_COLOUR))
    turn = quat.from_matrix(moving.sun_axes())[None]
    place(sun.GetPrim(), np.zeros((1, 3)), turn, np.zeros(1))
    sky = UsdLux.DomeLight.Define(stage.usd, stage.path("sky"))
    sky.CreateIntensityAttr(SKY)
    sky.CreateColorAttr(Gf.Vec3f(*SKY_COLOUR))
