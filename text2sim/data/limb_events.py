"""Events of arms and legs by side: raising, waving, clapping, kicking, punching."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.data.event_signals import OTHER, SIDES, Array, Signals, share
from text2sim.data.events import Event

Span = tuple[int, int]
_LEG = 0.84
"""Length of a leg in the units of the signals [m]."""


def gestures(s: Signals, others: list[Event]) -> list[Event]:
    """Everything that one limb or both arms do; `others` are the whole body's events."""
    if s.frames < 5:
        return []
    busy = np.zeros(s.frames, dtype=bool)
    for event in others:
        if event.kind in ("run", "jump", "hop", "lie", "crawl"):
            busy[round(event.start * s.fps) : round(event.end * s.fps)] = True
    walks = np.linalg.norm(s.velocity, axis=1) > 0.6
    sane = (s.upright > 0.7) & (s.pelvis > 0.3)
    waves = _merged(_waves(s, "left", sane) + _waves(s, "right", sane))
    raises = _merged(_raises(s, "left", sane) + _raises(s, "right", sane))
    leaps = [e for e in others if e.kind in ("jump", "hop")]
    raises = [r for r in raises if not any(_same(r, other) for other in waves + leaps)]
    strikes = [e for side in SIDES for e in _punches(s, side, sane) + _kicks(s, side, busy, walks)]
    return waves + raises + _claps(s, sane) + strikes


def _same(a: Event, b: Event) -> bool:
    """Whether one limb does both at one time."""
    return min(a.end, b.end) > max(a.start, b.start)


def _merged(events: list[Event]) -> list[Event]:
    """Events of both arms at one time as one; a raise by one arm inside the other's stays out."""
    lefts = [e for e in events if e.side == "left"]
    rights = [e for e in events if e.side == "right"]
    result: list[Event] = []
    for left in lefts:
        for right in rights:
            common = min(left.end, right.end) - max(left.start, right.start)
            longer = max(left.end - left.start, right.end - right.start)
            if common > 0.6 * longer:
                lefts = [e for e in lefts if e is not left]
                rights = [e for e in rights if e is not right]
                result.append(
                    replace(
                        left, side="both", start=min(left.start, right.start),
                        end=max(left.end, right.end), enters=left.enters and right.enters,
                        count=left.count if left.count == right.count else None,
                    )
                )  # fmt: skip
                break
    return result + lefts + rights


def _raises(s: Signals, side: str, sane: Array) -> list[Event]:
    """Hands held above the head."""
    wrist, shoulder = s.joint(f"{side}_wrist")[:, 2], s.joint(f"{side}_shoulder")[:, 2]
    found = []
    above = (wrist > s.joint("head")[:, 2] + 0.03) & sane
    for start, stop in s.spans(above, shortest=0.4, gap=0.2):
        before = slice(max(0, start - int(2.0 * s.fps)), start + 1)
        enters = bool((wrist < shoulder - 0.1)[before].any())
        found.append(_event(s, "raise", side, (start, stop), enters=enters))
    return found


def _event(s: Signals, kind: str, side: str, span: Span, *, enters: bool = True) -> Event:
    return Event(
        kind=kind,  # type: ignore[arg-type]
        side=side,  # type: ignore[arg-type]
        start=span[0] / s.fps, end=span[1] / s.fps, enters=enters,
        whole=span[0] > 0 and span[1] < s.frames,
    )  # fmt: skip


def _waves(s: Signals, side: str, sane: Array) -> list[Event]:
    """A raised hand that swings from side to side, at least twice."""
    wrist, elbow = s.joint(f"{side}_wrist"), s.joint(f"{side}_elbow")
    high = (wrist[:, 2] > s.joint(f"{side}_shoulder")[:, 2] - 0.05) & (wrist[:, 2] > elbow[:, 2])
    arm = s.to_body(wrist - elbow)
    swing = s.smooth(arm[:, 1], 0.04)
    lean = np.unwrap(np.arctan2(arm[:, 1], arm[:, 2]))
    found = []
    for span in s.spans(high & sane, shortest=0.7, gap=0.1):
        turning = _extremes(swing[span[0] : span[1]], 0.1)
        turning = _rhythm(turning, 0.7 * s.fps)
        if len(turning) >= 4 and turning[-1] - turning[0] > 0.2 * s.fps * (len(turning) - 1):
            inside = (span[0] + turning[0], span[0] + turning[-1] + 1)
            event = _event(s, "wave", side, inside)
            # Told from the hand and from the lean of the forearm, which must agree.
            leans = _extremes(s.smooth(lean, 0.04)[slice(*inside)], np.radians(20.0))
            steady = max(np.diff(turning)) < 2.5 * min(np.diff(turning))
            sure = steady and abs(len(leans) - (len(turning) - 1)) <= 1
            found.append(replace(event, count=round((len(turning) - 1) / 2) if sure else None))
    return found


def _extremes(values: Array, least: float) -> list[int]:
    """Frames of the turning points of a curve, which swings at least `least` between them."""
    points = [0]
    for i, value in enumerate(values):
        if (
            len(points) > 1
            and (value - values[points[-1]]) * (values[points[-1]] - values[points[-2]]) > 0
        ):
            points[-1] = i
        elif abs(value - values[points[-1]]) > least:
            points.append(i)
    return points[1:]


