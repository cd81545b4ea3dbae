"""PyBullet's own software renderer (TinyRenderer): a second opinion on the same trace."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from text2sim.bullet import import_pybullet
from text2sim.classes import label_classes
from text2sim.errors import StageError
from text2sim.maths import quaternions as quat
from text2sim.maths.camera import focal_length, look_at
from text2sim.render import look
from text2sim.render.stage import Picture, Renderer
from text2sim.render.storage import blank
from text2sim.stage import Context
from text2sim.types import RGB, CameraTrack, Scene, SceneActor, SkinnedMesh, Trace

NEAR, FAR = 0.05, 80.0
"""Nearest and farthest visible depth [m]."""
GROUND_SIZE, GROUND_CELL = 48.0, 4.0
"""Side of the square that stands for the ground, and of the squares it is made of [m]."""
SKY = (214, 219, 224)
"""sRGB colour behind everything."""


@final
@dataclass(frozen=True, kw_only=True)
class PyBulletRenderer(Renderer):
    """Renders through `pybullet.getCameraImage`: flat light, no anti-aliasing, bodies in pieces.

    Attributes:
        shadow: TinyRenderer's own, which cover every lit surface with stripes.
    """

    name: ClassVar[str] = "pybullet"
    shadow: bool = False
    channels: ClassVar[tuple[str, ...]] = ("rgb", "depth", "segmentation", "classes")

    def pictures(
        self, value: Trace, camera: CameraTrack, ctx: Context
    ) -> Generator[Picture, None, None]:
        """Shoot frame by frame.

        Raises:
            MissingExtraError: pybullet is not installed.
            StageError: PyBullet can open no other world.
        """
        scene = value.world.motion.scene
        assert scene is not None
        classes = np.array(label_classes(scene), np.uint16)
        with _Studio(value, camera, self.shadow) as studio:
            for frame in range(len(value.object_positions)):
                picture = blank(ctx.size, (*self.channels,))
                studio.shoot(frame, picture["rgb"], picture["depth"], picture["segmentation"])
                picture["classes"] = classes[picture["segmentation"]]
                yield picture


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """A rigid mesh of one colour that moves with an object or a joint."""

    vertices: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    colour: RGB
    label: int
    owner: tuple[int, int]
    """(object, -1) or (actor, joint)."""


class _Studio:
    """A PyBullet world that only has visual shapes."""

    def __init__(self, trace: Trace, camera: CameraTrack, shadow: bool) -> None:
        scene = trace.world.motion.scene
        assert scene is not None
        self._bullet = import_pybullet()
        self._world = self._bullet.connect(self._bullet.DIRECT)
        if self._world < 0:
            raise StageError("PyBullet could not open another world; close those no longer used.")
        self._trace, self._camera, self._shadow = trace, camera, shadow
        view = camera.target[0] - camera.eye[0]
        self._lights = look.lights(view, scene.ground)
        self._bones = [track.joints() for track in trace.tracks]
        self._parts = list(_parts(scene))
        self._bodies = [self._add(part) for part in self._parts]
        self._labels = np.zeros(max(self._bodies) + 2, np.uint16)  # [-1] is the sky
        self._labels[self._bodies] = [part.label for part in self._parts]

    def __enter__(self) -> _Studio:
        return self

    def __exit__(self, *exc: object) -> None:
        self._bullet.disconnect(physicsClientId=self._world)

    def _add(self, part: _Part) -> int:
        shape = self._bullet.createVisualShape(
            self._bullet.GEOM_MESH,
            vertices=part.vertices.tolist(),
            indices=part.faces.reshape(-1).tolist(),
            normals=part.normals.tolist(),
            rgbaColor=[*_encode(part.colour), 1.0],
            specularColor=[0.0, 0.0, 0.0],
            physicsClientId=self._world,
        )
        if shape < 0:
            raise StageError(
                f"PyBullet refused a mesh of {len(part.vertices)} vertices; "
                "use the 'raster' renderer for this scene."
            )
        return self._bullet.createMultiBody(baseVisualShapeIndex=shape, physicsClientId=self._world)

    def shoot(
        self, frame: int, rgb: np.ndarray, depth: np.ndarray, segmentation: np.ndarray
    ) -> None:
        """Fill the three pictures of a frame."""
        for part, body in zip(self._parts, self._bodies):
            position, rotation = self._pose(part, frame)
            self._bullet.resetBasePositionAndOrientation(
                body, position, np.roll(rotation, -1), physicsClientId=self._world
            )
        height, width = depth.shape
        view, projection = self._matrices(frame, (width, height))
        _, _, colours, buffer, ids = self._bullet.getCameraImage(
            width, height, view, projection,
            lightDirection=self._lights.to_sun, lightColor=[1.0, 0.98, 0.94],
            lightDistance=20.0, lightAmbientCoeff=0.62, lightDiffuseCoeff=0.55,
            lightSpecularCoeff=0.0, shadow=int(self._shadow),
            renderer=self._bullet.ER_TINY_RENDERER, physicsClientId=self._world,
        )  # fmt: skip
        ids = np.reshape(ids, (height, width))
        rgb[:] = np.reshape(colours, (height, width, 4))[..., :3]
        rgb[ids < 0] = SKY
        segmentation[:] = self._labels[ids]
        buffer = np.reshape(buffer, (height, width))
        depth[:] = np.where(ids < 0, 0.0, FAR * NEAR / (FAR - (FAR - NEAR) * buffer))

    def _pose(self, part: _Part, frame: int) -> tuple[np.ndarray, np.ndarray]:
        index, joint = part.owner
        if joint >= 0:
            positions, rotations = self._bones[index]
            return positions[frame, joint], rotations[frame, joint]
        if index < 0:
            return np.zeros(3), quat.IDENTITY
        trace = self._trace
        return trace.object_positions[frame, index], trace.object_rotations_wxyz[frame, index]

    def _matrices(self, frame: int, size: tuple[int, int]) -> tuple[list[float], list[float]]:
        eye, target = self._camera.eye[frame], self._camera.target[frame]
        up = -look_at(eye, target)[1]
        view = self._bullet.computeViewMatrix(eye.tolist(), target.tolist(), up.tolist())
        vertical = 2.0 * math.atan(0.5 * size[1] / focal_length(self._camera.fov, size))
        projection = self._bullet.computeProjectionMatrixFOV(
            math.degrees(vertical), size[0] / size[1], NEAR, FAR
        )
        shifted = list(projection)  # TinyRenderer samples the lower left corner of each pixel
        shifted[8] += 1.0 / size[0]
        shifted[9] += 1.0 / size[1]
        return view, shifted


def _encode(colour: RGB) -> list[float]:
    """Linear colour to sRGB, as TinyRenderer computes in display values."""
    linear = np.clip(colour, 0.0, 1.0)
    return np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055
    ).tolist()


def _parts(scene: Scene) -> Iterator[_Part]:
    yield from _ground(scene.ground.colour)
    for index, item in enumerate(scene.objects):
        for visual in item.visuals:
            mesh = visual.mesh
            yield _Part(
                vertices=mesh.vertices, normals=mesh.normals, faces=mesh.faces,
                colour=visual.surface.colour, label=2 + index, owner=(index, -1),
            )  # fmt: skip
    for index, actor in enumerate(scene.actors):
        yield from _body(actor, index, 2 + len(scene.objects) + index)


def _ground(colour: RGB) -> Iterator[_Part]:
    """The ground as a square of small cells, which TinyRenderer clips and lights better."""
    line = np.arange(-GROUND_SIZE / 2, GROUND_SIZE / 2 + 0.1, GROUND_CELL)
    x, y = np.meshgrid(line, line)
    vertices = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    n = len(line)
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).reshape(-1, 1, 1)
    faces = (corner + np.array([[0, 1, n + 1], [0, n + 1, n]])).reshape(-1, 3)
    yield _Part(
        vertices=vertices, normals=np.tile([0.0, 0.0, 1.0], (n * n, 1)), faces=faces,
        colour=colour, label=1, owner=(-1, -1),
    )  # fmt: skip


def _body(actor: SceneActor, index: int, label: int) -> Iterator[_Part]:
    """The skin cut into rigid pieces of one colour, each tied to the joint that moves it most.

    A face at a seam belongs to the pieces on both sides, so that bent joints show no gap.
    """
    skin = actor.skin
    rest = actor.skeleton.rest_positions()
    joint = np.take_along_axis(skin.joints, skin.weights.argmax(axis=1)[:, None], axis=1)[:, 0]
    shade = np.round(np.sqrt(skin.colours) * 12).astype(int) @ [1, 16, 256]
    for bone in np.unique(joint):
        touching = skin.faces[(joint[skin.faces] == bone).any(axis=1)]
        for tone in np.unique(shade[touching[:, 0]]):
            faces = touching[shade[touching[:, 0]] == tone]
            yield _piece(skin, faces, rest[bone], label, (index, int(bone)))


def _piece(
    skin: SkinnedMesh, faces: np.ndarray, origin: np.ndarray, label: int, owner: tuple[int, int]
) -> _Part:
    used, renumbered = np.unique(faces, return_inverse=True)
    red, green, blue = skin.colours[used].mean(axis=0).tolist()
    return _Part(
        vertices=skin.vertices[used] - origin, normals=skin.normals[used],
        faces=renumbered.reshape(-1, 3), colour=(red, green, blue), label=label, owner=owner,
    )  # fmt: skip
