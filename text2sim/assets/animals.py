"""Animals, as standing figures."""

from __future__ import annotations

from text2sim.assets.implicit import Field, capsule, ellipsoid, mirror, surface, union
from text2sim.assets.model import BLACK, DARK, MAIN, Builder, Model, Size, box_part, piece
from text2sim.assets.primitives import Solid, tube
from text2sim.assets.primitives import ellipsoid as egg


def dog(size: Size, count: int) -> Model:
    """Stands and looks to +X, the tail up; drawn 0.9 m long, then stretched."""
    coat = surface(_coat(), (-0.48, -0.18, -0.05), (0.56, 0.18, 0.84), 0.024)
    tail = tube(
        [[-0.28, 0, 0.50], [-0.35, 0, 0.56], [-0.40, 0, 0.65], [-0.40, 0, 0.735],
         [-0.395, 0, 0.75]],
        [0.034, 0.030, 0.024, 0.014, 0.004], segments=10, crease=3.2,
    )  # fmt: skip
    ears = [
        egg((0.042, 0.013, 0.064), 12, 8).turned("x", s * 0.25).at(0.30, s * 0.080, 0.695)
        for s in (-1, 1)
    ]
    nose = egg((0.016, 0.019, 0.014), 10, 6).at(0.492, 0, 0.688)
    eyes = [egg((0.010, 0.010, 0.012), 10, 6).at(0.404, s * 0.043, 0.728) for s in (-1, 1)]
    body = Solid(vertices=coat.vertices, faces=coat.faces, crease=3.2)
    return Model(
        pieces=(piece(MAIN, body, tail), piece(DARK, *ears), piece(BLACK, nose, *eyes)),
        parts=(
            box_part(0.62, 0.21, 0.36, 0.58, x=-0.03),
            box_part(0.30, 0.15, 0.56, 0.77, x=0.34),
            box_part(0.14, 0.07, 0.50, 0.75, x=-0.36),
            *(box_part(0.10, 0.075, 0, 0.38, x=x, y=y)
              for x in (0.2, -0.25) for y in (-0.066, 0.066)),
        ),
    )  # fmt: skip


def _coat() -> Field:
    trunk = union(
        0.06,
        capsule((0.14, 0, 0.455), (0.20, 0, 0.475), 0.122, 0.110),
        capsule((0.10, 0, 0.455), (-0.22, 0, 0.475), 0.105, 0.095),
    )
    neck = capsule((0.20, 0, 0.52), (0.315, 0, 0.68), 0.085, 0.065)
    skull = ellipsoid((0.335, 0, 0.705), (0.092, 0.076, 0.074))
    snout = capsule((0.37, 0, 0.685), (0.462, 0, 0.674), 0.052, 0.036)
    front = union(
        0.03,
        capsule((0.18, 0.062, 0.42), (0.185, 0.066, 0.26), 0.060, 0.038),
        capsule((0.185, 0.066, 0.26), (0.200, 0.066, 0.05), 0.036, 0.028),
        ellipsoid((0.222, 0.066, 0.030), (0.052, 0.037, 0.032)),
    )
    rear = union(
        0.03,
        capsule((-0.22, 0.060, 0.43), (-0.20, 0.068, 0.31), 0.078, 0.052),
        capsule((-0.20, 0.068, 0.30), (-0.285, 0.068, 0.20), 0.045, 0.031),
        capsule((-0.285, 0.068, 0.20), (-0.262, 0.068, 0.05), 0.030, 0.028),
        ellipsoid((-0.236, 0.068, 0.030), (0.052, 0.037, 0.032)),
    )
    return union(0.05, trunk, neck, skull, snout, mirror(front), mirror(rear))


BUILDERS: dict[str, Builder] = {"dog": dog}
