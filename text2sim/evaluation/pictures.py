"""Metrics of pictures: do they hold still where they should, and keep the edges that are there?

Frames are sRGB (T, H, W, 3) uint8; figures are of their luminance in levels of 255, computed with
the weights of Rec. 709 on the display values. Long and large clips are sampled.
"""

from __future__ import annotations

import math

import numpy as np

from text2sim.evaluation.metrics import Metric
from text2sim.types import Frames

SEEN = 1
"""Value of the channel `flow_state` where a point is seen in the next frame."""
PAIRS, PIXELS = 60, 160_000
"""Most pairs of frames, and most pixels of one, that are compared."""
BESIDE = 2
"""Pixels on either side of a segmentation edge that count as its neighbourhood."""
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)


def luminance(rgb: np.ndarray) -> np.ndarray:
    """Levels of 255 (..., H, W) float32 of sRGB pictures (..., H, W, 3)."""
    return np.asarray(rgb.astype(np.float32) @ _WEIGHTS)


def warping_error(rgb: np.ndarray, flow: np.ndarray, flow_state: np.ndarray) -> float:
    """Root mean square difference between frames and the next, pulled back by the flow [of 255].

    Only points that are seen in both count. It is the root of E_warp (Lai et al. 2018, eq. 6) with
    the true flow and occlusion instead of estimates, of luminance instead of RGB. NaN if nothing
    can be compared.

    Args:
        rgb: (T, H, W, 3) uint8.
        flow: to the next frame [px], (T, H, W, 2).
        flow_state: (T, H, W).
    """
    if len(rgb) < 2:
        return math.nan
    total, count = 0.0, 0
    for t in np.unique(np.linspace(0, len(rgb) - 2, PAIRS).round().astype(int)):
        errors = warping_differences(rgb[t], rgb[t + 1], flow[t], flow_state[t])
        total += float(np.square(errors, dtype=np.float64).sum())
        count += errors.size
    return math.sqrt(total / count) if count else math.nan


def warping_differences(
    now: np.ndarray, after: np.ndarray, flow: np.ndarray, flow_state: np.ndarray
) -> np.ndarray:
    """Luminance of the next frame where each point goes, minus that of the point, (N,).

    Between pixel centres it is interpolated linearly; points that go to the outermost half pixel
    are left out, as nothing lies beyond.
    """
    height, width = flow_state.shape
    step = max(1, math.ceil(math.sqrt(height * width / PIXELS)))
    rows, columns = np.nonzero(flow_state[::step, ::step] == SEEN)
    rows, columns = rows * step, columns * step
    x, y = columns + flow[rows, columns, 0], rows + flow[rows, columns, 1]
    inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    rows, columns, x, y = rows[inside], columns[inside], x[inside], y[inside]
    left = np.minimum(x.astype(int), width - 2)
    top = np.minimum(y.astype(int), height - 2)
    u, v = x - left, y - top
    there = luminance(after)
    upper = there[top, left] * (1 - u) + there[top, left + 1] * u
    lower = there[top + 1, left] * (1 - u) + there[top + 1, left + 1] * u
    return np.asarray(upper * (1 - v) + lower * v - luminance(now)[rows, columns])


def flicker(rgb: np.ndarray) -> float:
    """How much the brightness of whole frames alternates [of 255].

    Root mean square of the second difference of the mean luminance, over 4: a brightness that jumps
    between +a and -a from frame to frame has a; one that rises evenly has 0.
    """
    if len(rgb) < 3:
        return math.nan
    step = max(1, math.ceil(math.sqrt(rgb.shape[1] * rgb.shape[2] / PIXELS)))
    means = np.array([luminance(frame[::step, ::step]).mean(dtype=np.float64) for frame in rgb])
    return float(np.sqrt(np.mean(np.square(np.diff(means, 2) / 4.0))))


