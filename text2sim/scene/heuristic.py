"""Planning by rules of thumb: act the script out, placing things where they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from text2sim.scene.camera import plan_camera
from text2sim.scene.casting import cast, place_rest
from text2sim.scene.characters import make_characters
from text2sim.scene.decor import decorate
from text2sim.scene.implied import VIEWERS, complete
from text2sim.scene.layout import Layout
from text2sim.scene.perform import perform
from text2sim.scene.props import make_model
from text2sim.scene.stage import ScenePlanner
from text2sim.scene.story import Story
from text2sim.scene.timeline import compress, fill, natural_length
from text2sim.stage import Context
from text2sim.types import Character, ScenePlan, Script


@final
@dataclass(frozen=True, kw_only=True)
class HeuristicPlanner(ScenePlanner):
    """Acts the script out step by step; every thing is placed when the story first needs it."""

    name: ClassVar[str] = "heuristic"
    options: ClassVar[tuple[str, ...]] = ("seed", "duration", "strict")

    def run(self, value: Script, ctx: Context) -> ScenePlan:
        """Plan a scene.

        Raises:
            UnknownKindError: `strict`, and the catalogue doesn't know a noun.
            MeshError: a mesh file that a noun names can't be read.
        """
        ctx.report(0, 3)
        looks, background = ctx.rng().spawn(2)
        story = _fitting_story(value, ctx, make_characters(value.actors, looks))
        ctx.report(1, 3)
        decorate(story, value.setting, background)
        length = ctx.duration or natural_length(story.segments)
        segments = compress(story.segments, length, story.warn)
        actors = tuple(story.starts)
        timeline = fill(segments, actors, length)
        objects = tuple(story.layout.objects.values())
        ctx.report(2, 3)
        camera = plan_camera(story.script, objects, actors, timeline, length)
        ctx.report(3, 3)
        return ScenePlan(
            script=value, objects=objects, actors=actors, timeline=timeline, camera=camera,
            duration=length, warnings=tuple(dict.fromkeys(story.notes)),
        )  # fmt: skip


def _fitting_story(script: Script, ctx: Context, characters: dict[str, Character]) -> Story:
    """The story whose open-ended parts are as long as the requested duration wants (secant)."""
    story = _tell(script, ctx, characters, 1.0)
    if ctx.duration is None or not story.elastic:
        return story
    length = natural_length(story.segments)
    slope = natural_length(_tell(script, ctx, characters, 2.0).segments) - length
    if slope < 0.05:
        return story
    stretch = 1.0 + (ctx.duration - length) / slope
    return _tell(script, ctx, characters, min(max(stretch, 0.3), 40.0))


def _tell(script: Script, ctx: Context, characters: dict[str, Character], stretch: float) -> Story:
    story = Story(script=script, layout=Layout(), stretch=stretch)
    for prop in script.props:
        if prop.noun not in VIEWERS:
            story.models[prop.id] = make_model(prop, strict=ctx.strict, warn=story.warn)
    complete(story)
    cast(story, characters)
    perform(story)
    place_rest(story)
    return story
