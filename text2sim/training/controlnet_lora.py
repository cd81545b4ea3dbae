"""Low-rank adapters of a ControlNet, trained on pairs of folders; base model and the rest frozen.

Every step draws its pairs, noise and times from (seed, step), so a run that was interrupted goes on
as if it had not been.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, final

import numpy as np

from text2sim.enhance.controlnet import lora
from text2sim.enhance.controlnet.pairs import Pair, picture, read_pairs
from text2sim.errors import ConfigError, MissingExtraError, ResourceError, StageError
from text2sim.io.files import replacing
from text2sim.weights import advised, check_model, load, torch_for

EXTRA = "controlnet"
STATE = "state.safetensors"
ADVICE = "Use a smaller --size or --batch, or --precision bf16."


@final
@dataclass(frozen=True, kw_only=True)
class LoraRun:
    """Configuration of a run.

    Attributes:
        pairs: folder of pairs, see docs/enhancer.md.
        model: folder or name of Stable Diffusion 1.5.
        controlnet: folder or name of the ControlNet that is tuned.
        out: folder for adapters, settings and losses.
        steps: in all.
        batch: pairs a step.
        rank: of the adapters.
        rate: learning rate.
        size: side of the square that is cut out of the pictures [px].
        unsaid: share of pairs whose words are left out, so that guidance works.
        seed: the same seed gives the same run.
        precision: "no", "bf16" or "fp16" (only on a card).
        every: steps between two savings.
        cpu: leave a card alone.
        download: models may be fetched from the hub.
    """

    pairs: str
    model: str
    controlnet: str
    out: str
    steps: int = 1000
    batch: int = 1
    rank: int = 16
    rate: float = 1e-4
    size: int = 512
    unsaid: float = 0.1
    seed: int = 0
    precision: Literal["no", "bf16", "fp16"] = "no"
    every: int = 100
    cpu: bool = False
    download: bool = False

    def __post_init__(self) -> None:
        bounds = {"steps": (1, 10**7), "batch": (1, 1024), "rank": (1, 512), "rate": (1e-8, 1.0),
                  "size": (64, 2048), "unsaid": (0.0, 1.0), "every": (1, 10**6)}  # fmt: skip
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise ConfigError(
                    f"{name} must lie between {low} and {high}; got {getattr(self, name)}."
                )
        if self.size % 8:
            raise ConfigError(f"size must be a multiple of 8; got {self.size}.")
        if self.precision not in ("no", "bf16", "fp16"):
            raise ConfigError(f"precision must be 'no', 'bf16' or 'fp16'; got {self.precision!r}.")


def train(run: LoraRun, tell: Callable[[str], None]) -> list[float]:
    """Train, or go on with what is in `run.out`; the losses of the steps that were made.

    Raises:
        MissingExtraError: diffusers, accelerate or peft is not installed.
        ResourceError: pairs or models are missing or others.
        ConfigError: the precision does not run on this device.
        StageError: there is too little memory, or the loss is not finite.
    """
    torch = torch_for(EXTRA)
    pairs = read_pairs(Path(run.pairs))
    check_model(run.model, "model_index.json", ["StableDiffusionPipeline"], download=run.download)
    check_model(run.controlnet, "config.json", ["ControlNetModel"], download=run.download)
    if run.precision == "fp16" and (run.cpu or not torch.cuda.is_available()):
        raise ConfigError("fp16 does not train on a CPU; use --precision no or bf16.")
    accelerator = _accelerator(run)
    with advised("Training the ControlNet", ADVICE):
        return _train(run, pairs, accelerator, torch, tell)


def _accelerator(run: LoraRun) -> Any:
    try:
        from accelerate import Accelerator
        from accelerate.state import AcceleratorState
    except ImportError as error:
        raise MissingExtraError(
            'Training needs accelerate. Install it with: pip install "text2sim[controlnet]"'
        ) from error
    AcceleratorState._reset_state(reset_partial_state=True)  # of an earlier run in this process
    return Accelerator(mixed_precision=run.precision, cpu=run.cpu)


def _train(
    run: LoraRun, pairs: tuple[Pair, ...], accelerator: Any, torch: Any, tell: Callable[[str], None]
) -> list[float]:
    import diffusers

    pipe = load(diffusers.StableDiffusionPipeline, run.model, dtype=torch.float32,
                download=run.download, safety_checker=None)  # fmt: skip
    net = load(diffusers.ControlNetModel, run.controlnet, dtype=torch.float32,
               download=run.download)  # fmt: skip
    if net.config.cross_attention_dim != pipe.unet.config.cross_attention_dim:
        raise ResourceError(f"The ControlNet {run.controlnet} was made for another base model.")
    torch.manual_seed(run.seed)  # the adapters' beginning
    net = lora.add(net, run.rank)
    for part in (pipe.unet, pipe.vae, pipe.text_encoder):
        part.requires_grad_(False)
        part.to(accelerator.device)
    trained = [weight for weight in net.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=run.rate)
    first = _resume(run, net, trained, optimiser)
    net, optimiser = accelerator.prepare(net, optimiser)
    noises = diffusers.DDPMScheduler.from_config(pipe.scheduler.config)
    losses: list[float] = []
    for step in range(first, run.steps):
        loss = _loss(run, _batch(run, pairs, step), pipe, net, noises, accelerator, torch, step)
        if not bool(torch.isfinite(loss)):
            raise StageError(f"The loss is not finite at step {step}; use a smaller --rate.")
        optimiser.zero_grad()
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
        if (step + 1) % run.every == 0 or step + 1 == run.steps:
            _save(run, accelerator.unwrap_model(net), trained, optimiser, step + 1, losses)
            tell(f"step {step + 1} of {run.steps}: loss {np.mean(losses[-run.every :]):.4f}")
    return losses


def _batch(run: LoraRun, pairs: tuple[Pair, ...], step: int) -> list[Pair]:
    """The pairs of a step; some without words."""
    rng = np.random.default_rng([run.seed, step])
    chosen = [pairs[i] for i in rng.integers(len(pairs), size=run.batch)]
    return [pair._replace(prompt="") if rng.random() < run.unsaid else pair for pair in chosen]


def _loss(
    run: LoraRun, batch: list[Pair], pipe: Any, net: Any, noises: Any, accelerator: Any, torch: Any,
    step: int,
) -> Any:  # fmt: skip
    """Mean square of what is left of the noise (Ho et al. 2020, eq. 14), or of the velocity."""
    device = accelerator.device
    rng = torch.Generator("cpu").manual_seed(run.seed * 1_000_003 + step)

    def tensor(name: str) -> Any:
        pixels = np.stack([picture(getattr(pair, name), run.size) for pair in batch])
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).to(device)

    with torch.no_grad():
        spread = pipe.vae.encode(2.0 * tensor("target") - 1.0).latent_dist
        latents = spread.mode() * pipe.vae.config.scaling_factor
        tokens = pipe.tokenizer(
            [pair.prompt for pair in batch], padding="max_length", truncation=True,
            max_length=pipe.tokenizer.model_max_length, return_tensors="pt",
        ).input_ids.to(device)  # fmt: skip
        words = pipe.text_encoder(tokens)[0]
    noise = torch.randn(latents.shape, generator=rng).to(device)
    times = torch.randint(noises.config.num_train_timesteps, (len(batch),), generator=rng)
    times = times.to(device)
    noisy = noises.add_noise(latents, noise, times)
    with accelerator.autocast():
        down, middle = net(noisy, times, encoder_hidden_states=words, return_dict=False,
                           controlnet_cond=tensor("condition"))  # fmt: skip
        made = pipe.unet(
            noisy, times, encoder_hidden_states=words, down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
        ).sample  # fmt: skip
    velocity = noises.config.prediction_type == "v_prediction"
    wanted = noises.get_velocity(latents, noise, times) if velocity else noise
    return torch.nn.functional.mse_loss(made.float(), wanted.float())


def _save(
    run: LoraRun, net: Any, trained: list[Any], optimiser: Any, step: int, losses: list[float]
) -> None:
    """Adapters for use, and what is needed to go on."""
    from safetensors.torch import save_file

    folder = Path(run.out)
    notes = {"run": asdict(run), "step": step, "losses": losses}
    lora.save(net, folder, run.rank, notes)
    plain = getattr(optimiser, "optimizer", optimiser)
    tensors = {}
    for number, weight in enumerate(trained):
        for name, value in plain.state[weight].items():
            tensors[f"{number}.{name}"] = value.detach().cpu().reshape(value.shape).contiguous()
    with replacing(folder / STATE) as path:
        save_file(tensors, path, metadata={"step": str(step), "key": _key(run)})


def _key(run: LoraRun) -> str:
    """What must not change from one part of a run to the next."""
    settings = asdict(run)
    for name in ("steps", "every", "cpu", "download", "out", "precision"):
        del settings[name]
    return json.dumps(settings, sort_keys=True)


def _resume(run: LoraRun, net: Any, trained: list[Any], optimiser: Any) -> int:
    """Number of steps that are done; their adapters and moments are put in place."""
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file

    folder = Path(run.out)
    if not (folder / STATE).exists():
        return 0
    try:
        with safe_open(folder / STATE, "pt") as file:
            known = file.metadata() or {}
        moments, weights = load_file(folder / STATE), load_file(folder / lora.WEIGHTS)
        step = int(known["step"])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ResourceError(f"The run in {folder} can't be read: {error}.") from error
    if known.get("key") != _key(run):
        raise ConfigError(f"{folder} holds a run with other settings; give another --out.")
    net.load_state_dict(weights, strict=False)
    for number, weight in enumerate(trained):
        optimiser.state[weight] = {
            name.partition(".")[2]: value.to(weight.device)
            for name, value in moments.items() if name.partition(".")[0] == str(number)
        }  # fmt: skip
    return step
