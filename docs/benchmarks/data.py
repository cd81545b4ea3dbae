"""Figures of docs/data.md: python docs/benchmarks/data.py (half a minute)."""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from text2sim.data import humanml3d
from text2sim.data.dataset import MotionDataset
from text2sim.data.fit import fit
from text2sim.data.layouts import HUMANML3D
from text2sim.maths import axes, rotation6d
from text2sim.maths import quaternions as quat

CLIPS, FRAMES, BATCH, FOLDER = 40, 140, 64, 15_000
"""Clips for features, their frames (HumanML3D's mean), clips of a batch, and of the folder."""


def main() -> None:
    """Print a table of rates, then what the big folder takes."""
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}")
    clips = _clips()
    few = clips[:2]
    for clip in few:
        worst = np.abs(plain_features(clip) - humanml3d.to_features(clip)).max()
        assert worst < 1e-9, worst
    batch = np.stack([clips[i % CLIPS] for i in range(BATCH)])
    features = humanml3d.to_features(batch)
    upright = [axes.z_up(clip) for clip in clips[:8]]
    tracks = [fit(clip, 20.0) for clip in upright]
    roots = np.stack([track.root_positions for track in tracks])
    turns = np.stack([track.rotations_wxyz for track in tracks])
    forward = tracks[0].skeleton.forward
    rows: list[tuple[str, int, Callable[[], object]]] = [
        ("features, plain loop over frames and joints", 2, lambda: [*map(plain_features, few)]),
        ("features, a clip at a time", CLIPS, lambda: [*map(humanml3d.to_features, clips)]),
        (f"features, batch of {BATCH}", BATCH, lambda: humanml3d.to_features(batch)),
        (f"features to positions, batch of {BATCH}", BATCH,
         lambda: humanml3d.recover_positions(features)),
        ("forward kinematics, batch of 8", 8, lambda: forward(roots, turns)),
        ("rotations from positions (fit)", 8, lambda: [fit(clip, 20.0) for clip in upright]),
    ]  # fmt: skip
    for name, count, work in rows:
        print(f"{name:<46}{count / _best(work):10.1f} clips/s")
    with TemporaryDirectory() as folder:
        _big_folder(Path(folder))
        # In a process of its own, so that its memory is its own.
        subprocess.run([sys.executable, __file__, folder], check=True)


def _clips() -> list[np.ndarray]:
    """Positions (T, 22, 3), Y up, of the first clips of the open pack that are long enough."""
    found = []
    for clip in MotionDataset.open_pack():
        motion = clip.motion()
        if motion.frames >= FRAMES:
            found.append(axes.y_up(motion.tracks[0].positions()[:FRAMES]))
        if len(found) == CLIPS:
            break
    return found


def _best(work: Callable[[], object], repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def plain_features(positions: np.ndarray) -> np.ndarray:
    """What `humanml3d.to_features` does, written as a loop over frames and joints."""
    layout, ground = HUMANML3D, np.array([1.0, 0.0, 1.0])
    p = humanml3d.canonical(positions, layout)
    weight = np.exp(-0.5 * (np.arange(-80, 81) / humanml3d.SMOOTHING) ** 2)
    weight /= weight.sum()
    right_hip, left_hip, right_shoulder, left_shoulder = layout.across
    ahead = []
    for frame in p:
        across = humanml3d.HIPS * (frame[right_hip] - frame[left_hip])
        across = across + frame[right_shoulder] - frame[left_shoulder]
        ahead.append(np.cross([0.0, 1.0, 0.0], across / np.linalg.norm(across)))
    yaws = []
    for t in range(len(p)):
        near = [ahead[min(max(t + k, 0), len(p) - 1)] for k in range(-80, 81)]
        yaws.append(quat.between(weight @ np.array(near), [0.0, 0.0, 1.0]))
    yaws[0] = quat.IDENTITY
    rows = []
    for t in range(len(p) - 1):
        spin = quat.absolute(quat.mul_inv(yaws[t + 1], yaws[t]))
        pace = quat.rotate(yaws[t + 1], p[t + 1, 0] - p[t, 0])
        local, sixes, speeds, world = [], [], [], [yaws[t]]
        for j in range(layout.joints):
            speeds.append(quat.rotate(yaws[t], p[t + 1, j] - p[t, j]))
            if j:
                local.append(quat.rotate(yaws[t], p[t, j] - p[t, 0] * ground))
                bone = p[t, j] - p[t, layout.parents[j]]
                world.append(quat.between(layout.directions[j], bone))
        for j in range(1, layout.joints):
            turn = quat.inv_mul(world[layout.references[j]], world[j])
            sixes.append(rotation6d.from_quaternion(turn))
        still = [float(np.sum((p[t + 1, j] - p[t, j]) ** 2) < layout.still) for j in layout.feet]
        head = [np.arcsin(spin[2]), pace[0], pace[2], p[t, 0, 1]]
        rows.append(np.concatenate([head, *local, *sixes, *speeds, still]))
    return np.array(rows)


def _big_folder(root: Path) -> None:
    """A folder like HumanML3D's with its number and length of clips."""
    for name in ("new_joint_vecs", "new_joints", "texts"):
        (root / name).mkdir()
    ids = [f"{number:06d}" for number in range(FOLDER)]
    for name in ids:
        # Sparse files: as long as real ones (2.8 GB in all), without the room on the disk.
        for folder, shape in (("new_joint_vecs", (FRAMES, 263)), ("new_joints", (FRAMES, 22, 3))):
            path = root / folder / f"{name}.npy"
            np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        (root / "texts" / f"{name}.txt").write_text("a person walks.#a/DET#0.0#0.0\n" * 3)
    (root / "train.txt").write_text("\n".join(ids) + "\n")


def _first_batch(root: Path) -> None:
    start = time.perf_counter()
    data = MotionDataset.open(root, split="train")
    opened = time.perf_counter()
    for clip in data[:BATCH]:
        np.array(clip.features())
        clip.captions()
    ready = time.perf_counter()
    frames = sum(len(np.array(clip.features())) for clip in data)
    done = time.perf_counter()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(data)} clips: opened in {opened - start:.2f} s, first batch of {BATCH} after "
          f"{ready - start:.2f} s, all {frames} frames read after {done - start:.1f} s, "
          f"{megabytes:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _first_batch(Path(sys.argv[1]))
    else:
        main()
