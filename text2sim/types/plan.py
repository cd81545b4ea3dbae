"""What the scene planner laid out: where everything stands and when everything happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from text2sim.errors import ConfigError
from text2sim.types.arrays import array, check_arrays
from text2sim.types.script import Direction, Script, Side

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RGB = tuple[float, float, float]
"""Linear base colour, each channel 0 to 1."""
Shot = Literal[
    "auto", "static", "follow", "behind", "orbit", "dolly", "pull_back", "over_shoulder", "top"
]
"""How a camera moves: "auto" stands still if that shows enough, and else follows."""
Framing = Literal["full", "close", "wide"]
"""How much a camera shows: whole people, faces, or people in their surroundings."""
MIN_FOV, MAX_FOV = 0.05, 2.5
"""Bounds of the angle of view [rad]."""


Haircut = Literal["short", "bob", "long", "ponytail", "bun", "receding", "bald"]


@dataclass(frozen=True, kw_only=True)
class Character:
    """The looks of an actor; colours are linear RGB.

    Attributes:
        stature: standing height [m].
        mass: [kg].
        sleeves: of the top; a dress or a top over a skirt has short ones.
        haircut: "receding" leaves the crown bald.
    """

    gender: Literal["male", "female"]
    age: Literal["child", "adult", "old"]
    build: Literal["slim", "average", "heavy", "muscular"]
    stature: float
    mass: float
    skin: RGB
    hair: RGB
    top: RGB
    bottom: RGB
    shoes: RGB
    skirt: bool = False
    """A skirt or dress in the colour of `bottom` instead of trousers."""
    hat: RGB | None = None
    sleeves: Literal["short", "long"] = "short"
    shorts: bool = False
    """Trousers that end above the knee."""
    haircut: Haircut = "short"

    def __post_init__(self) -> None:
        for name, value, most in (("mass", self.mass, 500.0), ("stature", self.stature, 3.0)):
            if not 0.0 < value <= most:
                raise ConfigError(
                    f"The {name} of a character must lie between 0 and {most:g}; got {value}."
                )


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedObject:
    """An object to be made.

    Attributes:
        id: the prop's id, or a name of its own for what the planner added ("landing1").
        kind: a key of `text2sim.catalogue.KINDS`, or a path of a user mesh.
        label: the noun as written.
        position: centre of the underside of the bounding box [m], world, (3,).
        heading: yaw [rad]; the object's front faces +X at 0.
        size: extents along the object's own X (depth), Y (width), Z (height) [m], (3,).
        colour: linear RGB, or None for the kind's own.
        material: key of `text2sim.catalogue.MATERIALS`, or None for the kind's own.
        fixed: does not move in the simulation.
        count: number of repeated parts, for example steps of stairs or rungs; 0 = the kind's own.
        support: id of the object it stands on, or None for the ground.
        walkable: somebody stands on it, though its kind is not made for that.
    """

    id: str
    kind: str
    label: str
    position: np.ndarray = array("3")
    heading: float = 0.0
    size: np.ndarray = array("3")
    colour: RGB | None = None
    material: str | None = None
    fixed: bool = False
    count: int = 0
    support: str | None = None
    walkable: bool = False

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedActor:
    """An actor and where it begins: ground point between the feet [m], (3,), and yaw [rad]."""

    id: str
    character: Character
    position: np.ndarray = array("3")
    heading: float = 0.0

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Segment:
    """One action of one actor on the clock.

    At most one segment of layer "full" (see `text2sim.actions`) is active per actor at a time;
    segments of layer "upper" may overlap it: arms and torso act while the legs do something else.

    Attributes:
        action: key of `text2sim.actions.ACTIONS`.
        start, end: [s].
        path: where the ground point between the feet goes [m], world, (N, 3), N >= 1, points at
            most 0.1 m apart; z is the height of the ground there. One point: on the spot.
        heading_start, heading_end: yaw of the body [rad] at both ends; a turn by more than pi is
            kept (heading_end is not wrapped). Between them the body faces along the path, turned
            by `direction`.
        direction: the way the body moves as it sees it: "backward" walks with the back first.
        target: id of the object or actor acted upon, or None.
        point: point in the world that the action aims at [m]: the thing to grasp, kick or punch,
            the middle of the seat, the landing place of a throw; None if there is none.
        side: limb that acts, the actor's own left or right.
        manner: words that colour the motion.
        energy: 1 is usual; slow or tired motion is below, vigorous above.
        repetitions: how often a gesture repeats in the segment; 0 = as often as fits.
        holding: id of the object carried during the segment, or None.
        push: what the body's velocity would change by if it were free [m/s], world, (3,): it is
            pushed, or its feet are caught, at the start; None where nothing of the kind happens.
    """

    actor: str
    action: str
    start: float
    end: float
    path: np.ndarray = array("N 3")
    heading_start: float = 0.0
    heading_end: float = 0.0
    direction: Direction = "forward"
    target: str | None = None
    point: np.ndarray | None = array("3", optional=True)
    side: Side | None = None
    manner: tuple[str, ...] = ()
    energy: float = 1.0
    repetitions: int = 0
    holding: str | None = None
    push: np.ndarray | None = array("3", optional=True)

    def __post_init__(self) -> None:
        check_arrays(self)

    @property
    def duration(self) -> float:
        """Length in time [s]."""
        return self.end - self.start

    @property
    def length(self) -> float:
        """Length of the path [m]."""
        return float(np.linalg.norm(np.diff(self.path, axis=0), axis=1).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class CameraPlan:
    """A camera: keyframes, or a shot that the renderer directs by what really happens.

    Attributes:
        times: [s], (K,), increasing.
        eye, target: where it is and what it looks at [m], world, (K, 3).
        fov: angle across the *shorter* side of the picture [rad], so that a framing holds for any
            aspect ratio.
        shot: None for a camera that goes through the keyframes, smoothly and exactly. Otherwise
            the movement; the first keyframe then says from which side the camera looks.
        framing: how much a directed shot shows.

    Raises:
        ConfigError: no or unsorted times, an eye at its target, or a field of view out of bounds.
        ShapeError: an array has the wrong shape, or a number is not finite.
    """

    times: np.ndarray = array("K")
    eye: np.ndarray = array("K 3")
    target: np.ndarray = array("K 3")
    fov: float = 0.7
    shot: Shot | None = None
    framing: Framing = "full"

    def __post_init__(self) -> None:
        check_arrays(self)
        if not len(self.times):
            raise ConfigError("A camera needs at least one keyframe.")
        if (np.diff(self.times) <= 0.0).any():
            raise ConfigError(
                f"Times of a camera's keyframes must increase; got {self.times.tolist()}."
            )
        blind = np.linalg.norm(self.target - self.eye, axis=1) < 1e-3
        if blind.any():
            raise ConfigError(
                f"Keyframe {int(blind.argmax())} of a camera has its eye at its target; "
                "move one of them so that there is a direction to look in."
            )
        if not MIN_FOV <= self.fov <= MAX_FOV:
            raise ConfigError(
                f"fov must lie between {MIN_FOV} and {MAX_FOV} rad (3 to 143 degrees); "
                f"got {self.fov}."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class ScenePlan:
    """The whole plan. `duration` [s] is the length of the clip."""

    script: Script
    objects: tuple[PlannedObject, ...]
    actors: tuple[PlannedActor, ...]
    timeline: tuple[Segment, ...]
    camera: CameraPlan
    duration: float
    warnings: tuple[str, ...] = ()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the plan from above (objects, paths, actions, camera); needs `text2sim[plot]`.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        from text2sim.scene.drawing import draw_plan

        return draw_plan(self, ax)
