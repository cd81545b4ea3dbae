"""Many worlds side by side: the same physics as the single engine's."""

from __future__ import annotations

import numpy as np
import pytest

from tests.test_physics import ball_part, random_state, rest_drive, thing, world_of
from text2sim.errors import ConfigError
from text2sim.light_body import LOCKED, merged
from text2sim.maths import quaternions as quat
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.physics.mujoco_batch import MuJoCoBatch
from text2sim.skeleton import INDEX, JOINTS
from text2sim.types import World
from text2sim.types.batch import BatchDrive, BatchStates

REST = np.tile(quat.IDENTITY, (1, 22, 1))


def a_world(*, ball: bool = False) -> World:
    things = [thing(ball_part(), (0.6, 0.0, 0.5))] if ball else []
    return world_of(MuJoCoEngine(rate=240), *things, actors=True)


def stand(batch: MuJoCoBatch, steps: int) -> None:
    """Held up lightly at the pelvis, which the springs of a body alone can't do for long."""
    for _ in range(steps):
        now = batch.bodies("man1")
        lean = quat.log(now.rotations_wxyz[:, 0])
        batch.step(
            {"man1": BatchDrive(setpoints_wxyz=REST, torque=-400 * lean - 40 * now.root_spins)}
        )


def test_a_row_is_the_single_engine() -> None:
    world, start, drive = a_world(ball=True), random_state(), rest_drive(force=np.ones(3) * 20)
    with world.open() as simulation, MuJoCoBatch(world, 3) as batch:
        simulation.place("man1", start)
        batch.place("man1", BatchStates.of(start, 3))
        for _ in range(40):
            simulation.step({"man1": rest_drive()})
            batch.step({"man1": BatchDrive(setpoints_wxyz=REST)})
        one, row = simulation.body("man1"), batch.bodies("man1").row(1)
        for name in ("root_position", "root_velocity", "rotations_wxyz", "root_angular_velocity"):
            np.testing.assert_allclose(getattr(row, name), getattr(one, name), atol=2e-4)
        np.testing.assert_allclose(row.joint_velocities[1:], one.joint_velocities[1:], atol=2e-3)
        np.testing.assert_allclose(batch.objects()[0][2], simulation.objects()[0], atol=1e-6)
        simulation.step({"man1": drive})
        batch.step({"man1": BatchDrive(setpoints_wxyz=REST, force=drive.force[None])})
        pushed = batch.bodies("man1").row(0).root_velocity
        np.testing.assert_allclose(pushed, simulation.body("man1").root_velocity, atol=2e-2)


@pytest.mark.parametrize("detail", ["full", "light"])
@pytest.mark.parametrize("threads", [1, 2])
def test_states_decide_the_future_to_the_last_bit(detail, threads) -> None:
    rng = np.random.default_rng(0)
    goals = quat.exp(0.3 * rng.normal(size=(8, 22, 3)))
    with MuJoCoBatch(a_world(), 8, detail=detail, threads=threads) as batch:
        batch.step({"man1": BatchDrive(setpoints_wxyz=goals)}, 30)
        saved = batch.states
        batch.step({"man1": BatchDrive(setpoints_wxyz=goals)}, 30)
        after = batch.states
        assert len(np.unique(after, axis=0)) == 8
        order = rng.permutation(8)
        batch.states = saved[order]
        batch.step({"man1": BatchDrive(setpoints_wxyz=goals[order])}, 30)
        assert np.array_equal(batch.states, after[order])


@pytest.mark.parametrize("detail", ["full", "light"])
def test_the_feet_of_a_standing_body_bear_its_weight(detail) -> None:
    world = a_world()
    with MuJoCoBatch(world, 2, detail=detail) as batch:
        stand(batch, 120)
        assert not batch.diverged().any()
        seen = []
        for _ in range(60):
            stand(batch, 1)
            seen.append(batch.forces("man1"))
        forces = np.mean(seen, axis=0)
        feet = [i for i, name in enumerate(JOINTS) if name.endswith(("ankle", "foot"))]
        mass = world.motion.scene.actors[0].character.mass
        assert forces[:, feet, 2].sum(axis=1) == pytest.approx(9.81 * mass, rel=0.1)
        assert not np.delete(forces, feet, axis=1).any()


def test_a_light_body_has_13_segments_where_the_full_one_has_them() -> None:
    state = random_state()
    with MuJoCoBatch(a_world(), 1, detail="light") as batch:
        batch.place("man1", BatchStates.of(state))
        seen = batch.bodies("man1")
        assert len(JOINTS) - len(LOCKED) == 13
        np.testing.assert_allclose(seen.rotations_wxyz[0], merged(state.rotations_wxyz), atol=1e-12)
        skeleton = a_world().motion.scene.actors[0].skeleton
        light = skeleton.forward(state.root_position, seen.rotations_wxyz[0])[1]
        full = skeleton.forward(state.root_position, state.rotations_wxyz)[1]
        same = [INDEX[name] for name in ("pelvis", "left_ankle", "spine3", "head", "right_elbow")]
        np.testing.assert_allclose(np.abs((light * full).sum(-1))[same], 1.0, atol=1e-12)


def test_rows_may_have_bodies_of_their_own() -> None:
    with MuJoCoBatch(a_world(), 3) as batch:
        batch.randomise(masses=[1.0, 1.0, 1.3], strengths=[1.0, 0.01, 1.0])
        stand(batch, 200)
        weight = batch.forces("man1")[..., 2].sum(axis=1)
        height = batch.bodies("man1").root_positions[:, 2]
    assert weight[2] == pytest.approx(1.3 * weight[0], rel=0.1)
    assert height[1] < height[0] - 0.02 < height[2]


def test_a_push_and_a_wrench_move_the_rows_they_are_for() -> None:
    with MuJoCoBatch(a_world(), 3) as batch:
        batch.push("man1", [[0.0, 1.0, 0.0]], rows=[1])
        lift = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 2000.0]])
        batch.step({"man1": BatchDrive(setpoints_wxyz=REST, force=lift)}, 20)
        moved = batch.bodies("man1").root_positions
    assert moved[1, 1] > moved[0, 1] + 0.03
    assert moved[2, 2] > moved[0, 2] + 0.03


def test_numbers_that_are_not_finite_stay_in_their_row() -> None:
    with MuJoCoBatch(a_world(), 2) as batch:
        states = batch.states
        states[1, 3] = np.nan
        batch.states = states
        batch.step({"man1": BatchDrive(setpoints_wxyz=REST)}, 2)
        assert batch.diverged().tolist() == [False, True]


@pytest.mark.parametrize("bad", [{"count": 0}, {"threads": 0}, {"detail": "thin"}])
def test_impossible_batches_are_refused(bad) -> None:
    with pytest.raises(ConfigError):
        MuJoCoBatch(a_world(), **{"count": 1, **bad})


def test_every_actor_needs_a_drive() -> None:
    with MuJoCoBatch(a_world(), 1) as batch, pytest.raises(ConfigError, match="man1"):
        batch.step({})
