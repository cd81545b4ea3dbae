"""Events of the whole body that stays low: crouching, kneeling, sitting, lying, bending."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.data.event_signals import SIDES, Array, Signals, share
from text2sim.data.events import Event, Kind
from text2sim.types import Side

_LOW = 0.8
"""The pelvis is low below this part of its standing height."""


def postures(s: Signals) -> list[Event]:
    """Low postures and getting up from them."""
    if s.frames < 2:
        return []
    kinds = _masks(s)
    events: list[Event] = []
    low = np.logical_or.reduce(list(kinds.values()))
    for span in s.spans(low, shortest=0.3, gap=0.3):
        kind = _settled(s, kinds, span)
        if kind is not None:
            events += _posture(s, kind, span)
    return events


def _masks(s: Signals) -> dict[Kind, Array]:
    """Frames of each posture, each (T,) bool; they don't overlap."""
    pelvis, up = s.smooth(s.pelvis, 0.1), s.smooth(s.upright, 0.1)
    head = s.joint("head")[:, 2] - s.floor
    knees = np.stack([s.joint(f"{side}_knee")[:, 2] - s.floor for side in SIDES])
    wrists = np.stack([s.joint(f"{side}_wrist")[:, 2] - s.floor for side in SIDES])
    feet = np.mean([s.joint(f"{side}_ankle") for side in SIDES], axis=0)
    behind = -s.to_body((s.joint("pelvis") - feet)[:, :2])[:, 0]
    lie = (pelvis < 0.4) & (np.abs(up) < 0.5) & (head < 0.55)
    crawl = ~lie & (up < 0.55) & (pelvis < 0.75) & (wrists.max(axis=0) < 0.35)
    kneel = (
        ~lie & ~crawl & (pelvis < 0.8) & (up > 0.75) & (knees.min(axis=0) < 0.16) & (pelvis > 0.25)
    )
    thigh = np.abs(knees.mean(axis=0) - s.pelvis * s.stand)
    sit = ~lie & ~crawl & ~kneel & (pelvis < 0.75) & (thigh < 0.2) & (behind > 0.3) & (up > 0.7)
    crouch = ~lie & ~crawl & ~kneel & ~sit & (pelvis < _LOW) & (knees.min(axis=0) > 0.22)
    crouch &= (up > 0.2) & (np.abs(behind) < 0.35)
    return {"lie": lie, "crawl": crawl, "kneel": kneel, "sit": sit, "crouch": crouch}


def _settled(s: Signals, kinds: dict[Kind, Array], span: tuple[int, int]) -> Kind | None:
    """The posture that a low span comes to: the lowest that is held for long enough."""
    held = {kind: mask[span[0] : span[1]].sum() / s.fps for kind, mask in kinds.items()}
    total = sum(held.values())
    for kind in ("lie", "sit", "kneel", "crawl"):
        if held[kind] > 0.3 and held[kind] > 0.35 * total:
            return kind
    return "crouch" if held["crouch"] > 0.3 and held["crouch"] > 0.85 * total else None


def _posture(s: Signals, kind: Kind, span: tuple[int, int]) -> list[Event]:
    start, stop = span
    enters = start > 0 and bool(s.pelvis[: start + 1].max() > 0.88)
    depth = float(s.pelvis[start:stop].min())
    if kind == "crouch" and depth > 0.72:
        return []
    events = [
        Event(
            kind=kind, start=start / s.fps, end=stop / s.fps, enters=enters,
            whole=start > 0 and stop < s.frames, height=depth * s.stand,
        )
    ]  # fmt: skip
    up = (s.pelvis > 0.9) & (s.upright > 0.8)
    ends = np.array([a - stop for a, _ in s.spans(up, shortest=0.25) if a >= stop])
    if len(ends) and ends[0] < 2.0 * s.fps:
        end = stop + int(ends[0])
        begin = max(start, stop - int(0.2 * s.fps))
        events.append(Event(kind="stand_up", start=begin / s.fps, end=(end + 1) / s.fps))
    return events


def bends(s: Signals, found: list[Event], moves: list[Event]) -> list[Event]:
    """Bending forward with the legs nearly straight, and reaching down to the floor."""
    if s.frames < 2:
        return []
    trunk = s.to_body(s.joint("neck") - s.joint("pelvis"))
    bent = (s.smooth(s.upright, 0.1) < 0.71) & (trunk[:, 0] > 0.2) & (s.pelvis > 0.8)
    busy = np.zeros(s.frames, dtype=bool)
    for event in moves:
        if event.kind in ("walk", "run", "jump", "hop", "crawl"):
            busy[int(event.start * s.fps) : int(event.end * s.fps)] = True
    events = []
    for span in s.spans(bent, shortest=0.35, gap=0.3):
        if share(busy, span) < 0.3:
            events.append(_span_event(s, "bend", span))
    return events + _reaches(s, found, busy)


def _reaches(s: Signals, found: list[Event], busy: Array) -> list[Event]:
    """Hands that go down to the floor and come up again."""
    down = []
    lying = np.zeros(s.frames, dtype=bool)
    for event in found:
        if event.kind in ("lie", "crawl", "sit", "kneel"):
            lying[int(event.start * s.fps) : int(event.end * s.fps)] = True
    heights = {side: s.joint(f"{side}_wrist")[:, 2] - s.floor for side in SIDES}
    for span in s.spans(np.minimum(*heights.values()) < 0.3, shortest=0.1, gap=0.3):
        before = max(0, span[0] - int(1.5 * s.fps))
        came = np.minimum(*heights.values())[before : span[0] + 1].max() > 0.6
        if not came or share(lying, span) > 0.0 or share(busy, span) > 0.3:
            continue
        low = {side: heights[side][span[0] : span[1]].min() for side in SIDES}
        if abs(low["left"] - low["right"]) > 0.15:
            side: Side = "left" if low["left"] < low["right"] else "right"
        elif max(low.values()) < 0.32:
            side = "both"
        else:
            continue
        down.append(replace(_span_event(s, "reach_down", span), side=side))
    return down


def _span_event(s: Signals, kind: Kind, span: tuple[int, int]) -> Event:
    whole = span[0] > 0 and span[1] < s.frames
    return Event(
        kind=kind, start=span[0] / s.fps, end=span[1] / s.fps, whole=whole, enters=span[0] > 0
    )


def stands(s: Signals, events: list[Event]) -> list[Event]:
    """Standing without anything else of the whole body going on; `speed` 0 means still."""
    calm = (np.linalg.norm(s.velocity, axis=1) < 0.3) & (s.pelvis > 0.88) & (s.upright > 0.85)
    for event in events:
        if event.layer == "full":
            calm[int(event.start * s.fps) : int(event.end * s.fps) + 1] = False
    found = []
    for span in s.spans(calm, shortest=0.8, gap=0.15):
        sway = float(np.ptp(s.joint("head")[span[0] : span[1]], axis=0).max())
        still = share(s.activity < 0.25, span) > 0.9 and sway < 0.1
        found.append(replace(_span_event(s, "stand", span), speed=0.0 if still else None))
    return found
