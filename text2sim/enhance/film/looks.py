"""What the names of presets mean, and the tables that are made of them once a clip."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

Preset = Literal[
    "neutral", "cinematic", "documentary", "warm", "noir", "vintage", "dream", "moonlight"
]
Colour = tuple[float, float, float]
KNEE = 0.8
"""Display light y is taken for scene light y / (1 - KNEE y): white shines five times as bright."""
ENTRIES = 2048
"""Steps of a tone curve."""
LUMA = np.array([0.2126, 0.7152, 0.0722])


class Film(NamedTuple):
    """A stock, a lens and a laboratory.

    Attributes:
        exposure: correction [stops].
        metering: how far the exposure follows the picture's brightness, 0 to 1.
        contrast: of an S-curve; 0 leaves the tones as they are.
        fade: how far black is lifted, 0 to 0.3.
        saturation: 1 leaves the colours as they are, 0 is grey.
        warmth: of the white balance, -1 (blue) to 1 (orange).
        shadows, highlights: what is added to dark and to bright tones (sRGB, 0 to 1).
        grey: weights of the channels in grey, their sum 1.
        bloom: share of the light that the lens scatters, 0 to 1.
        halo: tint of what is scattered.
        aperture: diameter of the lens opening [m]; 0 makes everything sharp.
        shutter: share of the time between two frames in which it is open, 0 to 1.
        grain: strength [levels of 255].
        vignette: darkening of the corners, 0 to 1.
        letterbox: width over height of what the bars leave; 0: no bars.
    """

    exposure: float = 0.0
    metering: float = 0.0
    contrast: float = 0.0
    fade: float = 0.0
    saturation: float = 1.0
    warmth: float = 0.0
    shadows: Colour = (0.0, 0.0, 0.0)
    highlights: Colour = (0.0, 0.0, 0.0)
    grey: Colour = (0.2126, 0.7152, 0.0722)
    bloom: float = 0.0
    halo: Colour = (1.0, 1.0, 1.0)
    aperture: float = 0.0
    shutter: float = 0.0
    grain: float = 0.0
    vignette: float = 0.0
    letterbox: float = 0.0


PRESETS: dict[Preset, Film] = {
    "neutral": Film(),
    "cinematic": Film(
        metering=0.25, contrast=0.34, saturation=0.84, warmth=0.08, shadows=(-0.022, 0.006, 0.026),
        highlights=(0.020, 0.006, -0.026), bloom=0.07, halo=(1.08, 0.98, 0.92), aperture=0.055,
        shutter=0.5, grain=1.5, vignette=0.30, letterbox=2.0,
    ),
    "documentary": Film(
        metering=0.4, contrast=0.16, saturation=0.88, bloom=0.02, aperture=0.012, shutter=0.5,
        grain=1.6, vignette=0.08,
    ),
    "warm": Film(
        exposure=0.08, metering=0.25, contrast=0.22, fade=0.03, saturation=0.86, warmth=0.34,
        shadows=(0.016, 0.004, -0.004), highlights=(0.012, 0.006, -0.02), bloom=0.12,
        halo=(1.18, 0.98, 0.80), aperture=0.05, shutter=0.5, grain=1.8, vignette=0.22,
    ),
    "noir": Film(
        exposure=-0.35, metering=0.4, contrast=0.85, saturation=0.0, grey=(0.44, 0.44, 0.12),
        bloom=0.10, aperture=0.05, shutter=0.5, grain=4.5, vignette=0.55,
    ),
    "vintage": Film(
        exposure=0.05, metering=0.3, contrast=0.10, fade=0.09, saturation=0.76, warmth=0.16,
        shadows=(0.012, 0.012, 0.030), highlights=(0.014, 0.004, -0.040), bloom=0.09,
        halo=(1.15, 0.97, 0.88), aperture=0.03, shutter=0.5, grain=3.0, vignette=0.38,
    ),
    "dream": Film(
        exposure=0.10, metering=0.3, contrast=0.05, fade=0.04, saturation=1.02, warmth=0.05,
        shadows=(0.014, 0.0, 0.022), highlights=(0.010, -0.002, 0.008), bloom=0.28,
        halo=(1.06, 0.98, 1.04), aperture=0.10, shutter=0.8, grain=1.2, vignette=0.18,
    ),
    "moonlight": Film(
        exposure=-1.7, metering=0.3, contrast=0.30, fade=0.015, saturation=0.42, warmth=-0.62,
        shadows=(-0.006, 0.002, 0.030), highlights=(-0.02, 0.004, 0.02), bloom=0.10,
        halo=(0.86, 0.98, 1.22), aperture=0.05, shutter=0.5, grain=3.0, vignette=0.50,
    ),
}  # fmt: skip
"""Settings by name."""


def light_table() -> np.ndarray:
    """sRGB values 0 to 255 as linear scene light, (256,) float32."""
    encoded = np.arange(256) / 255.0
    low, high = encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4
    shown = np.where(encoded <= 0.04045, low, high)
    return (shown / (1.0 - KNEE * shown)).astype(np.float32)


def matrix(film: Film) -> np.ndarray:
    """Exposure, white balance and saturation of linear light, (3, 3) float32."""
    gains = np.array([1.0 + 0.30 * film.warmth, 1.0, 1.0 - 0.34 * film.warmth])
    gains /= LUMA @ gains
    grey = np.tile(film.grey, (3, 1))
    mix = film.saturation * np.eye(3) + (1.0 - film.saturation) * grey
    return np.asarray(2.0**film.exposure * gains[:, None] * mix, np.float32)


def curves(film: Film) -> np.ndarray:
    """Display value 0 to 255 over sqrt(KNEE y), y = x / (1 + KNEE x) of light x, (3, N) float32."""
    shown = (np.arange(ENTRIES) / (ENTRIES - 1.0)) ** 2 / KNEE
    linear, power = 12.92 * shown, 1.055 * np.maximum(shown, 1e-9) ** (1 / 2.4) - 0.055
    tone = np.where(shown <= 0.0031308, linear, power)
    tone = _s_curve(np.minimum(tone, 1.0) if film.contrast == 0.0 else _shoulder(tone), film)
    dark, bright = (1.0 - tone) ** 2, tone**2
    base = film.fade * dark + (1.0 - 0.3 * film.fade) * tone
    rows = [
        base + 4.0 * low * tone * dark + high * bright
        for low, high in zip(film.shadows, film.highlights)
    ]
    return np.asarray(255.0 * np.clip(rows, 0.0, 1.0), np.float32)


def _shoulder(tone: np.ndarray) -> np.ndarray:
    """Roll off towards white what would be cut above it."""
    knee = 0.8
    over = np.maximum(tone - knee, 0.0) / (1.0 - knee)
    rolled = np.minimum(tone, knee) + (1.0 - knee) * (1.0 - np.exp(-over))
    return np.asarray(rolled / min(rolled[-1] * 1.02, 1.0))


def _s_curve(tone: np.ndarray, film: Film) -> np.ndarray:
    """Steeper around the middle grey, flat at the ends; monotone."""
    pivot, power = 0.46, 1.0 + film.contrast
    low, high = np.minimum(tone / pivot, 1.0), np.maximum(tone - pivot, 0.0) / (1.0 - pivot)
    bent = np.where(tone < pivot, pivot * low**power, 1.0 - (1.0 - pivot) * (1.0 - high) ** power)
    return np.asarray(bent)


def grain(rng: np.random.Generator, height: int) -> np.ndarray:
    """A tile of noise of variance 1, (256, 256) float32; its grains grow with the picture."""
    from scipy.ndimage import gaussian_filter

    noise = gaussian_filter(rng.standard_normal((256, 256)), 0.55 * height / 720.0, mode="wrap")
    return np.asarray(np.clip(noise / noise.std(), -3.0, 3.0), np.float32)