def _rhythm(points: list[int], longest: float) -> list[int]:
    """The longest run of points that are no further apart than `longest` frames."""
    runs: list[list[int]] = [[]]
    for point in points:
        if runs[-1] and point - runs[-1][-1] > longest:
            runs.append([])
        runs[-1].append(point)
    return max(runs, key=len)


def _claps(s: Signals, sane: Array) -> list[Event]:
    """Hands that meet in front of the body, at least three times in rhythm."""
    left, right = s.joint("left_wrist"), s.joint("right_wrist")
    apart = np.linalg.norm(left - right, axis=1)
    closing = -s.rate(apart)
    middle = (left + right) / 2.0
    front = middle[:, 2] > s.joint("spine1")[:, 2]
    front &= s.to_body(left - right)[:, 1] > 0.0
    points = _extremes(apart, 0.1)
    meet = [p for p in points if apart[p] < 0.24 and front[p] and sane[p] and 0 < p < s.frames - 1]
    meet = [p for p in meet if closing[max(0, p - int(0.25 * s.fps)) : p + 1].max() > 0.9]
    run = _rhythm([p for p in meet if apart[p] < 0.2], 0.9 * s.fps)
    if len(run) < 3:
        return []
    return [replace(_event(s, "clap", "both", (run[0], run[-1] + 1)), side=None, count=len(run))]


def _punches(s: Signals, side: str, sane: Array) -> list[Event]:
    """A fist that goes straight to the front, fast, at the height of chest or head."""
    wrist, shoulder = s.joint(f"{side}_wrist"), s.joint(f"{side}_shoulder")
    arm = s.to_body(wrist - shoulder)
    reach = np.linalg.norm(arm, axis=1) / s.arm
    speed, rest = (
        np.linalg.norm(s.rate(s.to_body(s.joint(f"{each}_wrist") - s.joint("pelvis"))), axis=1)
        for each in (side, OTHER[side])
    )
    found: list[Event] = []
    for peak in [p for p in _extremes(reach, 0.2) if reach[p] > 0.85 and sane[p]]:
        peak -= int((reach[: peak + 1][::-1] > 0.97 * reach[peak]).argmin()) - 1
        start = max(0, peak - int(0.4 * s.fps))
        start += int(reach[start : peak + 1].argmin())
        begin, end = arm[start], arm[peak]
        path = np.linalg.norm(np.diff(arm[start : peak + 1], axis=0), axis=1).sum()
        direct = np.linalg.norm(end - begin) > 0.85 * path
        ahead = end[0] > 0.75 * np.linalg.norm(end) and abs(begin[2]) < 0.35 and begin[0] > 0.0
        fast = speed[start : peak + 1].max()
        alone = fast > rest[start : peak + 1].max()
        if reach[start] < 0.7 and direct and ahead and alone and fast > 2.6:
            found.append(replace(_event(s, "punch", side, (start, peak + 1)), count=1))
    return _counted(found)


def _counted(events: list[Event]) -> list[Event]:
    """Equal events less than 1.2 s apart as one with a count."""
    joined: list[Event] = []
    for event in events:
        if joined and event.start - joined[-1].end < 1.2:
            last = joined[-1]
            joined[-1] = replace(last, end=event.end, count=(last.count or 1) + 1)
        else:
            joined.append(event)
    return joined


def _kicks(s: Signals, side: str, busy: Array, walks: Array) -> list[Event]:
    """A foot thrown up and out, fast, with a nearly straight leg, while the other stands."""
    ankle, hip = s.joint(f"{side}_ankle"), s.joint(f"{side}_hip")
    leg = s.to_body(ankle - hip)
    out = np.linalg.norm(leg[:, :2], axis=1)
    speed = np.linalg.norm(s.rate(leg), axis=1)
    bent = np.linalg.norm(leg, axis=1) / _LEG
    height = s.sole(side)
    other = s.planted(OTHER[side])
    found: list[Event] = []
    for span in s.spans((height > 0.25) & (out > 0.4), shortest=0.03, gap=0.1):
        wide = (max(0, span[0] - int(0.35 * s.fps)), span[1])
        peak = span[0] + int(out[span[0] : span[1]].argmax())
        fast = speed[wide[0] : peak + 1].max() > 3.2
        stands = share(other, (wide[0], min(span[1] + 1, s.frames))) > 0.6
        straight = bent[max(0, peak - 1) : peak + 2].max() > 0.9
        sane = share(busy, span) == 0.0 and s.upright[wide[0] : wide[1]].min() > 0.6
        thrown = out[peak] > 0.5 and height[peak] > (0.45 if share(walks, wide) > 0.5 else 0.25)
        if fast and stands and straight and sane and thrown:
            way = leg[peak]
            ahead = way[0] > 0.75 * out[peak]
            event = replace(_event(s, "kick", side, wide), count=1, height=float(height[peak]))
            found.append(replace(event, direction="forward" if ahead else None))
    return _counted(found)
