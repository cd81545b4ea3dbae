"""The mannequin: closed, on its soles, dressed, and whole in every pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from tests import samples
from text2sim.assets import implicit
from text2sim.assets.body import make_body
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, JOINTS, Skeleton
from text2sim.types import Character, SkinnedMesh

MAN = samples.man()
CAST: dict[str, Character] = {
    "man": MAN,
    "woman": replace(MAN, gender="female", stature=1.66, skirt=True),
    "jeans": replace(MAN, gender="female", stature=1.60, build="slim"),
    "boy": replace(MAN, age="child", stature=1.2),
    "girl": replace(MAN, age="child", gender="female", stature=1.1, skirt=True),
    "grandfather": replace(MAN, age="old", build="heavy", hat=(0.1, 0.1, 0.1)),
    "athlete": replace(MAN, build="muscular", stature=1.95),
}  # fmt: skip
SHOULDER, ELBOW, HIP, KNEE = (
    INDEX["left_shoulder"], INDEX["left_elbow"], INDEX["left_hip"], INDEX["left_knee"],
)  # fmt: skip


def skeleton_of(character: Character) -> Skeleton:
    return Skeleton.of_stature(character.stature, child=character.age == "child")


def posed(skin: SkinnedMesh, skeleton: Skeleton, rotations: np.ndarray) -> np.ndarray:
    """Vertices under linear blend skinning."""
    rest = skeleton.rest_positions()
    positions, world = skeleton.forward(skeleton.offsets[0], rotations)
    result = np.zeros(skin.vertices.shape)
    for k in range(4):
        j = skin.joints[:, k]
        moved = positions[j] + quat.rotate(world[j], skin.vertices - rest[j])
        result += skin.weights[:, k : k + 1] * moved
    return result


def identity() -> np.ndarray:
    return np.tile([1.0, 0.0, 0.0, 0.0], (len(JOINTS), 1))


@pytest.fixture(scope="module", params=sorted(CAST))
def person(request: pytest.FixtureRequest) -> tuple[Character, Skeleton, SkinnedMesh]:
    character = CAST[request.param]
    skeleton = skeleton_of(character)
    return character, skeleton, make_body(character, skeleton)


@pytest.fixture(scope="module")
def man() -> tuple[Skeleton, SkinnedMesh]:
    skeleton = skeleton_of(MAN)
    return skeleton, make_body(MAN, skeleton)


def test_surfaces_are_closed_and_face_outward(person) -> None:
    skin = person[2]
    merged, index = np.unique(skin.vertices.round(6), axis=0, return_inverse=True)
    faces = index.reshape(-1)[skin.faces]
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = edges[edges[:, 0] != edges[:, 1]]
    forward, counts = np.unique(edges, axis=0, return_counts=True)
    backward, others = np.unique(edges[:, ::-1], axis=0, return_counts=True)
    assert np.array_equal(forward, backward)
    assert np.array_equal(counts, others)
    whole = (np.diff(np.sort(faces, axis=1), axis=1) > 0).all(axis=1)
    solid = trimesh.Trimesh(merged, faces[whole], process=False)
    for part in solid.split(only_watertight=False, repair=False):
        assert part.volume > 0
    a, b, c = np.moveaxis(skin.vertices[skin.faces].astype(float), 1, 0)
    normal = np.cross(b - a, c - a)
    agree = np.einsum("ij,ij->i", normal, skin.normals[skin.faces].mean(axis=1)) > 0
    area = np.linalg.norm(normal, axis=1)
    assert area[agree].sum() > 0.99 * area.sum()
    assert np.allclose(np.linalg.norm(skin.normals, axis=1), 1.0, atol=1e-4)


def test_weights_are_a_partition_of_one(person) -> None:
    skin = person[2]
    assert np.allclose(skin.weights.sum(axis=1), 1.0, atol=1e-5)
    assert (skin.weights >= 0).all()
    assert skin.joints.min() >= 0
    assert skin.joints.max() < len(JOINTS)
    assert 6000 < len(skin.vertices) < 12_000


def test_it_stands_on_its_sole_points(person) -> None:
    character, skeleton, skin = person
    low, high = skin.vertices.min(axis=0), skin.vertices.max(axis=0)
    assert low[2] == pytest.approx(0.0, abs=1e-6)
    tall = character.stature + (0.10 if character.hat else 0.02)
    assert character.stature - 0.005 <= high[2] <= tall
    soles = skeleton.sole_points(skeleton.rest_positions(), identity())
    ground = skin.vertices[np.abs(skin.vertices[:, 2]) < 1e-6]
    left = ground[ground[:, 1] > 0]
    assert left[:, 0].min() == pytest.approx(soles[0, 0], abs=2e-3)
    assert left[:, 0].max() == pytest.approx(soles[1, 0], abs=2e-3)


def test_joints_lie_inside_the_body(person) -> None:
    _, skeleton, skin = person
    rest = skeleton.rest_positions()
    for name in ("pelvis", "spine2", "left_knee", "right_elbow", "head", "left_ankle"):
        joint = rest[INDEX[name]]
        near = skin.vertices[np.linalg.norm(skin.vertices - joint, axis=1) < 0.22]
        offset = near - joint
        for axis in range(3):
            assert offset[:, axis].min() < -0.015
            assert offset[:, axis].max() > 0.015


def test_the_pose_of_rest_moves_nothing(man) -> None:
    skeleton, skin = man
    assert np.allclose(posed(skin, skeleton, identity()), skin.vertices, atol=1e-5)


def test_left_and_right_are_mirror_images(man) -> None:
    skin = man[1]
    low, high = skin.vertices.min(axis=0), skin.vertices.max(axis=0)
    assert low[1] == pytest.approx(-high[1], abs=2e-3)
    left = skin.weights[skin.vertices[:, 1] > 0.3].sum()
    right = skin.weights[skin.vertices[:, 1] < -0.3].sum()
    assert left == pytest.approx(right, rel=0.02)


def slab_width(vertices: np.ndarray, faces: np.ndarray, point: np.ndarray, reach: float) -> float:
    """Smallest thickness of the surface's points within `reach` of a joint, over directions."""
    near = vertices[np.linalg.norm(vertices - point, axis=1) < reach]
    turn = np.linspace(0, np.pi, 13)[:-1]
    directions = np.stack([np.cos(turn), 0 * turn, np.sin(turn)], axis=-1)
    return float(np.ptp(near @ directions.T, axis=0).min())


