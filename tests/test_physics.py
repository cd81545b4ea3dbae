"""The worlds of both engines against closed forms, and the physical body."""

from __future__ import annotations

import builtins
import dataclasses
import sys

import numpy as np
import pytest

from tests import samples
from text2sim.errors import ConfigError, MissingExtraError, PipelineError, SimulationDiverged
from text2sim.inverse_dynamics import inverse_dynamics
from text2sim.maths import quaternions as quat
from text2sim.physical_body import Box, Capsule, PhysicalBody
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.physics.mujoco_build import damping_ratio
from text2sim.physics.pybullet import PyBulletEngine
from text2sim.physics.stage import PhysicsEngine
from text2sim.skeleton import INDEX, Skeleton
from text2sim.stage import Context
from text2sim.types import (
    BodyState,
    ConvexPart,
    Drive,
    Hinge,
    Motion,
    SceneObject,
    Simulation,
    World,
)

G = 9.81
STILL = np.zeros(3)


def ball_part(radius: float = 0.1) -> ConvexPart:
    directions = np.random.default_rng(0).normal(size=(200, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions = np.concatenate([directions, np.eye(3), -np.eye(3)])
    return ConvexPart(vertices=radius * directions + [0, 0, radius])


def box_part(x: float, y: float, z: float) -> ConvexPart:
    signs = np.array([[a, b, c] for a in (-0.5, 0.5) for b in (-0.5, 0.5) for c in (0, 1)])
    return ConvexPart(vertices=signs * [x, y, z])


def thing(part: ConvexPart, position: tuple, **options: object) -> SceneObject:
    height = float(part.vertices[:, 2].max())
    values = {
        "id": "thing1", "kind": "box", "label": "thing", "visuals": (), "parts": (part,),
        "position": position, "rotation_wxyz": quat.IDENTITY, "mass": 1.0,
        "centre_of_mass": [0, 0, height / 2], **options,
    }  # fmt: skip
    return SceneObject(**values)


@pytest.fixture(params=["pybullet", "mujoco"])
def engine(request: pytest.FixtureRequest) -> PhysicsEngine:
    return PyBulletEngine() if request.param == "pybullet" else MuJoCoEngine()


def world_of(
    engine: PhysicsEngine, *objects: SceneObject, actors: bool = False, fps: float = 30.0
) -> World:
    scene = samples.stairs_scene()
    kept = scene.actors if actors else ()
    scene = dataclasses.replace(scene, objects=objects, actors=kept)
    motion = Motion(fps=fps, tracks=(), scene=scene)
    return engine.run(motion, Context())


def run(simulation: Simulation, seconds: float) -> list[np.ndarray]:
    """Object positions after each step."""
    positions = []
    for _ in range(round(seconds / simulation.timestep)):
        simulation.step({})
        positions.append(simulation.objects()[0])
    return positions


def random_state(seed: int = 0) -> BodyState:
    rng = np.random.default_rng(seed)
    return BodyState(
        root_position=rng.normal(size=3) + [0, 0, 3], root_velocity=rng.normal(size=3),
        root_angular_velocity=rng.normal(size=3),
        rotations_wxyz=quat.exp(rng.normal(size=(22, 3)) * 0.6),
        joint_velocities=rng.normal(size=(22, 3)),
    )  # fmt: skip


def rest_drive(force: np.ndarray = STILL, torque: np.ndarray = STILL) -> Drive:
    return Drive(
        setpoints_wxyz=np.tile(quat.IDENTITY, (22, 1)), torques=np.zeros((22, 3)),
        force=force, torque=torque,
    )  # fmt: skip


@pytest.mark.parametrize("fps", [24, 25, 30, 60, 23.976, 240, 7])
def test_steps_divide_frames(engine: PhysicsEngine, fps: float) -> None:
    step = world_of(engine, fps=fps).timestep
    assert 1 / step >= 239.99
    assert (1 / fps) / step == pytest.approx(round((1 / fps) / step), abs=1e-9)


def test_free_fall(engine: PhysicsEngine) -> None:
    with world_of(engine, thing(ball_part(), (0, 0, 5))).open() as simulation:
        drop = 5 - run(simulation, 0.8)[-1][0, 2]
        # Semi-implicit Euler is ahead of the parabola by half a step.
        assert drop == pytest.approx(0.5 * G * 0.8 * (0.8 + simulation.timestep), rel=1e-6)


def test_restitution(engine: PhysicsEngine) -> None:
    with world_of(engine, thing(ball_part(), (0, 0, 1.0), restitution=0.7)).open() as simulation:
        heights = np.array(run(simulation, 1.2))[:, 0, 2]
    floor = int(np.argmax(heights < 0.01))
    assert heights[floor:].max() == pytest.approx(0.7**2, rel=0.08)


@pytest.mark.parametrize(("angle", "slides"), [(0.42, False), (0.50, True)])
def test_friction_cone(engine: PhysicsEngine, angle: float, slides: bool) -> None:
    """Equal materials of friction 0.5 hold up to atan 0.5 = 0.464 rad."""
    turn = quat.about_y(angle)
    ramp = thing(box_part(6, 2, 0.1), (0, 0, 2), rotation_wxyz=turn, fixed=True, friction=0.5)
    start = ramp.position + quat.rotate(turn, [-1.0, 0, 0.102])
    box = thing(box_part(0.3, 0.3, 0.1), start, id="box1", rotation_wxyz=turn, friction=0.5)
    with world_of(engine, ramp, box).open() as simulation:
        path = np.array(run(simulation, 1.0))[:, 1]
    moved = np.linalg.norm(path[-1] - path[20])
    expected = 0.5 * G * (np.sin(angle) - 0.5 * np.cos(angle)) * 0.96**2
    assert moved == pytest.approx(expected, rel=0.25) if slides else moved < 0.005


def test_a_ball_rolls(engine: PhysicsEngine) -> None:
    turn = quat.about_y(0.1)
    ramp = thing(box_part(6, 2, 0.1), (0, 0, 1), rotation_wxyz=turn, fixed=True)
    start = ramp.position + quat.rotate(turn, [-2.0, 0, 0.1005])
    ball = thing(ball_part(0.1), start, id="ball1")
    with world_of(engine, ramp, ball).open() as simulation:
        run(simulation, 1.0)
        positions, rotations = simulation.objects()
    middle = positions[1] + quat.rotate(rotations[1], [0, 0, 0.1])
    moved = np.linalg.norm(middle - start - quat.rotate(turn, [0, 0, 0.1]))
    slope = np.sin(0.1) - 0.004 / 0.1 * np.cos(0.1)  # rolling friction is a lever of 4 mm
    assert moved == pytest.approx(5 / 7 * 0.5 * G * slope, rel=0.2)
    turned = np.linalg.norm(quat.log(quat.inv_mul(turn, rotations[1])))
    assert turned == pytest.approx(moved / 0.1, rel=0.02)  # without slipping


def test_off_centre_objects_keep_their_origin(engine: PhysicsEngine) -> None:
    part = box_part(0.4, 0.4, 0.4)
    item = thing(part, (1, 2, 0), rotation_wxyz=quat.about_z(0.7), centre_of_mass=[0.1, 0, 0.1])
    with world_of(engine, item).open() as simulation:
        run(simulation, 1.0)
        positions, rotations = simulation.objects()
    np.testing.assert_allclose(positions[0], [1, 2, 0], atol=0.004)
    assert np.linalg.norm(quat.log(quat.inv_mul(quat.about_z(0.7), rotations[0]))) < 0.01


def test_parts_stay_apart(engine: PhysicsEngine) -> None:
    """A ball falls through between two parts: they are not one hull."""
    low, high = box_part(0.2, 1, 1), box_part(0.2, 1, 1)
    parts = (ConvexPart(vertices=low.vertices - [0.4, 0, 0]),
             ConvexPart(vertices=high.vertices + [0.4, 0, 0]))  # fmt: skip
    gate = thing(low, (0, 0, 0), id="gate1", parts=parts, fixed=True)
    with world_of(engine, gate, thing(ball_part(0.1), (0, 0, 2))).open() as simulation:
        assert run(simulation, 2.5)[-1][1, 2] < 0.05


def test_masses_sum_to_the_character() -> None:
    for gender, mass in (("male", 76.0), ("female", 55.0)):
        character = dataclasses.replace(samples.man(), gender=gender, mass=mass)
        body = PhysicalBody.of(Skeleton.of_stature(1.7), character)
        assert body.mass == pytest.approx(mass)
        leg = sum(body.masses[INDEX[f"left_{part}"]] for part in ("hip", "knee", "ankle", "foot"))
        assert 0.18 < leg / mass < 0.22  # de Leva (1996)
        assert (body.inertias > 0).all()


def test_inertias_of_solids() -> None:
    ball = Capsule(start=np.zeros(3), end=np.zeros(3), radius=0.3)
    np.testing.assert_allclose(ball.unit_inertia(), 0.4 * 0.09)
    rod = Capsule(start=np.zeros(3), end=np.array([0, 0, 2.0]), radius=1e-4)
    np.testing.assert_allclose(rod.unit_inertia(), [4 / 12, 0, 4 / 12], atol=1e-3)
    np.testing.assert_allclose(quat.rotate(rod.axes_wxyz, [0, 1, 0]), [0, 0, 1], atol=1e-12)
    box = Box(centre=np.zeros(3), extents=np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(box.unit_inertia(), np.array([13, 10, 5]) / 12)


def test_soles_are_flat_on_the_ground() -> None:
    for child in (False, True):
        skeleton = Skeleton.of_stature(1.2, child=child)
        body = PhysicalBody.of(skeleton, samples.man())
        rest = skeleton.rest_positions()
        for name in ("left_ankle", "left_foot", "right_ankle", "right_foot"):
            shape = body.shapes[INDEX[name]]
            assert isinstance(shape, Box)
            low = rest[INDEX[name], 2] + shape.centre[2] - shape.extents[2] / 2
            assert low == pytest.approx(0.0, abs=1e-9)


def test_place_and_read_round_trip(engine: PhysicsEngine) -> None:
    state = random_state()
    with world_of(engine, actors=True).open() as simulation:
        simulation.place("man1", state)
        read = simulation.body("man1")
    for name in ("root_position", "root_velocity", "root_angular_velocity"):
        np.testing.assert_allclose(getattr(read, name), getattr(state, name), atol=1e-9)
    np.testing.assert_allclose(read.joint_velocities[1:], state.joint_velocities[1:], atol=1e-9)
    same = np.abs(np.sum(read.rotations_wxyz * state.rotations_wxyz, axis=-1))
    np.testing.assert_allclose(same, 1.0, atol=1e-9)


def test_bullet_agrees_on_kinematics() -> None:
    """Link positions of the engine are our forward kinematics, and our velocities move them so."""
    state = random_state(1)
    with world_of(PyBulletEngine(), actors=True).open() as simulation:
        skeleton = samples.stairs_scene().actors[0].skeleton
        simulation.place("man1", state)
        bullet, number = simulation._bullet, simulation._actors["man1"]
        links = bullet.getLinkStates(number, list(range(21)), computeForwardKinematics=1)
        ours, _ = skeleton.forward(state.root_position, state.rotations_wxyz)
        np.testing.assert_allclose([link[4] for link in links], ours[1:], atol=1e-6)
        simulation.step({})
        after = simulation.body("man1")
    turned = quat.log(quat.inv_mul(state.rotations_wxyz, after.rotations_wxyz))[1:]
    mean = 0.5 * (after.joint_velocities + state.joint_velocities)[1:]
    assert np.abs(turned / simulation.timestep - mean).max() < 0.8


def test_external_wrench_accelerates_the_body(engine: PhysicsEngine) -> None:
    mass = samples.man().mass
    with world_of(engine, actors=True).open() as simulation:
        state = dataclasses.replace(simulation.body("man1"), root_position=np.array([0, 0, 5.0]))
        simulation.place("man1", state)
        force = np.array([100.0, 0, mass * G])
        for _ in range(round(0.1 / simulation.timestep)):
            simulation.step({"man1": rest_drive(force)})
        body = simulation.body("man1")
    assert body.root_velocity[0] == pytest.approx(100 / mass * 0.1, rel=0.35)
    assert abs(body.root_velocity[2]) < 0.1


def test_standing_is_stable_with_a_small_assist(engine: PhysicsEngine) -> None:
    with world_of(engine, actors=True).open() as simulation:
        start = simulation.body("man1")
        for _ in range(round(2 / simulation.timestep)):
            now = simulation.body("man1")
            force = 1000 * (start.root_position - now.root_position) - 200 * now.root_velocity
            tilt = quat.log(quat.mul_inv(start.rotations_wxyz[0], now.rotations_wxyz[0]))
            torque = 300 * tilt - 12 * now.root_angular_velocity
            simulation.step({"man1": rest_drive(np.clip(force, -60, 60), torque)})
        end = simulation.body("man1")
        down = {contact.joint for contact in simulation.contacts()}
    assert np.linalg.norm(end.root_position - start.root_position) < 0.05
    assert {"left_ankle", "right_ankle"} <= down


def test_snapshot_is_exact(engine: PhysicsEngine) -> None:
    ball = thing(ball_part(), (0.1, 0.0, 2.2))
    with world_of(engine, ball, actors=True).open() as simulation:
        for _ in range(round(0.25 / simulation.timestep)):
            simulation.step({"man1": rest_drive()})
        saved = simulation.snapshot()
        runs = []
        for _ in range(2):
            simulation.restore(saved)
            for _ in range(round(0.375 / simulation.timestep)):
                simulation.step({"man1": rest_drive()})
            body = simulation.body("man1")
            runs.append((body.root_position, body.rotations_wxyz, *simulation.objects()))
    for first, second in zip(*runs):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("hand", ["left", "both"])
def test_a_thrown_object_flies_ballistically(engine: PhysicsEngine, hand: str) -> None:
    with world_of(engine, thing(ball_part(0.05), (0, 0.9, 1.38)), actors=True).open() as simulation:
        state = simulation.body("man1")
        flying = dataclasses.replace(
            state, root_position=np.array([0, 0, 0.98]), root_velocity=np.array([2.0, 0, 3.0])
        )
        simulation.place("man1", flying)
        gap = simulation.attach("man1", hand, "thing1")
        assert gap < 0.1
        for _ in range(round(0.1 / simulation.timestep)):
            drive = rest_drive(np.array([0, 0, samples.man().mass * G]))
            simulation.step({"man1": drive})
        before = simulation.objects()[0][0]
        simulation.step({"man1": drive})
        held = simulation.objects()[0][0]
        velocity = (held - before) / simulation.timestep
        assert velocity[0] == pytest.approx(2.0, abs=0.6)
        simulation.release("man1", "thing1")
        path = np.array(run(simulation, 0.3))[:, 0]
    time = 0.3
    flight = held + velocity * time - [0, 0, 0.5 * G * time**2]
    assert np.linalg.norm(path[-1] - flight) < 0.12


def left_wrist(state: BodyState) -> np.ndarray:
    joints, _ = Skeleton.of_stature(samples.man().stature).forward(
        state.root_position[None], state.rotations_wxyz[None]
    )
    return joints[0, INDEX["left_wrist"]]


def test_a_hand_holds_on_to_a_fixed_thing_and_no_longer_than_asked(engine: PhysicsEngine) -> None:
    bar = dataclasses.replace(thing(ball_part(0.04), (0, 0.95, 1.92)), fixed=True)
    lift = rest_drive(np.array([0, 0, 0.6 * samples.man().mass * G]))
    with world_of(engine, bar, actors=True).open() as simulation:
        state = simulation.body("man1")
        high = dataclasses.replace(state, root_position=state.root_position + [0, 0, 0.5])
        simulation.place("man1", high)
        for hand in ("left", "right"):
            simulation.attach("man1", hand, "thing1")
        simulation.release("man1", "thing1", "right")
        for _ in range(round(0.1 / simulation.timestep)):
            simulation.step({"man1": lift})
        saved, drops = simulation.snapshot(), []
        for holds in (False, True):
            simulation.restore(saved)
            if not holds:
                simulation.release("man1", "thing1")
            for _ in range(round(0.25 / simulation.timestep)):
                simulation.step({"man1": lift})
            drops.append(left_wrist(high)[2] - left_wrist(simulation.body("man1"))[2])
    free, held = drops
    assert held < 0.06
    assert free > 0.15


def test_two_worlds_at_once(engine: PhysicsEngine) -> None:
    world = world_of(engine, thing(ball_part(), (0, 0, 3)))
    with world.open() as first, world.open() as second:
        run(first, 0.5)
        assert second.objects()[0][0, 2] == pytest.approx(3.0)
    first.close()


def test_divergence_is_an_error(engine: PhysicsEngine) -> None:
    with world_of(engine, actors=True).open() as simulation:
        state = dataclasses.replace(simulation.body("man1"), root_velocity=np.array([0, 0, 500.0]))
        simulation.place("man1", state)
        with pytest.raises(SimulationDiverged, match="rate"):
            simulation.body("man1")


def test_a_lost_object_is_an_error(engine: PhysicsEngine) -> None:
    simulation = world_of(engine, thing(ball_part(), (0, 0, 2000.0))).open()
    with simulation, pytest.raises(SimulationDiverged, match="object"):
        simulation.objects()


def test_motion_without_a_scene() -> None:
    with pytest.raises(PipelineError, match="scene"):
        PyBulletEngine().run(Motion(fps=30, tracks=()), Context())


def test_missing_pybullet(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refuse(name: str, *args: object, **options: object) -> object:
        if name == "pybullet":
            raise ImportError(name)
        return original(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"text2sim\[physics\]"):
        world_of(PyBulletEngine())


def test_missing_mujoco(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mujoco", None)
    with pytest.raises(MissingExtraError, match="mujoco-core"):
        world_of(MuJoCoEngine())


def test_mujoco_agrees_on_kinematics() -> None:
    """Bodies of the engine are where our forward kinematics has them, and move as we read it."""
    state = random_state(1)
    with world_of(MuJoCoEngine(), actors=True).open() as simulation:
        skeleton = samples.stairs_scene().actors[0].skeleton
        simulation.place("man1", state)
        simulation.step({})
        after = simulation.body("man1")
        data, at = simulation._data, simulation._places["man1"]
        simulation._mujoco.mj_kinematics(simulation._model, data)
        ours, _ = skeleton.forward(after.root_position, after.rotations_wxyz)
        np.testing.assert_allclose(data.xpos[at.bodies], ours, atol=1e-9)
    turned = quat.log(quat.inv_mul(state.rotations_wxyz, after.rotations_wxyz))[1:]
    np.testing.assert_allclose(turned / simulation.timestep, after.joint_velocities[1:], atol=1e-4)


def test_mujoco_stops_at_numbers_that_are_not_finite() -> None:
    with world_of(MuJoCoEngine(), actors=True).open() as simulation:
        wild = dataclasses.replace(simulation.body("man1"), root_velocity=np.full(3, 1e12))
        simulation.place("man1", wild)
        with pytest.raises(SimulationDiverged, match="finite"):
            simulation.step({})


@pytest.mark.parametrize("restitution", [0.15, 0.3, 0.5, 0.7, 0.9])
def test_damping_ratio_of_a_contact(restitution: float) -> None:
    """A spring and damper that only push, integrated finely, give back what was asked for."""
    ratio, step, place, speed = damping_ratio(restitution), 1e-5, 0.0, -1.0
    while place <= 0.0:
        push = max(0.0, -place - 2.0 * ratio * speed)
        speed += push * step
        place += speed * step
    assert speed == pytest.approx(restitution, abs=2e-3)


def test_engines_agree_on_a_swinging_arm() -> None:
    """A limp arm of a body that is held at the pelvis swings alike in both engines."""
    ends = []
    for engine in (PyBulletEngine(), MuJoCoEngine()):
        with world_of(engine, actors=True).open() as simulation:
            start = dataclasses.replace(
                simulation.body("man1"), root_position=np.array([0, 0, 3.0])
            )
            simulation.place("man1", start)
            soft = dataclasses.replace(rest_drive(), effort=0.3)
            for _ in range(round(0.4 / simulation.timestep)):
                simulation.step({"man1": soft})
            ends.append(simulation.body("man1"))
    fallen = [end.root_position[2] for end in ends]
    assert fallen[0] == pytest.approx(fallen[1], abs=0.02)
    apart = quat.log(quat.inv_mul(ends[0].rotations_wxyz, ends[1].rotations_wxyz))
    assert np.linalg.norm(apart, axis=1).max() < 0.1


def test_inverse_dynamics_of_standing() -> None:
    """At rest the pelvis is carried by the weight, and a raised arm by m g l at the shoulder."""
    skeleton = Skeleton.of_stature(1.78)
    body = PhysicalBody.of(skeleton, samples.man())
    roots = np.tile(skeleton.offsets[0], (5, 1))
    loads = inverse_dynamics(body, roots, np.tile(quat.IDENTITY, (5, 22, 1)), 30.0)
    np.testing.assert_allclose(loads.force[2], [0, 0, body.mass * G], atol=1e-9)
    arm = [INDEX[f"left_{part}"] for part in ("shoulder", "elbow", "wrist")]
    rest = skeleton.rest_positions()
    levers = rest[arm] + body.centres[arm] - rest[arm[0]]
    expected = np.cross(levers, body.masses[arm, None] * [0, 0, G]).sum(axis=0)
    np.testing.assert_allclose(loads.torques[2, arm[0]], expected, atol=1e-9)


def test_inverse_dynamics_of_a_spin() -> None:
    """A body that spins up about the vertical needs I alpha, and nothing else to turn it."""
    skeleton = Skeleton.of_stature(1.78)
    body = PhysicalBody.of(skeleton, samples.man())
    fps, rate = 200.0, 2.0
    time = np.arange(41) / fps
    rotations = np.tile(quat.IDENTITY, (41, 22, 1))
    rotations[:, 0] = quat.about_z(0.5 * rate * time**2)
    loads = inverse_dynamics(body, np.tile(skeleton.offsets[0], (41, 1)), rotations, fps)
    centres = skeleton.rest_positions() + body.centres - skeleton.offsets[0]
    tensors = quat.to_matrix(body.axes_wxyz) ** 2 @ body.inertias[..., None]
    inertia = (body.masses * (centres[:, :2] ** 2).sum(axis=1)).sum() + tensors[:, 2, 0].sum()
    assert loads.torques[3, 0, 2] == pytest.approx(inertia * rate, rel=0.02)


def test_a_support_relieves_its_limb_only() -> None:
    skeleton = Skeleton.of_stature(1.78)
    body = PhysicalBody.of(skeleton, samples.man())
    roots = np.tile(skeleton.offsets[0], (3, 1))
    loads = inverse_dynamics(body, roots, np.tile(quat.IDENTITY, (3, 22, 1)), 30.0)
    joint = INDEX["left_ankle"]
    points = loads.joints[:, [joint]] + [0.05, 0, -0.08]
    push = np.tile([0.0, 0.0, body.mass * G], (3, 1, 1))
    left = loads.relieved(points, [joint], push)
    np.testing.assert_allclose(left.force, 0, atol=1e-9)
    assert left.torques[1, joint, 1] - loads.torques[1, joint, 1] == pytest.approx(
        0.05 * body.mass * G
    )
    np.testing.assert_array_equal(
        left.torques[:, INDEX["right_knee"]], loads.torques[:, INDEX["right_knee"]]
    )


def hung(turn: float = 0.0, **options: object) -> SceneObject:
    """A plank of 1 kg and 1.2 m that hangs by its upper end from a line along Y, turned by hand."""
    hinge = Hinge(point=[0, 0, 1.2], axis=[0, 1, 0], **{"damping": 0.0, **options})
    rotation = quat.about_y(turn)
    place = np.array([0, 0, 3.2]) - quat.rotate(rotation, [0, 0, 1.2])
    return thing(box_part(0.04, 0.1, 1.2), place, rotation_wxyz=rotation, hinge=hinge)


def angles(path: list[np.ndarray]) -> np.ndarray:
    """Of the plank from hanging straight [rad]."""
    down = np.array([0, 0, 3.2]) - np.array(path)[:, 0]
    return np.arctan2(down[:, 0], down[:, 2])


def test_a_hinge_swings_like_a_pendulum(engine: PhysicsEngine) -> None:
    """Of a plank's moment of inertia about its end, m (l^2 / 3 + d^2 / 12)."""
    with world_of(engine, hung(0.2)).open() as simulation:
        path = run(simulation, 2.0)
        step = simulation.timestep
    swing = angles(path)
    inertia = 1.2**2 / 3.0 + 0.04**2 / 12.0
    period = 2.0 * np.pi * np.sqrt(inertia / (G * 0.6)) * (1.0 + 0.2**2 / 16.0)
    assert swing[round(0.5 * period / step)] == pytest.approx(-swing[0], rel=0.05)
    crossings = np.flatnonzero(np.diff(np.sign(swing)))
    assert (crossings[1] - crossings[0]) * step == pytest.approx(period / 2, rel=0.02)
    out_of_place = np.linalg.norm(np.array([0, 0, 3.2]) - np.array(path)[:, 0], axis=-1) - 1.2
    assert np.abs(out_of_place).max() < 0.004


def test_a_hinge_stops_at_its_limits(engine: PhysicsEngine) -> None:
    item = hung(low=-0.4, high=0.3, damping=0.1)
    with world_of(engine, item).open() as simulation:
        for _ in range(round(1.0 / simulation.timestep)):
            simulation.push("thing1", np.array([30.0, 0, 0]), STILL)
            simulation.step({})
        pushed = angles([simulation.objects()[0]])[0]
        for _ in range(round(1.0 / simulation.timestep)):
            simulation.push("thing1", np.array([-30.0, 0, 0]), STILL)
            simulation.step({})
        pulled = angles([simulation.objects()[0]])[0]
    assert sorted([pushed, pulled]) == pytest.approx([-0.4, 0.3], abs=0.05)


def test_a_hinge_loses_speed_by_damping(engine: PhysicsEngine) -> None:
    """About an upright axis nothing else acts: exp(-d t / I)."""
    hinge = Hinge(point=[0, -0.4, 0], axis=[0, 0, 1], damping=0.8)
    door = thing(box_part(0.04, 0.8, 2.0), (0, 0, 0.01), mass=20.0, hinge=hinge)
    with world_of(engine, door).open() as simulation:
        for _ in range(round(0.2 / simulation.timestep)):
            simulation.push("thing1", np.array([60.0, 0, 0]), STILL)
            simulation.step({})
        yaws = []
        for _ in range(round(1.0 / simulation.timestep)):
            simulation.step({})
            yaws.append(float(quat.log(simulation.objects()[1][0])[2]))
        step = simulation.timestep
    speeds = np.abs(np.diff(yaws)) / step
    inertia = 20.0 * (0.8**2 / 3.0 + 0.04**2 / 12.0)
    assert speeds[0] > 0.5
    assert speeds[-1] / speeds[0] == pytest.approx(np.exp(-0.8 / inertia), rel=0.03)


def test_a_hinge_goes_back_to_a_snapshot(engine: PhysicsEngine) -> None:
    with world_of(engine, hung(0.5)).open() as simulation:
        run(simulation, 0.3)
        kept = simulation.snapshot()
        first = run(simulation, 0.3)
        simulation.restore(kept)
        np.testing.assert_array_equal(run(simulation, 0.3), first)


def test_a_hand_opens_what_is_on_a_hinge(engine: PhysicsEngine) -> None:
    """A hand that is carried along takes the plank with it, and lets it swing back."""
    item = dataclasses.replace(hung(damping=0.3), id="ball1")
    with world_of(engine, item, actors=True).open() as simulation:
        skeleton = samples.stairs_scene().actors[0].skeleton
        pose = np.tile(quat.IDENTITY, (22, 1))
        arm = skeleton.forward(np.zeros(3), pose)[0][INDEX["left_wrist"]]
        start = BodyState(root_position=[0, 0, 2.1] - arm - [0, 0.09, 0], root_velocity=STILL,
                          root_angular_velocity=STILL, rotations_wxyz=pose,
                          joint_velocities=np.zeros((22, 3)))  # fmt: skip
        simulation.place("man1", start)
        assert simulation.attach("man1", "left", "ball1") < 0.15
        for number in range(round(1.0 / simulation.timestep)):
            moved = start.root_position + [0.5 * number * simulation.timestep, 0, 0.0]
            simulation.place("man1", dataclasses.replace(start, root_position=moved,
                                                         root_velocity=[0.5, 0, 0]))  # fmt: skip
            simulation.step({})
        assert 0.25 < -angles([simulation.objects()[0]])[0] < 0.6
        simulation.release("man1", "ball1")
        simulation.place("man1", dataclasses.replace(start, root_position=[9.0, 9, 9]))
        assert np.abs(angles(run(simulation, 1.2))).min() < 0.1


@pytest.mark.parametrize(
    "change", [{"axis": [0, 0, 0]}, {"low": 0.2}, {"high": -0.1}, {"damping": -1.0}]
)
def test_hinges_that_can_not_be(change: dict) -> None:
    with pytest.raises(ConfigError):
        Hinge(**{"point": [0, 0, 0], "axis": [0, 0, 1], **change})


@pytest.mark.parametrize("joint", ["pelvis", "spine3", "left_knee", "right_wrist"])
def test_a_push_gives_a_body_its_impulse(engine: PhysicsEngine, joint: str) -> None:
    """Momentum of a limp body in free fall, and its angular momentum about the centre of mass."""
    gently = 0.1 if joint == "right_wrist" else 1.0
    force, torque = gently * np.array([30.0, -20, 10]), gently * np.array([2.0, 3, -1])
    changes = []
    with world_of(engine, actors=True).open() as simulation:
        actor = samples.stairs_scene().actors[0]
        body = PhysicalBody.of_actor(actor)
        rest = dataclasses.replace(random_state(), root_velocity=STILL, root_angular_velocity=STILL,
                                   joint_velocities=np.zeros((22, 3)))  # fmt: skip
        for push in (False, True):
            simulation.place(actor.id, rest)
            places = []
            for _ in range(4):
                if push and len(places) == 1:
                    simulation.push(actor.id, force, torque, joint=joint)
                simulation.step({})
                places.append(momenta(body, simulation.body(actor.id)))
            changes.append(places[-1])
        step = simulation.timestep
    moved = changes[1][0] - changes[0][0]
    np.testing.assert_allclose(moved, force * step, atol=0.02 * np.linalg.norm(force) * step)
    joints, turns = body.skeleton.forward(rest.root_position, rest.rotations_wxyz)
    centres = joints + quat.rotate(turns, body.centres)
    middle = (body.masses[:, None] * centres).sum(axis=0) / body.mass
    spin = torque + np.cross(centres[INDEX[joint]] - middle, force)
    turned = changes[1][1] - changes[0][1]
    np.testing.assert_allclose(turned, spin * step, atol=0.05 * np.linalg.norm(spin) * step)


def momenta(body: PhysicalBody, state: BodyState) -> tuple[np.ndarray, np.ndarray]:
    """Momentum [kg m/s], and angular momentum about the centre of mass [kg m2/s]."""
    joints, turns = body.skeleton.forward(state.root_position, state.rotations_wxyz)
    ahead = 1e-6
    turned = quat.mul(state.rotations_wxyz, quat.exp(state.joint_velocities * ahead))
    turned[0] = quat.mul(quat.exp(state.root_angular_velocity * ahead), state.rotations_wxyz[0])
    later, spun = body.skeleton.forward(state.root_position + ahead * state.root_velocity, turned)
    centres = joints + quat.rotate(turns, body.centres)
    speeds = (later + quat.rotate(spun, body.centres) - centres) / ahead
    rates = quat.log(quat.mul_inv(spun, turns)) / ahead
    axes = quat.mul(turns, body.axes_wxyz)
    own = quat.rotate(axes, body.inertias * quat.inv_rotate(axes, rates))
    masses = body.masses[:, None]
    middle = (masses * centres).sum(axis=0) / body.mass
    return (masses * speeds).sum(axis=0), (own + np.cross(centres - middle, masses * speeds)).sum(
        axis=0
    )


def test_a_push_moves_an_object_for_one_step(engine: PhysicsEngine) -> None:
    item = thing(ball_part(), (0, 0, 5), mass=2.0)
    with world_of(engine, item).open() as simulation:
        simulation.push("thing1", np.array([60.0, 0, 0]), STILL)
        path = np.array(run(simulation, 0.2))[:, 0, 0]
        speed = 60.0 / 2.0 * simulation.timestep
    steps = np.diff(path) / (0.2 / len(path))
    np.testing.assert_allclose(steps, speed, rtol=0.02)
