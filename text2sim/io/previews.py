"""Channels as pictures to look at; the numbers themselves are in the channels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

FAR = 5.0
"""Depth that is shown as middle grey [m]."""
FLOW_SHARE = 1 / 30
"""Flow, as a share of the picture's width, that is shown in full colour."""
_STATES = np.array([[40, 40, 44], [70, 170, 90], [210, 70, 60], [235, 190, 60]], np.uint8)


def preview(name: str, values: np.ndarray) -> np.ndarray:
    """An sRGB picture (H, W, 3) uint8 of one frame of a channel, on the same scale in every clip.

    Depth is bright when near; normals are (n + 1) / 2; flow has its direction as the hue and the
    root of its speed as the strength of the colour; labels have a colour each.
    """
    return _SHOWN[name](values)


def _depth(values: np.ndarray) -> np.ndarray:
    grey = np.where(values > 0.0, 255.0 / (1.0 + values / FAR), 0.0)
    return _bytes(np.repeat(grey[..., None], 3, axis=-1))


def _labels(values: np.ndarray) -> np.ndarray:
    """Hues a golden angle apart, which tells neighbours apart; sky and ground are grey."""
    number = np.arange(int(values.max(initial=1)) + 1)
    table = _hues(number * 0.381966, np.full(len(number), 0.62), 235.0 - 45.0 * (number % 3))
    table[:2] = [[225, 230, 236], [150, 150, 150]]
    return _bytes(table)[values]


def _normals(values: np.ndarray) -> np.ndarray:
    seen = (values != 0.0).any(axis=-1, keepdims=True)
    return _bytes(np.where(seen, 127.5 * (values + 1.0), 0.0))


def _camera_normals(values: np.ndarray) -> np.ndarray:
    """The usual look: Y up and Z towards the camera."""
    return _normals(values * np.array([1.0, -1.0, -1.0], np.float32))


def _albedo(values: np.ndarray) -> np.ndarray:
    clipped = np.clip(values, 0.0, 1.0)
    curved = 1.055 * np.power(clipped, 1 / 2.4) - 0.055
    return _bytes(255.0 * np.where(clipped <= 0.0031308, 12.92 * clipped, curved))


def _flow(values: np.ndarray) -> np.ndarray:
    speed = np.linalg.norm(values, axis=-1) / (FLOW_SHARE * values.shape[1])
    angle = np.arctan2(values[..., 1], values[..., 0]) / (2.0 * np.pi)
    return _bytes(_hues(angle, np.sqrt(np.clip(speed, 0.0, 1.0)), np.full(angle.shape, 255.0)))


def _share(values: np.ndarray) -> np.ndarray:
    """White is all."""
    return _bytes(np.repeat(255.0 * values[..., None], 3, axis=-1))


def _hues(hue: np.ndarray, strength: np.ndarray, value: np.ndarray) -> np.ndarray:
    """RGB (..., 3) of hue (turns), saturation (0 to 1) and value (0 to 255)."""
    k = (np.array([5.0, 3.0, 1.0]) + 6.0 * (hue[..., None] % 1.0)) % 6.0
    dip = np.clip(np.minimum(k, 4.0 - k), 0.0, 1.0)
    return value[..., None] * (1.0 - strength[..., None] * dip)


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(values + 0.5, 0.0, 255.0).astype(np.uint8)


_SHOWN: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "rgb": lambda values: values,
    "depth": _depth,
    "segmentation": _labels,
    "classes": _labels,
    "normals": _normals,
    "camera_normals": _camera_normals,
    "albedo": _albedo,
    "shadow": lambda values: _share(1.0 - values),
    "occlusion": lambda values: _share(1.0 - values),
    "flow": _flow,
    "flow_state": lambda values: _STATES[values],
}
