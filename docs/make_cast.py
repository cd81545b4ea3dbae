"""Pictures of the people: `python docs/make_cast.py [folder]` writes cast.jpg and poses.jpg.

`python docs/make_cast.py --time` prints what skinning one of them costs.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pybullet_data
from PIL import Image

from text2sim import edit
from text2sim.assets.body import Body, make_body
from text2sim.data.dataset import MotionDataset
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.render.kernels import transform
from text2sim.render.raster import RasterRenderer
from text2sim.skeleton import INDEX
from text2sim.stage import Context, Options
from text2sim.types import (
    CameraPlan,
    Character,
    Motion,
    Outcome,
    Scene,
    SceneActor,
    ScenePlan,
    Script,
    Trace,
    Track,
    World,
)

MAN = Character(
    gender="male", age="adult", build="average", stature=1.77, mass=74.0, skin=(0.60, 0.36, 0.25),
    hair=(0.03, 0.016, 0.008), top=(0.04, 0.16, 0.42), bottom=(0.05, 0.05, 0.06),
    shoes=(0.10, 0.05, 0.03),
)  # fmt: skip
RED = (0.55, 0.04, 0.04)
WOMAN = replace(
    MAN, gender="female", stature=1.65, top=RED, bottom=RED, skirt=True, haircut="bob",
    skin=(0.60, 0.36, 0.25),
)  # fmt: skip
CAST: tuple[Character, ...] = (
    MAN,
    WOMAN,
    replace(MAN, age="child", stature=1.25, shorts=True, top=(0.62, 0.36, 0.04)),
    replace(
        WOMAN, age="child", stature=1.20, skirt=False, top=(0.28, 0.05, 0.18),
        bottom=(0.03, 0.09, 0.22), haircut="ponytail",
    ),
    replace(
        MAN, age="old", stature=1.72, sleeves="long", haircut="receding", hair=(0.5, 0.5, 0.48),
        top=(0.22, 0.30, 0.10),
    ),
    replace(
        WOMAN, age="old", stature=1.60, top=(0.05, 0.26, 0.20), bottom=(0.12, 0.11, 0.10),
        haircut="bun", hair=(0.6, 0.6, 0.58),
    ),
    replace(
        MAN, build="heavy", skin=(0.12, 0.05, 0.03), hair=(0.012, 0.008, 0.006),
        hat=(0.10, 0.06, 0.04), top=(0.66, 0.63, 0.57),
    ),
    replace(MAN, build="muscular", stature=1.90, skin=(0.40, 0.20, 0.11), top=(0.05, 0.05, 0.06)),
    replace(
        WOMAN, build="slim", stature=1.76, skirt=False, bottom=(0.03, 0.05, 0.12), haircut="long",
        top=(0.06, 0.34, 0.42),
    ),
    replace(WOMAN, build="heavy", skin=(0.24, 0.11, 0.06), top=(0.28, 0.05, 0.18),
            bottom=(0.28, 0.05, 0.18)),
)  # fmt: skip


def main(folder: Path) -> None:
    """Render both sheets."""
    bodies = [make_body(character) for character in CAST]
    stand = at_ease()
    rows = [
        [
            picture(body, stand, body.skeleton.offsets[0], 0.5, 2.2, (0.0, 0.0, 0.93), (250, 430))
            for body in bodies
        ],
        [
            picture(body, stand, body.skeleton.offsets[0], 0.35, 0.85, face(body), (250, 250))
            for body in bodies
        ],
    ]
    save(rows, folder / "cast.jpg")
    save(poses(bodies), folder / "poses.jpg")


def at_ease() -> np.ndarray:
    """Rotations (22, 4) of somebody who stands with hanging arms."""
    turns = np.tile([1.0, 0.0, 0.0, 0.0], (22, 1))
    for side, sign in (("left", -1.0), ("right", 1.0)):
        turns[INDEX[f"{side}_shoulder"]] = quat.about_x(sign * 1.3)
        turns[INDEX[f"{side}_elbow"]] = quat.about_z(sign * 0.3)
    return turns


def face(body: Body) -> tuple[float, float, float]:
    """Middle of the face in the rest pose [m]."""
    x, y, z = body.skeleton.rest_positions()[INDEX["head"]].tolist()
    return x + 0.04, y, z + 0.04


def poses(bodies: list[Body]) -> list[list[np.ndarray]]:
    """Two moments of each DeepMimic clip, by one person after another."""
    data = MotionDataset.open(Path(pybullet_data.getDataPath(), "data", "motions"))
    pictures = []
    for number, clip in enumerate(data.clips):
        body = bodies[number % len(bodies)]
        thick = PhysicalBody.of(body.skeleton, CAST[number % len(bodies)], body.girths)
        track = edit.retarget(clip.motion(), body.skeleton, body=thick).tracks[0]
        for share, turn in ((0.3, 0.8), (0.6, -0.9)):
            frame = int(share * (len(track.root_positions) - 1))
            pelvis = track.root_positions[frame]
            way = float(quat.heading(track.rotations_wxyz[frame, 0])) + turn
            size = body.skeleton.scale
            target = (pelvis[0], pelvis[1], 0.82 * pelvis[2] + 0.1)
            pictures.append(
                picture(
                    body, track.rotations_wxyz[frame], pelvis, way, 2.7 * size, target, (250, 270)
                )
            )
    return [pictures[row : row + 10] for row in range(0, len(pictures), 10)]


def picture(
    body: Body, turns: np.ndarray, pelvis: np.ndarray, azimuth: float, away: float,
    target: tuple[float, float, float], size: tuple[int, int],
) -> np.ndarray:  # fmt: skip
    """One pose (22, 4), seen from an azimuth and a distance, (H, W, 3) uint8."""
    eye = np.array(target) + away * np.array([np.cos(azimuth), np.sin(azimuth), 0.1])
    plan = ScenePlan(
        script=Script(prompt="a person", actors=()), objects=(), actors=(), timeline=(),
        camera=CameraPlan(times=[0.0], eye=[eye], target=[target], fov=0.6), duration=1.0,
    )  # fmt: skip
    actor = SceneActor(
        id="person", character=MAN, skeleton=body.skeleton, skin=body.skin, position=[0, 0, 0]
    )
    track = Track(
        actor="person", skeleton=body.skeleton, root_positions=[pelvis], rotations_wxyz=[turns],
        contacts=np.zeros((1, 4), bool),
    )  # fmt: skip
    scene = Scene(plan=plan, objects=(), actors=(actor,))
    engine = None  # Nothing is simulated: the renderer only looks at the trace.
    world = World(
        motion=Motion(fps=1.0, tracks=(track,), scene=scene), engine=engine, timestep=0.01
    )
    trace = Trace(
        world=world, fps=1.0, tracks=(track,), object_positions=np.zeros((1, 0, 3)),
        object_rotations_wxyz=np.zeros((1, 0, 4)), assist_force=np.zeros((1, 1)),
        assist_torque=np.zeros((1, 1)), outcome=Outcome(status="completed", time=1.0),
    )  # fmt: skip
    context = Context(request=Options(size=size), stage="renderer")
    return RasterRenderer(quality="high").run(trace, context).rgb[0]


def save(rows: list[list[np.ndarray]], path: Path) -> None:
    """Write rows of pictures as one."""
    Image.fromarray(np.concatenate([np.concatenate(row, axis=1) for row in rows])).save(
        path, quality=88
    )


def measure(body: Body, rounds: int = 200) -> None:
    """Print the processor time of skinning one body for one frame on one thread."""
    skin, count = body.skin, len(body.skin.vertices)
    poses = np.tile(np.eye(3, 4, dtype=np.float32), (22, 1, 1))
    world, normals = np.empty_like(skin.vertices), np.empty_like(skin.normals)
    arguments = (
        0, count, skin.vertices, skin.normals, skin.joints, skin.weights, poses, world, normals
    )  # fmt: skip
    transform.skin(*arguments)
    begin = time.process_time()
    for _ in range(rounds):
        transform.skin(*arguments)
    print(f"{count} vertices: {1e3 * (time.process_time() - begin) / rounds:.2f} ms")


if __name__ == "__main__" and "--time" in sys.argv:
    measure(make_body(MAN))
elif __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
