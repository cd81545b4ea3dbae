"""Controllers: kinematic and PD roll-outs on small scenes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import samples
from tests.test_physics import ball_part, box_part, thing
from text2sim.control.feedforward import feed_forward
from text2sim.control.kinematic import KinematicController
from text2sim.control.meter import Meter, joint_torques
from text2sim.control.pd import TURN_DAMPING, PDController, plans
from text2sim.control.preparation import calmed, cleared, lifted, prepared, settled
from text2sim.control.reference import resample
from text2sim.control.rollout import Record, touching
from text2sim.errors import Cancelled, ConfigError
from text2sim.inverse_dynamics import carried, inverse_dynamics
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.physics.pybullet import PyBulletEngine
from text2sim.physics.stage import PhysicsEngine
from text2sim.pipeline import Pipeline
from text2sim.skeleton import INDEX, Skeleton
from text2sim.stage import Context
from text2sim.types import (
    BodyState,
    Contact,
    Drive,
    Grasp,
    Motion,
    SceneObject,
    Segment,
    Trace,
    Track,
    World,
)

FPS = 30.0
CTX = Context(stage="controller")


def bob(frames: int = 45) -> Track:
    """Arms down, the actor bends the knees and straightens up again: feet stay flat."""
    skeleton = Skeleton.of_stature(1.78)
    rotations = np.tile(quat.IDENTITY, (frames, 22, 1))
    for side, sign in (("left", -1), ("right", 1)):
        rotations[:, INDEX[f"{side}_shoulder"]] = quat.about_x(sign * 1.35)
    bend = 0.25 * (1 - np.cos(2 * np.pi * np.arange(frames) / frames))
    for side in ("left", "right"):
        rotations[:, INDEX[f"{side}_hip"]] = quat.about_y(-bend)
        rotations[:, INDEX[f"{side}_knee"]] = quat.about_y(2 * bend)
        rotations[:, INDEX[f"{side}_ankle"]] = quat.about_y(-bend)
    roots = np.tile(skeleton.offsets[0], (frames, 1))
    ankle = skeleton.rest_positions()[INDEX["left_ankle"]]
    roots += (ankle - skeleton.forward(roots, rotations)[0][:, INDEX["left_ankle"]]) * [1, 0, 1]
    contacts = np.ones((frames, 4), dtype=bool)
    return Track(actor="man1", skeleton=skeleton, root_positions=roots,
                 rotations_wxyz=rotations, contacts=contacts)  # fmt: skip


def world_of(track: Track, *objects: SceneObject, grasps: tuple[Grasp, ...] = ()) -> World:
    scene = dataclasses.replace(samples.stairs_scene(), objects=objects)
    motion = Motion(fps=FPS, tracks=(track,), grasps=grasps, scene=scene)
    return PyBulletEngine().run(motion, Context())


def error(trace: Trace) -> np.ndarray:
    """Distance of joints from the motion [m], (T, 22)."""
    motion = trace.world.motion
    return np.linalg.norm(trace.tracks[0].positions() - motion.tracks[0].positions(), axis=-1)


def sweep_arm(frames: int = 30) -> Track:
    """The right arm swings forward while the body stands."""
    track = bob(frames)
    rotations = np.tile(track.rotations_wxyz[0], (frames, 1, 1))
    swing = 1.4 * np.sin(np.linspace(0.0, 1.5, frames)) ** 2
    rotations[:, INDEX["right_shoulder"]] = quat.mul(quat.about_y(-swing), quat.about_x(1.35))
    roots = np.tile(track.root_positions[0], (frames, 1))
    return dataclasses.replace(track, rotations_wxyz=rotations, root_positions=roots)


def ball_on_a_pedestal() -> tuple[SceneObject, SceneObject]:
    pedestal = thing(box_part(0.2, 0.2, 0.85), (0.5, -0.32, 0.0), id="pedestal1", fixed=True)
    return pedestal, thing(ball_part(0.11), (0.5, -0.32, 0.851), id="ball1", mass=0.43)


def test_reference_passes_through_the_frames() -> None:
    track = bob()
    reference = resample(track, 8, FPS)
    assert len(reference.root_positions) == 44 * 8 + 1
    np.testing.assert_allclose(reference.root_positions[::8], track.root_positions, atol=1e-12)
    same = np.abs(np.sum(reference.rotations_wxyz[::8] * track.rotations_wxyz, axis=-1))
    np.testing.assert_allclose(same, 1.0, atol=1e-12)


def test_reference_velocities_are_smooth() -> None:
    reference = resample(bob(), 8, FPS)
    jumps = np.abs(np.diff(reference.joint_velocities, axis=0)).max()
    assert jumps < 0.15 * np.abs(reference.joint_velocities).max()


def test_kinematic_follows_exactly() -> None:
    trace = KinematicController().run(world_of(bob()), CTX)
    assert error(trace).max() < 1e-9
    assert trace.outcome.status == "completed"
    assert not trace.assist_force.any()
    assert not trace.assist_torque.any()
    assert trace.tracks[0].contacts[5:].mean() > 0.5


@pytest.mark.parametrize("controller", [KinematicController(), PDController()])
def test_a_struck_ball_flies(controller: KinematicController | PDController) -> None:
    trace = controller.run(world_of(sweep_arm(), *ball_on_a_pedestal()), CTX)
    assert trace.outcome.status == "completed"
    assert trace.object_positions[:, 1, 0].max() > 0.8
    event = next(c for c in trace.contacts if {c.a, c.b} == {"man1", "ball1"})
    assert event.joint in {"right_wrist", "right_elbow"}
    assert 0.2 < event.time < 1.0


@pytest.mark.parametrize("controller", [KinematicController(), PDController()])
def test_a_held_object_follows_the_hand(controller: KinematicController | PDController) -> None:
    track = bob()
    wrist = track.positions()[0, INDEX["left_wrist"]]
    item = thing(box_part(0.08, 0.08, 0.08), tuple(wrist - [0, 0, 0.17]))
    grasp = Grasp(actor="man1", hand="left", object="thing1", start=0.0, end=1.2)
    trace = controller.run(world_of(track, item, grasps=(grasp,)), CTX)
    hand = trace.tracks[0].positions()[:, INDEX["left_wrist"]]
    gap = np.linalg.norm(trace.object_positions[:, 0] - hand, axis=1)
    held = slice(2, int(1.2 * FPS) - 1)
    assert np.ptp(gap[held]) < 0.03
    assert trace.object_positions[-1, 0, 2] < trace.object_positions[30, 0, 2] - 0.1  # it fell


def test_a_far_grasp_is_a_warning() -> None:
    item = thing(box_part(0.1, 0.1, 0.1), (1.5, 1.5, 0))
    grasp = Grasp(actor="man1", hand="right", object="thing1", start=0.1, end=0.3)
    trace = KinematicController().run(world_of(bob(), item, grasps=(grasp,)), CTX)
    assert any("thing1" in text and "away" in text for text in trace.warnings)


def test_pd_tracks_within_bounds() -> None:
    trace = PDController(assist=0.4, assist_torque=0.1).run(world_of(bob()), CTX)
    assert trace.outcome.status == "completed"
    assert error(trace).mean() < 0.02
    weight = 9.81 * samples.man().mass
    assert 0 < trace.assist_force.max() <= 0.4 * weight + 1e-9
    assert 0 < trace.assist_torque.max() <= 0.1 * weight * 1.8 + 1e-9
    assert trace.assist_force.mean() < 80.0  # the legs carry the weight
    assert trace.tracks[0].contacts[5:].mean() > 0.5


def test_pd_is_deterministic() -> None:
    world = world_of(sweep_arm(), *ball_on_a_pedestal())
    first, second = (PDController().run(world, CTX) for _ in range(2))
    for name in ("root_positions", "rotations_wxyz", "contacts"):
        np.testing.assert_array_equal(
            getattr(first.tracks[0], name), getattr(second.tracks[0], name)
        )
    np.testing.assert_array_equal(first.object_positions, second.object_positions)
    np.testing.assert_array_equal(first.assist_force, second.assist_force)


def test_a_hopeless_motion_falls() -> None:
    track = bob()
    roots = track.root_positions.copy()
    roots[15:, 0] += 3.0
    trace = PDController().run(world_of(dataclasses.replace(track, root_positions=roots)), CTX)
    assert trace.outcome.status == "fell"
    assert trace.outcome.time == pytest.approx(0.5, abs=0.15)
    assert "man1" in trace.outcome.message
    assert len(trace.tracks[0].root_positions) == 45
    assert trace.tracks[0].root_positions[-1, 2] < 0.8
    assert trace.assist_force[-1, 0] == 0.0


@pytest.mark.parametrize("prompt", ["a man climbs a ladder", "a girl climbs a ladder"])
def test_a_ladder_is_climbed_by_hands_and_feet(prompt: str) -> None:
    trace = Pipeline()(prompt, until="controller")
    assert trace.outcome.status == "completed"
    assert not trace.warnings
    track = trace.tracks[0]
    assert track.root_positions[-1, 2] - track.root_positions[0, 2] > 0.9
    assert {grasp.hand for grasp in trace.world.motion.grasps} == {"left", "right"}
    assert error(trace).mean() < 0.05


def test_a_sprint_keeps_its_feet() -> None:
    trace = Pipeline()("a man runs as fast as he can", until="controller")
    assert trace.outcome.status == "completed"


def test_a_planned_fall_is_no_failure() -> None:
    track = bob()
    roots = track.root_positions.copy()
    roots[15:, 0] += 3.0
    world = world_of(dataclasses.replace(track, root_positions=roots))
    scene = world.motion.scene
    assert scene is not None
    fall = Segment(actor="man1", action="fall", start=0.4, end=1.5, path=np.zeros((1, 3)))
    plan = dataclasses.replace(scene.plan, timeline=(fall,))
    motion = dataclasses.replace(world.motion, scene=dataclasses.replace(scene, plan=plan))
    trace = PDController().run(dataclasses.replace(world, motion=motion), CTX)
    assert trace.outcome.status == "completed"
    assert trace.assist_force[-1, 0] == 0.0


def test_without_assist_a_lean_falls() -> None:
    """Nothing hidden holds the body: without assist, a tilted statue topples."""
    track = bob()
    rotations = np.tile(track.rotations_wxyz[0], (90, 1, 1))
    rotations[:, 0] = quat.about_y(0.35)
    roots = np.tile(track.root_positions[0], (90, 1)) + [0.15, 0, 0.0]
    contacts = np.zeros((90, 4), dtype=bool)
    leaning = dataclasses.replace(
        track, root_positions=roots, rotations_wxyz=rotations, contacts=contacts
    )
    trace = PDController(assist=0.0, assist_torque=0.0).run(world_of(leaning), CTX)
    assert trace.outcome.status == "fell"
    assert not trace.assist_force.any()


def test_heavy_assist_is_a_warning() -> None:
    track = bob()
    floating = dataclasses.replace(track, root_positions=track.root_positions + [0, 0, 0.3])
    trace = PDController(assist=2.7).run(world_of(floating), CTX)
    assert any("held up" in text for text in trace.warnings)
    assert trace.assist_force.mean() > 0.5 * samples.man().mass * 9.81


def test_options_are_checked() -> None:
    for value in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match="assist"):
            PDController(assist=value)


def test_cancelling() -> None:
    context = Context(stage="controller")
    context.cancel.set()
    with pytest.raises(Cancelled):
        KinematicController().run(world_of(bob()), context)


def test_a_single_frame() -> None:
    for controller in (KinematicController(), PDController()):
        trace = controller.run(world_of(bob().slice(0, 1)), CTX)
        assert trace.object_positions.shape == (1, 0, 3)
        assert trace.outcome.status == "completed"


def test_weight_is_shared_by_both_feet() -> None:
    track = bob()
    scene = dataclasses.replace(samples.stairs_scene(), objects=())
    body = PhysicalBody.of(track.skeleton, samples.man())
    needs = feed_forward(track, body, scene, FPS)
    assert {"left_ankle", "right_ankle"} == {list(INDEX)[joint] for joint in needs.bearers}
    assert np.linalg.norm(needs.force, axis=1).max() < 0.1 * body.mass * 9.81
    left, right = (np.abs(needs.pushes[20, i, INDEX[f"{s}_knee"], 1]) for i, s in
                   enumerate(("left", "right")))  # fmt: skip
    assert left == pytest.approx(right, rel=0.2)
    assert left > 20.0


def test_sunken_feet_are_lifted() -> None:
    track = bob()
    scene = dataclasses.replace(samples.stairs_scene(), objects=())
    body = PhysicalBody.of(track.skeleton, samples.man())
    sunk = dataclasses.replace(track, root_positions=track.root_positions - [0, 0, 0.04])
    assert lifted(sunk, body, scene, FPS).soles()[..., 2].min() > -0.002
    assert lifted(track, body, scene, FPS).root_positions == pytest.approx(track.root_positions)


def test_a_floating_body_comes_down_and_one_that_stands_stays() -> None:
    track = bob()
    scene = dataclasses.replace(samples.stairs_scene(), objects=())
    body = PhysicalBody.of(track.skeleton, samples.man())
    for offset in (0.06, -0.09):
        off = dataclasses.replace(track, root_positions=track.root_positions + [0, 0, offset])
        low = settled(off, body, scene, FPS).soles()[..., 2].min(axis=1)
        assert np.abs(low).max() < 0.006
    assert prepared(track, body, scene, FPS) is track
    high = dataclasses.replace(track, root_positions=track.root_positions + [0, 0, 0.5])
    assert settled(high, body, scene, FPS) is high  # nothing near to stand on: nothing to mend


def test_trembling_is_calmed_and_quick_strides_are_not() -> None:
    body = PhysicalBody.of(bob().skeleton, samples.man())
    shaken, strides = bob(60), bob(60)
    hops = 0.08 * np.cos(5.0 * np.pi * np.arange(60) / FPS)[:, None] * [0, 0, 1]  # 2.5 a second
    strides = dataclasses.replace(strides, root_positions=strides.root_positions + hops)
    tremble = 0.006 * np.sin(0.5 * np.pi * np.arange(60))[:, None] * [0, 0, 1]  # 15 a second
    shaken = dataclasses.replace(shaken, root_positions=shaken.root_positions + tremble)
    calm = calmed(shaken, body, 60.0)
    assert np.diff(calm.root_positions[:, 2], 2).std() < 0.6 * np.diff(tremble[:, 2], 2).std()
    need = inverse_dynamics(body, strides.root_positions, strides.rotations_wxyz, FPS).force[:, 2]
    assert (need < -0.3 * 9.81 * body.mass).mean() > 0.05  # something would pull it down
    assert calmed(strides, body, FPS) is strides


@pytest.mark.parametrize(("mass", "burdened"), [(2.0, False), (20.0, True)])
def test_hands_on_something_heavy_end_the_moving_as_one(mass: float, burdened: bool) -> None:
    crate = thing(box_part(0.4, 0.4, 0.4), (0.6, 0.0, 0.4), mass=mass)
    grasp = Grasp(actor="man1", hand="both", object=crate.id, start=0.2, end=1.0)
    (plan,) = plans(world_of(bob(), crate, grasps=(grasp,)))
    assert plan.passing.any() == (not burdened)
    assert (plan.turn_damping < TURN_DAMPING) == burdened


def test_a_swinging_foot_clears_the_ground() -> None:
    track = bob(60)
    rotations = np.tile(track.rotations_wxyz[0], (60, 1, 1))
    swing = -0.4 * np.cos(np.pi * np.clip((np.arange(60) - 15) / 30, 0, 1))  # from behind to front
    rotations[:, INDEX["left_hip"]] = quat.about_y(-swing)
    rotations[:, INDEX["left_ankle"]] = quat.about_y(swing)
    stand = np.tile(track.root_positions[0], (60, 1))
    dragged = dataclasses.replace(track, rotations_wxyz=rotations, root_positions=stand)
    sole = dragged.soles()[:, 0, 2]
    roots = dragged.root_positions - np.maximum(sole - 0.004, 0.0)[:, None] * [0, 0, 1]
    dragged = dataclasses.replace(dragged, root_positions=roots)
    scene = dataclasses.replace(samples.stairs_scene(), objects=())
    assert dragged.soles()[30, :2, 2].min() < 0.01
    assert cleared(dragged, scene, FPS).soles()[30, :2, 2].min() > 0.018


def test_a_body_moves_as_one_when_its_pelvis_is_pushed() -> None:
    """The joint torques of `carried` leave no joint accelerating: checked by inverse dynamics."""
    track = bob(3)
    body = PhysicalBody.of(track.skeleton, samples.man())
    joints, turns = track.joints()
    torques = carried(body, joints, turns)
    np.testing.assert_allclose(torques[:, 0, :, 3:], np.tile(np.eye(3), (3, 1, 1)), atol=1e-9)
    np.testing.assert_allclose(torques[:, 0, :, :3], 0.0, atol=1e-9)
    fps, push = 200.0, np.array([0.0, 0.0, 100.0])
    still = np.tile(track.rotations_wxyz[0], (9, 1, 1))
    middle = body.masses @ (joints[0] + quat.rotate(turns[0], body.centres)) / body.mass
    time = np.arange(9) / fps
    # A force through the centre of mass: a wrench at the pelvis without any spin.
    wrench = np.concatenate([push, np.cross(middle - joints[0, 0], push)])
    roots = track.root_positions[0] + 0.5 * time[:, None] ** 2 * push / body.mass
    loads = inverse_dynamics(body, roots, still, fps)
    rest = inverse_dynamics(body, np.tile(roots[0], (9, 1)), still, fps)
    np.testing.assert_allclose(
        loads.torques[4, 1:] - rest.torques[4, 1:], torques[0, 1:] @ wrench, atol=1e-6
    )


def test_touching_takes_the_nearer_point() -> None:
    soles = np.array([[0, 0.1, 0], [0.25, 0.1, 0], [0, -0.1, 0], [0.25, -0.1, 0]], dtype=float)
    contact = Contact(time=0, a="man1", b="ground", point=(0.2, -0.1, 0), normal=(0, 0, 1),
                      force=1.0, joint="right_ankle")  # fmt: skip
    assert touching("man1", [contact], soles).tolist() == [False, False, False, True]
    assert not touching("woman1", [contact], soles).any()


@pytest.mark.parametrize("engine", [MuJoCoEngine(), PyBulletEngine()], ids=lambda e: e.name)
def test_measured_torques_carry_the_arms(engine: PhysicsEngine) -> None:
    """A body held up at the pelvis in a T-pose: its shoulders bear arms of known weight."""
    world = engine.run(world_of(bob()).motion, Context())
    body = PhysicalBody.of_actor(world.motion.scene.actors[0])
    pose, still = np.tile(quat.IDENTITY, (22, 1)), np.zeros(3)
    place, torques = np.array([0.0, 0.0, 2.0]), []
    with Meter(world.open(), world) as simulation:
        simulation.place("man1", BodyState(
            root_position=place, root_velocity=still, root_angular_velocity=still,
            rotations_wxyz=pose, joint_velocities=np.zeros((22, 3)),
        ))  # fmt: skip
        for _ in range(round(1.0 / simulation.timestep)):
            state = simulation.body("man1")
            pull = 8e3 * (place - state.root_position) - 800.0 * state.root_velocity
            twist = -6e2 * quat.log(state.rotations_wxyz[0]) - 10.0 * state.root_angular_velocity
            drive = Drive(setpoints_wxyz=pose, torques=np.zeros((22, 3)), torque=twist,
                          force=pull + [0.0, 0.0, 9.81 * body.mass])  # fmt: skip
            simulation.step({"man1": drive})
            torques.append(joint_torques(body, drive, simulation.body("man1")))
        ((power, full),) = simulation.take()
        assert simulation.take() is None
    joints = body.skeleton.rest_positions()
    arm = [INDEX[f"left_{part}"] for part in ("shoulder", "elbow", "wrist")]
    levers = (joints[arm] + body.centres[arm] - joints[arm[0]])[:, 1]
    load = 9.81 * (body.masses[arm] * levers).sum()
    measured = np.mean(torques[len(torques) // 2 :], axis=0)[arm[0], 0]
    # Bullet's stable PD takes gravity into its forecast, and needs less of the spring.
    low, high = (0.95, 1.05) if engine.name == "mujoco" else (0.4, 1.1)
    assert low * load < measured < high * load
    assert 0.0 < power < 200.0
    assert full == 0.0


def test_a_joint_at_its_strength_is_saturated() -> None:
    body = PhysicalBody.of_actor(world_of(bob()).motion.scene.actors[0])
    still = resample(bob(), 1, FPS).state(0)
    far = quat.mul(still.rotations_wxyz, quat.exp(np.tile([0.0, 2.0, 0.0], (22, 1))))
    drive = Drive(setpoints_wxyz=far, torques=np.zeros((22, 3)), force=np.zeros(3),
                  torque=np.zeros(3))  # fmt: skip
    torques = joint_torques(body, drive, still)
    expected = np.minimum(2.0 * body.stiffness[1:], body.strength[1:])
    np.testing.assert_allclose(torques[1:, 1], expected, rtol=1e-6)


def test_traces_tell_how_hard_the_joints_work() -> None:
    world = world_of(bob())
    trace = PDController().run(world, CTX)
    assert trace.power.shape == trace.saturation.shape == (45, 1)
    assert 20.0 < trace.power[10:20].mean() < 2000.0  # bending the knees down and up
    assert trace.power[0] == 0.0
    assert KinematicController().run(world, CTX).power is None


def test_what_moves_is_no_floor() -> None:
    """A foot that kicks a ball is not on the ground."""
    world = world_of(bob(), ball_on_a_pedestal()[1])
    record = Record(world=world)

    class Touching:
        def contacts(self) -> list[Contact]:
            return [contact("ball1"), contact("ground")]

        def body(self, actor: str) -> object:
            return None

        def objects(self) -> tuple:
            return ()

    def contact(other: str) -> Contact:
        return Contact(time=0.0, a="man1", b=other, point=(0, 0, 0), normal=(0, 0, 1), force=1.0,
                       joint="left_foot")  # fmt: skip

    record.frame(Touching(), np.zeros((1, 1, 2)), None)
    assert [item.b for item in record._feet[0]] == ["ground"]
