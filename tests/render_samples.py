"""Scenes and traces for the tests of the renderers."""

from __future__ import annotations

import dataclasses

import numpy as np
import trimesh

from tests import samples
from text2sim.render.raster import RasterRenderer
from text2sim.skeleton import Skeleton
from text2sim.stage import CHANNELS, Context, Options
from text2sim.types import (
    CameraPlan,
    ConvexPart,
    Frames,
    Mesh,
    Motion,
    Outcome,
    Scene,
    SceneActor,
    SceneObject,
    Simulation,
    Surface,
    Trace,
    Track,
    Visual,
    World,
)

SIZE = (160, 120)
FRONT = CameraPlan(times=[0.0], eye=[[0, -5, 1]], target=[[0, 0, 1]], fov=0.7)
"""Looks along +Y from 5 m."""


class NoEngine:
    name = "none"

    def open(self, world: World) -> Simulation:
        raise NotImplementedError


def object_of(name: str, mesh: Mesh, *, position=(0, 0, 0), surface: Surface | None = None):
    return SceneObject(
        id=name, kind="box", label=name, position=position, rotation_wxyz=[1, 0, 0, 0],
        visuals=(Visual(mesh=mesh, surface=surface or Surface(colour=(0.5, 0.1, 0.1))),),
        parts=(ConvexPart(vertices=mesh.vertices),), centre_of_mass=[0, 0, 0],
    )  # fmt: skip


def box(name: str, low, high, **options) -> SceneObject:
    return object_of(name, samples.box_mesh(np.array(low, float), np.array(high, float)), **options)


def ball(name: str, radius: float, **options) -> SceneObject:
    sphere = trimesh.creation.icosphere(3, radius)
    mesh = Mesh(vertices=sphere.vertices, normals=sphere.vertex_normals, faces=sphere.faces)
    return object_of(name, mesh, **options)


def quad(name: str, corners) -> SceneObject:
    """An open quadrilateral, corners counter-clockwise as seen from the front."""
    corners = np.array(corners, float)
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    normals = np.tile(normal / np.linalg.norm(normal), (4, 1))
    mesh = Mesh(vertices=corners, normals=normals, faces=[[0, 1, 2], [0, 2, 3]])
    item = box(name, [0, 0, 0], [1, 1, 1])
    return dataclasses.replace(
        item, visuals=(Visual(mesh=mesh, surface=Surface(colour=(0.5,) * 3)),)
    )


def scene_of(*objects: SceneObject, camera: CameraPlan = FRONT, people: bool = False) -> Scene:
    plan = dataclasses.replace(samples.stairs_plan(), camera=camera, duration=1.0)
    actors: tuple[SceneActor, ...] = ()
    if people:
        skeleton = Skeleton.of_stature(1.78)
        skin = samples.stick_skin(skeleton)
        actors = (
            SceneActor(
                id="man1", character=samples.man(), skeleton=skeleton, skin=skin,
                position=[0, 0, 0],
            ),
        )  # fmt: skip
    return Scene(plan=plan, objects=objects, actors=actors)


def standing(actor: SceneActor, frames: int) -> Track:
    return Track(
        actor=actor.id, skeleton=actor.skeleton,
        root_positions=np.tile(actor.position + [0, 0, actor.skeleton.pelvis_height], (frames, 1)),
        rotations_wxyz=np.tile([1.0, 0, 0, 0], (frames, 22, 1)),
        contacts=np.zeros((frames, 4), bool),
    )  # fmt: skip


def trace_of(scene: Scene, *, frames: int = 1, motion: Motion | None = None) -> Trace:
    """Nothing moves but the actors of `motion`."""
    if motion is None:
        tracks = tuple(standing(actor, frames) for actor in scene.actors)
        motion = Motion(scene=scene, fps=10.0, tracks=tracks)
    frames = motion.frames or frames
    positions = np.array([item.position for item in scene.objects]).reshape(-1, 3)
    rotations = np.array([item.rotation_wxyz for item in scene.objects]).reshape(-1, 4)
    people = len(scene.actors)
    return Trace(
        world=World(motion=motion, engine=NoEngine(), timestep=1 / 240),
        fps=motion.fps, tracks=motion.tracks,
        object_positions=np.tile(positions, (frames, 1, 1)),
        object_rotations_wxyz=np.tile(rotations, (frames, 1, 1)),
        assist_force=np.zeros((frames, people)), assist_torque=np.zeros((frames, people)),
        outcome=Outcome(status="completed", time=frames / motion.fps),
    )  # fmt: skip


def context(size=SIZE, channels=CHANNELS) -> Context:
    return Context(request=Options(size=size, channels=channels), stage="renderer")


def render(trace: Trace, size=SIZE, channels=None, renderer=None) -> Frames:
    """All channels of the backend unless told otherwise."""
    renderer = renderer or RasterRenderer()
    return renderer.run(trace, context(size, channels or renderer.channels))
