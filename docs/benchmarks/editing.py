"""Figures of docs/editing.md: python docs/benchmarks/editing.py [EVERY] (minutes)

Every operation on every EVERYth clip (40th unless given) of the open motion pack: how far sole
points in contact slide, before and after, and by how much any bone changes its length. The files
of other skeletons are our rest pose under Mixamo's and VRM's names, in centimetres, stature 1.6 m;
there the speed of ankles over flat feet is compared instead.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable

import numpy as np

from text2sim import edit
from text2sim.data.dataset import MotionDataset
from text2sim.errors import ConfigError
from text2sim.evaluation import metrics
from text2sim.io import bvh
from text2sim.maths import axes
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, PARENTS, Skeleton
from text2sim.types import Motion, Track

CHILD, TALL = Skeleton.of_stature(1.1, child=True), Skeleton.of_stature(2.0)
NAMES = {
    "Mixamo": "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 "
    "LeftToeBase RightToeBase Neck LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm "
    "RightForeArm LeftHand RightHand",
    "VRM": "hips leftUpperLeg rightUpperLeg spine leftLowerLeg rightLowerLeg chest leftFoot "
    "rightFoot upperChest leftToes rightToes neck leftShoulder rightShoulder head leftUpperArm "
    "rightUpperArm leftLowerArm rightLowerArm leftHand rightHand",
}


def main(every: int) -> None:
    """Print a table."""
    data = MotionDataset.open_pack()
    clips = [data[i].motion() for i in range(0, len(data), every)]
    wave, walk = data["kay_Waving"].motion(), data["cmu_07_01"].motion()
    angle = np.linspace(0.0, 1.5, 50)
    curve = 3.0 * np.stack([np.sin(angle), 1.0 - np.cos(angle)], axis=-1)
    operations: dict[str, Callable[[Motion], Motion]] = {
        "crop": lambda m: edit.crop(m, 0.2 * m.duration, 0.8 * m.duration),
        "concatenate with a walk": lambda m: edit.concatenate(m, walk),
        "loop, two cycles": lambda m: edit.loop(m, 2),
        "mirror": edit.mirror,
        "retime, 0.7": lambda m: edit.retime(m, 0.7),
        "retime, 1.4": lambda m: edit.retime(m, 1.4),
        "resample to 30": lambda m: edit.resample(m, 30.0),
        "layer a wave": lambda m: edit.layer(wave, m, start=0.2),
        "in_between to a walk": lambda m: edit.in_between(m, walk),
        "along a curve": lambda m: edit.along(m, curve),
        "end_at 0.3 m beside": lambda m: edit.end_at(m, _beside(m)),
        "onto_terrain, a ramp": lambda m: edit.onto_terrain(m, lambda p: 0.1 * p[..., 0]),
        "foot_lock": edit.foot_lock,
        "ground_clean": edit.ground_clean,
        "retarget to a child": lambda m: edit.retarget(m, CHILD),
        "retarget to 2 m": lambda m: edit.retarget(m, TALL),
    }  # fmt: skip
    print("operation | clips (refused) | slip before, after [mm/s] | worst clip adds | bones [mm]")
    for name, change in operations.items():
        print(_row(name, change, clips), flush=True)
    for family in NAMES:
        rest = _hierarchy(family)
        found = np.array([_ankle_slips(clip, rest) for clip in clips])
        added = (found[:, 1] - found[:, 0]).max()
        means = found.mean(axis=0)
        print(f"retarget_to_bvh, {family} | {len(clips)} (0) | {means[0]:.2f}, {means[1]:.2f} | "
              f"{added:+.2f} |")  # fmt: skip


def _row(name: str, change: Callable[[Motion], Motion], clips: list[Motion]) -> str:
    slips, bones, refused = [], 0.0, 0
    for clip in clips:
        try:
            result = change(clip)
        except ConfigError:
            refused += 1
            continue
        slips.append((_slip(clip), _slip(result)))
        bones = max(bones, _bones(result.tracks[0]))
    before, after = np.array(slips).T
    return (
        f"{name} | {len(slips)} ({refused}) | {before.mean():.2f}, {after.mean():.2f} | "
        f"{(after - before).max():+.2f} | {bones:.1e}"
    )


def _slip(motion: Motion) -> float:
    """Mean speed of soles in contact [mm/s]; 0 without any."""
    track = motion.tracks[0]
    speeds = metrics.skate_speeds(track.soles(), track.contacts, motion.fps)
    return float(speeds.mean()) * 1e3 if speeds.size else 0.0


def _bones(track: Track) -> float:
    positions = track.positions()
    found = np.linalg.norm(positions[:, 1:] - positions[:, list(PARENTS[1:])], axis=-1)
    return float(np.abs(found - np.linalg.norm(track.skeleton.offsets[1:], axis=-1)).max()) * 1e3


def _beside(motion: Motion) -> np.ndarray:
    root = motion.tracks[0].root_positions[:, :2]
    way = root[-1] - root[0]
    return root[-1] + 0.3 * np.array([-way[1], way[0]]) / max(float(np.linalg.norm(way)), 1e-6)


def _hierarchy(family: str) -> bvh.BvhClip:
    """Our rest pose under other names; its frames don't matter."""
    body = Skeleton.of_stature(1.6)
    track = Track(
        actor="rest", skeleton=body, root_positions=np.zeros((1, 3)),
        rotations_wxyz=np.tile(quat.IDENTITY, (1, 22, 1)), contacts=np.ones((1, 4), bool),
    )  # fmt: skip
    clip = bvh.from_track(track, 30.0)
    names = dict(zip(JOINTS, NAMES[family].split()))
    return dataclasses.replace(clip, names=tuple(names[name] for name in clip.names))


def _ankle_slips(motion: Motion, rest: bvh.BvhClip) -> tuple[float, float]:
    """Mean speed of ankles over flat feet [mm/s], ours and theirs, theirs in our size."""
    track = motion.tracks[0]
    result = edit.retarget_to_bvh(motion, rest)
    places, _ = result.clip.forward()
    rows = [result.clip.names.index(result.matched[f"{side}_ankle"]) for side in ("left", "right")]
    scale = track.skeleton.leg_length / Skeleton.of_stature(1.6).leg_length / bvh.CENTIMETRES
    theirs = axes.z_up(places[:, rows]) * scale
    flat = track.contacts.reshape(-1, 2, 2).all(axis=-1)
    speeds = [
        metrics.skate_speeds(ankles, flat, motion.fps)
        for ankles in (track.positions()[:, [7, 8]], theirs)
    ]
    ours, others = (float(s.mean()) * 1e3 if s.size else 0.0 for s in speeds)
    return ours, others


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
