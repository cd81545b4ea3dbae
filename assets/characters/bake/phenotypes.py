"""The people, as anny makes them: phenotypes in, posed vertices and bones out.

The only file that needs anny (and with it torch); everything after it is NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GROUPS: dict[str, dict[str, float]] = {
    "man": {"gender": 0.0, "age": 0.67, "muscle": 0.55, "weight": 0.50},
    "woman": {"gender": 1.0, "age": 0.67, "muscle": 0.48, "weight": 0.46},
    "boy": {"gender": 0.0, "age": 0.30, "muscle": 0.45, "weight": 0.46},
    "girl": {"gender": 1.0, "age": 0.30, "muscle": 0.42, "weight": 0.44},
    "old_man": {"gender": 0.0, "age": 0.97, "muscle": 0.42, "weight": 0.54},
    "old_woman": {"gender": 1.0, "age": 0.97, "muscle": 0.40, "weight": 0.54},
}
"""Who there is; the rest of a phenotype is the same for all."""
VARIANTS: dict[str, dict[str, float]] = {
    "average": {},
    "slim": {"weight": -0.22, "muscle": -0.06},
    "heavy": {"weight": 0.50},
    "muscular": {"muscle": 0.50, "weight": 0.04},
    "short": {"height": -0.16},
    "tall": {"height": 0.18},
}
"""What a variant adds to the phenotype of its group."""
EXAGGERATION = {"slim": 1.5, "heavy": 1.9, "muscular": 1.6}
"""How many times a variant's difference from the average is taken: anny's extremes are mild."""
_COMMON = {"height": 0.42, "proportions": 0.62}
_SMILE = {"mouthSmileLeft": 0.22, "mouthSmileRight": 0.22}


@dataclass(frozen=True, kw_only=True)
class Raw:
    """What anny says of all variants of all groups, in our axes (X forward, Z up) [m].

    Attributes:
        vertices: (group, variant, V, 3). heads: of the bones, (group, variant, B, 3).
        faces: (F, 3). bones: names. weights: (V, B).
    """

    vertices: np.ndarray
    heads: np.ndarray
    faces: np.ndarray
    bones: tuple[str, ...]
    weights: np.ndarray


def evaluate() -> Raw:
    """Ask anny for everybody; building the model takes up to two minutes the first time."""
    import anny
    import torch

    torch.set_num_threads(1)
    model = anny.Anny(facial_actions="all").to(dtype=torch.float32)
    bones = tuple(model.bone_labels)
    pose = torch.eye(4)[None, None].repeat(1, len(bones), 1, 1)
    vertices, heads = [], []
    for group in GROUPS.values():
        for variant in VARIANTS.values():
            phenotype = {**_COMMON, **group}
            for key, change in variant.items():
                phenotype[key] = float(np.clip(phenotype[key] + change, 0.0, 1.0))
            with torch.no_grad():
                out = model(pose_parameters=pose, phenotype_kwargs=phenotype, facial_actions=_SMILE)
            vertices.append(_ours(out["vertices"][0].numpy()))
            heads.append(_ours(out["bone_poses"][0, :, :3, 3].numpy()))
    shape = (len(GROUPS), len(VARIANTS))
    weights = np.zeros((len(vertices[0]), len(bones)))
    rows = np.arange(len(weights))[:, None]
    np.add.at(
        weights,
        (rows, model.vertex_bone_indices.numpy()),
        model.vertex_bone_weights.numpy(),
    )
    return Raw(
        vertices=_exaggerated(np.stack(vertices).reshape(*shape, -1, 3)),
        heads=_exaggerated(np.stack(heads).reshape(*shape, -1, 3)),
        faces=model.faces.numpy(),
        bones=bones,
        weights=weights,
    )


def _exaggerated(values: np.ndarray) -> np.ndarray:
    """Values (group, variant, N, 3) with stronger variants."""
    factors = np.array([EXAGGERATION.get(name, 1.0) for name in VARIANTS])
    average = values[:, :1]
    return average + factors[:, None, None] * (values - average)


def _ours(points: np.ndarray) -> np.ndarray:
    """anny faces -Y with its left at +X; we face +X with the left at +Y."""
    return np.stack([-points[:, 1], points[:, 0], points[:, 2]], axis=-1).astype(np.float64)
