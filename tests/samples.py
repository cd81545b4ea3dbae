"""Small hand-made values of every type, so that a stage can be tested without those before it."""

from __future__ import annotations

import numpy as np
import trimesh

from text2sim.catalogue import GOING, RISE
from text2sim.skeleton import INDEX, JOINTS, PARENTS, Skeleton
from text2sim.types import (
    Action,
    Actor,
    CameraPlan,
    Character,
    ConvexPart,
    Mesh,
    Motion,
    PathCue,
    PlannedActor,
    PlannedObject,
    Prop,
    Scene,
    SceneActor,
    SceneObject,
    ScenePlan,
    Script,
    Segment,
    SkinnedMesh,
    Surface,
    Track,
    Visual,
)

STEPS, STAIRS_X = 6, 1.5


def man() -> Character:
    return Character(
        gender="male", age="adult", build="average", stature=1.78, mass=76.0,
        skin=(0.55, 0.30, 0.19), hair=(0.05, 0.03, 0.02), top=(0.05, 0.15, 0.45),
        bottom=(0.06, 0.06, 0.09), shoes=(0.03, 0.03, 0.03),
    )  # fmt: skip


def stairs_script() -> Script:
    return Script(
        prompt="a man walks up stairs",
        actors=(Actor(id="man1", noun="man", gender="male"),),
        props=(Prop(id="stairs1", noun="stairs"),),
        actions=(
            Action(
                id="action1", name="walk", verb="walk", actor="man1",
                paths=(PathCue(kind="up", targets=("stairs1",)),),
            ),
        ),
    )  # fmt: skip


def stairs_plan() -> ScenePlan:
    """Six steps from x = 1.5 m, a landing behind them, and a ball on the ground at the side."""
    x = np.arange(0.0, STAIRS_X + STEPS * GOING + 0.8, 0.08)
    step = np.clip(np.floor((x - STAIRS_X) / GOING) + 1, 0, STEPS)
    path = np.stack([x, np.zeros_like(x), step * RISE], axis=1)
    end = path[-1, 0] / 0.9
    size = [STEPS * GOING, 1.3, STEPS * RISE]
    return ScenePlan(
        script=stairs_script(),
        objects=(
            PlannedObject(
                id="stairs1", kind="stairs", label="stairs", size=size, fixed=True, count=STEPS,
                position=[STAIRS_X + STEPS * GOING / 2, 0, 0],
            ),
            PlannedObject(
                id="landing1", kind="platform", label="landing", size=[1.6, 1.3, STEPS * RISE],
                position=[STAIRS_X + STEPS * GOING + 0.8, 0, 0], fixed=True,
            ),
            PlannedObject(
                id="ball1", kind="ball", label="ball", size=[0.22] * 3, position=[0.8, 1.0, 0]
            ),
        ),
        actors=(PlannedActor(id="man1", character=man(), position=[0, 0, 0]),),
        timeline=(
            Segment(actor="man1", action="walk", start=0.0, end=end, path=path, target="stairs1"),
            Segment(actor="man1", action="stand", start=end, end=end + 0.6, path=path[-1:]),
        ),
        camera=CameraPlan(
            times=[0.0, end + 0.6],
            eye=[[0.5, -5.0, 1.9], [2.0, -5.4, 2.4]],
            target=[[0.9, 0.0, 0.9], [2.2, 0.0, 1.4]],
            fov=0.75,
        ),
        duration=end + 0.6,
    )  # fmt: skip


def box_mesh(low: np.ndarray, high: np.ndarray) -> Mesh:
    box = trimesh.creation.box(bounds=[low, high])
    box.unmerge_vertices()
    return Mesh(vertices=box.vertices, normals=box.vertex_normals, faces=box.faces)


