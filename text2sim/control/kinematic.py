"""A preview: bodies follow the motion exactly, objects obey physics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from text2sim.control.reference import Reference
from text2sim.control.rollout import Array, Policy, references, roll_out
from text2sim.control.stage import RLController
from text2sim.stage import Context
from text2sim.types import Outcome, Simulation, Trace, World


@final
@dataclass(frozen=True, kw_only=True)
class KinematicController(RLController):
    """Puts every body where the motion has it, at each step and with its velocity.

    Objects are pushed, kicked, carried and thrown, but nothing moves a body off its course.
    """

    name: ClassVar[str] = "kinematic"

    def run(self, value: World, ctx: Context) -> Trace:
        """Simulate the clip.

        Raises:
            SimulationDiverged: an object's state is not finite or absurd.
        """
        bodies = references(value)
        start = [body.state(0) for body in bodies]
        return roll_out(value, start, _Follow(bodies, value.motion.duration), ctx)


@final
class _Follow(Policy):
    def __init__(self, bodies: tuple[Reference, ...], duration: float) -> None:
        self._bodies, self._duration = bodies, duration

    def advance(self, simulation: Simulation, step: int) -> Array:
        simulation.step({})
        for body in self._bodies:
            simulation.place(body.actor, body.state(step + 1))
        return np.zeros((len(self._bodies), 2))

    def outcome(self) -> Outcome:
        return Outcome(status="completed", time=self._duration)