@pytest.mark.parametrize("angle", [1.0, 1.8, 2.44])
def test_a_bent_knee_keeps_its_volume(man, angle: float) -> None:
    skeleton, skin = man
    rotations = identity()
    rotations[HIP] = quat.about_y(-0.6 * angle)
    rotations[KNEE] = quat.about_y(angle)
    shape = posed(skin, skeleton, rotations)
    knee = skeleton.forward(skeleton.offsets[0], rotations)[0][KNEE]
    leg = shape[skin.vertices[:, 1] > 0.01]
    assert slab_width(leg, skin.faces, knee, 0.075) > 0.06


@pytest.mark.parametrize("angle", [1.0, 1.8, 2.44])
def test_a_bent_elbow_keeps_its_volume(man, angle: float) -> None:
    skeleton, skin = man
    rotations = identity()
    rotations[SHOULDER] = quat.about_x(-1.3)
    rotations[ELBOW] = quat.about_z(-angle)
    shape = posed(skin, skeleton, rotations)
    elbow = skeleton.forward(skeleton.offsets[0], rotations)[0][ELBOW]
    near = shape[np.linalg.norm(shape - elbow, axis=1) < 0.055]
    assert (np.ptp(near, axis=0) > 0.05).all()


def test_arms_that_hang_leave_round_shoulders(man) -> None:
    """No point of the shoulder sinks to the joint or juts out beyond the arm."""
    skeleton, skin = man
    rotations = identity()
    rotations[SHOULDER] = quat.about_x(-1.4)
    rotations[INDEX["right_shoulder"]] = quat.about_x(1.4)
    shape = posed(skin, skeleton, rotations)
    shoulder = skeleton.rest_positions()[SHOULDER]
    around = shape[(np.abs(shape[:, 0] - shoulder[0]) < 0.03) & (shape[:, 1] > 0.1)]
    upper = around[around[:, 2] > shoulder[2] - 0.06]
    assert 0.025 < upper[:, 1].max() - shoulder[1] < 0.085
    top = around[np.abs(around[:, 1] - shoulder[1]) < 0.03]
    assert 0.01 < top[:, 2].max() - shoulder[2] < 0.075


