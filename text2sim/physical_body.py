"""The physical body: segments with shape, mass and inertia, and the strength of the joints.

Engine-neutral: a backend turns `PhysicalBody` into its own bodies. Segment i moves with joint i of
the skeleton; its frame is the joint's, so vectors below are in the rest pose's axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from text2sim.maths import quaternions as quat
from text2sim.skeleton import HAND_LENGTH, INDEX, JOINTS, Skeleton
from text2sim.types import Character, SceneActor
from text2sim.types.arrays import array, check_arrays

# Segment masses as fractions of the body's, male and female, from de Leva (1996), table 4. The
# trunk's three parts, head and foot are shared out over our joints by `_SHARES`.
_MASSES: dict[str, dict[str, float]] = {
    "male": {
        "head": 0.0694, "upper_trunk": 0.1596, "middle_trunk": 0.1633, "lower_trunk": 0.1117,
        "upper_arm": 0.0271, "forearm": 0.0162, "hand": 0.0061, "thigh": 0.1416,
        "shank": 0.0433, "foot": 0.0137,
    },
    "female": {
        "head": 0.0668, "upper_trunk": 0.1545, "middle_trunk": 0.1465, "lower_trunk": 0.1247,
        "upper_arm": 0.0255, "forearm": 0.0138, "hand": 0.0056, "thigh": 0.1478,
        "shank": 0.0481, "foot": 0.0129,
    },
}  # fmt: skip
_SHARES: dict[str, tuple[str, float]] = {
    "pelvis": ("lower_trunk", 1.0), "spine1": ("middle_trunk", 0.5),
    "spine2": ("middle_trunk", 0.5), "spine3": ("upper_trunk", 0.7),
    "collar": ("upper_trunk", 0.15), "neck": ("head", 0.15), "head": ("head", 0.85),
    "shoulder": ("upper_arm", 1.0), "elbow": ("forearm", 1.0), "wrist": ("hand", 1.0),
    "hip": ("thigh", 1.0), "knee": ("shank", 1.0), "ankle": ("foot", 0.8), "foot": ("foot", 0.2),
}  # fmt: skip

# Stiffness [N m/rad] and strength [N m] of a 75 kg, 1.75 m adult's joints.
_STRENGTH: dict[str, tuple[float, float]] = {
    "spine1": (1500, 350), "spine2": (1500, 350), "spine3": (1500, 350), "neck": (200, 60),
    "head": (200, 60), "collar": (800, 200), "shoulder": (500, 150), "elbow": (400, 100),
    "wrist": (100, 30), "hip": (1200, 350), "knee": (1200, 350), "ankle": (900, 300),
    "foot": (150, 80),
}  # fmt: skip
_TRUNK = ("pelvis", "spine1", "spine2", "spine3")
_LIMBS = ("neck", "hip", "knee", "shoulder", "elbow")
DAMPING_TIME = 0.03
"""Damping over stiffness of every joint [s]."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Capsule:
    """All points within `radius` [m] of the line from `start` to `end` [m], (3,)."""

    start: np.ndarray = array("3")
    end: np.ndarray = array("3")
    radius: float

    def __post_init__(self) -> None:
        check_arrays(self)

    @property
    def centre(self) -> np.ndarray:
        """Centre of volume [m], (3,)."""
        return 0.5 * (self.start + self.end)

    @property
    def axes_wxyz(self) -> np.ndarray:
        """Principal axes in the joint's frame, (4,): Y runs along the capsule."""
        axis = self.end - self.start
        return quat.between([0.0, 1.0, 0.0], axis) if axis.any() else quat.IDENTITY

    @property
    def length(self) -> float:
        """From start to end [m]."""
        return float(np.linalg.norm(self.end - self.start))

    def unit_inertia(self) -> np.ndarray:
        """Moments of inertia about the principal axes per mass [m2], (3,)."""
        r, length = self.radius, self.length
        rod, caps = length, 4.0 / 3.0 * r  # volumes over pi r^2
        along = (rod * r**2 / 2 + caps * 2 * r**2 / 5) / (rod + caps)
        across = (
            rod * (length**2 / 12 + r**2 / 4)
            + caps * (2 * r**2 / 5 + length**2 / 4 + 3 * length * r / 8)
        ) / (rod + caps)
        return np.array([across, along, across])


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Box:
    """A box along the frame's axes with `centre` and `extents` [m], (3,)."""

    centre: np.ndarray = array("3")
    extents: np.ndarray = array("3")

    def __post_init__(self) -> None:
        check_arrays(self)

    @property
    def axes_wxyz(self) -> np.ndarray:
        """Principal axes in the joint's frame, (4,)."""
        return quat.IDENTITY

    def unit_inertia(self) -> np.ndarray:
        """Moments of inertia about the principal axes per mass [m2], (3,)."""
        squares = self.extents**2
        return (squares.sum() - squares) / 12.0


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PhysicalBody:
    """Mass, shape and strength of the 22 segments.

    Attributes:
        shapes: collision shape of each segment.
        masses: [kg], (22,).
        centres: centre of mass in the joint's frame [m], (22, 3).
        axes_wxyz: principal axes of inertia in the joint's frame, (22, 4).
        inertias: moments of inertia about them [kg m2], (22, 3).
        stiffness: of each joint [N m/rad], (22,); the root has none.
        damping: of each joint [N m s/rad], (22,).
        strength: largest torque about each axis [N m], (22,).
    """

    skeleton: Skeleton
    shapes: tuple[Capsule | Box, ...]
    masses: np.ndarray = array("22")
    centres: np.ndarray = array("22 3")
    axes_wxyz: np.ndarray = array("22 4")
    inertias: np.ndarray = array("22 3")
    stiffness: np.ndarray = array("22")
    damping: np.ndarray = array("22")
    strength: np.ndarray = array("22")

    def __post_init__(self) -> None:
        check_arrays(self)

    @property
    def mass(self) -> float:
        """Of the whole body [kg]."""
        return float(self.masses.sum())

    @classmethod
    def of(
        cls, skeleton: Skeleton, character: Character, girths: np.ndarray | None = None
    ) -> PhysicalBody:
        """The body of a character: shapes follow its bones, and `girths` or else its mass.

        Args:
            skeleton, character: whose.
            girths: depth and width of each segment [m], (22, 2), as `SceneActor` has them.
        """
        masses = segment_masses(character)
        shapes = segment_shapes(skeleton, character.mass, girths)
        scale = character.mass * character.stature / (75.0 * 1.75)
        strengths = np.array([_STRENGTH.get(_part(name), (0.0, 0.0)) for name in JOINTS]) * scale
        return cls(
            skeleton=skeleton,
            shapes=shapes,
            masses=masses,
            centres=np.array([shape.centre for shape in shapes]),
            axes_wxyz=np.array([shape.axes_wxyz for shape in shapes]),
            inertias=np.array([m * shape.unit_inertia() for m, shape in zip(masses, shapes)]),
            stiffness=strengths[:, 0],
            damping=DAMPING_TIME * strengths[:, 0],
            strength=strengths[:, 1],
        )

    @classmethod
    def of_actor(cls, actor: SceneActor) -> PhysicalBody:
        """The body of an actor, as thick as it looks."""
        return cls.of(actor.skeleton, actor.character, actor.girths)


