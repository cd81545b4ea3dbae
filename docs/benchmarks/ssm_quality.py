"""Jerk, sliding feet and seams of MotionSSM beside held-out clips.

python docs/benchmarks/ssm_quality.py

For each of the first sentences of the test split: the clip itself, brought onto the same body, and
a generated motion of the same length. Slide: mean way over the ground of sole points that are
within 3 cm of it and slower than 0.8 m/s, mm/frame at 20 frames/s. Jerk: mean over joints, m/s3.
Seams: 95th percentile of the acceleration of joints in the two frames around each border of
windows, and inside windows, m/s2.
"""

import argparse
import json

import numpy as np

from text2sim.data.corpus import take_of
from text2sim.data.dataset import MotionDataset
from text2sim.data.splits import clips_of
from text2sim.motion.ssm.direct import generate, spoken
from text2sim.motion.ssm.features import FPS, Anchor, decode
from text2sim.motion.ssm.onnx_network import OnnxNetwork
from text2sim.motion.ssm.sampler import Sampler
from text2sim.resources import resource


def slide(track):
    """Mean way of soles near the ground [mm/frame]."""
    soles = track.soles()
    way = np.linalg.norm(np.diff(soles[..., :2], axis=0), axis=-1)
    near = (soles[1:, :, 2] < 0.03) & (soles[:-1, :, 2] < 0.03) & (way < 0.8 / FPS)
    return 1000.0 * float(way[near].mean()) if near.any() else 0.0


def jerk(track):
    """Mean jerk of joints [m/s3]."""
    third = np.diff(track.positions(), 3, axis=0) * FPS**3
    return float(np.linalg.norm(third, axis=-1).mean())


def seams(sampler, seconds, seeds):
    """95th percentiles of acceleration [m/s2] at borders of windows and inside."""
    at, inside = [], []
    for seed in range(seeds):
        for text in ("a person walks forward.", "a person runs forward.", "a person dances."):
            made = spoken(sampler, text, np.random.default_rng(seed), frames=round(seconds * FPS))
            positions = decode(made, Anchor()).positions()
            change = np.linalg.norm(np.diff(positions, 2, axis=0), axis=-1) * FPS**2
            border = np.zeros(len(change), dtype=bool)
            for edge in range(64, len(made), 64):
                border[edge - 2 : edge] = True
            at.append(change[border].ravel())
            inside.append(change[~border].ravel())
    return tuple(float(np.percentile(np.concatenate(part), 95)) for part in (at, inside))


def main(count):
    """Print the figures as JSON."""
    sampler = Sampler(network=OnnxNetwork(resource("models", "motion-ssm")))
    rows = []
    for clip in clips_of(MotionDataset.open_pack(), "test")[:: max(1, 120 // count)]:
        take = take_of(clip, np.random.default_rng(0))
        if take is None or take.motion.frames > 200:
            continue
        text = take.segments[0].texts[-1]
        made = generate(text, take.motion.frames / FPS, 0, sampler=sampler)
        real = take.motion.tracks[0]
        rows.append((slide(real), slide(made), jerk(real), jerk(made)))
        if len(rows) == count:
            break
    names = ("slide_real", "slide_ssm", "jerk_real", "jerk_ssm")
    found = dict(zip(names, np.mean(rows, axis=0).round(2).tolist()))
    border, inside = seams(sampler, 9.6, 3)
    found |= {"clips": len(rows), "acceleration_at_borders": round(border, 2),
              "acceleration_inside": round(inside, 2)}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=60)
    main(parser.parse_args().count)
