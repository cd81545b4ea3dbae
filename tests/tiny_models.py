"""Generative models with tiny random weights, built here: nothing is fetched."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np


def tokenizer(folder: Path):
    """CLIP's tokenizer with a vocabulary of single letters."""
    from transformers import CLIPTokenizer

    letters = "abcdefghijklmnopqrstuvwxyz,.-0123456789"
    words = ["<|startoftext|>", *letters, *(f"{c}</w>" for c in letters), "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: i for i, word in enumerate(words)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    settings = {
        "tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "bos_token": words[0],
        "eos_token": words[-1], "unk_token": words[-1], "pad_token": words[-1],
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return CLIPTokenizer.from_pretrained(folder)


def _text_config(words: int, width: int):
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=words, hidden_size=width, intermediate_size=37, num_hidden_layers=2,
        num_attention_heads=4, projection_dim=width, bos_token_id=0, eos_token_id=words - 1,
        pad_token_id=words - 1,
    )  # fmt: skip


def _shap_e_parts(seed: int):
    import torch
    from diffusers import HeunDiscreteScheduler, PriorTransformer
    from diffusers.pipelines.shap_e import ShapERenderer

    torch.manual_seed(seed)
    prior = PriorTransformer(
        num_attention_heads=2, attention_head_dim=16, embedding_dim=16, num_embeddings=32,
        embedding_proj_dim=16, time_embed_dim=64, num_layers=1, clip_embed_dim=32,
        additional_embeddings=0, time_embed_act_fn="gelu", norm_in_type="layer",
        embedding_proj_norm_type=None, encoder_hid_proj_type=None, added_emb_type=None,
    ).eval()  # fmt: skip
    shapes = ((8, 93), (8, 8), (8, 8), (8, 8))
    renderer = ShapERenderer(
        param_shapes=shapes, d_latent=16, d_hidden=8, n_output=12, background=(0.1, 0.1, 0.1)
    ).eval()
    scheduler = HeunDiscreteScheduler(
        beta_schedule="exp", num_train_timesteps=1024, prediction_type="sample",
        use_karras_sigmas=True, clip_sample=True, clip_sample_range=1.0,
    )  # fmt: skip
    return prior, renderer, scheduler


def shap_e(folder: Path, *, tables: bool = True, seed: int = 0) -> Path:
    """A Shap-E pipeline from words."""
    from diffusers import ShapEPipeline
    from transformers import CLIPTextModelWithProjection

    prior, renderer, scheduler = _shap_e_parts(seed)
    if tables:
        fill_tables(renderer.mesh_decoder)
    words = tokenizer(folder / "tokenizer")
    text = CLIPTextModelWithProjection(_text_config(len(words), 16)).eval()
    pipe = ShapEPipeline(prior=prior, text_encoder=text, tokenizer=words, scheduler=scheduler,
                         shap_e_renderer=renderer)  # fmt: skip
    pipe.save_pretrained(folder)
    return folder


def shap_e_from_pictures(folder: Path, seed: int = 0) -> Path:
    """A Shap-E pipeline from pictures."""
    from diffusers import ShapEImg2ImgPipeline
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

    prior, renderer, scheduler = _shap_e_parts(seed)
    fill_tables(renderer.mesh_decoder)
    eye = CLIPVisionModel(CLIPVisionConfig(
        hidden_size=16, image_size=32, projection_dim=16, intermediate_size=24,
        num_attention_heads=2, num_channels=3, num_hidden_layers=2, patch_size=8,
    )).eval()  # fmt: skip
    side = {"height": 32, "width": 32}
    pipe = ShapEImg2ImgPipeline(
        prior=prior, image_encoder=eye, scheduler=scheduler, shap_e_renderer=renderer,
        image_processor=CLIPImageProcessor(crop_size=side, size={"shortest_edge": 32}),
    )  # fmt: skip
    pipe.save_pretrained(folder)
    return folder


CORNERS = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)])


def fill_tables(decoder) -> None:
    """Marching-cubes tables, found by walking around each cube's faces."""
    import torch

    edges = _edges()
    for case in range(256):
        triangles = _triangles(case, edges)
        for i, triangle in enumerate(triangles):
            decoder.cases[case, i] = torch.tensor(triangle)
            decoder.masks[case, i] = True


def _edges() -> list[tuple[int, int]]:
    """The twelve edges of a cube as corners, in the order of the decoder."""
    found = []
    for axis in range(3):
        one, two = [a for a in range(3) if a != axis]
        for second in (0, 1):
            for first in (0, 1):
                low = (first << one) | (second << two)
                found.append((low, low | 1 << axis))
    return found