def edge_identity(before: np.ndarray, after: np.ndarray, segmentation: np.ndarray) -> float:
    """Correlation of the slopes of two pictures beside the edges of the segmentation, -1 to 1.

    The slope is the vector of differences of luminance to the right and downwards; pixels within
    `BESIDE` of an edge count, and the figure is the cosine between all their slopes in the two
    pictures. 1: every edge is where it was, with its old strength relative to the others, whatever
    the exposure; 0: other edges; -1: dark and bright are swapped. NaN if there is no edge.

    Args:
        before, after: (T, H, W, 3) uint8.
        segmentation: (T, H, W).
    """
    product = first = second = 0.0
    for t in np.unique(np.linspace(0, len(before) - 1, PAIRS).round().astype(int)):
        near = _beside_edges(segmentation[t])
        a, b = _slopes(before[t])[near], _slopes(after[t])[near]
        product += float((a * b).sum(dtype=np.float64))
        first += float((a * a).sum(dtype=np.float64))
        second += float((b * b).sum(dtype=np.float64))
    return product / math.sqrt(first * second) if first * second > 0.0 else math.nan


def ssim(first: np.ndarray, second: np.ndarray) -> float:
    """Structural similarity of the luminance of two pictures (H, W, 3), at most 1.

    Wang et al. (2004), eq. 13, with a Gaussian window of 1.5 px.
    """
    from scipy.ndimage import gaussian_filter

    a, b = luminance(first).astype(np.float64), luminance(second).astype(np.float64)
    mean_a, mean_b = gaussian_filter(a, 1.5), gaussian_filter(b, 1.5)
    var_a = gaussian_filter(a * a, 1.5) - mean_a**2
    var_b = gaussian_filter(b * b, 1.5) - mean_b**2
    both = gaussian_filter(a * b, 1.5) - mean_a * mean_b
    c1, c2 = (0.01 * 255.0) ** 2, (0.03 * 255.0) ** 2
    top = (2.0 * mean_a * mean_b + c1) * (2.0 * both + c2)
    return float(np.mean(top / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))))


def _beside_edges(labels: np.ndarray) -> np.ndarray:
    from scipy.ndimage import binary_dilation

    edge = np.zeros(labels.shape, bool)
    edge[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    edge[:-1] |= labels[1:] != labels[:-1]
    return np.asarray(binary_dilation(edge, np.ones((3, 3), bool), BESIDE))


def _slopes(picture: np.ndarray) -> np.ndarray:
    """Differences of luminance to the pixel on the right and to the one below, (H, W, 2)."""
    grey = luminance(picture)
    across = np.diff(grey, axis=1, append=grey[:, -1:])
    return np.stack([across, np.diff(grey, axis=0, append=grey[-1:])], axis=-1)


def evaluate_pictures(frames: Frames) -> dict[str, Metric]:
    """What an enhancer did to the steadiness and the edges of a clip; nothing if there was none.

    Flow and segmentation are the renderer's, so figures are NaN where it was not asked for them, or
    where the enhancer changed the size.
    """
    source = frames.source
    if source is None:
        return {}
    exact = source if source.size == frames.size else frames
    flow, state, labels = exact.flow, exact.flow_state, exact.segmentation
    figures: list[tuple[str, float, str, str]] = []
    for suffix, rgb, of in (("", frames.rgb, ""), ("_rendered", source.rgb, " as rendered")):
        warp = math.nan if flow is None or state is None else warping_error(rgb, flow, state)
        figures += [
            (f"warping_error{suffix}", warp, "of 255", f"change along the true flow{of}"),
            (f"flicker{suffix}", flicker(rgb), "of 255", f"alternation of the brightness{of}"),
        ]
    same = math.nan if labels is None else edge_identity(source.rgb, frames.rgb, labels)
    figures.append(("edge_identity", same, "", "segmentation edges kept from the rendered frames"))
    return {
        name: Metric(value=value, unit=unit, meaning=meaning)
        for name, value, unit, meaning in figures
    }
