"""Motion that a trained policy really performs, with no help from outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal, final, get_args

import numpy as np

from text2sim.bullet import import_pybullet
from text2sim.control.deepmimic.humanoid import CONTROL, LIMP, Humanoid
from text2sim.control.deepmimic.policy import DeepMimicPolicy
from text2sim.control.kinematic import KinematicController
from text2sim.control.stage import RLController
from text2sim.data.convert import resample
from text2sim.data.deepmimic import read_frames, recording
from text2sim.data.mocap import to_motion
from text2sim.edit import retarget
from text2sim.edit.common import facing, moved
from text2sim.errors import ConfigError, MissingExtraError
from text2sim.stage import Context
from text2sim.types import Action, Outcome, SceneActor, Trace, Track, World

Skill = Literal["auto", "walk", "jump", "backflip", "spinkick"]
SKILLS: tuple[str, ...] = get_args(Skill)[1:]
FLIPS = ("backflip", "flip", "somersault")


@final
@dataclass(frozen=True, kw_only=True)
class DeepMimicController(RLController):
    """Lets DeepMimic's trained humanoid do what the prompt says, as far as it can.

    The body that is simulated is DeepMimic's own, on flat ground; it travels as its policy was
    trained to, whatever path was planned. What it did is put on the actor's skeleton, and the
    scene's objects feel it. There is no assist.

    Attributes:
        skill: what to do; "auto" takes it from the actor's first action that there is a policy for.
    """

    name: ClassVar[str] = "deepmimic"

    skill: Skill = "auto"

    def __post_init__(self) -> None:
        if self.skill not in get_args(Skill):
            raise ConfigError(
                f"No skill is called {self.skill!r}; there are {', '.join(get_args(Skill))}."
            )

    def run(self, value: World, ctx: Context) -> Trace:
        """Simulate the clip. A fall is an outcome, not an error.

        Raises:
            ConfigError: there is no policy for what the prompt says.
            MissingExtraError: pybullet is not installed.
            Cancelled: the caller asked to stop.
        """
        scene = value.motion.scene
        assert scene is not None
        actions = scene.plan.script.actions
        skills = {
            actor.id: self._skill([action for action in actions if action.actor == actor.id])
            for actor in scene.actors
        }
        tracks, falls = [], []
        for planned, actor in zip(value.motion.tracks, scene.actors):
            track, fell = _perform(skills[actor.id], actor, planned, value.motion.fps, ctx)
            tracks.append(track)
            falls += [] if fell is None else [fell]
        done = replace(value, motion=replace(value.motion, tracks=tuple(tracks), grasps=()))
        trace = KinematicController().run(done, ctx)
        ended = min(falls, key=lambda fall: fall.time, default=trace.outcome)
        warnings = (*trace.warnings, *_warnings(skills))
        return replace(trace, world=value, outcome=ended, warnings=warnings)

    def _skill(self, actions: list[Action]) -> str:
        if self.skill != "auto":
            return self.skill
        for action in actions:
            name = "backflip" if action.verb in FLIPS else action.name
            if name in SKILLS:
                return name
        asked = ", ".join(dict.fromkeys(action.name for action in actions)) or "nothing"
        raise ConfigError(
            f"DeepMimic has no policy for {asked}; it can {', '.join(SKILLS)}. Choose one: "
            'DeepMimicController(skill="backflip").'
        )


def _data() -> Path:
    """Folder of PyBullet's data."""
    import_pybullet()
    try:
        import pybullet_data
    except ImportError as error:
        raise MissingExtraError(
            "PyBullet's data are missing: pip install --force-reinstall pybullet"
        ) from error
    return Path(pybullet_data.getDataPath())


def _perform(
    skill: str, actor: SceneActor, planned: Track, fps: float, ctx: Context
) -> tuple[Track, Outcome | None]:
    """What one actor does, on its own skeleton, and its fall if it fell."""
    folder = _data()
    policy = DeepMimicPolicy.load(folder / f"data/policies/humanoid3d/humanoid3d_{skill}.ckpt")
    clip = read_frames(folder / f"data/motions/humanoid3d_{skill}.txt")
    count = int(np.ceil((len(planned.root_positions) - 1) / fps * CONTROL)) + 2
    rows, fell = _roll_out(policy, clip, count, folder, ctx)
    motion = retarget(to_motion(recording(rows, CONTROL), unit="m"), actor.skeleton)
    track = resample(motion.tracks[0], CONTROL, fps).slice(0, len(planned.root_positions))
    track = replace(_on_the_spot(track, planned), actor=actor.id)
    if fell is None or fell / CONTROL > (len(planned.root_positions) - 1) / fps:
        return track, None
    time = fell / CONTROL
    message = f"{actor.id} fell after {time:.2f} s of {skill}."
    return track, Outcome(status="fell", time=time, message=message)


def _roll_out(
    policy: DeepMimicPolicy, clip: np.ndarray, count: int, folder: Path, ctx: Context
) -> tuple[np.ndarray, int | None]:
    """Poses at the control rate, (count, 44), and the first at which the body lay."""
    step = clip[0, 0]
    cycle = step * (len(clip) - 1)
    body, fell, rows = Humanoid(folder), None, []
    try:
        body.place(clip[0, 1:], clip[1, 1:], step)
        for number in range(count):
            ctx.report(number, count)
            rows.append(np.concatenate([[1.0 / CONTROL], body.frame()]))
            phase = (number / CONTROL / cycle) % 1.0
            body.drive(policy.act(body.state(phase)), 1.0 if fell is None else LIMP)
            if fell is None and body.down():
                fell = number + 1
    finally:
        body.close()
    return np.array(rows), fell


def _on_the_spot(track: Track, planned: Track) -> Track:
    """The track moved so that it begins where, and facing as, the planned one does."""
    ours, theirs = (np.unwrap(facing(t.positions()[:1]))[0] for t in (track, planned))
    turned = moved(track, theirs - ours, np.zeros(3))
    shift = planned.root_positions[0] - turned.root_positions[0]
    return moved(turned, 0.0, [shift[0], shift[1], 0.0])


def _warnings(skills: dict[str, str]) -> list[str]:
    return [
        f"{actor} does DeepMimic's {skill} straight ahead on flat ground; paths, terrain and holds "
        "of the plan are not followed."
        for actor, skill in skills.items()
    ]
