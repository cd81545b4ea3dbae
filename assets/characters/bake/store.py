"""Writing the file that `text2sim.assets.people` reads; the layout is explained there."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np

from bake.rig import four
from bake.wardrobe import Array, Part

MARGIN = 0.015
"""Skin this far inside a garment's border is hidden [m]."""
UNIT = 1.0 / 32000.0
"""Metres of one step of the stored points."""
CENTRE = np.array([0.0, 0.0, 0.9])


def store(
    path: Path, *, parts: list[Part], low: list[Array], points: dict[str, Array],
    variants: tuple[str, ...], joints: Array, girths: Array,
) -> None:  # fmt: skip
    """Write all bodies; points are (variant, V, 3) for each group."""
    starts = np.cumsum([0, *(len(part.middle) for part in parts)])
    covering = [part.name for part in parts if part.covers is not None]
    bits = np.zeros(len(parts[0].middle), np.uint16)
    for bit, name in enumerate(covering):
        field = next(part.covers for part in parts if part.name == name)
        bits |= (field > MARGIN).astype(np.uint16) << bit
    influences, shares = _influences(np.concatenate([part.weights for part in parts]))
    arrays = {
        "faces": np.concatenate([p.faces + s for p, s in zip(parts, starts)]).astype(np.uint16),
        "coarse": np.concatenate([f + s for f, s in zip(low, starts)]).astype(np.uint16),
        "middle": np.concatenate([part.middle for part in parts]),
        "joints": influences,
        "weights": shares,
        "shade": np.concatenate([_shade(part) for part in parts]),
        "covered": bits,
        "rest": joints.astype(np.float32),
        "girths": girths.astype(np.float32),
    }
    for name, group in points.items():
        steps = np.rint((group - CENTRE) / UNIT)
        steps[1:] -= steps[0]
        assert np.abs(steps).max() < 32767
        arrays[f"points_{name}"] = steps.astype(np.int16)
    faces = np.cumsum([0, *(len(part.faces) for part in parts)]).tolist()
    coarse = np.cumsum([0, *(len(part) for part in low)]).tolist()
    index = {
        "version": 1, "groups": list(points), "variants": variants, "covering": covering,
        "parts": [
            {"name": part.name, "tone": part.tone, "vertices": [int(a), int(b)], "faces": f,
             "coarse": c}
            for part, (a, b), f, c in zip(
                parts, pairwise(starts), pairwise(faces), pairwise(coarse)
            )
        ],
    }  # fmt: skip
    arrays["index"] = np.frombuffer(json.dumps(index).encode(), np.uint8)
    temporary = path.with_suffix(".tmp.npz")
    np.savez_compressed(temporary, **arrays)
    os.replace(temporary, path)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, {starts[-1]} vertices of a half")


def _influences(weights: Array) -> tuple[Array, Array]:
    """Joints and weights in 255ths (V, 4), which sum to 255."""
    kept = four(weights)
    joints = np.argsort(-kept, axis=1, kind="stable")[:, :4]
    exact = np.take_along_axis(kept, joints, axis=1) * 255.0
    shares = np.floor(exact).astype(int)
    rest = 255 - shares.sum(axis=1)
    order = np.argsort(-(exact - shares), axis=1, kind="stable")
    rank = np.argsort(order, axis=1)
    shares += rank < rest[:, None]
    return joints.astype(np.uint8), shares.astype(np.uint8)


def _shade(part: Part) -> Array:
    """Factors on the colour in 160ths, (V, 3) uint8."""
    shade = np.ones(len(part.middle)) if part.shade is None else part.shade
    full = np.broadcast_to(shade if shade.ndim == 2 else shade[:, None], (len(shade), 3))
    return np.clip(np.rint(full * 160.0), 0, 255).astype(np.uint8)
