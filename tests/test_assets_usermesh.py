"""Meshes that users bring along."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import trimesh

from tests import broken_meshes
from text2sim.assets.meshing.solid import moments
from text2sim.assets.meshing.treat import MeshTreatment, treat
from text2sim.assets.meshing.triangles import Triangles, is_closed
from text2sim.assets.procedural import ProceduralAssets
from text2sim.assets.usermesh import load
from text2sim.catalogue import MATERIALS
from text2sim.errors import ConfigError, MeshError, MissingExtraError, UnknownKindError
from text2sim.io.meshes import is_path, natural_size
from text2sim.types import ConvexPart, PlannedObject, SceneObject

HOPELESS = ("empty", "one triangle", "not finite", "flat", "wrong index")
LIMITS = {"max_bytes": 2_000_000, "max_faces": 20_000}


def tower() -> trimesh.Trimesh:
    """A wide foot and a narrow top: Z is up."""
    foot = trimesh.creation.box(extents=[2, 1, 0.5])
    top = trimesh.creation.icosphere(2, 0.4)
    top.apply_translation([0, 0, 1.6])
    return trimesh.util.concatenate([foot, top])


def plan(path: Path, size=(0.5, 0.4, 0.8), **changes) -> PlannedObject:
    return PlannedObject(
        id="mesh1", kind=str(path), label="tower", position=[1, 2, 0], size=size, **changes
    )


@pytest.mark.parametrize("suffix", ["obj", "stl", "ply", "glb", "STL"])
def test_each_format_is_read_and_fitted(tmp_path: Path, suffix: str) -> None:
    mesh = tower()
    if suffix == "glb":
        mesh.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, [1, 0, 0]))
    path = tmp_path / f"tower.{suffix}"
    path.write_bytes(mesh.export(file_type=suffix.lower(), **{}) if suffix.lower() != "obj"
                     else mesh.export(file_type="obj").encode())  # fmt: skip
    item = load(plan(path), **LIMITS)
    cloud = item.visuals[0].mesh.vertices
    assert np.allclose(np.ptp(cloud, axis=0), [0.5, 0.4, 0.8], atol=1e-5)
    assert cloud[:, 2].min() == pytest.approx(0.0, abs=1e-6)
    wide = cloud[cloud[:, 2] < 0.1]
    assert np.ptp(wide[:, 0]) == pytest.approx(0.5, abs=1e-4)
    assert len(item.parts) == 2
    assert item.mass > 0


def written(tmp_path: Path) -> Path:
    path = tmp_path / "tower.stl"
    tower().export(path)
    return path


def test_the_hulls_hold_the_mesh(tmp_path: Path) -> None:
    item = load(plan(written(tmp_path)), **LIMITS)
    cloud = item.visuals[0].mesh.vertices.astype(np.float64)
    gaps = [(cloud @ p.planes[:, :3].T + p.planes[:, 3]).max(axis=-1) for p in item.parts]
    assert np.min(gaps, axis=0).max() < 0.02
    assert all(len(part.vertices) <= 64 for part in item.parts)


def test_no_more_parts_than_allowed(tmp_path: Path) -> None:
    how = MeshTreatment(decomposition="hulls", store=False)
    balls = []
    for i in range(20):
        ball = trimesh.creation.icosphere(1, 0.1)
        ball.apply_translation([i, i % 3, i % 2])
        balls.append(ball)
    path = tmp_path / "balls.ply"
    trimesh.util.concatenate(balls).export(path)
    assert len(load(plan(path), how=how).parts) == how.most_parts


def test_colour_material_and_pose_come_from_the_plan(tmp_path: Path) -> None:
    where = plan(written(tmp_path), colour=(0.1, 0.2, 0.3), material="wood", fixed=True)
    item: SceneObject = load(where, **LIMITS)
    assert item.visuals[0].surface.colour == (0.1, 0.2, 0.3)
    assert item.visuals[0].surface.pattern == "wood"
    assert item.fixed
    assert np.allclose(item.position, [1, 2, 0])


def test_the_stage_takes_a_path_as_kind(tmp_path: Path) -> None:
    stage = ProceduralAssets()
    assert stage.object(plan(written(tmp_path))).kind.endswith("tower.stl")
    with pytest.raises(UnknownKindError):
        stage.object(plan(tmp_path / "tower.fbx"))


def test_natural_size_keeps_the_shape(tmp_path: Path) -> None:
    assert natural_size(str(written(tmp_path)), largest=3.0) == pytest.approx(
        (2 * 3 / 2.25, 1 * 3 / 2.25, 3.0)
    )


def test_paths_are_told_from_kinds() -> None:
    assert is_path("models/dragon.OBJ")
    assert is_path("C:\\things\\a.glb")
    assert not is_path("coffee table")
    assert not is_path("evil.pkl")


def broken(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.obj", b"", "is empty"),
        ("b.obj", b"# nothing here\n", "no triangles|can't be read"),
        ("c.stl", b"\x00\xff" * 40, "can't be read|no triangles"),
        ("d.glb", b"glTF\x02\x00\x00\x00 rubbish", "can't be read"),
        ("e.ply", b"ply\nformat ascii 1.0\nelement vertex 3\n", "can't be read|no triangles"),
        ("f.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "flat"),
        ("g.obj", b"v 0 0 nan\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\n", "NaN|no triangles"),
        ("h.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "can't be read|corrupt|no triangles"),
        ("i.obj", b"v 0 0 0\nv 1 1 1\nv 2 2 2\n", "no triangles|can't be read"),
    ],
)  # fmt: skip
def test_bad_files_are_mesh_errors(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(MeshError, match=message):
        load(plan(broken(tmp_path, name, content)), **LIMITS)


def test_missing_files_and_folders_are_mesh_errors(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="no mesh file"):
        load(plan(tmp_path / "nowhere.obj"), **LIMITS)
    (tmp_path / "folder.obj").mkdir()
    with pytest.raises(MeshError, match="no mesh file"):
        load(plan(tmp_path / "folder.obj"), **LIMITS)


def test_large_files_and_meshes_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(MeshError, match="max_bytes"):
        load(plan(path), max_bytes=1000, max_faces=20_000)
    with pytest.raises(MeshError, match="max_faces"):
        load(plan(path), max_bytes=2_000_000, max_faces=100)


def test_a_file_cannot_pull_in_others(tmp_path: Path) -> None:
    (tmp_path / "secret.mtl").write_text("newmtl red\nmap_Kd secret.png\n")
    text = "mtllib secret.mtl\nusemtl red\n" + tower().export(file_type="obj")
    path = broken(tmp_path, "tower.obj", text.encode())
    item = load(plan(path), **LIMITS)
    assert len(item.visuals) == 1


@pytest.mark.parametrize("number", range(len(broken_meshes.FAULTS)), ids=list(broken_meshes.FAULTS))
def test_a_broken_mesh_gives_a_body_or_a_clear_error(tmp_path: Path, number: int) -> None:
    mesh = broken_meshes.broken(number)
    if mesh.fault == "heavy":
        pytest.skip("docs/benchmarks/meshes.py has those of 200,000 triangles")
    path = broken_meshes.write(mesh, tmp_path)
    how = MeshTreatment(decomposition="hulls", cells=32, store=False)
    if mesh.fault in HOPELESS:
        with pytest.raises(MeshError, match=path.stem):
            load(plan(path), how=how)
        return
    item = load(plan(path), how=how)
    moments = np.linalg.eigvalsh(item.inertia)
    assert 0.0 < moments[0] <= moments[2] <= moments[0] + moments[1]
    assert item.mass > 0.0
    cloud = np.concatenate([visual.mesh.vertices for visual in item.visuals])
    assert np.allclose(np.ptp(cloud, axis=0), [0.5, 0.4, 0.8], atol=1e-4)
    corners = np.concatenate([part.vertices for part in item.parts])
    assert (corners >= [-0.2501, -0.2001, -1e-4]).all()
    assert (corners <= [0.2501, 0.2001, 0.8001]).all()


def test_the_faults_are_mended_as_their_names_say(tmp_path: Path) -> None:
    how = MeshTreatment(decomposition="hulls", store=False)
    ball = trimesh.creation.icosphere(3, 1.0)
    v, f = np.array(ball.vertices), np.array(ball.faces)
    exact = 4.0 / 3.0 * np.pi
    near = ((v[f].mean(axis=1) - [0, 0, 1]) ** 2).sum(axis=1) < 0.1
    turned = np.where((np.arange(len(f)) % 3 == 0)[:, None], f[:, ::-1], f)
    two = np.concatenate([v, v + [1.0, 0, 0]]), np.concatenate([f, f + len(v)])
    cavity = np.concatenate([v, 0.5 * v]), np.concatenate([f, f[:, ::-1] + len(v)])
    for mesh, closed, volume in (
        ((v, f), "as given", exact),
        ((v, f[::-1, ::-1]), "mended", exact),
        ((v, turned), "mended", exact),
        ((v, f[~near]), "mended", exact),
        (two, "merged", 27.0 / 12.0 * np.pi),  # two balls whose middles are a radius apart
        (cavity, "as given", exact * 7.0 / 8.0),
    ):
        made = treat(Triangles(*map(np.asarray, mesh)), how)
        assert made.closed == closed
        assert is_closed(made.body.faces)
        assert moments(made.body).volume == pytest.approx(volume, rel=0.035)


def test_an_open_bowl_stays_open_and_a_hole_is_closed(tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(3, 1.0)
    lower = ball.faces[ball.triangles_center[:, 2] < 0.0]
    how = MeshTreatment(cells=32, decomposition="vhacd", store=False)
    made = treat(Triangles(np.array(ball.vertices), lower), how)
    assert made.closed == "walls"
    assert is_closed(made.body.faces)
    assert moments(made.body).volume < 0.3 * 2.0 / 3.0 * np.pi
    inside = np.array([0.0, 0.0, -0.2])
    parts = [ConvexPart(vertices=part) for part in made.parts]
    assert not any((p.planes[:, :3] @ inside + p.planes[:, 3]).max() < 0.0 for p in parts)


def test_moments_agree_with_the_closed_form() -> None:
    box = trimesh.creation.box(extents=[1.0, 2.0, 3.0])
    box.apply_translation([5.0, 0.0, -1.0])
    found = moments(Triangles(np.array(box.vertices), np.array(box.faces)))
    assert found.volume == pytest.approx(6.0)
    assert np.allclose(found.centre, [5.0, 0.0, -1.0])
    assert np.allclose(found.inertia, np.diag([13.0, 10.0, 5.0]) * 6.0 / 12.0)


def test_a_heavy_mesh_is_decimated_to_the_budget_and_stays_closed() -> None:
    ball = trimesh.creation.icosphere(5, 1.0)
    how = MeshTreatment(budget=2_000, decomposition="hulls", store=False)
    made = treat(Triangles(np.array(ball.vertices), np.array(ball.faces)), how)
    assert len(made.drawn.faces) <= 2_000
    assert is_closed(made.body.faces)
    assert moments(made.body).volume == pytest.approx(4.0 / 3.0 * np.pi, rel=0.01)


@pytest.mark.parametrize("name", ["vhacd", "coacd"])
def test_decompositions_leave_the_hole_of_a_ring_free(tmp_path: Path, name: str) -> None:
    pytest.importorskip({"vhacd": "pybullet", "coacd": "coacd"}[name])
    path = tmp_path / "ring.ply"
    trimesh.creation.torus(1.0, 0.25, 24, 10).export(path)
    size = (1.0, 1.0, 0.2)
    how = MeshTreatment(decomposition=name, most_parts=12, store=False)
    parts = load(plan(path, size=size), how=how).parts
    assert 3 < len(parts) <= 12
    centre = np.array([0.0, 0.0, 0.1])
    assert all((p.planes[:, :3] @ centre + p.planes[:, 3]).max() > 0.0 for p in parts)
    hulls = MeshTreatment(decomposition="hulls", store=False)
    assert len(load(plan(path, size=size), how=hulls).parts) == 1


def test_a_missing_decomposition_is_named_with_its_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("text2sim.assets.meshing.convex.find_spec", lambda name: None)
    path = tmp_path / "ring.ply"
    trimesh.creation.torus(1.0, 0.25, 16, 8).export(path)
    with pytest.raises(MissingExtraError, match=r"pip install \"text2sim\[coacd\]\""):
        load(plan(path), how=MeshTreatment(decomposition="coacd", store=False))


def test_a_decomposition_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "ring.ply"
    trimesh.creation.torus(1.0, 0.25, 16, 8).export(path)
    with pytest.raises(MeshError, match=r"took more than 0\.1 s"):
        load(plan(path), how=MeshTreatment(seconds=0.1, store=False))


def test_treated_meshes_are_found_again_by_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setattr("text2sim.assets.meshing.store.folder", lambda: kept)
    how = MeshTreatment(decomposition="hulls")
    first = load(plan(written(tmp_path)), how=how)
    (file,) = kept.iterdir()
    copy = tmp_path / "copy.stl"
    copy.write_bytes(written(tmp_path).read_bytes())
    with monkeypatch.context() as patched:
        patched.setattr("text2sim.assets.usermesh.treat", None)  # must not be called
        again = load(plan(copy), how=how)
    assert np.array_equal(first.visuals[0].mesh.vertices, again.visuals[0].mesh.vertices)
    assert np.array_equal(first.parts[0].vertices, again.parts[0].vertices)
    assert first.origin.steps == again.origin.steps
    file.write_bytes(b"damaged")
    assert load(plan(copy), how=how).mass == first.mass
    load(plan(copy), how=MeshTreatment(decomposition="hulls", most_parts=1))
    assert len(list(kept.iterdir())) == 2


def test_up_turns_the_file_and_the_size_that_the_planner_took_from_it(tmp_path: Path) -> None:
    size = natural_size(str(written(tmp_path)))
    how = MeshTreatment(up="y", decomposition="hulls", store=False)
    cloud = load(plan(written(tmp_path), size=size), how=how).visuals[0].mesh.vertices
    assert np.allclose(np.ptp(cloud, axis=0), np.array(size)[[0, 2, 1]], atol=1e-5)


@pytest.mark.parametrize(
    "wrong", [{"budget": 3}, {"fill": 0.0}, {"up": "x"}, {"decomposition": "magic"}]
)
def test_settings_out_of_bounds_are_refused(wrong: dict) -> None:
    with pytest.raises(ConfigError):
        MeshTreatment(**wrong)


def test_mass_and_origin_follow_from_material_and_content(tmp_path: Path) -> None:
    path = tmp_path / "box.stl"
    trimesh.creation.box(extents=[1, 1, 1]).export(path)
    item = load(plan(path, material="wood"), how=MeshTreatment(fill=1.0, store=False))
    assert item.mass == pytest.approx(MATERIALS["wood"].density * 0.5 * 0.4 * 0.8, rel=1e-6)
    assert np.allclose(
        np.diag(item.inertia),
        item.mass / 12.0 * np.array([0.4**2 + 0.8**2, 0.5**2 + 0.8**2, 0.5**2 + 0.4**2]),
    )
    assert item.origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert item.origin.parts == 1
