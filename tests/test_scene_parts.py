"""The parts of the planner: geometry, paths, props, characters, clock, drawing."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from tests.prompt_goldens import parse
from tests.scene_scripts import MAN, WOMAN, act, on, prop, script, to
from tests.test_scene_planner import full_layer, plan_of
from text2sim.catalogue import COLOURS, GOING, KINDS, RISE
from text2sim.errors import Cancelled, MeshError, MissingExtraError, UnknownKindError
from text2sim.scene.characters import colour, make_characters
from text2sim.scene.decor import SETTINGS
from text2sim.scene.geometry import Box, ground_height, heading_of, surface_height, unit, wrap
from text2sim.scene.heuristic import HeuristicPlanner
from text2sim.scene.paths import CLEARANCE, arc, end_headings, length, resample, route, smooth
from text2sim.scene.props import SCALES, STAND_INS, make_model
from text2sim.scene.timeline import cut
from text2sim.stage import Context, Options
from text2sim.types import Actor, Garment, PlannedObject, Relation, Segment


def box(x, y, heading=0.0, size=(1.0, 2.0, 1.0), z=0.0, kind="box") -> Box:
    return Box.of(item(x, y, heading, size, z, kind))


def item(x, y, heading=0.0, size=(1.0, 2.0, 1.0), z=0.0, kind="box", count=0) -> PlannedObject:
    return PlannedObject(
        id="item", kind=kind, label=kind, position=[x, y, z], heading=heading, size=size,
        count=count,
    )  # fmt: skip


def sampled(one: Box, rng: np.random.Generator) -> np.ndarray:
    return one.world(rng.uniform(-1.0, 1.0, (4000, 2)) * one.half)


def test_overlap_agrees_with_sampling():
    rng, seen = np.random.default_rng(1), set()
    for _ in range(80):
        first = box(0, 0, rng.uniform(-3, 3), (rng.uniform(0.5, 2), rng.uniform(0.5, 2), 1))
        second = box(*rng.uniform(-1.6, 1.6, 2), rng.uniform(-3, 3), (*rng.uniform(0.4, 1.5, 2), 1))
        inside = (first.distance(sampled(second, rng)) == 0.0).mean()
        if 0.0 < inside < 0.002:
            continue  # a corner that just touches
        assert first.overlaps(second) == (inside > 0.0)
        assert second.overlaps(first) == first.overlaps(second)
        seen.add(inside > 0.0)
    assert seen == {True, False}


def test_boxes_at_other_heights_do_not_overlap():
    assert not box(0, 0).overlaps(box(0, 0, z=1.0))
    assert box(0, 0).overlaps(box(0, 0, z=0.9))


def test_lines_of_sight_stop_at_boxes():
    wall = box(2.0, 0.0, heading=0.4, size=(0.2, 3.0, 2.0))
    eye = np.array([[0.0, 0.0, 1.0]])
    assert wall.hides(eye, np.array([[4.0, 0.0, 1.0]]))[0]
    assert not wall.hides(eye, np.array([[4.0, 0.0, 5.0]]))[0]
    assert not wall.hides(eye, np.array([[1.0, 0.0, 1.0]]))[0]
    assert not wall.hides(eye, np.array([[0.0, 4.0, 1.0]]))[0]


def test_edge_is_the_distance_to_the_rim():
    rng = np.random.default_rng(2)
    for _ in range(20):
        one = box(1.0, -2.0, rng.uniform(-3, 3), (*rng.uniform(0.5, 2, 2), 1))
        direction = unit(rng.uniform(-3, 3))
        rim = one.centre + one.edge(direction) * direction
        assert one.distance(rim + 1e-6 * direction) < 2e-6
        assert one.distance(rim + 0.05 * direction) > 0.0


def test_stairs_rise_step_by_step_along_their_own_x():
    stairs = item(0, 0, np.pi / 2, (6 * GOING, 1.3, 6 * RISE), kind="stairs", count=6)
    middles = (np.arange(6) + 0.5) * GOING - 3 * GOING
    points = np.stack([np.zeros(6), middles], axis=1)
    np.testing.assert_allclose(ground_height([stairs], points), RISE * np.arange(1, 7))
    assert ground_height([stairs], np.array([0.0, -3 * GOING - 0.01])) == 0.0
    ramp = item(0, 0, 0, (3.0, 1.0, 0.3), kind="ramp")
    np.testing.assert_allclose(
        surface_height(ramp, np.array([[-1.5, 0], [0, 0], [1.5, 0]])), [0, 0.15, 0.3]
    )


@pytest.mark.parametrize("kind", [kind for kind, spec in KINDS.items() if spec.walkable])
def test_heights_agree_with_the_meshes_that_are_built(kind):
    from text2sim.assets.objects import build

    spec = KINDS[kind]
    planned = item(0.4, -0.3, 0.7, spec.size, kind=kind, count=spec.count)
    made = build(planned)
    rng = np.random.default_rng(3)
    points = Box.of(planned).world(rng.uniform(-0.97, 0.97, (200, 2)) * np.array(spec.size[:2]) / 2)
    gap = np.abs(made.top(points) - ground_height([planned], points))
    assert np.median(gap) < 0.01
    assert (gap < 0.06).mean() > 0.95


def test_resampling_keeps_ends_and_length():
    path = np.array([[0, 0], [1, 0], [1, 0], [1, 2.0]])
    dense = resample(path)
    np.testing.assert_allclose(dense[[0, -1]], path[[0, -1]])
    assert np.linalg.norm(np.diff(dense, axis=0), axis=1).max() <= 0.08 + 1e-9
    assert length(dense) == pytest.approx(3.0, abs=0.05)


def test_smooth_paths_have_no_sharp_corner():
    path = smooth([[0, 0], [2, 0], [2, 2.0]])
    headings = np.unwrap(np.arctan2(*np.diff(path, axis=0).T[::-1]))
    assert np.abs(np.diff(headings)).max() < 0.4
    assert headings[-1] - headings[0] == pytest.approx(np.pi / 2)


@pytest.mark.parametrize("angle", [np.pi / 2, -np.pi / 2, 2 * np.pi, -4 * np.pi])
def test_arcs_turn_by_their_angle(angle):
    path = resample(arc([1.0, 2.0], 0.3, 1.5, angle))
    first, last = end_headings(path)
    assert wrap(first - 0.3) == pytest.approx(0.0, abs=0.01)
    assert last - first == pytest.approx(angle, abs=0.02)
    assert length(path) == pytest.approx(1.5 * abs(angle), rel=0.01)


def test_routes_keep_clear_and_are_short():
    boxes = [box(2.0, 0.0), box(4.0, 1.5, 0.5)]
    way = route([0, 0], [6, 0.5], boxes)
    dense = resample(np.array(way), 0.02)
    assert len(way) > 2
    for one in boxes:
        assert one.distance(dense).min() >= CLEARANCE
    assert length(np.array(way)) < 1.25 * np.linalg.norm(way[-1] - way[0])
    assert len(route([0, 5], [6, 5], boxes)) == 2


@pytest.mark.parametrize("noun", [*STAND_INS, *SCALES])
def test_stand_ins_are_known_kinds(noun):
    notes: list[str] = []
    model = make_model(prop("thing1", noun), strict=False, warn=notes.append)
    assert model.kind in KINDS
    assert model.label == noun


def test_unknown_nouns_are_said_or_refused():
    notes: list[str] = []
    model = make_model(prop("zorb1", "zorblax"), strict=False, warn=notes.append)
    assert (model.kind, model.label) == ("box", "zorblax")
    assert "zorblax" in notes[0]
    with pytest.raises(UnknownKindError, match="zorblax"):
        plan_of(script("a man kicks a zorblax", act("kick", target="z1"),
                       props=[prop("z1", "zorblax")]), strict=True)  # fmt: skip


def test_a_typo_finds_its_kind():
    notes: list[str] = []
    assert make_model(prop("t1", "tabel"), strict=False, warn=notes.append).kind == "table"
    assert notes


def test_meshes_are_measured(tmp_path):
    path = tmp_path / "thing.stl"
    trimesh.creation.box(extents=[0.5, 1.0, 0.25]).export(path)
    plan = plan_of(script("a man walks to it", act("walk", paths=to("towards", "mesh1")),
                          props=[prop("mesh1", str(path))]))  # fmt: skip
    mesh = plan.objects[0]
    assert (mesh.kind, mesh.label) == (str(path), "thing")
    np.testing.assert_allclose(mesh.size / mesh.size.max(), [0.5, 1.0, 0.25], atol=1e-6)
    path.write_bytes(b"not a mesh")
    with pytest.raises(MeshError, match=r"thing\.stl"):
        make_model(prop("mesh1", str(path)), strict=False, warn=print)


def test_sizes_colours_and_materials_of_props():
    make = lambda **more: make_model(prop("box1", **more), strict=False, warn=print)  # noqa: E731
    assert make(size="huge").size[0] > make().size[0] > make(size="tiny").size[0]
    assert make(adjectives=("tall",)).size[2] > make().size[2]
    assert make(colour="red").colour == COLOURS["red"]
    assert make(material="wooden").material == "wood"
    stairs = make_model(prop("stairs1", size="large"), strict=False, warn=print)
    assert stairs.size[2] / stairs.count == pytest.approx(RISE)
    assert stairs.size[0] / stairs.count == pytest.approx(GOING)


def test_characters_follow_the_words():
    actors = (
        MAN, WOMAN,
        Actor(id="boy1", noun="boy", gender="male", age="child"),
        Actor(id="tall1", noun="man", gender="male", height="tall", build="heavy"),
        Actor(id="old1", noun="woman", gender="female", age="old", build="slim", hair="white",
              clothing=(Garment(kind="dress", colour="blue"), Garment(kind="hat", colour="red"))),
    )  # fmt: skip
    made = make_characters(actors, np.random.default_rng(0))
    assert 1.15 < made["boy1"].stature < 1.35
    assert 20 < made["boy1"].mass < 35
    assert made["tall1"].stature > made["man1"].stature + 0.08
    assert made["tall1"].mass > made["man1"].mass + 20
    assert made["old1"].stature < made["woman1"].stature + 0.02
    old = made["old1"]
    assert old.skirt
    assert old.top == old.bottom == COLOURS["blue"]
    assert old.hat == COLOURS["red"]
    assert old.hair == COLOURS["white"]
    assert made["man1"].top != made["woman1"].top


def test_garments_and_hair_follow_the_words():
    def wear(gender, *kinds, age="adult", adjectives=()):
        clothing = tuple(Garment(kind=kind) for kind in kinds)
        actor = Actor(id="a", noun="x", gender=gender, age=age, clothing=clothing,
                      adjectives=adjectives)  # fmt: skip
        return make_characters([actor], np.random.default_rng(3))["a"]

    assert wear("male", "sweater").sleeves == wear("male", "shirt").sleeves == "long"
    assert wear("male", "t-shirt").sleeves == wear("male").sleeves == "short"
    assert wear("male", "shorts").shorts
    assert not wear("male", "jeans").shorts
    assert wear("male").haircut == "short"
    assert wear("male", adjectives=("bald",)).haircut == "bald"
    for word, haircut in (
        ("long-haired", "long"), ("short-haired", "short"), ("ponytailed", "ponytail"),
    ):  # fmt: skip
        assert {wear(g, adjectives=(word,)).haircut for g in ("male", "female")} == {haircut}
    assert wear("female").haircut in ("bob", "long", "ponytail")
    assert wear("female", age="old").haircut in ("bun", "bob")


@pytest.mark.parametrize(
    ("prompt", "haircut"),
    [
        ("a woman with long hair walks", "long"),
        ("a girl with a ponytail runs", "ponytail"),
        ("a bald man walks", "bald"),
        ("a man with a shaved head walks", "bald"),
        ("a short-haired woman waves", "short"),
        ("a long-haired man waves", "long"),
    ],
)
def test_haircuts_are_those_of_the_prompt(prompt, haircut):
    for seed in range(4):  # Whatever is drawn.
        (made,) = make_characters(parse(prompt).actors, np.random.default_rng(seed)).values()
        assert made.haircut == haircut


def test_colour_words_are_shaded():
    dark, plain, light = (colour(words) for words in ("dark blue", "blue", "light blue"))
    assert dark[2] < plain[2] < light[2]
    assert colour("sparkling") is None


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_add_known_things_off_the_paths(setting):
    assert set(SETTINGS[setting]) <= set(KINDS)
    plan = plan_of(script("a man walks", act("walk"), setting=setting))
    assert plan.objects
    path = next(seg.path for seg in plan.timeline if seg.action == "walk")
    for thing in plan.objects:
        assert Box.of(thing).distance(path[:, :2]).min() > 0.3


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("behind", lambda chair, table: chair[0] > table[0] + 0.5),
        ("in_front_of", lambda chair, table: chair[0] < table[0] - 0.5),
        ("next_to", lambda chair, table: abs(chair[1] - table[1]) > 0.5),
        ("far_from", lambda chair, table: np.linalg.norm(chair - table) > 3.0),
        ("near", lambda chair, table: np.linalg.norm(chair - table) < 3.0),
    ],
)
def test_relations_between_things(kind, check):
    plan = plan_of(script(
        "a man walks to the table", act("walk", paths=to("towards", "table1")),
        props=[prop("table1"), prop("chair1")],
        relations=[Relation(kind=kind, subject="chair1", references=("table1",))],
    ))  # fmt: skip
    places = {thing.id: thing.position[:2] for thing in plan.objects}
    assert check(places["chair1"], places["table1"])


@pytest.mark.parametrize(("kind", "sign"), [("left_of", -1.0), ("right_of", 1.0)])
def test_left_and_right_are_as_the_camera_sees_them(kind, sign):
    from text2sim.maths.camera import project

    plan = plan_of(script(
        "a man waves", act("wave"), props=[prop("table1"), prop("lamp1")],
        relations=[Relation(kind=kind, subject="lamp1", references=("table1",))],
    ))  # fmt: skip
    places = np.array([next(t.position for t in plan.objects if t.id == name)
                       for name in ("lamp1", "table1")])  # fmt: skip
    camera = plan.camera
    pixels, _ = project(places, camera.eye[0], camera.target[0], camera.fov, (640, 480))
    assert sign * (pixels[0, 0] - pixels[1, 0]) > 20


def test_a_thing_between_two_others_is_between_them():
    plan = plan_of(script(
        "a man walks to the ball", act("walk", paths=to("towards", "ball1")),
        props=[prop("ball1"), prop("box1"), prop("box2", "box")],
        relations=[Relation(kind="between", subject="ball1", references=("box1", "box2"))],
    ))  # fmt: skip
    ball, one, two = (next(t.position[:2] for t in plan.objects if t.id == name)
                      for name in ("ball1", "box1", "box2"))  # fmt: skip
    assert np.linalg.norm(ball - (one + two) / 2) < 0.1


def test_stacks_of_things_stand_on_each_other():
    plan = plan_of(script(
        "a man walks to the table", act("walk", paths=to("towards", "table1")),
        props=[prop("table1"), prop("box1"), prop("cup1")],
        relations=[on("box1", "table1"), on("cup1", "box1")],
    ))  # fmt: skip
    table, box1, cup = (next(t for t in plan.objects if t.id == name)
                        for name in ("table1", "box1", "cup1"))  # fmt: skip
    assert box1.position[2] == pytest.approx(table.size[2])
    assert cup.position[2] == pytest.approx(table.size[2] + box1.size[2])
    assert (box1.support, cup.support) == ("table1", "box1")


def test_views_are_honoured():
    base = script("a man walks", act("walk"))
    above, front, behind = (
        plan_of(replace(base, view=view)).camera
        for view in ("from above", "from the front", "from behind")
    )
    offset = above.eye[0] - above.target[0]
    assert offset[2] > 0.8 * np.linalg.norm(offset)
    assert heading_of(front.eye[0] - front.target[0]) == pytest.approx(0.0, abs=0.3)
    assert abs(wrap(heading_of(behind.eye[0] - behind.target[0]) - np.pi)) < 0.3
    close = plan_of(replace(base, view="close-up")).camera
    usual = plan_of(base).camera
    distance = [np.linalg.norm(c.eye[0] - c.target[0]) for c in (close, usual)]
    assert distance[0] < 0.6 * distance[1]


def test_a_segment_cut_half_way_ends_half_way():
    path = np.stack([np.linspace(0, 4, 51), np.zeros(51), np.zeros(51)], axis=1)
    walk = Segment(actor="man1", action="walk", start=1.0, end=5.0, path=path)
    part = cut(walk, 3.0)
    assert part.end == 3.0
    assert part.path[-1, 0] == pytest.approx(2.0, abs=0.1)


def test_a_third_action_waits_for_its_anchor():
    plan = plan_of(script(
        "a man walks, then a woman waves", act("walk"), act("wave", 2, actor="woman1"),
        actors=[MAN, WOMAN],
    ))  # fmt: skip
    walk, wave = (next(s for s in plan.timeline if s.action == name) for name in ("walk", "wave"))
    assert wave.start == pytest.approx(walk.end)


def test_two_full_body_actions_at_once_follow_each_other():
    plan = plan_of(script("a man jumps while spinning", act("jump"), act("spin", 2, start="with")))
    assert [s.action for s in full_layer(plan, "man1")] == ["stand", "jump", "spin", "stand"]
    assert any("same time" in note for note in plan.warnings)


def test_what_is_missing_is_added_and_said():
    for name, kind in (("sit", "chair"), ("throw", "ball"), ("pick_up", "box")):
        plan = plan_of(script(f"a man {name}s", act(name)))
        assert [thing.kind for thing in plan.objects] == [kind]
        assert any("added" in note for note in plan.warnings)
    plan = plan_of(script("a man walks up", act("walk", paths=to("up"))))
    assert [thing.kind for thing in plan.objects] == ["stairs", "platform"]


def test_the_chased_one_runs_ahead():
    plan = plan_of(script("a woman chases a man", act("run", actor="woman1", verb="chase",
                                                    target="man1"),
                          actors=[WOMAN, MAN]))  # fmt: skip
    runs = [s for s in plan.timeline if s.action == "run"]
    assert {s.actor for s in runs} == {"woman1", "man1"}
    assert runs[0].start == runs[1].start
    ends = {s.actor: s.path[-1, 0] for s in runs}
    assert ends["man1"] > ends["woman1"] + 0.7


def test_a_box_that_one_stands_on_bears_it():
    plan = plan_of(script("a man jumps onto a box", act("jump", paths=to("onto", "box1")),
                          props=[prop("box1")]))  # fmt: skip
    box1 = plan.objects[0]
    assert box1.walkable
    assert box1.fixed
    assert full_layer(plan, "man1")[-1].path[-1, 2] == pytest.approx(box1.size[2])


def test_a_seat_is_steady_unless_it_is_to_be_moved():
    sit, carry = act("sit", target="chair1"), act("pick_up", target="chair1")
    made = [plan_of(script("", one, props=[prop("chair1")])).objects[0] for one in (sit, carry)]
    assert [item.fixed for item in made] == [True, False]
    assert not made[0].walkable


def test_a_throw_over_a_fence_lands_behind_it():
    plan = plan_of(script(
        "a man throws a ball over the fence",
        act("throw", target="ball1", paths=to("over", "fence1")),
        props=[prop("ball1"), prop("fence1")],
    ))  # fmt: skip
    throw = next(s for s in plan.timeline if s.action == "throw")
    fence = next(t for t in plan.objects if t.id == "fence1")
    assert throw.point[0] > fence.position[0] + 0.4
    assert throw.point[2] == 0.0


def test_nobody_gets_on_a_house():
    plan = plan_of(script("a man climbs onto a house", act("climb", paths=to("onto", "house1")),
                          props=[prop("house1")]))  # fmt: skip
    assert all(s.path[:, 2].max() == 0.0 for s in plan.timeline)
    assert any("too high" in note for note in plan.warnings)


def test_jumping_down_leaves_what_one_stands_on():
    plan = plan_of(script(
        "a man stands on a table and jumps down", act("stand"),
        act("jump", 2, direction="down"), props=[prop("table1")], relations=[on("man1", "table1")],
    ))  # fmt: skip
    jump = next(s for s in plan.timeline if s.action == "jump")
    assert jump.path[0, 2] == pytest.approx(0.74)
    assert jump.path[-1, 2] == 0.0


def test_nothing_to_take_is_placed_behind_what_one_faces():
    plan = plan_of(script(
        "a man opens the fridge and takes a bottle", act("reach", target="fridge1"),
        act("pick_up", 2, target="bottle1"), props=[prop("fridge1"), prop("bottle1")],
    ))  # fmt: skip
    fridge, bottle = plan.objects
    reach = next(s for s in plan.timeline if s.action == "reach")
    assert not Box.of(fridge).crosses(reach.path[-1, :2], bottle.position[:2])


def test_nobody_gives_a_plan_of_things():
    plan = plan_of(script("a ball", props=[prop("ball1")], actors=[]))
    assert plan.actors == ()
    assert plan.duration > 1.0


def test_drawing(monkeypatch):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    plan = plan_of(script("a man walks up", act("walk", paths=to("up"))))
    axes = plan.plot()
    words = " ".join(text.get_text() for text in axes.texts)
    assert all(word in words for word in ("man1", "stairs", "landing", "camera", "walk"))
    assert axes.get_title().startswith("a man walks up")
    plt.close("all")
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match=r'pip install "text2sim\[plot\]"'):
        plan.plot()


def test_planning_can_be_cancelled_and_reports():
    seen = []
    context = Context(stage="planner", allowed=HeuristicPlanner.options, on_progress=seen.append)
    HeuristicPlanner().run(script("a man waves", act("wave")), context)
    assert seen[-1].done == seen[-1].total
    context = Context(stage="planner", allowed=HeuristicPlanner.options, request=Options())
    context.cancel.set()
    with pytest.raises(Cancelled):
        HeuristicPlanner().run(script("a man waves", act("wave")), context)
