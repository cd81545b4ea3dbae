"""Twelve captured skills under a controller, on both engines: completion, error, help, slip, speed.

python docs/benchmarks/controllers.py [pd kinematic ...] [--clips walk,run] [--engines mujoco]

The clips are those of DeepMimic (Peng et al. 2018) that come with PyBullet, on our body. Errors
[mm] are distances from the prepared motion, in the world and with the pelvis aligned; the assist
is a share of the body's weight; slip is in m/s; real-time is length over processor time.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pybullet_data

from text2sim import Pipeline
from text2sim.control.preparation import prepared
from text2sim.data.deepmimic import read_deepmimic
from text2sim.data.mocap import to_motion
from text2sim.edit import detect_contacts, loop, resample, retarget
from text2sim.evaluation.metrics import joint_errors, local_joint_errors, skate_speeds
from text2sim.physical_body import PhysicalBody
from text2sim.registry import backend_class
from text2sim.stage import Context
from text2sim.types import Motion, Scene, Trace, World

CYCLES = {
    "walk": 4, "run": 5, "jump": 2, "kick": 1, "punch": 1, "roll": 2, "cartwheel": 1,
    "backflip": 2, "spin": 1, "spinkick": 2, "dance_a": 2, "getup_facedown": 1,
}  # fmt: skip
"""How often each clip is repeated."""
FPS = 60.0


def clip(name: str, scene: Scene) -> Motion:
    """A clip of PyBullet's on the scene's actor, prepared for its ground."""
    folder = Path(pybullet_data.getDataPath()) / "data/motions"
    motion = detect_contacts(to_motion(read_deepmimic(folder / f"humanoid3d_{name}.txt"), unit="m"))
    motion = resample(loop(motion, CYCLES[name]) if CYCLES[name] > 1 else motion, FPS)
    actor = scene.actors[0]
    body = PhysicalBody.of_actor(actor)
    track = replace(retarget(motion, actor.skeleton, body=body).tracks[0], actor=actor.id)
    return Motion(fps=FPS, tracks=(prepared(track, body, scene, FPS),), scene=scene)


def figures(trace: Trace, seconds: float) -> str:
    """The cells of one row, up to the fall if there was one."""
    motion, track = trace.world.motion, trace.tracks[0]
    assert motion.scene is not None
    end, outcome = motion.frames, trace.outcome
    if outcome.status != "completed":
        end = max(1, min(end, int(outcome.time * trace.fps)))
    real, wanted = (item.positions()[:end] for item in (track, motion.tracks[0]))
    weight = 9.81 * motion.scene.actors[0].character.mass
    help_ = trace.assist_force[:end] / weight
    slips = skate_speeds(track.soles()[:end], track.contacts[:end], trace.fps)
    ended = "yes" if outcome.status == "completed" else f"fell at {outcome.time:.1f} s"
    return (
        f"{ended} | {1e3 * joint_errors(real, wanted).mean():.0f} | "
        f"{1e3 * local_joint_errors(real, wanted).mean():.0f} | {help_.mean():.2f} | "
        f"{help_.max():.2f} | {slips.mean() if len(slips) else 0.0:.2f} | "
        f"{motion.duration / seconds:.1f}"
    )


def main() -> None:
    """Print the table of docs/control.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("controllers", nargs="*", default=["pd"])
    parser.add_argument("--clips", default=",".join(CYCLES))
    parser.add_argument("--engines", default="pybullet,mujoco")
    options = parser.parse_args()
    scene = Pipeline()("a man stands", until="assets")
    print("| Clip | Controller | Engine | Completed | Error | Aligned | Assist | Peak | Slip | "
          "Real-time |")  # fmt: skip
    print("|---" * 10 + "|")
    for name in options.clips.split(","):
        motion = clip(name, scene)
        for controller in options.controllers:
            for engine in options.engines.split(","):
                world: World = backend_class("physics", engine)().run(motion, Context())
                start = time.process_time()
                trace = backend_class("controller", controller)().run(world, Context())
                cells = figures(trace, time.process_time() - start)
                print(f"| {name} | `{controller}` | `{engine}` | {cells} |", flush=True)


if __name__ == "__main__":
    np.set_printoptions(precision=3)
    main()
