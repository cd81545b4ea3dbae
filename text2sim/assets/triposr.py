"""TripoSR: things from one picture, the user's or one that a text-to-image model makes."""

from __future__ import annotations

import hashlib
import inspect
import re
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np

from text2sim.assets.generated import Generated, Request, Wanted, generated_scene, linear
from text2sim.assets.meshing import convex
from text2sim.assets.meshing.treat import MeshTreatment
from text2sim.assets.meshing.triangles import Triangles
from text2sim.assets.pictures import open_picture, picture_digest
from text2sim.assets.procedural import ProceduralAssets
from text2sim.assets.stage import AssetGenerator
from text2sim.errors import ConfigError, MeshError, MissingExtraError, ResourceError, StageError
from text2sim.stage import Context, Options
from text2sim.types import Scene, ScenePlan
from text2sim.weights import (
    Precision,
    advised,
    check_model,
    device_for,
    fingerprint,
    load,
    torch_for,
)

EXTRA = "triposr"
INSTALL = (
    "TripoSR's `tsr` package is not on PyPI. Install it with: "
    'pip install "text2sim[triposr]" && git clone https://github.com/VAST-AI-Research/TripoSR && '
    "pip install -r TripoSR/requirements.txt, and put the folder TripoSR on PYTHONPATH."
)
CONVERT = (
    'python -c "import torch, safetensors.torch as s; '
    "s.save_file(torch.load('model.ckpt', weights_only=True), 'model.safetensors')\""
)
TEXT_TO_IMAGE = ("StableDiffusionPipeline", "StableDiffusionXLPipeline")
GREY = (127, 127, 127)
"""What TripoSR expects behind a thing."""


@final
@dataclass(frozen=True, kw_only=True)
class TripoSRAssets(AssetGenerator):
    """TripoSR makes what the catalogue lacks, or everything that the prompt names, from pictures.

    Attributes:
        model: folder with TripoSR's config.yaml and model.safetensors.
        images: noun -> path of a picture. Cut the thing out (transparent around it): what is
            behind it becomes part of it.
        text_to_image: folder, or name on the hub, of a Stable Diffusion pipeline that draws
            things without a picture; "" for none.
        style: what is added to the words for it.
        download: that pipeline may be fetched from the hub.
        wanted: "unknown" generates what the catalogue lacks, "all" everything named.
        steps, guidance, side: of the drawing; side is in pixels.
        grid: points each way at which the shape is looked at. threshold: density of its surface.
        device: "auto", "cpu", "cuda". precision: of the drawing; "float16" only on a card.
        detail: of people, see `ProceduralAssets`.
        meshes: after-treatment.
    """

    name: ClassVar[str] = "triposr"
    options: ClassVar[tuple[str, ...]] = ("seed",)

    model: str = ""
    images: dict[str, str] = field(default_factory=dict)
    text_to_image: str = ""
    style: str = "the whole object, centred, three-quarter view, on a plain grey background"
    download: bool = False
    wanted: Wanted = "unknown"
    steps: int = 30
    guidance: float = 7.5
    side: int = 512
    grid: int = 256
    threshold: float = 25.0
    device: str = "auto"
    precision: Precision = "float32"
    detail: Any = "auto"
    meshes: MeshTreatment = field(default_factory=MeshTreatment)

    def __post_init__(self) -> None:
        bounds = {"steps": (1, 1000), "guidance": (0, 100), "side": (64, 2048), "grid": (8, 512),
                  "threshold": (0, 1000)}  # fmt: skip
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise ConfigError(
                    f"{name} must lie between {low} and {high}; got {getattr(self, name)}."
                )
        if self.side % 8:
            raise ConfigError(f"side must be a multiple of 8; got {self.side}.")
        if self.wanted not in ("unknown", "all"):
            raise ConfigError(f"wanted must be 'unknown' or 'all'; got {self.wanted!r}.")
        self._rest()

    def _rest(self) -> ProceduralAssets:
        return ProceduralAssets(detail=self.detail, meshes=self.meshes)

    def check(self, request: Options) -> None:
        """That packages, models and pictures are there and fit the device.

        Raises:
            MissingExtraError: tsr, diffusers, transformers or torch is not installed.
            ResourceError: a model or picture is missing or another one.
            ConfigError: the device is not there or can't do the precision.
        """
        _tsr()
        device_for(torch_for(EXTRA), self.device, self.precision)
        convex.check(self.meshes.decomposition)
        check_folder(self.model)
        if self.text_to_image:
            check_model(self.text_to_image, "model_index.json", TEXT_TO_IMAGE,
                        download=self.download)  # fmt: skip
        for path in self.images.values():
            open_picture(path)

    def fingerprint(self) -> str:
        """Of class, fields, weights and pictures."""
        text = AssetGenerator.fingerprint(self) + fingerprint(self.model, self.text_to_image)
        text += "".join(picture_digest(path) for path in self.images.values())
        return hashlib.sha256(text.encode()).hexdigest()

    def run(self, value: ScenePlan, ctx: Context) -> Scene:
        """Generate what is wanted, and build all the rest.

        Raises:
            ConfigError: a thing has no picture and there is no `text_to_image`.
            ResourceError: a model can't be loaded.
            StageError: there is too little memory.
            MeshError: a shape is empty or can't be made a body.
            Cancelled: the caller asked to stop.
        """
        return generated_scene(
            value, ctx, wanted=self.wanted, rest=self._rest(), how=self.meshes, source=self.name,
            recipe=self._recipe, make=partial(self._make, ctx=ctx),
        )  # fmt: skip

    def _recipe(self, request: Request) -> dict[str, str | float]:
        picture = self.images.get(request.prop.noun)
        drawn: dict[str, str | float] = {} if picture else {
            "text_to_image": self.text_to_image, "drawer": fingerprint(self.text_to_image)[:16],
            "style": self.style, "steps": self.steps, "guidance": self.guidance,
            "side": self.side, "precision": self.precision,
        }  # fmt: skip
        return {
            "model": self.model, "weights": fingerprint(self.model)[:16], "grid": self.grid,
            "threshold": self.threshold, "picture": picture_digest(picture) if picture else "",
            **drawn,
        }  # fmt: skip

    def _make(self, request: Request, ctx: Context) -> Generated:
        with advised(f"TripoSR ({request.words})", "Use a smaller `grid` or `side`."):
            picture = self.images.get(request.prop.noun)
            image = open_picture(picture) if picture else self.draw(request, ctx)
            ctx.report(0, 1)
            return self._shape(on_grey(image))

    def draw(self, request: Request, ctx: Context) -> Any:
        """A picture of a thing by the text-to-image pipeline."""
        if not self.text_to_image:
            raise ConfigError(
                f"There is no picture of {request.prop.noun!r}: give "
                f"images={{{request.prop.noun!r}: 'picture.png'}}, or text_to_image=... to draw "
                "one."
            )
        torch = torch_for(EXTRA)
        device = device_for(torch, self.device, self.precision)
        pipe = _drawer(self.text_to_image, self.precision, device, self.download,
                       fingerprint(self.text_to_image))  # fmt: skip

        def told(pipe: Any, step: int, time: Any, values: dict[str, Any]) -> dict[str, Any]:
            ctx.report(step, self.steps)
            return values

        return pipe(
            f"{request.words}, {self.style}", num_inference_steps=self.steps, height=self.side,
            guidance_scale=self.guidance, width=self.side, callback_on_step_end=told,
            generator=torch.Generator("cpu").manual_seed(request.seed),
        ).images[0]  # fmt: skip

    def _shape(self, image: Any) -> Generated:
        torch = torch_for(EXTRA)
        device = device_for(torch, self.device, "float32")
        model = _model(self.model, device, fingerprint(self.model))
        with torch.no_grad():
            codes = model([image], device=device)
            if not bool(torch.isfinite(codes).all()):
                raise StageError("TripoSR's code of the picture is not finite; use another one.")
            wishes: dict[str, Any] = {"resolution": self.grid, "threshold": self.threshold}
            if "has_vertex_color" in inspect.signature(model.extract_mesh).parameters:
                wishes["has_vertex_color"] = True
            found = model.extract_mesh(codes, **wishes)[0]
        if not len(found.faces):
            raise MeshError("the shape is empty.")
        colours = np.asarray(found.visual.vertex_colors)[:, :3] / 255.0
        vertices = np.asarray(found.vertices, dtype=np.float64)
        return Generated(Triangles(vertices, np.asarray(found.faces, np.int64)), linear(colours))


