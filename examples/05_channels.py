"""Exact channels, joints and cameras beside the picture, in an archive and in a folder."""

import sys
from pathlib import Path

import numpy as np

import text2sim
from text2sim import Pipeline
from text2sim.classes import CLASSES
from text2sim.io.folder_reader import read_folder

CHANNELS = ("depth", "segmentation", "classes", "normals", "flow", "flow_state")


def main(folder: Path) -> None:
    """Render channels, look at them, save them, load them again."""
    anim = Pipeline()("a man kicks a ball", duration=2.0, size=(320, 240), channels=CHANNELS)
    counts = np.bincount(anim.segmentation[0].ravel(), minlength=len(anim.labels))
    for label, count in zip(anim.labels, counts):
        print(f"{label:<12}{count / counts.sum():6.1%} of the first frame")
    print(f"nearest point {anim.depth[anim.depth > 0].min():.2f} m from the camera plane")

    ball = anim.channels["classes"] == CLASSES.index("ball")
    speed = np.linalg.norm(anim.channels["flow"], axis=-1)
    print(f"fastest point of the ball {speed[ball].max():.1f} px a frame")
    joints = anim.joints()
    print(f"{(joints.visibility[0, 0] == 2).sum()} of 22 joints are seen in the first frame")
    print(f"camera at {anim.camera.eye[0].round(2)} m, K:\n{anim.camera.intrinsics(anim.size)[0]}")

    anim.save(folder / "kick.npz")  # One archive with everything.
    loaded = text2sim.load(folder / "kick.npz")
    assert np.array_equal(loaded.depth, anim.depth)
    anim.save(f"{folder}/kick/", channels=("depth", "flow"))  # A folder for other programs.
    assert np.array_equal(read_folder(folder / "kick").channel("flow"), anim.channels["flow"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
