"""The mannequin's shapes as fields, in the rest pose of a 1.75 m adult (see `text2sim.skeleton`).

Only the left limbs are drawn; `implicit.mirror` makes the right ones. Tables hold metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.implicit import (
    Field,
    beyond,
    capsule,
    cut,
    ellipsoid,
    mirror,
    outline,
    sweep,
    union,
)
from text2sim.skeleton import INDEX, Skeleton

REST: NDArray[np.floating] = Skeleton.of_stature().rest_positions()
SHOULDER, ELBOW, WRIST = (REST[INDEX[f"left_{name}"]] for name in ("shoulder", "elbow", "wrist"))
WAIST = 1.015
"""Height of the upper edge of the trousers [m]."""
HIP, KNEE, ANKLE = (REST[INDEX[f"left_{name}"]] for name in ("hip", "knee", "ankle"))


@final
@dataclass(frozen=True, kw_only=True)
class Build:
    """What changes the figure: factors on its usual measures.

    Attributes:
        limb: thickness of arms and legs. waist, hips, chest: of the torso. shoulder: width there.
        belly, bust: how far they stand out [m]; 0 is none.
        skirt: below the waist a skirt. sleeve: length as a fraction of the arm.
    """

    limb: float = 1.0
    waist: float = 1.0
    hips: float = 1.0
    chest: float = 1.0
    shoulder: float = 1.0
    belly: float = 0.0
    bust: float = 0.0
    skirt: bool = False
    sleeve: float = 0.44

    @classmethod
    def of(
        cls,
        gender: Literal["male", "female"],
        age: Literal["child", "adult", "old"],
        build: Literal["slim", "average", "heavy", "muscular"],
        skirt: bool,
    ) -> Build:
        """The measures of a gender, age and build."""
        limb, waist, hips, chest, shoulder, belly = {
            "slim": (0.88, 0.90, 0.93, 0.91, 0.95, 0.0),
            "average": (1.0, 1.0, 1.0, 1.0, 1.0, 0.0),
            "heavy": (1.20, 1.26, 1.15, 1.13, 1.06, 0.045),
            "muscular": (1.16, 1.0, 1.02, 1.13, 1.12, 0.0),
        }[build]
        bust = 0.0
        if age == "child":
            limb, shoulder, chest = 0.94 * limb, 0.94 * shoulder, 0.97 * chest
        elif gender == "female":
            limb, waist, hips = 0.92 * limb, 0.905 * waist, 1.06 * hips
            chest, shoulder = 0.93 * chest, 0.88 * shoulder
            bust = 0.028 if build != "heavy" else 0.034
        if age == "old":
            belly = max(belly, 0.018)
        sleeve = 0.93 if age == "old" else 0.36 if gender == "female" else 0.42
        return cls(
            limb=limb, waist=waist, hips=hips, chest=chest, shoulder=shoulder, belly=belly,
            bust=bust, skirt=skirt, sleeve=sleeve,
        )  # fmt: skip


# Torso: height, half depth, half width, offset forward.
_TORSO = np.array(
    [
        (0.815, 0.080, 0.115, -0.008), (0.850, 0.105, 0.160, -0.012),
        (0.900, 0.114, 0.167, -0.014), (0.960, 0.108, 0.166, -0.010),
        (1.030, 0.097, 0.148, -0.003), (1.090, 0.095, 0.141, 0.001),
        (1.160, 0.100, 0.145, 0.004), (1.240, 0.110, 0.158, 0.003),
        (1.310, 0.113, 0.168, -0.001), (1.360, 0.106, 0.170, -0.008),
        (1.410, 0.086, 0.150, -0.016), (1.450, 0.064, 0.100, -0.020),
        (1.485, 0.052, 0.064, -0.018),
    ]
)  # fmt: skip


def _bump(z: NDArray, middle: float, width: float) -> NDArray:
    return np.exp(-(((z - middle) / width) ** 2))


def torso(build: Build, grow: float = 0.0) -> Field:
    """From the crotch to the neck, thicker by `grow` [m]."""
    z, depth, width, forward = _TORSO.T.copy()
    hips, waist, chest = _bump(z, 0.89, 0.08), _bump(z, 1.08, 0.09), _bump(z, 1.30, 0.10)
    sides = 1.0 + (build.hips - 1) * hips + (build.waist - 1) * waist + (build.chest - 1) * chest
    depth, width = depth * (0.4 + 0.6 * sides), width * sides
    rows = np.column_stack([z, depth + grow, width + grow, forward, 0 * z])
    shapes = [sweep(2, rows, 2.35)]
    if build.belly:
        out = build.belly
        shapes.append(
            ellipsoid(
                (0.022 + 0.6 * out, 0, 1.075),
                (0.086 + out + grow, 0.138 + 0.8 * out + grow, 0.155 + out),
            )
        )
    body = union(0.09, *shapes)
    if build.bust:
        cup = ellipsoid(
            (0.062 + 0.5 * build.bust, 0.066, 1.262),
            (0.030 + build.bust + grow, 0.056 + grow, 0.058 + grow),
        )
        body = union(0.05, body, mirror(cup))
    seat = ellipsoid((-0.064, 0.068, 0.885), (0.066 + grow, 0.075 + grow, 0.078))
    return union(0.05, body, mirror(seat))


def arm(build: Build, grow: float = 0.0) -> Field:
    """Left arm from the shoulder to the wrist, thicker by `grow` [m]."""
    k, cap = build.limb, build.limb * (0.5 + 0.5 * build.shoulder)
    (x, y, z), upper, fore = SHOULDER, ELBOW[1] - SHOULDER[1], WRIST[1] - ELBOW[1]
    rows = [  # place, half depth, half height, offsets forward and up
        (y - 0.060, 0.050 * cap, 0.044 * cap, x, z - 0.024),
        (y - 0.010, 0.057 * cap, 0.051 * cap, x, z - 0.018),
        (y + 0.14 * upper, 0.055 * cap, 0.053 * cap, x - 0.001, z - 0.010),
        (y + 0.45 * upper, 0.047 * k, 0.049 * k, x, z - 0.004),
        (y + 0.78 * upper, 0.040 * k, 0.041 * k, x - 0.001, z),
        (y + upper, 0.039 * k, 0.036 * k, ELBOW[0], z),
        (y + upper + 0.22 * fore, 0.043 * k, 0.039 * k, ELBOW[0] + 0.003, z),
        (y + upper + 0.50 * fore, 0.038 * k, 0.033 * k, WRIST[0] - 0.003, z),
        (y + upper + 0.85 * fore, 0.029 * k, 0.0225 * k, WRIST[0], z),
        (y + upper + fore + 0.02, 0.029 * k, 0.0205 * k, WRIST[0], z),
    ]
    table = np.array(rows)
    table[:, 1:3] += grow
    return sweep(1, table)


def leg(build: Build, grow: float = 0.0) -> Field:
    """Left leg from the hip to the ankle, thicker by `grow` [m]."""
    k = build.limb
    thigh = k * (0.5 + 0.5 * build.hips)
    long, low = HIP[2] - KNEE[2], KNEE[2] - ANKLE[2]
    rows = [  # place, half depth, half width, offsets forward and left
        (HIP[2] - 0.02, 0.094 * thigh, 0.080 * thigh, -0.006, HIP[1] + 0.000),
        (HIP[2] - 0.15 * long, 0.092 * thigh, 0.081 * thigh, -0.004, HIP[1] + 0.002),
        (HIP[2] - 0.40 * long, 0.080 * k, 0.073 * k, 0.004, HIP[1] + 0.003),
        (HIP[2] - 0.70 * long, 0.063 * k, 0.060 * k, 0.008, HIP[1] + 0.002),
        (HIP[2] - 0.92 * long, 0.055 * k, 0.053 * k, KNEE[0] + 0.001, KNEE[1]),
        (KNEE[2], 0.054 * k, 0.051 * k, KNEE[0], KNEE[1]),
        (KNEE[2] - 0.12 * low, 0.050 * k, 0.048 * k, KNEE[0] - 0.006, KNEE[1]),
        (KNEE[2] - 0.30 * low, 0.055 * k, 0.052 * k, KNEE[0] - 0.018, KNEE[1]),
        (KNEE[2] - 0.52 * low, 0.046 * k, 0.044 * k, -0.012, KNEE[1]),
        (KNEE[2] - 0.80 * low, 0.034 * k, 0.032 * k, ANKLE[0] + 0.002, KNEE[1]),
        (ANKLE[2] - 0.035, 0.035 * k, 0.031 * k, ANKLE[0] + 0.002, KNEE[1]),
    ]
    table = np.array(rows)
    table[:, 1:3] += grow
    return sweep(2, table)


def trapezius(build: Build, grow: float = 0.0) -> Field:
    """Left slope from the neck to the shoulder."""
    k = build.shoulder
    return capsule(
        (-0.028, 0.030, 1.466), (-0.020, 0.155, 1.418), 0.032 * k + grow, 0.034 * k + grow
    )


def shirt(build: Build) -> Field:
    """Torso and sleeves, open at the neck; tucked into trousers or skirt."""
    loose = 0.010
    sleeves = union(0.05, arm(build, 0.013), trapezius(build, loose))
    whole = union(0.055, torso(build, loose), mirror(sleeves))
    hem = 1.03 if build.skirt else 0.975
    cuff = SHOULDER[1] + build.sleeve * (WRIST[1] - SHOULDER[1])
    collar = ellipsoid((0.028, 0, 1.525), (0.088, 0.080, 0.078))
    return cut(
        0.008, whole, beyond((0, 0, 1), (0, 0, hem)), collar,
        mirror(beyond((0, -1, 0), (0, cuff, 0))),
    )  # fmt: skip


def trousers(build: Build) -> Field:
    """Hips and both legs down to the shoes."""
    wide = union(0.03, leg(build, 0.010), _shin(build))
    hips = union(0.025, torso(build, 0.016), mirror(wide))
    return cut(
        0.006, hips, beyond((0, 0, 1), (0, 0, 0.062)), beyond((0, 0, -1), (0, 0, WAIST + 0.005))
    )


def belt_rings(build: Build) -> NDArray:
    """Cross-sections of the belt: (4 rings, N points, 3), outside up and inside down again."""
    outer, inner = torso(build, 0.022), torso(build, 0.010)
    low, high = WAIST - 0.036, WAIST
    return np.stack(
        [outline(outer, low), outline(outer, high), outline(inner, high), outline(inner, low)]
    )


def _shin(build: Build) -> Field:
    """Trouser leg below the knee: straighter than the calf."""
    k = 0.5 + 0.5 * build.limb
    table = [
        (0.62, 0.045 * k, 0.044 * k, KNEE[0] + 0.002, KNEE[1]),
        (0.53, 0.057 * k, 0.055 * k, KNEE[0] + 0.002, KNEE[1]),
        (0.42, 0.062 * k, 0.060 * k, -0.002, KNEE[1]),
        (0.25, 0.059 * k, 0.057 * k, -0.010, KNEE[1]),
        (0.05, 0.059 * k, 0.055 * k, -0.008, KNEE[1]),
    ]
    return sweep(2, table)


def skirt(build: Build) -> Field:
    """From the waist to the knee, wider towards the hem."""
    hip, waist = build.hips, build.waist
    out = 0.6 * build.belly
    table = [
        (1.075, 0.100 * waist + 0.012 + out, 0.142 * waist + 0.013 + 0.5 * out, 0.5 * out, 0),
        (1.00, 0.112 * hip + 0.012 + out, 0.158 * hip + 0.012 + 0.5 * out, 0.4 * out - 0.004, 0),
        (0.90, 0.134 * hip + 0.012, 0.180 * hip + 0.012, -0.012, 0),
        (0.80, 0.146 * hip + 0.012, 0.192 * hip + 0.012, -0.012, 0),
        (0.50, 0.186, 0.234, -0.012, 0),
    ]
    return cut(
        0.006, sweep(2, table, 2.2), beyond((0, 0, 1), (0, 0, 0.525)),
        beyond((0, 0, -1), (0, 0, 1.07)),
    )  # fmt: skip


def bare_legs(build: Build) -> Field:
    """Both legs below a skirt."""
    return mirror(cut(0.01, leg(build), beyond((0, 0, -1), (0, 0, 0.80))))


def bare_arm(build: Build) -> Field:
    """Left arm from inside the sleeve, with the back of the hand."""
    x, y, z = WRIST
    palm = union(
        0.02,
        ellipsoid((x + 0.002, y + 0.052, z - 0.002), (0.041, 0.056, 0.0165)),
        capsule((x + 0.012, y + 0.02, z - 0.004), (x + 0.028, y + 0.05, z - 0.010), 0.016, 0.015),
    )
    start = SHOULDER[1] + min(build.sleeve, 0.9) * (WRIST[1] - SHOULDER[1]) - 0.03
    return cut(0.004, union(0.03, arm(build), palm), beyond((0, 1, 0), (0, start, 0)))


def head(female: bool) -> Field:
    """Skull, face, nose, ears and neck."""
    jaw = 0.94 if female else 1.0
    skull = ellipsoid((0.006, 0, 1.662), (0.097, 0.0765, 0.090))
    face = ellipsoid((0.040, 0, 1.607), (0.060, 0.056 * jaw, 0.082))
    cheeks = capsule((0.052, 0.026, 1.606), (0.030, 0.046, 1.618), 0.026, 0.022)
    chin = capsule((0.076, 0.008, 1.548), (0.052, 0.030 * jaw, 1.555), 0.018, 0.019)
    neck = union(
        0.03,
        capsule((-0.022, 0, 1.42), (-0.002, 0, 1.585), 0.060 * jaw, 0.053 * jaw),
        mirror(capsule((-0.028, 0.02, 1.45), (-0.03, 0.07, 1.435), 0.045 * jaw, 0.03)),
    )
    brow = capsule((0.092, 0.010, 1.660), (0.080, 0.042, 1.661), 0.010, 0.009)
    nose = union(
        0.012,
        capsule((0.098, 0, 1.652), (0.117, 0, 1.617), 0.0065, 0.0105),
        mirror(ellipsoid((0.108, 0.010, 1.612), (0.010, 0.007, 0.007))),
    )
    lips = ellipsoid((0.098, 0, 1.580), (0.010, 0.024, 0.011))
    socket = ellipsoid((0.112, 0.032, 1.641), (0.020, 0.020, 0.013))
    ear = ellipsoid((-0.004, 0.078, 1.630), (0.019, 0.009, 0.032))
    lump = union(0.035, skull, face, mirror(cheeks), mirror(chin))
    lump = union(0.018, lump, mirror(brow), lips)
    lump = union(0.035, lump, neck)
    lump = union(0.014, cut(0.016, lump, mirror(socket)), nose)
    whole = union(0.008, lump, mirror(ear))
    return cut(0.004, whole, beyond((0, 0, 1), (0, 0, 1.415)))


def hair(long: bool) -> Field:
    """A cap of hair above the hairline; long hair also falls to the shoulders."""
    skull = ellipsoid((-0.001, 0, 1.668), (0.103, 0.0835, 0.0935))
    nape = ellipsoid((-0.045, 0, 1.622), (0.060, 0.066, 0.070))
    line = beyond((-0.62, 0, 0.78), (0.074, 0, 1.706))
    temple = mirror(beyond((-1.0, 0.55, 0.1), (0.045, 0.078, 1.64)))
    cap = cut(0.01, union(0.03, skull, nape), line, beyond((0, 0, 1), (0, 0, 1.575)))
    cap = union(0.012, cap, cut(0.01, skull, temple, beyond((0, 0, 1), (0, 0, 1.628))))
    if not long:
        return cap
    back = capsule((-0.045, 0, 1.64), (-0.075, 0, 1.46), 0.068, 0.046)
    side = capsule((0.002, 0.070, 1.672), (-0.030, 0.074, 1.48), 0.024, 0.026)
    fall = union(0.04, back, mirror(side))
    return union(0.03, cap, cut(0.02, fall, beyond((0, 0, 1), (0, 0, 1.435))))


def shoe() -> Field:
    """Upper of the left shoe, above its sole."""
    x, y, _ = ANKLE
    heel = ellipsoid((x - 0.012, y, 0.045), (0.045, 0.037, 0.055))
    throat = capsule((x + 0.005, y, 0.070), (x + 0.010, y, 0.098), 0.044, 0.043)
    instep = capsule((x + 0.03, y, 0.062), (0.095, y + 0.003, 0.035), 0.042, 0.040)
    toe = ellipsoid((0.135, y + 0.004, 0.026), (0.060, 0.045, 0.040))
    whole = union(0.035, heel, throat, instep, toe)
    return cut(0.004, whole, beyond((0, 0, 1), (0, 0, 0.010)), beyond((-0.2, 0, -1), (x, y, 0.108)))
