"""What was found, played again in the world's own simulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.pd import LIMP, Plan
from text2sim.control.rollout import Policy
from text2sim.control.sampling.command import Pelvis, command
from text2sim.control.sampling.search import Path
from text2sim.errors import StageError
from text2sim.types import BodyState, Drive, Outcome, Simulation, World

Array = NDArray[np.floating]

SAME = 1e-9
"""The replay is where the search was, to this [m]; in fact to the bit."""


@final
class Replay(Policy):
    """Plays a path, and lets the bodies go limp where it ends."""

    def __init__(
        self, path: Path, plans: Sequence[Plan], world: World, steps: int, window: int, bound: float
    ) -> None:
        self._path, self._plans, self._world = path, plans, world
        self._steps, self._window, self._bound = steps, window * steps, bound
        self._total = (world.motion.frames - 1) * steps
        self._limp: dict[str, Drive] = {}

    def advance(self, simulation: Simulation, step: int) -> Array:
        """Go from `step` to `step + 1`."""
        if step % self._steps == 0 and step:
            self._check(simulation, step // self._steps - 1)
        if self._path.end is not None and step >= self._path.end * self._steps:
            drives = self._let_go(simulation)
        else:
            drives = {
                plan.reference.actor: self._drive(number, plan, simulation, step)
                for number, plan in enumerate(self._plans)
            }
        simulation.step(drives)
        return np.array(
            [(np.linalg.norm(d.force), np.linalg.norm(d.torque)) for d in drives.values()]
        )

    def _drive(self, number: int, plan: Plan, simulation: Simulation, step: int) -> Drive:
        body = simulation.body(plan.reference.actor)
        pelvis = Pelvis(
            body.root_position, body.rotations_wxyz[0], body.root_velocity,
            body.root_angular_velocity,
        )  # fmt: skip
        wish = command(
            plan, step, self._offsets(step)[number],
            self._path.loads[number][step // self._steps], pelvis, self._bound,
        )  # fmt: skip
        return Drive(
            setpoints_wxyz=wish.setpoints_wxyz, torques=wish.torques, force=wish.force,
            torque=wish.torque,
        )  # fmt: skip

    def _offsets(self, step: int) -> Array:
        """Between those at the ends of the windows, (A, 22, 3)."""
        index, done = divmod(step, self._window)
        length = min(self._window, self._total - index * self._window)
        new = self._path.offsets[index]
        old = self._path.offsets[index - 1] if index else np.zeros_like(new)
        return old + (done + 1) / length * (new - old)

    def _check(self, simulation: Simulation, frame: int) -> None:
        if frame >= len(self._path.roots):
            return
        for plan, root in zip(self._plans, self._path.roots[frame]):
            away = np.abs(simulation.body(plan.reference.actor).root_position - root).max()
            if not away < SAME:
                raise StageError(
                    f"The replay left what the search found by {away:.1e} m in frame {frame + 1}: "
                    "the physics engine is not the one that was searched in."
                )

    def _let_go(self, simulation: Simulation) -> dict[str, Drive]:
        if not self._limp:
            states = {p.reference.actor: simulation.body(p.reference.actor) for p in self._plans}
            self._limp = {actor: _limp(state) for actor, state in states.items()}
        return self._limp

    def outcome(self) -> Outcome:
        """How it ended."""
        end = self._path.end
        if end is None:
            return Outcome(status="completed", time=self._world.motion.duration)
        time = end / self._world.motion.fps
        return Outcome(
            status="fell", time=time,
            message=f"No particle kept to the motion for longer than {time:.2f} s with at most "
            f"{self._bound:g} N of assist.",
        )  # fmt: skip


def _limp(body: BodyState) -> Drive:
    return Drive(
        setpoints_wxyz=body.rotations_wxyz, torques=np.zeros((22, 3)), effort=LIMP,
        force=np.zeros(3), torque=np.zeros(3),
    )  # fmt: skip
