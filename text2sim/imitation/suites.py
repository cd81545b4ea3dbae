"""Sets of motions to learn from: of our own generators, and of the open pack."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, final, get_args

from text2sim.errors import ConfigError
from text2sim.imitation.ground import rough
from text2sim.types import Motion

Suite = Literal["walk", "core", "locomotion", "terrain"]
SUITES: tuple[str, ...] = get_args(Suite)


@final
@dataclass(frozen=True, kw_only=True)
class Reference:
    """Where a motion comes from.

    Attributes:
        source: "sine" or "ssm" (motion backends), or "pack".
        text: the prompt, or the id of the clip.
        seconds: asked of a generator.
        seed: of a generator; it also draws the body, and boards.
        boards: height of the highest one on rough ground [m]; 0 leaves the ground as it is.
    """

    source: Literal["sine", "ssm", "pack"]
    text: str
    seconds: float = 12.0
    seed: int = 0
    boards: float = 0.0


def _of(source: Literal["sine", "ssm", "pack"], *texts: str, seed: int = 0) -> list[Reference]:
    return [Reference(source=source, text=text, seed=seed) for text in texts]


_WALK = [Reference(source="sine", text="a man walks", seconds=21.0)]
_TERRAIN = _of(
    "sine", "a man walks up stairs", "a man walks down the stairs", "a man walks up a ramp"
)
_CORE = [
    *_WALK,
    *_of("sine", "a man runs", "a man turns left", "a man turns right", "a man stands still",
         "a man walks in a circle", "a man walks slowly"),
    *_TERRAIN[:2],
]  # fmt: skip
_MORE = [
    *_of("sine", "a man walks and turns around", "a woman walks", "a woman runs"),
    *_of("ssm", "a man walks forward", "a man walks and turns left", "a man runs"),
    *_of("pack", "cmu_07_04", "cmu_12_02", "cmu_16_17", "cmu_131_01", "cmu_131_09", "cmu_143_04"),
]  # fmt: skip
REFERENCES: dict[str, list[Reference]] = {
    "walk": _WALK,
    "terrain": [
        *_TERRAIN,
        *(Reference(source="sine", text="a man walks", boards=height) for height in (0.02, 0.05)),
    ],
    "core": _CORE,
    "locomotion": [*_CORE, *_MORE],
}


def suite(name: str) -> list[tuple[str, Motion]]:
    """Names and motions of a suite, each with a scene.

    Raises:
        ConfigError: there is no such suite.
    """
    if name not in REFERENCES:
        raise ConfigError(f"No suite is called {name!r}; there are {', '.join(SUITES)}.")
    return [(_name(ref), motion_of(ref)) for ref in REFERENCES[name]]


def _name(reference: Reference) -> str:
    ground = f" over boards of {reference.boards:g} m" if reference.boards else ""
    return f"{reference.source}: {reference.text}{ground}"


def motion_of(reference: Reference) -> Motion:
    """Make or read one motion; a clip of the pack is put on the body of "a man"."""
    from text2sim.pipeline import Pipeline

    if reference.source != "pack":
        pipeline = Pipeline(motion=reference.source, physics="mujoco")
        motion = pipeline(
            reference.text, seed=reference.seed, duration=reference.seconds, until="motion"
        )
        if not reference.boards:
            return motion
        return rough(motion, height=reference.boards, seed=reference.seed)
    from text2sim.edit import ground_clean, resample, retarget

    scene = Pipeline(physics="mujoco")("a man walks", seed=reference.seed, until="assets")
    actor = scene.actors[0]
    clip = ground_clean(retarget(packed(reference.text), actor.skeleton))
    track = replace(resample(clip, 30.0).tracks[0], actor=actor.id)
    return Motion(fps=30.0, tracks=(track,), scene=scene)


def packed(name: str) -> Motion:
    """A clip of the open pack.

    Raises:
        ConfigError: there is none of that id.
    """
    from text2sim.data.pack import read_index, read_motion
    from text2sim.resources import resource

    layer = resource("assets", "motions", f"{name.partition('_')[0]}.jsonl")
    start = 0
    for number, clip in enumerate(read_index(layer)):
        if clip.id == name:
            return read_motion(layer.with_suffix(".npz"), number, start, clip.frames)
        start += clip.frames
    raise ConfigError(f"The open pack has no clip {name!r}.")
