"""Editing motion: a recorded walk, bent, mirrored, continued, and put on a child with a wave.

Every operation takes a `Motion` and returns another; bones keep their length and feet hold still.
Needs no network: the walk comes with text2sim.
"""

import sys
from pathlib import Path

from text2sim.data.dataset import MotionDataset
from text2sim.edit import (
    concatenate,
    crop,
    end_at,
    foot_lock,
    ground_clean,
    layer,
    mirror,
    retarget,
)
from text2sim.io.bvh import save_track
from text2sim.skeleton import Skeleton


def main(folder: Path) -> None:
    """Write a walk to a place, waving, as an adult and as a child."""
    data = MotionDataset.open_pack()
    walk = ground_clean(foot_lock(data["cmu_07_01"].motion()))
    there = end_at(walk, (2.5, 1.5), heading=0.0)
    back = mirror(walk)
    clip = concatenate(there, crop(back, 0.5), blend=0.4)
    clip = layer(data["kay_Waving"].motion(), clip, start=0.6)
    for name, motion in (
        ("adult", clip),
        ("child", retarget(clip, Skeleton.of_stature(1.15, child=True))),
    ):
        path = save_track(motion.tracks[0], motion.fps, folder / f"walk_{name}.bvh")
        print(f"{path.name}: {motion.duration:.1f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