def test_squatting_stretches_no_edge_far(man) -> None:
    skeleton, skin = man
    rotations = identity()
    for side, sign in (("left", 1), ("right", -1)):
        rotations[INDEX[f"{side}_hip"]] = quat.mul(quat.about_x(sign * 0.25), quat.about_y(-2.0))
        rotations[INDEX[f"{side}_knee"]] = quat.about_y(2.44)
        rotations[INDEX[f"{side}_shoulder"]] = quat.about_x(-sign * 1.3)
    shape = posed(skin, skeleton, rotations)
    pairs = np.concatenate([skin.faces[:, [0, 1]], skin.faces[:, [1, 2]]])
    before = np.linalg.norm(skin.vertices[pairs[:, 0]] - skin.vertices[pairs[:, 1]], axis=1)
    after = np.linalg.norm(shape[pairs[:, 0]] - shape[pairs[:, 1]], axis=1)
    assert (after - before).max() < 0.12
    assert np.quantile(after / np.maximum(before, 5e-3), 0.98) < 2.0


def test_clothes_have_the_colours_of_the_character(person) -> None:
    character, _, skin = person
    tones = {tuple(np.round(c, 4)) for c in skin.colours}
    for name in ("skin", "hair", "top", "bottom", "shoes"):
        wanted = tuple(np.round(np.float32(getattr(character, name)), 4))
        assert wanted in tones, name
    assert (character.hat is not None) == (tuple(np.round(np.float32((0.1,) * 3), 4)) in tones)


def test_build_and_gender_change_the_figure() -> None:
    tall = {name: replace(CAST[name], stature=1.75) for name in ("man", "woman", "grandfather")}
    girth, skirts = {}, {}
    for name, character in tall.items():
        skin = make_body(character, Skeleton.of_stature(1.75))
        z, y = skin.vertices[:, 2], skin.vertices[:, 1]
        girth[name] = np.ptp(y[(z > 1.06) & (z < 1.12)])
        skirts[name] = np.ptp(y[(z > 0.50) & (z < 0.56)])
    assert girth["woman"] < girth["man"] < girth["grandfather"] - 0.05
    assert skirts["woman"] > skirts["man"] + 0.1


def test_a_child_has_a_larger_head_for_its_height() -> None:
    heads = {}
    for name in ("man", "boy"):
        character, skeleton = CAST[name], skeleton_of(CAST[name])
        skin = make_body(character, skeleton)
        rest = skeleton.rest_positions()
        head = skin.vertices[skin.vertices[:, 2] > rest[INDEX["head"], 2] + 0.03]
        heads[name] = np.ptp(head[:, 1]) / character.stature
    assert heads["boy"] > 1.1 * heads["man"]


def test_the_same_character_gives_the_same_body() -> None:
    from text2sim.assets.body import _layers

    skeleton = skeleton_of(MAN)
    first = make_body(MAN, skeleton)
    _layers.cache_clear()
    second = make_body(MAN, skeleton)
    assert np.array_equal(first.vertices, second.vertices)
    assert np.array_equal(first.weights, second.weights)


def test_surface_nets_find_a_sphere() -> None:
    ball = implicit.ellipsoid((0.1, 0.0, 0.05), (0.3, 0.3, 0.3))
    patch = implicit.surface(ball, (-0.3, -0.4, -0.35), (0.5, 0.4, 0.45), 0.05)
    radius = np.linalg.norm(patch.vertices - [0.1, 0.0, 0.05], axis=1)
    assert np.allclose(radius, 0.3, atol=1e-4)
    assert np.allclose(patch.normals, (patch.vertices - [0.1, 0, 0.05]) / 0.3, atol=1e-3)
    solid = trimesh.Trimesh(patch.vertices, patch.faces, process=False)
    assert solid.is_watertight
    assert solid.volume == pytest.approx(4 / 3 * np.pi * 0.3**3, rel=0.02)
    assert solid.euler_number == 2
