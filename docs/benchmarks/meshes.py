"""A hundred broken meshes: bodies that physics can use or clear errors, in bounded time and space.

python docs/benchmarks/meshes.py [COUNT] [vhacd|coacd|hulls]     (in a checkout, from its root)
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
from collections import defaultdict
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.broken_meshes import broken, write
from text2sim.assets.meshing.treat import MeshTreatment
from text2sim.assets.usermesh import load
from text2sim.bullet import Client
from text2sim.errors import MeshError
from text2sim.physics.pybullet_build import build_object
from text2sim.types import PlannedObject, SceneObject

LIMIT = 60.0
"""A mesh that takes longer [s] is given up."""


def judge(item: SceneObject) -> str:
    """ "body", or what physics can't live with; it falls on its side for a second in PyBullet."""
    assert item.inertia is not None
    assert item.parts
    assert item.mass > 0.0
    moments = np.linalg.eigvalsh(item.inertia)
    if not (moments > 0.0).all() or moments[2] > moments[0] + moments[1] + 1e-9 * moments[2]:
        return f"inertia {moments}"
    bullet = Client()
    bullet.setGravity(0.0, 0.0, -9.81)
    bullet.createMultiBody(0.0, bullet.createCollisionShape(bullet.GEOM_PLANE))
    number = build_object(bullet, item)
    bullet.resetBasePositionAndOrientation(number, [0.0, 0.0, 1.5], [0.6, 0.0, 0.0, 0.8])
    for _ in range(240):
        bullet.stepSimulation()
    place = np.array(bullet.getBasePositionAndOrientation(number)[0])
    bullet.close()
    sound = np.isfinite(place).all() and -0.05 < place[2] < 1.2 and np.abs(place).max() < 5.0
    return "body" if sound else f"flew to {place}"


def cpu() -> float:
    """CPU time of this process and its children [s]: others on the machine do not matter."""
    return sum(os.times()[:4])


def attempt(number: int, how: MeshTreatment, pipe: Connection) -> None:
    """Load mesh `number` and send what came of it, CPU seconds, and peak memory [MB]."""
    with TemporaryDirectory() as folder:
        path = write(broken(number), Path(folder))
        item = PlannedObject(id="thing", kind=str(path), label="thing", position=[0, 0, 0],
                             size=[0.6, 0.5, 0.8])  # fmt: skip
        begin = cpu()
        said = ""
        try:
            made = load(item, how=how)
        except MeshError as error:
            result, said = "error", str(error).replace(str(path), path.name)
        else:
            result, said = "", f"{made.origin.closed}, {len(made.parts)} parts"
        seconds = cpu() - begin
        result = result or judge(made)
        peak = max(resource.getrusage(who).ru_maxrss / 1024.0
                   for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))  # fmt: skip
        pipe.send((result, said, seconds, peak))


def measure(number: int, how: MeshTreatment) -> tuple[str, str, float, float]:
    """What comes of mesh `number`, in a process of its own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=attempt, args=(number, how, there))
    process.start()
    there.close()
    try:
        return here.recv() if here.poll(LIMIT) else ("too slow", "", LIMIT, 0.0)
    except EOFError:
        return "crash", "", 0.0, 0.0
    finally:
        process.kill()
        process.join()


def main(count: int, decomposition: str) -> None:
    """Measure all and print a table."""
    how = MeshTreatment(decomposition=decomposition, store=False)  # type: ignore[arg-type]
    load_once()
    rows = defaultdict(list)
    for number in range(count):
        found = measure(number, how)
        rows[broken(number).fault].append(found)
        print(number, broken(number).fault, *found, file=sys.stderr, flush=True)
    print("| fault | bodies | clear errors | other | CPU seconds, most | MB, most | for example |")
    print("|---|---|---|---|---|---|---|")
    for fault, found in sorted(rows.items()):
        kinds = [result for result, *_ in found]
        bodies, errors = kinds.count("body"), kinds.count("error")
        print(f"| {fault} | {bodies} | {errors} | {len(kinds) - bodies - errors} "
              f"| {max(row[2] for row in found):.1f} | {max(row[3] for row in found):.0f} "
              f"| {found[0][1]} |")  # fmt: skip


def load_once() -> None:
    """Compile and import before the clock runs."""
    with TemporaryDirectory() as folder:
        path = write(broken(8 * 20 + 1), Path(folder))
        item = PlannedObject(id="a", kind=str(path), label="a", position=[0, 0, 0], size=[1, 1, 1])
        load(item, how=MeshTreatment(store=False))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100,
         sys.argv[2] if len(sys.argv) > 2 else "vhacd")  # fmt: skip
