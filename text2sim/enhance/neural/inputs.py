"""What the network reads of a frame, the same in training and in use."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

NEEDS = ("depth", "segmentation", "normals", "albedo", "shadow", "occlusion")
"""Channels of the renderer beside rgb."""
FEATURES = 12
MULTIPLE = 8
"""Height and width that the network takes are multiples of this."""
_NEAR = 5.0
"""Depth that is read as a half [m]."""


def inputs(channels: Mapping[str, np.ndarray]) -> np.ndarray:
    """rgb, albedo (square root), normals, nearness, shadow, occlusion: (12, H, W) float32."""
    depth = channels["depth"]
    near = np.where(depth > 0.0, 1.0 / (1.0 + depth / _NEAR), 0.0)
    planes = [
        channels["rgb"] / np.float32(255.0), np.sqrt(np.clip(channels["albedo"], 0.0, 1.0)),
        channels["normals"], near[..., None], channels["shadow"][..., None],
        channels["occlusion"][..., None],
    ]  # fmt: skip
    stacked = np.concatenate([np.asarray(plane, np.float32) for plane in planes], axis=-1)
    return np.ascontiguousarray(np.moveaxis(stacked, -1, 0))


def known(segmentation: np.ndarray) -> np.ndarray:
    """1 where there is something that was traced in training, 0 in the sky: (1, H, W) float32."""
    return np.asarray(segmentation > 0, np.float32)[None]


def padded(planes: np.ndarray) -> np.ndarray:
    """Planes (C, H, W) with their edges repeated to the next multiple."""
    _, height, width = planes.shape
    more = (0, 0), (0, -height % MULTIPLE), (0, -width % MULTIPLE)
    return np.pad(planes, more, mode="edge")
