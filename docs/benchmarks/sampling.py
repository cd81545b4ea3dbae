"""DeepMimic's clips and prompts under the sampling controller: how far, how near, how much help.

python docs/benchmarks/sampling.py                        # all twelve, at most 50 N and N m
python docs/benchmarks/sampling.py --assist 0 walk jump   # without any
python docs/benchmarks/sampling.py --particles 128 "a man walks" "a man walks up stairs"
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from text2sim import Pipeline, edit
from text2sim.control.sampling import SamplingController
from text2sim.data.convert import resample
from text2sim.data.deepmimic import read_deepmimic
from text2sim.data.mocap import to_motion
from text2sim.evaluation.clip import evaluate
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.stage import Context
from text2sim.types import Motion, Scene, World

CLIPS = (
    "walk", "jump", "kick", "punch", "roll", "run", "spin", "dance_a", "crawl", "cartwheel",
    "spinkick", "backflip",
)  # fmt: skip
FPS, RATE = 30.0, 240.0


def world_of(clip: str, scene: Scene) -> World:
    """A clip on the body of a scene's actor, with its feet on the ground; or a prompt's world."""
    if " " in clip:
        return Pipeline(physics=MuJoCoEngine(rate=RATE))(clip, until="physics", seed=0)
    import pybullet_data

    folder = Path(pybullet_data.getDataPath()) / "data" / "motions"
    actor = scene.actors[0]
    motion = to_motion(read_deepmimic(folder / f"humanoid3d_{clip}.txt"), actor=actor.id)
    motion = edit.retarget(motion, actor.skeleton)
    motion = edit.ground_clean(edit.detect_contacts(motion))
    track = resample(motion.tracks[0], motion.fps, FPS)
    return MuJoCoEngine(rate=RATE).run(Motion(fps=FPS, tracks=(track,), scene=scene), Context())


def row(clip: str, scene: Scene, controller: SamplingController) -> str:
    """One row of the table of docs/control.md."""
    world = world_of(clip, scene)
    start = time.process_time()
    trace = controller.run(world, Context(stage="controller"))
    seconds = (time.process_time() - start) / world.motion.duration
    end, metrics = trace.outcome, evaluate(trace)
    status = end.status if end.status == "completed" else f"fell after {end.time:.1f} s"
    figures = (
        f"{world.motion.duration:.1f}", status, f"{float(metrics['tracking_error']):.0f}",
        f"{float(metrics['foot_skate']):.2f}", f"{trace.assist_force.mean():.0f}",
        f"{seconds:.1f}",
    )  # fmt: skip
    return f"| {clip} | {' | '.join(figures)} |"


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", default=CLIPS, help="out of the twelve, or prompts")
    parser.add_argument("--assist", type=float, nargs="+", default=[50.0], help="bounds [N]")
    parser.add_argument("--particles", type=int, default=256)
    options = parser.parse_args()
    scene = Pipeline(physics="mujoco")("a man stands", until="assets", seed=0)
    controller = SamplingController(
        particles=options.particles, beam=max(1, options.particles // 4),
        assist=tuple(options.assist),
    )  # fmt: skip
    for clip in options.clips:
        print(row(clip, scene, controller), flush=True)


if __name__ == "__main__":
    main()
