"""The things that text2sim knows how to build: sizes, materials and how they are used."""

from __future__ import annotations

from dataclasses import dataclass

from text2sim.types.plan import RGB


@dataclass(frozen=True, kw_only=True)
class MaterialSpec:
    """A substance.

    Attributes:
        colour: linear base colour.
        density: [kg/m3]. friction: Coulomb. restitution: 0 to 1.
        pattern: see `text2sim.types.Surface`.
    """

    colour: RGB
    density: float
    friction: float
    restitution: float
    roughness: float = 0.8
    metalness: float = 0.0
    pattern: str = "plain"
    opacity: float = 1.0


MATERIALS: dict[str, MaterialSpec] = {
    "wood": MaterialSpec(colour=(0.40, 0.22, 0.10), density=650, friction=0.6, restitution=0.3, roughness=0.6, pattern="wood"),
    "metal": MaterialSpec(colour=(0.55, 0.56, 0.58), density=7800, friction=0.4, restitution=0.3, roughness=0.35, metalness=1.0, pattern="metal"),
    "steel": MaterialSpec(colour=(0.55, 0.56, 0.58), density=7800, friction=0.4, restitution=0.3, roughness=0.3, metalness=1.0, pattern="metal"),
    "gold": MaterialSpec(colour=(1.0, 0.70, 0.25), density=19300, friction=0.4, restitution=0.2, roughness=0.25, metalness=1.0, pattern="metal"),
    "stone": MaterialSpec(colour=(0.38, 0.37, 0.35), density=2500, friction=0.7, restitution=0.2, roughness=0.9, pattern="stone"),
    "concrete": MaterialSpec(colour=(0.45, 0.44, 0.42), density=2300, friction=0.8, restitution=0.2, roughness=0.9, pattern="stone"),
    "brick": MaterialSpec(colour=(0.42, 0.16, 0.10), density=1900, friction=0.8, restitution=0.2, roughness=0.9, pattern="brick"),
    "plaster": MaterialSpec(colour=(0.75, 0.72, 0.66), density=1200, friction=0.7, restitution=0.2, roughness=0.95),
    "plastic": MaterialSpec(colour=(0.70, 0.70, 0.70), density=950, friction=0.4, restitution=0.5, roughness=0.4),
    "rubber": MaterialSpec(colour=(0.60, 0.10, 0.06), density=1100, friction=0.9, restitution=0.75, roughness=0.6),
    "leather": MaterialSpec(colour=(0.22, 0.09, 0.04), density=900, friction=0.6, restitution=0.2, roughness=0.5),
    "cloth": MaterialSpec(colour=(0.20, 0.28, 0.42), density=200, friction=0.8, restitution=0.05, roughness=0.95, pattern="cloth"),
    "paper": MaterialSpec(colour=(0.80, 0.78, 0.70), density=800, friction=0.5, restitution=0.1, roughness=0.9),
    "cardboard": MaterialSpec(colour=(0.50, 0.33, 0.17), density=120, friction=0.5, restitution=0.15, roughness=0.9),
    "glass": MaterialSpec(colour=(0.60, 0.75, 0.72), density=2500, friction=0.4, restitution=0.3, roughness=0.1, opacity=0.3),
    "tinted glass": MaterialSpec(colour=(0.03, 0.04, 0.05), density=2500, friction=0.4, restitution=0.3, roughness=0.1),
    "ceramic": MaterialSpec(colour=(0.85, 0.83, 0.78), density=2300, friction=0.5, restitution=0.2, roughness=0.3),
    "plant": MaterialSpec(colour=(0.08, 0.22, 0.05), density=300, friction=0.7, restitution=0.1, roughness=0.95, pattern="leaves"),
    "grass": MaterialSpec(colour=(0.10, 0.22, 0.05), density=300, friction=0.8, restitution=0.1, roughness=0.95, pattern="grass"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class KindSpec:
    """A kind of object.

    Attributes:
        size: usual extents, depth X, width Y, height Z [m]; the front faces +X.
        material: key of `MATERIALS`.
        colour: linear base colour where it is not the material's.
        fill: mass over (bounding box volume times density): hollow things are far below 1.
        fixed: built in or too heavy to move.
        walkable: a foot may stand on it.
        surface: height at which things rest on it, as a fraction of its height; None: nothing does.
        seat: height of the seat as a fraction of its height; None: not to sit on.
        front: clear space that a user needs before it [m].
        count: default number of repeated parts (steps, rungs, shelves).
        synonyms: other nouns that mean it.
    """

    size: tuple[float, float, float]
    material: str
    colour: RGB | None = None
    fill: float = 1.0
    fixed: bool = False
    walkable: bool = False
    surface: float | None = None
    seat: float | None = None
    front: float = 0.5
    count: int = 0
    synonyms: tuple[str, ...] = ()


RISE, GOING = 0.17, 0.28
"""Riser and tread [m] of a comfortable stair: 2 R + G = 0.62 (within 0.60 to 0.65, Blondel)."""

KINDS: dict[str, KindSpec] = {
    "stairs": KindSpec(size=(6 * GOING, 1.3, 6 * RISE), material="stone", fixed=True, walkable=True, count=6, synonyms=("stair", "staircase", "stairway", "step", "steps", "flight of stairs")),
    "ramp": KindSpec(size=(3.0, 1.4, 0.36), material="concrete", fixed=True, walkable=True, synonyms=("slope", "incline", "hill")),
    "platform": KindSpec(size=(1.6, 1.6, 0.3), material="wood", fixed=True, walkable=True, surface=1.0, synonyms=("stage", "podium", "landing", "dais", "block")),
    "bridge": KindSpec(size=(4.0, 1.4, 0.5), material="wood", fixed=True, walkable=True),
    "box": KindSpec(size=(0.4, 0.4, 0.4), material="cardboard", fill=0.5, surface=1.0, synonyms=("package", "parcel", "cube", "carton")),
    "crate": KindSpec(size=(0.6, 0.6, 0.6), material="wood", fill=0.12, surface=1.0, synonyms=("chest", "trunk")),
    "barrel": KindSpec(size=(0.58, 0.58, 0.88), material="wood", fill=0.15, surface=1.0, synonyms=("drum", "keg")),
    "ball": KindSpec(size=(0.22, 0.22, 0.22), material="rubber", fill=0.07, synonyms=("football", "soccer ball", "sphere", "volleyball", "beach ball")),
    "table": KindSpec(size=(0.8, 1.4, 0.74), material="wood", fill=0.06, surface=1.0, synonyms=("dining table", "counter")),
    "desk": KindSpec(size=(0.7, 1.4, 0.74), material="wood", fill=0.09, surface=1.0, synonyms=("workbench",)),
    "coffee table": KindSpec(size=(0.6, 1.1, 0.42), material="wood", fill=0.09, surface=1.0),
    "chair": KindSpec(size=(0.48, 0.46, 0.88), material="wood", fill=0.06, seat=0.51, synonyms=("seat",)),
    "armchair": KindSpec(size=(0.85, 0.85, 0.90), material="cloth", fill=0.25, seat=0.48, synonyms=("recliner", "throne")),
    "stool": KindSpec(size=(0.38, 0.38, 0.46), material="wood", fill=0.1, seat=1.0, surface=1.0, synonyms=("footstool", "pouf")),
    "sofa": KindSpec(size=(0.9, 1.9, 0.84), material="cloth", fill=0.22, seat=0.50, synonyms=("couch", "settee", "loveseat")),
    "bench": KindSpec(size=(0.45, 1.5, 0.45), material="wood", fill=0.12, seat=1.0, surface=1.0, synonyms=("park bench",)),
    "bed": KindSpec(size=(2.05, 1.5, 0.95), material="cloth", fill=0.2, fixed=True, seat=0.53, surface=0.53, synonyms=("mattress", "bunk")),
    "door": KindSpec(size=(1.0, 1.1, 2.15), material="wood", fixed=True, synonyms=("doorway", "gate", "entrance", "exit")),
    "wall": KindSpec(size=(0.2, 3.0, 2.4), material="plaster", fixed=True),
    "fence": KindSpec(size=(0.08, 2.4, 1.0), material="wood", fixed=True, synonyms=("railing", "barrier")),
    "hurdle": KindSpec(size=(0.4, 1.2, 0.55), material="metal", fixed=True, fill=0.01, synonyms=("obstacle", "bar")),
    "window": KindSpec(size=(0.12, 1.2, 1.9), material="wood", fixed=True),
    "ladder": KindSpec(size=(0.7, 0.48, 2.6), material="wood", fill=0.05, fixed=True, count=8),
    "shelf": KindSpec(size=(0.35, 0.9, 1.8), material="wood", fill=0.12, fixed=True, surface=0.5, count=4, synonyms=("bookshelf", "bookcase", "rack", "shelves")),
    "cupboard": KindSpec(size=(0.55, 1.0, 1.9), material="wood", fill=0.2, fixed=True, synonyms=("wardrobe", "closet", "cabinet", "locker")),
    "fridge": KindSpec(size=(0.65, 0.65, 1.75), material="plastic", colour=(0.82, 0.83, 0.84), fill=0.1, fixed=True, synonyms=("refrigerator", "freezer")),
    "television": KindSpec(size=(0.25, 1.1, 0.7), material="plastic", colour=(0.03, 0.03, 0.03), fill=0.08, synonyms=("tv", "screen", "monitor")),
    "tree": KindSpec(size=(2.2, 2.2, 3.6), material="plant", fixed=True, synonyms=("oak", "maple", "apple tree")),
    "bush": KindSpec(size=(0.9, 0.9, 0.8), material="plant", fixed=True, synonyms=("shrub", "hedge")),
    "plant": KindSpec(size=(0.5, 0.5, 0.9), material="plant", fill=0.15, synonyms=("potted plant", "flower", "flowers")),
    "rock": KindSpec(size=(0.7, 0.8, 0.5), material="stone", fixed=True, surface=1.0, synonyms=("stone", "boulder")),
    "lamp": KindSpec(size=(0.4, 0.4, 1.55), material="metal", fill=0.006, synonyms=("floor lamp", "light")),
    "street lamp": KindSpec(size=(0.9, 0.3, 3.4), material="metal", fixed=True, synonyms=("lamppost", "streetlight", "lamp post", "post")),
    "cup": KindSpec(size=(0.085, 0.115, 0.095), material="ceramic", fill=0.35, synonyms=("mug", "glass", "teacup")),
    "bottle": KindSpec(size=(0.075, 0.075, 0.26), material="glass", colour=(0.05, 0.25, 0.10), fill=0.3, synonyms=("flask", "wine")),
    "plate": KindSpec(size=(0.25, 0.25, 0.025), material="ceramic", fill=0.35, synonyms=("dish", "tray")),
    "bowl": KindSpec(size=(0.17, 0.17, 0.08), material="ceramic", fill=0.3),
    "book": KindSpec(size=(0.16, 0.23, 0.035), material="paper", colour=(0.35, 0.05, 0.05), fill=0.9, synonyms=("notebook", "novel", "magazine")),
    "bag": KindSpec(size=(0.18, 0.42, 0.36), material="leather", fill=0.12, synonyms=("handbag", "purse", "sack", "backpack")),
    "suitcase": KindSpec(size=(0.26, 0.46, 0.66), material="plastic", colour=(0.05, 0.12, 0.30), fill=0.15, synonyms=("luggage", "briefcase")),
    "bicycle": KindSpec(size=(1.7, 0.5, 1.05), material="metal", colour=(0.6, 0.05, 0.04), fill=0.002, synonyms=("bike", "cycle")),
    "car": KindSpec(size=(4.2, 1.75, 1.45), material="metal", colour=(0.55, 0.04, 0.04), fill=0.015, fixed=True, synonyms=("vehicle", "taxi", "automobile")),
    "cart": KindSpec(size=(0.95, 0.6, 0.95), material="metal", fill=0.006, surface=0.5, synonyms=("trolley", "wagon")),
    "bucket": KindSpec(size=(0.28, 0.28, 0.28), material="metal", fill=0.02, synonyms=("pail", "bin", "basket", "trash can")),
    "hat": KindSpec(size=(0.30, 0.28, 0.13), material="cloth", fill=0.1, synonyms=("cap",)),
    "umbrella": KindSpec(size=(1.0, 1.0, 0.9), material="cloth", fill=0.005, synonyms=("parasol",)),
    "guitar": KindSpec(size=(0.12, 0.38, 1.0), material="wood", fill=0.08, synonyms=("violin", "ukulele")),
    "sword": KindSpec(size=(0.03, 0.16, 0.95), material="metal", fill=0.05, synonyms=("blade", "katana")),
    "phone": KindSpec(size=(0.012, 0.075, 0.15), material="tinted glass", colour=(0.02, 0.02, 0.02), synonyms=("telephone", "smartphone")),
    "laptop": KindSpec(size=(0.24, 0.34, 0.22), material="metal", fill=0.012, synonyms=("computer",)),
    "pillow": KindSpec(size=(0.40, 0.60, 0.16), material="cloth", colour=(0.75, 0.74, 0.70), fill=0.25, synonyms=("cushion",)),
    "cone": KindSpec(size=(0.30, 0.30, 0.48), material="plastic", colour=(0.85, 0.20, 0.03), fill=0.08, synonyms=("traffic cone", "pylon")),
    "ring": KindSpec(size=(0.9, 0.06, 0.9), material="plastic", fill=0.02, synonyms=("hoop", "hula hoop")),
    "rug": KindSpec(size=(1.6, 2.2, 0.012), material="cloth", colour=(0.35, 0.08, 0.08), fixed=True, walkable=True, synonyms=("carpet", "mat")),
    "punching bag": KindSpec(size=(0.36, 0.36, 1.7), material="leather", fill=0.3, synonyms=("sandbag", "dummy")),
    "piano": KindSpec(size=(0.65, 1.5, 1.2), material="wood", colour=(0.02, 0.02, 0.02), fill=0.3, fixed=True),
    "campfire": KindSpec(size=(0.9, 0.9, 0.55), material="wood", fixed=True, synonyms=("fire", "bonfire")),
    "statue": KindSpec(size=(0.7, 0.7, 2.1), material="stone", fixed=True, synonyms=("monument", "sculpture")),
    "pine": KindSpec(size=(1.9, 1.9, 4.2), material="plant", fixed=True, synonyms=("fir", "conifer", "spruce", "christmas tree", "pine tree", "fir tree")),
    "palm": KindSpec(size=(2.6, 2.6, 4.2), material="plant", fixed=True, synonyms=("palm tree", "coconut tree")),
    "dog": KindSpec(size=(0.89, 0.24, 0.74), material="leather", colour=(0.33, 0.17, 0.07), fill=0.14, synonyms=("puppy", "hound")),
    "basketball": KindSpec(size=(0.24, 0.24, 0.24), material="rubber", colour=(0.62, 0.20, 0.03), fill=0.07),
    "stick": KindSpec(size=(0.04, 0.04, 1.1), material="wood", fill=0.7, synonyms=("cane", "staff", "bat", "rod", "club", "golf club", "baseball bat", "wand", "pole")),
    "racket": KindSpec(size=(0.032, 0.27, 0.69), material="plastic", colour=(0.05, 0.10, 0.45), fill=0.05, synonyms=("tennis racket", "racquet", "badminton racket")),
    "goal": KindSpec(size=(1.0, 2.6, 1.7), material="plastic", colour=(0.80, 0.80, 0.78), fill=0.01, fixed=True, synonyms=("soccer goal", "football goal", "net")),
    "beam": KindSpec(size=(3.0, 0.14, 0.3), material="wood", fixed=True, walkable=True, fill=0.5, synonyms=("balance beam", "plank")),
    "hammer": KindSpec(size=(0.032, 0.13, 0.32), material="wood", fill=0.75, synonyms=("mallet",)),
    "broom": KindSpec(size=(0.07, 0.32, 1.35), material="wood", fill=0.04, synonyms=("mop", "rake")),
    "gift": KindSpec(size=(0.30, 0.30, 0.30), material="paper", colour=(0.45, 0.03, 0.06), fill=0.06, synonyms=("present",)),
    "mirror": KindSpec(size=(0.42, 0.62, 1.65), material="wood", fill=0.03),
    "vase": KindSpec(size=(0.18, 0.18, 0.30), material="ceramic", colour=(0.05, 0.16, 0.30), fill=0.12, synonyms=("jug", "urn", "pitcher")),
    "balloon": KindSpec(size=(0.27, 0.27, 0.34), material="rubber", fill=0.0006),
    "apple": KindSpec(size=(0.08, 0.08, 0.085), material="plant", colour=(0.45, 0.03, 0.02), fill=1.3, synonyms=("fruit", "peach", "tomato")),
    "house": KindSpec(size=(4.5, 5.5, 4.0), material="brick", fixed=True, synonyms=("building", "hut", "cabin", "shed")),
}  # fmt: skip


def _noun_table() -> dict[str, str]:
    table = {kind: kind for kind in KINDS}
    for kind, spec in KINDS.items():
        for noun in spec.synonyms:
            table.setdefault(noun, kind)
    return table


NOUNS: dict[str, str] = _noun_table()
"""Singular noun -> kind."""

COLOURS: dict[str, RGB] = {
    "red": (0.60, 0.03, 0.02), "green": (0.04, 0.28, 0.06), "blue": (0.03, 0.11, 0.50),
    "yellow": (0.80, 0.52, 0.03), "orange": (0.80, 0.22, 0.02), "purple": (0.20, 0.04, 0.32),
    "pink": (0.80, 0.22, 0.32), "brown": (0.20, 0.09, 0.04), "black": (0.015, 0.015, 0.016),
    "white": (0.80, 0.80, 0.78), "grey": (0.25, 0.25, 0.26), "gray": (0.25, 0.25, 0.26),
    "beige": (0.60, 0.50, 0.35), "cyan": (0.04, 0.50, 0.55), "turquoise": (0.06, 0.45, 0.40),
    "magenta": (0.55, 0.03, 0.35), "golden": (0.75, 0.48, 0.10), "silver": (0.55, 0.56, 0.58),
    "navy": (0.01, 0.02, 0.12), "maroon": (0.22, 0.01, 0.02), "olive": (0.18, 0.20, 0.03),
    "teal": (0.02, 0.22, 0.24), "violet": (0.28, 0.08, 0.50), "tan": (0.50, 0.34, 0.18),
    "cream": (0.78, 0.70, 0.52), "crimson": (0.50, 0.01, 0.05), "lime": (0.30, 0.65, 0.03),
    "blond": (0.62, 0.42, 0.16), "blonde": (0.62, 0.42, 0.16), "dark": (0.03, 0.03, 0.03),
}  # fmt: skip
"""Colour word -> linear RGB."""