def on_grey(image: Any) -> Any:
    """A picture in RGB, on grey where it was transparent."""
    from PIL import Image

    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, (*GREY, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def check_folder(model: str) -> None:
    """That a folder holds TripoSR as safetensors, with a configuration that names its own parts.

    Raises:
        ResourceError: it does not.
    """
    folder = Path(model).expanduser()
    if not model or not (folder / "config.yaml").is_file():
        raise ResourceError(
            f"TripoSR's folder {model!r} has no config.yaml. Fetch it with `hf download "
            "stabilityai/TripoSR --local-dir triposr` and give TripoSRAssets(model='triposr')."
        )
    if not (folder / "model.safetensors").is_file():
        pickled = (folder / "model.ckpt").exists()
        raise ResourceError(
            f"{folder} has no model.safetensors. "
            + (f"Its model.ckpt is a pickle and not loaded; convert it there with: {CONVERT}"
               if pickled else "Fetch the model again.")
        )  # fmt: skip
    text = (folder / "config.yaml").read_text(encoding="utf-8", errors="replace")
    for name in re.findall(r"_cls\s*:\s*[\"']?([^\s\"'#]+)", text):
        if not name.startswith("tsr."):
            raise ResourceError(
                f"{folder / 'config.yaml'} names code that is not TripoSR's ({name}); refused."
            )


def _tsr() -> Any:
    try:
        from tsr.system import TSR
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    return TSR


@lru_cache(maxsize=1)
def _model(folder: str, device: str, weights: str) -> Any:
    del weights  # only tells models apart
    from omegaconf import OmegaConf
    from safetensors.torch import load_file

    check_folder(folder)
    path = Path(folder).expanduser()
    try:
        settings = OmegaConf.load(path / "config.yaml")
        OmegaConf.resolve(settings)
        model = _tsr()(settings)
        model.load_state_dict(load_file(path / "model.safetensors"))
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        raise ResourceError(f"{folder} can't be loaded as TripoSR: {str(error)[:300]}.") from error
    return model.eval().to(device)


@lru_cache(maxsize=1)
def _drawer(model: str, precision: str, device: str, download: bool, weights: str) -> Any:
    del weights  # only tells models apart
    import torch
    from diffusers import DiffusionPipeline

    pipe = load(DiffusionPipeline, model, dtype=getattr(torch, precision), download=download)
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device)
