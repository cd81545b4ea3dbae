"""A moving scene: what the 3D formats hold, on one clock, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

import numpy as np

from text2sim.errors import ConfigError
from text2sim.io.textures import texture, unwrapped
from text2sim.maths import quaternions as quat
from text2sim.maths.camera import look_at
from text2sim.types import (
    CameraTrack,
    Mesh,
    Motion,
    Scene,
    SceneActor,
    SceneObject,
    SkinnedMesh,
    Surface,
    Track,
)
from text2sim.types.arrays import array, check_arrays

if TYPE_CHECKING:
    from text2sim.animation import Animation

_MARGIN, _LEAST = 8.0, 12.0
_SUN_HEIGHT, _SUN_SIDE = 0.9, -0.9
SUN_COLOUR = (1.0, 0.94, 0.84)
NEAR, FAR = 0.05, 500.0
"""What the camera sees, by distance [m]."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class MovingScene:
    """Bodies, objects and a camera that move; frame i is at i / fps seconds.

    Attributes:
        tracks: one for every actor of the scene, in the same order.
        object_positions: object origins [m], world, (T, O, 3).
        object_rotations_wxyz: (T, O, 4).
        camera: one row a picture, or None; its clock is `camera_fps`.
        aspect: width over height of the picture.
        about: entries that tell where the file comes from: prompt, seed, version.
    """

    scene: Scene
    fps: float
    tracks: tuple[Track, ...]
    object_positions: np.ndarray = array("T O 3")
    object_rotations_wxyz: np.ndarray = array("T O 4")
    camera: CameraTrack | None = None
    camera_fps: float = 30.0
    aspect: float = 16 / 9
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_arrays(self)
        actors = [actor.id for actor in self.scene.actors]
        if [track.actor for track in self.tracks] != actors:
            raise ConfigError(
                f"Give one track for each actor of the scene, in its order: {', '.join(actors)}."
            )
        if not self.frames or any(len(t.root_positions) != self.frames for t in self.tracks):
            raise ConfigError("Tracks and objects need the same number of frames, at least one.")

    @classmethod
    def of_animation(cls, animation: Animation) -> MovingScene:
        """What the simulation did."""
        from text2sim import __version__

        trace, (height, width) = animation.trace, animation.frames.shape[1:3]
        about = {"prompt": animation.prompt, "seed": animation.config.get("seed")}
        return cls(
            scene=animation.scene,
            fps=trace.fps,
            tracks=trace.tracks,
            object_positions=trace.object_positions,
            object_rotations_wxyz=trace.object_rotations_wxyz,
            camera=animation.rendered.camera,
            camera_fps=animation.fps,
            aspect=width / height,
            about={**about, "version": __version__},
        )

    @classmethod
    def of_motion(cls, motion: Motion) -> MovingScene:
        """A motion before physics: the objects rest where the scene puts them.

        Raises:
            ConfigError: the motion has no scene, so that nobody knows the bodies.
        """
        from text2sim import __version__

        if motion.scene is None:
            raise ConfigError("This motion has no scene; put one in with dataclasses.replace.")
        shape = (motion.frames, len(motion.scene.objects))
        positions = [item.position for item in motion.scene.objects]
        rotations = [item.rotation_wxyz for item in motion.scene.objects]
        return cls(
            scene=motion.scene,
            fps=motion.fps,
            tracks=motion.tracks,
            object_positions=np.broadcast_to(np.reshape(positions, (-1, 3)), (*shape, 3)),
            object_rotations_wxyz=np.broadcast_to(np.reshape(rotations, (-1, 4)), (*shape, 4)),
            about={"prompt": motion.scene.plan.script.prompt, "version": __version__},
        )

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.object_positions)

    @property
    def title(self) -> str:
        """A short name for the clip: the prompt."""
        return " ".join(str(self.about.get("prompt") or "motion").split())[:60]

    def bodies(self) -> list[tuple[SceneActor, Track]]:
        """Every actor with its track."""
        return list(zip(self.scene.actors, self.tracks))

    def things(self) -> list[tuple[SceneObject, np.ndarray, np.ndarray]]:
        """Every object with its positions (T, 3) and rotations wxyz (T, 4)."""
        rotations = quat.unroll(quat.normalise(self.object_rotations_wxyz))
        return [
            (item, self.object_positions[:, index], rotations[:, index])
            for index, item in enumerate(self.scene.objects)
        ]

    def floor(self) -> tuple[np.ndarray, float]:
        """Centre [m] (3,) and half the side [m] of a square of ground under all that happens."""
        points = [self.object_positions.reshape(-1, 3)]
        points += [track.root_positions for track in self.tracks]
        ground = np.concatenate(points)[:, :2]
        low, high = ground.min(axis=0), ground.max(axis=0)
        half = max(_LEAST, float(np.ceil(0.5 * (high - low).max() + _MARGIN)))
        return np.array([*(0.5 * (low + high)).round(1), 0.0]), half

    def camera_axes(self) -> np.ndarray:
        """Columns are the camera's right, up and backward axes in the world, (T, 3, 3)."""
        assert self.camera is not None
        return camera_axes(self.camera.eye, self.camera.target)

    def sun_axes(self) -> np.ndarray:
        """The same of a sun behind the camera's shoulder, which shines along its -Z, (3, 3)."""
        view = np.array([0.0, 1.0, 0.0])
        if self.camera is not None:
            view = self.camera.target[0] - self.camera.eye[0]
        azimuth = np.arctan2(-view[1], -view[0]) + _SUN_SIDE
        flat = np.cos(_SUN_HEIGHT)
        to_sun = [flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(_SUN_HEIGHT)]
        return camera_axes(to_sun, np.zeros(3))

    def upright(self) -> float:
        """Angle across the height of the picture [rad]."""
        fov = 0.7 if self.camera is None else self.camera.fov
        return float(2.0 * np.arctan(np.tan(0.5 * fov) / min(self.aspect, 1.0)))


