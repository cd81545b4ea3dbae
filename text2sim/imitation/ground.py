"""Rough ground: low fixed boards across a walker's path, and the motion with its feet on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.errors import ConfigError
from text2sim.maths import quaternions as quat
from text2sim.types import ConvexPart, Motion, SceneObject

WIDTH, HIGHEST = 2.4, 0.08
"""Of a board, across the path, and the highest one that can be asked for [m]."""


def rough(motion: Motion, *, height: float, seed: int, length: float = 0.6) -> Motion:
    """A motion over boards of random heights that lie along its straight way.

    Args:
        motion: on flat ground, with a scene with one person.
        height: of the highest board [m].
        seed: draws the heights.
        length: of a board, along the path [m].

    Raises:
        ConfigError: there is no scene, or a number makes no sense.
    """
    from text2sim.edit import onto_terrain

    if motion.scene is None:
        raise ConfigError("Rough ground is laid in a scene; this motion has none.")
    if not 0.0 < height <= HIGHEST or not length > 0.2:
        raise ConfigError(
            f"Boards are up to {HIGHEST} m high and over 0.2 m long; got {height}, {length}."
        )
    way = motion.tracks[0].root_positions
    ahead = way[-1, :2] - way[0, :2]
    yaw, count = float(np.arctan2(ahead[1], ahead[0])), int(np.hypot(*ahead) / length)
    rng = np.random.default_rng(seed)
    boards = [
        _board(number, way[0, :2] + quat.rotate(quat.about_z(yaw), [along, 0.0, 0.0])[:2], yaw,
               length, tall)
        for number, (along, tall) in enumerate(
            zip(length * (1.0 + np.arange(count)), rng.uniform(0.01, max(height, 0.011), count))
        )
    ]  # fmt: skip
    scene = replace(motion.scene, objects=(*motion.scene.objects, *boards))
    return replace(onto_terrain(motion, scene), scene=scene)


def _board(number: int, place: np.ndarray, yaw: float, length: float, tall: float) -> SceneObject:
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])
    return SceneObject(
        id=f"board{number + 1}", kind="board", label="board", visuals=(),
        parts=(ConvexPart(vertices=corners * [length, WIDTH, tall]),),
        position=np.append(place, 0.0), rotation_wxyz=quat.about_z(yaw),
        centre_of_mass=np.array([0.0, 0.0, 0.5 * tall]), friction=0.9, fixed=True, walkable=True,
    )  # fmt: skip
