"""Speed of simulation and of imitation, and how long a tracking policy keeps on its feet.

python docs/benchmarks/rl.py speed
python docs/benchmarks/rl.py policy FOLDER [--push]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from text2sim import Pipeline
from text2sim.control.pd import plans
from text2sim.control.tracking.clip import stride
from text2sim.control.tracking.policy import TrackingPolicy
from text2sim.imitation.batch import ImitationBatch
from text2sim.imitation.task import Task
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.physics.mujoco_batch import MuJoCoBatch
from text2sim.types import Drive, World
from text2sim.types.batch import BatchDrive, BatchStates

WALK = "a man walks"
SKILLS = (
    WALK, "a man runs", "a man turns left", "a man stands still", "a man walks in a circle",
    "a man walks up stairs", "a man walks down the stairs",
)  # fmt: skip
STARTS, SECONDS, CONTROL = 64, 20.0, 30


def single(engine: str, rate: float) -> float:
    """Steps a CPU second of a single simulation that holds on to the walk."""
    world = _world(engine, rate)
    plan, spent, count = plans(world)[0], 0.0, 400
    with world.open() as simulation:
        simulation.place("man1", plan.reference.state(0))
        began = time.process_time()
        for step in range(count):
            simulation.step({"man1": Drive(
                setpoints_wxyz=plan.setpoints_wxyz[step], torques=plan.torques[step],
                force=np.array([0.0, 0.0, 300.0]), torque=np.zeros(3),
            )})  # fmt: skip
        spent = time.process_time() - began
    return count / spent


def batched(detail: str, rate: float, rows: int, threads: int = 1) -> tuple[float, float]:
    """Steps a CPU second and a second of wall time of a batch, controlled 30 times a second."""
    world = _world("mujoco", rate)
    plan, every = plans(world)[0], stride(world.timestep)
    lift = np.zeros((rows, 3))
    lift[:, 2] = 300.0
    with MuJoCoBatch(world, rows, detail=detail, threads=threads, iterations=10) as batch:
        batch.place("man1", BatchStates.of(plan.reference.state(0), rows))
        cpu, wall, calls = time.process_time(), time.monotonic(), 15
        for call in range(calls):
            goal = np.repeat(plan.setpoints_wxyz[None, (call + 1) * every], rows, axis=0)
            batch.step({"man1": BatchDrive(setpoints_wxyz=goal, force=lift)}, every)
        steps = calls * every * rows
        return steps / (time.process_time() - cpu), steps / (time.monotonic() - wall)


def samples(rows: int) -> float:
    """Decisions a CPU second of the imitation environment, observations and rewards included."""
    motion = Pipeline()(WALK, seed=0, duration=8, until="motion")
    batch = ImitationBatch([motion], rows, task=Task(assist=0.3))
    still, began = np.zeros((rows, batch.actions)), time.process_time()
    for _ in range(30):
        step = batch.step(still)
        done = np.flatnonzero(step.failed | step.ended)
        if len(done):
            batch.reset(done)
    return 30 * rows / (time.process_time() - began)


def _world(engine: str, rate: float) -> World:
    pipeline = Pipeline(physics=MuJoCoEngine(rate=rate) if engine == "mujoco" else engine)
    return pipeline(WALK, seed=0, duration=6, until="physics")


def speed() -> None:
    """Print the speed tables of docs/rl.md."""
    print(f"pybullet, single, 240 Hz: {single('pybullet', 240):.0f} steps per CPU second")
    for rate in (480, 180):
        print(f"mujoco, single, {rate} Hz: {single('mujoco', rate):.0f}")
    for detail in ("full", "light"):
        for rows in (16, 64, 256):
            cpu, _ = batched(detail, 180, rows)
            print(f"batch, {detail}, {rows} rows, 180 Hz: {cpu:.0f} = {cpu / 6:.0f} decisions")
    for threads in (1, 2):
        cpu, wall = batched("light", 180, 256, threads)
        print(f"batch, light, 256 rows, {threads} threads: {cpu:.0f} a CPU second, {wall:.0f} wall")
    for rows in (16, 64, 256):
        print(f"imitation, {rows} rows: {samples(rows):.0f} samples per CPU second")


def survival(policy: TrackingPolicy, prompt: str, push: float = 0.0) -> tuple[float, float]:
    """Share of starts without a fall in 20 s with no help, and mean error while up [mm].

    A start is anywhere in the motion; where the motion ends before, the rest of it counts.
    """
    motion = Pipeline()(prompt, seed=0, duration=2 * SECONDS + 1, until="motion")
    task = Task(seconds=SECONDS, push_every=2.0 if push else 0.0, push_speed=push)
    batch = ImitationBatch([motion], STARTS, task=task)
    seen = batch.reset(np.arange(STARTS))
    up, errors = np.ones(STARTS, dtype=bool), []
    over = np.zeros(STARTS, dtype=bool)
    for _ in range(int(SECONDS * CONTROL)):
        step = batch.step(policy.act(seen))
        seen = step.observations
        up &= ~(step.failed & ~over)
        over |= step.ended
        errors.append(step.errors[up & ~over])
        if (over | ~up).all():
            break
    batch.close()
    return float(up.mean()), 1e3 * float(np.concatenate(errors).mean())


def main() -> None:
    """Do what the command line says."""
    if sys.argv[1:] == ["speed"]:
        speed()
        return
    policy = TrackingPolicy(Path(sys.argv[2]))
    for prompt in SKILLS:
        share, error = survival(policy, prompt, 0.5 if "--push" in sys.argv else 0.0)
        print(f"| {prompt} | {share:.0%} | {error:.0f} |", flush=True)


if __name__ == "__main__":
    main()
