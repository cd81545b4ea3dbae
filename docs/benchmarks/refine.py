"""What refiners do to generated motion, before and after it is simulated.

python docs/benchmarks/refine.py --backends ssm retrieval --sentences 24 [--model FOLDER]
python docs/benchmarks/refine.py --pairs runs/pairs-val --model FOLDER

Every row has the same sentences of the test split, spread over it, at the lengths of their clips.
"alone" is the backend; "simulated" columns come from `pd` in MuJoCo on a bare floor. With --pairs,
what refiners do to the motions of a folder of `text2sim data simulate`, without simulating again.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from text2sim.control.pd import PDController
from text2sim.data.dataset import MotionDataset
from text2sim.data.splits import clips_of
from text2sim.evaluation.generators import generator
from text2sim.evaluation.physical import physical
from text2sim.evaluation.samples import FPS, samples
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.refine import pairs
from text2sim.refine.staging import on_floor
from text2sim.registry import backend_class
from text2sim.stage import Context
from text2sim.types import Motion, Track

HEAD = ("row", "penetration mm", "float mm", "slide mm/frame", "Phys-Err mm", "jerk m/s3",
        "moved mm", "ms a second", "assist / weight", "error mm", "completed")  # fmt: skip


def row(name: str, tracks: list[Track], before: list[Track], cost: float) -> str:
    """One line of the table."""
    figures = physical(tracks, FPS)
    sunk, up, slide = (figures[key].value for key in ("penetration", "float", "foot_slide"))
    moved = np.concatenate([
        np.linalg.norm(a.positions() - b.positions(), axis=-1).ravel()
        for a, b in zip(tracks, before)
    ])  # fmt: skip
    assist, error, done = simulated(tracks)
    cells = [
        f"{sunk:.1f}", f"{up:.1f}", f"{slide:.2f}", f"{sunk + up + slide:.1f}",
        f"{figures['jerk'].value:.0f}", f"{1e3 * moved.mean():.1f}", f"{cost:.1f}",
        f"{assist:.3f}", f"{error:.0f}", f"{done} of {len(tracks)}",
    ]  # fmt: skip
    return f"| {name} | " + " | ".join(cells) + " |"


def simulated(tracks: list[Track]) -> tuple[float, float, int]:
    """Mean assist over body weight, mean joint error [mm], and how many did not fall."""
    assists, errors, done = [], [], 0
    for track in tracks:
        motion = on_floor(Motion(fps=FPS, tracks=(track,)))
        world = MuJoCoEngine().run(motion, Context(stage="physics"))
        trace = PDController().run(world, Context(stage="controller"))
        scene = motion.scene
        assert scene is not None
        weight = 9.81 * scene.actors[0].character.mass
        done += trace.outcome.status == "completed"
        assists.append(trace.assist_force.mean() / weight)
        off = trace.tracks[0].positions() - motion.tracks[0].positions()
        errors.append(1e3 * np.linalg.norm(off, axis=-1).mean())
    return float(np.mean(assists)), float(np.mean(errors)), done


def refined(tracks: list[Track], name: str, model: str | None) -> tuple[list[Track], float]:
    """Tracks after a refiner, and processor time of it [ms] a motion second."""
    settings = {"model": model} if name == "physics-ssm" else {}
    refiner = backend_class("refine", name)(**settings)
    context = Context(stage="refine")
    refiner.run(Motion(fps=FPS, tracks=(tracks[0],)), context)  # loading is not counted
    start = time.process_time()
    result = [refiner.run(Motion(fps=FPS, tracks=(t,)), context).tracks[0] for t in tracks]
    spent = time.process_time() - start
    return result, 1e3 * spent / (sum(len(t.root_positions) for t in tracks) / FPS)


def of_pairs(folder: Path, refiners: list[str], model: str | None) -> None:
    """Print what refiners do to the motions of pairs, by their source."""
    rows = pairs.listed(folder)
    print(
        "| motions | refiner | penetration mm | float mm | slide mm/frame | jerk m/s3 | moved mm |"
    )
    print("|---" * 7 + "|")
    for source in ("disturbed", "recorded", "generated"):
        found = [pairs.load(folder / row["file"]) for row in rows if row["source"] == source]
        asked = [pair.asked() for pair in found if pair.frames > 30]
        for name in ("none", *refiners):
            done = asked if name == "none" else refined(asked, name, model)[0]
            figures = physical(done, FPS)
            off = np.mean([
                np.linalg.norm(a.positions() - b.positions(), axis=-1).mean()
                for a, b in zip(done, asked)
            ])  # fmt: skip
            cells = " | ".join(
                f"{figures[key].value:.1f}" for key in ("penetration", "float", "foot_slide")
            )
            jerk = f"{figures['jerk'].value:.0f}"
            title = f"{len(asked)} {source}"
            print(f"| {title} | {name} | {cells} | {jerk} | {1e3 * off:.1f} |", flush=True)


def main(
    backends: Annotated[list[str], typer.Option(help="Motion backends.")] = ["ssm"],  # noqa: B006
    refiners: Annotated[list[str], typer.Option(help="Refiners.")] = ["foot-lock", "physics-ssm"],  # noqa: B006
    sentences: Annotated[int, typer.Option(help="Of the test split.")] = 24,
    model: Annotated[str | None, typer.Option(help="Folder of physics-ssm weights.")] = None,
    folder: Annotated[Path | None, typer.Option("--pairs", help="Folder of pairs.")] = None,
) -> None:
    """Print the tables of docs/refine.md."""
    if folder is not None:
        of_pairs(folder, refiners, model)
        return
    held = samples(clips_of(MotionDataset.open_pack(), "test"))
    held = [sample for sample in held if sample.duration >= 1.5]
    held = held[:: max(1, len(held) // sentences)][:sentences]
    print("| " + " | ".join(HEAD) + " |\n|" + "---|" * len(HEAD))
    for backend in backends:
        make = generator(backend)
        alone = [make(s.texts[-1], s.duration, seed) for seed, s in enumerate(held)]
        print(row(f"{backend} alone", alone, alone, 0.0), flush=True)
        for name in refiners:
            tracks, cost = refined(alone, name, model)
            print(row(f"{backend} + {name}", tracks, alone, cost), flush=True)


if __name__ == "__main__":
    typer.run(main)
