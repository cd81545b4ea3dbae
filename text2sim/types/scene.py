"""What the asset generator made: meshes, materials, collision shapes and bodies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from text2sim.errors import ConfigError, ShapeError
from text2sim.maths import quaternions as quat
from text2sim.skeleton import Skeleton
from text2sim.types.arrays import array, check_arrays
from text2sim.types.plan import RGB, Character, ScenePlan

Look = Literal["studio", "indoor", "outdoor", "overcast", "sunset"]
"""Light and surroundings of a scene; `text2sim.render.look` says what each means."""
LARGEST_TEXTURE = 4096
"""Most pixels along a side of a texture."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mesh:
    """Triangles of one surface.

    Attributes:
        vertices: [m], (V, 3). normals: outward, unit, (V, 3). faces: counter-clockwise, (F, 3).
        uv: place of each vertex on the surface's texture, (V, 2); see `Texture`.
        colours: linear colour of each vertex that multiplies the surface's, (V, 3).
    """

    vertices: np.ndarray = array("V 3", np.float32)
    normals: np.ndarray = array("V 3", np.float32)
    faces: np.ndarray = array("F 3", np.int32)
    uv: np.ndarray | None = array("V 2", np.float32, optional=True)
    colours: np.ndarray | None = array("V 3", np.float32, optional=True)

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Texture:
    """A picture laid on a surface by the `uv` of its mesh; it multiplies the base colour.

    Place (0, 0) is the lower left corner of the picture and (1, 1) the upper right; the picture
    repeats beyond.

    Attributes:
        pixels: sRGB, row 0 is the top, (H, W, 3) uint8, at most `LARGEST_TEXTURE` each way.

    Raises:
        ShapeError: the picture is empty or too large.
    """

    pixels: np.ndarray = array("H W 3", np.uint8)

    def __post_init__(self) -> None:
        check_arrays(self)
        height, width = self.pixels.shape[:2]
        if not 0 < min(height, width) <= max(height, width) <= LARGEST_TEXTURE:
            raise ShapeError(
                f"A texture has 1 to {LARGEST_TEXTURE} pixels each way; got {width} x {height}."
            )