def _triangles(case: int, edges: list[tuple[int, int]]) -> list[list[int]]:
    inside = [case >> i & 1 for i in range(8)]
    crossed = [i for i, (a, b) in enumerate(edges) if inside[a] != inside[b]]
    links: dict[int, list[int]] = {i: [] for i in crossed}
    for axis in range(3):
        for side in (0, 1):
            own = [i for i in crossed
                   if all(CORNERS[c][axis] == side for c in edges[i])]  # fmt: skip
            pairs = [own] if len(own) == 2 else []
            if len(own) == 4:  # cut off each inner corner
                corners = [c for c in range(8) if CORNERS[c][axis] == side and inside[c]]
                pairs = [[i for i in own if c in edges[i]] for c in corners]
            for a, b in pairs:
                links[a].append(b)
                links[b].append(a)
    found, left = [], set(crossed)
    while left:
        loop = [min(left)]
        while True:
            left.discard(loop[-1])
            following = [i for i in links[loop[-1]] if i in left]
            if not following:
                break
            loop.append(following[0])
        middles = np.array([CORNERS[[*edges[i]]].mean(axis=0) for i in loop])
        out = sum(CORNERS[b] - CORNERS[a] if inside[a] else CORNERS[a] - CORNERS[b]
                  for a, b in (edges[i] for i in loop))  # fmt: skip
        normal = sum(np.cross(p - middles[0], q - middles[0])
                     for p, q in zip(middles, np.roll(middles, -1, axis=0)))  # fmt: skip
        if normal @ out < 0:
            loop.reverse()
        found += [[loop[0], loop[i], loop[i + 1]] for i in range(1, len(loop) - 1)]
    return found


def unet(width: int = 32, **more):
    """A U-Net of two levels."""
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        block_out_channels=(4, 8), layers_per_block=1, sample_size=8, in_channels=4,
        out_channels=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=width,
        norm_num_groups=2, attention_head_dim=2, **more,
    )  # fmt: skip


def _vae():
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=[4, 8], in_channels=3, out_channels=3, latent_channels=4,
        down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
        norm_num_groups=2,
    ).eval()  # fmt: skip


def stable_diffusion(folder: Path, seed: int = 0) -> Path:
    """A Stable Diffusion 1.5 pipeline; its pictures have a quarter of the usual detail."""
    import torch
    from diffusers import DDIMScheduler, StableDiffusionPipeline
    from transformers import CLIPTextModel

    torch.manual_seed(seed)
    words = tokenizer(folder / "tokenizer")
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
        set_alpha_to_one=False,
    )  # fmt: skip
    StableDiffusionPipeline(
        unet=unet().eval(), vae=_vae(), tokenizer=words, scheduler=scheduler,
        text_encoder=CLIPTextModel(_text_config(len(words), 32)).eval(), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def controlnet(folder: Path, seed: int = 1) -> Path:
    """A ControlNet that fits `stable_diffusion`, with noise where a fresh one has zeros."""
    import torch
    from diffusers import ControlNetModel

    torch.manual_seed(seed)
    net = ControlNetModel(
        block_out_channels=(4, 8), layers_per_block=1, in_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), cross_attention_dim=32,
        conditioning_embedding_out_channels=(2, 4), norm_num_groups=2, attention_head_dim=2,
    )  # fmt: skip
    for name, weight in net.named_parameters():
        if name.startswith(("controlnet_down", "controlnet_mid", "controlnet_cond_embedding")):
            torch.nn.init.normal_(weight, std=0.3)
    net.save_pretrained(folder)
    return folder


def motion_adapter(folder: Path, seed: int = 2) -> Path:
    """An AnimateDiff adapter that fits `stable_diffusion`."""
    import torch
    from diffusers import MotionAdapter

    torch.manual_seed(seed)
    MotionAdapter(
        block_out_channels=(4, 8), motion_layers_per_block=1, motion_norm_num_groups=2,
        motion_num_attention_heads=2, use_motion_mid_block=False,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def stable_diffusion_xl(folder: Path, seed: int = 0) -> Path:
    """A Stable Diffusion XL pipeline."""
    import torch
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(seed)
    words = tokenizer(folder / "tokenizer")
    others = tokenizer(folder / "tokenizer_2")
    StableDiffusionXLPipeline(
        unet=unet(64, **_xl()).eval(), vae=_vae(), tokenizer=words, tokenizer_2=others,
        scheduler=EulerDiscreteScheduler(timestep_spacing="leading", steps_offset=1),
        text_encoder=CLIPTextModel(_text_config(len(words), 32)).eval(),
        text_encoder_2=CLIPTextModelWithProjection(_text_config(len(words), 32)).eval(),
    ).save_pretrained(folder)  # fmt: skip
    return folder


def _xl() -> dict:
    return {
        "use_linear_projection": True, "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8, "projection_class_embeddings_input_dim": 80,
    }  # fmt: skip


def controlnet_xl(folder: Path, seed: int = 1) -> Path:
    """A ControlNet that fits `stable_diffusion_xl`."""
    import torch
    from diffusers import ControlNetModel

    torch.manual_seed(seed)
    ControlNetModel(
        block_out_channels=(4, 8), layers_per_block=1, in_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), cross_attention_dim=64,
        conditioning_embedding_out_channels=(2, 4), norm_num_groups=2, attention_head_dim=2,
        **_xl(),
    ).save_pretrained(folder)  # fmt: skip
    return folder
