"""A picture of every kind of object that text2sim can build, with what each one costs."""

import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from text2sim.assets.procedural import ProceduralAssets
from text2sim.catalogue import KINDS
from text2sim.render.raster import RasterRenderer
from text2sim.stage import Context, Options
from text2sim.types import (
    CameraPlan,
    Motion,
    Outcome,
    PlannedObject,
    Scene,
    ScenePlan,
    Script,
    Trace,
    World,
)

TILE, COLUMNS = 220, 10


def plan_of(kind: str) -> ScenePlan:
    """One object in the middle, seen from its front left."""
    spec = KINDS[kind]
    size = np.asarray(spec.size)
    item = PlannedObject(
        id="thing1", kind=kind, label=kind, position=[0, 0, 0], size=size, count=spec.count
    )
    middle = np.array([0.0, 0.0, 0.48 * size[2]])
    side = -1.0 if spec.walkable and kind != "platform" else 1.0
    away = np.array([0.78 * side, -0.62, 0.42])
    return ScenePlan(
        script=Script(prompt=kind, actors=()),
        objects=(item,),
        actors=(),
        timeline=(),
        camera=CameraPlan(
            times=[0.0],
            eye=[middle + away * 1.62 * np.linalg.norm(size)],
            target=[middle],
            fov=0.62,
        ),
        duration=1.0,
    )


def still(scene: Scene) -> Trace:
    """A trace of one frame in which nothing moves."""
    engine = None  # Nothing is simulated: the renderer only looks at the trace.
    world = World(motion=Motion(fps=1.0, tracks=(), scene=scene), engine=engine, timestep=0.01)
    item = scene.objects[0]
    return Trace(
        world=world,
        fps=1.0,
        tracks=(),
        object_positions=item.position[None, None],
        object_rotations_wxyz=item.rotation_wxyz[None, None],
        assist_force=np.zeros((1, 0)),
        assist_torque=np.zeros((1, 0)),
        outcome=Outcome(status="completed", time=1.0),
    )


def main(folder: Path) -> None:
    """Build, render and label every kind; print vertices and build time."""
    rows = -(-len(KINDS) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * TILE, rows * TILE))
    draw = ImageDraw.Draw(sheet)
    context = Context(request=Options(size=(TILE, TILE)))
    vertices, seconds = [], []
    for index, kind in enumerate(KINDS):
        plan, begin = plan_of(kind), time.process_time()
        scene = ProceduralAssets().run(plan, context)
        seconds.append(time.process_time() - begin)
        vertices.append(sum(len(v.mesh.vertices) for v in scene.objects[0].visuals))
        frames = RasterRenderer(quality="high").run(still(scene), context)
        corner = (index % COLUMNS * TILE, index // COLUMNS * TILE)
        sheet.paste(Image.fromarray(frames.rgb[0]), corner)
        draw.text((corner[0] + 8, corner[1] + 6), kind, fill=(20, 20, 20))
    sheet.save(folder / "catalogue.png")
    print(f"{len(KINDS)} kinds: median {np.median(vertices):.0f} vertices, most {max(vertices)}")
    print(f"CPU time: median {1000 * np.median(seconds):.1f} ms, most {1000 * max(seconds):.0f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
