"""Scripts written by hand, as the parser would make them: what the planner tests run over."""

from __future__ import annotations

import math

from text2sim.types import Action, Actor, Garment, PathCue, Prop, Relation, Script

MAN = Actor(id="man1", noun="man", gender="male")
WOMAN = Actor(id="woman1", noun="woman", gender="female")


def prop(id: str, noun: str | None = None, **more) -> Prop:
    return Prop(id=id, noun=noun or id.rstrip("0123456789"), **more)


def act(name: str, number: int = 1, actor: str = "man1", verb: str | None = None, **more) -> Action:
    more.setdefault("anchor", f"action{number - 1}" if number > 1 else None)
    return Action(id=f"action{number}", name=name, verb=verb or name, actor=actor, **more)


def to(kind: str, *targets: str) -> tuple[PathCue, ...]:
    return (PathCue(kind=kind, targets=targets),)


def script(prompt: str, *actions: Action, actors=(MAN,), props=(), relations=(), **more) -> Script:
    return Script(
        prompt=prompt, actors=tuple(actors), props=tuple(props), actions=actions,
        relations=tuple(relations), **more,
    )  # fmt: skip


def on(subject: str, reference: str) -> Relation:
    return Relation(kind="on", subject=subject, references=(reference,))


SCRIPTS: tuple[Script, ...] = (
    script("a man stands", act("stand")),
    script("a man walks", act("walk")),
    script("a man walks up stairs", act("walk", paths=to("up", "stairs1")), props=[prop("stairs1")]),
    script("an old man walks slowly down the stairs",
           act("walk", paths=to("down", "stairs1"), speed=0.6, manner=("slowly",)),
           actors=[Actor(id="man1", noun="man", gender="male", age="old")], props=[prop("stairs1")]),
    script("a man walks up the ramp and then down the ramp",
           act("walk", paths=to("up", "ramp1")), act("walk", 2, paths=to("down", "ramp1")),
           props=[prop("ramp1")]),
    script("a man climbs a ladder", act("climb", target="ladder1"), props=[prop("ladder1")]),
    script("a man walks around the table", act("walk", paths=to("around", "table1")),
           props=[prop("table1")]),
    script("a man walks to the table and picks up the red ball on it",
           act("walk", paths=to("towards", "table1")), act("pick_up", 2, target="ball1"),
           props=[prop("table1"), prop("ball1", colour="red")], relations=[on("ball1", "table1")]),
    script("a man sits on a chair", act("sit", target="chair1"), props=[prop("chair1")]),
    script("a man walks to a chair, sits down, stands up and walks away",
           act("walk", paths=to("towards", "chair1")), act("sit", 2, target="chair1"),
           act("stand_up", 3), act("walk", 4, paths=to("away_from", "chair1")),
           props=[prop("chair1")]),
    script("a man sits down", act("sit")),
    script("a man carries a box to the table",
           act("carry", target="box1", paths=to("towards", "table1")),
           props=[prop("box1"), prop("table1")]),
    script("a man picks up a cup, walks while holding it and throws it",
           act("pick_up", target="cup1"), act("walk", 2), act("throw", 3, target="cup1"),
           props=[prop("cup1")]),
    script("a man kicks a ball", act("kick", target="ball1"), props=[prop("ball1")]),
    script("a man throws a ball to a woman and she catches it",
           act("throw", target="ball1", recipient="woman1"),
           act("catch", 2, actor="woman1", target="ball1"),
           actors=[MAN, WOMAN], props=[prop("ball1")]),
    script("a man walks towards a woman and waves", act("walk", paths=to("towards", "woman1")),
           act("wave", 2, target="woman1"), actors=[MAN, WOMAN]),
    script("a man and a woman walk towards each other",
           act("walk", paths=to("towards", "woman1")),
           act("walk", 2, actor="woman1", paths=to("towards", "man1"), start="with"),
           actors=[MAN, WOMAN]),
    script("a man walks while waving", act("walk"), act("wave", 2, start="with")),
    script("a man waves while walking", act("wave"), act("walk", 2, start="with")),
    script("a man walks backward", act("walk", direction="backward")),
    script("a man sidesteps to the left", act("walk", verb="sidestep", direction="left")),
    script("a man turns right", act("turn", direction="right", turn=-math.pi / 2)),
    script("a man turns around and runs away", act("turn", turn=math.pi), act("run", 2)),
    script("a man walks in a circle twice", act("walk", paths=to("circle"), repetitions=2)),
    script("a man walks in a zigzag", act("walk", paths=to("zigzag"))),
    script("a man jumps over a box", act("jump", paths=to("over", "box1")), props=[prop("box1")]),
    script("a man jumps three times", act("jump", repetitions=3)),
    script("a man walks between two cones", act("walk", paths=to("between", "cone1", "cone2")),
           props=[prop("cone1"), prop("cone2", "cone")]),
    script("a man walks through the door", act("walk", paths=to("through", "door1")),
           props=[prop("door1")]),
    script("a man walks past a tree in a park", act("walk", paths=to("past", "tree1")),
           props=[prop("tree1")], setting="park"),
    script("a man pushes a box", act("push", target="box1"), props=[prop("box1")]),
    script("a man pulls a cart", act("pull", target="cart1"), props=[prop("cart1")]),
    script("a man and a woman sit on a bench",
           act("sit", target="bench1"),
           act("sit", 2, actor="woman1", target="bench1", start="with"),
           actors=[MAN, WOMAN], props=[prop("bench1")]),
    script("a man dances with a woman", act("dance", target="woman1"),
           act("dance", 2, actor="woman1", target="man1", start="with"), actors=[MAN, WOMAN]),
    script("a man steps onto a platform and jumps off",
           act("walk", verb="step", paths=to("onto", "platform1")),
           act("jump", 2, paths=to("off", "platform1")), props=[prop("platform1")]),
    script("a man walks across a bridge", act("walk", paths=to("across", "bridge1")),
           props=[prop("bridge1")]),
    script("a chair stands to the left of a table, a lamp behind the table; a man walks to the chair",
           act("walk", paths=to("towards", "chair1")),
           props=[prop("chair1"), prop("table1"), prop("lamp1")],
           relations=[Relation(kind="left_of", subject="chair1", references=("table1",)),
                      Relation(kind="behind", subject="lamp1", references=("table1",))]),
    script("a tall woman in a red dress walks forward and sits on a sofa in the kitchen",
           act("walk", actor="woman1", direction="forward"),
           act("sit", 2, actor="woman1", target="sofa1"),
           actors=[Actor(id="woman1", noun="woman", gender="female", height="tall",
                         clothing=(Garment(kind="dress", colour="red"),))],
           props=[prop("sofa1")], setting="kitchen"),
    script("a man lies down on the bed", act("lie", target="bed1"), props=[prop("bed1")]),
    script("a man falls and gets up", act("fall"), act("stand_up", 2)),
    script("two men walk up the stairs", act("walk", paths=to("up", "stairs1")),
           act("walk", 2, actor="man2", paths=to("up", "stairs1"), start="with"),
           actors=[MAN, Actor(id="man2", noun="man", gender="male")], props=[prop("stairs1")]),
    script("a ball", props=[prop("ball1")], actors=[]),
)  # fmt: skip
