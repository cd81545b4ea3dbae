"""What a living body does at rest: it breathes, shifts its weight and looks about."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.motion.sine.performer import Performer


def breathe(performer: Performer) -> None:
    """Add breathing and slow, small sway over the whole clip; it differs with the seed."""
    sheet = performer.sheet
    t = sheet.times
    phases = performer.rng.uniform(0.0, 2.0 * np.pi, 5)
    breath = np.sin(2.0 * np.pi * 0.27 * t + phases[0])
    sheet.spine[:, 1] -= 0.012 * breath
    sheet.arms[:, :, 1] += 0.012 * breath[:, None]
    calm = _stillness(performer)
    slow = np.sin(2.0 * np.pi * 0.13 * t + phases[1]) * calm
    sheet.pelvis[:, 1] += 0.014 * performer.scale * slow
    sheet.tilt[:, 0] += 0.018 * slow
    sheet.spine[:, 0] -= 0.022 * slow
    sheet.head[:, 2] += 0.05 * np.sin(2.0 * np.pi * 0.17 * t + phases[2]) * calm
    sheet.head[:, 1] += 0.02 * np.sin(2.0 * np.pi * 0.21 * t + phases[3]) * calm
    sheet.arms[:, :, 0] += 0.025 * np.sin(0.9 * t + phases[4])[:, None] * calm[:, None]


def _stillness(performer: Performer) -> np.ndarray:
    """1 where the body stands upright in place, 0 where it moves or lies, (T,)."""
    sheet = performer.sheet
    step = sheet.times[1] - sheet.times[0] if len(sheet.times) > 1 else 1.0
    if len(sheet.times) < 3:
        return np.zeros(len(sheet.times))
    speed = np.linalg.norm(np.gradient(sheet.base, axis=0), axis=1) / step
    upright = (np.linalg.norm(sheet.tilt, axis=1) < 0.5) & (
        sheet.pelvis[:, 2] > 0.85 * performer.stand
    )
    still = ((speed < 0.05) & upright).astype(float)
    return np.clip(filters.gaussian(still, 0.3 / step), 0.0, 1.0)
