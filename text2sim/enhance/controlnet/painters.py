"""diffusers' ControlNet pipelines behind two calls: one picture, or a run of frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import ResourceError, StageError
from text2sim.stage import Context
from text2sim.weights import load

Offload = Literal["none", "model", "sequential"]
BASES = ("StableDiffusionPipeline", "StableDiffusionXLPipeline")
KINDS = {
    ("StableDiffusionPipeline", False): "StableDiffusionControlNetPipeline",
    ("StableDiffusionPipeline", True): "StableDiffusionControlNetImg2ImgPipeline",
    ("StableDiffusionXLPipeline", False): "StableDiffusionXLControlNetPipeline",
    ("StableDiffusionXLPipeline", True): "StableDiffusionXLControlNetImg2ImgPipeline",
}
"""Class of the base model, starts from a picture -> pipeline."""
MOVING = {
    False: "AnimateDiffControlNetPipeline",
    True: "AnimateDiffVideoToVideoControlNetPipeline",
}


@final
@dataclass(frozen=True)
class Sources:
    """The models, and where and how they run; the same ones are loaded once."""

    base: str
    family: str
    controls: tuple[str, ...]
    motion: str
    lora: str
    device: str
    precision: str
    offload: Offload
    download: bool
    states: str
    """Of the files, so that changed weights are loaded again."""


@final
@dataclass(frozen=True)
class Wish:
    """What all frames of a shot have in common."""

    prompt: str
    negative: str
    steps: int
    guidance: float
    strength: float
    scales: tuple[float, ...]
    seed: int


def paint(
    sources: Sources, wish: Wish, start: NDArray | None, controls: Sequence[NDArray], ctx: Context,
    at: tuple[int, int],
) -> NDArray:  # fmt: skip
    """One picture (H, W, 3) uint8 that follows conditions (H, W, 3), from noise or from `start`."""
    import torch

    pipe = pipeline(sources, start is not None)
    images = [_picture(control) for control in controls]
    height, width = controls[0].shape[:2]
    more: dict[str, Any] = {"height": height, "width": width, "image": images}
    if start is not None:
        more = {"image": _picture(start), "control_image": images, "strength": wish.strength}
    made = pipe(
        prompt=wish.prompt, negative_prompt=wish.negative or None, num_inference_steps=wish.steps,
        guidance_scale=wish.guidance, controlnet_conditioning_scale=list(wish.scales),
        generator=torch.Generator("cpu").manual_seed(wish.seed), output_type="np",
        callback_on_step_end=_stopping(ctx, at), **more,
    ).images[0]  # fmt: skip
    return _finite(made, controls[0].shape)


def paint_moving(
    sources: Sources, wish: Wish, start: NDArray | None, controls: Sequence[NDArray], ctx: Context,
    at: tuple[int, int],
) -> NDArray:  # fmt: skip
    """Frames (T, H, W, 3) uint8 by AnimateDiff; conditions and start are (T, H, W, 3)."""
    import torch

    pipe = pipeline(sources, start is not None)
    frames = [[_picture(picture) for picture in control] for control in controls]
    count, height, width = controls[0].shape[:3]
    more: dict[str, Any] = {"num_frames": count}
    if start is not None:
        more = {"video": [_picture(picture) for picture in start], "strength": wish.strength}
    made = pipe(
        prompt=wish.prompt, negative_prompt=wish.negative or None, height=height, width=width,
        num_inference_steps=wish.steps, guidance_scale=wish.guidance,
        conditioning_frames=frames if len(frames) > 1 else frames[0],
        controlnet_conditioning_scale=list(wish.scales) if len(frames) > 1 else wish.scales[0],
        generator=torch.Generator("cpu").manual_seed(wish.seed), output_type="np",
        callback_on_step_end=_stopping(ctx, at), **more,
    ).frames[0]  # fmt: skip
    return _finite(made, controls[0].shape)


def _finite(made: Any, shape: tuple[int, ...]) -> NDArray:
    """As uint8.

    Raises:
        StageError: it is not finite, or of another size.
    """
    made = np.asarray(made)
    if not np.isfinite(made).all():
        raise StageError(
            "The diffusion model returned values that are not finite. Use precision='bfloat16' or "
            "'float32', or less guidance."
        )
    if made.shape != shape:
        raise StageError(f"The diffusion model returned {made.shape} instead of {shape}.")
    return np.round(255.0 * made.clip(0.0, 1.0)).astype(np.uint8)


def _picture(pixels: NDArray) -> Any:
    from PIL import Image

    return Image.fromarray(pixels)


def _stopping(ctx: Context, at: tuple[int, int]) -> Any:
    """A callback after each step that stops where the caller cancelled."""

    def told(pipe: Any, step: int, time: Any, values: dict[str, Any]) -> dict[str, Any]:
        ctx.report(*at)
        return values

    return told


def pipeline(sources: Sources, starts: bool) -> Any:
    """The pipeline of models; it is kept for the next call.

    Raises:
        ResourceError: a model can't be loaded, or they do not fit together.
    """
    return _loaded(dataclasses.replace(sources), starts)


@lru_cache(maxsize=1)
def _loaded(sources: Sources, starts: bool) -> Any:
    import diffusers
    import torch

    dtype = getattr(torch, sources.precision)
    common: dict[str, Any] = {"dtype": dtype, "download": sources.download}
    nets = [load(diffusers.ControlNetModel, name, **common) for name in sources.controls]
    parts: dict[str, Any] = {"controlnet": nets}
    name = KINDS[sources.family, starts]
    if sources.motion:
        parts["motion_adapter"] = load(diffusers.MotionAdapter, sources.motion, **common)
        parts["controlnet"] = nets if len(nets) > 1 else nets[0]
        name = MOVING[starts]
    pipe = load(getattr(diffusers, name), sources.base, **common, **parts)
    _check_fit(pipe, nets, sources)
    if sources.lora:
        _add_lora(pipe, sources.lora)
    pipe.set_progress_bar_config(disable=True)
    if sources.offload == "model":
        pipe.enable_model_cpu_offload(device=sources.device)
    elif sources.offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=sources.device)
    else:
        pipe.to(sources.device)
    return pipe


def _check_fit(pipe: Any, nets: Sequence[Any], sources: Sources) -> None:
    width = pipe.unet.config.cross_attention_dim
    for net, name in zip(nets, sources.controls):
        if net.config.cross_attention_dim != width:
            raise ResourceError(
                f"The ControlNet {name} was made for another base model than {sources.base}: its "
                f"text has {net.config.cross_attention_dim} numbers a token, not {width}. Take one "
                "for Stable Diffusion 1.5 with 1.5, and one for SDXL with SDXL."
            )


def _add_lora(pipe: Any, folder: str) -> None:
    """Adapters of a ControlNet of a folder, merged into the first one."""
    from text2sim.enhance.controlnet.lora import merge

    nets = getattr(pipe.controlnet, "nets", [pipe.controlnet])
    merge(nets[0], folder)
