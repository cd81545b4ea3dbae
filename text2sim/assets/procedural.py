"""The built-in asset generator: every mesh is computed, nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Literal, final

from text2sim.assets.body import Detail, make_body
from text2sim.assets.doors import hang
from text2sim.assets.meshing.treat import MeshTreatment
from text2sim.assets.objects import BUILDERS, build
from text2sim.assets.stage import AssetGenerator
from text2sim.assets.usermesh import load
from text2sim.errors import ConfigError
from text2sim.io.meshes import MAX_BYTES, MAX_FACES, is_path
from text2sim.stage import Context
from text2sim.types import (
    Look,
    PlannedActor,
    PlannedObject,
    Scene,
    SceneActor,
    SceneObject,
    ScenePlan,
    Surface,
)

INDOOR = Surface(colour=(0.36, 0.22, 0.12), roughness=0.6, pattern="wood")
KITCHEN = Surface(colour=(0.52, 0.50, 0.46), roughness=0.5, pattern="tile")
LAWN = Surface(colour=(0.11, 0.23, 0.05), roughness=0.95, pattern="grass")
PAVING = Surface(colour=(0.34, 0.33, 0.32), roughness=0.9, pattern="stone")
SAND = Surface(colour=(0.62, 0.50, 0.32), roughness=0.95, pattern="stone")
SNOW = Surface(colour=(0.82, 0.84, 0.88), roughness=0.9, pattern="stone")
STUDIO = Surface(colour=(0.46, 0.47, 0.49), roughness=0.8, pattern="tile")
"""The ground where the prompt names no place."""

_PLACES: dict[Surface, tuple[str, ...]] = {
    INDOOR: (
        "room", "living room", "bedroom", "office", "house", "home", "hall", "hallway", "library",
        "gym", "studio", "classroom", "school", "theatre", "theater", "stage", "ballroom", "bar",
        "cafe", "restaurant", "apartment", "attic", "corridor", "museum", "shop", "indoors",
    ),
    KITCHEN: ("kitchen", "bathroom", "hospital", "laboratory", "supermarket", "station", "airport"),
    LAWN: (
        "park", "garden", "meadow", "field", "lawn", "grass", "forest", "wood", "woods", "yard",
        "backyard", "farm", "hill", "playground", "countryside", "jungle", "golf course",
    ),
    PAVING: (
        "street", "road", "city", "town", "square", "pavement", "sidewalk", "plaza", "alley",
        "car park", "parking lot", "market", "garage", "bridge", "outdoors", "rooftop",
    ),
    SAND: ("beach", "desert", "sand", "dune", "dunes", "seaside", "coast", "shore"),
    SNOW: ("snow", "mountain", "ski slope", "ice", "rink", "glacier"),
}  # fmt: skip
GROUNDS: dict[str, Surface] = {
    place: surface for surface, places in _PLACES.items() for place in places
}
"""Place noun -> surface of the ground."""
LOOKS: dict[Surface, Look] = {
    STUDIO: "studio", INDOOR: "indoor", KITCHEN: "indoor", SNOW: "overcast",
}  # fmt: skip
"""Surface of the ground -> look of the scene; "outdoor" for all others."""


CROWD = 6
"""More people than this are made with little detail, unless `detail` says otherwise."""


@final
@dataclass(frozen=True, kw_only=True)
class ProceduralAssets(AssetGenerator):
    """Builds every kind of the catalogue, loads user meshes, and dresses people.

    Attributes:
        detail: of the people: "full" has about 14,000 vertices each, "low" 3,000; "auto" is full
            for up to six.
        max_bytes: largest mesh file that is read.
        max_faces: most triangles of a user mesh.
        meshes: what is done to user meshes.
    """

    name: ClassVar[str] = "procedural"

    detail: Literal["auto", "full", "low"] = "auto"
    max_bytes: int = MAX_BYTES
    max_faces: int = MAX_FACES
    meshes: MeshTreatment = field(default_factory=MeshTreatment)

    def __post_init__(self) -> None:
        if self.max_bytes <= 0 or self.max_faces <= 0:
            raise ConfigError(
                f"max_bytes and max_faces must be positive; got {self.max_bytes} and "
                f"{self.max_faces}."
            )
        if self.detail not in ("auto", "full", "low"):
            raise ConfigError(f"detail must be 'auto', 'full' or 'low'; got {self.detail!r}.")

    def run(self, value: ScenePlan, ctx: Context) -> Scene:
        """Build all objects and bodies of a plan.

        Raises:
            UnknownKindError: a kind is neither in the catalogue nor the path of a mesh.
            MeshError: a user mesh is missing, corrupt, empty or too large.
            MissingExtraError: the convex decomposition of user meshes is not installed.
        """
        return make_scene(value, ctx, self.detail, self.object)

    def object(self, item: PlannedObject) -> SceneObject:
        """An object of the catalogue, or of a mesh file."""
        if item.kind not in BUILDERS and is_path(item.kind):
            return load(item, max_bytes=self.max_bytes, max_faces=self.max_faces, how=self.meshes)
        return build(item)


def make_scene(
    value: ScenePlan,
    ctx: Context,
    detail: Literal["auto", "full", "low"],
    make: Callable[[PlannedObject], SceneObject],
) -> Scene:
    """The scene of a plan, each object made by `make`."""
    ground = GROUNDS.get((value.script.setting or "").lower(), STUDIO)
    total = len(value.objects) + len(value.actors)
    objects: list[SceneObject] = []
    opened = {
        action.target for action in value.script.actions if action.verb.startswith("open")
    } & {item.id for item in value.objects if item.kind == "door"}
    for item in value.objects:
        ctx.report(len(objects), total)
        objects += hang(item) if item.id in opened else (make(item),)
    actors: list[SceneActor] = []
    crowd = detail == "low" or (detail == "auto" and len(value.actors) > CROWD)
    for actor in value.actors:
        ctx.report(len(objects) + len(actors), total)
        actors.append(_actor(actor, "low" if crowd else "full"))
    ctx.report(total, total)
    return Scene(
        plan=value,
        objects=tuple(objects),
        actors=tuple(actors),
        ground=ground,
        look=LOOKS.get(ground, "outdoor"),
        warnings=value.warnings,
    )


def _actor(actor: PlannedActor, detail: Detail) -> SceneActor:
    body = make_body(actor.character, detail)
    return SceneActor(
        id=actor.id,
        character=actor.character,
        skeleton=body.skeleton,
        skin=body.skin,
        girths=body.girths,
        position=actor.position,
        heading=actor.heading,
    )
