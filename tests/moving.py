"""A clip in which everything that can move does: two real bodies, a ball, the camera."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests import samples
from tests.clips import make_clip
from tests.fakes import FakeEngine, still_trace
from text2sim.animation import Animation
from text2sim.assets.procedural import ProceduralAssets
from text2sim.maths import quaternions as quat
from text2sim.stage import Context
from text2sim.types import (
    CameraTrack,
    Frames,
    Motion,
    PlannedActor,
    Scene,
    Surface,
    Texture,
    Track,
    Visual,
    World,
)

FPS, FRAMES = 20.0, 24


def moving_clip(*, size: tuple[int, int] = (64, 36)) -> Animation:
    """A clip of flailing arms and legs."""
    scene = _scene()
    motion = Motion(scene=scene, fps=FPS, tracks=tuple(map(_flail, scene.actors)))
    trace = still_trace(World(motion=motion, engine=FakeEngine(), timestep=1 / 240))
    positions, rotations = trace.object_positions.copy(), trace.object_rotations_wxyz.copy()
    times = np.arange(FRAMES) / FPS
    positions[:, 2] += np.stack([times, 0.5 * times, 0.2 + 0.0 * times], axis=1)
    rotations[:, 2] = quat.mul(quat.about_z(7.0 * times), quat.about_x(5.0 * times))
    trace = dataclasses.replace(trace, object_positions=positions, object_rotations_wxyz=rotations)
    eye = np.stack([1.0 + times, -4.0 + 0.0 * times, 1.5 + 0.2 * times], axis=1)
    rendered = Frames(
        trace=trace, fps=FPS, rgb=np.zeros((FRAMES, size[1], size[0], 3), np.uint8),
        camera=CameraTrack(eye=eye, target=np.tile([1.0, 0.2, 0.9], (FRAMES, 1)), fov=0.8),
    )  # fmt: skip
    return Animation(rendered, {"prompt": scene.plan.script.prompt, "seed": 7})


def _scene() -> Scene:
    """Stairs, a landing, a ball, a man and a woman whose shirt goes from red to yellow."""
    plan = samples.stairs_plan()
    woman = dataclasses.replace(samples.man(), gender="female", stature=1.66, skirt=True)
    second = PlannedActor(id="woman1", character=woman, position=[0.3, 1.4, 0.0], heading=2.0)
    plan = dataclasses.replace(plan, actors=(*plan.actors, second))
    scene = ProceduralAssets().run(plan, Context(stage="assets"))
    man, woman = scene.actors
    colours = woman.skin.colours.copy()
    colours[:, 1] = np.clip(woman.skin.vertices[:, 2] / 1.7, 0.0, 1.0)
    woman = dataclasses.replace(woman, skin=dataclasses.replace(woman.skin, colours=colours))
    return dataclasses.replace(scene, actors=(man, woman))


def _flail(actor) -> Track:
    """Smooth rotations of every joint; quaternions change sign on the way, as they may."""
    rng, times = np.random.default_rng(len(actor.id)), np.arange(FRAMES) / FPS
    phase, axis = rng.uniform(0, 6, (22, 3)), rng.normal(size=(22, 3))
    rotations = quat.exp(0.5 * axis * np.sin(3.0 * times[:, None, None] + phase))
    rotations[:, 0] = quat.mul(quat.about_z(4.0 * times), rotations[:, 0])
    rotations[::3] *= -1.0
    root = actor.position + np.stack([times, 0.3 * np.sin(times), 1.0 + 0.1 * times], axis=1)
    return Track(
        actor=actor.id, skeleton=actor.skeleton, root_positions=root, rotations_wxyz=rotations,
        contacts=np.zeros((FRAMES, 4), bool),
    )  # fmt: skip


def with_objects(objects) -> Animation:
    """The sample clip with other objects, at rest."""
    clip, objects = make_clip(frames=4, channels=False), tuple(objects)
    trace = clip.trace
    scene = dataclasses.replace(clip.scene, objects=objects)
    world = dataclasses.replace(
        trace.world, motion=dataclasses.replace(trace.world.motion, scene=scene)
    )
    trace = dataclasses.replace(
        trace, world=world, object_positions=np.tile([o.position for o in objects], (4, 1, 1)),
        object_rotations_wxyz=np.tile([o.rotation_wxyz for o in objects], (4, 1, 1)),
    )  # fmt: skip
    return Animation(dataclasses.replace(clip.rendered, trace=trace), clip.config)


def dressed_clip() -> tuple[Animation, np.ndarray]:
    """A thing of glass, a picture and coloured corners, and a body with the same picture."""
    pixels = np.zeros((32, 16, 3), np.uint8)
    pixels[:16], pixels[16:] = (250, 20, 20), (20, 20, 250)  # Red above blue.
    picture = Texture(pixels=pixels)
    item = samples.stairs_scene().objects[2]
    mesh = samples.box_mesh(np.zeros(3), np.ones(3))
    height = mesh.vertices[:, 2] - mesh.vertices[:, 2].min()
    uv = np.column_stack([mesh.vertices[:, 0] + 0.5, height / height.max()]).astype(np.float32)
    ramp = np.repeat(uv[:, 1:], 3, axis=1) * np.float32([1.0, 0.5, 0.25])
    visuals = (
        Visual(mesh=mesh, surface=Surface(colour=(0.8, 0.9, 1.0), opacity=0.3)),
        Visual(
            mesh=dataclasses.replace(mesh, uv=uv),
            surface=Surface(colour=(1.0, 1.0, 1.0), texture=picture),
        ),
        Visual(mesh=dataclasses.replace(mesh, colours=ramp), surface=Surface(colour=(0.5, 1, 1))),
    )
    clip = with_objects([dataclasses.replace(item, visuals=visuals)])
    actor = clip.scene.actors[0]
    low, high = actor.skin.vertices[:, 2].min(), actor.skin.vertices[:, 2].max()
    places = np.repeat((actor.skin.vertices[:, 2:] - low) / (high - low), 2, axis=1)
    skin = dataclasses.replace(actor.skin, uv=places, texture=picture)
    scene = dataclasses.replace(clip.scene, actors=(dataclasses.replace(actor, skin=skin),))
    trace = clip.trace
    motion = dataclasses.replace(trace.world.motion, scene=scene)
    trace = dataclasses.replace(trace, world=dataclasses.replace(trace.world, motion=motion))
    return Animation(dataclasses.replace(clip.rendered, trace=trace), clip.config), ramp
