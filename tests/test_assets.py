"""Every kind of the catalogue as an object, and plans as scenes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from scipy.spatial import ConvexHull

from tests import samples
from text2sim.assets.objects import BUILDERS, build
from text2sim.assets.procedural import GROUNDS, LAWN, STUDIO, ProceduralAssets
from text2sim.catalogue import KINDS, MATERIALS
from text2sim.errors import Cancelled, ConfigError, UnknownKindError
from text2sim.maths import quaternions as quat
from text2sim.stage import Context
from text2sim.types import PlannedObject, Scene, SceneObject

CONTEXT = Context(stage="assets", allowed=ProceduralAssets.options)


def plan(kind: str, **changes: object) -> PlannedObject:
    fields: dict = {
        "id": "thing1", "kind": kind, "label": kind, "position": [0, 0, 0],
        "size": KINDS[kind].size, "count": KINDS[kind].count, **changes,
    }  # fmt: skip
    return PlannedObject(**fields)


def points(item: SceneObject) -> np.ndarray:
    return np.concatenate([visual.mesh.vertices for visual in item.visuals]).astype(np.float64)


def merged(mesh: object) -> trimesh.Trimesh:
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=True, merge_norm=True)


@pytest.fixture(scope="module", params=sorted(KINDS))
def item(request: pytest.FixtureRequest) -> SceneObject:
    return build(plan(request.param))


def test_there_is_a_builder_for_every_kind_and_no_other() -> None:
    assert set(BUILDERS) == set(KINDS)


def test_meshes_are_closed_and_face_outward(item: SceneObject) -> None:
    for visual in item.visuals:
        mesh = visual.mesh
        _, corner = np.unique(mesh.vertices.round(6), axis=0, return_inverse=True)
        faces = corner.reshape(-1)[mesh.faces]
        edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
        edges = edges[edges[:, 0] != edges[:, 1]]
        forward, counts = np.unique(edges, axis=0, return_counts=True)
        backward, others = np.unique(edges[:, ::-1], axis=0, return_counts=True)
        assert np.array_equal(forward, backward)
        assert np.array_equal(counts, others)
        solid = trimesh.Trimesh(mesh.vertices, faces=mesh.faces, process=False)
        assert solid.volume > 0


def test_each_piece_is_watertight_for_trimesh(item: SceneObject) -> None:
    for visual in item.visuals:
        solid = merged(visual.mesh)
        for component in solid.split(only_watertight=False, repair=False):
            assert component.is_watertight, (item.kind, len(component.faces))
            assert component.is_winding_consistent
            assert component.volume > 0


def test_normals_are_unit_and_agree_with_the_faces(item: SceneObject) -> None:
    for visual in item.visuals:
        mesh = visual.mesh
        assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-4)
        a, b, c = np.moveaxis(mesh.vertices[mesh.faces].astype(np.float64), 1, 0)
        face = np.cross(b - a, c - a)
        mean = mesh.normals[mesh.faces].mean(axis=1)
        agree = np.einsum("ij,ij->i", face, mean) > 0
        area = np.linalg.norm(face, axis=1)
        assert area[agree].sum() > 0.995 * area.sum()


def test_extents_are_the_planned_size(item: SceneObject) -> None:
    low, high = points(item).min(axis=0), points(item).max(axis=0)
    assert np.allclose(high - low, KINDS[item.kind].size, rtol=1e-2)
    assert np.allclose(0.5 * (low + high)[:2], 0.0, atol=1e-4)
    assert abs(low[2]) < 1e-5


def test_vertex_counts_are_modest(item: SceneObject) -> None:
    assert len(points(item)) < 6000


def test_parts_are_convex_few_and_inside_the_size(item: SceneObject) -> None:
    assert 1 <= len(item.parts) <= 24
    half = 0.5 * np.asarray(KINDS[item.kind].size)
    for part in item.parts:
        assert 4 <= len(part.vertices) <= 160
        assert ConvexHull(part.vertices).volume > 0
        slack = 0.02 * half.max() + 1e-6
        assert (np.abs(part.vertices - [0, 0, half[2]]) <= half + slack).all()


def test_parts_cover_the_visual_mesh(item: SceneObject) -> None:
    cloud = points(item)
    gaps = [(cloud @ part.planes[:, :3].T + part.planes[:, 3]).max(axis=-1) for part in item.parts]
    gap = np.min(gaps, axis=0)
    size = max(KINDS[item.kind].size)
    assert np.quantile(gap, 0.9) < 0.06 * size
    assert gap.max() < 0.2 * size


def test_parts_reach_the_ground_and_the_top(item: SceneObject) -> None:
    low = min(part.vertices[:, 2].min() for part in item.parts)
    high = max(part.vertices[:, 2].max() for part in item.parts)
    assert low == pytest.approx(0.0, abs=0.01 * item_height(item))
    assert high == pytest.approx(item_height(item), rel=0.03)


def item_height(item: SceneObject) -> float:
    return KINDS[item.kind].size[2]


def test_mass_is_density_times_filled_volume(item: SceneObject) -> None:
    spec = KINDS[item.kind]
    expected = MATERIALS[spec.material].density * np.prod(spec.size) * spec.fill
    assert item.mass == pytest.approx(expected)
    low, high = points(item).min(axis=0), points(item).max(axis=0)
    assert (low < item.centre_of_mass).all()
    assert (item.centre_of_mass < high).all()


def test_what_people_lift_is_light_enough_to_lift() -> None:
    for kind in ("box", "ball", "cup", "book", "bag", "bottle", "guitar", "umbrella", "chair"):
        assert build(plan(kind)).mass < 12.0, kind


def vertical_hits(item: SceneObject, spot: np.ndarray) -> np.ndarray:
    """Heights where the vertical line through a point meets the meshes."""
    found = []
    for visual in item.visuals:
        corners = visual.mesh.vertices[visual.mesh.faces].astype(np.float64)
        a, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        p = spot - a[:, :2]
        with np.errstate(all="ignore"):
            s = (p[:, 0] * v[:, 1] - p[:, 1] * v[:, 0]) / area
            t = (u[:, 0] * p[:, 1] - u[:, 1] * p[:, 0]) / area
            hit = (np.abs(area) > 1e-12) & (s >= 0) & (t >= 0) & (s + t <= 1)
        s, t = s[hit], t[hit]
        found.append(a[hit, 2] + s * u[hit, 2] + t * v[hit, 2])
    return np.concatenate(found)


@pytest.mark.parametrize("kind", [k for k, s in KINDS.items() if s.surface or s.seat])
def test_a_ray_from_above_meets_seat_and_surface(kind: str) -> None:
    spec, thing = KINDS[kind], build(plan(kind))
    d, w, h = spec.size
    spread = np.array([[x, y] for x in np.linspace(-0.2, 0.2, 9) for y in (-0.23, 0.011, 0.17)])
    heights = np.concatenate([vertical_hits(thing, spot * [d, w]) for spot in spread])
    for share in {spec.surface, spec.seat} - {None}:
        near = np.abs(heights - share * h)
        assert near.min() < 0.006, (kind, share)
        tops = np.concatenate([part.top(spread * [d, w]) for part in thing.parts])
        assert np.abs(tops - share * h).min() < 0.006, (kind, share)


@pytest.mark.parametrize("steps", [1, 3, 6, 15])
def test_stairs_are_exact_under_the_foot(steps: int) -> None:
    size = [steps * 0.28, 1.2, steps * 0.17]
    where = plan("stairs", size=size, count=steps, position=[2, -1, 0.5], heading=0.7)
    stairs = build(where)
    along = np.linspace(-0.499, 0.499, 301) * size[0]
    along = along[np.abs(((along + size[0] / 2) / 0.28 + 0.5) % 1 - 0.5) > 1e-3]
    offset = quat.rotate(quat.about_z(0.7), np.stack([along, 0.3 + 0 * along, 0 * along], -1))
    expected = 0.5 + 0.17 * np.ceil((along + size[0] / 2) / 0.28)
    assert np.allclose(stairs.top(offset[:, :2] + [2, -1]), expected, atol=1e-6)
    cloud = points(stairs)
    for i in range(steps):
        front = np.abs(cloud[:, 0] - (-size[0] / 2 + i * 0.28)) < 0.012
        assert np.abs(cloud[front, 2] - (i + 1) * 0.17).min() < 1e-4


def test_a_ramp_rises_along_x_and_a_bridge_has_two_ramps() -> None:
    ramp, bridge = build(plan("ramp")), build(plan("bridge"))
    assert np.allclose(ramp.top([[-1.499, 0], [0, 0], [1.499, 0]]), [0, 0.18, 0.36], atol=2e-4)
    x = np.array([-1.9999, -1.4, -0.8, 0, 0.8, 1.4, 1.9999])
    top = bridge.top(np.stack([x, 0 * x], -1))
    assert np.allclose(top, [0, 0.25, 0.5, 0.5, 0.5, 0.25, 0], atol=1e-4)


def test_a_door_leaves_room_to_walk_through() -> None:
    door = build(plan("door"))
    path = np.stack([np.linspace(-1, 1, 81), np.full(81, 0.05)], -1)
    for z in (0.3, 1.0, 1.7):
        for part in door.parts:
            at = np.column_stack([path, np.full(81, z)])
            gap = (at @ part.planes[:, :3].T + part.planes[:, 3]).max(axis=-1)
            assert gap.min() > 0.2


def test_size_and_count_are_followed(item: SceneObject) -> None:
    size = np.asarray(KINDS[item.kind].size) * [1.3, 0.8, 1.15]
    other = build(plan(item.kind, size=size, count=5))
    assert np.allclose(np.ptp(points(other), axis=0), size, rtol=1e-2)


def test_ladder_and_shelf_count_their_parts() -> None:
    few, many = (
        [len(points(build(plan(kind, count=n)))) for n in (4, 9)] for kind in ("ladder", "shelf")
    )
    assert few[0] < few[1]
    assert many[0] != many[1]


def test_colour_and_material_of_the_plan_win() -> None:
    red = (0.6, 0.03, 0.02)
    for kind in sorted(KINDS):
        colours = [v.surface.colour for v in build(plan(kind, colour=red)).visuals]
        assert any(np.allclose(c, red) for c in colours), kind
    gold = build(plan("statue", material="gold"))
    assert any(v.surface.metalness == 1.0 for v in gold.visuals)
    assert gold.mass / build(plan("statue")).mass == pytest.approx(19300 / 2500)
    assert gold.friction == MATERIALS["gold"].friction


def test_walkable_follows_the_kind_and_fixed_the_plan() -> None:
    assert {k for k in KINDS if build(plan(k)).walkable} == {
        k for k, spec in KINDS.items() if spec.walkable
    }
    assert build(plan("box", fixed=True)).fixed
    assert not build(plan("box", fixed=False)).fixed


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(UnknownKindError, match=r"'chaire'.*'chair'"):
        build(replace(plan("chair"), kind="chaire"))


def test_the_same_plan_gives_the_same_arrays() -> None:
    from text2sim.assets.objects import _generate

    first = build(plan("tree"))
    _generate.cache_clear()
    second = build(plan("tree"))
    for a, b in zip(first.visuals, second.visuals):
        assert np.array_equal(a.mesh.vertices, b.mesh.vertices)
        assert np.array_equal(a.mesh.normals, b.mesh.normals)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return ProceduralAssets().run(samples.stairs_plan(), CONTEXT)


def test_a_plan_becomes_a_scene(scene: Scene) -> None:
    planned = scene.plan.objects
    assert [o.id for o in scene.objects] == [p.id for p in planned]
    for made, wanted in zip(scene.objects, planned):
        assert np.allclose(made.position, wanted.position)
        assert quat.heading(made.rotation_wxyz) == pytest.approx(wanted.heading)
    assert scene.actors[0].skeleton.scale == pytest.approx(1.78 / 1.75)
    assert scene.ground == STUDIO


def test_the_scene_has_the_ground_that_was_planned(scene: Scene) -> None:
    plain = samples.make_scene(scene.plan)
    x = np.linspace(0.0, 4.0, 173)
    where = np.stack([x, 0.1 + 0 * x], -1)
    assert np.allclose(scene.ground_height(where), plain.ground_height(where), atol=1e-6)


def test_the_place_chooses_the_ground() -> None:
    value = samples.stairs_plan()
    park = replace(value, objects=(), script=replace(value.script, setting="park"))
    assert ProceduralAssets().run(park, CONTEXT).ground == LAWN
    assert GROUNDS["living room"].pattern == "wood"


def test_cancelling_stops_the_stage() -> None:
    context = Context(stage="assets")
    context.cancel.set()
    with pytest.raises(Cancelled):
        ProceduralAssets().run(samples.stairs_plan(), context)


def test_limits_must_be_positive() -> None:
    with pytest.raises(ConfigError, match="positive"):
        ProceduralAssets(max_faces=0)
