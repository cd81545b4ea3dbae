"""The stage: rendered frames, repainted by Stable Diffusion as ControlNets hold it to the scene."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, cast, final

import numpy as np
from numpy.typing import NDArray

from text2sim.enhance.controlnet.conditions import KINDS, NEEDS, Kind, conditions
from text2sim.enhance.controlnet.painters import (
    BASES,
    Offload,
    Sources,
    Wish,
    paint,
    paint_moving,
)
from text2sim.enhance.controlnet.unfinished import Unfinished, run_key
from text2sim.enhance.controlnet.warping import blended, carried, tiled, windows
from text2sim.enhance.stage import Enhancer
from text2sim.errors import ConfigError, ResourceError
from text2sim.stage import Context, Options
from text2sim.types import Frames, Script
from text2sim.weights import Precision, advised, check_model, device_for, fingerprint, torch_for

EXTRA = "controlnet"
ADVICE = (
    "Use a smaller size or `tile`, fewer ControlNets, precision='float16' on a card, or "
    "offload='model' (or 'sequential', slower, for very little)."
)
FLOW = ("flow", "flow_state")


@final
@dataclass(frozen=True, kw_only=True)
class ControlNetEnhancer(Enhancer):
    """Stable Diffusion 1.5 or XL repaints each frame; ControlNets fed by exact channels hold it.

    Attributes:
        model: folder of the base model, or its name on the hub.
        controls: kind of condition -> folder or name of a ControlNet for it; see `Kind`.
        scales: kind -> how strongly it leads; 1 unless given.
        mode: "img2img" starts from the rendered frame, "text" from noise.
        strength: of img2img: 0 keeps the frame, 1 forgets it.
        style: added to what the prompt says. negative: what shall not be seen.
        steps, guidance: of the sampler.
        consistency: of img2img: share of the last finished frame, carried along the exact flow,
            in what the next one starts from, where nothing was hidden; 0 for none.
        motion: folder or name of an AnimateDiff motion adapter, for frames made together; "" for
            frames one by one. window, overlap: frames that are made together and shared.
        tile: [px]; larger pictures are painted in parts that fade into each other. 0 for none.
        tile_overlap: [px].
        lora: folder of adapters for the first ControlNet, from training.
        resume: folder for finished frames; a run that was interrupted goes on after them.
        device, precision, offload, download: see docs/enhancer.md.
    """

    name: ClassVar[str] = "controlnet"
    options: ClassVar[tuple[str, ...]] = ("seed",)

    model: str = "stable-diffusion-v1-5/stable-diffusion-v1-5"
    controls: dict[Kind, str] = field(
        default_factory=lambda: {"depth": "lllyasviel/control_v11f1p_sd15_depth"}
    )
    scales: dict[Kind, float] = field(default_factory=dict)
    mode: Literal["img2img", "text"] = "img2img"
    strength: float = 0.55
    style: str = "photograph, natural light, sharp, detailed"
    negative: str = "cartoon, drawing, blurry, deformed, extra limbs, text, watermark"
    steps: int = 25
    guidance: float = 7.0
    consistency: float = 0.6
    motion: str = ""
    window: int = 16
    overlap: int = 4
    tile: int = 768
    tile_overlap: int = 128
    lora: str = ""
    resume: str = ""
    device: str = "auto"
    precision: Precision = "float32"
    offload: Offload = "none"
    download: bool = False

    def __post_init__(self) -> None:
        bounds = {
            "strength": (0.01, 1.0), "guidance": (0.0, 100.0), "consistency": (0.0, 1.0),
            "steps": (1, 1000), "window": (2, 64), "overlap": (0, 32), "tile": (0, 8192),
            "tile_overlap": (0, 2048),
        }  # fmt: skip
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise ConfigError(
                    f"{name} must lie between {low} and {high}; got {getattr(self, name)}."
                )
        for kind in (*self.controls, *self.scales):
            if kind not in KINDS:
                raise ConfigError(f"There is no condition {kind!r}; known: {', '.join(KINDS)}.")
        if not self.controls:
            raise ConfigError("controls is empty; give at least one ControlNet, as for 'depth'.")
        if self.mode not in ("img2img", "text") or self.offload not in (
            "none", "model", "sequential",
        ):  # fmt: skip
            raise ConfigError(
                "mode must be 'img2img' or 'text', offload 'none', 'model' or 'sequential'; got "
                f"{self.mode!r} and {self.offload!r}."
            )
        if self.overlap >= self.window or (self.tile and self.tile_overlap >= self.tile):
            raise ConfigError("overlap must be less than window, and tile_overlap than tile.")
        if self.tile % 8:
            raise ConfigError(f"tile must be a multiple of 8; got {self.tile}.")

    def needs(self) -> tuple[str, ...]:
        """Channels that it reads beside rgb."""
        found = {name for kind in self.controls for name in NEEDS[kind]}
        if self._carries():
            found |= {*FLOW}
        return tuple(sorted(found))

    def _carries(self) -> bool:
        return self.mode == "img2img" and self.consistency > 0.0 and not self.motion

    def check(self, request: Options) -> None:
        """That packages and models are there, fit each other and the device.

        Raises:
            MissingExtraError: diffusers, transformers or torch is not installed.
            ResourceError: a model is missing or another one.
            ConfigError: the device is not there or can't do the precision.
        """
        device = device_for(torch_for(EXTRA), self.device, self.precision)
        if self.offload != "none" and device == "cpu":
            raise ConfigError("offload moves models off a card; device='cpu' has none to spare.")
        check_model(self.model, "model_index.json", BASES, download=self.download)
        for name in self.controls.values():
            check_model(name, "config.json", ["ControlNetModel"], download=self.download)
        if self.motion:
            check_model(self.motion, "config.json", ["MotionAdapter"], download=self.download)
            if self._family() != BASES[0]:
                raise ConfigError("AnimateDiff's adapters are for Stable Diffusion 1.5; got SDXL.")
        if self.lora and not (Path(self.lora) / "controlnet_lora.safetensors").is_file():
            raise ResourceError(f"{self.lora} has no controlnet_lora.safetensors.")

    def fingerprint(self) -> str:
        """Of class, fields and weights; not of where unfinished runs are kept."""
        plain = dataclasses.replace(self, resume="")
        text = Enhancer.fingerprint(plain)
        text += fingerprint(self.model, *self.controls.values(), self.motion, self.lora)
        return hashlib.sha256(text.encode()).hexdigest()

    def _family(self) -> str:
        import json

        from text2sim.weights import is_folder

        if not is_folder(self.model):
            return BASES[1] if "xl" in self.model.lower() else BASES[0]
        index = Path(self.model).expanduser() / "model_index.json"
        return str(json.loads(index.read_text(encoding="utf-8"))["_class_name"])

    def run(self, value: Frames, ctx: Context) -> Frames:
        """Repaint a clip.

        Raises:
            ConfigError: the clip lacks a channel.
            ResourceError: a model can't be loaded.
            StageError: there is too little memory, or what came out is not finite.
            Cancelled: the caller asked to stop; finished frames stay in `resume`.
        """
        missing = [name for name in self.needs() if name not in value.channels]
        if missing:
            raise ConfigError(
                f"The controlnet enhancer reads channels that were not made; add channels="
                f"{('rgb', *missing)!r} to the call."
            )
        with advised("Repainting with ControlNet", ADVICE):
            pictures = self._repainted(value, ctx)
        return dataclasses.replace(value, rgb=pictures)

    def _repainted(self, value: Frames, ctx: Context) -> NDArray:
        controls = [conditions(value, kind) for kind in self.controls]
        seed = int(ctx.rng().integers(2**62))
        words = in_words(value.trace.world.motion.scene.plan.script, self.style)  # type: ignore[union-attr]
        wish = Wish(
            prompt=words, negative=self.negative, steps=self.steps, guidance=self.guidance,
            strength=self.strength, seed=seed,
            scales=tuple(self.scales.get(kind, 1.0) for kind in self.controls),
        )  # fmt: skip
        key = run_key(self.fingerprint(), seed, words, [value.rgb, *controls])
        kept = Unfinished(self.resume, key, value.size)
        render = _padded(value.rgb)
        controls = [_padded(control) for control in controls]
        make = self._together if self.motion else self._one_by_one
        made = make(value, render, controls, wish, kept, ctx)
        height, width = value.rgb.shape[1:3]
        ctx.report(len(made), len(made))
        return made[:, :height, :width]

    def _sources(self) -> Sources:
        device = device_for(torch_for(EXTRA), self.device, self.precision)
        models = (self.model, *self.controls.values(), self.motion, self.lora)
        return Sources(
            self.model, self._family(), tuple(self.controls.values()), self.motion, self.lora,
            device, self.precision, self.offload, self.download, fingerprint(*models),
        )  # fmt: skip

    def _one_by_one(
        self, value: Frames, render: NDArray, controls: Sequence[NDArray], wish: Wish,
        kept: Unfinished, ctx: Context,
    ) -> NDArray:  # fmt: skip
        """Every frame with the same noise, from the render and the last frame carried along."""
        sources, made = self._sources(), np.empty_like(render)
        height, width = value.rgb.shape[1:3]
        for frame in range(len(render)):
            ctx.report(frame, len(render))
            found = kept.get(frame)
            if found is None:
                start = None
                if self.mode == "img2img":
                    start = render[frame].copy()
                    if frame and self._carries():
                        start[:height, :width] = self._carried(value, made[frame - 1], frame)
                here = [control[frame] for control in controls]
                picture = self._painted(sources, wish, start, here, ctx, (frame, len(render)))
                found = picture[:height, :width]
                kept.put(frame, found)
            made[frame] = _padded(found[None])[0]
        return made

    def _carried(self, value: Frames, before: NDArray, frame: int) -> NDArray:
        height, width = value.rgb.shape[1:3]
        flow, state = cast(NDArray, value.flow)[frame - 1], cast(NDArray, value.flow_state)
        moved, mask = carried(before[:height, :width], flow, state[frame - 1])
        return blended(value.rgb[frame], moved, mask, self.consistency)

    def _painted(
        self, sources: Sources, wish: Wish, start: NDArray | None, controls: Sequence[NDArray],
        ctx: Context, at: tuple[int, int],
    ) -> NDArray:  # fmt: skip
        height, width = controls[0].shape[:2]
        tile = self.tile or max(height, width)

        def part(rows: slice, columns: slice) -> NDArray:
            cut = None if start is None else start[rows, columns]
            here = [control[rows, columns] for control in controls]
            return paint(sources, wish, cut, here, ctx, at)

        return tiled((width, height), tile, self.tile_overlap, part)

    def _together(
        self, value: Frames, render: NDArray, controls: Sequence[NDArray], wish: Wish,
        kept: Unfinished, ctx: Context,
    ) -> NDArray:  # fmt: skip
        """Windows of frames by AnimateDiff, which fade into each other."""
        sources, count = self._sources(), len(render)
        total, weight = np.zeros(render.shape), np.zeros((count, 1, 1, 1))
        height, width = value.rgb.shape[1:3]
        for number, (first, last) in enumerate(windows(count, self.window, self.overlap)):
            ctx.report(first, count)
            found = [kept.get(number * 1000 + i) for i in range(last - first)]
            if any(picture is None for picture in found):
                start = render[first:last] if self.mode == "img2img" else None
                here = [control[first:last] for control in controls]
                made = paint_moving(sources, wish, start, here, ctx, (first, count))
                for i, picture in enumerate(made):
                    kept.put(number * 1000 + i, picture[:height, :width])
            else:
                made = _padded(np.stack(cast(list[NDArray], found)))
            ramp = np.minimum(np.arange(last - first) + 1.0, np.arange(last - first)[::-1] + 1.0)
            share = np.minimum(ramp / (self.overlap + 1.0), 1.0)[:, None, None, None]
            total[first:last] += share * made
            weight[first:last] += share
        return np.round(total / weight).clip(0, 255).astype(np.uint8)


def _padded(pictures: NDArray) -> NDArray:
    """With edges repeated until both sides are multiples of 8, as latents need it."""
    height, width = pictures.shape[1:3]
    rest = ((0, 0), (0, -height % 8), (0, -width % 8), (0, 0))
    return np.pad(pictures, rest, mode="edge")


def in_words(script: Script, style: str) -> str:
    """What Stable Diffusion is told: the sentence, the place if it is not in it, and the style."""
    parts = [script.prompt.strip().rstrip(".!")]
    if script.setting and script.setting.lower() not in script.prompt.lower():
        parts.append(f"in a {script.setting}")
    return ", ".join(part for part in (*parts, style) if part)
