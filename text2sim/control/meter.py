"""A simulation that is watched while a controller steps it: how hard the joints work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.types import BodyState, Contact, Drive, Simulation, World

Array = NDArray[np.floating]
FULL = 0.99
"""A joint with a torque of this share of its strength about an axis is at its end."""


def joint_torques(body: PhysicalBody, drive: Drive, state: BodyState) -> Array:
    """Torques [N m], joint frames, (22, 3), of a drive that led to `state`, within the strength.

    Stable PD is a spring and a damper to what the state is *after* the step (Tan, Liu and Turk
    2011, equation 3): exact for MuJoCo's joints. PyBullet foretells that state, gravity included,
    and holds part of a load by that, so that there it is an estimate: half of what a resting arm
    needs if there is no feed-forward.
    """
    off = quat.log(quat.inv_mul(state.rotations_wxyz, drive.setpoints_wxyz))
    spring, damper = drive.effort * body.stiffness, drive.effort * body.damping
    torques = spring[:, None] * off - damper[:, None] * state.joint_velocities + drive.torques
    torques[0] = 0.0
    return np.clip(torques, -body.strength[:, None], body.strength[:, None])


@final
class Meter:
    """Passes everything on to a simulation, and measures the drives of its steps.

    A body's state is read once a step however often it is asked for.
    """

    def __init__(self, simulation: Simulation, world: World) -> None:
        scene = world.motion.scene
        assert scene is not None
        self.timestep = simulation.timestep
        self._simulation = simulation
        self._bodies = {actor.id: PhysicalBody.of_actor(actor) for actor in scene.actors}
        self._states: dict[str, BodyState] = {}
        self._effort: list[Array] = []
        self._actors = [track.actor for track in world.motion.tracks]

    def take(self) -> Array | None:
        """Each actor's power [W] and share of joints at their strength, (A, 2): means since the
        last call. None if no body was driven since then."""
        effort, self._effort = self._effort, []
        return np.mean(effort, axis=0) if effort else None

    def step(self, drives: Mapping[str, Drive]) -> None:
        """Advance by one time step; a body without a drive is limp."""
        self._simulation.step(drives)
        self._states.clear()
        if drives:
            self._effort.append(np.array([self._work(a, drives.get(a)) for a in self._actors]))

    def _work(self, actor: str, drive: Drive | None) -> tuple[float, float]:
        if drive is None:
            return 0.0, 0.0
        body, state = self._bodies[actor], self.body(actor)
        torques = joint_torques(body, drive, state)
        power = np.abs((torques * state.joint_velocities).sum(axis=-1)).sum()
        full = (np.abs(torques[1:]) >= FULL * body.strength[1:, None]).any(axis=-1).mean()
        return float(power), float(full)

    def body(self, actor: str) -> BodyState:
        """Present state of a body."""
        if actor not in self._states:
            self._states[actor] = self._simulation.body(actor)
        return self._states[actor]

    def place(self, actor: str, state: BodyState) -> None:
        """Put a body into a state at once (no forces)."""
        self._states.clear()
        self._simulation.place(actor, state)

    def push(
        self, name: str, force: np.ndarray, torque: np.ndarray, *, joint: str = "pelvis"
    ) -> None:
        """Let a wrench from outside act during the next step."""
        self._simulation.push(name, force, torque, joint=joint)

    def objects(self) -> tuple[np.ndarray, np.ndarray]:
        """Object origins [m] (O, 3) and rotations wxyz (O, 4), in the order of the scene."""
        return self._simulation.objects()

    def contacts(self) -> Sequence[Contact]:
        """Contacts of the last step with a force."""
        return self._simulation.contacts()

    def attach(self, actor: str, hand: str, item: str) -> float:
        """Tie an object to a hand; returns the gap [m]."""
        return self._simulation.attach(actor, hand, item)

    def release(self, actor: str, item: str, hand: str | None = None) -> None:
        """Untie it from a hand, or from all."""
        self._simulation.release(actor, item, hand)

    def snapshot(self) -> Any:
        """State for `restore`."""
        return self._simulation.snapshot()

    def restore(self, snapshot: Any) -> None:
        """Go back to a snapshot, exactly."""
        self._states.clear()
        self._simulation.restore(snapshot)

    def close(self) -> None:
        """Free the engine."""
        self._simulation.close()

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
