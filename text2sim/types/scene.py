"""What the asset generator made: meshes, materials, collision shapes and bodies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from text2sim.maths import quaternions as quat
from text2sim.skeleton import Skeleton
from text2sim.types.arrays import array, check_arrays
from text2sim.types.plan import RGB, Character, ScenePlan


@dataclass(frozen=True, kw_only=True, eq=False)
class Mesh:
    """Triangles; vertices [m] and outward unit normals, (V, 3) float32; faces (F, 3), CCW."""

    vertices: np.ndarray = array("V 3", np.float32)
    normals: np.ndarray = array("V 3", np.float32)
    faces: np.ndarray = array("F 3", np.int32)

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True)
class Surface:
    """How a mesh looks; the base colour is linear.

    `pattern` is "plain", "wood", "stone", "metal", "cloth", "grass", "leaves", "brick" or "tile".
    """

    colour: RGB
    roughness: float = 0.8
    metalness: float = 0.0
    pattern: str = "plain"


@dataclass(frozen=True, kw_only=True, eq=False)
class Visual:
    """A mesh in its owner's frame with one surface."""

    mesh: Mesh
    surface: Surface


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


@dataclass(frozen=True, kw_only=True, eq=False)
class SceneObject:
    """A thing in the scene. Its frame: origin at the centre of the base, front +X, up +Z.

    Attributes:
        position: of the object's origin [m], world, (3,).
        rotation_wxyz: object to world, (4,).
        mass: [kg]; ignored where `fixed`.
        centre_of_mass: in the object's frame [m], (3,).
        friction: Coulomb coefficient. restitution: 0 (dead) to 1 (elastic).
        walkable: a foot may stand on it; `Scene.ground_height` includes it.
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
    friction: float = 0.6
    restitution: float = 0.2
    fixed: bool = False
    walkable: bool = False

    def __post_init__(self) -> None:
        check_arrays(self)

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
    """

    vertices: np.ndarray = array("V 3", np.float32)
    normals: np.ndarray = array("V 3", np.float32)
    faces: np.ndarray = array("F 3", np.int32)
    colours: np.ndarray = array("V 3", np.float32)
    roughness: np.ndarray = array("V", np.float32)
    joints: np.ndarray = array("V 4", np.int32)
    weights: np.ndarray = array("V 4", np.float32)

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class SceneActor:
    """A body: skeleton, looks and where it begins (ground point [m] and yaw [rad])."""

    id: str
    character: Character
    skeleton: Skeleton
    skin: SkinnedMesh
    position: np.ndarray = array("3")
    heading: float = 0.0

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """Everything that exists at the beginning. The ground is the plane z = 0."""

    plan: ScenePlan
    objects: tuple[SceneObject, ...]
    actors: tuple[SceneActor, ...]
    ground: Surface = Surface(colour=(0.33, 0.34, 0.36), pattern="tile")
    ground_friction: float = 0.9
    warnings: tuple[str, ...] = ()

    def ground_height(self, points: ArrayLike) -> np.ndarray:
        """Height [m] of the highest walkable surface at world points (..., 2); 0 on the ground."""
        points = np.asarray(points, dtype=np.float64)
        tops = [item.top(points) for item in self.objects if item.walkable]
        return np.max([np.zeros(points.shape[:-1]), *tops], axis=0)
