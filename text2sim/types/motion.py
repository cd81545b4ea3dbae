"""Moving skeletons, before physics."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from text2sim.errors import ShapeError
from text2sim.skeleton import Skeleton
from text2sim.types.arrays import array, check_arrays
from text2sim.types.scene import Scene

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class Track:
    """One actor's moving skeleton on the clock of the `Motion` or `Trace` that holds it.

    Attributes:
        actor: id.
        root_positions: pelvis [m], world, (T, 3).
        rotations_wxyz: joint rotations relative to the parent, (T, 22, 4); joint 0 is world.
        contacts: sole points that touch the ground: left heel, left toe, right heel, right toe;
            (T, 4) bool.
    """

    actor: str
    skeleton: Skeleton
    root_positions: np.ndarray = array("T 3")
    rotations_wxyz: np.ndarray = array("T 22 4")
    contacts: np.ndarray = array("T 4", np.bool_)

    def __post_init__(self) -> None:
        check_arrays(self)

    def joints(self) -> tuple[np.ndarray, np.ndarray]:
        """World joint positions [m] (T, 22, 3) and rotations wxyz (T, 22, 4)."""
        return self.skeleton.forward(self.root_positions, self.rotations_wxyz)

    def positions(self) -> np.ndarray:
        """World joint positions [m], (T, 22, 3)."""
        return self.joints()[0]

    def soles(self) -> np.ndarray:
        """World sole points [m], (T, 4, 3): left heel, left toe, right heel, right toe."""
        return self.skeleton.sole_points(*self.joints())

    def slice(self, start: int, stop: int) -> Track:
        """Frames start to stop (exclusive)."""
        return Track(
            actor=self.actor,
            skeleton=self.skeleton,
            root_positions=self.root_positions[start:stop],
            rotations_wxyz=self.rotations_wxyz[start:stop],
            contacts=self.contacts[start:stop],
        )


@dataclass(frozen=True, kw_only=True)
class Grasp:
    """An actor's hand holds an object from `start` to `end` [s]; then it is let go as it moves.

    A hand may also hold on to a fixed object, such as a rung, and then bears the body.
    """

    actor: str
    hand: Literal["left", "right", "both"]
    object: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Motion:
    """Tracks of all actors on one clock: frame i is at i / fps seconds.

    `scene` is None for motion that comes from data.
    """

    fps: float
    tracks: tuple[Track, ...]
    grasps: tuple[Grasp, ...] = ()
    scene: Scene | None = None
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(track.root_positions) for track in self.tracks}
        if len(lengths) > 1:
            raise ShapeError(
                f"Tracks of one motion must have equal lengths; got {sorted(lengths)}."
            )

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.tracks[0].root_positions) if self.tracks else 0

    @property
    def duration(self) -> float:
        """Length [s]."""
        return self.frames / self.fps

    def plot(self, *, poses: int = 11) -> Figure:
        """A figure of every actor: strip of poses, foot contacts, path from above, speed.

        `motion.plot().savefig("walk.png")` keeps it; notebooks show it.

        Raises:
            ConfigError: there is no frame.
            MissingExtraError: matplotlib is not installed.
        """
        from text2sim.io.motion_plot import plot

        return plot(self, poses=poses)

    def save_html(self, path: str | os.PathLike[str], *, overwrite: bool = True) -> Path:
        """Write a page that plays the motion in a browser, offline, to be seen from all sides.

        Raises:
            ConfigError: there is no frame.
            ResourceError: the file can't be written, or it exists and `overwrite` is False.
        """
        from text2sim.io.web_page import save_motion

        return save_motion(self, path, overwrite=overwrite)
