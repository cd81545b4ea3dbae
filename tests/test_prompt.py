"""The prompt parser: golden scripts, mirror and manner properties, and refused input."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.prompt_goldens import compact, difference, load, parse
from text2sim.actions import ACTIONS
from text2sim.errors import (
    Cancelled,
    EmptyPromptError,
    LanguageError,
    NoActorError,
    PromptError,
    PromptTooLongError,
)
from text2sim.prompt.guard import MAX_PROMPT
from text2sim.prompt.spacy import SpacyParser
from text2sim.stage import Context
from text2sim.types import Action, Relation, Script

GOLDENS = load()
PROMPTS = [entry["prompt"] for entry in GOLDENS]

_SWAPS = {"left": "right", "clockwise": "counterclockwise", "forward": "backward",
          "forwards": "backwards", "left_of": "right_of"}  # fmt: skip
MIRROR = {**_SWAPS, **{value: key for key, value in _SWAPS.items()}}
_MIRRORED_WORD = re.compile(r"\b(counterclockwise|clockwise|left|right|forwards?|backwards?)\b")
MIRRORED = [prompt for prompt in PROMPTS
            if _MIRRORED_WORD.search(prompt) and not re.search(r"\bback\b", prompt)]  # fmt: skip


@pytest.mark.parametrize("entry", GOLDENS, ids=PROMPTS)
def test_golden(entry: dict) -> None:
    found = compact(parse(entry["prompt"]))
    assert not (text := difference(entry["prompt"], entry["script"], found)), text


def test_goldens_cover_the_language() -> None:
    scripts = [parse(prompt) for prompt in PROMPTS]
    actions = [action for script in scripts for action in script.actions]
    assert len(set(PROMPTS)) == len(PROMPTS) >= 300
    assert {action.name for action in actions} == set(ACTIONS)
    assert {action.direction for action in actions} >= {
        "forward",
        "backward",
        "left",
        "right",
        "up",
    }
    assert {action.side for action in actions} == {None, "left", "right", "both"}
    kinds = {cue.kind for action in actions for cue in action.paths}
    assert kinds >= {"up", "down", "around", "towards", "away_from", "through", "over", "under",
                     "along", "across", "between", "past", "onto", "into", "off", "from", "circle",
                     "zigzag", "straight"}  # fmt: skip
    relations = {relation.kind for script in scripts for relation in script.relations}
    assert relations >= {
        "on",
        "next_to",
        "behind",
        "between",
        "in_front_of",
        "left_of",
        "near",
        "at",
    }


@pytest.mark.parametrize("prompt", PROMPTS)
def test_script_is_consistent(prompt: str) -> None:
    """Ids are unique, references exist, anchors come earlier, and action names are canonical."""
    script = parse(prompt)
    ids = [item.id for item in (*script.actors, *script.props)]
    known, seen = set(ids), set()
    assert len(known) == len(ids)
    assert script.actors
    assert script.actions
    for action in script.actions:
        named = {action.actor, action.target, action.recipient} - {None}
        named |= {key for cue in action.paths for key in cue.targets}
        assert named <= known
        assert action.actor not in (action.target, action.recipient)
        assert action.name in ACTIONS
        assert action.anchor is None or action.anchor in seen
        seen.add(action.id)
    for relation in script.relations:
        assert {relation.subject, *relation.references} <= known


def _mirror_text(prompt: str) -> str:
    return _MIRRORED_WORD.sub(lambda match: MIRROR[match.group()], prompt)


def _mirror_action(action: Action) -> Action:
    return replace(
        action,
        side=MIRROR.get(action.side or "", action.side),
        direction=MIRROR.get(action.direction or "", action.direction),
        turn=None if action.turn is None else -action.turn,
        manner=tuple(MIRROR.get(word, word) for word in action.manner),
    )


def _mirror_relation(relation: Relation) -> Relation:
    return replace(relation, kind=MIRROR.get(relation.kind, relation.kind))


@pytest.mark.parametrize("prompt", MIRRORED)
def test_mirrored_prompt_gives_mirrored_script(prompt: str) -> None:
    """Swapping left and right, forward and backward, swaps exactly these in the script."""
    script, mirrored = parse(prompt), parse(_mirror_text(prompt))
    for action, other in zip(script.actions, mirrored.actions, strict=True):
        expected = _mirror_action(action)
        if action.verb == "turn around" and other.turn == action.turn:
            expected = replace(expected, turn=action.turn)
        assert other == expected
    assert mirrored.relations == tuple(map(_mirror_relation, script.relations))
    assert (mirrored.actors, mirrored.props) == (script.actors, script.props)
    assert mirrored.unused == script.unused


SINGLE = [
    entry["prompt"] for entry in GOLDENS
    if len(entry["script"]["actions"]) == 1
    and not re.search(r"[.,!]|\b(slow|seen|camera|view|up|fast|speed|hurry)", entry["prompt"])
    and "speed" not in entry["script"]["actions"][0]
    and not entry["script"].get("warnings")
]  # fmt: skip


@pytest.mark.parametrize("prompt", SINGLE)
def test_slowly_lowers_only_the_speed(prompt: str) -> None:
    plain, slow = parse(prompt), parse(f"{prompt.strip()} slowly")
    assert slow.actions[0].speed < plain.actions[0].speed
    assert "slowly" in slow.actions[0].manner
    assert replace(slow.actions[0], speed=1.0, manner=plain.actions[0].manner) == plain.actions[0]
    assert (slow.actors, slow.props) == (plain.actors, plain.props)


ONE_MAN = [prompt for prompt in PROMPTS if prompt.startswith("a man ") and prompt.count(" man") == 1
           and not re.search(r"\b(his|he|him)\b", prompt)]  # fmt: skip


@pytest.mark.parametrize("noun", ["soldier", "robot", "human", "girl", "person"])
def test_the_actor_does_not_change_the_action(noun: str) -> None:
    """Whoever acts, the tags of the small model must not derail the reading."""
    wrong = []
    for prompt in ONE_MAN:
        if re.search(rf"\b{noun}", prompt):
            continue
        script, other = parse(prompt), parse(prompt.replace("a man ", f"a {noun} ", 1))
        actions = tuple(_rename(action, f"{noun}1", "man1") for action in other.actions)
        if (actions, other.props) != (script.actions, script.props):
            wrong.append(prompt)
    assert not wrong


def _rename(action: Action, old: str, new: str) -> Action:
    swap = {old: new}
    target = swap.get(action.target or "", action.target)
    return replace(action, actor=swap.get(action.actor, action.actor), target=target)


@pytest.mark.parametrize(
    ("word", "count"), [("two", 2), ("three", 3), ("several", 3), ("a couple of", 2), ("5", 5)]
)
def test_counts_make_actors_and_props(word: str, count: int) -> None:
    people = parse(f"{word} women dance")
    assert [actor.id for actor in people.actors] == [f"woman{i + 1}" for i in range(count)]
    assert len(people.actions) == count
    assert {action.anchor for action in people.actions[1:]} == {"action1"}
    assert len(parse(f"a man walks around {word} boxes").props) == count


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("for five seconds", "duration", 5.0),
        ("for half a minute", "duration", 30.0),
        ("for 2.5 seconds", "duration", 2.5),
        ("for one and a half minutes", "duration", 90.0),
        ("2 meters", "distance", 2.0),
        ("for 50 cm", "distance", 0.5),
        ("four steps", "distance", 2.8),
        ("a few steps", "distance", 2.1),
        ("twice", "repetitions", 2),
        ("three times", "repetitions", 3),
        ("a couple of times", "repetitions", 2),
    ],
)
def test_measures(text: str, field: str, value: float) -> None:
    script = parse(f"a man walks forward {text}")
    assert getattr(script.actions[0], field) == value
    assert not script.unused


def test_words_without_a_place_are_listed_in_order() -> None:
    script = parse("a man walks past the chair amid perplexing statistics")
    assert script.unused == ("amid", "perplexing", "statistics") or script.unused[0] == "amid"
    assert parse("a man yodels").unused == ("yodels",)
    assert any("yodel" in warning for warning in parse("a man yodels").warnings)


def test_negation_is_reported() -> None:
    script = parse("a man does not walk")
    assert script.unused == ("not",)
    assert any("Negation" in warning for warning in script.warnings)


def test_nothing_is_mended_without_a_word() -> None:
    script = parse("a man wlaks to the tabel")
    assert script.props[0].noun == "table"
    assert set(script.warnings) == {"Read 'wlaks' as 'walks'.", "Read 'tabel' as 'table'."}
    assert not parse("a man walks to the velociraptor").warnings


@pytest.mark.parametrize(
    ("prompt", "error"),
    [
        ("", EmptyPromptError),
        ("   \n\t ", EmptyPromptError),
        ("a man walks " * 900, PromptTooLongError),
        ("a" * (MAX_PROMPT + 1), PromptTooLongError),
        ("ein Mann geht die Treppe hinauf", LanguageError),
        ("un homme monte les escaliers", LanguageError),
        ("un hombre camina por las escaleras", LanguageError),
        ("un uomo sale le scale", LanguageError),
        ("een man loopt de trap op", LanguageError),
        ("um homem sobe a escada", LanguageError),
        ("человек идёт по лестнице", LanguageError),
        ("一个人走上楼梯", LanguageError),
        ("رجل يصعد الدرج", LanguageError),
        ("asdf qwer zxcv", LanguageError),
        ("🏃‍♂️🔥💃", LanguageError),
        ("12345 !!!", LanguageError),
        ("a man\x00 walks", PromptError),
        ("a man \x1b[31mwalks", PromptError),
        ("a red ball", NoActorError),
        ("the ball rolls down the ramp", NoActorError),
        ("a dog runs", NoActorError),
        ("up the stairs", NoActorError),
        (None, PromptError),
        (b"a man walks", PromptError),
        (7, PromptError),
    ],
)
def test_bad_input_is_refused_with_advice(prompt: object, error: type[PromptError]) -> None:
    with pytest.raises(error) as caught:
        SpacyParser().run(prompt, Context())  # type: ignore[arg-type]
    assert type(caught.value) is error
    message = str(caught.value)
    assert len(message) < 300
    assert message.endswith(".")


@pytest.mark.parametrize(
    "prompt", ["a man walks 🚶", "A Man Walks.", "“a man walks”", "a man walks…"]
)
def test_harmless_decoration_is_ignored(prompt: str) -> None:
    script = parse(prompt)
    assert script.prompt == prompt
    assert [action.name for action in script.actions] == ["walk"]
    assert not script.unused


def test_same_prompt_same_script() -> None:
    prompt = "a woman picks up a red ball and throws it to the man, who catches it"
    assert parse(prompt) == parse(prompt)
    assert isinstance(parse(prompt), Script)


def test_cancelling_stops_the_parser() -> None:
    context = Context()
    context.cancel.set()
    with pytest.raises(Cancelled):
        SpacyParser().run("a man walks", context)


def test_importing_the_backend_does_not_import_spacy() -> None:
    code = "import sys, text2sim.prompt.spacy; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
