"""Laying the patterns on: loops over the fragments of one face or of the ground."""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner
from text2sim.render.kernels import patterns as p
from text2sim.render.kernels.work import (
    BLUE,
    FOOT_U,
    FOOT_V,
    GREEN,
    JOINT,
    RED,
    ZERO,
    U,
    V,
    W,
)


@inner
def _tint(work: np.ndarray, i: int, look: tuple[float, float]) -> None:
    work[RED + i] *= look[0]
    work[GREEN + i] *= look[0]
    work[BLUE + i] *= look[0]
    work[JOINT + i] = look[1]


@inner
def pattern_ground(work: np.ndarray, count: int, pattern: int) -> None:
    """Patterns of a level surface at (U, V) with footprint FOOT_U by FOOT_V."""
    if pattern == p.TILES or pattern == p.METAL:
        for i in range(count):
            fu, fv = work[FOOT_U + i], work[FOOT_V + i]
            _tint(work, i, p.tiles(work[U + i], work[V + i], fu, fv, f32(1.0), f32(0.012)))
    elif pattern == p.WOOD:
        for i in range(count):
            fu, fv = work[FOOT_U + i], work[FOOT_V + i]
            _tint(work, i, p.planks(work[U + i], work[V + i], fu, fv))
    elif pattern == p.BRICK:
        for i in range(count):
            fu, fv = work[FOOT_U + i], work[FOOT_V + i]
            _tint(work, i, p.bricks(work[U + i], work[V + i], fu, fv))
    elif pattern == p.GRASS or pattern == p.LEAVES:
        for i in range(count):
            foot = max(work[FOOT_U + i], work[FOOT_V + i])
            _tint(work, i, p.grassy(work[U + i], work[V + i], foot))
    elif pattern == p.STONE:
        for i in range(count):
            foot = max(work[FOOT_U + i], work[FOOT_V + i])
            _tint(work, i, p.stony(work[U + i], work[V + i], ZERO, foot))
    elif pattern == p.CLOTH:
        for i in range(count):
            foot = max(work[FOOT_U + i], work[FOOT_V + i])
            _tint(work, i, p.woven(work[U + i], work[V + i], foot))


@inner
def pattern_object(work: np.ndarray, count: int, pattern: int) -> None:
    """Patterns of an object at (U, V, W) in its own frame; wood grows along U."""
    if pattern == p.WOOD:
        for i in range(count):
            u, v, w = work[U + i], work[V + i], work[W + i]
            _tint(work, i, p.wooden(u, v, w, work[FOOT_U + i]))
    elif pattern == p.STONE:
        for i in range(count):
            u, v, w = work[U + i], work[V + i], work[W + i]
            _tint(work, i, p.stony(u, v, w, work[FOOT_U + i]))
    elif pattern == p.CLOTH:
        for i in range(count):
            u, v, w = work[U + i], work[V + i], work[W + i]
            u, v = u + f32(0.61) * w, v + f32(0.53) * w
            _tint(work, i, p.woven(u, v, work[FOOT_U + i]))
    elif pattern == p.METAL:
        for i in range(count):
            u, v, w = work[U + i], work[V + i], work[W + i]
            _tint(work, i, p.brushed(u, v, w, work[FOOT_U + i]))
    elif pattern == p.LEAVES or pattern == p.GRASS:
        for i in range(count):
            u, v, w = work[U + i], work[V + i], work[W + i]
            _tint(work, i, p.foliage(u, v, w, work[FOOT_U + i]))
    elif pattern == p.BRICK:
        for i in range(count):
            u, v, foot = work[U + i] + work[V + i], work[W + i], work[FOOT_U + i]
            _tint(work, i, p.bricks(u, v, foot, foot))
    elif pattern == p.TILES:
        for i in range(count):
            u, v, foot = work[U + i] + work[V + i], work[W + i], work[FOOT_U + i]
            _tint(work, i, p.tiles(u, v, foot, foot, f32(0.3), f32(0.006)))


@inner
def lay_mortar(work: np.ndarray, count: int, red: float, green: float, blue: float) -> None:
    """Mix the colour of the joints in."""
    for i in range(count):
        joint = work[JOINT + i]
        work[RED + i] += (red - work[RED + i]) * joint
        work[GREEN + i] += (green - work[GREEN + i]) * joint
        work[BLUE + i] += (blue - work[BLUE + i]) * joint
