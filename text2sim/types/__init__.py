"""What passes between the stages: frozen values that keep their parents.

str -> Script -> ScenePlan -> Scene -> Motion -> World -> Trace -> Frames

World frame: right-handed, Z up, metres, seconds, kilograms, radians; quaternions are wxyz; a body
at heading 0 faces +X and its left is +Y.
"""

from text2sim.types.frames import CameraTrack, Frames, Joints
from text2sim.types.motion import Grasp, Motion, Track
from text2sim.types.plan import (
    RGB,
    CameraPlan,
    Character,
    Framing,
    Haircut,
    PlannedActor,
    PlannedObject,
    ScenePlan,
    Segment,
    Shot,
)
from text2sim.types.scene import (
    ConvexPart,
    Hinge,
    Look,
    Mesh,
    MeshOrigin,
    Scene,
    SceneActor,
    SceneObject,
    SkinnedMesh,
    Surface,
    Texture,
    Visual,
)
from text2sim.types.script import (
    Action,
    Actor,
    Direction,
    Garment,
    PathCue,
    PathKind,
    Prop,
    Relation,
    RelationKind,
    Script,
    Side,
)
from text2sim.types.simulation import (
    BodyState,
    Contact,
    Drive,
    Engine,
    Event,
    OnDivergence,
    Outcome,
    Simulation,
    Trace,
    World,
)

__all__ = [
    "RGB", "Action", "Actor", "BodyState", "CameraPlan", "CameraTrack", "Character", "Contact",
    "ConvexPart", "Direction", "Drive", "Engine", "Event", "Frames", "Framing", "Garment", "Grasp",
    "Haircut", "Hinge", "Joints", "Look", "Mesh", "MeshOrigin", "Motion", "OnDivergence", "Outcome",
    "PathCue", "PathKind", "PlannedActor", "PlannedObject",
    "Prop", "Relation", "RelationKind", "Scene", "SceneActor", "SceneObject", "ScenePlan", "Script",
    "Segment", "Shot", "Side", "Simulation", "SkinnedMesh", "Surface", "Texture", "Trace", "Track",
    "Visual", "World",
]  # fmt: skip
