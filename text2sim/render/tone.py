"""The tone curve as a table, for programs that develop a picture outside text2sim."""

from __future__ import annotations

import numpy as np

from text2sim.render.kernels.shading import EXPOSURE


def tone_curve(entries: int = 4096) -> np.ndarray:
    """Display value (0 to 255) over sqrt(radiance), which goes from 0 to 4, (entries,).

    The curve is Narkowicz' fit of ACES (2015), "ACES Filmic Tone Mapping Curve", then that of sRGB.
    """
    x = float(EXPOSURE) * (np.arange(entries) * (4.0 / entries)) ** 2
    mapped = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0)
    encoded = np.where(mapped <= 0.0031308, 12.92 * mapped, 1.055 * mapped ** (1 / 2.4) - 0.055)
    return 255.0 * encoded
