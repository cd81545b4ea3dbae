"""Pairs to learn from: a motion as it was asked for, and as a simulated body did it.

One .npz a pair, at `FPS`, without pickles; all frames are those of both motions:

    reference_root (T, 3), reference_rotations (T, 22, 4)   what was asked for [m], wxyz
    simulated_root, simulated_rotations                     what the body did
    reference_contacts, simulated_contacts (T, 4)           sole points that touch
    reference_state, simulated_state (T, 32)                see `text2sim.refine.state`
    ground (T, 4)                                           height under the reference's soles [m]
    assist (T, 2)                                           force [W] and torque [W h] on the pelvis
    about                                                   JSON: source, engine, outcome, version

`pairs.jsonl` beside them lists what is there; a build that was stopped goes on where it was.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, final

import numpy as np

from text2sim.data.sources import Clip
from text2sim.edit import resample
from text2sim.errors import ConfigError, ResourceError, SimulationDiverged, Text2SimError
from text2sim.evaluation.samples import samples
from text2sim.io.files import read_text, replacing
from text2sim.motion.ssm.features import BODY
from text2sim.physical_body import PhysicalBody
from text2sim.refine.disturb import disturbed
from text2sim.refine.staging import on_floor
from text2sim.refine.state import GRAVITY, VERSION, physics_state
from text2sim.types import Motion, Trace, Track
from text2sim.types.arrays import array, check_arrays

FPS = 20.0
SHORTEST = 24
"""Frames of the shortest motion that is simulated."""
Source = Literal["recorded", "disturbed", "generated"]
_INDEX, _SKIPPED = "pairs.jsonl", "skipped.txt"


@final
@dataclass(frozen=True, kw_only=True)
class About:
    """Where a pair is from.

    Attributes:
        id: of the clip or sentence, without the source.
        source: "recorded" clips, "disturbed" ones (asked for disturbed, done clean) or "generated".
        engine: that simulated it. outcome: "completed" or "fell". time: of the outcome [s].
        assist: mean force on the pelvis [W].
        layout: version of the physical state.
    """

    id: str
    source: Source
    engine: str
    outcome: str
    time: float
    assist: float
    layout: int = VERSION


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """A motion as it was asked for and as it was done; see the module for units."""

    about: About
    reference_root: np.ndarray = array("T 3", np.float32)
    reference_rotations: np.ndarray = array("T 22 4", np.float32)
    reference_contacts: np.ndarray = array("T 4", np.bool_)
    reference_state: np.ndarray = array("T S", np.float32)
    simulated_root: np.ndarray = array("T 3", np.float32)
    simulated_rotations: np.ndarray = array("T 22 4", np.float32)
    simulated_contacts: np.ndarray = array("T 4", np.bool_)
    simulated_state: np.ndarray = array("T S", np.float32)
    ground: np.ndarray = array("T 4", np.float32)
    assist: np.ndarray = array("T 2", np.float32)

    def __post_init__(self) -> None:
        check_arrays(self)

    @property
    def frames(self) -> int:
        """How many until the body fell; nothing is to be learned from how it lies."""
        if self.about.outcome == "completed":
            return len(self.reference_root)
        return min(len(self.reference_root), max(0, int((self.about.time - 0.5) * FPS)))

    def asked(self) -> Track:
        """The motion as it was asked for, `frames` of it."""
        return self._track(self.reference_root, self.reference_rotations, self.reference_contacts)

    def done(self) -> Track:
        """What the body did, `frames` of it."""
        return self._track(self.simulated_root, self.simulated_rotations, self.simulated_contacts)

    def _track(self, root: np.ndarray, rotations: np.ndarray, contacts: np.ndarray) -> Track:
        size = self.frames
        return Track(
            actor=self.about.id, skeleton=BODY, root_positions=root[:size].astype(np.float64),
            rotations_wxyz=rotations[:size].astype(np.float64), contacts=contacts[:size],
        )  # fmt: skip


@final
@dataclass(frozen=True, kw_only=True)
class Task:
    """A motion to simulate on a bare floor.

    Attributes:
        id, source: see `About`; not "disturbed".
        track: at `FPS`.
        disturbed: how many disturbed motions to pair with the same simulation.
    """

    id: str
    source: Source
    track: Track
    disturbed: int = 1


@final
@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What a build did: pairs made now, pairs that were there, and id -> why there is none."""

    new: int
    old: int
    skipped: dict[str, str]


