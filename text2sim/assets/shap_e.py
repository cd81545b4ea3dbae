"""Shap-E: things from words or pictures, through diffusers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, ClassVar, final

import numpy as np

from text2sim.assets.generated import Generated, Request, Wanted, generated_scene
from text2sim.assets.meshing import convex
from text2sim.assets.meshing.treat import MeshTreatment
from text2sim.assets.meshing.triangles import Triangles
from text2sim.assets.pictures import open_picture, picture_digest
from text2sim.assets.procedural import ProceduralAssets
from text2sim.assets.stage import AssetGenerator
from text2sim.errors import ConfigError, MeshError, ResourceError, StageError
from text2sim.maths import quaternions as quat
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

EXTRA = "shap-e"
ADVICE = "Use a smaller `grid`, precision='float16' on a card, or device='cpu'."


@final
@dataclass(frozen=True, kw_only=True)
class ShapEAssets(AssetGenerator):
    """Shap-E makes what the catalogue lacks, or everything that the prompt names.

    Attributes:
        model: folder, or name on the hub, of the pipeline from words.
        image_model: the same of the pipeline from pictures; only for things with a picture.
        images: noun -> path of a picture to start from, instead of words.
        download: the models may be fetched from the hub.
        wanted: "unknown" generates what the catalogue lacks, "all" everything named.
        steps: of the sampler. guidance: how strongly the words lead.
        grid: points each way at which the shape is looked at.
        turn: from Shap-E's front to ours [degrees], about Z.
        device: "auto", "cpu", "cuda". precision: "float16" only on a card.
        detail: of people, see `ProceduralAssets`.
        meshes: after-treatment.
    """

    name: ClassVar[str] = "shap-e"
    options: ClassVar[tuple[str, ...]] = ("seed",)

    model: str = "openai/shap-e"
    image_model: str = "openai/shap-e-img2img"
    images: dict[str, str] = field(default_factory=dict)
    download: bool = False
    wanted: Wanted = "unknown"
    steps: int = 64
    guidance: float = 15.0
    grid: int = 128
    turn: float = 90.0
    device: str = "auto"
    precision: Precision = "float32"
    detail: Any = "auto"
    meshes: MeshTreatment = field(default_factory=MeshTreatment)

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= 1000 or not 8 <= self.grid <= 512:
            raise ConfigError(
                f"steps must lie between 1 and 1000 and grid between 8 and 512; got {self.steps} "
                f"and {self.grid}."
            )
        if not 0.0 <= self.guidance <= 100.0 or not -1e4 <= self.turn <= 1e4:
            raise ConfigError(
                f"guidance must lie between 0 and 100, turn be an angle in degrees; got "
                f"{self.guidance} and {self.turn}."
            )
        if self.wanted not in ("unknown", "all"):
            raise ConfigError(f"wanted must be 'unknown' or 'all'; got {self.wanted!r}.")
        self._rest()

    def _rest(self) -> ProceduralAssets:
        return ProceduralAssets(detail=self.detail, meshes=self.meshes)

    def check(self, request: Options) -> None:
        """That packages, models and pictures are there and fit the device.

        Raises:
            MissingExtraError: diffusers, transformers or torch is not installed.
            ResourceError: a model or picture is missing or another one.
            ConfigError: the device is not there or can't do the precision.
        """
        device_for(torch_for(EXTRA), self.device, self.precision)
        convex.check(self.meshes.decomposition)
        kinds = (("ShapEPipeline", self.model, True),
                 ("ShapEImg2ImgPipeline", self.image_model, bool(self.images)))  # fmt: skip
        for kind, model, needed in kinds:
            if needed:
                check_model(model, "model_index.json", [kind], download=self.download)
        for path in self.images.values():
            open_picture(path)

    def fingerprint(self) -> str:
        """Of class, fields, weights and pictures."""
        text = AssetGenerator.fingerprint(self) + fingerprint(self.model, self.image_model)
        text += "".join(picture_digest(path) for path in self.images.values())
        return hashlib.sha256(text.encode()).hexdigest()

    def run(self, value: ScenePlan, ctx: Context) -> Scene:
        """Generate what is wanted, and build all the rest.

        Raises:
            ResourceError: a model can't be loaded.
            StageError: there is too little memory, or the sampler diverged.
            MeshError: a shape is empty or can't be made a body.
            Cancelled: the caller asked to stop.
        """
        return generated_scene(
            value, ctx, wanted=self.wanted, rest=self._rest(), how=self.meshes, source=self.name,
            recipe=self._recipe, make=partial(self._make, ctx=ctx),
        )  # fmt: skip

    def _recipe(self, request: Request) -> dict[str, str | float]:
        picture = self.images.get(request.prop.noun)
        model = self.image_model if picture else self.model
        return {
            "model": model, "weights": fingerprint(model)[:16], "steps": self.steps,
            "guidance": self.guidance, "grid": self.grid, "turn": self.turn,
            "precision": self.precision,
            "picture": picture_digest(picture) if picture else "",
        }  # fmt: skip

    def _make(self, request: Request, ctx: Context) -> Generated:
        picture = self.images.get(request.prop.noun)
        with advised(f"Shap-E ({request.words})", ADVICE):
            latents, pipe = self.latents(request.words, request.seed, ctx, picture)
            decoder = pipe.shap_e_renderer
            if not decoder.mesh_decoder.masks.any():
                raise ResourceError(
                    f"The renderer of {self.model} has no marching-cubes tables, so it can't make "
                    "meshes. Get the complete model."
                )
            try:
                found = decoder.decode_to_mesh(latents, pipe.device, grid_size=self.grid)
            except (RuntimeError, ZeroDivisionError) as error:
                if "empty" not in str(error) and "modulo" not in str(error):
                    raise
                raise MeshError("the shape is empty.") from error
        return self._generated(found)

    def latents(
        self, words: str, seed: int, ctx: Context, picture: str | None = None
    ) -> tuple[Any, Any]:
        """The latent (1, N, D) of a thing in words, or in a picture, and the pipeline.

        Raises:
            StageError: it is not finite.
        """
        torch = torch_for(EXTRA)
        device = device_for(torch, self.device, self.precision)
        kind = "ShapEImg2ImgPipeline" if picture else "ShapEPipeline"
        model = self.image_model if picture else self.model
        pipe = _pipeline(kind, model, self.precision, device, self.download, fingerprint(model))
        pipe.progress_bar = partial(_reporting, ctx)
        generator = torch.Generator("cpu").manual_seed(seed)
        given = open_picture(picture).convert("RGB") if picture else words
        latents = pipe(
            given, num_inference_steps=self.steps, guidance_scale=self.guidance,
            generator=generator, output_type="latent",
        ).images[:1]  # fmt: skip
        if not bool(torch.isfinite(latents).all()):
            raise StageError(
                f"Shap-E's latent of {words!r} is not finite. Use precision='float32', less "
                "guidance, or another seed."
            )
        return latents, pipe

    def _generated(self, found: Any) -> Generated:
        vertices = found.verts.float().cpu().numpy().astype(np.float64)
        faces = found.faces.cpu().numpy().astype(np.int64)
        if not len(faces):
            raise MeshError("the shape is empty.")
        channels = [found.vertex_channels[name].float().cpu().numpy() for name in "RGB"]
        colours = np.clip(np.stack(channels, axis=-1), 0.0, 1.0)
        turned = quat.rotate(quat.about_z(np.radians(self.turn)), vertices)
        return Generated(Triangles(turned, faces), colours)


def _reporting(ctx: Context, steps: Iterable[Any]) -> Iterator[Any]:
    """In place of the progress bar of diffusers: it reports, and stops where it is told to."""
    todo = list(steps)
    for number, step in enumerate(todo):
        ctx.report(number, len(todo))
        yield step


@lru_cache(maxsize=2)
def _pipeline(
    kind: str, model: str, precision: str, device: str, download: bool, weights: str
) -> Any:
    del weights  # only tells models apart
    import diffusers
    import torch

    made = load(getattr(diffusers, kind), model, dtype=getattr(torch, precision),
                download=download)  # fmt: skip
    return made.to(device)