def box_object(plan: PlannedObject) -> SceneObject:
    """The object as boxes: stairs as one box a step, everything else as one box."""
    depth, width, height = plan.size
    bounds = [([-depth / 2, -width / 2, 0], [depth / 2, width / 2, height])]
    if plan.kind == "stairs":
        n = plan.count
        bounds = [
            ([-depth / 2 + i * depth / n, -width / 2, 0],
             [-depth / 2 + (i + 1) * depth / n, width / 2, (i + 1) * height / n])
            for i in range(n)
        ]  # fmt: skip
    meshes = [box_mesh(np.array(low), np.array(high)) for low, high in bounds]
    colour = (0.55, 0.08, 0.05) if plan.kind == "ball" else (0.45, 0.42, 0.38)
    surface = Surface(colour=colour)
    return SceneObject(
        id=plan.id, kind=plan.kind, label=plan.label,
        visuals=tuple(Visual(mesh=mesh, surface=surface) for mesh in meshes),
        parts=tuple(ConvexPart(vertices=mesh.vertices) for mesh in meshes),
        position=plan.position, rotation_wxyz=[1, 0, 0, 0], mass=0.5,
        centre_of_mass=[0, 0, height / 2], fixed=plan.fixed,
        walkable=plan.kind in ("stairs", "platform"),
    )  # fmt: skip


def stick_skin(skeleton: Skeleton) -> SkinnedMesh:
    """A box on every bone: a body that is just enough to test with."""
    rest = skeleton.rest_positions()
    vertices, normals, faces, joints = [], [], [], []
    for joint in range(1, len(JOINTS)):
        parent = PARENTS[joint]
        low = np.minimum(rest[joint], rest[parent]) - 0.04
        high = np.maximum(rest[joint], rest[parent]) + 0.04
        mesh = box_mesh(low, high)
        faces.append(mesh.faces + sum(map(len, vertices)))
        vertices.append(mesh.vertices)
        normals.append(mesh.normals)
        joints.append(np.full(len(mesh.vertices), parent))
    joint = np.concatenate(joints)
    count = len(joint)
    return SkinnedMesh(
        vertices=np.concatenate(vertices), normals=np.concatenate(normals),
        faces=np.concatenate(faces), colours=np.full((count, 3), 0.4),
        roughness=np.full(count, 0.8), joints=np.stack([joint] * 4, axis=1),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)),
    )  # fmt: skip


def make_scene(plan: ScenePlan) -> Scene:
    """Scene of boxes and stick figures for any plan."""
    actors = []
    for actor in plan.actors:
        skeleton = Skeleton.of_stature(actor.character.stature)
        actors.append(
            SceneActor(
                id=actor.id, character=actor.character, skeleton=skeleton,
                skin=stick_skin(skeleton), position=actor.position, heading=actor.heading,
            )
        )  # fmt: skip
    return Scene(plan=plan, objects=tuple(map(box_object, plan.objects)), actors=tuple(actors))


def stairs_scene() -> Scene:
    return make_scene(stairs_plan())


def gliding_motion(scene: Scene, fps: float = 30.0) -> Motion:
    """The actor glides along its path, arms down, without moving its legs."""
    from text2sim.maths import quaternions as quat

    plan, actor = scene.plan, scene.actors[0]
    frames = round(plan.duration * fps)
    segment = plan.timeline[0]
    distance = np.linalg.norm(np.diff(segment.path, axis=0), axis=1).cumsum()
    along = np.clip(np.arange(frames) / fps / segment.end, 0, 1) * distance[-1]
    ground = np.stack(
        [np.interp(along, [0, *distance], segment.path[:, axis]) for axis in range(3)], axis=1
    )
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1))
    for side, sign in (("left", -1), ("right", 1)):
        rotations[:, INDEX[f"{side}_shoulder"]] = quat.about_x(sign * 1.35)
    track = Track(
        actor=actor.id, skeleton=actor.skeleton,
        root_positions=ground + [0, 0, actor.skeleton.pelvis_height],
        rotations_wxyz=rotations, contacts=np.zeros((frames, 4), bool),
    )  # fmt: skip
    return Motion(scene=scene, fps=fps, tracks=(track,))