def placed(actor: SceneActor, track: Track) -> tuple[np.ndarray, np.ndarray]:
    """A track seen from where its actor begins: pelvis [m] (T, 3) and rotations wxyz (T, 22, 4).

    Rotations have length 1 and no jumps of sign, so that straight lines between them are right.
    """
    begin = quat.about_z(actor.heading)
    rotations = np.array(track.rotations_wxyz)
    rotations[:, 0] = quat.inv_mul(begin, rotations[:, 0])
    positions = quat.inv_rotate(begin, track.root_positions - actor.position)
    return positions, quat.unroll(quat.normalise(rotations))


def camera_axes(eye: Any, target: Any) -> np.ndarray:
    """Columns are right, up and backward of a camera, as glTF and USD define it, (..., 3, 3)."""
    rows = look_at(eye, target) * [[1.0], [-1.0], [-1.0]]
    return np.swapaxes(rows, -1, -2)


def moves(values: np.ndarray) -> bool:
    """Whether rows (T, N) differ by more than rounding: only then they need a curve."""
    return bool(np.ptp(values, axis=0).max() > 1e-6)


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Triangles of one surface, (V, 3), (V, 3) and (F, 3); both sides show if it isn't closed.

    `places` on the texture, (V, 2), are in metres for patterns that have one, and as in `Mesh.uv`
    for a texture of the surface's own. `colours` of the vertices, (V, 3), multiply its colour.
    """

    vertices: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    surface: Surface
    closed: bool
    places: np.ndarray | None = None
    colours: np.ndarray | None = None


def looks_of(skin: SkinnedMesh) -> list[tuple[Surface | None, float, np.ndarray]]:
    """A skin's faces by roughness: their surface, roughness and indices (N,) of the faces.

    A colour that all of them have goes into the surface, so that it can be a material, where
    every program looks; None says that the colours of vertices are needed.
    """
    looks, roughness = [], skin.roughness[skin.faces[:, 0]]
    for value in np.unique(roughness):
        chosen = np.flatnonzero(roughness == value)
        colours = skin.colours[np.unique(skin.faces[chosen])]
        surface, rough = None, round(float(value), 6)
        if (colours == colours[0]).all():
            red, green, blue = colours[0].tolist()
            surface = Surface(colour=(red, green, blue), roughness=rough, texture=skin.texture)
        looks.append((surface, rough, chosen))
    return looks


def parts_of(item: SceneObject) -> list[Part]:
    """An object's meshes, joined where they have the same surface."""
    groups: dict[Surface, list[Mesh]] = {}
    for visual in item.visuals:
        groups.setdefault(visual.surface, []).append(visual.mesh)
    return [_joined(surface, meshes) for surface, meshes in groups.items()]


def _joined(surface: Surface, meshes: list[Mesh]) -> Part:
    closed = all(_is_closed(mesh.vertices, mesh.faces) for mesh in meshes)
    places = None
    if surface.texture is not None:
        places = np.concatenate([mesh.uv for mesh in meshes if mesh.uv is not None])
    elif texture(surface.pattern):
        grain = surface.pattern == "wood"
        pieces = [unwrapped(mesh, grain=grain) for mesh in meshes]
        places = np.concatenate([place for _, place, _ in pieces])
        meshes = [
            Mesh(
                vertices=mesh.vertices[index],
                normals=mesh.normals[index],
                faces=faces,
                colours=None if mesh.colours is None else mesh.colours[index],
            )
            for mesh, (index, _, faces) in zip(meshes, pieces)
        ]
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    return Part(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        normals=np.concatenate([_unit(mesh.normals) for mesh in meshes]),
        faces=np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts)]),
        surface=surface,
        closed=closed,
        places=places,
        colours=_colours(meshes),
    )


def _colours(meshes: list[Mesh]) -> np.ndarray | None:
    """Colours of all vertices, white where a mesh has none; None if all have none."""
    if all(mesh.colours is None for mesh in meshes):
        return None
    return np.concatenate([
        np.ones_like(mesh.vertices) if mesh.colours is None else mesh.colours for mesh in meshes
    ])  # fmt: skip


def _is_closed(vertices: np.ndarray, faces: np.ndarray) -> bool:
    from trimesh import Trimesh

    mesh = Trimesh(vertices, faces)
    return bool(mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0.0)


def _unit(normals: np.ndarray) -> np.ndarray:
    """Normals of length 1; up where there is none."""
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(length > 1e-6, normals / np.maximum(length, 1e-6), [0.0, 0.0, 1.0])
