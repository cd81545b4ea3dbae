"""The sampling controller: the search, its replay to the bit, and what it refuses."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from tests import samples
from tests.test_control import FPS, bob, error
from text2sim.control.pd import plans
from text2sim.control.sampling import SamplingController, Scales, Weights
from text2sim.control.sampling.cost import Judge, look
from text2sim.errors import Cancelled, ConfigError, PipelineError
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.physics.mujoco_batch import BatchDrive, MuJoCoBatch
from text2sim.physics.pybullet import PyBulletEngine
from text2sim.stage import Context, Options
from text2sim.types import Drive, Grasp, Motion, Trace, Track, World

SMALL = SamplingController(particles=12, beam=4, assist=(0.0,))


def swaying(frames: int = 30) -> Track:
    """The bob, leaning so far forward that it tips over if it only follows."""
    track = bob(frames)
    rotations = track.rotations_wxyz.copy()
    lean = 0.2 * np.sin(np.linspace(0.0, 0.5 * np.pi, frames)) ** 2
    rotations[:, 0] = quat.about_y(lean)
    return dataclasses.replace(track, rotations_wxyz=rotations)


def world_of(track: Track, grasps: tuple[Grasp, ...] = ()) -> World:
    scene = dataclasses.replace(samples.stairs_scene(), objects=())
    motion = Motion(fps=FPS, tracks=(track,), grasps=grasps, scene=scene)
    return MuJoCoEngine(rate=240.0).run(motion, Context())


def run(controller: SamplingController, world: World, seed: int = 0, **more) -> Trace:
    return controller.run(world, Context(request=Options(seed=seed), stage="controller", **more))


def test_a_standing_body_stays_up_without_assist() -> None:
    trace = run(SMALL, world_of(bob(12)))
    assert trace.outcome.status == "completed"
    assert error(trace).mean() < 0.03
    assert not trace.assist_force.any()
    assert not trace.assist_torque.any()


def test_searching_keeps_nearer_to_a_hard_motion_than_one_particle_does() -> None:
    world = world_of(swaying())
    one = run(SamplingController(particles=1, beam=1, assist=(0.0,)), world)
    many = run(SamplingController(particles=16, beam=6, assist=(0.0,)), world)
    assert error(many)[-1].mean() < 0.8 * error(one)[-1].mean()


def test_an_exact_batch_goes_where_the_cold_engine_goes_to_the_bit() -> None:
    world = world_of(bob(10))
    cold = dataclasses.replace(world, engine=MuJoCoEngine(rate=240.0, cold=True))
    rng, count = np.random.default_rng(3), 5
    with MuJoCoBatch(world, count, threads=2, exact=True) as batch, cold.open() as single:
        for _ in range(40):
            turns = quat.exp(0.2 * rng.normal(size=(22, 3)))
            torques, (force, torque) = 5.0 * rng.normal(size=(22, 3)), 30 * rng.normal(size=(2, 3))
            single.step(
                {"man1": Drive(setpoints_wxyz=turns, torques=torques, force=force, torque=torque)}
            )
            batch.step(
                {"man1": BatchDrive(setpoints_wxyz=np.tile(turns, (count, 1, 1)),
                                    torques=np.tile(torques, (count, 1, 1)),
                                    force=np.tile(force, (count, 1)),
                                    torque=np.tile(torque, (count, 1)))}
            )  # fmt: skip
        state, rows = single.body("man1"), batch.bodies("man1")
    for row in range(count):
        assert np.array_equal(rows.rotations_wxyz[row], state.rotations_wxyz)
        assert np.array_equal(rows.root_positions[row], state.root_position)


def test_an_exact_batch_takes_single_steps_of_whole_bodies() -> None:
    world = world_of(bob(5))
    with pytest.raises(ConfigError, match="full detail"):
        MuJoCoBatch(world, 2, detail="light", exact=True)
    with MuJoCoBatch(world, 2, exact=True) as batch:
        turns = np.tile(quat.IDENTITY, (2, 22, 1))
        with pytest.raises(ConfigError, match="one step at a time"):
            batch.step({"man1": BatchDrive(setpoints_wxyz=turns)}, steps=2)


def test_the_seed_decides() -> None:
    world = world_of(swaying(7))
    first, again, other = (run(SMALL, world, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.tracks[0].root_positions, again.tracks[0].root_positions)
    assert not np.array_equal(first.tracks[0].root_positions, other.tracks[0].root_positions)


def test_a_motion_that_nobody_can_follow_is_a_fall_with_its_time() -> None:
    track = bob(25)
    roots = track.root_positions + np.linspace(0.0, 2.0, 25)[:, None] ** 2 * [1.0, 0.0, 0.0]
    trace = run(SMALL, world_of(dataclasses.replace(track, root_positions=roots)))
    assert trace.outcome.status == "fell"
    assert 0.1 < trace.outcome.time < 24 / FPS
    assert "No particle" in trace.outcome.message


def test_the_assist_is_raised_until_it_is_enough_and_reported() -> None:
    track = bob(20)
    roots = track.root_positions + np.linspace(0.0, 1.0, 20)[:, None] ** 2 * [1.5, 0.0, 0.0]
    world = world_of(dataclasses.replace(track, root_positions=roots))
    controller = dataclasses.replace(SMALL, assist=(0.0, 2000.0))
    trace = run(controller, world)
    assert trace.outcome.status == "completed"
    assert 0.0 < trace.assist_force.max() <= 2000.0 + 1e-9
    assert any("2000 N" in text for text in trace.warnings)


def test_sliding_soles_cost_and_those_of_the_motion_do_not() -> None:
    world = world_of(bob(10))
    scene = world.motion.scene
    assert scene is not None
    plan, steps = plans(world)[0], 8
    body = PhysicalBody.of_actor(scene.actors[0])
    judge = Judge(plan, body, scene, steps, FPS, Weights(slip=2.0))
    to = plan.reference

    def at(frame: int, shift: float):
        root = to.root_positions[None, frame * steps] + [shift, 0.0, 0.0]
        return look(body, root, to.rotations_wxyz[None, frame * steps])

    assert judge.slips(1, at(1, 0.0), at(0, 0.0))[0] == pytest.approx(0.0, abs=1e-6)
    # Four points at 0.3 m/s: 2 * 4 * 0.09.
    assert judge.slips(1, at(1, 0.01), at(0, 0.0))[0] == pytest.approx(0.72, rel=0.05)


def test_a_world_of_another_engine_is_refused() -> None:
    scene = dataclasses.replace(samples.stairs_scene(), objects=())
    motion = Motion(fps=FPS, tracks=(bob(5),), scene=scene)
    with pytest.raises(PipelineError, match='physics="mujoco"'):
        run(SMALL, PyBulletEngine().run(motion, Context()))


def test_taking_hold_of_things_is_refused() -> None:
    scene = samples.stairs_scene()
    grasp = Grasp(actor="man1", object="ball1", hand="right", start=0.1, end=0.2)
    motion = Motion(fps=FPS, tracks=(bob(8),), grasps=(grasp,), scene=scene)
    with pytest.raises(PipelineError, match='controller="pd"'):
        run(SMALL, MuJoCoEngine().run(motion, Context()))


def test_pushes_are_refused() -> None:
    scene = dataclasses.replace(samples.stairs_scene(), objects=())
    first = dataclasses.replace(scene.plan.timeline[0], push=np.array([1.0, 0.0, 0.0]))
    plan = dataclasses.replace(scene.plan, timeline=(first,))
    motion = Motion(fps=FPS, tracks=(bob(8),), scene=dataclasses.replace(scene, plan=plan))
    with pytest.raises(PipelineError, match="is pushed"):
        run(SMALL, MuJoCoEngine().run(motion, Context()))


def test_progress_is_reported_and_a_search_can_be_stopped() -> None:
    seen = []
    run(SMALL, world_of(bob(8)), on_progress=seen.append)
    assert [item.done for item in seen] == sorted(item.done for item in seen)
    context = Context(stage="controller")
    context.cancel.set()
    with pytest.raises(Cancelled):
        SMALL.run(world_of(bob(8)), context)


@pytest.mark.parametrize(
    "bad",
    [
        {"particles": 4, "beam": 8}, {"beam": 0}, {"window": 0.0}, {"assist": ()},
        {"assist": (-1.0,)}, {"attempts": 0}, {"window": math.nan}, {"assist": (math.nan,)},
    ],
)  # fmt: skip
def test_impossible_settings_are_refused(bad) -> None:
    with pytest.raises(ConfigError):
        SamplingController(**bad)


def test_impossible_scales_and_weights_are_refused() -> None:
    with pytest.raises(ConfigError, match="hip"):
        Scales(hip=-0.1)
    with pytest.raises(ConfigError, match="slip"):
        Weights(slip=math.inf)