def _part(joint: str) -> str:
    return joint.rpartition("_")[2]


def segment_masses(character: Character) -> np.ndarray:
    """Mass of each segment [kg], (22,); they sum to the character's mass."""
    table = _MASSES[character.gender]
    parts = [_SHARES[_part(name)] for name in JOINTS]
    fractions = np.array([table[part] * share for part, share in parts])
    return character.mass * fractions / fractions.sum()


def segment_shapes(
    skeleton: Skeleton, mass: float, girths: np.ndarray | None = None
) -> tuple[Capsule | Box, ...]:
    """Collision shapes of the 22 segments; soles are flat at z = 0 in the rest pose.

    Trunk, neck, arms and legs are as thick as `girths` (22, 2) say [m], or else as `mass` lets
    expect; head, hands and feet follow the skeleton's scale.
    """
    s = skeleton.scale
    girth = s * np.sqrt(mass / (75.0 * s**3))
    offsets, skull = skeleton.offsets, np.array([0.01, 0.0, 0.06]) * s
    shapes: dict[str, Capsule | Box] = {
        "pelvis": _sideways((0.0, 0.0, -0.01), 0.075, 0.105, s, girth),
        "spine1": _sideways((0.0, 0.0, 0.05), 0.06, 0.10, s, girth),
        "spine2": _sideways((0.0, 0.0, 0.04), 0.065, 0.10, s, girth),
        "spine3": _sideways((0.005, 0.0, 0.07), 0.08, 0.105, s, girth),
        "neck": _bone(offsets[INDEX["head"]], 0.05 * girth),
        "head": _bone(skull * 1.5, 0.09 * s, start=skull),
    }
    for side in ("left", "right"):
        shapes |= _limb_shapes(skeleton, side, s, girth)
    if girths is not None:
        shapes |= _measured(shapes, girths)
    return tuple(shapes[name] for name in JOINTS)


