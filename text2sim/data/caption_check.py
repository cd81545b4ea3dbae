"""How true automatic captions are: each claim is looked for again, by other means.

    python -m text2sim.data.caption_check [--captions 200] [--seed 0] [--show]

What a caption says is checked against the motion by `holds`, which shares nothing with the
detectors but the definition of an event: it reads raw joints and the rotation of the pelvis,
without smoothing; and against what people wrote about the clip (`caption_labels`). The printed
precision is the part of the claims that hold.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np

from text2sim.data.caption_labels import judged
from text2sim.data.captioner import AutoCaption, captions
from text2sim.data.dataset import MotionDataset
from text2sim.data.event_signals import Array
from text2sim.data.events import Event
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX
from text2sim.types import Motion, Track

_ANGLES = {"forward": 0.0, "left": 90.0, "backward": 180.0, "right": -90.0}
_OTHER = {"left": "right", "right": "left"}
Claim = tuple[str, bool]


class _Raw:
    """Joints of the frames of an event, and of `margin` seconds before and after; metres."""

    def __init__(self, track: Track, fps: float, event: Event, margin: float = 0.0) -> None:
        last = len(track.root_positions)
        start = max(0, round((event.start - margin) * fps))
        stop = min(last, max(round((event.end + margin) * fps) + 1, start + 2))
        part = track.slice(start, stop)
        self.fps, self.positions = fps, part.positions() / (track.skeleton.leg_length / 0.84)
        self.yaw = np.unwrap(quat.heading(part.rotations_wxyz[:, 0]))
        self.stand = track.skeleton.pelvis_height / (track.skeleton.leg_length / 0.84)
        soles = track.soles()[max(0, start - 4) : stop + 4, :, 2]
        self.ground = float(soles.min()) / (track.skeleton.leg_length / 0.84)

    def of(self, name: str) -> Array:
        """World positions of a joint, (T, 3)."""
        return self.positions[:, INDEX[name]]

    def speed(self, name: str) -> Array:
        """Speed of a joint relative to the pelvis [m/s], (T - 1,)."""
        relative = self.of(name) - self.of("pelvis")
        return np.linalg.norm(np.diff(relative, axis=0), axis=1) * self.fps

    def bend(self, upper: str, middle: str, lower: str) -> Array:
        """Angle at a joint [degrees], 180 is straight, (T,)."""
        a, b = self.of(upper) - self.of(middle), self.of(lower) - self.of(middle)
        cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
        return np.degrees(np.arccos(np.clip(cosine, -1, 1)))

    def lean(self) -> Array:
        """Angle between the trunk and the vertical [degrees], (T,)."""
        trunk = self.of("spine3") - self.of("pelvis")
        return np.degrees(np.arccos(np.clip(trunk[:, 2] / np.linalg.norm(trunk, axis=1), -1, 1)))

    def path(self) -> Array:
        """Ground path of the pelvis every 0.25 s, (K, 2)."""
        step = max(1, round(0.25 * self.fps))
        chosen = np.unique([*range(0, len(self.positions), step), len(self.positions) - 1])
        return self.positions[chosen, 0, :2]

    def way(self) -> float:
        """Mean direction of travel relative to the pelvis [degrees], positive to the left."""
        step = max(1, round(0.25 * self.fps))
        moves = self.positions[step:, 0, :2] - self.positions[:-step, 0, :2]
        angles = np.arctan2(moves[:, 1], moves[:, 0]) - self.yaw[step // 2 :][: len(moves)]
        weight = np.linalg.norm(moves, axis=1)
        return float(np.degrees(np.arctan2(weight @ np.sin(angles), weight @ np.cos(angles))))


def holds(track: Track, fps: float, event: Event) -> Iterator[Claim]:
    """What an event claims ("turn: angle") and whether the motion bears it out."""
    raw = _Raw(track, fps, event)
    around = _Raw(track, fps, event, margin=1.0 if event.kind in ("lie", "crawl") else 0.35)
    yield from _CHECKS[event.kind](event, raw, around)


def _off(angle: float, wanted: float) -> float:
    return abs((angle - wanted + 180.0) % 360.0 - 180.0)


def _travel(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    path = raw.path()
    pieces = np.linalg.norm(np.diff(path, axis=0), axis=1)
    duration = (len(raw.positions) - 1) / raw.fps
    speed = pieces.sum() / duration
    moved = pieces.sum() > 0.4
    yield event.kind, bool(moved and _gait(event.kind, raw, speed))
    if event.direction:
        yield f"{event.kind}: direction", _off(raw.way(), _ANGLES[event.direction]) < 50
    slow, fast = (1.6, 4.0) if event.kind == "run" else (0.65, 1.6)
    if event.speed is not None and not slow <= event.speed <= fast:
        good = speed < 1.25 * slow if event.speed < slow else speed > 0.85 * fast
        yield f"{event.kind}: speed", bool(good)
    if event.distance is not None and event.whole:
        yield f"{event.kind}: distance", abs(pieces.sum() - event.distance) < 0.3 + speed * 0.3
    if event.rise:
        ends = around.positions[[0, -1], 0, 2]
        yield f"{event.kind}: rise", (ends[1] > ends[0]) == (event.rise == "up")
    if event.shape:
        yield f"{event.kind}: {event.shape}", _shape(event, path, pieces)
    if event.count:
        yield f"{event.kind}: steps", abs(_strides(raw) - event.count) <= 1


def _gait(kind: str, raw: _Raw, speed: float) -> bool:
    """A walker always has a slow foot, a runner has not; "move" claims nothing."""
    feet = [np.diff(raw.of(f"{side}_foot"), axis=0) * raw.fps for side in _OTHER]
    slower = np.min([np.linalg.norm(foot, axis=1) for foot in feet], axis=0)
    flying = float(np.mean(slower > 0.5 * max(speed, 0.4)))
    if kind == "run":
        return speed > 2.2 or flying > 0.1
    return kind == "move" or (speed < 2.3 and flying < 0.35)


def _shape(event: Event, path: Array, pieces: Array) -> bool:
    length, chord = pieces.sum(), np.linalg.norm(path[-1] - path[0])
    if event.shape == "straight":
        return bool(chord > 0.93 * length)
    if event.shape == "zigzag":
        return bool(chord < 0.98 * length)
    third = max(1, len(path) // 3)
    first, last = path[third] - path[0], path[-1] - path[-1 - third]
    if event.shape == "curve":
        turned = np.arctan2(*_sine_cosine(first, last))
        big = abs(event.angle or 0.0) > np.radians(200)
        return big or bool(turned * (event.angle or 0.0) > 0)
    centre = path.mean(axis=0)
    around = np.unwrap(np.arctan2(*(path - centre).T[::-1]))
    return bool((around[-1] - around[0]) * np.sign(event.angle or 0.0) > np.radians(240))


def _sine_cosine(a: Array, b: Array) -> tuple[float, float]:
    return float(a[0] * b[1] - a[1] * b[0]), float(a @ b)


def _strides(raw: _Raw) -> int:
    """Steps, as the times at which the feet are far apart."""
    gap = np.linalg.norm((raw.of("left_ankle") - raw.of("right_ankle"))[:, :2], axis=1)
    inner = (gap[1:-1] >= gap[:-2]) & (gap[1:-1] > gap[2:]) & (gap[1:-1] > 0.2)
    peaks = np.flatnonzero(inner)
    return 1 + int((np.diff(peaks) > 0.22 * raw.fps).sum()) if len(peaks) else 0


def _turn(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    angle = event.angle or 0.0
    turned = float(around.yaw[-1] - around.yaw[0])
    yield "turn: side", turned * angle > 0 and abs(turned) > np.radians(25)
    if event.whole:
        yield "turn: angle", abs(turned - angle) < max(np.radians(30), 0.25 * abs(angle))


def _jump(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    feet = np.min([around.of(f"{side}_foot")[:, 2] for side in _OTHER], axis=0)
    height = around.positions[:, 0, 2]
    peak = height[feet > np.percentile(feet, 5) + 0.04]
    yield event.kind, bool(len(peak) and peak.max() - height.min() > 0.1)
    if event.direction in _ANGLES:
        net = raw.positions[-1, 0, :2] - raw.positions[0, 0, :2]
        angle = float(np.degrees(np.arctan2(net[1], net[0]) - np.mean(raw.yaw)))
        yield f"{event.kind}: direction", _off(angle, _ANGLES[event.direction]) < 55
    if event.count and event.count > 1:
        low = np.min([raw.of(f"{side}_foot")[:, 2] for side in _OTHER], axis=0)
        high = low > np.percentile(low, 10) + 0.05
        found = int((np.diff(np.concatenate([[0], high.astype(int), [0]])) > 0).sum())
        yield f"{event.kind}: count", abs(found - event.count) <= (0 if event.count < 3 else 1)
    if event.side in _OTHER:
        lift = raw.of(f"{_OTHER[event.side]}_ankle") - raw.of(f"{event.side}_ankle")
        yield "hop: side", float(np.median(lift[:, 2])) > 0.05


def _step(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    feet = np.mean([around.of(f"{side}_foot")[:, 2] for side in _OTHER], axis=0)
    change = float(feet[-1] - feet[0])
    yield "step: rise", (change > 0.05) if event.rise == "up" else (change < -0.05)


def _march(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    moved = np.linalg.norm(raw.positions[-1, 0, :2] - raw.positions[0, 0, :2])
    lifts = [float(np.ptp(raw.of(f"{side}_ankle")[:, 2])) for side in _OTHER]
    yield "march", bool(moved < 0.6 and min(lifts) > 0.05)


def _low(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    pelvis = (raw.positions[:, 0, 2] - raw.ground) / raw.stand
    thighs = [raw.of(f"{side}_hip") - raw.of(f"{side}_knee") for side in _OTHER]
    flat = np.mean([t[:, 2] / np.linalg.norm(t, axis=1) for t in thighs], axis=0)
    knees = np.min([raw.of(f"{side}_knee")[:, 2] for side in _OTHER], axis=0) - raw.ground
    bends = [raw.bend(f"{side}_hip", f"{side}_knee", f"{side}_ankle") for side in _OTHER]
    tests = {
        "crouch": pelvis.min() < 0.8 and min(b.min() for b in bends) < 125,
        "kneel": np.median(knees) < 0.22 and pelvis.min() < 0.85,
        "sit": np.median(flat) < 0.6 and np.median(raw.lean()) < 50,
        "lie": np.median(raw.lean()) > 50 and np.median(pelvis) < 0.5,
        "crawl": np.median(raw.lean()) > 45 and np.median(pelvis) < 0.8,
    }
    yield event.kind, bool(tests[event.kind])
    if event.enters:
        before = around.positions[: len(around.positions) - len(raw.positions) + 1, 0, 2]
        yield f"{event.kind}: goes down", bool(before.max() > raw.positions[:, 0, 2].min() + 0.08)


def _stand_up(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    height = around.positions[:, 0, 2]
    yield "stand_up", bool(height[-3:].mean() > height[0] + 0.04 and height[-1] > 0.8 * raw.stand)


def _bend(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    yield "bend", bool(raw.lean().max() > 40)


def _stand(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    moved = np.linalg.norm(raw.positions[:, 0, :2] - raw.positions[0, 0, :2], axis=1).max()
    yield "stand", bool(moved < 0.6 and np.median(raw.lean()) < 30)
    if event.speed == 0.0:
        yield "stand: still", float(np.ptp(raw.of("head"), axis=0).max()) < 0.12


def _arms(event: Event) -> list[str]:
    return [*_OTHER] if event.side == "both" else [event.side or "left"]


def _raise(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    high = [float(np.mean(raw.of(f"{s}_wrist")[:, 2] > raw.of("neck")[:, 2])) for s in _arms(event)]
    yield "raise: side", min(high) > 0.6


def _wave(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    swings = {side: _swings(raw, side) for side in _OTHER}
    arms = _arms(event)
    high = min(
        float(np.mean(raw.of(f"{s}_wrist")[:, 2] > raw.of(f"{s}_elbow")[:, 2])) for s in arms
    )
    yield "wave: side", high > 0.7 and min(len(swings[side]) for side in arms) >= 2
    if event.count:
        yield "wave: count", abs(len(swings[arms[0]]) - 2 * event.count) <= 2


def _swings(raw: _Raw, side: str) -> list[float]:
    """Sizes of the strokes of a hand to and fro along its main direction, over 6 cm."""
    hand = raw.of(f"{side}_wrist") - raw.of(f"{side}_shoulder")
    hand = hand - hand.mean(axis=0)
    main = hand @ np.linalg.svd(hand, full_matrices=False)[2][0]
    steps = np.diff(main)
    turning = np.flatnonzero(steps[1:] * steps[:-1] <= 0) + 1
    ends = main[[0, *turning, len(main) - 1]]
    return [size for size in np.abs(np.diff(ends)) if size > 0.06]


def _clap(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    apart = np.linalg.norm(around.of("left_wrist") - around.of("right_wrist"), axis=1)
    near = apart < 0.5 * (np.percentile(apart, 5) + np.percentile(apart, 95))
    times = int((np.diff(np.concatenate([[0], near.astype(int)])) > 0).sum())
    yield "clap", bool(apart.min() < 0.25 and times >= 2)
    if event.count:
        yield "clap: count", abs(times - event.count) <= 1


def _kick(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    side = event.side or "left"
    foot, other = (raw.speed(f"{s}_foot").max() for s in (side, _OTHER[side]))
    lift = raw.of(f"{side}_foot")[:, 2].max() - raw.of(f"{_OTHER[side]}_foot")[:, 2].max()
    yield "kick: side", bool(foot > 3.0 and foot > other and lift > 0.15)


def _punch(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    side = event.side or "left"
    elbow = around.bend(f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")
    fist, other = (around.speed(f"{s}_wrist").max() for s in (side, _OTHER[side]))
    yield "punch: side", bool(np.ptp(elbow) > 35 and fist > 2.5 and fist > 0.8 * other)


def _reach_down(event: Event, raw: _Raw, around: _Raw) -> Iterator[Claim]:
    low = [float(raw.of(f"{s}_wrist")[:, 2].min() - raw.ground) for s in _arms(event)]
    yield "reach_down: side", max(low) < 0.42


_Check = Callable[[Event, _Raw, _Raw], Iterator[Claim]]
_CHECKS: dict[str, _Check] = {
    "walk": _travel, "run": _travel, "move": _travel, "turn": _turn, "jump": _jump, "hop": _jump,
    "step": _step, "march": _march, "crouch": _low, "kneel": _low, "sit": _low, "lie": _low,
    "crawl": _low, "stand_up": _stand_up, "bend": _bend, "stand": _stand, "raise": _raise,
    "wave": _wave, "clap": _clap, "kick": _kick, "punch": _punch, "reach_down": _reach_down,
}  # fmt: skip


def claims(motion: Motion, made: AutoCaption, words: str) -> Iterator[tuple[str, str, bool, Event]]:
    """Every claim of a caption: source ("motion" or "people"), what, whether it holds, its event.

    Args:
        words: what people wrote about the clip, or "".
    """
    for event in made.events:
        for name, good in holds(motion.tracks[0], motion.fps, event):
            yield "motion", name, good, event
        verdict = judged(event, words)
        if verdict is not None:
            yield "people", event.kind, verdict, event


def measure(count: int, seed: int, *, show: bool = False) -> dict[tuple[str, str], list[bool]]:
    """Claims of `count` captions of clips drawn from both parts of the open motion pack."""
    rng = np.random.default_rng(seed)
    clips = [*MotionDataset.open_pack(), *MotionDataset.open_pack(share_alike=True)]
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for index in rng.permutation(len(clips)):
        clip, motion = clips[index], clips[index].motion()
        words = " ".join(c.text for c in clip.captions())
        for made in captions(motion, rng):
            for source, name, good, event in claims(motion, made, words):
                found[source, name].append(good)
                if show and not good:
                    times = f"{event.start:.1f}-{event.end:.1f}"
                    print(f"{source} {name}: {clip.id} {times} {made.text} | {words}")
            count -= 1
        if count <= 0:
            break
    return dict(found)


def main() -> None:
    """Print precision by kind of claim."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--captions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print every claim that does not hold")
    options = parser.parse_args()
    found = measure(options.captions, options.seed, show=options.show)
    for source in ("motion", "people"):
        rows = {name: good for (where, name), good in found.items() if where == source}
        rows["all"] = [g for good in rows.values() for g in good]
        print(f"\nchecked against {source}: right / claims")
        for name, good in sorted(rows.items()):
            print(f"  {name:24} {sum(good):5} / {len(good):5}  {np.mean(good):.3f}")


if __name__ == "__main__":
    main()
