"""One frame of the rasteriser: the passes, in order, and the buffers they share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from text2sim.errors import ConfigError
from text2sim.maths.camera import focal_length, look_at
from text2sim.render import look
from text2sim.render.geometry import LiveGeometry, between
from text2sim.render.kernels import blurring, drawing, occlusion, setup, shading, surfaces, work
from text2sim.render.kernels.shadowing import Shadow
from text2sim.render.room import room
from text2sim.render.shadows import ShadowPass
from text2sim.render.textures import LINEAR, encode
from text2sim.threads import Team
from text2sim.types import CameraTrack, Look, Trace

BAND = 16
"""Picture rows that one thread draws at a time."""
CENTRE = np.array([[0.5, 0.5]], np.float32)
"""Offset of the one sample that all channels but rgb read [px]."""

_EXPOSURES = 8
"""Fewest pictures of which a blurred one is the mean."""
_CURVE = 255.0 * encode(np.linspace(0.0, 1.0, 4096, dtype=np.float32) ** 2)


class Quality(NamedTuple):
    """What a quality level buys.

    Attributes:
        samples: offsets of the samples within a pixel [px], (S, 2) float32.
        shadow_size: side of the shadow map [texels].
        occlusion_pairs: pairs of neighbours that ambient occlusion looks at; 0 turns it off.
    """

    samples: np.ndarray
    shadow_size: int
    occlusion_pairs: int


class Seen(NamedTuple):
    """A painted frame for those who measure it: see `text2sim.render.kernels`."""

    camera: surfaces.Camera
    geometry: surfaces.Geometry
    labels: np.ndarray
    boxes: np.ndarray
    planes: np.ndarray
    floor: surfaces.Floor
    floats: np.ndarray
    shadow: Shadow
    openness: np.ndarray


class Painter:
    """Paints the frames of a trace, one after the other.

    Args:
        trace: what happens.
        camera: seen from where.
        size: width and height of the picture [px].
        quality: what to spend.
        team: threads.
        name: of the look; None: the scene's.
        shutter: share of the time between two frames in which light is gathered.

    Raises:
        ConfigError: in some frame the camera is where it looks at.
    """

    def __init__(
        self,
        trace: Trace,
        camera: CameraTrack,
        size: tuple[int, int],
        quality: Quality,
        team: Team,
        *,
        name: Look | None = None,
        shutter: float = 0.0,
    ) -> None:
        scene = trace.world.motion.scene
        assert scene is not None
        _check_camera(camera)
        self.scene, self.size, self.team = scene, size, team
        name = name or scene.look
        mood = look.LOOKS[name]
        self._live = LiveGeometry(trace, room(trace, camera) if mood.room else ())
        self._shadowless = np.flatnonzero(self._live.shadowless)
        self._track, self._size, self._quality, self._team = camera, size, quality, team
        self._lights = look.lights(camera.target[0] - camera.eye[0], scene.ground, name)
        self._sky = look.sky(name, scene.ground)
        self._floor = look.floor(scene.ground)
        self._dither = look.dither()
        side = int(mood.detail * quality.shadow_size)
        self._shadows = ShadowPass(trace, self._lights.to_sun, side, mood.size)
        self._shutter, self._offsets = shutter, quality.samples
        if shutter > 0.0:
            self._offsets = quality.samples[:1]
            self._total = np.empty((size[1], size[0], 3), np.float32)
        self._allocate(len(self._live.geometry.faces))

    def _allocate(self, faces: int) -> None:
        width, height = self._size
        samples = len(self._offsets)
        self._boxes = np.empty((faces, 4), np.int32)
        self._planes = np.empty((faces, 4, 3), np.float32)
        self._nearness = np.empty((height, width, samples), np.float32)
        self._ids = np.empty((height, width, samples), np.int32)
        bands, tiles = -(-height // BAND), -(-width // work.TILE)
        self._touched = np.zeros((bands, tiles), np.bool_)
        self._floats = np.empty((bands, work.FLOATS), np.float32)
        self._integers = np.empty((bands, work.INTEGERS), np.int32)
        self._glassy = np.zeros((bands, tiles), np.bool_)
        self._layers = [
            (np.empty_like(self._nearness), np.empty_like(self._ids))
            for _ in range(2 if self._live.transparent.any() else 0)
        ]
        self._nowhere = np.full_like(self._nearness, np.inf) if self._layers else self._nearness
        self._half = np.empty((height // 2, width // 2), np.float32)
        self._noisy = np.empty_like(self._half)
        self._openness = np.ones_like(self._half)
        self._directions = _directions(self._quality.occlusion_pairs)

    def paint(self, frame: int, rgb: np.ndarray) -> None:
        """Fill the sRGB picture (H, W, 3) of a frame."""
        if self._shutter == 0.0:
            self._paint(frame, rgb)
            return
        samples, team = self._quality.samples, self._team
        count = max(_EXPOSURES, 2 * len(samples))
        for k in range(count):
            self._offsets = samples[k % len(samples)][None]
            self._paint(frame + self._shutter * ((k + 0.5) / count - 0.5), rgb)
            team.run(blurring.add_light, len(rgb), rgb, LINEAR, k == 0, self._total)
        team.run(blurring.take_mean, len(rgb), self._total, count, _CURVE, self._dither, rgb)
        self._prepare(frame)  # For those who measure, time is the frame's own again.

    def _prepare(self, frame: float) -> None:
        """Everything before light: geometry, shadow map, what is seen at the samples."""
        live, team = self._live, self._team
        geometry = live.show(frame, team)
        self._shadow = self._shadows.draw(
            frame, geometry, self._boxes, self._planes, self._shadowless, team
        )
        self._camera = self._camera_at(frame)
        self._set_up()
        self._draw(self._offsets, self._touched, self._nearness, self._ids)
        if self._quality.occlusion_pairs:
            self._occlude()
        for layer in range(len(self._layers)):
            self._draw_layer(layer)

    def _paint(self, frame: float, rgb: np.ndarray) -> None:
        self._prepare(frame)
        team, geometry = self._team, self._live.geometry
        near, far = [ids for _, ids in self._layers] or [self._ids, self._ids]
        team.run(
            shading.shade, len(self._touched),
            BAND, self._touched, self._ids, self._glassy, near, far, self._boxes, self._planes,
            self._offsets, self._horizon(), self._openness, self._camera, geometry, self._lights,
            self._sky, self._floor, self._shadow, self._dither, self._floats, self._integers, rgb,
        )  # fmt: skip

    def see(self, nearness: np.ndarray, ids: np.ndarray) -> Seen:
        """Fill nearness [1/m] and face ids, both (H, W, 1), at the pixel centres of that frame."""
        self._draw(CENTRE, np.empty_like(self._touched), nearness, ids, everywhere=True)
        return self.seen

    @property
    def seen(self) -> Seen:
        """What the frame painted last is made of; the arrays are reused for the next."""
        return Seen(
            self._camera, self._live.geometry, self._live.labels, self._boxes, self._planes,
            self._floor, self._floats, self._shadow, self._openness,
        )  # fmt: skip

    def _camera_at(self, frame: float) -> surfaces.Camera:
        eye, target = between(self._track.eye, frame), between(self._track.target, frame)
        width, height = self._size
        right, down, forward = look_at(eye, target).tolist()
        return surfaces.Camera(
            eye=tuple(eye.tolist()),
            right=tuple(right),
            down=tuple(down),
            forward=tuple(forward),
            focal=float(focal_length(self._track.fov, self._size)),
            centre_x=0.5 * width,
            centre_y=0.5 * height,
        )

    def _set_up(self) -> None:
        geometry, camera = self._live.geometry, self._camera
        axes = np.array([camera.right, camera.down, camera.forward])
        self._team.run(
            setup.setup_perspective, len(geometry.faces),
            geometry.world, geometry.faces, geometry.closed, np.array(camera.eye), axes,
            camera.focal, *self._size, self._boxes, self._planes,
        )  # fmt: skip

    def _draw(
        self, samples: np.ndarray, touched: np.ndarray, nearness: np.ndarray, ids: np.ndarray,
        *, everywhere: bool = False,
    ) -> None:  # fmt: skip
        starts, items = setup.sort_into_bands(self._boxes, len(touched), BAND)
        hidden = np.zeros_like(self._live.transparent) if everywhere else self._live.transparent
        self._team.run(
            drawing.draw, len(touched),
            BAND, starts, items, self._boxes, self._planes, samples, self._horizon(), everywhere,
            hidden, touched, nearness, ids,
        )  # fmt: skip

    def _draw_layer(self, layer: int) -> None:
        """The nearest transparent faces, or the nearest behind those."""
        front = self._layers[0][0] if layer else self._nowhere
        starts, items = setup.sort_into_bands(self._boxes, len(self._touched), BAND)
        self._team.run(
            drawing.draw_layer, len(self._touched),
            BAND, starts, items, self._boxes, self._planes, self._offsets,
            self._live.transparent, self._touched, self._nearness, front, self._glassy,
            *self._layers[layer],
        )  # fmt: skip

    def _horizon(self) -> np.ndarray:
        """The ground's 1 / depth [1/m] as an affine function of the pixel position, (3,)."""
        camera = self._camera
        height = camera.eye[2] if abs(camera.eye[2]) > 1e-6 else 1e-6
        a = -camera.right[2] / (height * camera.focal)
        b = -camera.down[2] / (height * camera.focal)
        c = -camera.forward[2] / height - a * camera.centre_x - b * camera.centre_y
        return np.array([a, b, c])

    def _occlude(self) -> None:
        rows, team, touched = len(self._half), self._team, self._touched
        near = occlusion.near_touched(touched, BAND)
        focal = 0.5 * self._camera.focal
        team.run(occlusion.halve, rows, BAND, touched, self._horizon(), self._nearness, self._half)
        team.run(
            occlusion.occlude, rows,
            BAND, near, self._half, focal, self._directions, self._noisy,
        )  # fmt: skip
        team.run(occlusion.smooth, rows, BAND, near, self._half, self._noisy, self._openness)


def _check_camera(camera: CameraTrack) -> None:
    apart = np.linalg.norm(camera.target - camera.eye, axis=1)
    if len(apart) and apart.min() < 1e-6:
        raise ConfigError(
            f"The camera is where it looks at in frame {int(apart.argmin())}; move its eye or "
            f"its target, so that there is a direction to look in."
        )


def _directions(pairs: int) -> np.ndarray:
    """Offsets in units of the radius for each cell of a 4 x 4 pattern, (16, pairs, 2) float32.

    Cells are turned and stretched against each other, so that their average covers the disc.
    """
    cell = np.array([0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5])[:, None] / 16.0
    pair = np.arange(pairs)
    angle = (pair + cell) / max(pairs, 1) * np.pi
    order = (pair * 5 + 2) % max(pairs, 1)
    radius = (order + 0.3 + 0.7 * np.roll(cell, 5)) / max(pairs, 1)
    return np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=-1).astype(np.float32)