@dataclass(frozen=True, kw_only=True)
class Surface:
    """How a mesh looks; the base colour is linear.

    Attributes:
        pattern: "plain", "wood", "stone", "metal", "cloth", "grass", "leaves", "brick" or "tile".
        opacity: 1 is opaque; below it, light from behind comes through (glass, water, veils).
        texture: picture that multiplies the colour; it needs a mesh with `uv`.
    """

    colour: RGB
    roughness: float = 0.8
    metalness: float = 0.0
    pattern: str = "plain"
    opacity: float = 1.0
    texture: Texture | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Visual:
    """A mesh in its owner's frame with one surface.

    Raises:
        ShapeError: the surface has a texture, but the mesh has no `uv`.
    """

    mesh: Mesh
    surface: Surface

    def __post_init__(self) -> None:
        if self.surface.texture is not None and self.mesh.uv is None:
            raise ShapeError("A surface with a texture needs a mesh with uv; this one has none.")


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvexPart:
    """A convex collision shape: the hull of vertices [m], (V, 3), in the object's frame."""

    vertices: np.ndarray = array("V 3")

    def __post_init__(self) -> None:
        check_arrays(self)

    @cached_property
    def planes(self) -> np.ndarray:
        """Half spaces (P, 4): n . x + d <= 0 inside."""
        from scipy.spatial import ConvexHull

        return np.unique(ConvexHull(self.vertices).equations.round(9), axis=0)

    def top(self, points: np.ndarray) -> np.ndarray:
        """Upper surface [m] on the vertical line through points (..., 2); -inf beside the part."""
        planes = self.planes
        distance = points @ planes[:, :2].T + planes[:, 3]
        slope = planes[:, 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            height = -distance / slope
        up = np.where(slope > 1e-9, height, np.inf).min(axis=-1)
        low = np.where(slope < -1e-9, height, -np.inf).max(axis=-1)
        beside = np.where(np.abs(slope) <= 1e-9, distance, -np.inf).max(axis=-1) > 0.0
        return np.where(beside | (low > up), -np.inf, up)


@dataclass(frozen=True, kw_only=True)
class MeshOrigin:
    """Where the mesh of an object came from and what was done to it.

    Attributes:
        source: path of a file, or name of the backend that generated it.
        sha256: of the file, or of what the generator was asked for.
        steps: what was done, in order.
        closed: how it got a closed body, see `text2sim.assets.meshing.treat`.
        volume: that the body encloses [m3]. parts: number of convex parts.
        details: what else is needed to make it again, as names and values.
    """

    source: str
    sha256: str
    steps: tuple[str, ...] = ()
    closed: str = "as given"
    volume: float = 0.0
    parts: int = 0
    details: tuple[tuple[str, str | float], ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Hinge:
    """An object turns about a line that stands still, as a door does.

    Attributes:
        point: on the line [m], in the object's frame, (3,).
        axis: its direction in the object's frame, (3,), made a unit vector.
        low, high: least and greatest angle from where the object begins [rad].
        damping: torque against turning [N m s/rad].
        frame: id of what it is mounted on, which it does not collide with, or None.

    Raises:
        ConfigError: there is no axis, the limits are in the wrong order or leave out 0, or the
            damping is negative.
    """

    point: np.ndarray = array("3")
    axis: np.ndarray = array("3")
    low: float = -np.pi
    high: float = np.pi
    damping: float = 0.5
    frame: str | None = None

    def __post_init__(self) -> None:
        check_arrays(self)
        size = float(np.linalg.norm(self.axis))
        if size < 1e-9:
            raise ConfigError("The axis of a hinge needs a direction; got zero.")
        if not (-np.inf < self.low <= 0.0 <= self.high < np.inf and 0.0 <= self.damping < np.inf):
            raise ConfigError(
                f"A hinge turns from low <= 0 to high >= 0 with a damping from 0 up; got "
                f"{self.low} to {self.high} rad, {self.damping} N m s/rad."
            )
        object.__setattr__(self, "axis", self.axis / size)
        self.axis.flags.writeable = False


@dataclass(frozen=True, kw_only=True, eq=False)
class SceneObject:
    """A thing in the scene. Its frame: origin at the centre of the base, front +X, up +Z.

    Attributes:
        position: of the object's origin [m], world, (3,).
        rotation_wxyz: object to world, (4,).
        mass: [kg]; ignored where `fixed`.
        centre_of_mass: in the object's frame [m], (3,).
        inertia: about the centre of mass, in the object's axes [kg m2], (3, 3); None spreads the
            mass over the collision parts.
        origin: of a mesh that text2sim did not draw itself.
        friction: Coulomb coefficient. restitution: 0 (dead) to 1 (elastic).
        walkable: a foot may stand on it; `Scene.ground_height` includes it.
        hinge: what it turns about, or None if it is free.

    Raises:
        ConfigError: it moves and has no mass, or a coefficient is out of bounds.
    """

    id: str
    kind: str
    label: str
    visuals: tuple[Visual, ...]
    parts: tuple[ConvexPart, ...]
    position: np.ndarray = array("3")
    rotation_wxyz: np.ndarray = array("4")
    mass: float = 1.0
    centre_of_mass: np.ndarray = array("3")
    inertia: np.ndarray | None = array("3 3", optional=True)
    friction: float = 0.6
    restitution: float = 0.2
    fixed: bool = False
    walkable: bool = False
    origin: MeshOrigin | None = None
    hinge: Hinge | None = None

    def __post_init__(self) -> None:
        check_arrays(self)
        if self.fixed and self.hinge is not None:
            raise ConfigError(f"{self.id!r} can't be fixed and turn about a hinge.")
        if not self.fixed and not 0.0 < self.mass < np.inf:
            raise ConfigError(
                f"The mass of {self.id!r} must be a positive number of kg; got {self.mass}. "
                f"Something that never moves is `fixed`."
            )
        if not (0.0 <= self.friction < np.inf and 0.0 <= self.restitution <= 1.0):
            raise ConfigError(
                f"{self.id!r} needs a friction from 0 up and a restitution from 0 to 1; got "
                f"{self.friction} and {self.restitution}."
            )

    def hinge_angle(self, rotation_wxyz: ArrayLike) -> float:
        """How far it has turned about its hinge [rad] if its rotation is this, (4,)."""
        if self.hinge is None:
            return 0.0
        axis = quat.rotate(self.rotation_wxyz, self.hinge.axis)
        return float(quat.log(quat.mul_inv(rotation_wxyz, self.rotation_wxyz)) @ axis)

    def top(self, points: ArrayLike) -> np.ndarray:
        """Highest surface [m], world, under or over points (..., 2); -inf beside the object."""
        points = np.asarray(points, dtype=np.float64)
        offset = np.concatenate([points - self.position[:2], np.zeros((*points.shape[:-1], 1))], -1)
        local = quat.inv_rotate(self.rotation_wxyz, offset)[..., :2]
        tops = [part.top(local) for part in self.parts]
        return (
            np.max(tops, axis=0) + self.position[2] if tops else np.full(points.shape[:-1], -np.inf)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class SkinnedMesh:
    """A body surface bound to the 22 joints by linear blend skinning.

    Attributes:
        vertices, normals: in the rest pose [m], (V, 3).
        colours: linear base colour, (V, 3).
        roughness: (V,).
        joints, weights: up to four joints a vertex and their weights (rows sum to 1), (V, 4).
        uv: place of each vertex on the texture, (V, 2).
        texture: picture that multiplies the colours; it needs `uv`.

    Raises:
        ShapeError: a shape is wrong, or a texture has no `uv`.
    """

    vertices: np.ndarray = array("V 3", np.float32)
    normals: np.ndarray = array("V 3", np.float32)
    faces: np.ndarray = array("F 3", np.int32)
    colours: np.ndarray = array("V 3", np.float32)
    roughness: np.ndarray = array("V", np.float32)
    joints: np.ndarray = array("V 4", np.int32)
    weights: np.ndarray = array("V 4", np.float32)
    uv: np.ndarray | None = array("V 2", np.float32, optional=True)
    texture: Texture | None = None

    def __post_init__(self) -> None:
        check_arrays(self)
        if self.texture is not None and self.uv is None:
            raise ShapeError("A skin with a texture needs uv; this one has none.")


@dataclass(frozen=True, kw_only=True, eq=False)
class SceneActor:
    """A body: skeleton, looks and where it begins (ground point [m] and yaw [rad]).

    Attributes:
        girths: depth and width of each segment without clothes [m], (22, 2), for its collision
            shapes; None leaves them to its mass.
    """

    id: str
    character: Character
    skeleton: Skeleton
    skin: SkinnedMesh
    position: np.ndarray = array("3")
    heading: float = 0.0
    girths: np.ndarray | None = array("22 2", optional=True)

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """Everything that exists at the beginning. The ground is the plane z = 0.

    `look` is the light and what surrounds the scene.
    """

    plan: ScenePlan
    objects: tuple[SceneObject, ...]
    actors: tuple[SceneActor, ...]
    ground: Surface = Surface(colour=(0.33, 0.34, 0.36), pattern="tile")
    ground_friction: float = 0.9
    look: Look = "studio"
    warnings: tuple[str, ...] = ()

    def ground_height(self, points: ArrayLike) -> np.ndarray:
        """Height [m] of the highest walkable surface at world points (..., 2); 0 on the ground."""
        points = np.asarray(points, dtype=np.float64)
        tops = [item.top(points) for item in self.objects if item.walkable]
        return np.max([np.zeros(points.shape[:-1]), *tops], axis=0)