def tasks_for(
    data: Path | None, split: str, generator: str | None, limit: int | None, disturbed: int,
    seed: int,
) -> list[Task]:  # fmt: skip
    """Tasks of a data set's split: its clips, or what a generator makes of their captions.

    Raises:
        ConfigError: there is no such split or generator.
        ResourceError: there is no such data.
    """
    from text2sim.data.dataset import MotionDataset
    from text2sim.data.splits import clips_of

    found = MotionDataset.open(data) if data else MotionDataset.open_pack()
    clips = clips_of(found, split)  # type: ignore[arg-type]
    if limit is not None:
        if limit < 1:
            raise ConfigError(f"limit must be over 0; got {limit}.")
        clips = clips[:: max(1, -(-len(clips) // limit))]
    if generator is None:
        return tasks_of(clips, disturbed=disturbed)
    told = [(window.texts[0], window.duration) for window in samples(clips, seed=seed)]
    return list(said(told[:limit], generator, seed=seed))


def tasks_of(clips: Iterable[Clip], *, disturbed: int = 1, longest: float = 20.0) -> list[Task]:
    """Tasks of recorded clips; longer ones are cut into parts [s], what has no motion is left out.

    Raises:
        ConfigError: the numbers are not usable.
    """
    if not 0 <= disturbed <= 16 or not SHORTEST / FPS <= longest <= 600.0:
        raise ConfigError(
            "disturbed must lie between 0 and 16, longest between 1.2 and 600 s; got "
            f"{disturbed} and {longest:g}."
        )
    size, found = round(longest * FPS), []
    for clip in clips:
        motion = clip.motion()
        if len(motion.tracks) != 1:
            continue
        track = resample(motion, FPS).tracks[0] if motion.fps != FPS else motion.tracks[0]
        for start in range(0, len(track.root_positions), size):
            part = track.slice(start, start + size)
            if len(part.root_positions) >= SHORTEST:
                name = clip.id if not start else f"{clip.id}-{start}"
                found.append(Task(id=name, source="recorded", track=part, disturbed=disturbed))
    return found


def said(texts: Iterable[tuple[str, float]], generator: str, *, seed: int = 0) -> Iterator[Task]:
    """Tasks of what a generator (see `text2sim.evaluation.generators`) makes of sentences.

    Args:
        texts: sentences and their lengths [s].
        generator: name of a motion backend.
        seed: of the first sentence; each one has the next.
    """
    from text2sim.evaluation.generators import generator as of_name

    make = of_name(generator)
    for number, (text, duration) in enumerate(texts):
        track = make(text, duration, seed + number)
        yield Task(
            id=f"{generator}-{seed + number}-{text[:40]}", source="generated", track=track,
            disturbed=0,
        )  # fmt: skip


def simulate(
    tasks: Iterable[Task], folder: Path, *, engine: str = "mujoco", workers: int = 1,
    report: Callable[[int], None] = lambda done: None,
) -> Simulated:  # fmt: skip
    """Simulate motions with `pd` and write a pair of each; what is there is not done again.

    Args:
        tasks: what to simulate.
        folder: is made if need be.
        engine: "pybullet" or "mujoco".
        workers: processes side by side.
        report: is called with the number of tasks done.

    Raises:
        ConfigError: the number of workers is not usable.
        ResourceError: the folder can't be written.
    """
    if not 1 <= workers <= 64:
        raise ConfigError(f"workers must lie between 1 and 64; got {workers}.")
    folder.mkdir(parents=True, exist_ok=True)
    waiting, old = [], 0
    for task in tasks:
        if _path(folder, task, engine).is_file():
            old += 1
        else:
            waiting.append(task)
    skipped: dict[str, str] = {}
    report(old)
    for done, (task, problem) in enumerate(_each(waiting, folder, engine, workers), old + 1):
        if problem:
            skipped[task.id] = problem
        report(done)
    _list(folder, skipped)
    return Simulated(new=len(waiting) - len(skipped), old=old, skipped=skipped)


def _each(
    tasks: Sequence[Task], folder: Path, engine: str, workers: int
) -> Iterable[tuple[Task, str]]:
    """Every task as it ends, with what went wrong or ""."""
    if workers == 1:
        for task in tasks:
            yield task, one(task, folder, engine)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running: dict[Future[str], Task] = {
            pool.submit(one, task, folder, engine): task for task in tasks
        }
        for future in as_completed(running):
            yield running[future], future.result()


def one(task: Task, folder: Path, engine: str) -> str:
    """Simulate a task and write its pairs; what went wrong, or ""."""
    try:
        pairs = simulated(task, engine)
    except SimulationDiverged as error:
        return f"diverged: {error}"
    except Text2SimError as error:
        return str(error)
    for number, pair in reversed(list(enumerate(pairs))):
        save(pair, _path(folder, task, engine, number))
    return ""


def simulated(task: Task, engine: str) -> list[Pair]:
    """The pairs of a task: the motion as it is, then disturbed ones with the same simulation.

    Raises:
        ConfigError: the motion is too short.
        SimulationDiverged: the engine lost its way.
    """
    from text2sim.control.pd import PDController
    from text2sim.registry import backend_class
    from text2sim.stage import Context

    if len(task.track.root_positions) < SHORTEST:
        raise ConfigError(f"A motion to simulate needs at least {SHORTEST} frames.")
    motion = on_floor(Motion(fps=FPS, tracks=(task.track,)))
    world = backend_class("physics", engine)().run(motion, Context(stage="physics"))
    trace = PDController().run(world, Context(stage="controller"))
    clean = motion.tracks[0]
    pairs = [pair_of(trace, clean, id=task.id, source=task.source, engine=engine)]
    for number in range(task.disturbed):
        rng = np.random.default_rng([zlib.crc32(task.id.encode()), number])
        worse = disturbed(clean, FPS, rng)
        pairs.append(pair_of(trace, worse, id=task.id, source="disturbed", engine=engine))
    return pairs


def pair_of(
    trace: Trace, wanted: Track, *, id: str, source: Source, engine: str, actor: int = 0
) -> Pair:
    """The pair of an actor's simulation and the motion that it should come from.

    Raises:
        SimulationDiverged: the simulation is not finite.
    """
    scene = trace.world.motion.scene
    assert scene is not None
    body = PhysicalBody.of_actor(scene.actors[actor])
    done = trace.tracks[actor]
    if not np.isfinite(done.root_positions).all() or not np.isfinite(done.rotations_wxyz).all():
        raise SimulationDiverged(f"The simulation of {id} is not finite.")
    weight, stature = GRAVITY * body.mass, 1.75 * body.skeleton.scale
    assist = np.stack(
        [trace.assist_force[:, actor] / weight, trace.assist_torque[:, actor] / (weight * stature)],
        axis=1,
    )
    return Pair(
        about=About(
            id=id, source=source, engine=engine, outcome=trace.outcome.status,
            time=float(trace.outcome.time), assist=float(assist[:, 0].mean()),
        ),
        reference_root=wanted.root_positions.astype(np.float32),
        reference_rotations=wanted.rotations_wxyz.astype(np.float32),
        reference_contacts=wanted.contacts,
        reference_state=physics_state(wanted, body, trace.fps, scene),
        simulated_root=done.root_positions.astype(np.float32),
        simulated_rotations=done.rotations_wxyz.astype(np.float32),
        simulated_contacts=done.contacts,
        simulated_state=physics_state(done, body, trace.fps, scene),
        ground=scene.ground_height(wanted.soles()[..., :2]).astype(np.float32),
        assist=assist.astype(np.float32),
    )  # fmt: skip


def save(pair: Pair, path: Path) -> None:
    """Write a pair, all or nothing."""
    content = {name: getattr(pair, name) for name in _ARRAYS}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, about=np.array(json.dumps(asdict(pair.about))), **content)


def load(path: Path) -> Pair:
    """A pair from its file.

    Raises:
        ResourceError: it is damaged, or has another layout of the state.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            about = About(**json.loads(str(file["about"])))
            content = {name: file[name] for name in _ARRAYS}
        pair = Pair(about=about, **content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResourceError(f"{path} is no pair, or damaged ({error}). Delete it.") from error
    if about.layout != VERSION:
        raise ResourceError(
            f"{path} has layout {about.layout} of the physical state; this text2sim has {VERSION}. "
            "Delete the folder and simulate again."
        )
    return pair


def listed(folder: Path) -> list[dict[str, Any]]:
    """What `pairs.jsonl` says of every pair in a folder.

    Raises:
        ResourceError: there is no such list.
    """
    path = folder / _INDEX
    if not path.is_file():
        raise ResourceError(f"{folder} holds no pairs; make some: text2sim data simulate {folder}")
    return [json.loads(line) for line in read_text(path).splitlines() if line]


_ARRAYS = tuple(name for name in Pair.__dataclass_fields__ if name != "about")


def _path(folder: Path, task: Task, engine: str, number: int = 0) -> Path:
    """Where a pair of a task is; number 0 is written last, so that it tells of all."""
    name = "".join(c if c.isalnum() or c in "-_" else "_" for c in task.id)[:80]
    return folder / f"{name}-{engine}-{number}.npz"


def _list(folder: Path, skipped: dict[str, str]) -> None:
    """Write the list of all pairs that are there, and of what was left out now."""
    rows = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            frames = int(file["reference_root"].shape[0])
            rows.append({"file": path.name, "frames": frames, **json.loads(str(file["about"]))})
    with replacing(folder / _INDEX) as temporary:
        temporary.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with replacing(folder / _SKIPPED) as temporary:
        lines = [f"{name}: {reason}\n" for name, reason in skipped.items()]
        temporary.write_text("".join(lines), encoding="utf-8")
