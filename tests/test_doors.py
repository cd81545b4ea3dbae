"""Doors: a leaf on a hinge that is pushed open, and walked through."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from text2sim.maths import quaternions as quat
from text2sim.pipeline import Pipeline
from text2sim.types import Scene, SceneObject, Trace

THROUGH = "a man opens the door and walks through it"


@functools.cache
def scene(prompt: str) -> Scene:
    return Pipeline()(prompt, until="assets")


@functools.cache
def trace(physics: str) -> Trace:
    return Pipeline(physics=physics)(THROUGH, until="controller", seed=0)


def things(prompt: str) -> dict[str, SceneObject]:
    return {item.id: item for item in scene(prompt).objects if item.kind == "door"}


def test_a_door_that_is_opened_has_a_leaf_on_a_hinge() -> None:
    found = things("a man opens the door")
    assert set(found) == {"door1", "door1_leaf"}
    frame, leaf = found["door1"], found["door1_leaf"]
    assert frame.fixed
    assert leaf.hinge is not None
    assert leaf.hinge.frame == "door1"
    corners = np.concatenate([part.vertices for part in leaf.parts])
    gap = np.linalg.norm(corners[:, :2] - leaf.hinge.point[:2], axis=1).min()
    assert gap < 0.05  # the line runs along an edge of the leaf
    assert np.ptp(corners[:, 0]) < 0.2  # closed, but for a little
    assert 10.0 < leaf.mass < 40.0


def test_a_door_that_nobody_opens_stands_as_it_did() -> None:
    (door,) = things("a man walks through the door").values()
    assert door.fixed
    assert door.hinge is None


@pytest.mark.parametrize("physics", ["pybullet", "mujoco"])
def test_a_man_pushes_the_door_open_and_goes_through(physics: str) -> None:
    result = trace(physics)
    objects = result.world.motion.scene.objects
    number = next(i for i, item in enumerate(objects) if item.id == "door1_leaf")
    leaf = objects[number]
    turned = [leaf.hinge_angle(q) for q in result.object_rotations_wxyz[:, number]]
    assert abs(turned[0]) < 0.02
    assert max(turned) > 1.0
    assert min(turned) > leaf.hinge.low - 0.06
    assert max(turned) < leaf.hinge.high + 0.06
    line = leaf.position + quat.rotate(result.object_rotations_wxyz[:, number], leaf.hinge.point)
    place = leaf.position + quat.rotate(leaf.rotation_wxyz, leaf.hinge.point)
    moved = result.object_positions[:, number] + line - leaf.position - place
    assert np.linalg.norm(moved, axis=1).max() < 0.01  # the hinge stands still
    assert result.outcome.status == "completed"
    assert result.tracks[0].root_positions[-1, 0] > leaf.position[0] + 1.0
    touched = {(contact.a, contact.b) for contact in result.contacts}
    assert ("man1", "door1_leaf") in touched
