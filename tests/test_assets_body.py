"""The people: whole, on their soles, dressed, proportioned, and in shape in every pose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pybullet_data
import pytest

from tests import samples
from text2sim import edit
from text2sim.assets.body import Body, Detail, make_body, worn_parts
from text2sim.assets.people import people
from text2sim.data.dataset import MotionDataset
from text2sim.errors import ConfigError, ResourceError
from text2sim.maths import quaternions as quat
from text2sim.physical_body import Capsule, PhysicalBody
from text2sim.skeleton import INDEX, JOINTS, PARENTS, Skeleton
from text2sim.types import Character, SkinnedMesh

MAN = samples.man()
CAST: dict[str, Character] = {
    "man": MAN,
    "woman": replace(MAN, gender="female", stature=1.66, skirt=True, haircut="bob"),
    "jeans": replace(MAN, gender="female", stature=1.60, build="slim", haircut="long"),
    "boy": replace(MAN, age="child", stature=1.2, shorts=True),
    "girl": replace(MAN, age="child", gender="female", stature=1.1, skirt=True, haircut="ponytail"),
    "grandfather": replace(
        MAN, age="old", build="heavy", hat=(0.1, 0.1, 0.1), haircut="receding", sleeves="long"
    ),
    "grandmother": replace(MAN, age="old", gender="female", stature=1.58, haircut="bun"),
    "athlete": replace(MAN, build="muscular", stature=1.95, haircut="bald"),
}  # fmt: skip
SHOULDER, ELBOW, HIP, KNEE = (
    INDEX["left_shoulder"], INDEX["left_elbow"], INDEX["left_hip"], INDEX["left_knee"],
)  # fmt: skip


def posed(body: Body, rotations: np.ndarray) -> np.ndarray:
    """Vertices under linear blend skinning."""
    rest = body.skeleton.rest_positions()
    positions, world = body.skeleton.forward(body.skeleton.offsets[0], rotations)
    skin, result = body.skin, np.zeros(body.skin.vertices.shape)
    for k in range(4):
        j = skin.joints[:, k]
        moved = positions[j] + quat.rotate(world[j], skin.vertices - rest[j])
        result += skin.weights[:, k : k + 1] * moved
    return result


def identity() -> np.ndarray:
    return np.tile([1.0, 0.0, 0.0, 0.0], (len(JOINTS), 1))


def coloured(skin: SkinnedMesh, colour: tuple[float, float, float]) -> np.ndarray:
    """Which vertices have exactly a colour, (V,)."""
    return np.abs(skin.colours - np.float32(colour)).max(axis=1) < 1e-6


def seen_from(skin: SkinnedMesh, towards: np.ndarray, pixel: float = 0.01) -> np.ndarray:
    """The face seen in each pixel of a parallel view from `towards`, a horizontal unit vector."""
    rng = np.random.default_rng(0)
    corners = skin.vertices[skin.faces].astype(float)
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    face = np.repeat(np.arange(len(area)), np.ceil(area / pixel**2 * 6).astype(int))
    share = rng.dirichlet([1.0, 1.0, 1.0], len(face))
    points = np.einsum("nk,nkx->nx", share, corners[face])
    side = np.array([-towards[1], towards[0], 0.0])
    cell = np.round(np.stack([points @ side, points[:, 2]], axis=1) / pixel).astype(int)
    order = np.lexsort([-(points @ towards), cell[:, 0], cell[:, 1]])
    first = np.append(True, (np.diff(cell[order], axis=0) != 0).any(axis=1))
    return face[order][first]


@pytest.fixture(scope="module", params=sorted(CAST))
def person(request: pytest.FixtureRequest) -> tuple[Character, Body]:
    return CAST[request.param], make_body(CAST[request.param])


@pytest.fixture(scope="module")
def man() -> Body:
    return make_body(MAN)


@pytest.mark.parametrize(("detail", "least", "most"), [("full", 13e3, 17e3), ("low", 2e3, 3600)])
@pytest.mark.parametrize("name", sorted(CAST))
def test_both_levels_of_detail_are_sound(
    name: str, detail: Detail, least: float, most: float
) -> None:
    skin = make_body(CAST[name], detail).skin
    assert least < len(skin.vertices) < most
    assert np.allclose(skin.weights.sum(axis=1), 1.0, atol=1e-5)
    assert (skin.weights >= 0).all()
    assert skin.joints.min() >= 0
    assert skin.joints.max() < len(JOINTS)
    assert np.array_equal(np.unique(skin.faces), np.arange(len(skin.vertices)))
    assert np.allclose(np.linalg.norm(skin.normals, axis=1), 1.0, atol=1e-4)
    a, b, c = np.moveaxis(skin.vertices[skin.faces].astype(float), 1, 0)
    normal = np.cross(b - a, c - a)
    agree = np.einsum("ij,ij->i", normal, skin.normals[skin.faces].mean(axis=1)) > 0
    area = np.linalg.norm(normal, axis=1)
    assert area[agree].sum() > 0.98 * area.sum()


def test_rays_from_all_around_meet_an_outside_first(person) -> None:
    """Nobody looks into the body through a hole: the nearest surface faces the viewer."""
    skin = person[1].skin
    seen = inside = 0
    for turn in np.linspace(0.2, 2 * np.pi + 0.2, 6)[:-1]:
        towards = np.array([np.cos(turn), np.sin(turn), 0.0])
        front = seen_from(skin, towards)
        a, b, c = np.moveaxis(skin.vertices[skin.faces[front]].astype(float), 1, 0)
        facing = np.cross(b - a, c - a) @ towards
        seen += len(front)
        inside += int((facing < 0).sum())
    assert seen > 10_000
    assert inside < 0.011 * seen, inside / seen


def test_it_stands_on_its_sole_points(person) -> None:
    character, body = person
    skin, skeleton = body.skin, body.skeleton
    low, high = skin.vertices.min(axis=0), skin.vertices.max(axis=0)
    assert low[2] == pytest.approx(0.0, abs=1e-4)
    tall = character.stature + (0.12 if character.hat else 0.02)
    assert character.stature - 0.005 <= high[2] <= tall
    soles = skeleton.sole_points(skeleton.rest_positions(), identity())
    assert soles[:, 2] == pytest.approx(0.0, abs=1e-6)
    ground = skin.vertices[np.abs(skin.vertices[:, 2]) < 1e-3]
    for side, points in ((1.0, soles[:2]), (-1.0, soles[2:])):
        own = ground[side * ground[:, 1] > 0]
        assert own[:, 0].min() == pytest.approx(points[0, 0], abs=2e-3)
        assert own[:, 0].max() == pytest.approx(points[1, 0], abs=2e-3)


def test_skeletons_are_symmetric_scaled_and_follow_the_body(person) -> None:
    character, body = person
    rest = body.skeleton.rest_positions()
    assert body.skeleton.scale == pytest.approx(character.stature / 1.75, rel=1e-5)
    for name in JOINTS:
        if name.startswith("left_"):
            twin = rest[INDEX[name.replace("left", "right")]]
            assert rest[INDEX[name]] == pytest.approx(twin * [1, -1, 1], abs=1e-6)
    usual = Skeleton.of_stature(character.stature, child=character.age == "child")
    lengths = [np.linalg.norm(s.offsets[1:], axis=1) for s in (body.skeleton, usual)]
    assert np.abs(lengths[0] - lengths[1]).max() < 0.065 * character.stature
    # The elbow's crease, where arm and forearm share the skin, is at the joint.
    skin = body.skin
    for joint in (ELBOW, KNEE):
        dense = np.zeros((len(skin.vertices), len(JOINTS)))
        np.put_along_axis(dense, skin.joints, skin.weights, axis=1)
        shared = np.minimum(dense[:, joint], dense[:, PARENTS[joint]]) > 0.35
        crease = skin.vertices[shared].mean(axis=0)
        assert np.linalg.norm(crease - rest[joint]) < 0.035


def test_joints_lie_inside_the_body(person) -> None:
    _, body = person
    rest = body.skeleton.rest_positions()
    for name in ("pelvis", "spine2", "left_knee", "right_elbow", "head", "left_ankle"):
        joint = rest[INDEX[name]]
        near = body.skin.vertices[np.linalg.norm(body.skin.vertices - joint, axis=1) < 0.22]
        offset = near - joint
        for axis in range(3):
            assert offset[:, axis].min() < -0.015
            assert offset[:, axis].max() > 0.015


def test_the_pose_of_rest_moves_nothing(man) -> None:
    assert np.allclose(posed(man, identity()), man.skin.vertices, atol=1e-5)


def test_left_and_right_are_mirror_images(person) -> None:
    skin = person[1].skin
    # Points of hats and eyes have their own order; so compare sorted coordinates.
    here = np.sort(skin.vertices[skin.vertices[:, 1] > 1e-4].round(4), axis=0)
    there = np.sort((skin.vertices[skin.vertices[:, 1] < -1e-4] * [1, -1, 1]).round(4), axis=0)
    assert here.shape == there.shape
    assert np.abs(here - there).max() < 2e-4


@pytest.mark.parametrize("angle", [1.0, 1.8, 2.44])
def test_a_bent_knee_keeps_its_volume(man, angle: float) -> None:
    rotations = identity()
    rotations[HIP] = quat.about_y(-0.6 * angle)
    rotations[KNEE] = quat.about_y(angle)
    shape = posed(man, rotations)
    knee = man.skeleton.forward(man.skeleton.offsets[0], rotations)[0][KNEE]
    leg = shape[man.skin.vertices[:, 1] > 0.01]
    near = leg[np.linalg.norm(leg - knee, axis=1) < 0.075]
    turn = np.linspace(0, np.pi, 13)[:-1]
    directions = np.stack([np.cos(turn), 0 * turn, np.sin(turn)], axis=-1)
    assert np.ptp(near @ directions.T, axis=0).min() > 0.06


@pytest.mark.parametrize("angle", [1.0, 1.8, 2.44])
def test_a_bent_elbow_keeps_its_volume(man, angle: float) -> None:
    rotations = identity()
    rotations[SHOULDER] = quat.about_x(-1.3)
    rotations[ELBOW] = quat.about_z(-angle)
    shape = posed(man, rotations)
    elbow = man.skeleton.forward(man.skeleton.offsets[0], rotations)[0][ELBOW]
    near = shape[np.linalg.norm(shape - elbow, axis=1) < 0.06]
    assert (np.ptp(near, axis=0) > 0.05).all()


@pytest.mark.parametrize("angle", [-1.2, 1.2])
def test_a_turned_wrist_is_not_wrung(man, angle: float) -> None:
    """Twist of the hand about the forearm leaves the wrist most of its thickness."""
    rotations = identity()
    rotations[INDEX["left_wrist"]] = quat.about_y(angle)
    shape, rest = posed(man, rotations), man.skeleton.rest_positions()
    wrist, arm = rest[INDEX["left_wrist"]], man.skin.vertices
    for offset in np.arange(-0.06, 0.03, 0.01):
        ring = np.abs(arm[:, 1] - wrist[1] - offset) < 0.012
        before, after = (
            np.linalg.norm(p[ring][:, [0, 2]] - wrist[[0, 2]], axis=1).mean() for p in (arm, shape)
        )
        assert after > 0.74 * before


def test_arms_that_hang_leave_round_shoulders(man) -> None:
    """No point of the shoulder sinks to the joint or juts out beyond the arm."""
    rotations = identity()
    rotations[SHOULDER] = quat.about_x(-1.4)
    rotations[INDEX["right_shoulder"]] = quat.about_x(1.4)
    shape = posed(man, rotations)
    shoulder = man.skeleton.rest_positions()[SHOULDER]
    around = shape[(np.abs(shape[:, 0] - shoulder[0]) < 0.03) & (shape[:, 1] > 0.1)]
    upper = around[around[:, 2] > shoulder[2] - 0.06]
    assert 0.025 < upper[:, 1].max() - shoulder[1] < 0.10
    top = around[np.abs(around[:, 1] - shoulder[1]) < 0.03]
    assert 0.01 < top[:, 2].max() - shoulder[2] < 0.085


def deepmimic() -> MotionDataset:
    return MotionDataset.open(Path(pybullet_data.getDataPath(), "data", "motions"))


@pytest.mark.parametrize("name", ["man", "woman", "grandfather"])
def test_recorded_motion_stretches_no_edge_far(name: str) -> None:
    """Over the 15 DeepMimic clips no edge tears open and few are stretched."""
    body = make_body(CAST[name], "low")
    skin, data = body.skin, deepmimic()
    limit = 0.24 if CAST[name].skirt else 0.16  # A skirt spans legs that part.
    assert len(data.clips) == 15
    pairs = np.concatenate([skin.faces[:, [0, 1]], skin.faces[:, [1, 2]], skin.faces[:, [2, 0]]])
    before = np.linalg.norm(skin.vertices[pairs[:, 0]] - skin.vertices[pairs[:, 1]], axis=1)
    for clip in data.clips:
        track = edit.retarget(clip.motion(), body.skeleton).tracks[0]
        for frame in np.linspace(0, len(track.root_positions) - 1, 4).astype(int):
            shape = posed(body, track.rotations_wxyz[frame])
            after = np.linalg.norm(shape[pairs[:, 0]] - shape[pairs[:, 1]], axis=1)
            assert (after - before).max() < limit, clip.id
            assert np.quantile(after / np.maximum(before, 5e-3), 0.98) < 2.0, clip.id


def test_squatting_stretches_no_edge_far(man) -> None:
    rotations = identity()
    for side, sign in (("left", 1), ("right", -1)):
        rotations[INDEX[f"{side}_hip"]] = quat.mul(quat.about_x(sign * 0.25), quat.about_y(-2.0))
        rotations[INDEX[f"{side}_knee"]] = quat.about_y(2.44)
        rotations[INDEX[f"{side}_shoulder"]] = quat.about_x(-sign * 1.3)
    shape, skin = posed(man, rotations), man.skin
    pairs = np.concatenate([skin.faces[:, [0, 1]], skin.faces[:, [1, 2]]])
    before = np.linalg.norm(skin.vertices[pairs[:, 0]] - skin.vertices[pairs[:, 1]], axis=1)
    after = np.linalg.norm(shape[pairs[:, 0]] - shape[pairs[:, 1]], axis=1)
    assert (after - before).max() < 0.12
    assert np.quantile(after / np.maximum(before, 5e-3), 0.98) < 2.0


@pytest.mark.parametrize("joint", ["left_elbow", "right_hip", "spine2"])
def test_the_renderer_skins_as_the_formula_says(man, joint: str) -> None:
    from text2sim.render.kernels import transform

    rotations = identity()
    rotations[INDEX[joint]] = quat.exp(np.array([0.3, -0.7, 0.4]))
    positions, world = man.skeleton.forward(man.skeleton.offsets[0], rotations)
    matrices, rest = quat.to_matrix(world), man.skeleton.rest_positions()
    shift = positions - np.einsum("jab,jb->ja", matrices, rest)
    poses = np.concatenate([matrices, shift[..., None]], axis=-1).astype(np.float32)
    skin, count = man.skin, len(man.skin.vertices)
    moved, normals = np.empty_like(skin.vertices), np.empty_like(skin.normals)
    transform.skin(
        0, count, skin.vertices, skin.normals, skin.joints, skin.weights, poses, moved, normals
    )
    assert np.abs(moved - posed(man, rotations)).max() < 1e-5


def test_clothes_have_the_colours_of_the_character(person) -> None:
    character, body = person
    names = ["top", "bottom", "shoes"] + ["hat"] * (character.hat is not None)
    for name in names:
        assert coloured(body.skin, getattr(character, name)).sum() > 50, name
    # Skin and hair are shaded; their colour is that of the middle of the shades.
    for name, part in (("skin", "body"), ("hair", worn_parts(character)[-1])):
        if name == "hair" and character.haircut == "bald":
            continue
        shade = people().parts[part].shade
        assert np.median(shade, axis=0) == pytest.approx(1.0, abs=0.04)
        wanted = np.float32(getattr(character, name))
        near = np.abs(body.skin.colours / wanted - 1.0).max(axis=1) < 0.03
        assert near.sum() > 50, name


def test_a_red_dress_is_one_red_dress() -> None:
    red, blue = (0.6, 0.02, 0.02), (0.02, 0.05, 0.5)
    dress = make_body(replace(CAST["woman"], top=red, bottom=red)).skin
    jeans = make_body(replace(CAST["woman"], top=red, bottom=blue, skirt=False)).skin
    heights = dress.vertices[coloured(dress, red)][:, 2]
    # From the knee to the neck without a gap.
    assert heights.min() < 0.56
    assert heights.max() > 1.36
    assert np.diff(np.sort(heights)).max() < 0.03
    legs = jeans.vertices[coloured(jeans, blue)]
    assert legs[:, 2].min() < 0.08

    def knees(skin: SkinnedMesh) -> float:
        at = np.abs(skin.vertices[:, 2] - 0.55) < 0.03
        return float(np.ptp(skin.vertices[at][:, 1]))

    assert knees(dress) > knees(jeans) + 0.1


def test_sleeves_and_trousers_have_their_length() -> None:
    def reach(character: Character) -> tuple[float, float]:
        skin = make_body(character).skin
        top = skin.vertices[coloured(skin, character.top)]
        bottom = skin.vertices[coloured(skin, character.bottom)]
        return float(top[:, 1].max()), float(bottom[:, 2].min())

    short, long = reach(replace(MAN, shorts=True)), reach(replace(MAN, sleeves="long"))
    elbow = make_body(MAN).skeleton.rest_positions()[ELBOW, 1]
    knee = make_body(MAN).skeleton.rest_positions()[KNEE, 2]
    assert short[0] < elbow < elbow + 0.2 < long[0]
    assert long[1] < 0.1 < knee < short[1]


def waist(character: Character) -> float:
    """Width and depth of the skin at the waist, summed [m]."""
    return float(make_body(character).girths[INDEX["spine1"]].sum())


@pytest.mark.parametrize("gender", ["male", "female"])
@pytest.mark.parametrize("age", ["child", "adult", "old"])
def test_builds_differ(gender, age) -> None:
    stature = 1.25 if age == "child" else 1.7
    one = replace(MAN, gender=gender, age=age, stature=stature)
    girths = {b: waist(replace(one, build=b)) for b in ("slim", "average", "heavy")}
    assert girths["slim"] < girths["average"] - 0.008
    assert girths["heavy"] > girths["average"] + 0.03
    if (gender, age) == ("male", "adult"):
        strong = make_body(replace(one, build="muscular")).girths
        assert strong[SHOULDER, 0] > 1.06 * make_body(one).girths[SHOULDER, 0]


def test_the_tall_are_taller_with_longer_legs() -> None:
    short, tall = (make_body(replace(MAN, stature=s)) for s in (1.62, 1.95))
    assert tall.skin.vertices[:, 2].max() > short.skin.vertices[:, 2].max() + 0.30
    share = [body.skeleton.leg_length / body.skeleton.scale for body in (short, tall)]
    assert share[1] > 1.02 * share[0]


def test_gender_changes_the_figure() -> None:
    man, woman = (make_body(replace(MAN, gender=g, stature=1.7)) for g in ("male", "female"))
    shoulders = [b.skeleton.rest_positions()[SHOULDER, 1] for b in (man, woman)]
    assert shoulders[0] > 1.04 * shoulders[1]
    assert waist(replace(MAN, stature=1.7)) > waist(replace(MAN, gender="female", stature=1.7))


def test_a_child_has_a_larger_head_for_its_height() -> None:
    heads = {}
    for name in ("athlete", "boy"):
        character = replace(CAST[name], haircut="bald", build="average")
        body = make_body(character)
        z = body.skeleton.rest_positions()[INDEX["head"], 2] + 0.03
        head = body.skin.vertices[body.skin.vertices[:, 2] > z]
        heads[name] = np.ptp(head[:, 1]) / character.stature
    assert heads["boy"] > 1.1 * heads["athlete"]


def test_the_physical_body_is_as_thick_as_it_looks() -> None:
    bodies = {}
    for build in ("slim", "heavy"):
        character = replace(MAN, build=build)
        body = make_body(character)
        bodies[build] = PhysicalBody.of(body.skeleton, character, body.girths)
        for name in ("left_hip", "right_elbow"):
            shape = bodies[build].shapes[INDEX[name]]
            assert isinstance(shape, Capsule)
            assert 2 * shape.radius == pytest.approx(body.girths[INDEX[name]].mean())
    for name in ("spine1", "left_hip", "left_shoulder"):
        thin, thick = (bodies[build].shapes[INDEX[name]] for build in ("slim", "heavy"))
        assert thick.radius > 1.04 * thin.radius
    assert bodies["slim"].mass == pytest.approx(MAN.mass)


def test_the_same_character_gives_the_same_body() -> None:
    from text2sim.assets.people import _points

    first = make_body(MAN)
    _points.cache_clear()
    people.cache_clear()
    second = make_body(MAN)
    assert np.array_equal(first.skin.vertices, second.skin.vertices)
    assert np.array_equal(first.skin.weights, second.skin.weights)


def test_crowds_have_little_detail_unless_told() -> None:
    from text2sim.assets.procedural import CROWD, ProceduralAssets
    from text2sim.stage import Context
    from text2sim.types import PlannedActor

    plan = samples.stairs_plan()
    many = tuple(
        PlannedActor(id=f"man{k}", character=MAN, position=[k, 0.0, 0.0]) for k in range(CROWD + 1)
    )

    def most(actors: tuple[PlannedActor, ...], **options) -> int:
        scene = ProceduralAssets(**options).run(
            replace(plan, actors=actors, objects=()), Context(stage="assets")
        )
        return max(len(actor.skin.vertices) for actor in scene.actors)

    assert most(many[:CROWD]) > 10_000
    assert most(many) < 4000
    assert most(many[:1], detail="low") < 4000
    with pytest.raises(ConfigError, match="detail"):
        ProceduralAssets(detail="medium")  # type: ignore[arg-type]


def test_a_missing_or_newer_file_is_explained(tmp_path, monkeypatch) -> None:
    from text2sim.assets import people as module

    monkeypatch.setattr(module, "resource", lambda *parts: tmp_path / "people.npz")
    module.people.cache_clear()
    index = np.frombuffer(b'{"version": 99}', np.uint8)
    np.savez(tmp_path / "people.npz", index=index)
    with pytest.raises(ResourceError, match="version 99"):
        module.people()
    module.people.cache_clear()