def _measured(shapes: dict[str, Capsule | Box], girths: np.ndarray) -> dict[str, Capsule | Box]:
    """The capsules of trunk and limbs, as thick as they were measured."""
    result: dict[str, Capsule | Box] = {}
    for name, shape in shapes.items():
        depth, width = (float(value) for value in girths[INDEX[name]])
        if not isinstance(shape, Capsule):
            continue
        if name in _TRUNK:
            radius = 0.5 * min(depth, width)
            arm = np.array([0.0, 0.5 * width - radius, 0.0])
            result[name] = Capsule(start=shape.centre - arm, end=shape.centre + arm, radius=radius)
        elif _part(name) in _LIMBS:
            result[name] = Capsule(start=shape.start, end=shape.end, radius=0.25 * (depth + width))
    return result


def _limb_shapes(skeleton: Skeleton, side: str, s: float, girth: float) -> dict[str, Capsule | Box]:
    child = {"hip": "knee", "knee": "ankle", "shoulder": "elbow", "elbow": "wrist"}
    child["collar"] = "shoulder"
    radius = {"hip": 0.07, "knee": 0.048, "shoulder": 0.045, "elbow": 0.036, "collar": 0.05}
    shapes: dict[str, Capsule | Box] = {
        f"{side}_{part}": _bone(skeleton.offsets[INDEX[f"{side}_{end}"]], radius[part] * girth)
        for part, end in child.items()
    }
    out = np.array([0.0, 1.0 if side == "left" else -1.0, 0.0])
    shapes[f"{side}_wrist"] = _bone(out * 0.75 * HAND_LENGTH * s, 0.03 * s, start=out * 0.02 * s)
    return shapes | _foot_shapes(skeleton, side, s)


def _foot_shapes(skeleton: Skeleton, side: str, s: float) -> dict[str, Box]:
    """Boxes from heel to ball and from ball to toe, on the sole points of the skeleton."""
    rest = skeleton.rest_positions()
    ankle, ball = rest[INDEX[f"{side}_ankle"]], rest[INDEX[f"{side}_foot"]]
    heel_x, toe_x = ankle[0] - 0.055 * s, ball[0] + 0.065 * s
    y, width = 0.5 * (ankle[1] + ball[1]), 0.085 * s
    rear = _box((heel_x, y - width / 2, 0.0), (ball[0], y + width / 2, 0.075 * s), ankle)
    front = _box((ball[0], y - width / 2, 0.0), (toe_x, y + width / 2, 0.04 * s), ball)
    return {f"{side}_ankle": rear, f"{side}_foot": front}


def _box(low: tuple, high: tuple, origin: np.ndarray) -> Box:
    """Box with world corners at rest [m], seen from the joint at `origin`."""
    low_corner, high_corner = np.array(low), np.array(high)
    return Box(centre=0.5 * (low_corner + high_corner) - origin, extents=high_corner - low_corner)


def _bone(end: np.ndarray, radius: float, start: np.ndarray | None = None) -> Capsule:
    return Capsule(start=np.zeros(3) if start is None else start, end=end, radius=float(radius))


def _sideways(centre: tuple, half: float, radius: float, s: float, girth: float) -> Capsule:
    """A capsule across the trunk."""
    middle, arm = np.array(centre) * s, np.array([0.0, half * girth, 0.0])
    return Capsule(start=middle - arm, end=middle + arm, radius=float(radius * girth))
