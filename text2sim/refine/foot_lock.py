"""The classical clean-up: contacts told from speed and height, feet held and grounded by IK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from text2sim.edit import foot_lock, ground_clean
from text2sim.refine.stage import Refiner
from text2sim.stage import Context
from text2sim.types import Motion


@final
@dataclass(frozen=True, kw_only=True)
class FootLock(Refiner):
    """Holds feet where they stand and puts them onto the ground; knows nothing of forces."""

    name: ClassVar[str] = "foot-lock"

    def run(self, value: Motion, ctx: Context) -> Motion:
        """The motion with feet that neither slide nor float; see `text2sim.edit.foot_lock`."""
        return foot_lock(ground_clean(foot_lock(value, detect=True)))
