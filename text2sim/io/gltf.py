"""Binary glTF (.glb): skinned bodies, objects, camera and light, all moving; for 3D programs.

Importing it needs the extra `export`. docs/export.md tells what goes where.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, final

import numpy as np

from text2sim.io import gltf_parts as parts
from text2sim.io.gltf_document import Document, lib, quaternions, vectors
from text2sim.io.moving import MovingScene, moves, placed
from text2sim.maths import quaternions as quat
from text2sim.types import SceneActor, Track

if TYPE_CHECKING:
    from text2sim.animation import Animation


def write_glb(animation: Animation, path: Path) -> None:
    """Write what the simulation did."""
    write_moving(MovingScene.of_animation(animation), path)


def write_moving(moving: MovingScene, path: Path) -> None:
    """Write a moving scene, for example `MovingScene.of_motion(motion)`."""
    document = Document()
    clip = _Clip(document, moving.title)
    parts.add_ground(document, moving)
    for item, positions, rotations in moving.things():
        clip.move(parts.add_object(document, item), moving.fps, positions, rotations)
    for actor, track in moving.bodies():
        clip.perform(parts.add_actor(document, actor), moving.fps, actor, track)
    if moving.camera is not None:
        node = parts.add_camera(document, moving)
        clip.film(node, moving)
    parts.add_sun(document, moving)
    clip.close()
    about = {key: value for key, value in moving.about.items() if value is not None}
    generator = f"text2sim {about.get('version', '')}".strip()
    document.gltf.asset = lib.Asset(generator=generator, extras=about)
    document.gltf.scenes[0].name = moving.title
    document.save(path)


@final
class _Clip:
    """The one animation of the file: linear curves with a key at every frame."""

    def __init__(self, document: Document, name: str) -> None:
        self._document = document
        self._animation = lib.Animation(name=name)

    def perform(self, joints: list[int], fps: float, actor: SceneActor, track: Track) -> None:
        """Every joint's rotation, and where the pelvis is, seen from where the actor begins."""
        positions, rotations = placed(actor, track)
        self._curve(joints[0], "translation", fps, vectors(positions))
        for index, joint in enumerate(joints):
            self._curve(joint, "rotation", fps, quaternions(rotations[:, index]))

    def move(self, node: int, fps: float, positions: np.ndarray, rotations: np.ndarray) -> None:
        """An object; what stays as it is in the scene gets no curve."""
        found = self._document.gltf.nodes[node]
        curves = {
            "translation": vectors(positions),
            "rotation": quaternions(rotations),
        }
        for path, values in curves.items():
            setattr(found, path, values[0].tolist())
            if moves(values):
                self._curve(node, path, fps, values)

    def film(self, node: int, moving: MovingScene) -> None:
        """The camera."""
        assert moving.camera is not None
        turned = quat.unroll(parts.turned(moving.camera_axes()))
        self._curve(node, "translation", moving.camera_fps, vectors(moving.camera.eye))
        self._curve(node, "rotation", moving.camera_fps, turned)

    def _curve(self, node: int, path: str, fps: float, values: np.ndarray) -> None:
        times = (np.arange(len(values)) / fps).astype(np.float32)
        document = self._document
        sampler = lib.AnimationSampler(
            input=document.accessor(times, bounds=True),
            output=document.accessor(values),
            interpolation="LINEAR",
        )
        self._animation.samplers.append(sampler)
        target = lib.AnimationChannelTarget(node=node, path=path)
        channel = lib.AnimationChannel(sampler=len(self._animation.samplers) - 1, target=target)
        self._animation.channels.append(channel)

    def close(self) -> None:
        """Put the animation into the document."""
        if self._animation.channels:
            self._document.gltf.animations.append(self._animation)
