"""All channels but the picture itself: what is at the centre of each pixel, exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from text2sim.classes import label_classes
from text2sim.render.kernels import measuring
from text2sim.render.painter import BAND, Painter, Seen


class _Memory(NamedTuple):
    """What flow needs of the frame before; copies, as the painter's arrays go on changing."""

    ids: np.ndarray
    boxes: np.ndarray
    planes: np.ndarray
    world: np.ndarray
    seen: Seen


class Measurer:
    """Fills the channels of the frame that a painter painted last."""

    def __init__(self, painter: Painter, channels: tuple[str, ...]) -> None:
        width, height = painter.size
        self._painter, self._channels, self._team = painter, frozenset(channels), painter.team
        self._needed = bool(self._channels - {"rgb"})
        self._nearness = np.empty((height, width, 1), np.float32)
        self._ids = np.empty((height, width, 1), np.int32)
        self._numbers = np.arange(1 << 16, dtype=np.uint16)
        self._classes = np.array(label_classes(painter.scene), np.uint16)
        self._memory: _Memory | None = None

    @property
    def looks_ahead(self) -> bool:
        """Flow is wanted, which compares a frame with the next."""
        return bool(self._channels & {"flow", "flow_state"})

    def measure(self, picture: dict[str, np.ndarray]) -> None:
        """Fill all channels of the frame painted last, except rgb and flow."""
        if not self._needed:
            return
        seen, team, rows = self._painter.see(self._nearness, self._ids), self._team, len(self._ids)
        ids, geometry = self._ids, seen.geometry
        if "depth" in picture:
            team.run(measuring.read_depth, rows, ids, self._nearness, picture["depth"])
        for name, numbers in (("segmentation", self._numbers), ("classes", self._classes)):
            if name in picture:
                team.run(measuring.read_labels, rows, ids, seen.labels, numbers, picture[name])
        for name in ("normals", "camera_normals"):
            if name in picture:
                axes = np.eye(3) if name == "normals" else _axes(seen)
                team.run(
                    measuring.read_normals, rows,
                    ids, seen.boxes, seen.planes, seen.camera, geometry, axes, picture[name],
                )  # fmt: skip
        if "albedo" in picture:
            team.run(
                measuring.read_albedo, len(seen.floats),
                BAND, ids, seen.boxes, seen.planes, seen.camera, geometry, seen.floor, seen.floats,
                picture["albedo"],
            )  # fmt: skip

        if "shadow" in picture:
            team.run(
                measuring.read_shadow, len(seen.floats),
                BAND, ids, seen.boxes, seen.planes, seen.camera, geometry, seen.floor, seen.shadow,
                seen.floats, picture["shadow"],
            )  # fmt: skip
        if "occlusion" in picture:
            team.run(measuring.read_occlusion, rows, ids, seen.openness, picture["occlusion"])

    def remember(self) -> None:
        """Keep what was measured last, for `compare`."""
        seen = self._painter.seen
        self._memory = _Memory(
            self._ids.copy(), seen.boxes.copy(), seen.planes.copy(), seen.geometry.world.copy(),
            seen,
        )  # fmt: skip

    def compare(self, picture: dict[str, np.ndarray]) -> None:
        """Fill the flow of the picture remembered, to the one measured last."""
        memory, seen = self._memory, self._painter.seen
        assert memory is not None
        shape = self._ids.shape[:2]
        flow = picture.get("flow", np.empty((*shape, 2), np.float32))
        state = picture.get("flow_state", np.empty(shape, np.uint8))
        self._team.run(
            measuring.read_flow, len(self._ids),
            memory.ids, memory.boxes, memory.planes, seen.geometry.faces, memory.world,
            memory.seen.camera, seen.geometry.world, seen.camera, self._nearness, flow, state,
        )  # fmt: skip


def _axes(seen: Seen) -> np.ndarray:
    """Rows take world vectors to the camera's axes, (3, 3)."""
    return np.array([seen.camera.right, seen.camera.down, seen.camera.forward])
