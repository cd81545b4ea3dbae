"""Light on surfaces, held to closed forms and to the conservation of energy."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from text2sim.render.kernels import lighting, shading, work
from text2sim.render.kernels.lighting import Lights, light_fragments

F32 = np.float32
DARK = (0.0, 0.0, 0.0)


@numba.njit
def lit(table, count, eye, lights):
    light_fragments(table, count, eye, lights)


@numba.njit
def microfacet(nl, nv, nh, rough, out):
    for i in range(len(out)):
        out[i] = lighting.highlight(nl[i], nv, nh[i], rough)


@numba.njit
def shown(radiance, out):
    for i in range(len(out)):
        out[i] = shading._display(radiance[i])


def lights(**changes) -> Lights:
    up = (0.0, 0.0, 1.0)
    off = Lights(
        to_sun=up, sun=DARK, to_fill=up, fill=DARK, ambient=DARK, zenith=DARK, horizon=DARK,
        bounce=DARK, haze=1e9,
    )  # fmt: skip
    return off._replace(**changes)


def seen_from(cosine: float, count: int, *, colour=1.0, rough=0.5, metal=0.0) -> np.ndarray:
    """Fragments at the origin, facing up, whose eye is at `cosine` to the normal."""
    table = np.zeros(work.FLOATS, F32)
    values = {
        work.PX: -np.sqrt(1 - cosine**2), work.PZ: -cosine, work.NZ: 1.0, work.RED: colour,
        work.GREEN: colour, work.BLUE: colour, work.ROUGH: rough, work.METAL: metal,
        work.SUN: 1.0, work.OPEN: 1.0,
    }  # fmt: skip
    for offset, value in values.items():
        table[offset : offset + count] = value
    return table


@pytest.mark.parametrize("rough", [0.0, 0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("metal", [0.0, 1.0])
def test_a_white_furnace_gives_back_no_more_and_little_less(rough, metal):
    """In light of radiance 1 from everywhere, a white surface is at most 1 (and nearly 1)."""
    white = (1.0, 1.0, 1.0)
    furnace = lights(ambient=white, bounce=white, zenith=white, horizon=white)
    for cosine in np.linspace(0.05, 1.0, 9):
        table = seen_from(cosine, 1, rough=rough, metal=metal)
        lit(table, 1, DARK, furnace)
        out = table[work.OUT_RED]
        assert out <= 1.0 + 1e-5
        assert out > 0.99


@pytest.mark.parametrize("rough", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("cosine", [0.3, 0.7, 1.0])
def test_sunlight_from_everywhere_adds_up_to_the_albedo(rough, cosine):
    """The integral of a white metal's reflection over all suns agrees with `albedo`."""
    steps = 200
    nl = (np.arange(steps) + 0.5) / steps
    phi = (np.arange(steps) + 0.5) / steps * 2 * np.pi
    nl, phi = (a.ravel() for a in np.meshgrid(nl, phi))
    view = np.array([np.sqrt(1 - cosine**2), 0.0, cosine])
    sun = np.stack([np.sqrt(1 - nl**2) * np.cos(phi), np.sqrt(1 - nl**2) * np.sin(phi), nl], -1)
    half = sun + view
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    out = np.empty(len(nl), F32)
    microfacet(nl.astype(F32), F32(cosine), half[:, 2].astype(F32), F32(rough), out)
    total = 2.0 * (out * nl).mean()  # integral of D V cos over 2 pi: `highlight` is pi D V
    assert total <= 1.02
    scale, offset = lighting.albedo.py_func(F32(cosine), F32(rough))
    assert total == pytest.approx(scale + offset, abs=0.12)


def test_a_matt_surface_follows_lambert():
    for angle in (0.0, 0.6, 1.2):
        sun = lights(to_sun=(0.0, np.sin(angle), np.cos(angle)), sun=(1.0, 0.5, 0.25))
        table = seen_from(0.8, 1, colour=0.5, rough=1.0)
        lit(table, 1, DARK, sun)
        red, blue = table[work.OUT_RED], table[work.OUT_BLUE]
        assert red == pytest.approx(0.5 * np.cos(angle), abs=0.06)
        assert red == pytest.approx(4.0 * blue, rel=1e-5)


def test_the_highlight_peaks_where_the_mirror_shows_the_sun():
    angles = np.linspace(-1.0, 1.0, 81)
    values = []
    for angle in angles:
        table = seen_from(np.cos(0.4), 1, colour=0.1, rough=0.3, metal=1.0)
        # The eye is at +x, so its mirror direction is at -x.
        sun = lights(to_sun=(-np.sin(angle), 0.0, np.cos(angle)), sun=(1.0, 1.0, 1.0))
        lit(table, 1, DARK, sun)
        values.append(table[work.OUT_RED])
    assert angles[int(np.argmax(values))] == pytest.approx(0.4, abs=0.06)


def test_the_display_curve_is_aces_and_srgb():
    radiance = np.linspace(0.0, 12.0, 4001).astype(F32)
    out = np.empty_like(radiance)
    shown(radiance, out)
    x = 0.52 * radiance.astype(float)
    y = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0)
    srgb = np.where(y <= 0.0031308, 12.92 * y, 1.055 * y ** (1 / 2.4) - 0.055)
    assert np.abs(out - 255.0 * srgb).max() < 1.0
    assert out[0] == 0.0
    assert (np.diff(out) >= -0.01).all()
